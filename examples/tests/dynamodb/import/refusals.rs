//! What does not fit the table stops the import before anything is written.

use super::workshop::{BCRYPT, KEY, OTHER_KEY, PHONE, Workshop};
use crate::emulator;

async fn shop() -> Workshop {
    let shop = Workshop::with_user_ids().await;
    shop.put(&[
        ("user_id", "u-1"),
        ("email", "a@example.com"),
        ("password_hash", BCRYPT),
        ("phone", PHONE),
    ])
    .await;
    shop
}

async fn is_untouched(shop: &Workshop) -> bool {
    let mut names = emulator::tables(&shop.to).await;
    names.extend(emulator::tables(&shop.profiles).await);
    names.retain(|name| *name == shop.to || *name == shop.profiles);
    names.is_empty() && !shop.report().exists()
}

#[tokio::test]
async fn sealed_attributes_that_nobody_told_of_are_named() {
    let shop = shop().await;
    let told = shop.import(&[]).await.unwrap_err();
    assert!(told.to_string().contains("a Fernet token in `phone`"), "{told}");
    assert_eq!(told.code(), 2);
    assert!(is_untouched(&shop).await);
    // They may stay as they are, if that is what is wanted.
    assert_eq!(shop.import(&["--as-is=phone"]).await.unwrap().counts.imported, 1);
    let kept = shop.profiles().await.remove(0).attributes.remove("phone").unwrap();
    assert_eq!(kept.as_s().unwrap(), PHONE);
}

#[tokio::test]
async fn a_key_that_is_missing_or_opens_nothing_is_told() {
    let shop = shop().await;
    let nowhere = shop.folder.path("nowhere").display().to_string();
    let told = shop.import(&["--fernet=phone", "--fernet-key", &nowhere]).await.unwrap_err();
    assert!(told.to_string().contains("neither a variable nor a file"), "{told}");
    let wrong = shop.fernet_key(OTHER_KEY);
    let told = shop.import(&["--fernet=phone", "--fernet-key", &wrong]).await.unwrap_err();
    assert!(told.to_string().contains("none of 1 Fernet tokens opens"), "{told}");
    assert!(is_untouched(&shop).await);
    // Both keys, as of a rotation under way.
    let both = shop.fernet_key(&format!("{OTHER_KEY},{KEY}"));
    let told = shop.import(&["--fernet=phone", "--fernet-key", &both]).await.unwrap();
    assert_eq!(told.counts.imported, 1);
}

#[tokio::test]
async fn a_source_that_is_not_there_is_told_by_its_name() {
    let shop = shop().await;
    let mut arguments = shop.arguments(&["--dry-run"]);
    arguments.from = "no-such-table".to_owned();
    let told = shop.run(&arguments).await.unwrap_err();
    assert!(told.to_string().contains("table `no-such-table`"), "{told}");
}
