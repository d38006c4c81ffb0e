use std::fmt;
use std::marker::PhantomData;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::Sealed;
use crate::Envelope;

impl<T> Serialize for Sealed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.envelope().as_bytes();
        if serializer.is_human_readable() {
            serializer.serialize_str(&Base64UrlUnpadded::encode_string(bytes))
        } else {
            serializer.serialize_bytes(bytes)
        }
    }
}

impl<'de, T> Deserialize<'de> for Sealed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Form(PhantomData);
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(form)
        } else {
            deserializer.deserialize_byte_buf(form)
        }
    }
}

/// Takes every form from every format: what serde buffers under `flatten` calls itself human readable.
struct Form<T>(PhantomData<fn() -> T>);

impl<'de, T> Visitor<'de> for Form<T> {
    type Value = Sealed<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sealed value, as bytes or as URL-safe Base64 without padding")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Sealed<T>, E> {
        let bytes = Base64UrlUnpadded::decode_vec(text)
            .map_err(|_| E::custom("a sealed value is URL-safe Base64 without padding"))?;
        self.visit_byte_buf(bytes)
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Sealed<T>, E> {
        Envelope::parse(bytes).map(Sealed::from_envelope).map_err(E::custom)
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Sealed<T>, E> {
        Envelope::try_from(bytes).map(Sealed::from_envelope).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Sealed<T>, A::Error> {
        let mut bytes = Vec::with_capacity(parts.size_hint().unwrap_or(0).min(AT_ONCE));
        while let Some(byte) = parts.next_element()? {
            if bytes.len() == Envelope::OVERHEAD + Envelope::MAX_PLAINTEXT {
                return Err(A::Error::custom("too many bytes for a sealed value"));
            }
            bytes.push(byte);
        }
        self.visit_byte_buf(bytes)
    }
}

/// No format is believed to bring more than that.
const AT_ONCE: usize = 4096;
