//! Rows of counters that live for a limited time.

use std::sync::Arc;

use super::fixture::{COLUMN, at, counter_key, just_before, read, row, update};
use crate::{Change, Column, CounterRow, CounterUpdate, Store};

/// Adds 1 to a row that is then to live until `expires_at` seconds.
fn until(key: crate::CounterKey, expires_at: u64) -> CounterUpdate {
    CounterUpdate::new(key, vec![Change::Add(COLUMN, 1)], at(expires_at))
}

/// A row is alive until just before it expires, and empty from that very instant on.
pub async fn row_expires_at_its_very_instant(store: Arc<dyn Store>) {
    let key = counter_key();
    update(&store, until(key, 10), at(0)).await;
    assert_eq!(read(&store, key, just_before(at(10))).await, row(&[(COLUMN, 1)]));
    assert_eq!(read(&store, key, at(10)).await, CounterRow::default());
    assert_eq!(read(&store, key, at(11)).await, CounterRow::default());
}

/// An expired row starts from nothing: none of its old cells is left.
pub async fn expired_row_starts_anew(store: Arc<dyn Store>) {
    let (key, other) = (counter_key(), Column::new(2));
    let changes = vec![Change::Add(COLUMN, 5), Change::Add(other, 5)];
    update(&store, CounterUpdate::new(key, changes, at(10)), at(0)).await;
    assert_eq!(update(&store, until(key, 20), at(10)).await, row(&[(COLUMN, 1)]));
    assert_eq!(read(&store, key, at(15)).await, row(&[(COLUMN, 1)]));
    assert_eq!(read(&store, key, at(20)).await, CounterRow::default());
}

/// Just before it expires, a row still counts on.
pub async fn live_row_counts_on(store: Arc<dyn Store>) {
    let key = counter_key();
    update(&store, until(key, 10), at(0)).await;
    assert_eq!(update(&store, until(key, 20), just_before(at(10))).await, row(&[(COLUMN, 2)]));
}

/// A later expiry replaces an earlier one.
pub async fn expiry_moves_forward(store: Arc<dyn Store>) {
    let key = counter_key();
    update(&store, until(key, 10), at(0)).await;
    update(&store, until(key, 20), at(1)).await;
    assert_eq!(read(&store, key, at(15)).await, row(&[(COLUMN, 2)]));
    assert_eq!(read(&store, key, at(20)).await, CounterRow::default());
}

/// An earlier expiry does not replace a later one, and its changes count all the same.
pub async fn expiry_never_moves_back(store: Arc<dyn Store>) {
    let key = counter_key();
    update(&store, until(key, 20), at(0)).await;
    assert_eq!(update(&store, until(key, 10), at(1)).await, row(&[(COLUMN, 2)]));
    assert_eq!(read(&store, key, at(15)).await, row(&[(COLUMN, 2)]));
    assert_eq!(update(&store, until(key, 5), at(15)).await, row(&[(COLUMN, 3)]));
    assert_eq!(read(&store, key, at(20)).await, CounterRow::default());
}

/// An update without changes makes a row live longer.
pub async fn update_without_changes_prolongs(store: Arc<dyn Store>) {
    let key = counter_key();
    update(&store, until(key, 10), at(0)).await;
    update(&store, CounterUpdate::new(key, Vec::new(), at(20)), at(0)).await;
    assert_eq!(read(&store, key, at(15)).await, row(&[(COLUMN, 1)]));
}

/// A row keeps its expiry even while it has no cells.
pub async fn emptied_row_keeps_its_expiry(store: Arc<dyn Store>) {
    let key = counter_key();
    update(&store, until(key, 20), at(0)).await;
    let emptied = CounterUpdate::new(key, vec![Change::Remove(COLUMN)], at(5));
    assert_eq!(update(&store, emptied, at(0)).await, CounterRow::default());
    update(&store, until(key, 10), at(0)).await;
    assert_eq!(read(&store, key, at(15)).await, row(&[(COLUMN, 1)]));
}

/// The answer to an update shows its changes, even if the row has expired by then.
pub async fn answer_shows_changes_to_a_row_that_is_over(store: Arc<dyn Store>) {
    let key = counter_key();
    assert_eq!(update(&store, until(key, 10), at(10)).await, row(&[(COLUMN, 1)]));
    assert_eq!(read(&store, key, at(10)).await, CounterRow::default());
    assert_eq!(update(&store, until(key, 10), at(10)).await, row(&[(COLUMN, 1)]));
}

/// A cleared row forgets its expiry too.
pub async fn clear_forgets_the_expiry(store: Arc<dyn Store>) {
    let key = counter_key();
    update(&store, until(key, 1000), at(0)).await;
    store.clear(&[key]).await.expect("clear");
    update(&store, until(key, 10), at(0)).await;
    assert_eq!(read(&store, key, at(10)).await, CounterRow::default());
}

/// To read a row neither makes it nor lets it live longer.
pub async fn read_changes_nothing(store: Arc<dyn Store>) {
    let (key, absent) = (counter_key(), counter_key());
    update(&store, until(key, 10), at(0)).await;
    for now in [at(9), at(500), at(9)] {
        read(&store, key, now).await;
        read(&store, absent, now).await;
    }
    assert_eq!(read(&store, key, at(9)).await, row(&[(COLUMN, 1)]));
    assert_eq!(read(&store, key, at(10)).await, CounterRow::default());
    assert_eq!(update(&store, until(absent, 10), at(0)).await, row(&[(COLUMN, 1)]));
    assert_eq!(read(&store, absent, at(10)).await, CounterRow::default());
}
