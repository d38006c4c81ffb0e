use base64ct::{Base64UrlUnpadded, Encoding as _};
use zeroize::Zeroizing;

use super::{KeySet, KeySetError, MINIMUM};
use crate::{KeyId, KeyStatus, RootKey};

pub(super) fn parse(text: &str) -> Result<KeySet, KeySetError> {
    let mut found = Found::default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let entries = lines.flat_map(|line| line.split(',')).map(str::trim);
    for (entry, number) in entries.filter(|entry| !entry.is_empty()).zip(1..) {
        found.take(read(entry).ok_or(KeySetError::Malformed { entry: number })?, number)?;
    }
    found.into_set()
}

enum Entry {
    Minimum(KeyId),
    Retired(KeyId),
    Root { status: Option<KeyStatus>, root: RootKey },
}

/// The parts of a set, as far as they were read.
#[derive(Default)]
struct Found {
    primary: Option<RootKey>,
    /// In order, with their statuses.
    others: Vec<(KeyStatus, Other)>,
    minimum: Option<KeyId>,
    /// Whether the first key had a status, and then all of them.
    has_statuses: Option<bool>,
}

enum Other {
    Live(RootKey),
    Retired(KeyId),
}

impl Found {
    fn take(&mut self, entry: Entry, number: usize) -> Result<(), KeySetError> {
        let repeated = KeySetError::Repeated { entry: number };
        match entry {
            Entry::Minimum(_) if self.minimum.is_some() => return Err(repeated),
            Entry::Minimum(id) => self.minimum = Some(id),
            Entry::Retired(id) => {
                self.expect_statuses(true, number)?;
                self.others.push((KeyStatus::Retired, Other::Retired(id)));
            }
            Entry::Root { status, root } => {
                self.expect_statuses(status.is_some(), number)?;
                let first = self.primary.is_none();
                let implied = if first { KeyStatus::Primary } else { KeyStatus::OpenOnly };
                match status.unwrap_or(implied) {
                    KeyStatus::Primary if !first => return Err(repeated),
                    KeyStatus::Primary => self.primary = Some(root),
                    status => self.others.push((status, Other::Live(root))),
                }
            }
        }
        Ok(())
    }

    fn expect_statuses(&mut self, has: bool, number: usize) -> Result<(), KeySetError> {
        if *self.has_statuses.get_or_insert(has) != has {
            return Err(KeySetError::Mixed { entry: number });
        }
        Ok(())
    }

    fn into_set(self) -> Result<KeySet, KeySetError> {
        let missing = match self.has_statuses {
            Some(_) => KeySetError::NoPrimary,
            None => KeySetError::Empty,
        };
        let mut set = KeySet::new(self.primary.ok_or(missing)?);
        for (status, other) in self.others {
            set = match (status, other) {
                (_, Other::Retired(id)) => set.with_retired(id),
                (KeyStatus::Pending, Other::Live(root)) => set.with_pending(root),
                (_, Other::Live(root)) => set.with_open_only(root),
            }?;
        }
        if let Some(minimum) = self.minimum {
            set.set_minimum_open(minimum)?;
        }
        Ok(set)
    }
}

fn read(entry: &str) -> Option<Entry> {
    let parts: Vec<_> = entry.split(':').map(str::trim).collect();
    match parts[..] {
        [MINIMUM, id] => Some(Entry::Minimum(read_id(id)?)),
        [id, status] if status == KeyStatus::Retired.as_str() => Some(Entry::Retired(read_id(id)?)),
        [id, secret] => Some(Entry::Root { status: None, root: read_root(id, secret)? }),
        [id, status, secret] => {
            let status = status.parse().ok().filter(|status| *status != KeyStatus::Retired)?;
            Some(Entry::Root { status: Some(status), root: read_root(id, secret)? })
        }
        _ => None,
    }
}

fn read_id(text: &str) -> Option<KeyId> {
    text.parse().ok().map(KeyId::new)
}

fn read_root(id: &str, secret: &str) -> Option<RootKey> {
    let mut bytes = Zeroizing::new([0; 32]);
    let decoded = Base64UrlUnpadded::decode(secret, bytes.as_mut()).ok()?;
    if decoded.len() != 32 {
        return None;
    }
    Some(RootKey::new(read_id(id)?, *bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    fn statuses(text: &str) -> Vec<(u32, KeyStatus)> {
        let text = text.replace('S', SECRET);
        let set = parse(&text).unwrap();
        set.statuses().map(|(id, status)| (id.get(), status)).collect()
    }

    #[test]
    fn both_forms_are_read() {
        use KeyStatus::{OpenOnly, Pending, Primary, Retired};
        assert_eq!(statuses("7:S"), [(7, Primary)]);
        assert_eq!(statuses("# two\n 2 : S \n\n1:S,"), [(2, Primary), (1, OpenOnly)]);
        assert_eq!(
            statuses("9:pending:S\n1:retired\n8:primary:S,7:open-only:S\nminimum:7"),
            [(8, Primary), (9, Pending), (1, Retired), (7, OpenOnly)]
        );
        assert_eq!(statuses("minimum:2,2:S,1:S"), [(2, Primary), (1, OpenOnly)]);
    }

    #[test]
    fn errors_name_the_entry_and_not_the_secret() {
        let minimum = KeyId::new(2);
        let too_high = KeySet::new(RootKey::new(KeyId::new(1), [0; 32]))
            .set_minimum_open(minimum)
            .unwrap_err();
        for (text, expected) in [
            ("", KeySetError::Empty),
            ("# 1:S\n\n", KeySetError::Empty),
            ("minimum:1", KeySetError::Empty),
            ("1:S,1:S", KeySetError::Duplicate { id: KeyId::new(1) }),
            ("1:primary:S,1:retired", KeySetError::Duplicate { id: KeyId::new(1) }),
            ("1:c2hvcnQ", KeySetError::Malformed { entry: 1 }),
            ("1:S\nx:S", KeySetError::Malformed { entry: 2 }),
            ("1:SAA", KeySetError::Malformed { entry: 1 }),
            ("1:S=", KeySetError::Malformed { entry: 1 }),
            ("S", KeySetError::Malformed { entry: 1 }),
            ("1:primary", KeySetError::Malformed { entry: 1 }),
            ("1:retired:S", KeySetError::Malformed { entry: 1 }),
            ("1:Primary:S", KeySetError::Malformed { entry: 1 }),
            ("1:primary:S:", KeySetError::Malformed { entry: 1 }),
            ("4294967296:S", KeySetError::Malformed { entry: 1 }),
            ("minimum:x,1:S", KeySetError::Malformed { entry: 1 }),
            ("1:S,2:primary:S", KeySetError::Mixed { entry: 2 }),
            ("1:S,2:retired", KeySetError::Mixed { entry: 2 }),
            ("2:retired,1:S", KeySetError::Mixed { entry: 2 }),
            ("1:pending:S,2:open-only:S", KeySetError::NoPrimary),
            ("1:retired", KeySetError::NoPrimary),
            ("1:primary:S,2:primary:S", KeySetError::Repeated { entry: 2 }),
            ("minimum:1,minimum:1,1:S", KeySetError::Repeated { entry: 2 }),
            ("1:S,2:S,3:S,4:S,5:S,6:S,7:S,8:S,9:S", KeySetError::TooMany),
            ("1:S,minimum:2", KeySetError::Minimum(too_high)),
        ] {
            let error = parse(&text.replace('S', SECRET)).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!format!("{error} {error:?}").contains("AAEC"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_and_read_again(
            text in "([0-9]{1,2}|minimum)(:(pending|primary|open-only|retired|x))?(:S)?(,[1-4]:(pending|open-only|primary):S|,[5-8]:retired|\n#.{0,3}\n|,[1-9]:S){0,6}",
            other: String,
        ) {
            for text in [text.replace('S', SECRET), other] {
                if let Ok(set) = parse(&text) {
                    let written = set.expose_secret();
                    let again = parse(&written).unwrap();
                    prop_assert_eq!(&*again.expose_secret(), &*written);
                    prop_assert!(again.statuses().eq(set.statuses()));
                }
            }
        }
    }
}
