//! What is kept of an account beside its password.

use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::SecondFactor;
use crate::bytes::{Reader, put_time};

/// What is kept of an account beside its identifier and password: when its identifier was verified, and its second
/// factor.
///
/// As bytes: `version (1) = 1 || what is there (1) || verified at (8)? || second factor?`: of what is there, 1 is
/// the time, in milliseconds since 1970, and 2 the second factor, which goes to the end. To be stored sealed.
#[derive(Debug, Default)]
pub struct AccountDetails {
    verified_at: Option<SystemTime>,
    second_factor: Option<SecondFactor>,
}

impl AccountDetails {
    /// Verified at this time, to the millisecond; or not.
    #[must_use]
    pub fn with_verified_at(self, verified_at: Option<SystemTime>) -> Self {
        Self { verified_at, ..self }
    }

    /// With this second factor, or with none.
    #[must_use]
    pub fn with_second_factor(self, second_factor: Option<SecondFactor>) -> Self {
        Self { second_factor, ..self }
    }

    /// When the identifier was verified.
    #[must_use]
    pub fn verified_at(&self) -> Option<SystemTime> {
        self.verified_at
    }

    /// The second factor.
    #[must_use]
    pub fn second_factor(&self) -> Option<&SecondFactor> {
        self.second_factor.as_ref()
    }

    /// As it is kept; `None` where nothing is there to be kept.
    #[must_use]
    pub fn to_bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        let has_time = self.verified_at.map_or(0, |_| TIME);
        let has_factor = self.second_factor.as_ref().map_or(0, |_| FACTOR);
        if has_time | has_factor == 0 {
            return None;
        }
        // Room for all, so that growing leaves no copy of the secret behind.
        let mut out = Zeroizing::new(Vec::with_capacity(2 + 8 + SecondFactor::MAX_BYTES));
        out.extend_from_slice(&[VERSION, has_time | has_factor]);
        if let Some(time) = self.verified_at {
            put_time(time, &mut out);
        }
        if let Some(factor) = &self.second_factor {
            out.extend_from_slice(&factor.to_bytes());
        }
        Some(out)
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` for anything else. Whoever gets none has to fail
    /// closed: an account whose second factor cannot be read is not one without.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let (version, has) = (reader.byte()?, reader.byte()?);
        if version != VERSION || has & !(TIME | FACTOR) != 0 || has == 0 {
            return None;
        }
        let verified_at = if has & TIME != 0 { Some(reader.time()?) } else { None };
        let second_factor =
            if has & FACTOR != 0 { Some(SecondFactor::parse(reader.rest()).ok()?) } else { None };
        reader.is_at_end().then_some(Self { verified_at, second_factor })
    }
}

const VERSION: u8 = 1;
const TIME: u8 = 1;
const FACTOR: u8 = 2;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::TotpSecret;

    fn details(verified: bool, factor: bool) -> AccountDetails {
        let at = UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        let second_factor = factor.then(|| SecondFactor::new(TotpSecret::new([7; 20]), at));
        AccountDetails::default()
            .with_verified_at(verified.then_some(at))
            .with_second_factor(second_factor)
    }

    #[test]
    fn whatever_is_there_survives_a_round_trip_and_no_part_of_it_does() {
        for (verified, factor) in [(true, false), (false, true), (true, true)] {
            let kept = details(verified, factor).to_bytes().unwrap();
            let again = AccountDetails::parse(&kept).unwrap();
            assert_eq!(again.verified_at().is_some(), verified);
            assert_eq!(again.second_factor().is_some(), factor);
            assert_eq!(again.to_bytes().unwrap(), kept);
            for length in 0..kept.len() {
                assert!(AccountDetails::parse(&kept[..length]).is_none(), "{length}");
            }
            let longer = [kept.as_slice(), &[0]].concat();
            assert!(AccountDetails::parse(&longer).is_none());
        }
    }

    #[test]
    fn nothing_is_kept_of_nothing() {
        assert!(details(false, false).to_bytes().is_none());
        assert!(AccountDetails::parse(&[1, 0]).is_none());
        assert!(AccountDetails::parse(&[1, 4]).is_none());
    }
}
