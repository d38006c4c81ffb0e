use super::IndexedValue;
use crate::length_prefix::length_prefixed;

/// The parts that a blind index belongs to, each by its name.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(
    clippy::exhaustive_structs,
    reason = "a literal names each part; a new part is a new format"
)]
pub struct IndexPlace<'a> {
    /// Whose data it is. Empty where there is one tenant only.
    pub tenant: &'a str,
    /// The table, or the collection, or the kind of record.
    pub table: &'a str,
    /// The field whose values are looked up, or a name for the part of it: `"phone"`, `"phone/last-4"`.
    pub field: &'a str,
}

impl IndexPlace<'_> {
    /// `lp(tenant) || lp(table) || lp(field)`, and `|| lp(form)` of a text in a normal form.
    ///
    /// Three parts or four: the two do not meet.
    pub(super) fn encode(&self, value: &IndexedValue<'_>) -> Vec<u8> {
        let Self { tenant, table, field } = *self;
        let mut info = Vec::with_capacity(32 + tenant.len() + table.len() + field.len());
        let parts = [tenant, table, field];
        for part in parts.into_iter().chain(value.form().map(|form| form.label())) {
            length_prefixed(part.as_bytes(), |piece| info.extend_from_slice(piece));
        }
        info
    }
}
