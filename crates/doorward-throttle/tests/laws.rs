//! The laws that the policy holds by itself, whatever the store.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on must stop")]

mod support;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use doorward_throttle::{Attempt, Device, Policy, Rule, Settlement};
use proptest::prelude::*;
use support::{Answer, Door, at, device, ip, stranger};

/// An address that was never seen before.
fn fresh(n: u64) -> Option<IpAddr> {
    Some(Ipv4Addr::from(0x0b00_0000 + (u32::try_from(n).unwrap() << 8)).into())
}

#[test]
fn law_03_cap_is_exact_under_parallelism() {
    let mut door = Door::default();
    let mut under_way = Vec::new();
    let mut turned_away = 0;
    for n in 0..10_000 {
        match door.begin(stranger(b"victim", fresh(n)), at(0)) {
            Ok(admitted) => under_way.push(admitted),
            Err(Answer::Busy) => turned_away += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((under_way.len(), turned_away), (4, 9_996));
    for admitted in under_way {
        door.settle(admitted, Settlement::Failed, at(1));
    }
    let denial = door.begin(stranger(b"victim", fresh(10_001)), at(1)).err().unwrap().denial();
    assert_eq!((denial.rule(), denial.until()), (Rule::Account, at(61)));
}

#[test]
fn law_03_parallel_correct_logins_are_not_refused() {
    let mut door = Door::default();
    let mut verified = 0;
    let mut waiting = 1_000;
    while waiting > 0 {
        let mut under_way = Vec::new();
        for _ in 0..waiting {
            match door.begin(stranger(b"owner", ip("192.0.2.1")), at(0)) {
                Ok(admitted) => under_way.push(admitted),
                Err(Answer::Busy) => {}
                Err(other) => panic!("a right login was refused: {other:?}"),
            }
        }
        assert!(!under_way.is_empty(), "nobody gets on");
        waiting -= under_way.len();
        verified += under_way.len();
        for admitted in under_way {
            door.settle(admitted, Settlement::Verified, at(0));
        }
    }
    assert_eq!(verified, 1_000);
}

#[test]
fn law_03_room_that_nobody_settled_lapses() {
    let mut door = Door::default();
    for n in 0..4 {
        std::mem::forget(door.begin(stranger(b"a", fresh(n)), at(0)).ok().unwrap());
    }
    assert!(matches!(door.begin(stranger(b"a", fresh(9)), at(60)), Err(Answer::Busy)));
    let lapse = Policy::recommended().reservation_length() + Duration::from_secs(30);
    assert!(door.begin(stranger(b"a", fresh(9)), at(lapse.as_secs())).is_ok());
}

#[test]
fn law_04_attempts_during_a_wait_never_extend_it() {
    let mut door = Door::default();
    for n in 0..4 {
        door.attempt(stranger(b"a", fresh(n)), Settlement::Failed, at(0));
    }
    for second in 0..60 {
        let answer =
            door.attempt(stranger(b"a", fresh(100 + second)), Settlement::Failed, at(second));
        assert_eq!(answer.denial().until(), at(60));
    }
    assert!(door.attempt(stranger(b"a", fresh(999)), Settlement::Verified, at(60)).is_checked());
}

#[test]
fn law_04_a_known_device_is_never_refused_for_what_strangers_do() {
    for can_challenge in [false, true] {
        let mut door = Door { can_challenge, ..Door::default() };
        let owner = Attempt {
            account: b"a",
            device: device(b"laptop"),
            source: ip("192.0.2.1"),
            guess: None,
        };
        for minute in 0..6_000_u64 {
            let now = at(minute * 60);
            // From everywhere, and from the owner's own address.
            door.attempt(stranger(b"a", fresh(minute)), Settlement::Failed, now);
            door.attempt(stranger(b"b", ip("192.0.2.1")), Settlement::Failed, now);
            if minute % 480 == 0 {
                let answer = door.attempt(owner, Settlement::Verified, now);
                assert!(matches!(answer, Answer::Checked { challenge: None }), "{answer:?}");
            }
        }
    }
}

#[test]
fn law_04_no_wait_is_permanent_and_a_step_up_replaces_the_longest() {
    let mut door = Door::default();
    let mut longest = Duration::ZERO;
    let mut now = at(0);
    let bound = loop {
        match door.attempt(stranger(b"a", None), Settlement::Failed, now) {
            Answer::Wait(denial) if denial.rule() == Rule::Consecutive => break denial,
            Answer::Wait(denial) => {
                longest = longest.max(denial.wait_from(now));
                now = denial.until();
            }
            Answer::Checked { .. } => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(longest, Duration::from_secs(3_600));
    let month = Duration::from_secs(30 * 86_400);
    assert!(bound.wait_from(now) <= month);
    assert!(door.attempt(stranger(b"a", None), Settlement::Verified, bound.until()).is_checked());

    let mut door = Door::with_codes();
    let mut now = at(0);
    let mut rejected = 0;
    for _ in 0..2_000 {
        match door.attempt(stranger(b"a", fresh(rejected)), Settlement::Failed, now) {
            Answer::Wait(denial) => {
                assert!(denial.wait_from(now) <= Duration::from_secs(3_600));
                now = denial.until();
            }
            Answer::Checked { challenge: None } => rejected += 1,
            Answer::Checked { challenge } => assert_eq!(challenge, Some(Rule::Consecutive)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(rejected, 60);
}

#[test]
fn law_03_lifting_a_wait_gives_no_more_room_than_the_policy() {
    let mut door = Door::default();
    let under_way: Vec<_> =
        (0..4).map(|n| door.begin(stranger(b"a", fresh(n)), at(0)).ok().unwrap()).collect();
    door.lift(b"a", at(0));
    assert!(matches!(door.begin(stranger(b"a", fresh(9)), at(0)), Err(Answer::Busy)));
    for admitted in under_way {
        door.settle(admitted, Settlement::Failed, at(0));
    }
    assert_eq!(door.begin(stranger(b"a", fresh(9)), at(0)).err().unwrap().denial().until(), at(60));
    door.lift(b"a", at(1));
    let again = (0..9).filter(|&n| {
        door.attempt(stranger(b"a", fresh(20 + n)), Settlement::Failed, at(1)).is_checked()
    });
    assert_eq!(again.count(), 4);
}

#[test]
fn law_04_a_clock_that_ran_ahead_leaves_no_wait_behind() {
    let mut door = Door::default();
    let year = 365 * 86_400;
    for n in 0..40 {
        door.attempt(stranger(b"a", ip("192.0.2.1")), Settlement::Failed, at(year + n * 4_000));
    }
    let answer = door.attempt(stranger(b"a", ip("192.0.2.1")), Settlement::Verified, at(0));
    assert!(answer.is_checked(), "{answer:?}");
}

#[test]
fn law_04_a_wait_written_by_a_clock_30_seconds_ahead_ends_when_it_says() {
    let mut door = Door::default();
    for n in 0..4 {
        door.attempt(stranger(b"a", fresh(n)), Settlement::Failed, at(30));
    }
    let until =
        door.attempt(stranger(b"a", fresh(9)), Settlement::Verified, at(0)).denial().until();
    assert_eq!(until, at(90));
    assert!(door.attempt(stranger(b"a", fresh(9)), Settlement::Verified, until).is_checked());
}

#[test]
fn law_04_nobody_waits_below_the_first_rung_whatever_the_clocks_say() {
    let mut door = Door::default();
    door.attempt(stranger(b"x", ip("192.0.2.1")), Settlement::Failed, at(30));
    // An attempt that began earlier, or on an instance whose clock is behind.
    for (account, source) in [(&b"x"[..], "192.0.2.1"), (b"y", "192.0.2.1"), (b"z", "198.51.100.1")]
    {
        let answer = door.attempt(stranger(account, ip(source)), Settlement::Verified, at(0));
        assert!(answer.is_checked(), "{answer:?}");
    }
}

#[test]
fn law_04_attempts_under_way_from_one_place_keep_nobody_else_out() {
    let mut door = Door::default();
    // Never settled: callers who hung up, an instance that crashed.
    for n in 0..2_000_u64 {
        if let Ok(under_way) = door.begin(stranger(&n.to_be_bytes(), ip("203.0.113.7")), at(0)) {
            std::mem::forget(under_way);
        }
    }
    let owner = door.attempt(stranger(b"owner", ip("203.0.113.8")), Settlement::Verified, at(0));
    assert!(owner.is_checked(), "{owner:?}");
}

#[test]
fn law_03_room_given_back_twice_makes_no_room() {
    let mut door = Door::default();
    for n in 0..4 {
        door.attempt(stranger(b"a", fresh(n)), Settlement::Failed, at(0));
    }
    // A store that repeats what it has done gives room back that nobody held.
    for n in 0..100 {
        let (reservation, _) = door.policy.reserve(&stranger(b"a", fresh(n)), at(60));
        let updates = door.policy.release(&reservation, &[], at(60));
        door.apply(&updates, at(60));
    }
    // In the slots to come, at least, it makes no difference.
    let now = at(60 + 30);
    let first = door.begin(stranger(b"a", fresh(200)), now);
    assert!(first.is_ok());
    assert!(matches!(door.begin(stranger(b"a", fresh(201)), now), Err(Answer::Busy)));
}

#[test]
fn law_05_a_device_that_guesses_is_cut_off() {
    let mut door = Door::default();
    let thief =
        Attempt { account: b"a", device: device(b"stolen"), source: ip("192.0.2.1"), guess: None };
    let mut now = at(0);
    let mut failed = 0;
    loop {
        match door.attempt(thief, Settlement::Failed, now) {
            Answer::Checked { .. } => failed += 1,
            Answer::Wait(denial) => now = denial.until(),
            Answer::Distrust => break,
            Answer::Busy => panic!("nothing is under way"),
        }
    }
    assert_eq!(failed, 10);
}

#[test]
fn law_05_rows_stay_small_under_an_attack_of_months() {
    let mut door = Door::default();
    // Failures and logins, on one account and on many, in every slot of every window.
    for step in 0..24_u64 * 60 * 9 {
        let now = at(step * 601);
        let source = ip("192.0.2.1");
        door.attempt(stranger(b"a", source), Settlement::Failed, now);
        door.attempt(stranger(b"a", source), Settlement::Verified, now);
        door.attempt(stranger(&step.to_be_bytes(), source), Settlement::Verified, now);
        door.attempt(stranger(&step.to_be_bytes(), source), Settlement::Failed, now);
    }
    assert!(door.widest_row() <= 64, "{}", door.widest_row());
}

/// The most events in any 24 hours, both ends included.
fn most_in_a_day(times: &[u64]) -> usize {
    (0..times.len())
        .map(|from| times[from..].iter().take_while(|&&t| t <= times[from] + 86_400).count())
        .max()
        .unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However a guesser paces himself, from as many addresses as he likes.
    #[test]
    fn law_05_at_most_30_guesses_a_day_and_100_in_a_row(
        pauses in prop::collection::vec(prop_oneof![
            8 => Just(0_u64), 4 => 1_u64..120, 2 => 120_u64..7_200, 1 => 7_200_u64..200_000
        ], 300),
        owner_logs_in in any::<bool>(),
        can_challenge in any::<bool>(),
    ) {
        let mut door = Door { can_challenge, ..Door::default() };
        let mut now = 0;
        let (mut guesses, mut in_a_row) = (Vec::new(), 0);
        for (n, pause) in pauses.into_iter().enumerate() {
            match door.attempt(stranger(b"a", fresh(n as u64)), Settlement::Failed, at(now)) {
                Answer::Checked { challenge: None } => {
                    guesses.push(now);
                    in_a_row += 1;
                    prop_assert!(in_a_row <= 100);
                }
                // Right or wrong, the guesser is answered the same: he learned nothing.
                Answer::Checked { challenge: Some(_) } => prop_assert!(can_challenge),
                // A guesser who comes back as soon as he may, now and then a little later.
                Answer::Wait(denial) => {
                    now += denial.wait_from(at(now)).as_secs_f64().ceil() as u64;
                    if denial.rule() == Rule::Consecutive {
                        // Without a step-up the run has to lapse some day, or the owner of a new
                        // device would never get in: the bound holds for any 30 days.
                        prop_assert!(!can_challenge);
                        prop_assert_eq!(in_a_row, 60);
                        in_a_row = 0;
                    }
                }
                other => prop_assert!(false, "{other:?}"),
            }
            if owner_logs_in && n % 50 == 49 {
                let owner = Attempt { account: b"a", device: device(b"d"), source: None, guess: None };
                prop_assert!(door.attempt(owner, Settlement::Verified, at(now)).is_checked());
                in_a_row = 0;
            }
            now += pause;
        }
        prop_assert!(most_in_a_day(&guesses) <= 30, "{}", most_in_a_day(&guesses));
    }

    /// What is announced is exact: refused until then, and not then.
    #[test]
    fn law_04_a_wait_ends_exactly_when_it_says(
        steps in prop::collection::vec((0_u64..4_000, any::<bool>()), 1..120),
        early in 1_u64..1_000,
    ) {
        let mut door = Door::default();
        let mut now = 0;
        for (pause, right) in steps {
            let ends = if right { Settlement::Verified } else { Settlement::Failed };
            if let Answer::Wait(denial) = door.attempt(stranger(b"a", ip("192.0.2.1")), ends, at(now)) {
                let until = denial.until();
                let before = until - Duration::from_millis(early.min(
                    u64::try_from(denial.wait_from(at(now)).as_millis()).unwrap()
                ));
                prop_assert!(before >= at(now));
                if before < until {
                    let again = door.attempt(stranger(b"a", ip("192.0.2.1")), ends, before);
                    prop_assert!(matches!(again, Answer::Wait(_)), "{again:?}");
                }
                let then = door.attempt(stranger(b"a", ip("192.0.2.1")), ends, until);
                prop_assert!(then.is_checked(), "{then:?} at {until:?}");
                now = until.duration_since(at(0)).unwrap().as_secs() + 1;
            }
            now += pause;
        }
    }

    /// A clock that jumps about never panics and never makes a wait longer than its rung.
    #[test]
    fn waits_are_bounded_under_a_jumping_clock(
        steps in prop::collection::vec((0_u64..400_000, any::<bool>()), 1..100),
    ) {
        let mut door = Door::default();
        for (now, right) in steps {
            let ends = if right { Settlement::Verified } else { Settlement::Failed };
            match door.attempt(stranger(b"a", None), ends, at(now)) {
                Answer::Wait(denial) if denial.rule() != Rule::Consecutive => {
                    // A rung, and as far as clocks may differ.
                    prop_assert!(denial.wait_from(at(now)) <= Duration::from_secs(3_600 + 120));
                }
                _ => {}
            }
        }
    }
}

#[test]
fn law_04_a_proof_is_void_once_a_newer_one_has_logged_in_and_not_before() {
    let mut door = Door::default();
    let proof = |seconds| Attempt {
        account: b"a",
        device: Some(Device { id: b"laptop", issued_at: at(seconds) }),
        source: None,
        guess: None,
    };
    assert!(door.attempt(proof(0), Settlement::Verified, at(10)).is_checked());
    // The reply with the new proof was lost.
    assert!(door.attempt(proof(0), Settlement::Verified, at(20)).is_checked());
    // A failure with the new one does not void the old one, a login does.
    assert!(door.attempt(proof(20), Settlement::Failed, at(30)).is_checked());
    assert!(door.attempt(proof(0), Settlement::Verified, at(40)).is_checked());
    assert!(door.attempt(proof(20), Settlement::Verified, at(50)).is_checked());
    assert!(matches!(door.attempt(proof(0), Settlement::Verified, at(60)), Answer::Distrust));
    let revoked = door.policy.revoke(b"a", b"laptop", at(70));
    door.apply(&[revoked], at(70));
    assert!(matches!(door.attempt(proof(20), Settlement::Verified, at(80)), Answer::Distrust));
}
