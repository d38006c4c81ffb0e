//! A dry run tells what an import would do, and does nothing.

use super::workshop::{BCRYPT, Workshop};
use crate::emulator;

async fn shop() -> Workshop {
    let shop = Workshop::with_user_ids().await;
    shop.fill(12).await;
    shop.put(&[("user_id", "u-x"), ("email", "PERSON-3@example.com"), ("password_hash", BCRYPT)])
        .await;
    shop.put(&[("user_id", "u-y"), ("email", "eve@example.com"), ("password_hash", "plain")]).await;
    shop
}

#[tokio::test]
async fn it_makes_no_table_and_no_file() {
    let shop = shop().await;
    let source = emulator::scan(&shop.from).await;
    let told = shop.run(&shop.arguments(&["--dry-run"])).await.unwrap();
    let counts = told.counts;
    assert_eq!((counts.read, counts.imported), (14, 11));
    assert_eq!((counts.duplicates, counts.unreadable), (2, 1));
    assert!(told.to_string().starts_with("A dry run: nothing was written."));
    assert_eq!(emulator::scan(&shop.from).await, source);
    for table in [&shop.to, &shop.profiles] {
        assert_eq!(emulator::tables(table).await.iter().filter(|name| *name == table).count(), 0);
    }
    assert!(shop.folder.names().is_empty());
}

#[tokio::test]
async fn it_changes_no_table_and_says_what_is_there_already() {
    let shop = shop().await;
    let imported = shop.import(&[]).await.unwrap();
    shop.put(&[("user_id", "u-z"), ("email", "new@example.com"), ("password_hash", BCRYPT)]).await;
    let mut before = Vec::new();
    for table in [&shop.from, &shop.to, &shop.profiles] {
        before.push(emulator::scan(table).await);
    }
    let mut arguments = shop.arguments(&["--dry-run"]);
    arguments.report = Some(shop.folder.path("dry.csv"));
    let told = shop.run(&arguments).await.unwrap();
    assert_eq!((told.counts.imported, told.counts.already_there), (1, 11));
    assert_eq!(told.counts.duplicates, imported.counts.duplicates);
    for (table, before) in [&shop.from, &shop.to, &shop.profiles].iter().zip(before) {
        assert_eq!(emulator::scan(table).await, before);
    }
    // The same rows are reported as by the import.
    let read = |name| std::fs::read_to_string(shop.folder.path(name)).unwrap();
    assert_eq!(read("dry.csv"), read("report.csv"));
}
