//! Whether logins make up for failures: `"none"` or `{ logins_per_failure = 3, most = 1000 }`.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `None` is a value of its own: a preset may have credits where a file wants none.
#[derive(Clone, Copy, Debug)]
pub(super) struct CreditsSection(pub(super) Option<Credits>);

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Credits {
    pub(super) logins_per_failure: u64,
    pub(super) most: u64,
}

const NONE: &str = "none";

impl Serialize for CreditsSection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(credits) => credits.serialize(serializer),
            None => serializer.serialize_str(NONE),
        }
    }
}

impl<'de> Deserialize<'de> for CreditsSection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Section)
    }
}

struct Section;

impl<'de> Visitor<'de> for Section {
    type Value = CreditsSection;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"none\" or a table of logins_per_failure and most")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<CreditsSection, E> {
        match text {
            NONE => Ok(CreditsSection(None)),
            _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CreditsSection, A::Error> {
        Credits::deserialize(MapAccessDeserializer::new(map)).map(|one| CreditsSection(Some(one)))
    }
}
