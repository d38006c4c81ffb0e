//! Grants over time, and in the hands of several.

use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;

use super::*;

const ACCOUNT: [u8; 16] = [1; 16];
const SESSION: [u8; 16] = [2; 16];
const PLACE: GrantPlace<'static> = GrantPlace { account: &ACCOUNT, session: &SESSION };

/// With thirty seconds of grace.
fn policy() -> GrantPolicy {
    GrantPolicy::default().grace(Duration::from_secs(30))
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn grant() -> (Grant, GrantSecrets) {
    Grant::new(PLACE, Scopes::default(), TokenSecret::new([3; 32]), &policy(), at(0))
}

fn exchange(
    grant: &Grant,
    secrets: &GrantSecrets,
    salt: u8,
    now: SystemTime,
) -> (Grant, GrantSecrets) {
    let exchanged = grant.exchange(PLACE, &secrets.refresh, [salt; 32], &policy(), now);
    let (next, secrets) = exchanged.unwrap();
    (next.unwrap(), secrets)
}

fn recent(grant: &Grant, secret: &TokenSecret, now: SystemTime) -> Option<GrantSecrets> {
    match grant.present(PLACE, secret, &policy(), now) {
        Presented::Recent(secrets) => Some(secrets),
        _ => None,
    }
}

#[test]
fn a_retry_within_grace_has_the_same_successor() {
    let (grant, first) = grant();
    let (grant, second) = exchange(&grant, &first, 7, at(100));
    for now in [at(99), at(100), at(129)] {
        let again = recent(&grant, &first.refresh, now).unwrap();
        assert_eq!(again.refresh.expose(), second.refresh.expose());
        assert_eq!(again.access.expose(), second.access.expose());
        assert_eq!(again.access_expires_at, second.access_expires_at);
    }
}

#[test]
fn clocks_that_differ_leave_no_gap_among_what_was_exchanged() {
    let (grant, first) = grant();
    // By a clock that is ahead, by one that is behind, and by one that takes the second for long past.
    let (grant, second) = exchange(&grant, &first, 1, at(120));
    let (grant, third) = exchange(&grant, &second, 2, at(100));
    let (grant, fourth) = exchange(&grant, &third, 3, at(135));
    let again = recent(&grant, &first.refresh, at(135)).unwrap();
    assert_eq!(again.refresh.expose(), fourth.refresh.expose());
    assert!(recent(&grant, &second.refresh, at(135)).is_none());
}

#[test]
fn after_grace_an_exchanged_token_is_unknown() {
    let (grant, first) = grant();
    let (grant, second) = exchange(&grant, &first, 7, at(100));
    assert!(recent(&grant, &first.refresh, at(130)).is_none());
    let policy = policy();
    let presented = grant.present(PLACE, &first.refresh, &policy, at(130));
    assert!(matches!(presented, Presented::Unknown));
    let presented = grant.present(PLACE, &second.refresh, &policy, at(130));
    assert!(matches!(presented, Presented::Present));
}

#[test]
fn who_lags_behind_within_grace_is_given_what_is_in_force() {
    let (grant, first) = grant();
    let (grant, second) = exchange(&grant, &first, 7, at(100));
    let (grant, third) = exchange(&grant, &second, 8, at(101));
    for late in [&first, &second] {
        let again = recent(&grant, &late.refresh, at(102)).unwrap();
        assert_eq!(again.refresh.expose(), third.refresh.expose());
    }
    assert!(recent(&grant, &first.refresh, at(130)).is_none());
    assert!(recent(&grant, &second.refresh, at(130)).is_some());
}

#[test]
fn whoever_exchanges_too_fast_keeps_what_there_is() {
    let (mut grant, mut secrets) = grant();
    for salt in 0..u8::try_from(Grant::MAX_RECENT).unwrap() {
        (grant, secrets) = exchange(&grant, &secrets, salt, at(100));
    }
    let policy = policy();
    let (next, same) = grant.exchange(PLACE, &secrets.refresh, [99; 32], &policy, at(100)).unwrap();
    assert_eq!(next, None);
    assert_eq!(same.refresh.expose(), secrets.refresh.expose());
    assert!(grant.access(PLACE, &same.access, at(100)).is_some());
    // Later there is room.
    let (next, _) = grant.exchange(PLACE, &secrets.refresh, [99; 32], &policy, at(130)).unwrap();
    assert_eq!(next.unwrap().recent.len(), 1);
}

#[test]
fn an_access_token_lives_its_time_also_through_one_exchange() {
    let (grant, first) = grant();
    assert_eq!(grant.access(PLACE, &first.access, at(299)), Some(at(300)));
    assert_eq!(grant.access(PLACE, &first.access, at(300)), None);
    let (grant, second) = exchange(&grant, &first, 7, at(100));
    assert_eq!(grant.access(PLACE, &first.access, at(299)), Some(at(300)));
    assert_eq!(grant.access(PLACE, &first.access, at(300)), None);
    assert_eq!(grant.access(PLACE, &second.access, at(399)), Some(at(400)));
}

#[test]
fn tokens_are_of_one_place_and_kind() {
    let (grant, first) = grant();
    let elsewhere = GrantPlace::new(&SESSION, &ACCOUNT);
    let policy = policy();
    assert!(grant.access(elsewhere, &first.access, at(1)).is_none());
    assert!(grant.access(PLACE, &first.refresh, at(1)).is_none());
    assert!(matches!(grant.present(elsewhere, &first.refresh, &policy, at(1)), Presented::Unknown));
    assert!(matches!(grant.present(PLACE, &first.access, &policy, at(1)), Presented::Unknown));
    assert!(grant.exchange(PLACE, &first.access, [0; 32], &policy, at(1)).is_none());
}

#[test]
fn a_grant_holds_no_secret() {
    let (grant, first) = grant();
    let (grant, second) = exchange(&grant, &first, 7, at(100));
    let mut kept = Vec::new();
    grant.put(&mut kept);
    for secret in [&first.refresh, &first.access, &second.refresh, &second.access] {
        assert!(!kept.windows(16).any(|window| window == &secret.expose()[..16]));
    }
}

proptest! {
    /// Any order of exchanges and late comers: whoever is within grace ends up with what is in force, and
    /// nobody else does.
    #[test]
    fn late_comers_find_what_is_in_force_or_nothing(
        gaps in proptest::collection::vec(0..20_u64, 1..12),
        late in any::<proptest::sample::Index>(),
        delay in 0..60_u64,
    ) {
        let (mut grant, secrets) = grant();
        let mut all = vec![(secrets, None)];
        let mut now = 0;
        for (salt, gap) in (0_u8..).zip(gaps) {
            now += gap;
            let (last, exchanged_at) = all.last_mut().unwrap();
            let policy = policy();
            let exchanged = grant.exchange(PLACE, &last.refresh, [salt; 32], &policy, at(now));
            let (next, secrets) = exchanged.unwrap();
            if let Some(next) = next {
                *exchanged_at = Some(now);
                grant = next;
                all.push((secrets, None));
            }
        }
        let now = now + delay;
        let (late, exchanged_at) = &all[late.index(all.len() - 1)];
        let in_force = &all.last().unwrap().0;
        let found = recent(&grant, &late.refresh, at(now));
        prop_assert_eq!(found.is_some(), now - exchanged_at.unwrap() < 30);
        if let Some(found) = found {
            prop_assert_eq!(found.refresh.expose(), in_force.refresh.expose());
            prop_assert!(grant.access(PLACE, &found.access, at(now)).is_some());
        }
    }

    #[test]
    fn what_is_kept_survives_a_round_trip(exchanges in 0..8_u8, scopes in "([a-z]{1,9}( [a-z]{1,9}){0,3})?") {
        let policy = policy();
        let secret = TokenSecret::new([3; 32]);
        let (mut grant, mut secrets) =
            Grant::new(PLACE, scopes.parse().unwrap(), secret, &policy, at(0));
        for salt in 0..exchanges {
            (grant, secrets) = exchange(&grant, &secrets, salt, at(u64::from(salt)));
        }
        let mut kept = Vec::new();
        grant.put(&mut kept);
        let mut reader = crate::bytes::Reader::new(&kept);
        prop_assert_eq!(Grant::read(&mut reader), Some(grant));
        prop_assert!(reader.is_at_end());
    }
}
