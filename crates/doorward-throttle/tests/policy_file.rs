//! Policies in configuration files: what is read is safe, and what is written is read again as it was.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

use std::num::NonZeroU32;
use std::time::Duration;

use doorward_throttle::{
    Detection, FilterSize, Ladder, Mode, Outage, Policy, Response, ScopeKind, ScopeRule,
    SourcePrefix, Window,
};
use proptest::prelude::*;
use proptest::sample::select;

fn read(text: &str) -> Policy {
    toml::from_str(text).unwrap()
}

fn refused(text: &str) -> String {
    toml::from_str::<Policy>(text).unwrap_err().to_string()
}

#[test]
fn an_empty_file_is_the_recommended_policy_and_presets_are_read_by_name() {
    assert_eq!(read(""), Policy::recommended());
    assert_eq!(read("preset = 'strict'"), Policy::strict());
    assert_eq!(read("preset = 'lenient'\n[account]\n[detection]"), Policy::lenient());
}

#[test]
fn what_a_file_says_is_changed_and_nothing_else() {
    let text = "preset = 'strict'\nmode = 'monitor'\ndenied = ['203.0.113.0/24', '2001:db8::/32']\n\
                [source]\ncredits = 'none'\noutage = { local = { instances = 8 } }\n\
                [device]\nconsecutive = 7\nwindow = { slot_seconds = 5400, slots = 16 }\n\
                [prefix]\nwaits = [{ failures = 30, seconds = 0.5 }, { failures = 40, seconds = 60 }]\n\
                [detection]\nsurges = 'alarm_only'\nfilter = 'small'\nhold_seconds = 60";
    let strict = Policy::strict();
    let kept = strict.rule(ScopeKind::Source);
    let source = ScopeRule::new(kept.ladder().clone()).with_window(kept.window());
    let hours = Window::new(Duration::from_secs(5_400), 16).unwrap();
    let device = strict.rule(ScopeKind::Device).clone().with_window(hours).with_consecutive(7);
    let waits = [(30, Duration::from_millis(500)), (40, Duration::from_secs(60))];
    let detection = strict.detection().clone();
    let expected = strict
        .to_builder()
        .mode(Mode::Monitor)
        .denied(["203.0.113.0/24", "2001:db8::/32"].map(|text| text.parse().unwrap()))
        .rule(ScopeKind::Source, source)
        .outage(ScopeKind::Source, Outage::Local { instances: NonZeroU32::new(8).unwrap() })
        .rule(ScopeKind::Device, device)
        .prefix(Ladder::new(waits).unwrap())
        .detection(
            detection
                .with_surges(Response::AlarmOnly)
                .with_filter(FilterSize::Small)
                .with_hold(Duration::from_secs(60)),
        );
    assert_eq!(read(text), expected.build().unwrap());
}

#[test]
fn the_file_of_the_readme_is_read() {
    let (_, file) = include_str!("../README.md").split_once("```toml\n").unwrap();
    let (file, _) = file.split_once("```").unwrap();
    let policy = read(file);
    assert_ne!(policy, Policy::recommended());
    assert!(policy.guesses_per_day() < 30);
}

#[test]
fn what_is_unsafe_is_refused_with_the_section_and_the_reason() {
    for (text, says) in [
        ("[account]\nwaits = []", "account: waits: a ladder needs at least one rung"),
        (
            "[end_site]\nwaits = [{ failures = 3, seconds = 60 }, { failures = 4, seconds = 60 }]",
            "end_site: waits: rung 2 must have more failures and a longer wait",
        ),
        (
            "[account]\nwaits = [{ failures = 1000000000000000000, seconds = 60 }]",
            "account: the waits allow",
        ),
        ("[account]\nwindow = { slot_seconds = 60, slots = 3 }", "account: a wait of 3600 s"),
        (
            "[site]\nwindow = { slot_seconds = 1.5, slots = 3 }",
            "site: window: a window has 1 to 25",
        ),
        (
            "[site]\nwindow = { slot_seconds = 9223372036854775807, slots = 25 }",
            "site: window: a window has 1 to 25",
        ),
        ("[account]\noutage = 'open'", "account: the rule that bounds guessing must not be open"),
        ("[account]\nconsecutive = 95", "account, device: 105 failures in a row are too many"),
        ("[device]\nconsecutive = 0", "account, device: a bound of 0 failures"),
        ("[prefix]\nconsecutive = 60", "prefix: a bound on failures in a row is for accounts"),
        (
            "[unaddressed]\ncredits = { logins_per_failure = 1, most = 9 }",
            "unaddressed: logins must not make up",
        ),
        (
            "[source]\ncredits = { logins_per_failure = 0, most = 9 }",
            "source: logins must not make up",
        ),
        ("[detection]\npassword_accounts = 1", "detection: password_accounts is 1: choose 3 to 64"),
        ("[detection]\nhold_seconds = 7200", "detection: hold_seconds is 7200: choose 60 to 3600"),
        ("trusted = ['192.0.2.1/24']", "trusted: \"192.0.2.1/24\": the address has bits set"),
        ("trusted = ['10.1.0.0/16']\ndenied = ['10.0.0.0/8']", "10.1.0.0/16 is trusted and denied"),
    ] {
        let told = refused(text);
        assert!(told.contains(says), "{text}\n{told}");
    }
}

#[test]
fn what_does_not_exist_is_refused_by_name_and_place() {
    for (text, says) in [
        ("presett = 'strict'", "unknown field `presett`"),
        ("preset = 'none'", "unknown variant `none`, expected one of `recommended`, `strict`"),
        ("\n[account]\nwait = 3", "line 3, column 1"),
        ("[account]\nwaits = [{ failures = 3, seconds = 60, minutes = 1 }]", "`minutes`"),
        ("[account]\nwaits = [{ failures = 3 }]", "missing field `seconds`"),
        ("[account]\nwaits = [{ failures = 3, seconds = -1 }]", "a number of seconds, not below 0"),
        ("[account]\nwaits = [{ failures = 3, seconds = nan }]", "a number of seconds"),
        ("[source]\noutage = { local = { instances = 0 } }", "nonzero"),
        ("[source]\noutage = { local = { instances = 2, open = true } }", "open, available keys"),
        ("[source]\noutage = 'local'", "expected"),
        ("[source]\ncredits = 'some'", "\"none\" or a table of logins_per_failure and most"),
        ("[source]\ncredits = { most = 3 }", "missing field `logins_per_failure`"),
        ("[detection]\npasswords = 'challenge'", "unknown variant `challenge`"),
        ("[flags]", "unknown field `flags`"),
    ] {
        let told = refused(text);
        assert!(told.contains(says), "{text}\n{told}");
    }
}

#[test]
fn a_written_policy_says_everything() {
    let written = toml::Table::try_from(Policy::recommended()).unwrap();
    let sections = ["account", "device", "source", "end_site", "prefix", "unaddressed", "site"];
    for section in sections {
        for setting in ["waits", "window", "credits", "outage"] {
            assert!(written[section].get(setting).is_some(), "{section}.{setting}");
        }
        let has_bound = written[section].get("consecutive").is_some();
        assert_eq!(has_bound, ["account", "device"].contains(&section), "{section}");
    }
    assert_eq!(written["detection"].as_table().unwrap().len(), 12);
    assert_eq!(written.len(), sections.len() + 5);
}

fn ladder(first: u64, longest: u64) -> impl Strategy<Value = Ladder> {
    let step = (1..=first, 1..=longest * 1_000_000_000 / 4);
    prop::collection::vec(step, 1..5).prop_map(move |steps| {
        let (mut failures, mut wait) = (0, Duration::ZERO);
        let mut rungs = Vec::new();
        for (more, longer) in steps {
            failures += more;
            wait += Duration::from_nanos(longer);
            rungs.push((failures, wait));
        }
        // The last one stops a guesser.
        rungs.push((failures + 1, Duration::from_secs(longest)));
        Ladder::new(rungs).unwrap()
    })
}

fn outage(is_personal: bool) -> impl Strategy<Value = Outage> {
    let local = any::<NonZeroU32>().prop_map(|instances| Outage::Local { instances });
    let open = if is_personal { Outage::Closed } else { Outage::Open };
    prop_oneof![Just(Outage::Closed), local, Just(open)]
}

/// A rule that is safe for any kind of scope; only those that many people share have credits.
fn rule(is_personal: bool, shares: bool) -> impl Strategy<Value = ScopeRule> {
    let window = (7_200_u64..1_000_000, 12_u8..=12)
        .prop_map(|(slot, slots)| Window::new(Duration::from_secs(slot), slots).unwrap());
    let credits = prop::option::of((1..100_u64, 0..=i64::MAX.unsigned_abs()));
    (ladder(4, 7_200), window, outage(is_personal), credits, 1..=50_u64).prop_map(
        move |(ladder, window, outage, credits, most)| {
            let rule = ScopeRule::new(ladder).with_window(window).with_outage(outage);
            match credits {
                _ if is_personal => rule.with_consecutive(most),
                Some((logins, most)) if shares => rule.with_credits(logins, most),
                _ => rule,
            }
        },
    )
}

fn detection() -> impl Strategy<Value = Detection> {
    let responses = vec![Response::StepUp, Response::Refuse, Response::AlarmOnly];
    let sizes = vec![FilterSize::Small, FilterSize::Medium, FilterSize::Large];
    let counts = (3..=64_u64, 3..=60_u64, 3..=1_000_u64, 20..=99_u64, 10..=10_000_u64);
    let rest = (1_000..=100_000_u64, 60_000_000_000..=3_600_000_000_000_u64);
    (prop::array::uniform4(select(responses)), select(sizes), counts, rest).prop_map(
        |([passwords, networks, surges, popular], filter, counts, (hits, hold))| {
            let (password_accounts, source_accounts, requests, percent, surge) = counts;
            Detection::recommended()
                .with_passwords(passwords)
                .with_networks(networks)
                .with_surges(surges)
                .with_popular(popular)
                .with_filter(filter)
                .with_password_accounts(password_accounts)
                .with_source_accounts(source_accounts)
                .with_source_share(requests, percent)
                .with_surge_failures(surge)
                .with_hit_budget(hits)
                .with_hold(Duration::from_nanos(hold))
        },
    )
}

fn network() -> impl Strategy<Value = SourcePrefix> {
    (any::<std::net::IpAddr>(), 1..=128_u8)
        .prop_map(|(address, length)| SourcePrefix::around(address, length))
}

/// One part of any preset is another.
fn policy() -> impl Strategy<Value = Policy> {
    let presets = vec![Policy::recommended(), Policy::strict(), Policy::lenient()];
    let rules = (
        prop::option::of(rule(true, false)),
        prop::option::of(rule(true, false)),
        prop::option::of(rule(false, true)),
        prop::option::of(rule(false, true)),
        prop::option::of(rule(false, true)),
        prop::option::of(rule(false, false)),
        prop::option::of(rule(false, true)),
    );
    let networks = || prop::collection::vec(network(), 0..4);
    let modes = select(vec![Mode::Enforce, Mode::Monitor]);
    let parts = (select(presets), rules, prop::option::of(detection()), networks(), networks());
    (parts, modes).prop_map(|((preset, rules, detection, trusted, denied), mode)| {
        let (account, device, source, end_site, prefix, unaddressed, site) = rules;
        // Both of them, so that they stay within 100 failures in a row together.
        let personal = account.zip(device);
        let (account, device) = personal.unzip();
        let mut builder = preset.to_builder().mode(mode);
        for (kind, rule) in [
            (ScopeKind::Account, account),
            (ScopeKind::Device, device),
            (ScopeKind::Source, source),
            (ScopeKind::EndSite, end_site),
            (ScopeKind::Prefix, prefix),
            (ScopeKind::Unaddressed, unaddressed),
            (ScopeKind::Site, site),
        ] {
            builder = rule.into_iter().fold(builder, |builder, rule| builder.rule(kind, rule));
        }
        builder = detection.into_iter().fold(builder, |builder, one| builder.detection(one));
        let builder = builder.trusted(trusted);
        // A network that is trusted and denied is left out of one of the lists.
        let denying = builder.clone().denied(denied).build();
        denying.unwrap_or_else(|_| builder.build().unwrap())
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again_as_it_was(policy in policy()) {
        let text = toml::to_string(&policy).unwrap();
        prop_assert_eq!(&read(&text), &policy);
        prop_assert_eq!(&read(&toml::to_string_pretty(&policy).unwrap()), &policy);
        let text = serde_json::to_string(&policy).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Policy>(&text).unwrap(), &policy);
        let value = serde_json::to_value(&policy).unwrap();
        prop_assert_eq!(&serde_json::from_value::<Policy>(value).unwrap(), &policy);
    }
}
