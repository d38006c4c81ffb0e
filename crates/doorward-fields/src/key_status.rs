use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// What a key may still do. A key goes through the statuses from left to right; only between primary
/// and open-only it may also go back.
///
/// | | pending | primary | open-only | retired |
/// |---|---|---|---|---|
/// | opens, verifies, is looked up by | yes | yes | yes | no |
/// | seals, signs | no | yes | no | no |
/// | indexes what is written | yes | yes | no | no |
///
/// # The order of a rotation
///
/// Instances never all change at once, so each step is finished everywhere before the next begins:
///
/// 1. **Distribute**: every instance gets the new key as *pending*.
/// 2. **Promote** it, on one instance after the other. The former primary becomes *open-only*.
/// 3. **Reseal** what still bears the old id.
/// 4. **Retire** the old key.
///
/// To promote before every instance has the key costs availability: what the first seals, the others
/// cannot open. To retire before everything is resealed costs the data: it never opens again. To stop
/// between two steps costs nothing, and until step 4 every step can be taken back.
///
/// ```
/// use doorward_fields::KeyStatus;
///
/// let status: KeyStatus = "open-only".parse()?;
/// assert!(status.opens() && !status.seals());
/// # Ok::<(), doorward_fields::UnknownKeyStatus>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "a new status is a new rule for every key")]
pub enum KeyStatus {
    /// Known everywhere before anything is sealed under it.
    Pending,
    /// The one that seals.
    Primary,
    /// A former primary, kept for what it sealed.
    OpenOnly,
    /// Its secret is gone. Its id stays taken, so that no other key is ever given it.
    Retired,
}

impl KeyStatus {
    /// The text form: `pending`, `primary`, `open-only` or `retired`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Primary => "primary",
            Self::OpenOnly => "open-only",
            Self::Retired => "retired",
        }
    }

    /// Whether a key of this status opens what it sealed.
    #[must_use]
    pub const fn opens(self) -> bool {
        !matches!(self, Self::Retired)
    }

    /// Whether a key of this status seals.
    #[must_use]
    pub const fn seals(self) -> bool {
        matches!(self, Self::Primary)
    }
}

impl fmt::Display for KeyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyStatus {
    type Err = UnknownKeyStatus;

    fn from_str(text: &str) -> Result<Self, UnknownKeyStatus> {
        let all = [Self::Pending, Self::Primary, Self::OpenOnly, Self::Retired];
        all.into_iter().find(|status| status.as_str() == text).ok_or(UnknownKeyStatus(()))
    }
}

/// The text is no [`KeyStatus`]. It is not repeated here: a secret may stand in the wrong place.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not the status of a key; write pending, primary, open-only or retired")]
pub struct UnknownKeyStatus(());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_is_read_again_and_no_other_is() {
        for status in
            [KeyStatus::Pending, KeyStatus::Primary, KeyStatus::OpenOnly, KeyStatus::Retired]
        {
            assert_eq!(status.to_string().parse(), Ok(status));
        }
        for other in ["", "Primary", " primary", "openonly", "open_only", "1"] {
            assert_eq!(other.parse::<KeyStatus>(), Err(UnknownKeyStatus(())), "{other:?}");
        }
    }
}
