use base64ct::{Base64UrlUnpadded, Encoding as _};
use zeroize::Zeroizing;

use super::{KeySet, MINIMUM};
use crate::{KeyId, RootKey};

pub(super) fn write(set: &KeySet) -> Zeroizing<String> {
    // Reserved at once: a text that grows leaves copies behind.
    let entries = set.statuses().count() + 1;
    let mut text = Zeroizing::new(String::with_capacity(entries * LONGEST_ENTRY));
    for (id, status, root) in set.roots.all() {
        let mut letters = Zeroizing::new([0; ENCODED_SECRET]);
        let secret = root.map(|root| encode(root, &mut letters));
        push(&mut text, &[&id.to_string(), status.as_str()], secret);
    }
    if set.minimum_open() > KeyId::new(0) {
        push(&mut text, &[MINIMUM, &set.minimum_open().to_string()], None);
    }
    text
}

fn encode<'a>(root: &RootKey, letters: &'a mut [u8; ENCODED_SECRET]) -> &'a str {
    let encoded = Base64UrlUnpadded::encode(root.expose_secret(), letters);
    encoded.expect("32 bytes fill 43 letters")
}

fn push(text: &mut String, parts: &[&str], secret: Option<&str>) {
    for (at, part) in parts.iter().copied().chain(secret).enumerate() {
        match at {
            0 if text.is_empty() => {}
            0 => text.push('\n'),
            _ => text.push(':'),
        }
        text.push_str(part);
    }
}

const ENCODED_SECRET: usize = 43;
/// `id:open-only:secret` and a line end.
const LONGEST_ENTRY: usize = 10 + 1 + 9 + 1 + ENCODED_SECRET + 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_text_is_written_without_growing() {
        let root = |id| RootKey::new(KeyId::new(id), [7; 32]);
        let mut set = KeySet::new(root(u32::MAX));
        for id in 1..KeySet::MAX_LIVE {
            set = set.with_open_only(root(u32::MAX - u32::try_from(id).unwrap())).unwrap();
        }
        set = set.with_retired(KeyId::new(4_000_000_000)).unwrap();
        set.set_minimum_open(KeyId::new(u32::MAX)).unwrap();
        let text = write(&set);
        assert_eq!(text.lines().count(), 10);
        assert_eq!(text.capacity(), 10 * LONGEST_ENTRY);
        assert!(text.lines().all(|line| line.len() < LONGEST_ENTRY));
    }
}
