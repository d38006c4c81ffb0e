//! How many records share an index, counted.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashMap;

use doorward_fields::{
    IndexBits, IndexKey, IndexPlace, IndexPlan, IndexedValue, KeyId, RootKey, TextForm,
};

const RECORDS: u32 = 12_000;

fn key() -> IndexKey {
    RootKey::new(KeyId::new(1), [0x5e; 32]).derive_index_key("users")
}

fn index(key: &IndexKey, field: &str, bits: u8, value: &str) -> u32 {
    let place = IndexPlace { tenant: "acme", table: "users", field };
    let value = IndexedValue::text(TextForm::Digits, value);
    key.truncated_index(place, IndexBits::new(bits).unwrap(), &value).get()
}

/// The mean over all records of how many records share a record's index, it included.
fn mean_group<T: Eq + std::hash::Hash>(indexes: impl Iterator<Item = T>) -> f64 {
    let mut groups: HashMap<T, u64> = HashMap::new();
    indexes.for_each(|index| *groups.entry(index).or_default() += 1);
    groups.values().map(|&size| (size * size) as f64).sum::<f64>() / f64::from(RECORDS)
}

/// A record's own place in its group is certain; the others fall there by chance.
fn assert_close(counted: f64, coincidences: f64) {
    let expected = 1.0 + coincidences * f64::from(RECORDS - 1) / f64::from(RECORDS);
    assert!((counted / expected - 1.0).abs() < 0.05, "{counted} counted, {expected} expected");
}

#[test]
fn one_index_has_the_coincidences_that_its_bits_say() {
    let range = IndexBits::range_for_growth(RECORDS.into(), RECORDS.into()).unwrap();
    let key = key();
    for bits in range.start().get()..=range.end().get() {
        let values = (0..RECORDS).map(|n| format!("+49 30 {n:07}"));
        let counted = mean_group(values.map(|value| index(&key, "phone", bits, &value)));
        let bits = IndexBits::new(bits).unwrap();
        assert!(bits.suits(RECORDS.into()));
        assert_close(counted, bits.coincidences(RECORDS.into()));
    }
}

/// Two widths, two fields and two keys are each as good as independent: their bits add up.
#[test]
fn several_indexes_have_the_coincidences_of_their_plan() {
    let (one, other) = (key(), RootKey::new(KeyId::new(2), [1; 32]).derive_index_key("users"));
    let values: Vec<_> = (0..RECORDS).map(|n| format!("{n}")).collect();
    let plan = |first: u8, second: u8| {
        let [first, second] = [first, second].map(|bits| IndexBits::new(bits).unwrap());
        IndexPlan::new().with(first, u64::MAX).with(second, u64::MAX).coincidences(RECORDS.into())
    };
    let widths = values.iter().map(|v| (index(&one, "phone", 5, v), index(&one, "phone", 6, v)));
    assert_close(mean_group(widths), plan(5, 6));
    let fields = values.iter().map(|v| (index(&one, "phone", 5, v), index(&one, "fax", 5, v)));
    assert_close(mean_group(fields), plan(5, 5));
    let keys = values.iter().map(|v| (index(&one, "phone", 6, v), index(&other, "phone", 6, v)));
    assert_close(mean_group(keys), plan(6, 6));
}

/// An index of few values tells no more than the value does.
#[test]
fn the_values_bound_what_an_index_tells() {
    let key = key();
    let last_digit = (0..RECORDS).map(|n| index(&key, "phone/last", 16, &(n % 10).to_string()));
    let plan = IndexPlan::new().with(IndexBits::new(16).unwrap(), 10);
    let counted = mean_group(last_digit);
    assert!((counted - plan.coincidences(RECORDS.into())).abs() < 1e-6, "{counted}");
}
