//! Codes of a second factor: heard during an attack, counted whatever the mode is, and no more than a hundred in a row.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on must stop")]

mod support;

use std::net::Ipv4Addr;
use std::time::{Duration, SystemTime};

use doorward_throttle::{Attempt, Decision, Mode, Policy, Rule, Settlement};
use support::tries::{Try, home};
use support::{Answer, Door, UnderWay, at, device, stranger};

const DAY: Duration = Duration::from_secs(86_400);

/// One whole attempt to give a code, which is wrong.
fn wrong_code(door: &mut Door, attempt: Attempt<'_>, now: SystemTime) -> Answer {
    let (reservation, updates) = door.policy.reserve(&attempt, now);
    let mut rows = door.apply(&updates, now);
    rows.truncate(reservation.scopes().count());
    let answer = match door.policy.decide_code(&reservation, &rows, now) {
        Decision::Admit(admission) => {
            let challenge = admission.challenge();
            let under_way = UnderWay { reservation, rows, admission };
            door.settle(under_way, Settlement::Failed, now);
            return Answer::Checked { challenge };
        }
        Decision::Deny(denial) => Answer::Wait(denial),
        Decision::Busy => Answer::Busy,
        Decision::Distrust => Answer::Distrust,
    };
    let updates = door.policy.release(&reservation, &rows, now);
    door.apply(&updates, now);
    answer
}

fn source(n: u32) -> Option<std::net::IpAddr> {
    Some(Ipv4Addr::from(0x0b00_0001 + (n << 8)).into())
}

#[test]
fn law_05_wrong_codes_end_at_the_bound_in_every_preset_and_mode() {
    for preset in [Policy::recommended(), Policy::strict(), Policy::lenient()] {
        for mode in [Mode::Enforce, Mode::Monitor] {
            let policy = preset.to_builder().mode(mode).build().unwrap();
            let mut door = Door::new(policy);
            let (mut now, mut checked, mut n) = (at(0), 0, 0);
            let last = loop {
                n += 1;
                match wrong_code(&mut door, stranger(b"codes", source(n)), now) {
                    Answer::Checked { .. } => checked += 1,
                    Answer::Wait(denial) if denial.wait_from(now) > DAY => break denial,
                    Answer::Wait(denial) => now = denial.until(),
                    other => panic!("{other:?}"),
                }
                assert!(now < at(0) + 10 * DAY, "{mode:?}: {checked} and no bound");
            };
            assert!((30..=100).contains(&checked), "{checked}");
            assert_eq!(last.rule(), Rule::Consecutive);
            let after = wrong_code(&mut door, stranger(b"codes", source(0)), last.until());
            assert!(after.is_checked(), "no wait is for ever: {after:?}");
        }
    }
}

#[test]
fn codes_are_heard_while_passwords_are_asked_for_one() {
    let mut door = Door::with_codes();
    let mut now = at(0);
    for n in 0..300_u64 {
        now += Duration::from_secs(1);
        door.tries(&Try { account: n, password: 3, source: home(n) }, false, now);
    }
    let spray = Try { account: 900, password: 3, source: home(900) };
    let asked = door.tries(&spray, false, now);
    assert!(matches!(asked, Answer::Checked { challenge: Some(_) }), "{asked:?}");
    for n in 0..4 {
        let heard = wrong_code(&mut door, stranger(b"codes", source(n)), now);
        assert!(heard.is_checked(), "{heard:?}");
    }
    let fifth = wrong_code(&mut door, stranger(b"codes", source(9)), now);
    assert_eq!(fifth.denial().rule(), Rule::Account, "as often as passwords in calm times");
}

#[test]
fn law_04_a_device_is_trusted_as_long_as_right_codes_come_in_between() {
    for ends in [true, false] {
        let mut door = Door::default();
        let mut distrusted = false;
        for day in 0..20 {
            let now = at(day * 86_400);
            let attempt = Attempt { device: device(b"d"), ..stranger(b"codes", source(1)) };
            distrusted |= matches!(wrong_code(&mut door, attempt, now), Answer::Distrust);
            if ends {
                let update = door.policy.end_device_run(b"codes", b"d", now);
                door.apply(&[update], now);
            }
        }
        assert_eq!(distrusted, !ends);
    }
}
