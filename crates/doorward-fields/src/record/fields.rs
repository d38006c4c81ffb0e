/// The fields of [`sealed_record!`](crate::sealed_record), one by one.
///
/// What goes ahead of the `;`: the head; the field that names the record; the clear ones; the sealed
/// ones; all of them, with their attributes and both types; and of the next field, the attributes so far:
/// for both structs, for the stored one.
#[doc(hidden)]
#[macro_export]
macro_rules! __sealed_record_fields {
    ($head:tt [] $clear:tt $sealed:tt [$($all:tt)*] [$($both:tt)*] [$($stored:tt)*];
        $(#[doc $($doc:tt)*])* $vis:vis record $field:ident: $type:ty $(, $($rest:tt)*)?
    ) => {
        $crate::__sealed_record_fields! {
            $head [$field] $clear $sealed
            [$($all)* {
                [$(#[doc $($doc)*])* $($both)*] [$($stored)*] $vis $field [$type] [$type]
            }]
            [] []; $($($rest)*)?
        }
    };
    ($head:tt [$first:ident] $clear:tt $sealed:tt $all:tt $both:tt $stored:tt;
        $(#[doc $($doc:tt)*])* $vis:vis record $field:ident: $($rest:tt)*
    ) => {
        ::core::compile_error!(::core::concat!(
            "`", stringify!($first), "` and `", stringify!($field), "` both name the record; ",
            "make one field of the two, or write `clear` ahead of one",
        ));
    };
    ($head:tt $record:tt [$($clear:tt)*] $sealed:tt [$($all:tt)*] [$($both:tt)*] [$($stored:tt)*];
        $(#[doc $($doc:tt)*])* $vis:vis clear $field:ident: $type:ty $(, $($rest:tt)*)?
    ) => {
        $crate::__sealed_record_fields! {
            $head $record [$($clear)* $field] $sealed
            [$($all)* {
                [$(#[doc $($doc)*])* $($both)*] [$($stored)*] $vis $field [$type] [$type]
            }]
            [] []; $($($rest)*)?
        }
    };
    ($head:tt $record:tt $clear:tt [$($sealed:tt)*] [$($all:tt)*] [$($both:tt)*] [$($stored:tt)*];
        $(#[doc $($doc:tt)*])* $vis:vis sealed $field:ident: $type:ty $(, $($rest:tt)*)?
    ) => {
        $crate::__sealed_record_fields! {
            $head $record $clear [$($sealed)* { $vis $field [$type] }]
            [$($all)* {
                [$(#[doc $($doc)*])* $($both)*] [$($stored)*] $vis $field
                [$crate::Secret<$type>] [$crate::Sealed<$type>]
            }]
            [] []; $($($rest)*)?
        }
    };
    ($head:tt $record:tt $clear:tt $sealed:tt $all:tt $both:tt [$($stored:tt)*];
        #[serde $($serde:tt)*] $($rest:tt)*
    ) => {
        $crate::__sealed_record_fields! {
            $head $record $clear $sealed $all $both [$($stored)* #[serde $($serde)*]]; $($rest)*
        }
    };
    ($head:tt $record:tt $clear:tt $sealed:tt $all:tt $both:tt $stored:tt;
        #[cfg $($cfg:tt)*] $($rest:tt)*
    ) => {
        ::core::compile_error!("a record has the same fields in every build; put `cfg` on the whole of it");
    };
    ($head:tt $record:tt $clear:tt $sealed:tt $all:tt [$($both:tt)*] $stored:tt;
        #[$($other:tt)*] $($rest:tt)*
    ) => {
        $crate::__sealed_record_fields! {
            $head $record $clear $sealed $all [$($both)* #[$($other)*]] $stored; $($rest)*
        }
    };
    ($head:tt $record:tt $clear:tt $sealed:tt $all:tt $both:tt $stored:tt;
        $vis:vis $word:ident $field:ident: $($rest:tt)*
    ) => {
        ::core::compile_error!(::core::concat!(
            "`", stringify!($word), "` does not say what the field `", stringify!($field), "` is; ",
            "write `record`, `clear` or `sealed`",
        ));
    };
    ($head:tt $record:tt $clear:tt $sealed:tt $all:tt $both:tt $stored:tt;
        $vis:vis $field:ident: $($rest:tt)*
    ) => {
        ::core::compile_error!(::core::concat!(
            "nothing says what the field `", stringify!($field), "` is; ",
            "write `record`, `clear` or `sealed` ahead of its name",
        ));
    };
    ($head:tt [] $clear:tt $sealed:tt $all:tt $both:tt $stored:tt;) => {
        ::core::compile_error!(
            "nothing names the record, so its fields could be moved to another; write `record` ahead of its key"
        );
    };
    ($head:tt $record:tt $clear:tt [] $all:tt $both:tt $stored:tt;) => {
        ::core::compile_error!("nothing is sealed; write `sealed` ahead of a field, or declare a plain struct");
    };
    ($head:tt $record:tt $clear:tt $sealed:tt $all:tt [] [];) => {
        $crate::__sealed_record_structs! { $head $record $clear $sealed $all }
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "a field of a record is declared as `record`, `clear` or `sealed`, then `name: Type`, then a comma"
        );
    };
}
