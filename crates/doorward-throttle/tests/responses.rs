//! What an attack meets: a step-up, a wait, an alarm alone, or a note of what would have been.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on must stop")]

mod support;

use std::net::Ipv4Addr;

use doorward_throttle::{Detection, Mode, Policy, Response, Rule};
use support::tries::{Try, home, learned, rare};
use support::{Answer, Door, at};

#[test]
fn an_alarm_alone_changes_no_answer() {
    let detection = Detection::recommended().respond(Response::AlarmOnly);
    let policy = Policy::builder().detection(detection).build().unwrap();
    let mut door = Door { can_challenge: true, ..Door::new(policy) };
    for n in 0..300_u64 {
        let spray = Try { account: n, password: 3, source: home(n) };
        assert!(learned(&door.tries(&spray, false, at(n * 60))));
    }
    assert!(!door.alarms.is_empty());
}

#[test]
fn what_is_refused_waits_no_longer_than_an_hour_and_is_let_in_then() {
    let detection = Detection::recommended().respond(Response::Refuse);
    let policy = Policy::builder().detection(detection).build().unwrap();
    for can_challenge in [true, false] {
        let mut door = Door { can_challenge, ..Door::new(policy.clone()) };
        let mut now = at(0);
        let mut waits = 0;
        for n in 0..300_u64 {
            now += std::time::Duration::from_secs(30);
            let spray = Try { account: n, password: 3, source: home(n) };
            if let Answer::Wait(denial) = door.tries(&spray, false, now) {
                waits += 1;
                assert_eq!(denial.rule(), Rule::SprayedPassword);
                assert!(denial.wait_from(now).as_secs() <= 3_600);
                if n % 50 == 0 {
                    let again = door.tries(&spray, true, denial.until());
                    assert!(again.is_checked(), "{again:?}");
                    now = denial.until();
                }
            }
        }
        assert!(waits > 200, "{waits}");
    }
}

#[test]
fn a_policy_that_only_monitors_refuses_nobody_and_counts_alike() {
    let monitor = Policy::builder().mode(Mode::Monitor).build().unwrap();
    let (mut real, mut watching) = (Door::with_codes(), Door::new(monitor));
    watching.can_challenge = true;
    for n in 0..600_u64 {
        // A guesser at one account, a sprayer, and an owner.
        let attempts = [
            Try { account: 1, password: rare(n), source: home(n) },
            Try { account: n, password: 3, source: home(n + 1_000) },
        ];
        for attempt in &attempts {
            let _ = real.tries(attempt, false, at(n * 60));
            assert!(learned(&watching.tries(attempt, false, at(n * 60))));
        }
    }
    assert_eq!(real.alarms, watching.alarms);
    assert_eq!(real.rows, watching.rows);
}

#[test]
fn a_surge_of_a_prefix_and_a_spray_of_one_are_answered_each_as_the_policy_says() {
    // Many hosts of one network, each with one guess: no source sprays.
    let challenged = |detection: Detection| {
        let policy = Policy::builder().detection(detection).build().unwrap();
        let mut door = Door { can_challenge: true, ..Door::new(policy) };
        let mut rules = Vec::new();
        for n in 0..120_u64 {
            let host = Ipv4Addr::new(203, 0, 113, u8::try_from(n).unwrap());
            let attempt = Try { account: n, password: rare(n), source: Some(host.into()) };
            if let Answer::Checked { challenge: Some(rule) } =
                door.tries(&attempt, false, at(n * 400))
            {
                rules.push(rule);
            }
        }
        rules.contains(&Rule::Prefix)
    };
    let alone = Detection::recommended().respond(Response::AlarmOnly);
    assert!(!challenged(alone.clone()));
    assert!(challenged(alone.clone().with_surges(Response::StepUp)));
    assert!(!challenged(alone.with_networks(Response::StepUp)));
}

#[test]
fn a_network_that_is_refused_again_and_again_waits_no_longer_than_an_hour() {
    let detection = Detection::recommended().with_networks(Response::Refuse);
    let policy = Policy::builder().detection(detection).build().unwrap();
    let mut door = Door { can_challenge: true, ..Door::new(policy) };
    let source = Some("203.0.113.9".parse().unwrap());
    let (mut now, mut waits) = (at(0), 0);
    for n in 0..200_u64 {
        match door.tries(&Try { account: n, password: rare(n), source }, false, now) {
            Answer::Wait(denial) => {
                assert!(denial.wait_from(now).as_secs() <= 3_600, "{denial:?}");
                now = denial.until();
                waits += 1;
            }
            _ => now += std::time::Duration::from_secs(60),
        }
    }
    assert!(waits > 10, "{waits}");
}

#[test]
fn where_common_passwords_are_refused_the_wait_ends_when_it_says() {
    let detection = Detection::recommended().with_popular(Response::Refuse);
    let policy = Policy::builder().detection(detection).build().unwrap();
    let mut door = Door { can_challenge: true, ..Door::new(policy) };
    let mut now = at(0);
    for password in 1..=20_u32 {
        let attempt = Try { account: 7, password, source: home(u64::from(password)) };
        match door.tries(&attempt, false, now) {
            Answer::Wait(denial) if denial.rule() == Rule::HitBudget => {
                let before = denial.until() - std::time::Duration::from_secs(1);
                let owner = Try { account: 7, password: 400, source: home(999) };
                assert_eq!(door.tries(&owner, true, before).denial(), denial);
                let other = Try { account: 7, password: rare(7), source: home(999) };
                assert!(learned(&door.tries(&other, true, before)));
                assert!(learned(&door.tries(&owner, true, denial.until())));
                return;
            }
            Answer::Wait(denial) => now = denial.until(),
            _ => {}
        }
    }
    panic!("never refused");
}
