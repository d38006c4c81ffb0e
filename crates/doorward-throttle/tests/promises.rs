//! Promises that an attacker, or bad luck, might have broken.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on must stop")]

mod support;

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, SystemTime};

use doorward_throttle::{
    Alarm, Attempt, Change, Counters, Decision, Detection, Policy, Response, Rule, Scope,
    ScopeKind, Settlement, Watch, Window,
};
use support::{Answer, Door, at, guess, ip, stranger};

/// An address of a network of its own.
fn home(n: u64) -> Option<IpAddr> {
    Some(Ipv4Addr::from(0x0b00_0007 + (u32::try_from(n % 40_000).unwrap() << 8)).into())
}

fn rare(n: u64) -> u32 {
    1_000_000 + u32::try_from(n % 100_000_000).unwrap()
}

/// One attempt of a stranger; a right one that is challenged is not redeemed.
fn tries(
    door: &mut Door,
    account: u64,
    password: u32,
    source: Option<IpAddr>,
    right: bool,
    now: SystemTime,
) -> Answer {
    let name = account.to_be_bytes();
    let from = match source {
        Some(IpAddr::V4(v4)) => u64::from(u32::from(v4)) << 12,
        _ => 0,
    };
    let guess = guess(password, account ^ from, now);
    let attempt = Attempt { account: &name, device: None, source, guess: Some(guess) };
    let ends = if right { Settlement::Verified } else { Settlement::Failed };
    door.attempt(attempt, ends, now)
}

fn redeem(door: &mut Door, account: u64, source: Option<IpAddr>, by_site: bool, now: SystemTime) {
    let updates = door.policy.redeemed(&account.to_be_bytes(), source, by_site, now);
    door.apply(&updates, now);
}

fn rule_of(answer: &Answer) -> Option<Rule> {
    match answer {
        Answer::Checked { challenge } => *challenge,
        _ => None,
    }
}

/// What the store holds of a scope.
fn width(door: &Door, scope: &Scope) -> usize {
    door.rows.get(scope.key()).map_or(0, |(row, _)| row.iter().count())
}

const DAY: u64 = 86_400;

#[test]
fn an_office_that_has_a_bad_morning_now_and_then_keeps_its_row_narrow() {
    let mut door = Door::with_codes();
    let office = ip("203.0.113.9");
    let scope = Scope::around(office.unwrap()).next().unwrap();
    let mut widest = (0, 0);
    for day in 0..400_u64 {
        for n in 0..12 {
            let now = at(day * DAY + n * 3_600);
            // Every third day twelve people fail there; on the others people log in.
            let right = day % 3 != 0;
            tries(&mut door, day * 12 + n, rare(day * 12 + n), office, right, now);
            widest = widest.max((width(&door, &scope), day));
            if widest.0 > 64 {
                break;
            }
        }
    }
    assert!(widest.0 <= 64, "{} columns on day {}: the store takes 64", widest.0, widest.1);
}

#[test]
fn a_day_in_slots_of_an_hour_fits_into_a_row_or_does_not_build() {
    let hours = Window::new(Duration::from_secs(3_600), 24).unwrap();
    let mut widths = Vec::new();
    for kind in [ScopeKind::Site, ScopeKind::Prefix, ScopeKind::Source] {
        let rule = Policy::recommended().rule(kind).clone().with_window(hours);
        let Ok(policy) = Policy::builder().rule(kind, rule).build() else { continue };
        let mut door = Door { can_challenge: true, ..Door::new(policy) };
        let office = ip("203.0.113.9");
        let mut widest = 0;
        for n in 0..1_000_u64 {
            // One in ten fails, at all hours.
            let now = at(n * 360);
            tries(&mut door, n, rare(n), office, n % 10 != 0, now);
            widest = widest.max(door.widest_row());
        }
        widths.push((kind, widest));
    }
    assert!(widths.iter().all(|&(_, widest)| widest <= 64), "{widths:?}, the store takes 64");
}

fn attack(door: &mut Door, from: u64) -> u64 {
    for n in 0..400_u64 {
        let other = 20_000 + n;
        tries(door, 500_000 + n, rare(500_000 + n), home(other), false, at(from + n));
    }
    from + 400
}

#[test]
fn people_of_one_office_who_redeem_their_codes_are_not_made_to_wait() {
    let mut door = Door::with_codes();
    let start = attack(&mut door, 0);
    let office = ip("203.0.113.9");
    let (mut asked, mut waits, mut longest) = (0, 0, 0);
    for n in 0..300_u64 {
        let now = at(start + n * 10);
        match tries(&mut door, n, rare(n), office, true, now) {
            Answer::Wait(denial) => {
                waits += 1;
                longest = longest.max(denial.wait_from(now).as_secs());
            }
            answer => {
                asked += u64::from(rule_of(&answer).is_some());
                if rule_of(&answer).is_some() {
                    redeem(&mut door, n, office, true, now);
                }
            }
        }
    }
    assert!(asked > 0);
    assert_eq!(waits, 0, "{asked} right ones were asked, {waits} refused, for up to {longest} s");
}

/// How many hours after a short attack the site still asks everybody for a code, at most `days`.
fn hours_of_step_up(logins_an_hour: u64, wrong: u64, gives_up: u64, days: u64) -> u64 {
    let mut door = Door::with_codes();
    let step = 3_600 / logins_an_hour;
    let calm = |door: &mut Door, from: u64, hours: u64| {
        let mut asked = 0;
        for n in 0..hours * logins_an_hour {
            let now = at(from + n * step);
            let id = from + n;
            // Spread evenly, as the numbers of one in a hundred are.
            let right = n * 37 % 100 >= wrong;
            let answer = tries(door, id, rare(id), home(id * 7_919), right, now);
            if rule_of(&answer) == Some(Rule::Site) {
                asked = n * step / 3_600 + 1;
                if right && n * 53 % 100 >= gives_up {
                    redeem(door, id, home(id * 7_919), true, now);
                }
            }
        }
        asked
    };
    assert_eq!(calm(&mut door, 0, 48), 0, "calm at first");
    let end = attack(&mut door, 48 * 3_600);
    calm(&mut door, end, days * 24)
}

#[test]
fn a_step_up_of_the_site_ends_though_some_owners_never_redeem() {
    let everybody = hours_of_step_up(300, 5, 0, 3);
    let some = hours_of_step_up(300, 5, 15, 3);
    assert!(everybody < 6, "{everybody}");
    assert!(some < 30, "asked for {some} of 72 hours after an attack of 400 s");
}

#[test]
fn a_site_where_two_in_five_fail_is_not_asked_for_ever() {
    let mut door = Door::with_codes();
    let mut last_asked = None;
    for n in 0..4 * 24 * 240_u64 {
        let now = at(n * 15);
        let right = n % 5 > 1;
        let answer = tries(&mut door, n, rare(n), home(n * 7_919), right, now);
        if rule_of(&answer) == Some(Rule::Site) {
            last_asked = Some(n / 240);
            if right {
                redeem(&mut door, n, home(n * 7_919), true, now);
            }
        }
    }
    assert!(last_asked.is_none_or(|hour| hour < 48), "hour {last_asked:?} of 96");
}

#[test]
fn a_large_site_whose_share_of_failures_differs_by_hour_is_calm() {
    let mut door = Door::with_codes();
    let mut asked = Vec::new();
    for n in 0..3 * 24 * 1_800_u64 {
        let hour = n / 1_800;
        // Six in a hundred fail; in the first hours of the morning nine.
        let wrong = if (7..10).contains(&(hour % 24)) { 9 } else { 6 };
        let right = n * 37 % 100 >= wrong;
        let now = at(n * 2);
        let answer = tries(&mut door, n, rare(n), home(n * 7_919), right, now);
        if rule_of(&answer) == Some(Rule::Site) {
            if asked.last() != Some(&hour) {
                asked.push(hour);
            }
            if right {
                redeem(&mut door, n, home(n * 7_919), true, now);
            }
        }
    }
    assert_eq!(asked, [0; 0], "hours in which everybody was asked");
}

/// How many guesses at one account two instances admit, the clock of one being ahead.
fn guesses_with_a_clock_ahead(ahead: u64, days: u64) -> u64 {
    let mut door = Door::default();
    let mut guesses = 0;
    for minute in 0..days * 1_440 {
        for clock in [ahead, 0] {
            let source = home(2 * minute + clock);
            let attempt = stranger(b"alice", source);
            let answer = door.attempt(attempt, Settlement::Failed, at(minute * 60 + clock));
            guesses += u64::from(answer.is_checked());
        }
    }
    guesses
}

#[test]
fn law_05_sixty_in_a_row_are_the_most_though_a_clock_is_five_minutes_ahead() {
    let (right, ahead) = (guesses_with_a_clock_ahead(0, 20), guesses_with_a_clock_ahead(300, 20));
    assert!(right <= 60 && ahead <= 100, "{right}, with a clock ahead {ahead}");
}

#[test]
fn a_row_with_huge_numbers_does_not_panic() {
    let policy = Policy::recommended();
    let attempt = stranger(b"alice", ip("192.0.2.1"));
    for slot in [at(0), at(7_200)] {
        let slot = slot.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() / 7_200;
        let huge = |kind: u64| Change::Add(kind << 56 | slot, i64::MAX);
        let mut row = Counters::new();
        row.apply(&(1..=19).map(huge).collect::<Vec<_>>());
        let (reservation, _) = policy.reserve(&attempt, at(7_200));
        let calm = vec![Counters::new(); reservation.scopes().count()];
        for place in 0..calm.len() {
            let mut rows = calm.clone();
            rows[place] = row.clone();
            let Decision::Admit(admission) =
                policy.decide(&reservation, &calm, None, at(7_200), true)
            else {
                panic!()
            };
            let end = Settlement::Failed;
            let _ = policy.settle(admission, &reservation, &rows, end, at(7_200));
        }
    }
}

#[test]
fn a_second_attack_from_a_prefix_weeks_later_raises_an_alarm() {
    let mut door = Door::with_codes();
    let mut alarms = Vec::new();
    for wave in 0..2_u64 {
        let start = wave * 40 * DAY;
        for n in 0..80 {
            let from = Ipv4Addr::new(203, 0, 113, u8::try_from(n).unwrap() + 1);
            let id = start + n;
            tries(&mut door, id, rare(id), Some(from.into()), false, at(start + n * 70));
        }
        alarms.push(
            door.alarms
                .drain(..)
                .filter(|alarm| matches!(alarm, Alarm::Surge { scope: ScopeKind::Prefix, .. }))
                .count(),
        );
        // Calm weeks, in which people there log in.
        for n in 0..39 * 24 {
            let from = Some(Ipv4Addr::new(203, 0, 113, 200).into());
            let id = 10_000_000 + start + n;
            tries(&mut door, id, rare(id), from, true, at(start + DAY + n * 3_600));
        }
    }
    assert_eq!(alarms, [1, 1]);
}

#[test]
fn four_instances_raise_one_alarm_for_one_source_that_sprays_for_a_day() {
    let detection = Detection::recommended().with_networks(Response::AlarmOnly);
    let policy = Policy::builder().detection(detection).build().unwrap();
    let mut door = Door { can_challenge: true, ..Door::new(policy) };
    let mut watches: Vec<_> =
        (0..4).map(|_| Watch::new(door.policy.detection(), true, [1; 32])).collect();
    for n in 0..1_440_u64 {
        let turn = usize::try_from(n % 4).unwrap();
        std::mem::swap(&mut door.watch, &mut watches[turn]);
        tries(&mut door, n, rare(n), ip("203.0.113.9"), false, at(n * 60));
        std::mem::swap(&mut door.watch, &mut watches[turn]);
    }
    let spraying = |alarm: &&Alarm| matches!(alarm, Alarm::SprayingNetwork { .. });
    assert_eq!(door.alarms.iter().filter(spraying).count(), 1, "{:?}", door.alarms);
}

#[test]
fn a_policy_that_trusts_everybody_does_not_build() {
    let everybody = ["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()];
    assert!(Policy::builder().trusted(everybody).build().is_err());
    assert!(Policy::builder().denied(everybody).build().is_err());
}

#[test]
fn a_clock_that_was_a_year_ahead_does_not_stop_learning() {
    let policy = Policy::recommended();
    let slot =
        |now: SystemTime| now.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() / 7_200;
    let learns = |learned: u64| {
        let mut row = Counters::new();
        row.apply(&[
            Change::Set(15 << 56, i64::try_from(learned).unwrap()),
            Change::Add(3 << 56 | slot(at(0)), 100),
        ]);
        let (reservation, _) = policy.reserve(&stranger(b"a", ip("192.0.2.1")), at(7_200));
        let mut rows = vec![Counters::new(); reservation.scopes().count()];
        let Decision::Admit(admission) = policy.decide(&reservation, &rows, None, at(7_200), true)
        else {
            panic!()
        };
        *rows.last_mut().unwrap() = row;
        let end = Settlement::Failed;
        let settled = policy.settle(admission, &reservation, &rows, end, at(7_200));
        let site = settled.updates().last().unwrap();
        site.changes().iter().any(|change| change.column() == 14 << 56)
    };
    assert!(learns(slot(at(0)) - 5));
    assert!(learns(slot(at(365 * DAY))));
}

#[test]
fn a_sprayer_does_not_end_the_step_up_by_redeeming_codes_of_his_own_accounts() {
    let seconds = |own: bool| {
        let mut door = Door::with_codes();
        let start = attack(&mut door, 0);
        let mut last = 0;
        for n in 0..8 * 120_u64 {
            let now = at(start + n * 30);
            let answer = tries(&mut door, 700_000 + n, rare(700_000 + n), home(n), false, now);
            if rule_of(&answer) == Some(Rule::Site) {
                last = n * 30;
            }
            // Step-ups that the site never counted: of an account tried with common passwords.
            if own {
                redeem(&mut door, 900_000 + n, home(900_000 + n), false, now);
            }
        }
        last
    };
    let (guesses_alone, with_own) = (seconds(false), seconds(true));
    assert!(with_own >= guesses_alone, "{guesses_alone} s, with codes redeemed {with_own} s");
}

#[test]
fn an_alarm_is_raised_by_refusals_too() {
    // A sprayed password that is refused goes on to be seen.
    let detection = Detection::recommended().respond(Response::Refuse);
    let policy = Policy::builder().detection(detection).build().unwrap();
    let mut door = Door::new(policy);
    for n in 0..200_u64 {
        tries(&mut door, n, 3, home(n), false, at(n * 60));
    }
    assert_eq!(door.alarms.len(), 1, "{:?}", door.alarms);
}
