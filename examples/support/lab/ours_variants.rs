//! The policy that is recommended here, and what becomes of it with one rule less.

use std::time::Duration;

use doorward::{Detection, Ladder, Policy, PolicyBuilder, Response};

use super::ours::Ours;
use super::systems::Entrant;

/// The recommended policy, where owners can be sent codes.
pub(crate) fn recommended() -> Entrant {
    Entrant::new("doorward", || Ours::new(Policy::recommended()))
}

/// The recommended policy with one rule less each, then the other presets.
///
/// The builder refuses to do without the waits of an account or a network: there the rule starts so late
/// that nobody in the lab gets to it.
pub(crate) fn all() -> Vec<Entrant> {
    let detection = Detection::recommended;
    let rules = [
        ("no account waits", late(PolicyBuilder::account, 99)),
        ("no source waits", late(PolicyBuilder::source, 900)),
        ("no prefix waits", late(PolicyBuilder::prefix, 9_000)),
        ("no sprayed passwords", looking(detection().with_passwords(Response::AlarmOnly))),
        ("no spraying networks", looking(detection().with_networks(Response::AlarmOnly))),
        ("no surges", looking(detection().with_surges(Response::AlarmOnly))),
        ("no hit budget", looking(detection().with_popular(Response::AlarmOnly))),
        ("no detection at all", looking(detection().respond(Response::AlarmOnly))),
        ("preset: strict", Some(Policy::strict())),
        ("preset: lenient", Some(Policy::lenient())),
    ];
    let known = rules.into_iter().filter_map(|(name, policy)| Some((name, policy?)));
    let mut all: Vec<_> =
        known.map(|(name, policy)| Entrant::new(name, move || Ours::new(policy.clone()))).collect();
    let recommended = || Ours::new(Policy::recommended());
    all.push(Entrant::new("no codes to send", move || recommended().without_codes()));
    all.push(Entrant::new("no memory of repeats", move || recommended().without_repeats()));
    all
}

/// Without waits before so many failures a day.
fn late(rule: fn(PolicyBuilder, Ladder) -> PolicyBuilder, failures: u64) -> Option<Policy> {
    let ladder = Ladder::new([(failures, Duration::from_secs(86_400))]).ok()?;
    rule(Policy::builder(), ladder).build().ok()
}

fn looking(detection: Detection) -> Option<Policy> {
    Policy::builder().detection(detection).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_variant_is_refused_by_the_builder() {
        let names: Vec<_> = all().iter().map(|entrant| entrant.name).collect();
        assert_eq!(names.len(), 12, "{names:?}");
    }
}
