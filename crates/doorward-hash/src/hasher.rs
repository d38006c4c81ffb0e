pub(crate) mod expected;
pub(crate) mod verify;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::ImportPepper;
use crate::{
    Arena, Backend, Ceiling, Cost, HashKind, Normalization, Outdated, OverCeiling, Password, Salt,
    StoredHash,
    backend::argon::{Variant, compute},
    hasher::expected::Expected,
    normalization::Forms,
    stored::Body,
    stored::phc::Phc,
    stored::wrapped::{Wrapped, without_digest},
};

/// Makes and verifies hashes under one policy: a [`Cost`] for new hashes, a [`Ceiling`] for stored.
///
/// It holds no memory; one serves every thread. The memory is the [`Arena`] that each call is given.
/// A call keeps a processor busy for milliseconds: run it off an async runtime.
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
    backend: Backend,
    normalization: Normalization,
    expected: Expected,
    peppers: Vec<ImportPepper>,
}

impl Hasher {
    /// New hashes cost `cost`; stored ones may cost up to [`Ceiling::DEFAULT`].
    #[must_use]
    pub fn new(cost: Cost) -> Self {
        Self { cost, ..Self::default() }
    }

    /// Exchanges the ceiling. Where it lies below the policy's own cost it is raised to it, so that
    /// a hasher always reads what it writes.
    #[must_use]
    pub fn with_ceiling(self, ceiling: Ceiling) -> Self {
        Self { ceiling: ceiling.covering(self.cost), ..self }
    }

    /// Exchanges what computes Argon2. The hashes are the same.
    #[must_use]
    pub fn with_backend(self, backend: Backend) -> Self {
        Self { backend, ..self }
    }

    /// Exchanges the form of the password that new hashes are made of.
    #[must_use]
    pub fn with_normalization(self, normalization: Normalization) -> Self {
        Self { normalization, ..self }
    }

    /// Expects hashes of these kinds in the table, beside its own: from now on *every* verification
    /// also does the work of each kind, so that no account can be told by time from another, or from
    /// none.
    ///
    /// Of two kinds of one format that differ in work alone, the larger covers the smaller. What it
    /// costs is the time of one hash of each; a kind that is left out shows, to a patient stopwatch,
    /// which accounts have it. Leave it out once no row of it is left.
    ///
    #[cfg_attr(feature = "bcrypt", doc = "```")]
    #[cfg_attr(not(feature = "bcrypt"), doc = "```ignore")]
    /// use doorward_hash::{Cost, Hasher};
    ///
    /// // Two rows of the table that is brought over, or made-up ones like them.
    /// let hasher = Hasher::new(Cost::OWASP_19_MIB).expecting([
    ///     "$2b$10$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04.".parse()?,
    ///     "$argon2id$v=19$m=12288,t=3,p=1$c2FsdHNhbHRzYWx0c2E$\
    ///      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".parse()?,
    /// ]);
    /// # Ok::<(), doorward_hash::ParseError>(())
    /// ```
    #[must_use]
    pub fn expecting(mut self, kinds: impl IntoIterator<Item = HashKind>) -> Self {
        for kind in kinds.into_iter().filter(|kind| !kind.is_of(self.cost)) {
            self.expected.add(&kind);
        }
        self
    }

    /// The peppers that rows from elsewhere may ask for.
    #[must_use]
    pub fn with_import_peppers(mut self, peppers: impl IntoIterator<Item = ImportPepper>) -> Self {
        self.peppers.extend(peppers);
        self
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

    /// What computes Argon2.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// The form of the password that new hashes are made of.
    #[must_use]
    pub const fn normalization(&self) -> Normalization {
        self.normalization
    }

    /// Whether verifying such a hash takes as long as verifying none: it is of the policy's own cost,
    /// or of a kind that is expected.
    #[must_use]
    pub fn expects(&self, stored: &StoredHash) -> bool {
        let is_own = match stored.body() {
            Body::Native(hash) => hash.cost() == self.cost,
            Body::Imported(_) => false,
            Body::Wrapped(wrapped) => {
                return wrapped.outer.cost() == self.cost && self.expected.covers(stored);
            }
        };
        let is_bare = stored.prefix().pepper.is_none();
        (is_own && is_bare) || self.expected.covers(stored)
    }

    /// Whether a thief of the table guesses at it faster than at a new hash: whether [`Hasher::wrap`] gains
    /// something. A short salt or digest is a reason to hash anew, and none to guess faster.
    #[must_use]
    pub fn is_weak(&self, stored: &StoredHash) -> bool {
        match stored.body() {
            Body::Native(hash) => {
                let outdated = Outdated::judge(hash, self.cost);
                matches!(outdated, Some(Outdated::Memory | Outdated::Passes))
            }
            Body::Imported(_) => true,
            Body::Wrapped(_) => false,
        }
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
        arena.hand_to(self.backend);
        let forms = Forms::of(password);
        let hash = self.argon2id(arena, forms.get(self.normalization), &salt)?;
        Ok(StoredHash::native(self.normalization, hash))
    }

    /// Puts a weak stored hash inside one of this policy, without the password: `Argon2id(its digest)`
    /// is kept in its place, so that a stolen table has to be guessed at the policy's cost. It takes as
    /// long as one hash. The next login replaces it by a hash of the password itself.
    ///
    /// `None` where nothing is gained: it costs as much to guess at as a new hash, or is wrapped already.
    ///
    /// Verifying a wrapped hash takes the time of both. Have its kind [expected](Self::expecting) first.
    ///
    /// # Errors
    ///
    /// [`HashError::OutOfMemory`] and [`HashError::Backend`] when it cannot be computed.
    ///
    #[cfg_attr(feature = "salted-sha", doc = "```")]
    #[cfg_attr(not(feature = "salted-sha"), doc = "```ignore")]
    /// use doorward_hash::{Arena, Hasher, Password, Salt, StoredHash, Subject, Verdict};
    ///
    /// let hasher = Hasher::default();
    /// let mut arena = Arena::new();
    /// let row = "{SSHA}p7+FaZDSDkPAOMUzhbhBIZf/TRxzYWx0";
    /// let weak = StoredHash::parse(row, hasher.ceiling())?;
    /// let wrapped = hasher.wrap(&mut arena, &weak, Salt::generate()?)?.expect("it is weak");
    ///
    /// let row = wrapped.expose_secret();
    /// assert!(row.starts_with("$wrapped$ssha$-$c2FsdA$argon2id$v=19$m=19456,t=2,p=1$"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn wrap(
        &self,
        arena: &mut Arena,
        stored: &StoredHash,
        salt: Salt,
    ) -> Result<Option<StoredHash>, HashError> {
        if !self.is_weak(stored) {
            return Ok(None);
        }
        arena.hand_to(self.backend);
        let scheme = stored.body().scheme();
        let outer = self.argon2id(arena, scheme.digest(), &salt)?;
        let inner = without_digest(scheme)?;
        Ok(Some(stored.wrapped(Wrapped { outer, inner })))
    }

    /// Whether the hash needs no pepper, or one that is here and that its format has an input for.
    #[must_use]
    pub fn has_pepper_for(&self, stored: &StoredHash) -> bool {
        stored.prefix().pepper.as_ref().is_none_or(|id| {
            let pepper = self.import_pepper(id.as_str());
            pepper.is_some_and(|pepper| pepper.suits(stored.body().scheme()))
        })
    }

    /// The pepper that rows ask for by this name.
    #[must_use]
    pub fn import_pepper(&self, id: &str) -> Option<&ImportPepper> {
        self.peppers.iter().find(|pepper| pepper.id() == id)
    }

    pub(crate) const fn expected(&self) -> &Expected {
        &self.expected
    }

    #[cfg(test)]
    pub(crate) fn expected_mut(&mut self) -> &mut Expected {
        &mut self.expected
    }

    fn argon2id(&self, arena: &mut Arena, input: &[u8], salt: &Salt) -> Result<Phc, HashError> {
        let mut digest = Zeroizing::new([0; Cost::OUTPUT_BYTES]);
        compute(arena, self.cost, input, salt.as_bytes(), digest.as_mut_slice())?;
        Phc::new(Variant::ARGON2ID, self.cost, salt.as_bytes(), digest.as_slice())
            .ok_or(HashError::Backend)
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
    /// The stored hash needs a pepper that is not there, or one that its format has no input for.
    #[error(
        "the stored hash needs a pepper that this hasher does not have, or that its format cannot \
         take: give it to Hasher::with_import_peppers"
    )]
    Pepper,
}
