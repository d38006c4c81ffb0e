//! An import that is killed at any point goes on from there, and nothing is lost or there twice.

use std::time::Duration;

use super::workshop::{BCRYPT, KEY, PASSWORD, PHONE, Workshop, is_let_in};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_it_comes_to_its_end() {
    let shop = Workshop::with_user_ids().await;
    shop.fill(330).await;
    for number in 0..6 {
        let id = format!("d-{number}");
        shop.put(&[("user_id", &id), ("email", "twice@example.com"), ("password_hash", BCRYPT)])
            .await;
    }
    shop.put(&[
        ("user_id", "p"),
        ("email", "p@example.com"),
        ("password_hash", BCRYPT),
        ("phone", PHONE),
    ])
    .await;
    let key = shop.fernet_key(KEY);
    let checkpoint = shop.folder.path("mark.toml").display().to_string();
    let more = ["--fernet=phone", "--fernet-key", &key, "--resume", &checkpoint];

    let (mut kills, mut longest) = (0, Duration::from_millis(30));
    let told = loop {
        match tokio::time::timeout(longest, shop.import(&more)).await {
            Ok(told) => break told.unwrap(),
            Err(_) => kills += 1,
        }
        // Long enough for one page in the end.
        longest = longest.mul_f64(1.25);
    };
    assert!(kills > 1, "killed {kills} times");
    let counts = told.counts;
    assert_eq!((counts.read, counts.duplicates, counts.unreadable), (337, 6, 0));
    assert_eq!(counts.imported + counts.already_there, 331);
    assert_eq!((shop.accounts().await, shop.profiles().await.len()), (331, 331));
    // No row is reported twice, though its page may have come twice.
    assert_eq!(shop.reported().len(), 6);
    let service = shop.service(&[BCRYPT]).await;
    assert!(is_let_in(&service, "person-329@example.com", PASSWORD).await);

    // What is done stays done.
    let again = shop.import(&more).await.unwrap();
    assert_eq!(again.counts, counts);
    assert_eq!(shop.accounts().await, 331);
    // A checkpoint of other tables is not followed.
    let mut other = shop.arguments(&[&more[..], &["--report=r"]].concat());
    other.profiles = "elsewhere".to_owned();
    let refused = shop.run(&other).await.unwrap_err();
    assert!(refused.to_string().contains("between other tables"), "{refused}");
}

#[tokio::test]
async fn a_kill_between_an_account_and_its_record_loses_no_record() {
    let shop = Workshop::with_user_ids().await;
    shop.fill(5).await;
    let _ = shop.import(&[]).await.unwrap();
    let lost = shop.profiles().await.remove(0);
    let request = crate::emulator::client().await.delete_item().table_name(&shop.profiles);
    let account = aws_sdk_dynamodb::types::AttributeValue::S(lost.account.to_string());
    request.key("account", account).send().await.unwrap();

    std::fs::remove_file(shop.report()).unwrap();
    let told = shop.import(&[]).await.unwrap();
    assert_eq!((told.counts.imported, told.counts.already_there), (0, 5));
    let profiles = shop.profiles().await;
    let found = profiles.iter().find(|profile| profile.account == lost.account).unwrap();
    assert_eq!(shop.open(found, "email"), shop.open(&lost, "email"));
}
