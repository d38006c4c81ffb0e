//! What is taken for an attack, and what is not.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on must stop")]

mod support;

use doorward_throttle::{Alarm, Rule, ScopeKind};
use support::tries::{Try, home, learned, rare};
use support::{Answer, Door, at};

#[test]
fn r04_a_sprayed_password_is_known_after_a_few_guesses_from_any_number_of_networks() {
    for (password, most) in [(3, 6), (777_777, 32)] {
        let mut door = Door::with_codes();
        let mut guesses = 0;
        for n in 0..1_500 {
            let spray = Try { account: n, password, source: home(n) };
            guesses += u32::from(learned(&door.tries(&spray, false, at(n * 57))));
        }
        // Each time that the flag has ended one more guess shows that the spray goes on.
        assert!(guesses <= most + 4, "{guesses}");
        let alarms = door.alarms.len();
        assert_eq!(alarms, 1, "{:?}", door.alarms);
        let is_listed = password < 30_000;
        assert!(
            matches!(door.alarms[0], Alarm::SprayedPassword { is_listed: listed, .. } if listed == is_listed)
        );
    }
}

#[test]
fn r04_owners_with_other_passwords_notice_nothing_of_a_spray() {
    let mut door = Door::with_codes();
    for n in 0..1_500_u64 {
        let now = at(n * 57);
        door.tries(&Try { account: n, password: 3, source: home(n) }, false, now);
        let owner = Try { account: 5_000 + n, password: rare(n), source: home(5_000 + n) };
        let answer = door.tries(&owner, true, now);
        assert!(learned(&answer), "{n}: {answer:?}");
    }
}

#[test]
fn r04_a_spray_of_many_passwords_makes_the_next_common_one_suspicious() {
    let mut door = Door::with_codes();
    let mut guesses = 0;
    let mut second = 0;
    for password in 1..=100 {
        for account in 0..100 {
            second += 30;
            let source = home(u64::from(password) * 100 + account);
            let answer = door.tries(&Try { account, password, source }, false, at(second));
            guesses += u32::from(learned(&answer));
        }
    }
    // Of 10,000 guesses.
    assert!(guesses < 150, "{guesses}");
}

#[test]
fn r04_what_was_right_does_not_show_while_an_attack_lasts() {
    let challenged = |right: bool| {
        let mut door = Door::with_codes();
        let mut answers = Vec::new();
        for n in 0..400_u64 {
            let right = right && n >= 40 && n % 3 == 0;
            let spray = Try { account: n, password: 3, source: home(n) };
            answers.push(format!("{:?}", door.tries(&spray, right, at(n * 300))));
        }
        answers
    };
    let (wrong, some_right) = (challenged(false), challenged(true));
    let differ = wrong.iter().zip(&some_right).filter(|(one, other)| one != other).count();
    // A right guess between two flags is let in, as any login is; all that were answered with a
    // step-up are alike.
    assert!(wrong.iter().any(|answer| answer.contains("SprayedPassword")));
    assert!(differ <= 4, "{differ}");
}

#[test]
fn nobody_is_challenged_in_calm_times_for_having_a_common_password() {
    let mut door = Door::with_codes();
    let mut challenged = 0;
    // Ten days of a site of 2,000 people: one in twenty mistypes, one in five has a common password
    // and, mistyping, hits another common one.
    for n in 0..20_000_u64 {
        let person = n * 7_919 % 2_000;
        let now = at(n * 43);
        let is_common = person % 5 == 0;
        let own = if is_common { u32::try_from(person % 400).unwrap() + 1 } else { rare(person) };
        if n % 20 == 0 {
            let typo = if is_common { own % 400 + 1 } else { rare(100_000 + n) };
            let typo = Try { account: person, password: typo, source: home(person) };
            challenged += u32::from(!learned(&door.tries(&typo, false, now)));
        }
        let login = Try { account: person, password: own, source: home(person) };
        let answer = door.tries(&login, true, now);
        challenged += u32::from(!learned(&answer));
    }
    assert_eq!((challenged, door.alarms.as_slice()), (0, &[][..]));
}

#[test]
fn r04_credential_stuffing_is_seen_by_the_site_alone() {
    let mut door = Door::with_codes();
    let (mut guesses, mut owners) = (0, 0);
    // Each pair once, each from a network of its own, a third as many as people log in.
    for n in 0..10_000_u64 {
        let now = at(n * 20);
        let owner = Try { account: n, password: rare(n), source: home(n) };
        owners += u32::from(learned(&door.tries(&owner, true, now)));
        if n > 3_000 && n % 3 == 0 {
            let pair = Try { account: n, password: rare(50_000 + n), source: home(50_000 + n) };
            guesses += u32::from(learned(&door.tries(&pair, false, now)));
        }
    }
    assert!(guesses < 250, "{guesses} of 2,333");
    assert!(owners > 3_000, "before the attack, at least");
    assert!(door.alarms.len() <= 3, "{:?}", door.alarms);
    assert!(matches!(door.alarms[0], Alarm::Surge { scope: ScopeKind::Site, .. }));
}

#[test]
fn an_alarm_of_the_site_ends_after_the_attack() {
    let mut door = Door::with_codes();
    for n in 0..200_u64 {
        let pair = Try { account: n, password: rare(n), source: home(n) };
        door.tries(&pair, false, at(n));
    }
    let owner = |door: &mut Door, n: u64, second: u64| {
        let owner = Try { account: 900 + n, password: rare(900 + n), source: home(900 + n) };
        learned(&door.tries(&owner, true, at(second)))
    };
    assert!(!owner(&mut door, 0, 300));
    // Owners that are challenged redeem their codes: they do not prolong it.
    let calm = (0..400).map(|n| {
        let second = 600 + n * 30;
        let let_in = owner(&mut door, n, second);
        if !let_in {
            let account = (900 + n).to_be_bytes();
            let updates = door.policy.redeemed(&account, home(900 + n), true, at(second));
            door.apply(&updates, at(second));
        }
        let_in
    });
    let calm: Vec<_> = calm.collect();
    let first = calm.iter().position(|&let_in| let_in).unwrap();
    assert!(first * 30 < 3 * 3_600, "{first}");
    assert!(calm[first..].iter().all(|&let_in| let_in));
}

#[test]
fn r04_a_spraying_source_is_challenged_and_its_neighbours_are_not() {
    let mut door = Door::with_codes();
    let mut rules = Vec::new();
    for n in 0..40_u64 {
        let from = Some("203.0.113.9".parse().unwrap());
        let answer =
            door.tries(&Try { account: n, password: rare(n), source: from }, false, at(n * 400));
        if let Answer::Checked { challenge: Some(rule) } = answer {
            rules.push(rule);
        }
    }
    assert!(rules.contains(&Rule::Source), "{rules:?}");
    let from = Some("203.0.113.10".parse().unwrap());
    let neighbour = Try { account: 99, password: rare(99), source: from };
    assert!(learned(&door.tries(&neighbour, true, at(16_001))));
    assert_eq!(door.alarms.len(), 1, "{:?}", door.alarms);
}

#[test]
fn r04_common_passwords_run_out_on_an_account_and_others_do_not() {
    let mut door = Door::with_codes();
    let mut rules = Vec::new();
    let mut now = at(0);
    for password in 1..=20_u32 {
        let attempt = Try { account: 7, password, source: home(u64::from(password)) };
        match door.tries(&attempt, false, now) {
            Answer::Wait(denial) => now = denial.until(),
            Answer::Checked { challenge: Some(rule) } => rules.push(rule),
            _ => {}
        }
    }
    assert!(rules.contains(&Rule::HitBudget), "{rules:?}");
    now += std::time::Duration::from_secs(3_600);
    let owner = Try { account: 7, password: rare(7), source: home(999) };
    assert!(learned(&door.tries(&owner, true, now)), "an owner whose password nobody else has");
}

#[test]
fn a_wrong_password_that_one_person_repeats_costs_once() {
    let mut door = Door::default();
    let stale = Try { account: 1, password: rare(1), source: home(1) };
    // A mail program with last month's password, every two minutes for two days.
    for n in 0..1_440_u64 {
        let answer = door.tries(&stale, false, at(n * 120));
        assert!(answer.is_checked(), "{n}: {answer:?}");
    }
    let owner = Try { account: 1, password: rare(2), source: home(1) };
    assert!(door.tries(&owner, true, at(172_900)).is_checked());
    // Whoever tries the same from elsewhere is another person: it shows nobody what was tried before.
    let mut checked = 0;
    for n in 0..10 {
        let elsewhere = Try { account: 1 + n, password: rare(1), source: home(50) };
        checked += u32::from(door.tries(&elsewhere, false, at(172_901)).is_checked());
    }
    assert_eq!(checked, 6, "six free failures of a source");
}

#[test]
fn r04_instances_tell_each_other_of_a_sprayed_password() {
    let mut doors: Vec<_> = (0..8).map(|_| Door::with_codes()).collect();
    let mut guesses = 0;
    let mut alarms = Vec::new();
    for n in 0..4_000_u64 {
        let now = at(n * 20);
        let turn = usize::try_from(n % 8).unwrap();
        // One store for all of them.
        let rows = std::mem::take(&mut doors[usize::try_from((n + 7) % 8).unwrap()].rows);
        doors[turn].rows = rows;
        let spray = Try { account: n, password: 12, source: home(n) };
        guesses += u32::from(learned(&doors[turn].tries(&spray, false, now)));
        alarms = doors.iter().flat_map(|door| door.alarms.clone()).collect();
    }
    // Each sees an eighth; the first one to see six tells all.
    assert!(guesses < 8 * 6 + 16, "{guesses}");
    let sprayed = |alarm: &&Alarm| matches!(alarm, Alarm::SprayedPassword { .. });
    assert_eq!(alarms.iter().filter(sprayed).count(), 1, "{alarms:?}");
}

#[test]
fn clocks_30_seconds_apart_do_no_harm() {
    let mut doors: Vec<_> = (0..4).map(|_| Door::with_codes()).collect();
    let (mut guesses, mut refused) = (0, 0);
    for n in 0..2_000_u64 {
        let turn = usize::try_from(n % 4).unwrap();
        let rows = std::mem::take(&mut doors[usize::try_from((n + 3) % 4).unwrap()].rows);
        doors[turn].rows = rows;
        let now = at(1_000 + n * 30 + n % 4 * 20 - 30);
        let spray = Try { account: n, password: 12, source: home(n) };
        guesses += u32::from(learned(&doors[turn].tries(&spray, false, now)));
        let owner = Try { account: 9_000 + n, password: rare(n), source: home(9_000 + n) };
        refused += u32::from(!learned(&doors[turn].tries(&owner, true, now)));
    }
    assert!(guesses < 45, "{guesses}");
    assert_eq!(refused, 0);
}
