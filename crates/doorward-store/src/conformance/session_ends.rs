//! Sessions that are ended, one by one and all at once.

use std::sync::Arc;

use super::fixture::{account, assert_is_gone, at, living, open, session_id, session_of};
use crate::{AccountId, Renewed, Session, SessionId, Store, Version};

/// One session ends, and the others live on.
pub async fn end_ends_one_session(store: Arc<dyn Store>) {
    let account = account();
    let first = open(&store, session_of(account, 0)).await;
    let second = open(&store, session_of(account, 1)).await;
    store.end(account, first.id()).await.expect("end");
    assert_eq!(living(&store, &first, at(5)).await, None);
    assert_eq!(living(&store, &second, at(5)).await.as_ref(), Some(&second));
    assert_eq!(store.sessions(account, at(5)).await.expect("sessions"), [second]);
}

/// To end what is not there is no error: one that never was, is ended, or belongs to another account.
pub async fn end_takes_an_absent_session(store: Arc<dyn Store>) {
    let session = open(&store, session_of(account(), 0)).await;
    store.end(account(), session.id()).await.expect("end");
    store.end(session.account(), session_id()).await.expect("end");
    assert!(living(&store, &session, at(5)).await.is_some());
    for _ in 0..2 {
        store.end(session.account(), session.id()).await.expect("end");
        assert_eq!(living(&store, &session, at(5)).await, None);
    }
}

/// An ended session is gone to whoever would renew it, and stays so.
pub async fn law_10_ended_session_cannot_be_renewed(store: Arc<dyn Store>) {
    let session = open(&store, session_of(account(), 0)).await;
    store.end(session.account(), session.id()).await.expect("end");
    assert_is_gone(&store, &session).await;
}

/// Every session of the account ends, renewed ones too. Those of other accounts live on.
pub async fn end_all_ends_every_session(store: Arc<dyn Store>) {
    let (here, there) = (account(), account());
    let mut ended = Vec::new();
    for seconds in 0..5 {
        ended.push(open(&store, session_of(here, seconds)).await);
    }
    let longer = ended[0].clone().with_expires_at(at(2000));
    let renewed = store.renew(longer, Version::FIRST, at(5)).await.expect("renew");
    assert_eq!(renewed, Renewed::Done(Version::FIRST.next()));
    let other = open(&store, session_of(there, 0)).await;
    end_all(&store, here, None).await;
    for session in &ended {
        assert_eq!(living(&store, session, at(20)).await, None);
    }
    assert_eq!(store.sessions(here, at(20)).await.expect("sessions"), []);
    assert_eq!(living(&store, &other, at(20)).await, Some(other));
}

/// A session that ended with all others is gone to whoever would renew it, and stays so.
pub async fn law_10_session_ended_with_all_cannot_be_renewed(store: Arc<dyn Store>) {
    let session = open(&store, session_of(account(), 0)).await;
    let kept = open(&store, session_of(session.account(), 1)).await;
    end_all(&store, session.account(), Some(kept.id())).await;
    assert_is_gone(&store, &session).await;
    end_all(&store, session.account(), None).await;
    assert_is_gone(&store, &session).await;
    assert_is_gone(&store, &kept).await;
}

/// The session that is kept stays as it is, its version too, and can be renewed as before.
pub async fn end_all_leaves_the_kept_session_as_it_is(store: Arc<dyn Store>) {
    let account = account();
    let ended = open(&store, session_of(account, 0)).await;
    let kept = open(&store, session_of(account, 1)).await;
    for _ in 0..2 {
        end_all(&store, account, Some(kept.id())).await;
        assert_eq!(living(&store, &ended, at(20)).await, None);
        assert_eq!(living(&store, &kept, at(20)).await.as_ref(), Some(&kept));
    }
    let listed = store.sessions(account, at(20)).await.expect("sessions");
    assert_eq!(listed, std::slice::from_ref(&kept));
    let renewed = store.renew(kept.clone(), Version::FIRST, at(20)).await.expect("renew");
    assert_eq!(renewed, Renewed::Done(Version::FIRST.next()));
    assert!(living(&store, &kept, at(20)).await.is_some());
}

/// Where the session to keep does not live, all end, and it is not brought back.
pub async fn law_10_end_all_keeps_no_session_that_is_dead(store: Arc<dyn Store>) {
    for case in 0..5 {
        let account = account();
        let dead = session_of(account, 0).with_expires_at(at(10));
        let dead = if case == 0 { dead } else { open(&store, dead).await };
        match case {
            0 => {}
            1 => store.end(account, dead.id()).await.expect("end"),
            2 => end_all(&store, account, None).await,
            // Expired at the very instant, and opened on another account.
            _ => assert_eq!(living(&store, &dead, at(10)).await, None),
        }
        let other = open(&store, session_of(account, 1)).await;
        let kept = if case == 4 { other_account_session(&store).await } else { dead.id() };
        end_all(&store, account, Some(kept)).await;
        for session in [&dead, &other] {
            assert_eq!(living(&store, session, at(2)).await, None, "case {case}");
            assert_is_gone(&store, session).await;
        }
        assert_eq!(store.sessions(account, at(2)).await.expect("sessions"), [], "case {case}");
    }
}

/// What is opened after all others ended lives, however often that happened.
pub async fn sessions_opened_after_an_end_all_live(store: Arc<dyn Store>) {
    let account = account();
    end_all(&store, account, None).await;
    let mut before: Vec<Session> = Vec::new();
    for round in 0..5 {
        let session = open(&store, session_of(account, round)).await;
        assert_eq!(living(&store, &session, at(20)).await.as_ref(), Some(&session));
        let listed = store.sessions(account, at(20)).await.expect("sessions");
        assert_eq!(listed, std::slice::from_ref(&session));
        for session in &before {
            assert_eq!(living(&store, session, at(20)).await, None, "round {round}");
        }
        before.push(session);
        end_all(&store, account, None).await;
    }
}

/// A session that was kept ends with the next that keeps another.
pub async fn end_all_keeps_one_session_at_a_time(store: Arc<dyn Store>) {
    let account = account();
    let first = open(&store, session_of(account, 0)).await;
    end_all(&store, account, Some(first.id())).await;
    let second = open(&store, session_of(account, 1)).await;
    assert!(living(&store, &first, at(20)).await.is_some());
    end_all(&store, account, Some(second.id())).await;
    assert_eq!(living(&store, &first, at(20)).await, None);
    assert_eq!(store.sessions(account, at(20)).await.expect("sessions"), [second]);
}

/// Ends all sessions of the account at `at(10)`.
async fn end_all(store: &Arc<dyn Store>, account: AccountId, kept: Option<SessionId>) {
    store.end_all(account, kept, at(10)).await.expect("end_all");
}

async fn other_account_session(store: &Arc<dyn Store>) -> SessionId {
    open(store, session_of(account(), 0)).await.id()
}
