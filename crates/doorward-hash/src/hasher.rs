use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    Arena, Ceiling, Cost, Outdated, OverCeiling, Password, Salt, StoredHash, Subject, Verdict,
    Verification,
    argon::{STAND_IN, STAND_IN_SALT, compute, fill_up},
};

/// Makes and verifies hashes under one policy: a [`Cost`] for new hashes, a [`Ceiling`] for stored.
///
/// It holds no secret and no memory; one serves every thread. The memory is the [`Arena`] that each
/// call is given. A call keeps a processor busy for milliseconds: run it off an async runtime.
///
/// ```
/// use doorward_hash::{Arena, Cost, Hasher, Password, Salt, Subject, Verdict};
///
/// let hasher = Hasher::new(Cost::OWASP_46_MIB);
/// let mut arena = Arena::new();
/// let password = Password::from("correct horse battery staple");
/// let hash = hasher.hash(&mut arena, &password, Salt::generate()?)?;
///
/// let wrong = Password::from("incorrect horse");
/// let answer = hasher.verify(&mut arena, &wrong, Subject::Stored(&hash))?;
/// assert_eq!(answer.verdict(), Verdict::Invalid);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Hasher {
    cost: Cost,
    ceiling: Ceiling,
}

impl Hasher {
    /// New hashes cost `cost`; stored ones may cost up to [`Ceiling::DEFAULT`].
    #[must_use]
    pub const fn new(cost: Cost) -> Self {
        Self { cost, ceiling: Ceiling::DEFAULT }
    }

    /// Exchanges the ceiling. Where it lies below the policy's own cost it is raised to it, so that
    /// a hasher always reads what it writes.
    #[must_use]
    pub fn with_ceiling(self, ceiling: Ceiling) -> Self {
        Self { ceiling: ceiling.covering(self.cost), ..self }
    }

    /// What a new hash costs.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        self.cost
    }

    /// What a stored hash may cost: for [`StoredHash::parse`].
    #[must_use]
    pub const fn ceiling(&self) -> &Ceiling {
        &self.ceiling
    }

    /// Hashes a password for storage. Whether it may be a password at all is decided before, by
    /// [`PasswordPolicy::check`](crate::PasswordPolicy::check).
    ///
    /// # Errors
    ///
    /// - [`HashError::EmptyPassword`] and [`HashError::PasswordTooLong`], before any work.
    /// - [`HashError::OutOfMemory`] and [`HashError::Backend`] when it cannot be computed.
    pub fn hash(
        &self,
        arena: &mut Arena,
        password: &Password,
        salt: Salt,
    ) -> Result<StoredHash, HashError> {
        if password.is_empty() {
            return Err(HashError::EmptyPassword);
        }
        if password.is_overlong() {
            return Err(HashError::PasswordTooLong);
        }
        let secret = password.expose_secret().as_bytes();
        let mut digest = Zeroizing::new([0; Cost::OUTPUT_BYTES]);
        compute(arena, self.cost, secret, salt.as_bytes(), digest.as_mut_slice())?;
        StoredHash::new(self.cost, salt.as_bytes(), digest.as_slice())
    }

    /// Verifies a password, in the same number of blocks whatever the answer.
    ///
    /// The work is [`Cost::work`] of the policy for every subject and every password: a weaker
    /// stored hash is filled up with computations whose result is thrown away, whether the password
    /// is right or wrong; a decoy, an empty and an over-long password are computed in full and are
    /// never valid. (Where the last 4 blocks would be left over, too few for Argon2, they are 8.)
    /// Digests are compared in constant time.
    ///
    /// # Stored hashes weaker than the policy: equal blocks, nearly equal time
    ///
    /// A block takes less time in a first pass than in later ones, and in a memory that fits the
    /// processor's cache. So a stored hash of weaker parameters is verified faster than a decoy in
    /// as many blocks: mostly by some 3 to 15 per cent, by up to a fifth for many passes over little
    /// memory. Until its owner logs in and it is replaced, a patient stopwatch can tell that it
    /// exists. Hashes of the policy's own parameters do not differ from decoys.
    ///
    /// # Stored hashes that cost more than the policy
    ///
    /// They take their own work, which is more, and so tell a stopwatch that the account exists.
    /// A policy at least as costly as the costliest stored hash prevents this: a table imported
    /// from argon2-cffi, whose default is `m=65536,t=3,p=4`, wants `Cost::new(65_536, 3, 4)`.
    /// [`StoredHash::work`] and [`Verification::work`] above `cost().work()` show such hashes.
    ///
    /// # Errors
    ///
    /// An error means that nothing was decided, and lets no one in.
    ///
    /// - [`HashError::OverCeiling`] when the stored hash was parsed within a wider ceiling than
    ///   this hasher's; before any work.
    /// - [`HashError::OutOfMemory`] and [`HashError::Backend`] when it cannot be computed.
    pub fn verify(
        &self,
        arena: &mut Arena,
        password: &Password,
        subject: Subject<'_>,
    ) -> Result<Verification, HashError> {
        let task = Task::of(self.cost, password, subject);
        self.ceiling.admit(task.cost, task.digest.len()).map_err(HashError::OverCeiling)?;
        // At once what any step needs, so that no subject is told by when memory is taken.
        arena.reserve(task.cost.blocks().max(self.cost.blocks()) as usize)?;

        let mut buffer = Zeroizing::new([0; MAX_DIGEST_BYTES]);
        let computed = buffer.get_mut(..task.digest.len()).ok_or(HashError::Backend)?;
        let own = compute(arena, task.cost, task.password, task.salt, computed)?;
        let work = own + fill_up(arena, self.cost, own.missing_to(self.cost.work()))?;

        let right = bool::from(computed.ct_eq(task.digest));
        let verdict = match task.genuine {
            Some(stored) if right => {
                Outdated::judge(stored, self.cost).map_or(Verdict::Valid, Verdict::Outdated)
            }
            _ => Verdict::Invalid,
        };
        Ok(Verification::new(verdict, work))
    }
}

/// Why nothing could be hashed or decided. A wrong password is not among the reasons.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum HashError {
    /// A backend refused parameters that were checked.
    #[error("a hashing backend refused its parameters: report this as a bug of doorward-hash")]
    Backend,
    /// There is nothing to hash.
    #[error("an empty password cannot be hashed: check it with PasswordPolicy first")]
    EmptyPassword,
    /// No memory for the arena.
    #[error("no memory for Argon2: run fewer hashes at once, or lower the memory of Cost")]
    OutOfMemory,
    /// The stored hash was parsed within a wider ceiling than the hasher's.
    #[error("{0} of this hasher: parse stored hashes with Hasher::ceiling, or widen it")]
    OverCeiling(OverCeiling),
    /// More than [`Password::MAX_BYTES`] bytes.
    #[error(
        "a password of more than {max} bytes cannot be hashed: check it with PasswordPolicy first",
        max = Password::MAX_BYTES
    )]
    PasswordTooLong,
}

/// The longest digest that a [`StoredHash`] can hold: the PHC format's own limit.
const MAX_DIGEST_BYTES: usize = 64;

/// What a decoy is compared with, whose preimage no one knows. Equal or not, it is never valid: a
/// decoy has nothing in `genuine`.
const DECOY_DIGEST: [u8; Cost::OUTPUT_BYTES] = [0; Cost::OUTPUT_BYTES];

/// One computation and one comparison: the same steps for every subject.
struct Task<'a> {
    cost: Cost,
    password: &'a [u8],
    salt: &'a [u8],
    digest: &'a [u8],
    /// The hash that a right password proves. Without one, nothing can be valid.
    genuine: Option<&'a StoredHash>,
}

impl<'a> Task<'a> {
    fn of(policy: Cost, password: &'a Password, subject: Subject<'a>) -> Self {
        let fit = !password.is_empty() && !password.is_overlong();
        let secret = password.expose_secret().as_bytes();
        match subject {
            Subject::Stored(stored) if fit => Self {
                cost: stored.cost(),
                password: secret,
                salt: stored.salt(),
                digest: stored.digest(),
                genuine: Some(stored),
            },
            _ => Self {
                cost: policy,
                password: if fit { secret } else { STAND_IN },
                salt: &STAND_IN_SALT,
                digest: &DECOY_DIGEST,
                genuine: None,
            },
        }
    }
}
