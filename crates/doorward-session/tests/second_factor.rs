//! The second factor as an account has it: one record after the other, from enrolment on.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use doorward_session::{RecoveryCode, SecondFactor, TotpSecret};
use proptest::prelude::*;
use totp_rs::Builder;

const SECRET: [u8; 20] = [7; 20];
const ACCOUNT: [u8; 16] = [9; 16];

/// What the owner's app shows.
fn code(step: u64) -> String {
    Builder::new().with_secret(SECRET).build().unwrap().generate(step * 30).to_string()
}

fn at(step: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(step * 30)
}

fn paper(number: u8) -> RecoveryCode {
    RecoveryCode::new([number; 16])
}

/// Enrolled at step 1000, with recovery codes of these numbers.
fn enrolled(numbers: impl IntoIterator<Item = u8>) -> SecondFactor {
    let digests: Vec<_> = numbers.into_iter().map(|n| paper(n).digest(&ACCOUNT)).collect();
    SecondFactor::new(TotpSecret::new(SECRET), at(1_000)).with_codes(&digests).unwrap()
}

/// Through the table and back.
fn stored(record: &SecondFactor) -> SecondFactor {
    SecondFactor::parse(&record.to_bytes()).unwrap()
}

#[test]
fn r20_a_code_moves_the_record_on_and_opens_nothing_more() {
    let new = enrolled(1..=3);
    let confirmed = stored(&new.check_totp(&code(1_000), at(1_000)).unwrap());
    for now in 990..1_010 {
        assert!(confirmed.check_totp(&code(1_000), at(now)).is_none(), "{now}");
    }
    assert!(confirmed.check_totp(&code(999), at(1_000)).is_none(), "passed over");
    let next = stored(&confirmed.check_totp(&code(1_001), at(1_000)).unwrap());
    assert_eq!((next.codes_left(), next.enrolled_at()), (3, at(1_000)));
    assert!(next.spend(&paper(2), &ACCOUNT, &paper(4)).is_some(), "and keeps the codes");
}

#[test]
fn r20_a_record_of_step_0_accepts_step_0_once() {
    let record = SecondFactor::new(TotpSecret::new(SECRET), UNIX_EPOCH);
    let next = stored(&record.check_totp(&code(0), UNIX_EPOCH).unwrap());
    assert!(next.check_totp(&code(0), UNIX_EPOCH).is_none());
    assert!(next.check_totp(&code(1), UNIX_EPOCH).is_some());
}

#[test]
fn r20_a_recovery_code_opens_once_and_its_replacement_takes_its_place() {
    for spent in 1..=16 {
        let record = enrolled(1..=16);
        let next = stored(&record.spend(&paper(spent), &ACCOUNT, &paper(17)).unwrap());
        assert_eq!(next.codes_left(), 16);
        assert!(next.spend(&paper(spent), &ACCOUNT, &paper(18)).is_none(), "{spent} again");
        for other in (1..=17).filter(|number| *number != spent) {
            assert!(next.spend(&paper(other), &ACCOUNT, &paper(18)).is_some(), "{other}");
        }
    }
}

#[test]
fn a_recovery_code_leaves_the_codes_of_the_app_as_they_are() {
    let record = enrolled(1..=2).check_totp(&code(1_000), at(1_000)).unwrap();
    let next = stored(&record.spend(&paper(1), &ACCOUNT, &paper(3)).unwrap());
    assert!(next.check_totp(&code(1_000), at(1_000)).is_none());
    assert!(next.check_totp(&code(1_001), at(1_001)).is_some());
}

#[test]
fn r20_a_recovery_code_opens_no_other_account() {
    let record = enrolled(1..=16);
    assert!(record.spend(&paper(1), &[8; 16], &paper(17)).is_none());
    assert!(record.spend(&paper(17), &ACCOUNT, &paper(18)).is_none(), "a stranger's code");
    assert!(enrolled([]).spend(&paper(1), &ACCOUNT, &paper(18)).is_none(), "none are kept");
}

#[test]
fn r20_a_replacement_that_is_no_new_code_spends_nothing() {
    let record = enrolled(1..=3);
    for known in 1..=3 {
        assert!(record.spend(&paper(1), &ACCOUNT, &paper(known)).is_none(), "{known}");
    }
    assert!(record.spend(&paper(1), &ACCOUNT, &paper(4)).is_some());
}

#[test]
fn new_recovery_codes_end_the_old_ones_up_to_sixteen() {
    let digests =
        |count: u8| -> Vec<_> { (0..count).map(|n| paper(100 + n).digest(&ACCOUNT)).collect() };
    let record = enrolled(1..=3).with_codes(&digests(16)).unwrap();
    assert_eq!(record.codes_left(), SecondFactor::MAX_CODES);
    assert_eq!(record.to_bytes().len(), SecondFactor::MAX_BYTES);
    assert!(record.spend(&paper(1), &ACCOUNT, &paper(4)).is_none());
    assert!(record.spend(&paper(115), &ACCOUNT, &paper(4)).is_some());
    assert!(enrolled([]).with_codes(&digests(17)).is_err());
    assert_eq!(record.with_codes(&[]).unwrap().codes_left(), 0);
}

#[test]
fn enrolment_is_kept_to_the_millisecond_within_the_years_that_are_written() {
    let of = |time| SecondFactor::new(TotpSecret::new(SECRET), time).enrolled_at();
    let millis = |millis| UNIX_EPOCH + Duration::from_millis(millis);
    assert_eq!(of(millis(1_234) + Duration::from_micros(999)), millis(1_234));
    assert_eq!(of(UNIX_EPOCH - Duration::from_secs(1)), UNIX_EPOCH);
    let last = millis(253_402_300_799_999);
    assert_eq!(of(last), last);
    assert_eq!(of(last + Duration::from_millis(1)), last);
    assert_eq!(stored(&SecondFactor::new(TotpSecret::new(SECRET), last)).enrolled_at(), last);
}

#[test]
fn malformed_records_are_refused() {
    let good = enrolled(1..=3).to_bytes().to_vec();
    assert!(SecondFactor::parse(&good).is_ok());
    let changed = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let mut longer = good.clone();
    longer.push(0);
    let mut seventeen = good[..37].to_vec();
    seventeen.push(17);
    seventeen.resize(38 + 17 * 32, 1);
    let mut too_late = good.clone();
    too_late[29..37].copy_from_slice(&253_402_300_800_000_u64.to_be_bytes());
    let malformed = [
        changed(0, 0),
        changed(0, 2),
        changed(37, 2),
        changed(37, 4),
        changed(37, 255),
        too_late,
        seventeen,
        [&good[..], &[5; 32]].concat(),
        longer,
    ];
    for bytes in malformed.iter().map(Vec::as_slice).chain((0..good.len()).map(|n| &good[..n])) {
        assert!(SecondFactor::parse(bytes).is_err(), "{bytes:?}");
    }
}

/// Whatever one byte becomes, the record is refused, or is another one that is written as it was read.
#[test]
fn every_change_of_a_byte_is_refused_or_read_as_it_is() {
    let good = enrolled(1..=3).to_bytes().to_vec();
    let (mut refused, mut read) = (BTreeSet::new(), BTreeSet::new());
    for at in 0..good.len() {
        for flip in 1..=255 {
            let mut bytes = good.clone();
            bytes[at] ^= flip;
            if let Ok(record) = SecondFactor::parse(&bytes) {
                assert_eq!(record.to_bytes().as_slice(), bytes);
                let _ = record.check_totp("000000", at_the_end_of_time());
                read.insert(at);
            } else {
                refused.insert(at);
            }
        }
    }
    assert!([0, 37].iter().all(|at| refused.contains(at) && !read.contains(at)));
    assert!((1..29).chain(38..good.len()).all(|at| read.contains(&at) && !refused.contains(&at)));
}

fn at_the_end_of_time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(i64::MAX.unsigned_abs())
}

#[test]
fn law_08_a_record_prints_no_secret() {
    let printed = format!("{:?}", enrolled(1..=3));
    assert_eq!(
        printed,
        format!(
            "SecondFactor {{ secret: [REDACTED], codes_left: 3, enrolled_at: {:?}, .. }}",
            at(1_000),
        ),
    );
}

#[derive(Clone, Debug)]
enum Try {
    /// The code that the app shows at one step is typed at another.
    Totp { shown: u64, now: u64 },
    /// A recovery code of this number is typed.
    Paper(u8),
}

proptest! {
    /// Whatever is tried in whichever order, while the clock goes as it likes: nothing opens twice.
    #[test]
    fn r20_nothing_opens_twice(
        tries in prop::collection::vec(
            prop_oneof![
                (1_000_u64..1_010, 1_000_u64..1_010).prop_map(|(shown, now)| Try::Totp { shown, now }),
                (0_u8..8).prop_map(Try::Paper),
            ],
            1..60,
        ),
    ) {
        let mut record = enrolled(0..4);
        let (mut used_codes, mut spent) = (BTreeSet::new(), BTreeSet::new());
        for (number, attempt) in (100..).zip(tries) {
            let next = match attempt {
                Try::Totp { shown, now } => {
                    let next = record.check_totp(&code(shown), at(now));
                    if next.is_some() {
                        prop_assert!(shown.abs_diff(now) <= 1);
                        prop_assert!(used_codes.insert(shown));
                    }
                    next
                }
                Try::Paper(typed) => {
                    let next = record.spend(&paper(typed), &ACCOUNT, &paper(number));
                    prop_assert_eq!(next.is_some(), typed < 4 && spent.insert(typed));
                    next
                }
            };
            record = next.map_or(record, |next| stored(&next));
        }
    }

    #[test]
    fn whatever_is_read_is_written_as_it_was(
        head: [u8; 32],
        count in 0_u8..18,
        digests in prop::collection::vec(any::<u8>(), 0..560),
    ) {
        let mut bytes = [&[1][..], &head[..20], &head[20..28], &[0; 4], &head[28..], &[count]].concat();
        bytes.extend(digests.iter().cycle().take(32 * usize::from(count) * usize::from(!digests.is_empty())));
        match SecondFactor::parse(&bytes) {
            Ok(record) => prop_assert_eq!(record.to_bytes().to_vec(), bytes),
            Err(_) => prop_assert!(count > 16 || (count > 0 && digests.is_empty())),
        }
    }
}
