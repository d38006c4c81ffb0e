mod fields;
mod structs;

/// Declares a kind of record: which of its fields are sealed, where it is stored, and what names it.
///
/// Every field says what it is:
///
/// - `record`, one of them: names the record, stored in clear. Its type is a
///   [`RecordKey`](crate::RecordKey). It is part of every sealed field's place, so it must never change.
/// - `clear`: stored as it is.
/// - `sealed`: a [`Secret`](crate::Secret) while the service works with it, a [`Sealed`](crate::Sealed)
///   in the table. Its type is a [`SecretValue`](crate::SecretValue), as most types of serde's are.
///
/// ```
/// use doorward_fields::{FieldKey, KeyId, Keyring, Secret, random_bytes, sealed_record};
///
/// sealed_record! {
///     /// A customer.
///     pub struct Customer => SealedCustomer in "customers", version 1 {
///         record id: String,
///         clear country: String,
///         /// Where we write to.
///         sealed email: String,
///         sealed cards: Vec<u64>,
///     }
/// }
///
/// let keyring = Keyring::new(FieldKey::new(KeyId::new(1), random_bytes()?));
/// let alice = Customer {
///     id: "c-17".to_owned(),
///     country: "NL".to_owned(),
///     email: Secret::new("alice@example.com".to_owned()),
///     cards: Secret::new(vec![4_111]),
/// };
///
/// // To the table: serde and `Debug` see envelopes.
/// let mut stored = alice.seal(&keyring, "acme")?;
/// assert!(!serde_json::to_string(&stored)?.contains("alice"));
///
/// // From the table: all of it, or one field.
/// let opened = stored.open(&keyring, "acme")?;
/// assert_eq!(opened.email.expose_secret(), "alice@example.com");
/// let cards = Customer::cards().open(&keyring, "acme", &stored.id, &stored.cards)?;
/// assert_eq!(cards.expose_secret(), &[4_111]);
///
/// // Moved to another record: refused, and the error names the field.
/// stored.id = "c-18".to_owned();
/// assert_eq!(stored.open(&keyring, "acme").err().unwrap().field(), "email");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What it makes
///
/// `Customer`, with `seal(&self, &Keyring, tenant: &str) -> Result<SealedCustomer, RecordError>`; and
/// for each sealed field a function of its name that gives its [`SealedField`](crate::SealedField).
///
/// `SealedCustomer`, which is `Clone`, `Debug`, `Serialize` and `Deserialize`, and so have its clear
/// fields to be. It has `open(&self, &Keyring, tenant: &str) -> Result<Customer, RecordError>`, and
/// `reseal(&self, &Keyring, tenant: &str) -> Result<Option<SealedCustomer>, RecordError>` for the turn of
/// keys: `None` if all fields are under the primary key and in the current format already. A
/// [pass](crate::rotation) over a table does that to each record:
/// `Pass::new(table, |_, stored: &SealedCustomer| stored.reseal(&keyring, "acme"))`.
///
/// Comments go to both. `#[serde(..)]` on the record or on a field goes to `SealedCustomer`. Other
/// attributes of the record go to `Customer`, those of a field to both. A `Secret` can be neither
/// printed nor cloned, so this does not compile:
///
/// ```compile_fail,E0277
/// # use doorward_fields::sealed_record;
/// sealed_record! {
///     #[derive(Debug)]
///     struct Customer => SealedCustomer in "customers", version 1 {
///         record id: String,
///         sealed email: String,
///     }
/// }
/// # fn main() {}
/// ```
///
/// # What must not change
///
/// The table's name, the version, and the names of the record and of its sealed fields are part of every
/// place: what was sealed under another name does not open. A field may be added or moved to another
/// line, and `clear` ones be renamed. A type may change to one that reads what is stored, as `u32` to
/// `u64`. For any other change, count the version up: then declare the old version beside the new one,
/// under another name, to read what it left.
///
/// # Declarations that are refused
///
/// None or two fields that name the record, no sealed field, a word that is none of the three:
///
/// ```compile_fail
/// # use doorward_fields::sealed_record;
/// sealed_record! {
///     struct Customer => SealedCustomer in "customers", version 1 { sealed email: String }
/// }
/// # fn main() {}
/// ```
///
/// ```compile_fail
/// # use doorward_fields::sealed_record;
/// sealed_record! {
///     struct Customer => SealedCustomer in "customers", version 1 {
///         record id: String, record account: String, sealed email: String,
///     }
/// }
/// # fn main() {}
/// ```
///
/// ```compile_fail
/// # use doorward_fields::sealed_record;
/// sealed_record! {
///     struct Customer => SealedCustomer in "customers", version 1 {
///         record id: String, clear country: String,
///     }
/// }
/// # fn main() {}
/// ```
///
/// ```compile_fail
/// # use doorward_fields::sealed_record;
/// sealed_record! {
///     struct Customer => SealedCustomer in "customers", version 1 {
///         record id: String, hidden email: String,
///     }
/// }
/// # fn main() {}
/// ```
///
/// ```compile_fail,E0124
/// # use doorward_fields::sealed_record;
/// sealed_record! {
///     struct Customer => SealedCustomer in "customers", version 1 {
///         record id: String, sealed email: String, sealed email: String,
///     }
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! sealed_record {
    // The record's attributes: comments to both structs, serde's to the stored one, others to the open one.
    (@attributes $head:tt [$($both:tt)*] $open:tt $stored:tt; #[doc $($doc:tt)*] $($rest:tt)*) => {
        $crate::sealed_record! {
            @attributes $head [$($both)* #[doc $($doc)*]] $open $stored; $($rest)*
        }
    };
    (@attributes $head:tt $both:tt $open:tt [$($stored:tt)*]; #[serde $($serde:tt)*] $($rest:tt)*) => {
        $crate::sealed_record! {
            @attributes $head $both $open [$($stored)* #[serde $($serde)*]]; $($rest)*
        }
    };
    (@attributes $head:tt $both:tt [$($open:tt)*] $stored:tt; #[$($other:tt)*] $($rest:tt)*) => {
        $crate::sealed_record! {
            @attributes $head $both [$($open)* #[$($other)*]] $stored; $($rest)*
        }
    };
    (@attributes $head:tt $both:tt $open:tt $stored:tt; { $($fields:tt)* }) => {
        $crate::__sealed_record_fields! {
            { $head $both $open $stored } [] [] [] [] [] []; $($fields)*
        }
    };

    (
        $(#[$($attribute:tt)*])*
        $vis:vis struct $Open:ident => $Sealed:ident in $table:literal, version $version:literal {
            $($fields:tt)*
        }
    ) => {
        $crate::sealed_record! {
            @attributes { $vis $Open $Sealed $table $version } [] [] [];
            $(#[$($attribute)*])* { $($fields)* }
        }
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "a record is declared as `struct Customer => SealedCustomer in \"customers\", version 1 { .. }`"
        );
    };
}
