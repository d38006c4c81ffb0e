//! Passes over all accounts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fixture::{assert_fails, credential, lookup_key};
use crate::{AccountId, Inserted, Store, StoreErrorKind};

/// Pages of any size make up one pass, in which every account is once, also where others are made
/// meanwhile.
pub async fn list_has_every_account_once(store: Arc<dyn Store>) {
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(insert(&store).await);
    }
    for limit in [1, 3, 100] {
        let mut seen = BTreeMap::<AccountId, usize>::new();
        let mut after = None;
        loop {
            let page = store.list(after, limit).await.expect("list");
            assert!(page.len() <= limit, "{} accounts on a page of {limit}", page.len());
            let Some(last) = page.last() else { break };
            after = Some(*last);
            for account in page {
                *seen.entry(account).or_default() += 1;
            }
            // A newcomer may be in it or not, and disturbs nobody else.
            if seen.len().is_multiple_of(2) && made.len() < 12 {
                let _newcomer = insert(&store).await;
            }
        }
        for account in &made {
            assert_eq!(seen.get(account), Some(&1), "{account:?} with a limit of {limit}");
        }
        assert!(seen.values().all(|times| *times == 1), "an account comes twice");
    }
}

/// A pass that was interrupted goes on behind the last account that it saw, on another day as well.
pub async fn list_goes_on_behind_any_account(store: Arc<dyn Store>) {
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(insert(&store).await);
    }
    // Of these alone: others may come and go meanwhile.
    let all = pass(&store, None, &made).await;
    assert_eq!(all.len(), 5, "a pass has them all");
    for (at, account) in all.iter().enumerate() {
        assert_eq!(pass(&store, Some(*account), &made).await, all[at + 1..], "behind {account:?}");
    }
}

/// Which of these accounts come behind `after`, in the order of the store.
async fn pass(
    store: &Arc<dyn Store>,
    mut after: Option<AccountId>,
    among: &[AccountId],
) -> Vec<AccountId> {
    let mut seen = Vec::new();
    loop {
        let page = store.list(after, 50).await.expect("list");
        let Some(last) = page.last() else { return seen };
        after = Some(*last);
        seen.extend(page.into_iter().filter(|account| among.contains(account)));
    }
}

/// A page has room for one account at least.
pub async fn list_refuses_a_limit_of_zero(store: Arc<dyn Store>) {
    assert_fails(store.list(None, 0).await, StoreErrorKind::Invalid);
}

async fn insert(store: &Arc<dyn Store>) -> AccountId {
    let credential = credential(&[&lookup_key()]);
    let account = credential.account();
    assert_eq!(store.insert(credential).await.expect("insert"), Inserted::Created);
    account
}
