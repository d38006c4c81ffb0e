use std::collections::BTreeMap;

/// What KMS binds a wrapped key to: pairs of text, given again at every use of it.
///
/// Not secret: KMS writes them into CloudTrail in clear, and a key policy can ask for them. It names the
/// tenant and the table, never the record: a data key seals many. To its record an envelope is bound
/// by its own [`Context`](doorward_fields::Context).
///
/// ```
/// use doorward_kms::EncryptionContext;
///
/// let context = EncryptionContext::fields("acme", "users");
/// assert_eq!(context.pairs().count(), 3);
/// assert_ne!(context, EncryptionContext::fields("acme", "orders"));
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EncryptionContext(BTreeMap<&'static str, String>);

impl EncryptionContext {
    /// Of data keys that seal fields of a table.
    #[must_use]
    pub fn fields(tenant: &str, table: &str) -> Self {
        let mut pairs = BTreeMap::from([("doorward:use", "fields".to_owned())]);
        // KMS takes no empty value; that a pair is missing tells it from every other.
        for (name, value) in [("doorward:tenant", tenant), ("doorward:table", table)] {
            if !value.is_empty() {
                pairs.insert(name, value.to_owned());
            }
        }
        Self(pairs)
    }

    /// Of the root secret with this id.
    #[must_use]
    pub fn root(id: u32) -> Self {
        let pairs = [("doorward:use", "root".to_owned()), ("doorward:root", id.to_string())];
        Self(BTreeMap::from(pairs))
    }

    /// The pairs, by name.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}
