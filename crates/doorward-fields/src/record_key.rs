use std::borrow::Cow;

/// What names a record within its table: the part of every context that tells record from record.
///
/// Text and bytes are themselves, numbers their bytes from the largest to the smallest. For an
/// identifier of another kind, give the bytes that the table's key has.
///
/// ```
/// use std::borrow::Cow;
///
/// use doorward_fields::RecordKey;
///
/// #[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
/// struct CustomerId(u64);
///
/// impl RecordKey for CustomerId {
///     fn to_record_key(&self) -> Cow<'_, [u8]> {
///         Cow::Owned(self.0.to_be_bytes().to_vec())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a record",
    note = "implement doorward_fields::RecordKey for it, or name the record by a String, bytes or a number"
)]
pub trait RecordKey {
    /// The canonical bytes: always the same for the same record, and other ones for every other record
    /// of the table.
    ///
    /// If they ever change, the record's fields do not open any more. If two records share them, the
    /// fields of one open in the other.
    fn to_record_key(&self) -> Cow<'_, [u8]>;
}

impl<K: RecordKey + ?Sized> RecordKey for &K {
    fn to_record_key(&self) -> Cow<'_, [u8]> {
        K::to_record_key(self)
    }
}

macro_rules! bytes {
    ($([$($generics:tt)*] $type:ty),* $(,)?) => {
        $(impl<$($generics)*> RecordKey for $type {
            fn to_record_key(&self) -> Cow<'_, [u8]> {
                Cow::Borrowed(self.as_ref())
            }
        })*
    };
}

macro_rules! numbers {
    ($($type:ty),* $(,)?) => {
        $(impl RecordKey for $type {
            fn to_record_key(&self) -> Cow<'_, [u8]> {
                Cow::Owned(self.to_be_bytes().to_vec())
            }
        })*
    };
}

bytes! { [] String, [] Vec<u8>, [] [u8], [const N: usize] [u8; N], [] str }
numbers! { i32, i64, i128, u16, u32, u64, u128 }

#[cfg(test)]
mod tests {
    use super::*;

    fn key<K: RecordKey + ?Sized>(key: &K) -> Vec<u8> {
        key.to_record_key().into_owned()
    }

    #[test]
    fn text_and_bytes_are_themselves() {
        assert_eq!(key("c-17"), b"c-17");
        assert_eq!(key(&"c-17".to_owned()), b"c-17");
        assert_eq!(key(&b"c-17".to_vec()), b"c-17");
        assert_eq!(key(b"c-17"), b"c-17");
        assert_eq!(key(&b"c-17"[..]), b"c-17");
    }

    #[test]
    fn numbers_have_their_width_and_the_largest_byte_first() {
        assert_eq!(key(&17u32), [0, 0, 0, 17]);
        assert_eq!(key(&17u64), [0, 0, 0, 0, 0, 0, 0, 17]);
        assert_eq!(key(&-1i64), [0xff; 8]);
    }
}
