//! The day of traffic that is shipped, and what the recommended policy makes of it.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use doorward_examples::arguments::ReplayArguments;
use doorward_examples::day::Day;
use doorward_examples::judging::Group;
use doorward_examples::outcomes::Answer;
use doorward_examples::replaying;
use doorward_examples::ruling::Measure;
use doorward_examples::summary::Summary;
use doorward_examples::truth::Who;

use crate::folder::{Folder, shipped};

async fn replayed(out: Option<PathBuf>) -> Summary {
    let mut arguments = ReplayArguments::cheap(shipped("users.csv"), shipped("attempts.csv"));
    arguments.truth = Some(shipped("truth.csv"));
    arguments.out = out;
    replaying::run(&arguments).await.unwrap()
}

/// The passwords that these people try, by the line of the attempt.
fn passwords_by_line(who: &str) -> HashMap<u64, String> {
    let rows = |name: &str| {
        let mut file = csv::Reader::from_path(shipped(name)).unwrap();
        file.records().map(Result::unwrap).collect::<Vec<_>>()
    };
    let line = |row: &csv::StringRecord| row.position().unwrap().line();
    let truth: HashMap<_, _> = rows("truth.csv")
        .iter()
        .map(|row| (row[0].parse::<u64>().unwrap(), row[1].to_owned()))
        .collect();
    let attempts = rows("attempts.csv");
    let theirs = attempts.iter().filter(|row| truth[&line(row)] == who);
    theirs.map(|row| (line(row), row[3].to_owned())).collect()
}

fn passwords_of(who: &str) -> HashSet<String> {
    passwords_by_line(who).into_values().collect()
}

#[test]
fn the_shipped_files_are_those_of_seed_1() {
    for (name, made) in Day::make(1).files().unwrap() {
        let kept = std::fs::read(shipped(name)).unwrap();
        assert!(kept == made, "{name} differs: make it again with make_day");
    }
}

#[tokio::test]
async fn owners_get_in_and_guessers_hardly_do() {
    let summary = replayed(None).await;
    let judgement = summary.judgement.as_ref().unwrap();
    assert_eq!(summary.counts.of(Answer::Error), 0);

    // A known device has a budget of its own: no owner on one is refused, whatever goes on.
    let known = judgement.counts(Group::OwnerOnKnownDevice);
    assert!(known.total() > 300, "{known:?}");
    assert_eq!(known.of(Answer::Verified), known.total(), "\n{summary}");

    // Elsewhere an owner is asked for a code who has one of the sprayed passwords and comes while it is
    // sprayed; who forgot a password and tried four others waits a minute. None is turned away.
    let elsewhere = judgement.counts(Group::OwnerElsewhere);
    assert_eq!(elsewhere.of(Answer::Rejected), 0, "\n{summary}");
    assert!(elsewhere.of(Answer::StepUp) <= 3, "\n{summary}");
    let sprayed = passwords_of("attacker");
    let asked = summary.rows.iter().filter(|row| row.answer == Answer::StepUp);
    let owners = passwords_by_line("owner");
    for password in asked.filter_map(|row| owners.get(&row.line)) {
        assert!(sprayed.contains(password), "an owner whose password nobody sprays");
    }

    // Of 1,500 guesses few are answered, and of the 12 right ones none gets in.
    let (right, wrong) = (judgement.counts(Group::GuessRight), judgement.counts(Group::GuessWrong));
    assert_eq!((right.total(), right.total() + wrong.total()), (12, 1_500));
    let told = right.of(Answer::Verified) + wrong.of(Answer::Rejected);
    assert!(told <= 60, "{told} guesses were answered\n{summary}");
    assert_eq!(judgement.accounts_entered(), 0, "\n{summary}");
}

#[tokio::test]
async fn outcomes_follow_the_attempts_line_by_line_and_two_replays_agree() {
    let folder = Folder::new();
    let (first, second) = (folder.path("first.csv"), folder.path("second.csv"));
    let summary = replayed(Some(first.clone())).await;
    replayed(Some(second.clone())).await;
    let written = std::fs::read_to_string(first).unwrap();
    assert_eq!(written, std::fs::read_to_string(second).unwrap());
    assert_eq!(folder.names(), ["first.csv", "second.csv"]);

    let attempts = std::fs::read_to_string(shipped("attempts.csv")).unwrap();
    let lines: Vec<_> = written.lines().collect();
    assert_eq!(lines.len(), attempts.lines().count());
    assert_eq!(lines[0], "line,outcome,wait_seconds");
    for (line, (row, written)) in (2..).zip(summary.rows.iter().zip(&lines[1..])) {
        assert_eq!(row.line, line);
        let expected = format!("{line},{},{}", row.answer.name(), row.wait_seconds);
        assert_eq!(*written, expected);
        assert_eq!(row.wait_seconds > 0, row.answer == Answer::Wait);
    }
}

#[tokio::test]
async fn the_report_adds_up() {
    let summary = replayed(None).await;
    assert_eq!(summary.rulings.taken(Measure::Wait), summary.counts.of(Answer::Wait));
    assert_eq!(summary.rulings.taken(Measure::StepUp), summary.counts.of(Answer::StepUp));
    assert_eq!(summary.rulings.taken(Measure::WouldWait), 0);
    for (ruling, attempts) in summary.rulings.iter() {
        let by_who = Who::ALL.map(|who| summary.rulings.met(ruling, who));
        assert_eq!(by_who.iter().sum::<u64>(), attempts, "{ruling:?}");
    }
    let unchecked = summary.counts.of(Answer::Wait);
    assert_eq!(summary.measured.checked, summary.counts.total() - unchecked);
    let text = summary.to_string();
    for part in ["outcome", "rule", "passwords checked", "owners' right logins refused:"] {
        assert!(text.contains(part), "{text}");
    }
}
