//! Names of 128 random bits.

/// Makes a type of name: 16 bytes, random, with one spelling as text, and the error of texts that are none.
macro_rules! random_id {
    ($(#[$doc:meta])* $id:ident, $(#[$error_doc:meta])* $error:ident, $message:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $id([u8; 16]);

        impl $id {
            /// A new id, from the operating system's generator.
            ///
            /// # Errors
            ///
            /// [`RandomError`](crate::RandomError) if the operating system gives no random bytes.
            pub fn generate() -> Result<Self, $crate::RandomError> {
                $crate::random::random_bytes().map(Self)
            }

            /// The id with these bytes, as [`as_bytes`](Self::as_bytes) gave them.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes of the id.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl ::std::fmt::Display for $id {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::hex::Hex(&self.0).fmt(f)
            }
        }

        impl ::std::fmt::Debug for $id {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{}({self})", stringify!($id))
            }
        }

        impl ::std::str::FromStr for $id {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::hex::parse(text).map(Self).ok_or($error { _private: () })
            }
        }

        $(#[$error_doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
        #[error($message)]
        pub struct $error {
            _private: (),
        }
    };
}

pub(crate) use random_id;
