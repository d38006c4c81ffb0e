use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::{
    Ceiling, Cost, ParseError, StoredHash,
    backend::argon::STAND_IN_SALT,
    imported,
    scheme::Scheme,
    stored::{phc, prefix::PepperId},
};

/// The kind of a stored hash: its format, its work factors, and the name of the pepper that it needs, if
/// it does; neither salt nor digest.
///
/// For [`Hasher::expecting`](crate::Hasher::expecting), and to count how many of which are left. It is
/// read from any row of the table, or from a made-up one:
///
/// ```
/// use doorward_hash::HashKind;
///
/// let old: HashKind = "$argon2id$v=19$m=12288,t=3,p=1$c2FsdHNhbHRzYWx0c2E$\
///                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".parse()?;
/// assert_eq!(old.to_string(), "argon2id m=12288,t=3,p=1");
/// # Ok::<(), doorward_hash::ParseError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HashKind {
    format: &'static str,
    factors: Vec<u32>,
    /// What is hashed with the password may make it longer, and so take longer.
    pepper: Option<PepperId>,
}

impl HashKind {
    /// The name of the format.
    #[must_use]
    pub const fn format(&self) -> &'static str {
        self.format
    }

    pub(crate) fn of(scheme: &dyn Scheme, pepper: Option<&PepperId>) -> Self {
        let pepper = pepper.cloned();
        Self { format: scheme.format(), factors: scheme.factors(), pepper }
    }

    pub(crate) const fn pepper(&self) -> Option<&PepperId> {
        self.pepper.as_ref()
    }

    /// Whether it is what a policy of this cost makes itself.
    pub(crate) fn is_of(&self, cost: Cost) -> bool {
        let own = [cost.m_kib(), cost.t(), cost.p()];
        let is_native = phc::FORMATS.contains(&self.format) && self.pepper.is_none();
        is_native && self.factors.starts_with(&own)
    }

    /// A scheme of this kind, with a salt that is nobody's. Every kind has one: it was one's kind.
    pub(crate) fn scheme(&self) -> Option<Arc<dyn Scheme>> {
        imported::make(self.format, &self.factors, &STAND_IN_SALT).ok().flatten()
    }
}

impl FromStr for HashKind {
    type Err = ParseError;

    /// The kind of a row, within [`Ceiling::DEFAULT`]. Of a wider one, see [`StoredHash::kind`].
    fn from_str(row: &str) -> Result<Self, ParseError> {
        StoredHash::parse(row, &Ceiling::DEFAULT).map(|stored| stored.kind())
    }
}

impl fmt::Display for HashKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(pepper) = &self.pepper {
            write!(f, "peppered ({}) ", pepper.as_str())?;
        }
        match self.factors.as_slice() {
            [] => f.write_str(self.format),
            [m, t, p, _] if self.format.starts_with("argon2") => {
                write!(f, "{} m={m},t={t},p={p}", self.format)
            }
            factors => {
                let factors: Vec<String> = factors.iter().map(u32::to_string).collect();
                write!(f, "{} {}", self.format, factors.join(","))
            }
        }
    }
}
