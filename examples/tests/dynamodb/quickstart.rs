//! The quick start on a table shows what it shows in memory.

use doorward_examples::quickstart::{self, Shown};
use doorward_examples::store_choice::StoreChoice;

use crate::emulator;

fn facts(shown: &Shown) -> Vec<(String, usize, String, String)> {
    let fact = |step: &quickstart::Step| {
        (step.tried.clone(), step.times, step.answer.clone(), step.why.clone())
    };
    shown.steps.iter().map(fact).collect()
}

#[tokio::test]
async fn a_table_that_is_missing_is_made_and_may_be_used_again() {
    let table = emulator::name("quickstart");
    let choice = StoreChoice::table_at(emulator::url(), table.as_str());
    let in_memory = quickstart::run(&StoreChoice::default()).await.unwrap();
    for _ in 0..2 {
        let shown = quickstart::run(&choice).await.unwrap();
        assert_eq!(facts(&shown), facts(&in_memory));
    }
    let items = emulator::scan(&table).await;
    assert!(items.len() > 18, "{}", items.len());
    for secret in ["alice", "herons"] {
        assert!(!format!("{items:?}").contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_none_and_one_that_is_not_there_are_told() {
    let run = async |endpoint| {
        let choice = StoreChoice::table_at(endpoint, "doorward");
        quickstart::run(&choice).await.unwrap_err()
    };
    assert_eq!(run("http://example.com").await.code(), 2);
    let told = run("http://127.0.0.1:1").await;
    assert_eq!(told.code(), 1);
    assert!(told.to_string().contains("table `doorward`"), "{told}");
}
