//! Law 2: no hash without a permit, no session without a proof. That both cannot be built is shown by
//! the `compile_fail` examples of `Verified` and of `doorward_throttle::Admission`; here, that the
//! doors which must not hash do not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward::{Changed, Login, Outcome, PasswordChange, Registered, Registration};
use support::{PASSWORD, door, stranger};

#[tokio::test]
async fn law_02_an_attempt_that_must_wait_computes_no_hash() {
    let door = door().with_account("alice").await;
    door.exhaust("alice").await;
    let before = door.auth.hashing();
    for n in 0..50 {
        let login = Login::new("alice", PASSWORD).from(stranger(500 + n));
        assert!(matches!(door.auth.authenticate(login).await.unwrap(), Outcome::Wait(_)));
    }
    assert_eq!(door.auth.hashing(), before);
}

#[tokio::test]
async fn law_02_a_change_of_password_goes_through_the_same_door() {
    let door = door().with_account("alice").await;
    door.exhaust("alice").await;
    let before = door.auth.hashing();
    let login = Login::new("alice", PASSWORD).from(stranger(900));
    let change = PasswordChange::new(login, "nine patient otters");
    let changed = door.auth.change_password(change).await.unwrap();
    assert!(matches!(changed, Changed::Denied(Outcome::Wait(_))), "{changed:?}");
    assert_eq!(door.auth.hashing(), before);
}

#[tokio::test]
async fn law_02_a_refused_password_is_not_hashed() {
    let door = door();
    let before = door.auth.hashing();
    for (identifier, password) in [("alice", "short"), ("", PASSWORD), ("alice", "")] {
        let registered = door.auth.register(Registration::new(identifier, password)).await.unwrap();
        assert!(matches!(registered, Registered::Refused(_)));
    }
    assert_eq!(door.auth.hashing(), before);
    assert_eq!(door.memory.accounts(), 0);
}
