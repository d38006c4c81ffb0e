//! R16: a record opens for its owner, whatever ids a request names.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::collections::HashMap;

use doorward::{AccountId, NotOwner, Owned, Owner};
use support::door;

#[tokio::test]
async fn r16_a_record_opens_for_its_owner_and_for_nobody_else() {
    let door = door();
    let account = door.register("alice").await;
    door.register("mallory").await;
    let alice = door.check(&door.token("alice").await).await.unwrap();
    let mallory = door.check(&door.token("mallory").await).await.unwrap();
    let mut record = Owned::stored(account, "129.00 EUR".to_owned());
    assert_eq!(record.owner(), account);
    assert!(record.get(&mallory).is_err() && record.get_mut(&mallory).is_err());
    assert_eq!(record.get(&alice).unwrap(), "129.00 EUR");
    record.get_mut(&alice).unwrap().push('!');
    assert_eq!(record.open(&alice).unwrap(), "129.00 EUR!");
    let refused: NotOwner = Owned::stored(account, 1).open(&mallory).unwrap_err();
    assert_eq!(refused.to_string(), "there is no such record for this principal; answer 404");
    assert_eq!(Owned::by(&mallory, 7).get(&alice), Err(refused));
    assert_eq!(Owned::by(&mallory, 7).open(&mallory), Ok(7));
    assert_eq!(Owned::stored(account, 7).expose_to_operator(), 7);
}

#[tokio::test]
async fn r16_another_session_or_token_of_the_owner_opens_it_as_well() {
    let door = door().with_account("alice").await.with_account("mallory").await;
    let first = door.check(&door.token("alice").await).await.unwrap();
    let second = door.check(&door.token("alice").await).await.unwrap();
    let access = door.grant("alice").await.access().to_owned();
    let access = door.auth.tokens().check(&access).await.unwrap().unwrap();
    let record = Owned::by(&first, "record");
    assert!(record.get(&second).is_ok() && record.get(&access).is_ok());
}

#[tokio::test]
async fn r16_whoever_looks_records_up_by_their_owner_is_told_by_the_session_who_that_is() {
    let door = door().with_account("alice").await.with_account("mallory").await;
    let alice = door.check(&door.token("alice").await).await.unwrap();
    let mallory = door.check(&door.token("mallory").await).await.unwrap();
    let table: HashMap<Owner, &str> =
        [(alice.owner(), "of Alice"), (mallory.owner(), "of Mallory")].into();
    assert_eq!(table[&mallory.owner()], "of Mallory");
    assert_eq!(alice.owner().account(), alice.account());
    assert_eq!(table.len(), 2);
}

#[tokio::test]
async fn r16_what_can_be_shown_of_a_record_is_its_owner_alone() {
    let account = AccountId::from_bytes([7; 16]);
    let shown = format!("{:?}", Owned::stored(account, "129.00 EUR"));
    assert!(shown.contains(&account.to_string()) && !shown.contains("129"), "{shown}");
}
