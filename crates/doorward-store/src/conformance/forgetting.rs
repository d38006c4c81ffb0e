//! Sessions that are forgotten, with all that is kept of them.

use std::sync::Arc;

use super::fixture::{account, assert_is_gone, at, living, open, race, session_id, session_of};
use crate::{AccountId, Opened, Renewed, Session, Store, Version};

const SECOND: Version = Version::FIRST.next();

/// None is found any more: neither those that lived, the renewed one and the kept one among them, nor
/// those that were ended or have expired.
pub async fn forgotten_sessions_are_found_nowhere(store: Arc<dyn Store>) {
    let account = account();
    let ended_with_all = open(&store, session_of(account, 0)).await;
    let kept = open(&store, session_of(account, 1)).await;
    store.end_all(account, Some(kept.id()), at(2)).await.expect("end_all");
    let ended = open(&store, session_of(account, 3)).await;
    store.end(account, ended.id()).await.expect("end");
    let expired = open(&store, session_of(account, 4).with_expires_at(at(10))).await;
    let renewed = open(&store, session_of(account, 5)).await;
    let longer = renewed.clone().with_expires_at(at(2000));
    let answer = store.renew(longer, Version::FIRST, at(6)).await.expect("renew");
    assert_eq!(answer, Renewed::Done(SECOND));
    let plain = open(&store, session_of(account, 6)).await;

    forget(&store, account).await;
    // At 7 none has expired by itself.
    for now in [at(7), at(20)] {
        assert_eq!(store.sessions(account, now).await.expect("sessions"), []);
        for session in [&ended_with_all, &kept, &ended, &expired, &renewed, &plain] {
            assert_eq!(living(&store, session, now).await, None);
        }
    }
}

/// Nobody can renew a forgotten session, nor keep it while all others end.
pub async fn law_10_forgotten_session_does_not_come_back(store: Arc<dyn Store>) {
    let session = open(&store, session_of(account(), 0)).await;
    let kept = open(&store, session_of(session.account(), 1)).await;
    store.end_all(session.account(), Some(kept.id()), at(2)).await.expect("end_all");
    forget(&store, session.account()).await;
    assert_is_gone(&store, &session).await;
    assert_is_gone(&store, &kept).await;
    store.end_all(session.account(), Some(kept.id()), at(2)).await.expect("end_all");
    assert_is_gone(&store, &kept).await;
}

/// Other accounts keep all that they have, under the same id too.
pub async fn forget_leaves_other_accounts(store: Arc<dyn Store>) {
    let (here, there) = (account(), account());
    let forgotten = open(&store, session_of(here, 0)).await;
    let twin = Session::new(there, forgotten.id(), vec![2], at(0), at(1000));
    let twin = open(&store, twin).await;
    let other = open(&store, session_of(there, 1)).await;
    forget(&store, here).await;
    assert_eq!(living(&store, &forgotten, at(5)).await, None);
    for session in [&twin, &other] {
        assert_eq!(living(&store, session, at(5)).await.as_ref(), Some(session));
    }
    assert_eq!(store.sessions(there, at(5)).await.expect("sessions"), [twin, other]);
}

/// What is opened afterwards lives, until the next time.
pub async fn sessions_opened_after_a_forget_live(store: Arc<dyn Store>) {
    let account = account();
    for seconds in 0..3 {
        let session = open(&store, session_of(account, seconds)).await;
        assert_eq!(living(&store, &session, at(5)).await.as_ref(), Some(&session));
        let listed = store.sessions(account, at(5)).await.expect("sessions");
        assert_eq!(listed, std::slice::from_ref(&session));
        forget(&store, account).await;
        assert_is_gone(&store, &session).await;
    }
}

/// The id of a forgotten session is free, and who opens another under it has that one, not the old one:
/// whoever knows the old one's version cannot write.
pub async fn law_10_forgotten_id_does_not_bring_the_old_session_back(store: Arc<dyn Store>) {
    let old = open(&store, session_of(account(), 0)).await;
    let renewed = store.renew(old.clone(), Version::FIRST, at(1)).await.expect("renew");
    assert_eq!(renewed, Renewed::Done(SECOND));
    forget(&store, old.account()).await;
    let new = Session::new(old.account(), old.id(), b"another value".to_vec(), at(5), at(900));
    assert_eq!(store.open(new.clone()).await.expect("open"), Opened::Done);
    assert_eq!(living(&store, &old, at(6)).await.as_ref(), Some(&new));
    let late = store.renew(old.clone(), SECOND, at(6)).await.expect("renew");
    assert_eq!(late, Renewed::Stale);
    assert_eq!(living(&store, &old, at(6)).await, Some(new));
}

/// To forget what is not there is no error: of an account that never had a session, and a second time.
pub async fn forget_takes_an_account_without_sessions(store: Arc<dyn Store>) {
    let account = account();
    forget(&store, account).await;
    let session = open(&store, session_of(account, 0)).await;
    for _ in 0..3 {
        forget(&store, account).await;
        assert_is_gone(&store, &session).await;
    }
}

/// However much an account has, all of it goes.
pub async fn forget_takes_all_of_many(store: Arc<dyn Store>) {
    // More than a megabyte: what a store may well read in several pages.
    const MANY: u64 = 600;
    let account = account();
    let mut opened = Vec::new();
    for seconds in 0..MANY {
        let value = vec![seconds as u8; Session::MAX_VALUE_BYTES];
        opened.push(open(&store, session_of(account, seconds).with_value(value)).await);
    }
    forget(&store, account).await;
    assert_eq!(store.sessions(account, at(900)).await.expect("sessions"), []);
    // Their ids are free, so that nothing is left under them.
    for session in opened.iter().step_by(50).chain(opened.last()) {
        assert_eq!(living(&store, session, at(900)).await, None);
        assert_eq!(store.open(session.clone()).await.expect("open"), Opened::Done);
    }
}

/// A session that is renewed while it is forgotten is gone after both, whichever was first.
pub async fn law_10_racing_renews_do_not_survive_a_forget(store: Arc<dyn Store>) {
    for _ in 0..20 {
        let session = open(&store, session_of(account(), 0)).await;
        let (caller, sent) = (Arc::clone(&store), session.clone());
        race(10, move |racer| {
            let (store, sent) = (Arc::clone(&caller), sent.clone());
            async move {
                // One alone: a second would hide what the first let through.
                if racer == 4 {
                    return store.forget(sent.account()).await;
                }
                let sent = sent.with_value(vec![racer as u8]);
                store.renew(sent, Version::FIRST, at(1)).await.map(drop)
            }
        })
        .await;
        assert_is_gone(&store, &session).await;
    }
}

/// Whoever ends all sessions but one while they are forgotten does not keep that one.
pub async fn law_10_racing_ends_of_all_keep_no_forgotten_session(store: Arc<dyn Store>) {
    for _ in 0..20 {
        let account = account();
        let kept = open(&store, session_of(account, 0)).await;
        let other = open(&store, session_of(account, 1)).await;
        let (caller, id) = (Arc::clone(&store), kept.id());
        race(6, move |racer| {
            let store = Arc::clone(&caller);
            async move {
                if racer == 2 {
                    return store.forget(account).await;
                }
                store.end_all(account, Some(id), at(1)).await
            }
        })
        .await;
        for session in [&kept, &other] {
            assert_is_gone(&store, session).await;
        }
    }
}

/// Sessions that are opened while all are forgotten live or do not, and every call says the same of each.
/// What was opened before is gone, what is opened after lives, and the next call takes them all.
pub async fn racing_opens_and_forgets_leave_one_truth(store: Arc<dyn Store>) {
    for _ in 0..10 {
        let account = account();
        let before = open(&store, session_of(account, 0)).await;
        let meanwhile: Arc<Vec<_>> = Arc::new((1..10).map(|n| session_of(account, n)).collect());
        {
            let (store, meanwhile) = (Arc::clone(&store), Arc::clone(&meanwhile));
            race(12, move |racer| {
                let (store, session) = (Arc::clone(&store), meanwhile.get(racer).cloned());
                async move {
                    // Three of them: they do not stand in each other's way.
                    let Some(session) = session else { return store.forget(account).await };
                    assert_eq!(store.open(session).await?, Opened::Done);
                    Ok(())
                }
            })
            .await;
        }
        let after = open(&store, session_of(account, 10)).await;
        assert_is_gone(&store, &before).await;
        let mut lives = Vec::new();
        for session in meanwhile.iter().chain([&after]) {
            lives.extend(living(&store, session, at(20)).await);
        }
        assert_eq!(lives.last(), Some(&after));
        assert_eq!(store.sessions(account, at(20)).await.expect("sessions"), lives);
        forget(&store, account).await;
        for session in meanwhile.iter().chain([&after]) {
            assert_is_gone(&store, session).await;
        }
        let fresh = Session::new(account, session_id(), vec![1], at(0), at(1000));
        assert_eq!(open(&store, fresh.clone()).await, fresh);
    }
}

async fn forget(store: &Arc<dyn Store>, account: AccountId) {
    store.forget(account).await.expect("forget");
}
