/// What [`sealed_record!`](crate::sealed_record) makes, once the fields are sorted.
#[doc(hidden)]
#[macro_export]
macro_rules! __sealed_record_structs {
    (
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
}
