//! A replay under a policy from a file.

use doorward::{Mode, Policy, Rule};
use doorward_examples::arguments::ReplayArguments;
use doorward_examples::outcomes::Answer;
use doorward_examples::replaying;
use doorward_examples::ruling::Measure;
use doorward_examples::summary::Summary;
use doorward_examples::truth::Who;

use crate::folder::{Folder, shipped};

const USERS: &str = "identifier,password\nalice,right\nbob,other\n";

/// Alice's password is guessed at from one address.
fn guesses(count: usize) -> String {
    let mut attempts = String::from("at,source,identifier,password\n");
    (0..count).for_each(|at| attempts.push_str(&format!("{at},192.0.2.1,alice,guess {at}\n")));
    attempts.push_str(&format!("{count},198.51.100.9,alice,right\n"));
    attempts
}

async fn under(policy: &str, attempts: String) -> Summary {
    let folder = Folder::new();
    let mut arguments = folder.replay(USERS, attempts);
    arguments.policy = Some(folder.file("policy.toml", policy));
    replaying::run(&arguments).await.unwrap()
}

fn last(summary: &Summary) -> (Answer, u64) {
    let row = summary.rows.last().unwrap();
    (row.answer, row.wait_seconds)
}

async fn shipped_day(change: impl FnOnce(&mut ReplayArguments)) -> Summary {
    let mut arguments = ReplayArguments::cheap(shipped("users.csv"), shipped("attempts.csv"));
    arguments.truth = Some(shipped("truth.csv"));
    change(&mut arguments);
    replaying::run(&arguments).await.unwrap()
}

#[test]
fn the_shipped_policy_is_the_recommended_one_in_full() {
    let text = std::fs::read_to_string(shipped("policy.toml")).unwrap();
    assert_eq!(toml::from_str::<Policy>(&text).unwrap(), Policy::recommended());
    let said: toml::Table = toml::from_str(&text).unwrap();
    assert_eq!(said, toml::Table::try_from(Policy::recommended()).unwrap());
}

#[tokio::test]
async fn the_file_decides() {
    let summary = under("", guesses(4)).await;
    assert_eq!(last(&summary), (Answer::Wait, 59));
    let gentle = "[account]\nwaits = [{ failures = 5, seconds = 3600 }]";
    assert_eq!(last(&under(gentle, guesses(4)).await), (Answer::Verified, 0));
    assert_eq!(last(&under(gentle, guesses(5)).await), (Answer::Wait, 3_599));
    assert_eq!(last(&under("preset = 'strict'", guesses(2)).await), (Answer::Wait, 119));
}

#[tokio::test]
async fn denied_networks_are_told_by_their_rule() {
    let summary = under("denied = ['192.0.2.0/24']", guesses(4)).await;
    let rulings: Vec<_> = summary.rulings.iter().collect();
    assert_eq!(rulings.len(), 1, "{summary}");
    let (ruling, attempts) = rulings[0];
    assert_eq!((ruling.measure, ruling.rule, attempts), (Measure::Wait, Rule::Denied, 4));
    assert_eq!(last(&summary), (Answer::Verified, 0));
}

#[tokio::test]
async fn a_policy_that_only_monitors_keeps_nobody_out_and_says_what_it_would_do() {
    let folder = Folder::new();
    let policy = folder.file("policy.toml", "mode = 'monitor'");
    let summary = shipped_day(|arguments| arguments.policy = Some(policy)).await;
    assert_eq!(summary.measured.mode, Mode::Monitor);
    assert_eq!(summary.measured.checked, summary.counts.total());
    for answer in [Answer::Wait, Answer::StepUp, Answer::Error] {
        assert_eq!(summary.counts.of(answer), 0, "{summary}");
    }
    let met =
        |who| summary.rulings.iter().map(|(ruling, _)| summary.rulings.met(ruling, who)).sum();
    let [owners, _, attackers]: [u64; 3] = Who::ALL.map(met);
    assert!(attackers > 1_000 && owners * 100 < attackers, "{summary}");
    let text = summary.to_string();
    for part in ["the policy only monitors", "would wait", "would step_up"] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn without_step_up_nobody_is_asked_for_a_code() {
    let summary = shipped_day(|arguments| arguments.step_up = false).await;
    assert_eq!(summary.counts.of(Answer::StepUp), 0, "{summary}");
    assert_eq!(summary.rulings.taken(Measure::StepUp), 0, "{summary}");
    assert!(summary.alarms.iter().next().is_some(), "{summary}");
}

#[tokio::test]
async fn alarms_come_with_their_evidence_and_the_time_of_the_first_sign() {
    let summary = shipped_day(|_| ()).await;
    let first = summary.alarms.iter().next().unwrap();
    // The spray begins at ten.
    let (begins, hour) = (36_000, 3_600);
    assert!((begins..begins + hour).contains(&first.at.as_secs()), "{summary}");
    let attempts = std::fs::read_to_string(shipped("attempts.csv")).unwrap();
    let line = attempts.lines().nth(first.line as usize - 1).unwrap();
    let at: f64 = line.split(',').next().unwrap().parse().unwrap();
    assert_eq!(at, first.at.as_secs_f64());
    assert!(first.guesses_before.is_some_and(|count| (5..100).contains(&count)), "{summary}");
    let text = summary.to_string();
    for raised in summary.alarms.iter() {
        assert!(text.contains(&raised.alarm.to_string()), "{text}");
    }
}

#[tokio::test]
async fn a_bad_policy_stops_the_replay_before_anything_runs() {
    let folder = Folder::new();
    for (policy, says) in [
        ("[account]\nwait = 3\n", "policy.toml, line 2: unknown field `wait`, expected one of"),
        (
            "[account]\nwaits = [{ failures = 1000, seconds = 60 }]",
            "policy.toml: account: the waits allow 2440 guesses a day, 100 are the most: let them",
        ),
        (USERS, "policy.toml, line 1: is not TOML"),
    ] {
        let mut arguments = folder.replay(USERS, guesses(1));
        arguments.policy = Some(folder.file("policy.toml", policy));
        arguments.out = Some(folder.path("out.csv"));
        let failure = replaying::run(&arguments).await.unwrap_err();
        let text = failure.to_string();
        assert!(text.contains(says), "{text}");
        assert!(text.ends_with("1 problem; nothing was run"), "{text}");
        assert_eq!(failure.code(), 2);
        assert_eq!(folder.names(), ["attempts.csv", "policy.toml", "users.csv"]);
    }
    let mut arguments = folder.replay(USERS, guesses(1));
    arguments.policy = Some(folder.path("none.toml"));
    let failure = replaying::run(&arguments).await.unwrap_err();
    assert!(failure.to_string().contains("none.toml: cannot be read: "), "{failure}");
}
