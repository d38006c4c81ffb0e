//! The item of a counter row.

use std::time::SystemTime;

use aws_sdk_dynamodb::types::AttributeValue;
use doorward_store::{Column, CounterRow};

use crate::item::{Attributes, Item, Unreadable, number, time};
use crate::schema::{CELL, COLUMNS, EXPIRES, EXPIRES_SHORT, SEQUENCE, TTL};
use crate::time::to_ttl;

/// A row as it is stored.
#[derive(Debug)]
pub(crate) struct StoredRow {
    cells: CounterRow,
    pub(crate) expires_at: SystemTime,
    pub(crate) sequence: i128,
}

impl StoredRow {
    pub(crate) fn from_item(item: &Attributes) -> Result<Self, Unreadable> {
        let until = |name| Item(item).optional_number::<i128>(name);
        let latest = until(EXPIRES)?.max(until(EXPIRES_SHORT)?).ok_or(Unreadable(EXPIRES))?;
        Ok(Self {
            cells: cells(item)?,
            expires_at: crate::time::from_nanos(latest).ok_or(Unreadable(EXPIRES))?,
            sequence: Item(item).number(SEQUENCE)?,
        })
    }

    pub(crate) fn is_expired(&self, now: SystemTime) -> bool {
        now >= self.expires_at
    }

    /// Whether it lives, and until then at least.
    pub(crate) fn lasts(&self, until: SystemTime, now: SystemTime) -> bool {
        !self.is_expired(now) && until <= self.expires_at
    }

    /// The cells as an update left them, though the row may be expired again.
    pub(crate) fn into_cells(self) -> CounterRow {
        self.cells
    }

    /// The cells, of which an expired row has none.
    pub(crate) fn at(self, now: SystemTime) -> CounterRow {
        if self.is_expired(now) { CounterRow::default() } else { self.cells }
    }
}

/// The whole item of a row.
pub(crate) fn to_item(row: &CounterRow, expires_at: SystemTime, sequence: i128) -> Attributes {
    let mut item: Attributes =
        row.iter().map(|(column, value)| (cell(column), number(value))).collect();
    let columns: Vec<_> = row.iter().map(|(column, _)| short(column).to_string()).collect();
    if !columns.is_empty() {
        item.insert(COLUMNS.to_owned(), AttributeValue::Ns(columns));
    }
    item.insert(EXPIRES.to_owned(), time(expires_at));
    item.insert(SEQUENCE.to_owned(), number(sequence));
    item.insert(TTL.to_owned(), number(to_ttl(expires_at)));
    item
}

/// The cells of an item. What is beyond `i64` reads as its end.
fn cells(item: &Attributes) -> Result<CounterRow, Unreadable> {
    let cells = item.iter().filter_map(|(name, value)| Some((column(name)?, value)));
    let cells = cells.map(|(column, value)| {
        let value = value.as_n().ok().and_then(|text| text.parse::<i128>().ok());
        let value = value.ok_or(Unreadable("a cell"))?;
        let value = value.clamp(i64::MIN.into(), i64::MAX.into());
        Ok((column, i64::try_from(value).unwrap_or(i64::MAX)))
    });
    cells.collect()
}

/// The attribute of a column.
pub(crate) fn cell(column: Column) -> String {
    let mut digits = [0; 13];
    let mut at = digits.len();
    let mut left = short(column);
    loop {
        at -= 1;
        digits[at] = DIGITS[(left % 36) as usize];
        left /= 36;
        if left == 0 {
            break;
        }
    }
    let digits = digits[at..].iter().map(|&digit| char::from(digit));
    std::iter::once(CELL).chain(digits).collect()
}

/// The number that stands for a column in the table. Columns are numbered by their highest byte and slots of
/// time: turned by a byte, they are short.
pub(crate) fn short(column: Column) -> u64 {
    column.get().rotate_left(8)
}

fn column(name: &str) -> Option<Column> {
    let digits = name.strip_prefix(CELL)?;
    let number = u64::from_str_radix(digits, 36).ok()?;
    let column = Column::new(number.rotate_right(8));
    (cell(column) == name).then_some(column)
}

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_row_comes_back_whole(
            row in proptest::collection::vec((any::<u64>(), any::<i64>()), 0..64),
            seconds in 0..1_u64 << 40,
        ) {
            let row: CounterRow = row.into_iter().map(|(at, value)| (Column::new(at), value)).collect();
            let expires_at = UNIX_EPOCH + Duration::from_secs(seconds);
            let stored = StoredRow::from_item(&to_item(&row, expires_at, 9)).unwrap();
            prop_assert_eq!((stored.expires_at, stored.sequence), (expires_at, 9));
            prop_assert_eq!(stored.at(UNIX_EPOCH.min(expires_at - Duration::from_nanos(100).min(Duration::from_secs(seconds)))), if seconds == 0 { CounterRow::default() } else { row });
        }

        #[test]
        fn an_attribute_is_one_column_at_most(name in "c?[0-9a-zA-Z+]{0,15}") {
            if let Some(column) = column(&name) {
                prop_assert_eq!(cell(column), name);
            }
        }
    }

    #[test]
    fn names_of_other_attributes_are_no_cells() {
        for name in [COLUMNS, EXPIRES, EXPIRES_SHORT, SEQUENCE, TTL, "pk", "sk", "c", "c01"] {
            assert_eq!(column(name), None, "{name}");
        }
    }

    #[test]
    fn a_slot_of_time_makes_a_short_name() {
        assert_eq!(cell(Column::new((1 << 56) | 250_000)).len(), 7);
        assert_eq!(cell(Column::new(u64::MAX)).len(), 14);
    }

    #[test]
    fn sums_beyond_an_end_read_as_the_end() {
        for (text, value) in
            [("9223372036854775808", i64::MAX), ("-99999999999999999999", i64::MIN)]
        {
            let item = Attributes::from([(cell(Column::new(1)), AttributeValue::N(text.into()))]);
            assert_eq!(cells(&item).unwrap().get(Column::new(1)), value);
        }
        let item = Attributes::from([(cell(Column::new(1)), AttributeValue::N("1.5".into()))]);
        assert_eq!(cells(&item), Err(Unreadable("a cell")));
    }
}
