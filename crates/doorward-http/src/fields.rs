//! The fields of a request: one flat list, from JSON or from a form.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use zeroize::Zeroizing;

use crate::problem::Problem;

/// Names and texts. What is empty counts as absent, what nobody asks for is ignored, and no name comes twice: two
/// readers of such a body may disagree on which one counts.
#[derive(Default)]
pub(crate) struct Fields(Vec<(String, Zeroizing<String>)>);

impl Fields {
    /// An object whose members are texts, `true` and `false`; whatever else is in it is no field.
    pub(crate) fn from_json(text: &[u8]) -> Result<Self, Problem> {
        serde_json::from_slice(text).map_err(|error| {
            // Where, and never what: it may be a password.
            let what = match error.classify() {
                serde_json::error::Category::Data => "send one JSON object, no member twice",
                _ => "it is no JSON",
            };
            Problem::invalid_request(format!("{what} (column {})", error.column()))
        })
    }

    /// `application/x-www-form-urlencoded`, in UTF-8.
    pub(crate) fn from_form(text: &[u8]) -> Result<Self, Problem> {
        let mut fields = Self::default();
        for (name, value) in form_urlencoded::parse(text) {
            // Whatever is no UTF-8 is replaced by this: another password than the one that was typed.
            if value.contains(char::REPLACEMENT_CHARACTER) {
                return Err(Problem::invalid_request("a field is not in UTF-8"));
            }
            if !fields.push(name.into_owned(), Zeroizing::new(value.into_owned())) {
                return Err(Problem::invalid_request("a field comes twice"));
            }
        }
        Ok(fields)
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Zeroizing<String>> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        let (_, value) = self.0.swap_remove(at);
        (!value.is_empty()).then_some(value)
    }

    /// Without taking it.
    pub(crate) fn peek(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn push(&mut self, name: String, value: Zeroizing<String>) -> bool {
        let is_new = self.0.iter().all(|(known, _)| *known != name);
        self.0.push((name, value));
        is_new && self.0.len() <= MOST
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some(name) = members.next_key()? {
            let Member(value) = members.next_value()?;
            if !fields.push(name, value) {
                return Err(A::Error::custom("a member comes twice, or there are too many"));
            }
        }
        Ok(fields)
    }
}

/// The value of a member, as text.
struct Member(Zeroizing<String>);

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Text)
    }
}

struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Member, E> {
        Ok(Member(Zeroizing::new(text.to_owned())))
    }

    fn visit_bool<E>(self, is_so: bool) -> Result<Member, E> {
        Ok(Member(Zeroizing::new(is_so.to_string())))
    }

    // A number is no text: a code that begins with a zero would have lost it.
    fn visit_u64<E>(self, _: u64) -> Result<Member, E> {
        Ok(Member(Zeroizing::default()))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Member, E> {
        Ok(Member(Zeroizing::default()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Member, E> {
        Ok(Member(Zeroizing::default()))
    }

    fn visit_unit<E>(self) -> Result<Member, E> {
        Ok(Member(Zeroizing::default()))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Member, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Member(Zeroizing::default()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Member, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Member(Zeroizing::default()))
    }
}

/// More than any endpoint asks for.
const MOST: usize = 32;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn taken(mut fields: Fields, name: &str) -> Option<String> {
        fields.take(name).map(|value| value.to_string())
    }

    #[test]
    fn json_and_forms_say_the_same() {
        let json =
            Fields::from_json(br#"{"username":"alice","password":"a b&c=d\u00e9","x":[{}]}"#);
        let form = Fields::from_form("username=alice&password=a+b%26c%3Dd%C3%A9&x=".as_bytes());
        for fields in [json, form] {
            let mut fields = fields.unwrap();
            assert_eq!(fields.take("username").unwrap().as_str(), "alice");
            assert_eq!(fields.take("password").unwrap().as_str(), "a b&c=d\u{e9}");
            assert_eq!((fields.take("password"), fields.take("x")), (None, None));
        }
        assert_eq!(
            taken(Fields::from_json(br#"{"cookie":true}"#).unwrap(), "cookie").unwrap(),
            "true"
        );
        for none in ["12345678", "-1", "1.5", "null", "[1]", "{}"] {
            let json = format!(r#"{{"code":{none}}}"#);
            assert_eq!(taken(Fields::from_json(json.as_bytes()).unwrap(), "code"), None, "{none}");
        }
    }

    #[test]
    fn a_body_that_two_readers_could_read_differently_is_refused() {
        for text in
            [r#"{"a":"1","a":"2"}"#, r#"{"a":1} "#, "[]", "\"a\"", "{", "", "{\"a\":\"\\ud800\"}"]
        {
            let read = Fields::from_json(text.as_bytes());
            assert_eq!(read.is_err(), text != r#"{"a":1} "#, "{text}");
        }
        for text in ["a=1&a=2", "a=%ff", "a=\u{fffd}"] {
            assert!(Fields::from_form(text.as_bytes()).is_err(), "{text}");
        }
        let many: Vec<_> = (0..=MOST).map(|number| format!("f{number}=1")).collect();
        assert!(Fields::from_form(many.join("&").as_bytes()).is_err());
    }

    #[test]
    fn r28_neither_debug_nor_an_error_shows_what_was_sent() {
        let fields = Fields::from_json(br#"{"password":"hunter2"}"#).unwrap();
        assert_eq!(format!("{fields:?}"), r#"["password"]"#);
        for text in [r#"{"password":hunter2}"#, r#"{"password":"hunter2""#, r#"["hunter2"]"#] {
            let problem = Fields::from_json(text.as_bytes()).unwrap_err();
            assert!(!format!("{problem:?}").contains("hunter2"), "{problem:?}");
        }
    }

    proptest! {
        #[test]
        fn every_text_survives_json_and_forms(value in "\\PC{1,40}") {
            prop_assume!(!value.contains(char::REPLACEMENT_CHARACTER));
            let json = serde_json::to_vec(&serde_json::json!({ "password": value })).unwrap();
            prop_assert_eq!(taken(Fields::from_json(&json).unwrap(), "password"), Some(value.clone()));
            let form = form_urlencoded::Serializer::new(String::new())
                .append_pair("password", &value)
                .finish();
            prop_assert_eq!(
                taken(Fields::from_form(form.as_bytes()).unwrap(), "password"),
                Some(value)
            );
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Fields::from_json(&bytes);
            let _ = Fields::from_form(&bytes);
        }
    }
}
