//! What is kept of a session.

use std::fmt;
use std::time::SystemTime;

use subtle::ConstantTimeEq as _;

use crate::authentication::Authentication;
use crate::bytes::{Reader, put_number, put_time};
use crate::grant::Grant;

/// A session as it is kept: how its owner was authenticated, when it ends for good, and by what its holder
/// is known.
///
/// As bytes, all numbers big-endian, times in milliseconds since 1970:
/// `version (1) = 1 || factors (1) || authenticated at (8) || account's epoch (8) || ends at (8) || holder`, text behind two bytes with its length. The holder is `1 || digest (32)` for a session token, or
/// `2 ||` a [`Grant`]: `scopes || digest of the refresh token (32) || access token || has another (1) || access
/// token || count (1) || exchanged tokens`; an access token is `digest (32) || expires at (8)`, an exchanged one
/// `digest (32) || salt (32) || at (8)`. Nothing follows. At most [`MAX_BYTES`](Self::MAX_BYTES).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SessionRecord {
    authentication: Authentication,
    epoch: u64,
    ends_at: SystemTime,
    holder: Holder,
}

/// By what the holder of a session is known.
#[derive(Clone, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "a caller must have a plan for every kind")]
pub enum Holder {
    /// By a session token, of which this is the digest.
    Session([u8; 32]),
    /// By the tokens of a grant.
    Grant(Box<Grant>),
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Session(_) => "Session",
            Self::Grant(_) => "Grant",
        })
    }
}

impl SessionRecord {
    /// The most bytes that a record takes.
    pub const MAX_BYTES: usize =
        1 + 9 + 8 + 8 + 1 + (2 + 512) + 32 + 40 + 1 + 40 + 1 + Grant::MAX_RECENT * 72;

    /// A record. `epoch` is a number that changes when the account does: its password, or whether it is open.
    #[must_use]
    pub fn new(
        authentication: Authentication,
        epoch: u64,
        ends_at: SystemTime,
        holder: Holder,
    ) -> Self {
        Self { authentication, epoch, ends_at, holder }
    }

    /// The same with another holder.
    #[must_use]
    pub fn with_holder(self, holder: Holder) -> Self {
        Self { holder, ..self }
    }

    /// How and when its owner was authenticated.
    #[must_use]
    pub fn authentication(&self) -> Authentication {
        self.authentication
    }

    /// The account's epoch as it was then.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// When it ends, in use or not.
    #[must_use]
    pub fn ends_at(&self) -> SystemTime {
        self.ends_at
    }

    /// By what its holder is known.
    #[must_use]
    pub fn holder(&self) -> &Holder {
        &self.holder
    }

    /// Whether this is the digest of its session token. The comparison takes the same time wherever they differ.
    #[must_use]
    pub fn is_held_by(&self, digest: &[u8; 32]) -> bool {
        match &self.holder {
            Holder::Session(kept) => kept.ct_eq(digest).into(),
            Holder::Grant(_) => false,
        }
    }

    /// As it is kept.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::MAX_BYTES);
        out.push(VERSION);
        self.authentication.put(&mut out);
        put_number(self.epoch, &mut out);
        put_time(self.ends_at, &mut out);
        match &self.holder {
            Holder::Session(digest) => {
                out.push(SESSION);
                out.extend_from_slice(digest);
            }
            Holder::Grant(grant) => {
                out.push(GRANT);
                grant.put(&mut out);
            }
        }
        out
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` for anything else.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != VERSION {
            return None;
        }
        let record = Self {
            authentication: Authentication::read(&mut reader)?,
            epoch: reader.number()?,
            ends_at: reader.time()?,
            holder: match reader.byte()? {
                SESSION => Holder::Session(reader.array()?),
                GRANT => Holder::Grant(Box::new(Grant::read(&mut reader)?)),
                _ => return None,
            },
        };
        reader.is_at_end().then_some(record)
    }
}

const VERSION: u8 = 1;
const SESSION: u8 = 1;
const GRANT: u8 = 2;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;
    use crate::{Factor, GrantPlace, GrantPolicy, Label, Scopes, TokenSecret};

    fn record() -> SessionRecord {
        let authentication =
            Authentication::new(UNIX_EPOCH + Duration::from_secs(7), [Factor::Password]);
        let ends_at = UNIX_EPOCH + Duration::from_secs(9);
        SessionRecord::new(authentication, 5, ends_at, Holder::Session([6; 32]))
    }

    fn fullest() -> SessionRecord {
        let policy = GrantPolicy::default();
        let place = GrantPlace::new(&[1; 16], &[2; 16]);
        let scopes = Scopes::new(["s".repeat(Scopes::MAX_BYTES)]).unwrap();
        let secret = TokenSecret::new([3; 32]);
        let (mut grant, mut secrets) = Grant::new(place, scopes, secret, &policy, UNIX_EPOCH);
        for _ in 0..Grant::MAX_RECENT {
            let (next, new) =
                grant.exchange(place, secrets.refresh(), [4; 32], &policy, UNIX_EPOCH).unwrap();
            (grant, secrets) = (next.unwrap(), new);
        }
        record().with_holder(Holder::Grant(Box::new(grant)))
    }

    #[test]
    fn the_longest_record_is_as_long_as_said() {
        assert_eq!(fullest().to_bytes().len(), SessionRecord::MAX_BYTES);
        // With a tag and a sealed label beside it, it fits where sessions are kept.
        const { assert!(SessionRecord::MAX_BYTES + Label::MAX_BYTES + 256 <= 2048) };
    }

    #[test]
    fn it_is_held_by_its_own_token_only() {
        assert!(record().is_held_by(&[6; 32]));
        assert!(!record().is_held_by(&[7; 32]));
        assert!(!fullest().is_held_by(&[6; 32]));
    }

    #[test]
    fn law_08_debug_shows_no_digest() {
        let shown = format!("{:?}", record());
        assert!(!shown.contains("6, 6"), "{shown}");
    }

    #[test]
    fn nothing_follows_a_record_and_no_part_of_it_is_one() {
        for record in [record(), fullest()] {
            let mut bytes = record.to_bytes();
            for length in 0..bytes.len() {
                assert_eq!(SessionRecord::parse(&bytes[..length]), None, "{length}");
            }
            bytes.push(0);
            assert_eq!(SessionRecord::parse(&bytes), None);
        }
    }

    proptest! {
        #[test]
        fn what_was_changed_is_another_record_or_none(at in any::<proptest::sample::Index>(), with: u8) {
            let record = fullest();
            let mut bytes = record.to_bytes();
            let at = at.index(bytes.len());
            let was = std::mem::replace(&mut bytes[at], with);
            let parsed = SessionRecord::parse(&bytes);
            prop_assert_eq!(parsed == Some(record), was == with);
            if let Some(parsed) = SessionRecord::parse(&bytes) {
                prop_assert_eq!(parsed.to_bytes(), bytes);
            }
        }
    }
}
