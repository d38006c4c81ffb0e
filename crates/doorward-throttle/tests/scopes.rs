//! What each scope stops, and whom it lets pass.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on must stop")]

mod support;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use doorward_throttle::{Rule, Settlement};
use support::{Answer, Door, at, ip, stranger};

fn account(n: u64) -> [u8; 8] {
    n.to_be_bytes()
}

/// Tries one password on one account after the other, a second apart; counts what was checked.
fn spray(
    door: &mut Door,
    source: impl Fn(u64) -> Option<IpAddr>,
    tries: u64,
) -> (u64, Option<Rule>) {
    let (mut checked, mut rule) = (0, None);
    for n in 0..tries {
        match door.attempt(stranger(&account(n), source(n)), Settlement::Failed, at(n)) {
            Answer::Checked { challenge: None } => checked += 1,
            Answer::Checked { challenge } => rule = challenge,
            Answer::Wait(denial) => rule = Some(denial.rule()),
            other => panic!("{other:?}"),
        }
    }
    (checked, rule)
}

#[test]
fn r02_one_source_is_stopped_across_accounts() {
    let (checked, rule) = spray(&mut Door::default(), |_| ip("192.0.2.1"), 3_600);
    assert_eq!(rule, Some(Rule::Source));
    assert!((6..=25).contains(&checked), "{checked}");
}

#[test]
fn r02_changing_addresses_within_a_64_changes_nothing() {
    let host =
        |n: u64| Some(Ipv6Addr::from(0x2001_0db8_0001_0002_u128 << 64 | u128::from(n)).into());
    let rotating = spray(&mut Door::default(), host, 3_600);
    assert_eq!(rotating, spray(&mut Door::default(), |_| ip("2001:db8:1:2::1"), 3_600));
}

#[test]
fn r02_a_prefix_is_stopped_across_its_sources() {
    let v4 = |n: u64| Some(Ipv4Addr::from(0xc000_0200 + (n % 256) as u32).into());
    let (checked, rule) = spray(&mut Door::default(), v4, 3_600);
    assert_eq!(rule, Some(Rule::Prefix));
    assert!(checked < 120, "{checked}");
    let v6 =
        |n: u64| Some(Ipv6Addr::from((0x2001_0db8_0001_0000_u128 + u128::from(n)) << 64).into());
    let (checked, rule) = spray(&mut Door::default(), v6, 3_600);
    assert_eq!(rule, Some(Rule::Prefix));
    assert!(checked < 120, "{checked}");
}

#[test]
fn r04_one_guess_an_address_meets_the_site() {
    let everywhere = |n: u64| Some(Ipv4Addr::from(0x0b00_0000 + (n << 8) as u32).into());
    let mut door = Door::with_codes();
    let (learned, rule) = spray(&mut door, everywhere, 3_600);
    assert_eq!((learned, rule), (57, Some(Rule::Site)));
    let mut door = Door::default();
    let (checked, rule) = spray(&mut door, everywhere, 3_600);
    assert_eq!(rule, Some(Rule::Site));
    assert!(checked < 1_000, "{checked}");
}

#[test]
fn r09_no_address_means_one_strict_shared_budget() {
    let (checked, rule) = spray(&mut Door::default(), |_| None, 3_600);
    assert_eq!(rule, Some(Rule::Unaddressed));
    assert!(checked <= 25, "{checked}");
}

#[test]
fn an_office_behind_one_address_is_not_a_sprayer() {
    let mut door = Door::with_codes();
    // 1,200 people in half an hour; every tenth mistypes once.
    let mut now = 0;
    for person in 0..1_200 {
        let name = account(person);
        let mut tries = vec![Settlement::Verified];
        if person % 10 == 0 {
            tries.insert(0, Settlement::Failed);
        }
        for ends in tries {
            let answer = door.attempt(stranger(&name, ip("198.51.100.1")), ends, at(now));
            assert!(matches!(answer, Answer::Checked { challenge: None }), "{person}: {answer:?}");
            now += 1;
        }
    }
}

#[test]
fn one_account_cannot_buy_its_address_room_for_guesses() {
    let source = ip("203.0.113.9");
    let mut honest = Door::default();
    let (plain, _) = spray(&mut honest, |_| source, 600);
    let mut door = Door::default();
    for _ in 0..5_000 {
        door.attempt(stranger(b"the sprayer's own", source), Settlement::Verified, at(0));
    }
    let (bought, _) = spray(&mut door, |_| source, 600);
    assert!(bought <= plain + 2, "{bought} against {plain}");
}

#[test]
fn codes_to_one_owner_are_bounded() {
    let mut door = Door::with_codes();
    let sent = (0..30)
        .filter(|&second| {
            let under_way = door.begin(stranger(b"a", None), at(second)).ok().unwrap();
            let may = door.policy.may_send_code(&under_way.rows[0], false, at(second));
            let ends = Settlement::Challenged { code: may };
            door.settle(under_way, ends, at(second));
            may
        })
        .count();
    assert_eq!(sent, 5);
}
