//! What is in the source, before anything is written: a pass that reads all of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use doorward::fields::{MacKeys, TextForm};
use doorward::{HashKind, Keys};

use crate::failure::Failure;

use super::reading::{Reading, looks_like_token, text_of};
use super::source::{Item, Source};

/// What is in the source.
#[derive(Debug)]
pub(crate) struct Survey {
    /// How many rows.
    pub(crate) rows: u64,
    /// The kinds of hashes, and how many there are of each.
    pub(crate) kinds: HashMap<HashKind, u64>,
    identifiers: Identifiers,
    /// Tokens that a key opens, and that none does.
    opened: u64,
    refused: u64,
    /// Attributes that hold what looks like a token, though nobody said so.
    untold: BTreeMap<String, u64>,
}

impl Survey {
    /// Reads the whole table once.
    pub(crate) async fn of(
        source: &Source,
        reading: &Reading,
        keys: &Keys,
    ) -> Result<Self, Failure> {
        let mut survey = Self {
            rows: 0,
            kinds: HashMap::new(),
            identifiers: Identifiers::new(keys),
            opened: 0,
            refused: 0,
            untold: BTreeMap::new(),
        };
        let mut after = None;
        loop {
            let page = source.page(after).await?;
            page.items.iter().for_each(|item| survey.add(item, reading));
            after = page.next;
            if after.is_none() {
                return Ok(survey);
            }
        }
    }

    /// The group of rows that share this identifier; `None` where it is the only one.
    pub(crate) fn group(&self, identifier: &str) -> Option<String> {
        self.identifiers.group(identifier)
    }

    /// That what was told fits what is there.
    ///
    /// Sealed attributes that nobody told of would be carried over as they are, and be lost with their key; a
    /// key that opens nothing is the wrong one.
    pub(crate) fn check(&self, as_is: &[String]) -> Result<(), Failure> {
        let mut untold = self.untold.iter().filter(|(name, _)| !as_is.contains(name));
        if let Some((name, count)) = untold.next() {
            return Err(Failure::of_input(format_args!(
                "{count} rows have what looks like a Fernet token in `{name}`: name it to --fernet, and give \
                 the key, or to --as-is if it is to stay as it is; nothing was written"
            )));
        }
        if self.opened == 0 && self.refused > 0 {
            return Err(Failure::of_input(format_args!(
                "none of {} Fernet tokens opens: give the keys that made them to --fernet-key; nothing was \
                 written",
                self.refused
            )));
        }
        Ok(())
    }

    fn add(&mut self, item: &Item, reading: &Reading) {
        self.rows += 1;
        if let Ok(identifier) = reading.identifier(item) {
            self.identifiers.add(&identifier);
        }
        if let Ok(Ok(kind)) = reading.hash(item).map(|hash| hash.parse::<HashKind>()) {
            *self.kinds.entry(kind).or_default() += 1;
        }
        for (name, value) in item {
            match reading.token(name, value) {
                Ok(Some(token)) if reading.open(name, token).is_ok() => self.opened += 1,
                Ok(Some(_)) | Err(_) => self.refused += 1,
                Ok(None) if !reading.fernet.contains(name) => {
                    if text_of(value).is_some_and(looks_like_token) {
                        *self.untold.entry(name.clone()).or_default() += 1;
                    }
                }
                Ok(None) => {}
            }
        }
    }
}

/// The identifiers, by 16 bytes each: not in clear, and small enough for tables of millions.
#[derive(Debug)]
struct Identifiers {
    keys: MacKeys,
    seen: HashSet<[u8; 16]>,
    twice: HashSet<[u8; 16]>,
}

impl Identifiers {
    fn new(keys: &Keys) -> Self {
        let keys = keys.mac_keys("import/identifiers");
        Self { keys, seen: HashSet::new(), twice: HashSet::new() }
    }

    fn add(&mut self, identifier: &str) {
        let digest = self.digest(identifier);
        if !self.seen.insert(digest) {
            self.twice.insert(digest);
        }
    }

    fn group(&self, identifier: &str) -> Option<String> {
        let digest = self.digest(identifier);
        self.twice
            .contains(&digest)
            .then(|| digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Of the form that doorward compares: letters of either case, and the same letters written otherwise, are
    /// one.
    fn digest(&self, identifier: &str) -> [u8; 16] {
        let normal = TextForm::Caseless.normalize(identifier);
        first_half(self.keys.primary().tag("identifier", &[normal.as_bytes()]).as_bytes())
    }
}

/// The first 16 of 32 bytes.
pub(crate) fn first_half(bytes: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&bytes[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_identifier_are_one_and_those_that_stand_alone_are_none() {
        let mut identifiers = Identifiers::new(&Keys::generate().unwrap());
        for identifier in ["Alice@Example.com", "bob@example.com", " alice@example.COM "] {
            identifiers.add(identifier);
        }
        let group = identifiers.group("ａｌｉｃｅ@example.com").unwrap();
        assert_eq!(Some(group), identifiers.group("Alice@Example.com"));
        assert_eq!(identifiers.group("bob@example.com"), None);
        assert_eq!(identifiers.group("eve@example.com"), None);
    }
}
