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
/// keys: `None` if all fields are under the primary key and in the current format already.
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
        $crate::sealed_record! {
            @fields { $head $both $open $stored } [] [] [] [] [] []; $($fields)*
        }
    };

    // The fields, one by one: the record's name, what is clear, what is sealed, all of them as stored;
    // then the attributes of the next one so far, for both structs and for the stored one.
    (@fields $head:tt [] $clear:tt $sealed:tt [$($all:tt)*] [$($both:tt)*] [$($stored:tt)*];
        $(#[doc $($doc:tt)*])* $vis:vis record $field:ident: $type:ty $(, $($rest:tt)*)?
    ) => {
        $crate::sealed_record! {
            @fields $head [$field] $clear $sealed
            [$($all)* {
                [$(#[doc $($doc)*])* $($both)*] [$($stored)*] $vis $field [$type] [$type]
            }]
            [] []; $($($rest)*)?
        }
    };
    (@fields $head:tt [$first:ident] $clear:tt $sealed:tt $all:tt $both:tt $stored:tt;
        $(#[doc $($doc:tt)*])* $vis:vis record $field:ident: $($rest:tt)*
    ) => {
        ::core::compile_error!(::core::concat!(
            "`", stringify!($first), "` and `", stringify!($field), "` both name the record; ",
            "make one field of the two, or write `clear` ahead of one",
        ));
    };
    (@fields $head:tt $record:tt [$($clear:tt)*] $sealed:tt [$($all:tt)*] [$($both:tt)*] [$($stored:tt)*];
        $(#[doc $($doc:tt)*])* $vis:vis clear $field:ident: $type:ty $(, $($rest:tt)*)?
    ) => {
        $crate::sealed_record! {
            @fields $head $record [$($clear)* $field] $sealed
            [$($all)* {
                [$(#[doc $($doc)*])* $($both)*] [$($stored)*] $vis $field [$type] [$type]
            }]
            [] []; $($($rest)*)?
        }
    };
    (@fields $head:tt $record:tt $clear:tt [$($sealed:tt)*] [$($all:tt)*] [$($both:tt)*] [$($stored:tt)*];
        $(#[doc $($doc:tt)*])* $vis:vis sealed $field:ident: $type:ty $(, $($rest:tt)*)?
    ) => {
        $crate::sealed_record! {
            @fields $head $record $clear [$($sealed)* { $vis $field [$type] }]
            [$($all)* {
                [$(#[doc $($doc)*])* $($both)*] [$($stored)*] $vis $field
                [$crate::Secret<$type>] [$crate::Sealed<$type>]
            }]
            [] []; $($($rest)*)?
        }
    };
    (@fields $head:tt $record:tt $clear:tt $sealed:tt $all:tt $both:tt [$($stored:tt)*];
        #[serde $($serde:tt)*] $($rest:tt)*
    ) => {
        $crate::sealed_record! {
            @fields $head $record $clear $sealed $all $both [$($stored)* #[serde $($serde)*]]; $($rest)*
        }
    };
    (@fields $head:tt $record:tt $clear:tt $sealed:tt $all:tt $both:tt $stored:tt;
        #[cfg $($cfg:tt)*] $($rest:tt)*
    ) => {
        ::core::compile_error!("a record has the same fields in every build; put `cfg` on the whole of it");
    };
    (@fields $head:tt $record:tt $clear:tt $sealed:tt $all:tt [$($both:tt)*] $stored:tt;
        #[$($other:tt)*] $($rest:tt)*
    ) => {
        $crate::sealed_record! {
            @fields $head $record $clear $sealed $all [$($both)* #[$($other)*]] $stored; $($rest)*
        }
    };
    (@fields $head:tt $record:tt $clear:tt $sealed:tt $all:tt $both:tt $stored:tt;
        $vis:vis $word:ident $field:ident: $($rest:tt)*
    ) => {
        ::core::compile_error!(::core::concat!(
            "`", stringify!($word), "` does not say what the field `", stringify!($field), "` is; ",
            "write `record`, `clear` or `sealed`",
        ));
    };
    (@fields $head:tt $record:tt $clear:tt $sealed:tt $all:tt $both:tt $stored:tt;
        $vis:vis $field:ident: $($rest:tt)*
    ) => {
        ::core::compile_error!(::core::concat!(
            "nothing says what the field `", stringify!($field), "` is; ",
            "write `record`, `clear` or `sealed` ahead of its name",
        ));
    };
    (@fields $head:tt [] $clear:tt $sealed:tt $all:tt $both:tt $stored:tt;) => {
        ::core::compile_error!(
            "nothing names the record, so its fields could be moved to another; write `record` ahead of its key"
        );
    };
    (@fields $head:tt $record:tt $clear:tt [] $all:tt $both:tt $stored:tt;) => {
        ::core::compile_error!("nothing is sealed; write `sealed` ahead of a field, or declare a plain struct");
    };
    (@fields
        {
            { $vis:vis $Open:ident $Sealed:ident $table:literal $version:literal }
            [$($both:tt)*] [$($open:tt)*] [$($stored:tt)*]
        }
        [$record:ident]
        [$($clear:ident)*]
        [$({ $sealed_vis:vis $sealed:ident [$value:ty] })*]
        [$({
            [$($field_both:tt)*] [$($field_stored:tt)*] $field_vis:vis $field:ident
            [$open_type:ty] [$stored_type:ty]
        })*]
        [] [];
    ) => {
        $($both)*
        #[allow(missing_debug_implementations, reason = "what holds a secret is not to be printed")]
        $($open)*
        $vis struct $Open {
            $($($field_both)* $field_vis $field: $open_type,)*
        }

        $($both)*
        #[doc = ""]
        #[doc = ::core::concat!("As it is stored; [`", stringify!($Open), "`] is what it holds.")]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        $vis struct $Sealed {
            $($($field_both)* $field_vis $field: $stored_type,)*
        }

        impl $Open {
            $(
                #[doc = ::core::concat!("The sealed field `", stringify!($sealed), "` alone.")]
                #[allow(dead_code, reason = "not every field is needed alone")]
                #[must_use]
                $sealed_vis const fn $sealed() -> $crate::SealedField<$value> {
                    $crate::SealedField::new($table, stringify!($sealed), $version)
                }
            )*

            /// Seals the record, under the primary key.
            ///
            /// # Errors
            ///
            /// Names the first field that cannot be sealed. Store nothing then.
            #[allow(dead_code, reason = "a record may be read only")]
            $vis fn seal(
                &self,
                keyring: &$crate::Keyring,
                tenant: &str,
            ) -> ::core::result::Result<$Sealed, $crate::RecordError> {
                let mut nonces =
                    $crate::Nonces::in_batches_of([$(stringify!($sealed)),*].len());
                ::core::result::Result::Ok($Sealed {
                    $record: ::core::clone::Clone::clone(&self.$record),
                    $($clear: ::core::clone::Clone::clone(&self.$clear),)*
                    $($sealed: Self::$sealed().seal(
                        keyring, tenant, &self.$record, &self.$sealed, &mut nonces,
                    )?,)*
                })
            }
        }

        impl $Sealed {
            /// Opens the record, if all its fields were sealed in this very place.
            ///
            /// # Errors
            ///
            /// Names the first field that does not open here. It is unreadable, not empty.
            #[allow(dead_code, reason = "a record may be written only")]
            $vis fn open(
                &self,
                keyring: &$crate::Keyring,
                tenant: &str,
            ) -> ::core::result::Result<$Open, $crate::RecordError> {
                ::core::result::Result::Ok($Open {
                    $record: ::core::clone::Clone::clone(&self.$record),
                    $($clear: ::core::clone::Clone::clone(&self.$clear),)*
                    $($sealed: $Open::$sealed().open(
                        keyring, tenant, &self.$record, &self.$sealed,
                    )?,)*
                })
            }

            /// Seals anew the fields that are not under the primary key and in the current format;
            /// `None` if there are none.
            ///
            /// # Errors
            ///
            /// Names the first field that does not open here. Keep what is stored.
            #[allow(dead_code, reason = "not every record outlives its key")]
            $vis fn reseal(
                &self,
                keyring: &$crate::Keyring,
                tenant: &str,
            ) -> ::core::result::Result<::core::option::Option<Self>, $crate::RecordError> {
                let mut nonces =
                    $crate::Nonces::in_batches_of([$(stringify!($sealed)),*].len());
                $(let $sealed = $Open::$sealed().reseal(
                    keyring, tenant, &self.$record, &self.$sealed, &mut nonces,
                )?;)*
                if $($sealed.is_none())&&* {
                    return ::core::result::Result::Ok(::core::option::Option::None);
                }
                ::core::result::Result::Ok(::core::option::Option::Some(Self {
                    $record: ::core::clone::Clone::clone(&self.$record),
                    $($clear: ::core::clone::Clone::clone(&self.$clear),)*
                    $($sealed: $sealed.unwrap_or_else(|| {
                        ::core::clone::Clone::clone(&self.$sealed)
                    }),)*
                }))
            }
        }

        const _: () = {
            use $crate::__serde;

            // serde takes the path to itself as text, which cannot say `$crate`; so it has a name here.
            type __Remote = $Sealed;

            #[derive(__serde::Deserialize, __serde::Serialize)]
            #[serde(crate = "__serde", remote = "__Remote")]
            $($stored)*
            struct __Stored {
                $($($field_stored)* $field: $stored_type,)*
            }

            impl<'de> __serde::Deserialize<'de> for $Sealed {
                fn deserialize<D: __serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    __Stored::deserialize(deserializer)
                }
            }

            impl __serde::Serialize for $Sealed {
                fn serialize<S: __serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    __Stored::serialize(self, serializer)
                }
            }
        };
    };
    (@$($other:tt)*) => {
        ::core::compile_error!(
            "a field of a record is declared as `record`, `clear` or `sealed`, then `name: Type`, then a comma"
        );
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
