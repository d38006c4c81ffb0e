//! The comparison of throttling policies, on a small site.

use std::ffi::OsString;

use doorward_examples::arguments::Asked;
use doorward_examples::lab;
use doorward_examples::lab::arguments::LabArguments;
use doorward_examples::lab::report::Report;

use crate::folder::Folder;

fn run(arguments: &[&str], out: Option<&Folder>) -> Report {
    let mut arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
    if let Some(folder) = out {
        arguments.extend(["--out".into(), folder.path("").into_os_string()]);
    }
    match LabArguments::parse(arguments).unwrap() {
        Asked::Work(arguments) => lab::run(&arguments).unwrap(),
        Asked::Help(text) => panic!("{text}"),
    }
}

#[test]
fn it_compares_every_system_in_every_scenario() {
    let folder = Folder::new();
    let report = run(&["--quick"], Some(&folder));
    let text = report.to_string();
    for scenario in [
        "breadth-1",
        "breadth-10",
        "weighted-1",
        "weighted-10",
        "avoid-1",
        "avoid-10",
        "spray",
        "stuffing",
        "calm",
    ] {
        assert!(text.contains(&format!("\n{scenario} (")) || text.starts_with(scenario), "{text}");
    }
    assert!(text.contains("\nsummary of 9 scenarios\n"), "{text}");
    let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 160, "{widest} columns");

    let lost = |system| report.accounts_lost(system).unwrap();
    assert!(lost("none") > lost("StopGuessing"), "{text}");
    assert!(lost("none") > 10 * lost("doorward"), "{text}");
    assert_eq!(report.accounts_lost("nobody's"), None);

    let sheet = std::fs::read_to_string(folder.path("lab.csv")).unwrap();
    assert_eq!(sheet.lines().count(), 1 + 9 * 9);
    let drawing = std::fs::read_to_string(folder.path("lab.svg")).unwrap();
    assert!(drawing.starts_with("<svg") && drawing.trim_end().ends_with("</svg>"));
    for name in ["doorward", "StopGuessing", "calm, no attacker", "weighted, 10 % homes"] {
        assert!(drawing.contains(name), "{name}");
    }
}

#[test]
fn a_seed_makes_one_week_and_another_seed_another() {
    let numbers = |seed| {
        let small = ["--quick", "--accounts", "200", "--days", "1", "--seed", seed];
        run(&small, None).sheet().unwrap()
    };
    assert_eq!(numbers("1"), numbers("1"));
    assert_ne!(numbers("1"), numbers("2"));
}

#[test]
fn rules_are_taken_away_one_by_one() {
    let small = ["--accounts", "300", "--days", "1", "--only", "stuffing", "--only", "calm"];
    let text = run(&small, None).to_string();
    let (_, ablations) = text
        .split_once("ablations: one rule less each, and the other presets; 300 accounts\n")
        .unwrap();
    for name in ["doorward", "no account waits", "no detection at all", "preset: strict"] {
        assert!(ablations.contains(&format!("\n{name} ")), "{ablations}");
    }
}
