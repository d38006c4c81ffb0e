//! The fields of a request: one flat list, from JSON or from a form.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use zeroize::Zeroizing;

use crate::problem::Problem;

/// Names and texts. What is empty or `null` counts as absent, what nobody asks for is ignored, and no name comes twice: two
/// readers of such a body may disagree on which one counts.
#[derive(Default)]
pub(crate) struct Fields(Vec<(String, Member)>);

/// What a field holds.
enum Member {
    /// `true` and `false`.
    Flag(bool),
    /// Neither: a number is no text, for a code that begins with a zero would have lost it.
    Other,
    Text(Zeroizing<String>),
}

impl Fields {
    /// An object.
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
            let value = Member::Text(Zeroizing::new(value.into_owned()));
            if !fields.push(name.into_owned(), value) {
                return Err(Problem::invalid_request("a field comes twice"));
            }
        }
        Ok(fields)
    }

    /// Refuses fields of these names that hold something else: to ignore them would be to do something else than what was
    /// asked for.
    pub(crate) fn check(&self, names: &[&str]) -> Result<(), Problem> {
        for (name, value) in &self.0 {
            let is_known = names.iter().any(|known| known.trim_end_matches('?') == name);
            let what = match value {
                Member::Flag(_) if name == FLAG => continue,
                Member::Text(_) => continue,
                _ if !is_known => continue,
                _ if name == FLAG => "neither `true` nor `false`",
                _ => "no text: send a string",
            };
            return Err(Problem::invalid_request(format!("the field `{name}` is {what}")));
        }
        Ok(())
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Zeroizing<String>> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        match self.0.swap_remove(at).1 {
            Member::Text(text) => Some(text).filter(|text| !text.is_empty()),
            Member::Flag(_) | Member::Other => None,
        }
    }

    /// Whether a session's cookie is asked for: `true` or `false`, in a form as text.
    pub(crate) fn take_flag(&mut self) -> Result<Option<bool>, Problem> {
        let Some(at) = self.0.iter().position(|(known, _)| known == FLAG) else { return Ok(None) };
        match self.0.swap_remove(at).1 {
            Member::Flag(is_so) => Ok(Some(is_so)),
            Member::Text(text) => match text.as_str() {
                "" => Ok(None),
                "true" => Ok(Some(true)),
                "false" => Ok(Some(false)),
                _ => Err(Problem::invalid_request("`cookie` is `true` or `false`")),
            },
            Member::Other => Err(Problem::invalid_request("`cookie` is `true` or `false`")),
        }
    }

    /// Without taking it.
    pub(crate) fn peek(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        match &found?.1 {
            Member::Text(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
            Member::Flag(_) | Member::Other => None,
        }
    }

    fn push(&mut self, name: String, value: Member) -> bool {
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
            let value: Option<Member> = members.next_value()?;
            // Absent, and yet not twice.
            let value = value.unwrap_or(Member::Text(Zeroizing::default()));
            if !fields.push(name, value) {
                return Err(A::Error::custom("a member comes twice, or there are too many"));
            }
        }
        Ok(fields)
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Value)
    }
}

struct Value;

impl<'de> Visitor<'de> for Value {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Member, E> {
        Ok(Member::Text(Zeroizing::new(text.to_owned())))
    }

    fn visit_bool<E>(self, is_so: bool) -> Result<Member, E> {
        Ok(Member::Flag(is_so))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Member, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Member::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Member, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Member::Other)
    }
}

/// More than any endpoint asks for.
pub(crate) const MOST: usize = 32;

/// The one field that is no text.
pub(crate) const FLAG: &str = "cookie";

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
    }

    #[test]
    fn what_is_no_text_is_refused_where_it_is_asked_for() {
        for (value, is_text) in [
            ("12345678", false),
            ("-1", false),
            ("1.5", false),
            ("[1]", false),
            ("{}", false),
            ("true", false),
            ("null", true),
            ("\"\"", true),
            ("\"x\"", true),
        ] {
            let json = format!(r#"{{"code":{value}}}"#);
            let fields = Fields::from_json(json.as_bytes()).unwrap();
            assert_eq!(fields.check(&["a?", "code?"]).is_ok(), is_text, "{value}");
            assert!(fields.check(&["a"]).is_ok(), "what nobody asks for is ignored");
            assert_eq!(taken(fields, "code").is_some(), value == "\"x\"");
        }
    }

    #[test]
    fn the_flag_is_true_or_false() {
        for (json, expected) in [
            (r#"{"cookie":true}"#, Some(Some(true))),
            (r#"{"cookie":"false"}"#, Some(Some(false))),
            (r#"{"cookie":null}"#, Some(None)),
            ("{}", Some(None)),
            (r#"{"cookie":1}"#, None),
            (r#"{"cookie":"yes"}"#, None),
        ] {
            let mut fields = Fields::from_json(json.as_bytes()).unwrap();
            assert_eq!(fields.check(&["cookie?"]).is_err(), json.contains('1'));
            assert_eq!(fields.take_flag().ok(), expected, "{json}");
        }
        let mut form = Fields::from_form(b"cookie=true").unwrap();
        assert_eq!((form.take_flag().unwrap(), form.take_flag().unwrap()), (Some(true), None));
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
