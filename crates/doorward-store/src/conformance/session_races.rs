//! What holds when many open, renew and end sessions at once.

use std::sync::Arc;

use super::fixture::{account, assert_is_gone, at, living, open, race, session_of};
use crate::{Opened, Renewed, Session, Store, StoreError, Version};

const SECOND: Version = Version::FIRST.next();

/// Of racers that open a session under one name exactly one succeeds, and its session stays.
pub async fn racing_opens_have_one_winner(store: Arc<dyn Store>) {
    let session = session_of(account(), 0);
    let answers = {
        let (store, session) = (Arc::clone(&store), session.clone());
        race(100, move |racer| {
            let store = Arc::clone(&store);
            let sent = session.clone().with_value(vec![racer as u8]);
            async move { store.open(sent).await }
        })
        .await
    };
    let won: Vec<_> = (0..100_u8).filter(|n| answers[usize::from(*n)] == Opened::Done).collect();
    assert_eq!(won.len(), 1, "one of them is done");
    let stored = living(&store, &session, at(1)).await.expect("the winner's session");
    assert_eq!(stored.value(), won);
}

/// Of 100 racing renewals on top of one version exactly one is done, and it is the one that stays.
pub async fn racing_renews_have_one_winner(store: Arc<dyn Store>) {
    let session = open(&store, session_of(account(), 0)).await;
    let answers = {
        let (store, session) = (Arc::clone(&store), session.clone());
        race(100, move |racer| renew(&store, &session, racer)).await
    };
    let won: Vec<_> = (0..100_u8).filter(|n| answers[usize::from(*n)] != Renewed::Stale).collect();
    assert_eq!(won.len(), 1, "one of them is done");
    assert_eq!(answers[usize::from(won[0])], Renewed::Done(SECOND));
    let renewed = session.clone().with_value(won).with_version(SECOND);
    assert_eq!(living(&store, &session, at(1)).await, Some(renewed));
}

/// A session that is renewed while it is ended is gone after both, whichever was first.
pub async fn law_10_racing_renews_do_not_survive_an_end(store: Arc<dyn Store>) {
    for _ in 0..50 {
        let session = open(&store, session_of(account(), 0)).await;
        let answers = {
            let (store, session) = (Arc::clone(&store), session.clone());
            race(10, move |racer| {
                let (store, session) = (Arc::clone(&store), session.clone());
                async move {
                    // One end alone: a second would hide what the first let through.
                    if racer != 4 {
                        return renew(&store, &session, racer).await.map(Some);
                    }
                    store.end(session.account(), session.id()).await.map(|()| None)
                }
            })
            .await
        };
        assert_one_renewal_at_most(&answers);
        assert_is_gone(&store, &session).await;
    }
}

/// A session that is renewed while all are ended is gone after both, whichever was first, and the one
/// that is kept lives.
pub async fn law_10_racing_renews_do_not_survive_an_end_of_all(store: Arc<dyn Store>) {
    for round in 0..50 {
        let account = account();
        let session = open(&store, session_of(account, 0)).await;
        let beside = open(&store, session_of(account, 1)).await;
        let kept = (round % 2 == 0).then_some(beside.id());
        let answers = {
            let (store, session) = (Arc::clone(&store), session.clone());
            race(10, move |racer| {
                let (store, session) = (Arc::clone(&store), session.clone());
                async move {
                    // One end alone: a second would hide what the first let through.
                    if racer != 4 {
                        return renew(&store, &session, racer).await.map(Some);
                    }
                    store.end_all(account, kept, at(1)).await.map(|()| None)
                }
            })
            .await
        };
        assert_one_renewal_at_most(&answers);
        assert_is_gone(&store, &session).await;
        assert_eq!(living(&store, &beside, at(1)).await, kept.map(|_| beside));
    }
}

/// A session that is renewed while it is kept lives on as the one winner left it.
pub async fn racing_renews_of_the_kept_session_have_one_winner(store: Arc<dyn Store>) {
    for _ in 0..20 {
        let kept = open(&store, session_of(account(), 0)).await;
        let answers = {
            let (store, kept) = (Arc::clone(&store), kept.clone());
            race(10, move |racer| {
                let (store, kept) = (Arc::clone(&store), kept.clone());
                async move {
                    if racer % 2 == 0 {
                        return renew(&store, &kept, racer).await.map(Some);
                    }
                    store.end_all(kept.account(), Some(kept.id()), at(1)).await.map(|()| None)
                }
            })
            .await
        };
        let done = Some(Renewed::Done(SECOND));
        let won: Vec<_> = (0..10_u8).filter(|n| answers[usize::from(*n)] == done).collect();
        assert_eq!(won.len(), 1, "one of them is done: {answers:?}");
        let renewed = kept.clone().with_value(won).with_version(SECOND);
        assert_eq!(living(&store, &kept, at(1)).await, Some(renewed));
    }
}

/// Of two that each end all sessions but their own, none keeps it: each was ended by the other.
pub async fn law_10_racing_ends_of_all_keep_no_rival(store: Arc<dyn Store>) {
    for _ in 0..20 {
        let account = account();
        let first = open(&store, session_of(account, 0)).await;
        let second = open(&store, session_of(account, 1)).await;
        let kept = [first.id(), second.id()];
        let caller = Arc::clone(&store);
        race(2, move |racer| {
            let store = Arc::clone(&caller);
            async move { store.end_all(account, Some(kept[racer]), at(1)).await }
        })
        .await;
        for session in [&first, &second] {
            assert_is_gone(&store, session).await;
        }
        assert_eq!(store.sessions(account, at(1)).await.expect("sessions"), []);
    }
}

/// Of many that end all sessions but the same one, none ends that one: each finds it alive.
pub async fn racing_ends_of_all_keep_the_session_that_all_keep(store: Arc<dyn Store>) {
    for _ in 0..20 {
        let account = account();
        let ended = open(&store, session_of(account, 0)).await;
        let kept = open(&store, session_of(account, 1)).await;
        let (caller, id) = (Arc::clone(&store), kept.id());
        race(10, move |_| {
            let store = Arc::clone(&caller);
            async move { store.end_all(account, Some(id), at(1)).await }
        })
        .await;
        assert_is_gone(&store, &ended).await;
        assert_eq!(living(&store, &kept, at(1)).await, Some(kept));
    }
}

/// Sessions that are opened while all are ended live or do not, and every call says the same of each.
/// What was opened before is ended, and what is opened after lives.
pub async fn racing_opens_and_ends_of_all_leave_one_truth(store: Arc<dyn Store>) {
    for _ in 0..10 {
        let account = account();
        let before = open(&store, session_of(account, 0)).await;
        let meanwhile: Arc<Vec<_>> = Arc::new((1..10).map(|n| session_of(account, n)).collect());
        {
            let (store, meanwhile) = (Arc::clone(&store), Arc::clone(&meanwhile));
            race(10, move |racer| {
                let (store, session) = (Arc::clone(&store), meanwhile.get(racer).cloned());
                async move {
                    let Some(session) = session else {
                        return store.end_all(account, None, at(1)).await;
                    };
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
    }
}

/// One racer's renewal on top of the first version, with the racer's number as its value.
fn renew(
    store: &Arc<dyn Store>,
    session: &Session,
    racer: usize,
) -> impl Future<Output = Result<Renewed, StoreError>> + Send + use<> {
    let (store, sent) = (Arc::clone(store), session.clone().with_value(vec![racer as u8]));
    async move { store.renew(sent, Version::FIRST, at(1)).await }
}

/// Of renewals on top of one version, `None` where a racer did something else.
fn assert_one_renewal_at_most(answers: &[Option<Renewed>]) {
    let done = answers.iter().filter(|answer| matches!(answer, Some(Renewed::Done(_)))).count();
    assert!(done <= 1, "{answers:?}");
}
