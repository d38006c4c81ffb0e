//! How wide rows get: a store keeps 64 columns of one.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test that cannot go on must stop")]

mod support;

use doorward_throttle::{Attempt, Policy, Settlement};
use support::{Door, at, device, guess, ip, stranger};

/// A small generator of numbers, the same ones each time.
fn next(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

/// Two weeks of people and guessers on a few accounts and addresses, some of which crash under way.
fn widest(policy: Policy, seed: u64) -> usize {
    let mut door = Door { can_challenge: seed.is_multiple_of(2), ..Door::new(policy) };
    let (mut state, mut now, mut widest) = (seed, 0, 0);
    let mut under_way = Vec::new();
    for _ in 0..20_000 {
        now += next(&mut state, 120);
        let account = [next(&mut state, 6) as u8];
        let source = match next(&mut state, 10) {
            0 => None,
            1..=4 => ip(&format!("2001:db8::{}:0:0:0:1", next(&mut state, 3))),
            _ => ip(&format!("192.0.2.{}", next(&mut state, 4))),
        };
        let number = next(&mut state, 60_000) as u32;
        let own = device(b"laptop").filter(|_| next(&mut state, 3) == 0);
        let guess = Some(guess(number, u64::from(account[0]), at(now)));
        let attempt = Attempt { device: own, guess, ..stranger(&account, source) };
        if let Ok(begun) = door.begin(attempt, at(now)) {
            under_way.push(begun);
        }
        while under_way.len() > 3 {
            let begun = under_way.swap_remove(next(&mut state, 4) as usize);
            let ends = match next(&mut state, 20) {
                0 => continue,
                1..=9 => Settlement::Failed,
                _ => Settlement::Verified,
            };
            door.settle(begun, ends, at(now));
        }
        widest = widest.max(door.widest_row());
    }
    widest
}

#[test]
fn law_05_rows_of_random_traffic_fit_into_a_store_under_each_preset() {
    for policy in [Policy::recommended(), Policy::strict(), Policy::lenient()] {
        let widths = (1..=4).map(|seed| widest(policy.clone(), seed));
        let widest = widths.max().unwrap();
        // 39 were seen: two for each slot of a day, and what is not counted in those.
        assert!((30..=40).contains(&widest), "{widest}");
    }
}
