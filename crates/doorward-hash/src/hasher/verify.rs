use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    Arena, Cost, HashError, Hasher, Password, StoredHash, Subject, Verdict, Verification, Work,
    backend::argon::{STAND_IN, STAND_IN_SALT, compute, fill_up},
    import_pepper::Seasoned,
    normalization::{Forms, Normalization},
    scheme::{MAX_DIGEST_BYTES, Scheme},
    stored::Body,
    stored::prefix::PepperId,
};

/// Verifying.
impl Hasher {
    /// Verifies a password, with the same work whatever the answer.
    ///
    /// In this order, for every subject and every password:
    ///
    /// 1. for each kind that is [expected](Hasher::expecting), its work: of the stored hash itself
    ///    where it is of that kind, filled up to the kind's, else all for nothing;
    /// 2. one Argon2id of the policy's cost: of the password where the stored hash is one of the
    ///    policy's, of the inner digest where it is wrapped, else for nothing. A weaker one is filled
    ///    up to the same number of blocks.
    ///
    /// A decoy, an empty and an over-long password are computed in full and are never valid. Digests
    /// are compared in constant time.
    ///
    /// # Stored hashes that are not expected
    ///
    /// They are verified all the same, for their owners are to get in, and a stopwatch can tell them
    /// from the others: a weaker Argon2id computes equal blocks in nearly equal time (a block takes less
    /// where memory is smaller), a stronger one takes its own work, and what another system stored its
    /// own time. [`Hasher::expects`] tells which these are.
    ///
    /// # Passwords that are never valid
    ///
    /// They take the work of a decoy, and so tell nothing:
    ///
    /// - an empty one, and one above [`Password::MAX_BYTES`];
    /// - in formats of other systems but Argon2, one with a NUL character: HMAC fills a password up with
    ///   NULs and bcrypt ends it with one, so that `a` and `a\0` are the same to them;
    /// - with bcrypt, one above 72 bytes: bcrypt reads no more, so that its end would not count. 72
    ///   bytes are read in full. A system that cut passwords off at 72 bytes has owners who must
    ///   reset theirs;
    /// - with sha-crypt and phpass, one above 256 bytes: every iteration reads it again, so that
    ///   whoever sends it would choose what it costs.
    ///
    /// # Memory
    ///
    /// Argon2 is computed in the arena, and in the steady state nothing of more than 1 KiB is taken
    /// beside it. scrypt takes the memory it asks for anew each time, beside the arena, and it is not
    /// wiped. Who imports scrypt sets aside so much for every hash that runs at once.
    ///
    /// # Errors
    ///
    /// An error means that nothing was decided, and lets no one in.
    ///
    /// - [`HashError::OverCeiling`] when the stored hash was parsed within a wider ceiling than
    ///   this hasher's; before any work.
    /// - [`HashError::Pepper`] when it needs a pepper that is not there; before any work.
    /// - [`HashError::OutOfMemory`] and [`HashError::Backend`] when it cannot be computed.
    pub fn verify(
        &self,
        arena: &mut Arena,
        password: &Password,
        subject: Subject<'_>,
    ) -> Result<Verification, HashError> {
        let stored = match subject {
            Subject::Stored(stored) => Some(stored),
            Subject::Decoy => None,
        };
        if let Some(stored) = stored {
            stored.admit(self.ceiling()).map_err(HashError::OverCeiling)?;
            if !self.has_pepper_for(stored) {
                return Err(HashError::Pepper);
            }
        }
        let forms = Forms::of(password);
        let text = forms.get(stored.map_or(self.normalization(), StoredHash::normalization));
        let received = forms.get(Normalization::AsReceived);
        let pepper = stored.and_then(|stored| stored.prefix().pepper.as_ref());
        let seasoned = self.season(pepper, text)?;
        let (input, secret) = match &seasoned {
            Some((input, secret)) => (input.as_slice(), *secret),
            None => (text, [].as_slice()),
        };
        let stored =
            stored.filter(|stored| !text.is_empty() && stored.body().scheme().takes(input));
        let mut attempt = Attempt {
            stored,
            input: if text.is_empty() { STAND_IN } else { input },
            received,
            secret,
            digest: Zeroizing::new([0; MAX_DIGEST_BYTES]),
            is_computed: false,
        };

        arena.hand_to(self.backend());
        // At once what any step needs, so that no subject is told by when memory is taken.
        arena.reserve(attempt.blocks(self) as usize)?;
        let beside = attempt.compute_expected(self, arena)?;
        let own = attempt.compute_policy(self, arena)?;
        Ok(Verification::new(attempt.verdict(self), beside + own))
    }

    /// What is hashed in place of a password where the row names a pepper, and what Argon2 is given.
    fn season(
        &self,
        pepper: Option<&PepperId>,
        text: &[u8],
    ) -> Result<Option<Seasoned<'_>>, HashError> {
        let Some(id) = pepper else { return Ok(None) };
        self.import_pepper(id.as_str()).ok_or(HashError::Pepper)?.season(text).map(Some)
    }
}

/// One password against one stored hash, or against none: the same steps for both.
struct Attempt<'a> {
    /// The hash that a right password proves. Without one, nothing can be valid.
    stored: Option<&'a StoredHash>,
    /// What is hashed.
    input: &'a [u8],
    /// The password as it came: what hashes of other systems are made of, and so what is hashed for nothing
    /// in their place. It may be as long as whoever sends it likes, but it is one for every account.
    received: &'a [u8],
    /// The secret that Argon2 is given beside it.
    secret: &'a [u8],
    /// What the input has been hashed to, at the beginning.
    digest: Zeroizing<[u8; MAX_DIGEST_BYTES]>,
    /// Whether it has been.
    is_computed: bool,
}

impl Attempt<'_> {
    /// The most blocks of Argon2 memory that any step needs.
    fn blocks(&self, hasher: &Hasher) -> u32 {
        let of_stored = self.stored.map_or(0, |stored| {
            let outer = match stored.body() {
                Body::Wrapped(wrapped) => wrapped.outer.blocks(),
                _ => 0,
            };
            stored.body().scheme().blocks().max(outer)
        });
        let of_expected = hasher.expected().iter().map(|kind| kind.scheme.blocks()).max();
        let of_expected = of_expected.unwrap_or(0);
        hasher.cost().blocks().max(of_stored).max(of_expected)
    }

    /// Step 1: the work of every expected kind.
    fn compute_expected(&mut self, hasher: &Hasher, arena: &mut Arena) -> Result<Work, HashError> {
        let mut work = Work::ZERO;
        for kind in hasher.expected().iter() {
            let mut missing = kind.scheme.units();
            let stored = self.stored.filter(|stored| !self.is_computed && kind.covers(stored));
            if let Some(stored) = stored {
                missing -= stored.body().scheme().units();
                work = work + self.compute(arena)?;
            }
            // Made for every account, so that making it does not show either.
            let seasoned = hasher.season(kind.pepper.as_ref(), self.received).unwrap_or_default();
            let input = seasoned.as_ref().map_or(self.received, |(input, _)| input.as_slice());
            let is_fit = !self.received.is_empty() && kind.scheme.takes(input);
            work =
                work + kind.scheme.fill(arena, if is_fit { input } else { STAND_IN }, missing)?;
        }
        Ok(work)
    }

    /// Step 2: the work of the policy.
    fn compute_policy(&mut self, hasher: &Hasher, arena: &mut Arena) -> Result<Work, HashError> {
        let (mut own, mut beside) = (Work::ZERO, Work::ZERO);
        if !self.is_computed && self.stored.is_some() {
            own = self.compute(arena)?;
        }
        if let Some(Body::Wrapped(wrapped)) = self.stored.map(StoredHash::body) {
            let inner = self.digest.clone();
            let inner = inner.get(..wrapped.inner.digest().len()).ok_or(HashError::Backend)?;
            let outer = self.digest.get_mut(..wrapped.outer.digest().len());
            beside = own;
            own = wrapped.outer.compute(arena, inner, outer.ok_or(HashError::Backend)?)?;
        }
        if own == Work::ZERO {
            let mut discarded = [0; Cost::OUTPUT_BYTES];
            own = compute(arena, hasher.cost(), self.input, &STAND_IN_SALT, &mut discarded)?;
        }
        let filled = fill_up(arena, hasher.cost(), own.missing_to(hasher.cost().work()))?;
        Ok(beside + own + filled)
    }

    fn verdict(&self, hasher: &Hasher) -> Verdict {
        let expected = match self.stored.map(StoredHash::body) {
            Some(Body::Wrapped(wrapped)) => wrapped.outer.digest(),
            Some(body) => body.scheme().digest(),
            // Nobody knows what hashes to this. Equal or not, it is never valid.
            None => &DECOY_DIGEST,
        };
        let computed = self.digest.get(..expected.len()).unwrap_or_default();
        let is_right = bool::from(computed.ct_eq(expected));
        match self.stored {
            Some(stored) if is_right => {
                stored.outdated(hasher).map_or(Verdict::Valid, Verdict::Outdated)
            }
            _ => Verdict::Invalid,
        }
    }

    fn compute(&mut self, arena: &mut Arena) -> Result<Work, HashError> {
        let Some(stored) = self.stored else { return Err(HashError::Backend) };
        let scheme = stored.body().scheme();
        let out = self.digest.get_mut(..scheme.digest().len()).ok_or(HashError::Backend)?;
        self.is_computed = true;
        if self.secret.is_empty() {
            scheme.compute(arena, self.input, out)
        } else {
            scheme.compute_with_secret(arena, self.input, self.secret, out)
        }
    }
}

const DECOY_DIGEST: [u8; Cost::OUTPUT_BYTES] = [0; Cost::OUTPUT_BYTES];

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use proptest::prelude::*;

    use super::*;
    use crate::{
        Ceiling, ImportPepper, OverCeiling, hasher::expected::Kind, stored::prefix::Prefix,
    };

    /// A format that reads the password in every iteration, and keeps count of what it has read.
    struct Counting {
        read: Arc<AtomicU64>,
        iterations: u64,
    }

    impl Counting {
        fn read(&self, password: &[u8], iterations: u64) -> Work {
            self.read.fetch_add(password.len() as u64 * iterations, Ordering::Relaxed);
            Work::ZERO
        }
    }

    impl Scheme for Counting {
        fn format(&self) -> &'static str {
            "counting"
        }

        fn factors(&self) -> Vec<u32> {
            Vec::new()
        }

        fn shape(&self) -> Vec<u32> {
            Vec::new()
        }

        fn units(&self) -> u64 {
            self.iterations
        }

        fn admit(&self, _: &Ceiling) -> Result<(), OverCeiling> {
            Ok(())
        }

        fn takes(&self, password: &[u8]) -> bool {
            crate::scheme::takes_without_nul(password, 256)
        }

        fn salt(&self) -> &[u8] {
            &[]
        }

        fn digest(&self) -> &[u8] {
            &[7; 16]
        }

        fn compute(&self, _: &mut Arena, password: &[u8], _: &mut [u8]) -> Result<Work, HashError> {
            Ok(self.read(password, self.iterations))
        }

        fn fill(&self, _: &mut Arena, password: &[u8], units: u64) -> Result<Work, HashError> {
            Ok(self.read(password, units))
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Law 1: what an expected format reads is the same for its own hashes, for ours and for none:
        /// also where NFC has another length, where a pepper makes the password longer, and where either
        /// exceeds what the format takes.
        #[test]
        fn law_01_expected_formats_read_as_much_for_every_account(
            text in prop_oneof![
                "\\PC{0,40}",
                (0_usize..90).prop_map(|n| "\u{1d160}".repeat(n)),
                (0_usize..140).prop_map(|n| "e\u{301}".repeat(n)),
                (0_usize..1_100).prop_map(|n| "x".repeat(n)),
                Just("a\0b".to_owned()),
            ],
            secret in "[a-z]{1,250}", own in 1_u64..50, is_peppered in any::<bool>(),
        ) {
            let read = Arc::new(AtomicU64::new(0));
            let scheme = |iterations| -> Arc<dyn Scheme> {
                Arc::new(Counting { read: Arc::clone(&read), iterations })
            };
            let pepper = ImportPepper::appended("p", secret).unwrap();
            let id = is_peppered.then(|| PepperId::new("p").unwrap());
            let mut hasher =
                Hasher::new(Cost::minimal_for_tests()).with_import_peppers([pepper]);
            hasher.expected_mut().push(Kind { scheme: scheme(50), pepper: id.clone() });

            let mut arena = Arena::new();
            let password = Password::from(text.as_str());
            let prefix = Prefix { normalization: Normalization::AsReceived, pepper: id };
            let imported = StoredHash::of_parts(prefix, "counting", Body::Imported(scheme(own)));
            prop_assert!(hasher.expects(&imported));
            let salt = crate::Salt::from_bytes([1; 16]);
            let native = hasher.hash(&mut arena, &Password::from("other"), salt).unwrap();
            let mut counts = [Subject::Stored(&imported), Subject::Stored(&native), Subject::Decoy]
                .map(|subject| {
                    read.store(0, Ordering::Relaxed);
                    let _ = hasher.verify(&mut arena, &password, subject).unwrap();
                    read.load(Ordering::Relaxed)
                });
            counts.sort_unstable();
            prop_assert_eq!(counts[0], counts[2]);
            prop_assert!(counts[0] > 0);
        }
    }
}
