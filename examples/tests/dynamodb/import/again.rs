//! Many rows, and imports into tables that are in use.

use aws_sdk_dynamodb::types::AttributeValue;
use doorward::{Registered, Registration};

use super::workshop::{BCRYPT, PASSWORD, Workshop, is_let_in};
use crate::emulator;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_users_come_over_once() {
    let shop = Workshop::with_user_ids().await;
    shop.fill(1_000).await;
    let told = shop.import(&[]).await.unwrap();
    assert_eq!((told.counts.read, told.counts.imported), (1_000, 1_000));
    assert_eq!((shop.accounts().await, shop.profiles().await.len()), (1_000, 1_000));
    let before = emulator::scan(&shop.to).await;

    // Without a checkpoint, too: accounts are known again.
    let refused = shop.import(&[]).await.unwrap_err();
    assert!(refused.to_string().contains("report.csv"), "a report is not replaced: {refused}");
    std::fs::remove_file(shop.report()).unwrap();
    let told = shop.import(&[]).await.unwrap();
    assert_eq!((told.counts.imported, told.counts.already_there), (0, 1_000));
    assert_eq!(emulator::scan(&shop.to).await, before);
}

#[tokio::test]
async fn who_registered_meanwhile_keeps_the_account_and_gets_nobodys_record() {
    let shop = Workshop::with_user_ids().await;
    shop.fill(3).await;
    let service = shop.service(&[BCRYPT]).await;
    let stranger = Registration::new("Person-1@example.com", "a lamp in the harbour");
    assert!(matches!(service.register(stranger).await.unwrap(), Registered::Created(_)));

    let told = shop.import(&[]).await.unwrap();
    assert_eq!((told.counts.imported, told.counts.duplicates), (2, 1));
    assert!(shop.reported()[0].starts_with("u-1,taken,,"), "{:?}", shop.reported());
    assert_eq!(shop.profiles().await.len(), 2);
    assert!(!is_let_in(&service, "person-1@example.com", PASSWORD).await);
    assert!(is_let_in(&service, "person-1@example.com", "a lamp in the harbour").await);
}

#[tokio::test]
async fn what_the_service_changed_since_stays() {
    let shop = Workshop::with_user_ids().await;
    shop.fill(1).await;
    let _ = shop.import(&[]).await.unwrap();
    let mut record = emulator::scan(&shop.profiles).await.remove(0);
    record.insert("theme".to_owned(), AttributeValue::S("dark".to_owned()));
    emulator::put(&shop.profiles, record.clone()).await;
    std::fs::remove_file(shop.report()).unwrap();
    let _ = shop.import(&[]).await.unwrap();
    assert_eq!(emulator::scan(&shop.profiles).await, [record]);
}

#[tokio::test]
async fn r14_of_duplicates_the_one_that_is_kept_comes_over_with_the_next_import() {
    let shop = Workshop::with_user_ids().await;
    for (id, email) in [("u-1", "alice@example.com"), ("u-2", "ALICE@example.com")] {
        shop.put(&[("user_id", id), ("email", email), ("password_hash", BCRYPT)]).await;
    }
    assert_eq!(shop.import(&[]).await.unwrap().counts.duplicates, 2);
    assert_eq!(shop.accounts().await, 0);
    let request = emulator::client().await.delete_item().table_name(&shop.from);
    request.key("user_id", AttributeValue::S("u-2".to_owned())).send().await.unwrap();
    std::fs::remove_file(shop.report()).unwrap();
    assert_eq!(shop.import(&[]).await.unwrap().counts.imported, 1);
    assert!(is_let_in(&shop.service(&[BCRYPT]).await, "alice@example.com", PASSWORD).await);
}
