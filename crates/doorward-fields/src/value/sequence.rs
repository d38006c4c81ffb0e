use cbor4ii::core::marker;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

use super::reader::{Reader, Unreadable};

/// The parts of a list, or the entries of a map.
pub(super) struct Sequence<'r, 'de> {
    reader: &'r mut Reader<'de>,
    /// `None`: as many as there are ahead of an end.
    left: Option<usize>,
}

impl<'r, 'de> Sequence<'r, 'de> {
    pub(super) fn new(reader: &'r mut Reader<'de>, left: Option<usize>) -> Self {
        Self { reader, left }
    }

    /// All parts have been read.
    pub(super) fn close(mut self) -> Result<(), Unreadable> {
        if self.more() { Err(Unreadable) } else { Ok(()) }
    }

    /// Whether there is one more, which is then counted.
    fn more(&mut self) -> bool {
        match &mut self.left {
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
            None => {
                let more = !self.reader.skip(marker::BREAK);
                if !more {
                    self.left = Some(0);
                }
                more
            }
        }
    }

    /// Each part has at least a byte, so a head cannot ask for more room than there are bytes.
    fn hint(&self) -> Option<usize> {
        self.left.map(|left| left.min(self.reader.left()))
    }
}

impl<'de> SeqAccess<'de> for Sequence<'_, 'de> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        if self.more() { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }

    fn size_hint(&self) -> Option<usize> {
        self.hint()
    }
}

impl<'de> MapAccess<'de> for Sequence<'_, 'de> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        if self.more() { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Unreadable> {
        seed.deserialize(&mut *self.reader)
    }

    fn size_hint(&self) -> Option<usize> {
        self.hint()
    }
}
