//! Replays that keep their accounts in a table.

use doorward_examples::arguments::ReplayArguments;
use doorward_examples::replaying;
use doorward_examples::store_choice::StoreChoice;

use crate::emulator;
use crate::folder::{Folder, shipped};

/// The shipped day, its first attempts only.
fn day(folder: &Folder, out: &str, store: StoreChoice) -> ReplayArguments {
    let head = |name: &str, lines: usize| {
        let text = std::fs::read_to_string(shipped(name)).unwrap();
        text.lines().take(lines).map(|line| format!("{line}\n")).collect::<String>()
    };
    let mut arguments = folder.replay(head("users.csv", 61), head("attempts.csv", 401));
    arguments.out = Some(folder.path(out));
    arguments.store = store;
    arguments
}

#[tokio::test]
async fn a_table_answers_as_memory_does() {
    let folder = Folder::new();
    let table = StoreChoice::table_at(emulator::url(), emulator::name("replay"));
    for (out, store) in [("memory.csv", StoreChoice::default()), ("table.csv", table)] {
        let _ = replaying::run(&day(&folder, out, store)).await.unwrap();
    }
    let read = |name| std::fs::read_to_string(folder.path(name)).unwrap();
    assert_eq!(read("table.csv"), read("memory.csv"));
    assert!(read("table.csv").contains("rejected"));
}

#[tokio::test]
async fn replays_that_share_a_table_count_together_and_write_apart() {
    // Each has guesses of its own: one that was made before is not counted again.
    let attempts = |number: u32| {
        let guess = |n| format!("{n},198.51.{n}.1,alice@example.com,guess {number} {n}\n");
        let guesses: String = (0..20).map(guess).collect();
        format!("at,source,identifier,password\n{guesses}")
    };
    let users = "identifier,password\nalice@example.com,seven quiet herons\n";
    let table = emulator::name("replays");
    let (out, inputs) = (Folder::new(), [(); 4].map(|()| Folder::new()));
    let replays = inputs.iter().zip(0..).map(|(input, number)| {
        let mut arguments = input.replay(users, attempts(number));
        arguments.out = Some(out.path(&format!("{number}.csv")));
        arguments.store = StoreChoice::table_at(emulator::url(), table.as_str());
        tokio::spawn(async move { replaying::run(&arguments).await.map(drop) })
    });
    for replay in replays.collect::<Vec<_>>() {
        replay.await.unwrap().unwrap();
    }
    let rows: Vec<String> = (0..4)
        .flat_map(|number| {
            let text = std::fs::read_to_string(out.path(&format!("{number}.csv"))).unwrap();
            text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(rows.len(), 80);
    // Four are free, whoever makes them.
    let rejected = rows.iter().filter(|row| row.contains(",rejected,")).count();
    assert_eq!(rejected, 4, "{rows:?}");
    assert!(rows.iter().all(|row| !row.contains("error")), "{rows:?}");
}
