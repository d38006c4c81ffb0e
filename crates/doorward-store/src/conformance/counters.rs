//! Rows of counters, each of them changed all at once.

use std::sync::Arc;

use super::fixture::{COLUMN, add, assert_fails, at, change, counter_key, read, row, update};
use crate::{Change, Column, CounterRow, CounterUpdate, Store, StoreErrorKind};

/// A row that nobody wrote is empty.
pub async fn absent_row_reads_empty(store: Arc<dyn Store>) {
    assert_eq!(read(&store, counter_key(), at(0)).await, CounterRow::default());
}

/// To ask for nothing is no error.
pub async fn empty_calls_answer_nothing(store: Arc<dyn Store>) {
    assert_eq!(store.update(&[], at(0)).await.expect("update"), []);
    assert_eq!(store.read(&[], at(0)).await.expect("read"), []);
    store.clear(&[]).await.expect("clear");
}

/// Additions start at 0 and go both ways, and each answer is the row right after.
pub async fn add_sums_up_from_zero(store: Arc<dyn Store>) {
    let key = counter_key();
    for (amount, sum) in [(3, 3), (4, 7), (-9, -2), (0, -2)] {
        assert_eq!(change(&store, key, Change::Add(COLUMN, amount)).await, row(&[(COLUMN, sum)]));
        assert_eq!(read(&store, key, at(0)).await, row(&[(COLUMN, sum)]));
    }
}

/// A cell is set whether it is there or not.
pub async fn set_overwrites(store: Arc<dyn Store>) {
    let key = counter_key();
    for value in [5, -5, i64::MAX, i64::MIN] {
        assert_eq!(change(&store, key, Change::Set(COLUMN, value)).await, row(&[(COLUMN, value)]));
        assert_eq!(read(&store, key, at(0)).await, row(&[(COLUMN, value)]));
    }
}

/// A removed cell is gone, and counts from 0 again.
pub async fn remove_drops_the_cell(store: Arc<dyn Store>) {
    let key = counter_key();
    change(&store, key, Change::Add(COLUMN, 5)).await;
    assert_eq!(change(&store, key, Change::Remove(COLUMN)).await, CounterRow::default());
    assert_eq!(read(&store, key, at(0)).await, CounterRow::default());
    assert_eq!(change(&store, key, Change::Add(COLUMN, 1)).await, row(&[(COLUMN, 1)]));
}

/// To remove a cell that is not there is no error.
pub async fn remove_takes_an_absent_cell(store: Arc<dyn Store>) {
    let key = counter_key();
    assert_eq!(change(&store, key, Change::Remove(COLUMN)).await, CounterRow::default());
    assert_eq!(change(&store, key, Change::Add(COLUMN, 1)).await, row(&[(COLUMN, 1)]));
}

/// A cell that holds 0 is a cell.
pub async fn zero_is_a_value(store: Arc<dyn Store>) {
    let (key, other) = (counter_key(), Column::new(2));
    change(&store, key, Change::Set(COLUMN, 0)).await;
    change(&store, key, Change::Add(other, 0)).await;
    assert_eq!(read(&store, key, at(0)).await, row(&[(COLUMN, 0), (other, 0)]));
}

/// Changes to several cells happen together; the others stay and are answered too.
pub async fn update_answers_the_whole_row(store: Arc<dyn Store>) {
    let key = counter_key();
    let [first, second, third, largest] = [0, 2, 10, u64::MAX].map(Column::new);
    let before = vec![Change::Set(second, 2), Change::Set(third, 3), Change::Set(largest, 4)];
    update(&store, CounterUpdate::new(key, before, at(1000)), at(0)).await;
    let changes = vec![Change::Add(first, 1), Change::Remove(second), Change::Set(third, -3)];
    let after = row(&[(first, 1), (third, -3), (largest, 4)]);
    assert_eq!(update(&store, CounterUpdate::new(key, changes, at(1000)), at(0)).await, after);
    assert_eq!(read(&store, key, at(0)).await, after);
}

/// Several changes to one cell in one update happen in order.
pub async fn update_folds_changes_to_one_cell(store: Arc<dyn Store>) {
    let key = counter_key();
    change(&store, key, Change::Set(COLUMN, 100)).await;
    let changes = vec![Change::Add(COLUMN, 1), Change::Remove(COLUMN), Change::Add(COLUMN, 7)];
    let answer = update(&store, CounterUpdate::new(key, changes, at(1000)), at(0)).await;
    assert_eq!(answer, row(&[(COLUMN, 7)]));
    assert_eq!(read(&store, key, at(0)).await, row(&[(COLUMN, 7)]));
}

/// An update without changes leaves the cells as they are.
pub async fn update_without_changes_keeps_the_cells(store: Arc<dyn Store>) {
    let key = counter_key();
    let nothing = CounterUpdate::new(key, Vec::new(), at(1000));
    assert_eq!(update(&store, nothing.clone(), at(0)).await, CounterRow::default());
    change(&store, key, Change::Add(COLUMN, 4)).await;
    assert_eq!(update(&store, nothing, at(0)).await, row(&[(COLUMN, 4)]));
}

/// Answers come in the order of the questions, for many rows at once.
pub async fn answers_keep_the_order_asked(store: Arc<dyn Store>) {
    let keys: Vec<_> = (0..120).map(|_| counter_key()).collect();
    let updates: Vec<_> = keys.iter().zip(1..).map(|(key, amount)| add(*key, amount)).collect();
    let expected: Vec<_> = (1..=120).map(|sum| row(&[(COLUMN, sum)])).collect();
    assert_eq!(store.update(&updates, at(0)).await.expect("update"), expected);
    assert_eq!(store.read(&keys, at(0)).await.expect("read"), expected);
    let back: Vec<_> = keys.into_iter().rev().collect();
    let expected: Vec<_> = expected.into_iter().rev().collect();
    assert_eq!(store.read(&back, at(0)).await.expect("read"), expected);
}

/// A row named twice is updated twice, in order, each time with an answer of its own.
pub async fn update_takes_a_repeated_row(store: Arc<dyn Store>) {
    let (key, other) = (counter_key(), counter_key());
    let overwrite = CounterUpdate::new(key, vec![Change::Set(COLUMN, 10)], at(1000));
    let updates = [add(key, 1), add(other, 50), overwrite, add(key, 2)];
    let expected = [1, 50, 10, 12].map(|value| row(&[(COLUMN, value)]));
    assert_eq!(store.update(&updates, at(0)).await.expect("update"), expected);
    let expected = [12, 50, 12].map(|value| row(&[(COLUMN, value)]));
    assert_eq!(store.read(&[key, other, key], at(0)).await.expect("read"), expected);
}

/// A row is what its whole key says.
pub async fn rows_are_independent(store: Arc<dyn Store>) {
    let key = counter_key();
    let mut digest = *key.as_bytes();
    digest[31] ^= 1;
    let other = crate::CounterKey::new(digest);
    change(&store, key, Change::Add(COLUMN, 1)).await;
    assert_eq!(read(&store, other, at(0)).await, CounterRow::default());
    store.clear(&[other]).await.expect("clear");
    assert_eq!(read(&store, key, at(0)).await, row(&[(COLUMN, 1)]));
}

/// A cleared row is empty; to clear an absent one, or one twice, is no error.
pub async fn clear_forgets_the_rows(store: Arc<dyn Store>) {
    let (key, other, absent) = (counter_key(), counter_key(), counter_key());
    store.update(&[add(key, 1), add(other, 1)], at(0)).await.expect("update");
    store.clear(&[key, absent, other, key]).await.expect("clear");
    let empty = vec![CounterRow::default(); 3];
    assert_eq!(store.read(&[key, other, absent], at(0)).await.expect("read"), empty);
    assert_eq!(change(&store, key, Change::Add(COLUMN, 2)).await, row(&[(COLUMN, 2)]));
}

/// A sum beyond `i64` reads as its end, at both ends, and setting the cell heals it.
pub async fn sums_saturate(store: Arc<dyn Store>) {
    let key = counter_key();
    for (end, amount) in [(i64::MAX, 1), (i64::MAX, i64::MAX), (i64::MIN, -1), (i64::MIN, i64::MIN)]
    {
        change(&store, key, Change::Set(COLUMN, end)).await;
        assert_eq!(change(&store, key, Change::Add(COLUMN, amount)).await, row(&[(COLUMN, end)]));
        assert_eq!(read(&store, key, at(0)).await, row(&[(COLUMN, end)]));
        assert_eq!(change(&store, key, Change::Set(COLUMN, 5)).await, row(&[(COLUMN, 5)]));
        assert_eq!(change(&store, key, Change::Add(COLUMN, 1)).await, row(&[(COLUMN, 6)]));
    }
}

/// A row holds 64 cells; one more is refused and changes nothing in it.
pub async fn row_refuses_a_cell_too_many(store: Arc<dyn Store>) {
    let key = counter_key();
    let full: Vec<_> = (0..64).map(|number| Change::Add(Column::new(number), 1)).collect();
    let answer = update(&store, CounterUpdate::new(key, full, at(1000)), at(0)).await;
    assert_eq!(answer.iter().len(), CounterRow::MAX_COLUMNS);

    let more = vec![Change::Add(Column::new(0), 1), Change::Add(Column::new(64), 1)];
    let refused = store.update(&[CounterUpdate::new(key, more, at(1000))], at(0)).await;
    assert_fails(refused, StoreErrorKind::Invalid);
    assert_eq!(read(&store, key, at(0)).await, answer);

    let inside = CounterUpdate::new(key, vec![Change::Add(Column::new(0), 1)], at(1000));
    assert_eq!(update(&store, inside, at(0)).await.get(Column::new(0)), 2);
    let swap = vec![Change::Remove(Column::new(0)), Change::Set(Column::new(64), 9)];
    let swapped = update(&store, CounterUpdate::new(key, swap, at(1000)), at(0)).await;
    assert_eq!((swapped.iter().len(), swapped.get(Column::new(64))), (64, 9));
}

/// An update with more changes than a row has cells is refused and makes nothing.
pub async fn update_refuses_too_many_changes(store: Arc<dyn Store>) {
    let key = counter_key();
    let changes: Vec<_> = (0..65).map(|number| Change::Set(Column::new(number), 1)).collect();
    let refused = store.update(&[CounterUpdate::new(key, changes, at(1000))], at(0)).await;
    assert_fails(refused, StoreErrorKind::Invalid);
    assert_eq!(read(&store, key, at(0)).await, CounterRow::default());
}
