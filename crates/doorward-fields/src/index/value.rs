use std::fmt;

use zeroize::Zeroizing;

use super::TextForm;

/// A value on its way into an index: exact bytes, or a text in a named form.
///
/// To an index, `Alice@` and `alice@` are two values, and so are two spellings of one letter. What
/// was indexed in one form is never found in another, for the form is part of the index's derivation:
/// to change it is to build the index anew, and not to miss some rows in silence.
///
/// `Debug` shows none of it; the normal form is wiped on drop.
///
/// ```
/// use doorward_fields::{IndexedValue, TextForm};
///
/// let uuid = IndexedValue::exact(&[0x5e; 16]);
/// let phone = IndexedValue::text(TextForm::Digits, "+49 (30) 901820");
/// ```
pub struct IndexedValue<'a> {
    form: Option<TextForm>,
    bytes: Bytes<'a>,
}

enum Bytes<'a> {
    Given(&'a [u8]),
    Normal(Zeroizing<String>),
}

impl<'a> IndexedValue<'a> {
    /// These very bytes: for what has one spelling, such as an id or a digest.
    #[must_use]
    pub const fn exact(value: &'a [u8]) -> Self {
        Self { form: None, bytes: Bytes::Given(value) }
    }

    /// The normal form of a text.
    #[must_use]
    pub fn text(form: TextForm, text: &str) -> Self {
        Self { form: Some(form), bytes: Bytes::Normal(form.normalize(text)) }
    }

    pub(super) fn form(&self) -> Option<TextForm> {
        self.form
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Given(bytes) => bytes,
            Bytes::Normal(text) => text.as_bytes(),
        }
    }
}

impl fmt::Debug for IndexedValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndexedValue([REDACTED])")
    }
}
