//! Records that say which of their fields are sealed.

#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use doorward_fields::{
    Envelope, FieldKey, KeyId, Keyring, Nonces, OpenErrorKind, RecordError, RecordErrorKind,
    RecordKey, Sealed, SealedField, Secret, Unwiped, ValueProblem, sealed_record,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

sealed_record! {
    /// A customer.
    #[serde(rename_all = "camelCase")]
    pub(crate) struct Customer => SealedCustomer in "customers", version 1 {
        /// Names it.
        pub(crate) record id: String,
        #[serde(default)]
        clear home_country: Option<String>,
        /// Where we write to.
        /// At most one.
        sealed email: String,
        #[serde(rename = "tel")]
        #[allow(dead_code, reason = "stands for any attribute")]
        /// Where we call.
        sealed phone: String,
        pub(crate) sealed cards: Vec<u64>,
    }
}

mod elsewhere {
    // Nothing of what the macro needs is in scope here, and the names it uses inside mean other things.
    #[allow(dead_code, reason = "in the way")]
    struct Keyring;
    #[allow(dead_code, reason = "in the way")]
    mod serde {}

    doorward_fields::sealed_record! {
        pub struct Next => SealedNext in "customers", version 2 {
            sealed email: String,
            pub record keyring: u64,
            sealed tenant: Option<[u8; 4]>
        }
    }

    impl Next {
        pub(super) fn new(keyring: u64, email: &str) -> Self {
            Self { keyring, email: email.to_owned().into(), tenant: Some([1, 2, 3, 4]).into() }
        }

        pub(super) fn email_is(&self, email: &str) -> bool {
            self.email.expose_secret() == email
        }
    }
}

fn key(id: u32) -> FieldKey {
    FieldKey::new(KeyId::new(id), [id as u8; 32])
}

fn keyring() -> Keyring {
    Keyring::new(key(1))
}

fn customer(id: &str, email: &str, phone: &str, cards: &[u64]) -> Customer {
    Customer {
        id: id.to_owned(),
        home_country: None,
        email: Secret::new(email.to_owned()),
        phone: Secret::new(phone.to_owned()),
        cards: Secret::new(cards.to_vec()),
    }
}

fn alice() -> Customer {
    customer("c-17", "alice@example.com", "+31 6 1234", &[4_111])
}

fn refusal(sealed: &SealedCustomer, tenant: &str) -> RecordError {
    sealed.open(&keyring(), tenant).err().unwrap()
}

fn refused(field: &str, error: RecordError) -> bool {
    error.field() == field && error.kind() == RecordErrorKind::Open(OpenErrorKind::Refused)
}

#[test]
fn r23_nothing_sealed_is_in_what_is_stored() {
    let sealed = alice().seal(&keyring(), "acme").unwrap();
    for shown in [format!("{sealed:?}"), serde_json::to_string(&sealed).unwrap()] {
        assert!(shown.contains("c-17"), "{shown}");
        for secret in ["alice", "+31", "4111"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[test]
fn r23_serde_sees_bytes_where_nobody_reads_and_base64_where_they_do() {
    let sealed = alice().seal(&keyring(), "acme").unwrap();
    let json = serde_json::to_value(&sealed).unwrap();
    let names: Vec<_> = json.as_object().unwrap().keys().collect();
    assert_eq!(names, ["cards", "email", "homeCountry", "id", "tel"]);

    let mut read: SealedCustomer = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(read.email, sealed.email);
    assert_eq!(read.open(&keyring(), "acme").unwrap().email.expose_secret(), "alice@example.com");

    // A field of serde's with a default may be absent, as the attribute says.
    let mut without = json.clone();
    without.as_object_mut().unwrap().remove("homeCountry");
    read = serde_json::from_value(without).unwrap();
    assert_eq!(read.home_country, None);

    let mut cut = json;
    cut["email"] = "AgAAAAE".into();
    let error = serde_json::from_value::<SealedCustomer>(cut).unwrap_err().to_string();
    assert!(error.contains("5 bytes are too few for a sealed field"), "{error}");
}

#[test]
fn r23_a_sealed_value_is_read_from_whatever_a_format_makes_of_bytes() {
    use serde::de::value::{BytesDeserializer, Error, SeqDeserializer};
    let sealed = alice().seal(&keyring(), "acme").unwrap().email;
    let bytes = sealed.envelope().as_bytes();

    // A value of a record may itself be a sealed one: there it is bytes.
    let field = SealedField::<Unwiped<Sealed<String>>>::new("t", "f", 1);
    let outer = field
        .seal(&keyring(), "", "r", &Unwiped(sealed.clone()).into(), &mut Nonces::in_batches_of(1))
        .unwrap();
    assert_eq!(outer.envelope().as_bytes().len(), 77 + 2 + bytes.len());
    assert_eq!(field.open(&keyring(), "", "r", &outer).unwrap().expose_secret().0, sealed);

    let list = SeqDeserializer::<_, Error>::new(bytes.iter().copied());
    assert_eq!(Sealed::<String>::deserialize(list), Ok(sealed.clone()));
    let borrowed = BytesDeserializer::<Error>::new(bytes);
    assert_eq!(Sealed::<String>::deserialize(borrowed), Ok(sealed.clone()));
    let short =
        Sealed::<String>::deserialize(BytesDeserializer::<Error>::new(b"alice")).unwrap_err();
    assert!(short.to_string().contains("too few"), "{short}");

    for text in ["\"alice@example.com\"", "\"AgAAAAE=\"", "\"\"", "17", "null"] {
        assert!(serde_json::from_str::<Sealed<String>>(text).is_err(), "{text}");
    }
}

#[test]
fn r23_one_field_is_read_and_written_without_the_others() {
    let mut sealed = alice().seal(&keyring(), "acme").unwrap();
    let email = Secret::new("alice@example.org".to_owned());
    sealed.email = Customer::email()
        .seal(&keyring(), "acme", &sealed.id, &email, &mut Nonces::in_batches_of(1))
        .unwrap();
    let opened = Customer::email().open(&keyring(), "acme", &sealed.id, &sealed.email).unwrap();
    assert_eq!(opened.expose_secret(), "alice@example.org");
    assert_eq!(sealed.open(&keyring(), "acme").unwrap().phone.expose_secret(), "+31 6 1234");
    assert_eq!(
        format!("{:?}", Customer::email()),
        "SealedField { table: \"customers\", name: \"email\", version: 1 }"
    );
}

#[test]
fn r24_a_swapped_field_is_refused_and_named() {
    let mut sealed = alice().seal(&keyring(), "acme").unwrap();
    std::mem::swap(&mut sealed.email, &mut sealed.phone);
    assert!(refused("email", refusal(&sealed, "acme")));
    let text = refusal(&sealed, "acme").to_string();
    assert_eq!(
        text,
        "the field email does not open here; its keyring, tenant, record or version is not the one it \
         was sealed with"
    );
}

#[test]
fn r24_what_does_not_open_has_one_text_whatever_the_reason() {
    let sealed = alice().seal(&keyring(), "acme").unwrap();
    let text = |error: RecordError| error.to_string();
    let unknown = sealed.open(&Keyring::new(key(2)), "acme").err().unwrap();
    assert_eq!(unknown.kind(), RecordErrorKind::Open(OpenErrorKind::UnknownKey(KeyId::new(1))));
    assert_eq!(text(unknown), text(refusal(&sealed, "other")));

    // A genuine envelope of another type than the field has by now.
    let now = SealedField::<u64>::new("customers", "email", 1);
    let stored = Sealed::from_envelope(sealed.email.envelope().clone());
    let unreadable = now.open(&keyring(), "acme", "c-17", &stored).err().unwrap();
    assert_eq!(unreadable.kind(), RecordErrorKind::Unreadable);
    assert_eq!(text(unreadable), text(refusal(&sealed, "other")));
}

#[test]
fn r24_another_version_of_the_schema_is_another_place() {
    let next = elsewhere::Next::new(17, "alice@example.com").seal(&keyring(), "acme").unwrap();
    assert!(next.open(&keyring(), "acme").unwrap().email_is("alice@example.com"));

    let first = SealedField::<String>::new("customers", "email", 1);
    let email = first
        .seal(&keyring(), "acme", &17u64, &"a".to_owned().into(), &mut Nonces::in_batches_of(1))
        .unwrap();
    let second = SealedField::<String>::new("customers", "email", 2);
    assert!(refused("email", second.open(&keyring(), "acme", &17u64, &email).err().unwrap()));
}

#[test]
fn r25_resealing_takes_what_is_not_under_the_primary_key_and_nothing_else() {
    let old = alice().seal(&keyring(), "acme").unwrap();
    let both = Keyring::new(key(2)).with_open_only(key(1)).unwrap();
    let new = old.reseal(&both, "acme").unwrap().unwrap();
    for id in [new.email.key_id(), new.phone.key_id(), new.cards.key_id()] {
        assert_eq!(id, KeyId::new(2));
    }
    let opened = new.open(&Keyring::new(key(2)), "acme").unwrap();
    assert_eq!(opened.cards.expose_secret(), &[4_111]);
    assert!(new.reseal(&both, "acme").unwrap().is_none());

    // One of three.
    let mixed = SealedCustomer { phone: old.phone.clone(), ..new.clone() };
    let renewed = mixed.reseal(&both, "acme").unwrap().unwrap();
    assert_eq!(renewed.email, new.email);
    assert_eq!(renewed.phone.key_id(), KeyId::new(2));

    let error = mixed.reseal(&both, "other").unwrap_err();
    assert!(refused("phone", error));
}

#[test]
fn r25_a_pass_over_a_table_reseals_whole_records() {
    fn is_renew<R: doorward_fields::rotation::Renew<String, SealedCustomer>>(_: &R) {}
    let keyring = keyring();
    is_renew(&|_: &String, stored: &SealedCustomer| stored.reseal(&keyring, "acme"));
}

#[test]
fn r25_resealing_takes_what_is_in_an_older_format() {
    // Version 1 of the format has other bytes ahead of the same ciphertext; that it is asked to open, and
    // does not, shows that it was not taken for current.
    let mut sealed = alice().seal(&keyring(), "acme").unwrap();
    let mut bytes = sealed.email.into_envelope().into_bytes();
    bytes[0] = 1;
    sealed.email = Sealed::from_envelope(Envelope::try_from(bytes).unwrap());
    assert!(refused("email", sealed.reseal(&keyring(), "acme").unwrap_err()));
}

#[test]
fn a_value_that_would_not_open_to_itself_is_not_sealed() {
    #[derive(Deserialize, Serialize)]
    struct Skipping {
        #[serde(skip_serializing)]
        #[allow(dead_code, reason = "is never written, so it cannot be read")]
        lost: u8,
    }
    fn problem<T: doorward_fields::SecretValue>(value: T) -> RecordErrorKind {
        SealedField::<T>::new("t", "f", 1)
            .seal(&keyring(), "", "r", &Secret::new(value), &mut Nonces::in_batches_of(1))
            .err()
            .unwrap()
            .kind()
    }
    let value = RecordErrorKind::Value;
    assert_eq!(problem(Unwiped(Skipping { lost: 1 })), value(ValueProblem::Unreadable));
    assert_eq!(problem(Some(None::<u8>)), value(ValueProblem::Option));
    #[derive(Deserialize, Serialize)]
    struct Other {
        #[serde(default = "five", skip_serializing_if = "Option::is_none")]
        number: Option<u8>,
    }
    fn five() -> Option<u8> {
        Some(5)
    }
    #[derive(Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
    #[serde(untagged)]
    enum Untagged {
        Byte(u8),
        Word(u16),
    }
    let both = BTreeMap::from([(Untagged::Byte(1), 1), (Untagged::Word(1), 2)]);
    assert_eq!(problem(Unwiped(Other { number: None })), value(ValueProblem::Changed));
    assert_eq!(problem(Unwiped(both)), value(ValueProblem::Changed));
    let deep = (0..128).fold(serde_json::json!([]), |inner, _| serde_json::json!([inner]));
    assert_eq!(problem(Unwiped(deep)), value(ValueProblem::Depth));
    let long = problem(" ".repeat(Envelope::MAX_PLAINTEXT));
    assert!(matches!(long, RecordErrorKind::Seal(_)), "{long:?}");
}

#[test]
fn a_type_of_ones_own_names_a_record() {
    #[derive(Clone, Debug, Deserialize, Serialize)]
    struct Id(u64, u16);
    impl RecordKey for Id {
        fn to_record_key(&self) -> Cow<'_, [u8]> {
            Cow::Owned([&self.0.to_be_bytes()[..], &self.1.to_be_bytes()].concat())
        }
    }
    sealed_record! {
        struct Entry => SealedEntry in "entries", version 1 { record id: Id, sealed text: Unwiped<BTreeMap<String, f64>> }
    }
    let text = BTreeMap::from([("a".to_owned(), 1.5)]);
    let entry = Entry { id: Id(1, 2), text: Unwiped(text.clone()).into() };
    let sealed = entry.seal(&keyring(), "").unwrap();
    assert_eq!(sealed.open(&keyring(), "").unwrap().text.expose_secret().0, text);
    assert!(SealedEntry { id: Id(1, 3), ..sealed }.open(&keyring(), "").is_err());
}

#[test]
fn a_sealed_value_is_whatever_its_type_is_not() {
    struct Neither(#[allow(dead_code, reason = "makes it neither")] std::rc::Rc<str>);
    fn is<T: Clone + std::fmt::Debug + Eq + Send + std::hash::Hash + Sync + Unpin + 'static>() {}
    is::<Sealed<Neither>>();
    is::<Sealed<Customer>>();
}

proptest! {
    #[test]
    fn r23_any_record_opens_to_itself(id: String, country: Option<String>, email: String, phone: String, cards: Vec<u64>, tenant: String) {
        let mut record = customer(&id, &email, &phone, &cards);
        record.home_country = country.clone();
        let sealed = record.seal(&keyring(), &tenant).unwrap();
        let stored = serde_json::from_str::<SealedCustomer>(&serde_json::to_string(&sealed).unwrap()).unwrap();
        let opened = stored.open(&keyring(), &tenant).unwrap();
        prop_assert_eq!(&opened.id, &id);
        prop_assert_eq!(&opened.home_country, &country);
        prop_assert_eq!(opened.email.expose_secret(), &email);
        prop_assert_eq!(opened.phone.expose_secret(), &phone);
        prop_assert_eq!(opened.cards.expose_secret(), &cards);
    }

    #[test]
    fn r24_any_changed_bit_is_refused_and_its_field_named(field in 0usize..3, at: prop::sample::Index, bit in 0u8..8) {
        let mut sealed = alice().seal(&keyring(), "acme").unwrap();
        let flip = |envelope: &Envelope| {
            let mut bytes = envelope.as_bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            Envelope::try_from(bytes)
        };
        let flipped = match field {
            0 => flip(sealed.email.envelope()).map(|e| sealed.email = Sealed::from_envelope(e)),
            1 => flip(sealed.phone.envelope()).map(|e| sealed.phone = Sealed::from_envelope(e)),
            _ => flip(sealed.cards.envelope()).map(|e| sealed.cards = Sealed::from_envelope(e)),
        };
        // A version that does not exist is refused earlier.
        prop_assume!(flipped.is_ok());
        prop_assert_eq!(refusal(&sealed, "acme").field(), ["email", "phone", "cards"][field]);
    }

    #[test]
    fn law_07_a_field_opens_in_its_own_record_and_tenant_only(
        (tenant, other_tenant) in ("[ab]{0,2}", "[ab]{0,2}"),
        (id, other_id) in ("[ab]{0,2}", "[ab]{0,2}"),
        email: String,
    ) {
        let sealed = customer(&id, &email, "", &[]).seal(&keyring(), &tenant).unwrap();
        let moved = SealedCustomer { id: other_id.clone(), ..sealed };
        let opened = moved.open(&keyring(), &other_tenant);
        prop_assert_eq!(opened.is_ok(), (&tenant, &id) == (&other_tenant, &other_id));
        if let Err(error) = opened {
            prop_assert!(refused("email", error));
        }
    }

    #[test]
    fn law_07_no_two_fields_of_one_type_can_be_exchanged(
        from in ("[ab]{1,2}", "[ab]{1,2}", 0u32..3),
        to in ("[ab]{1,2}", "[ab]{1,2}", 0u32..3),
        value: String,
    ) {
        let field = |(table, name, version): &(String, String, u32)| {
            SealedField::<String>::new(table.clone().leak(), name.clone().leak(), *version)
        };
        let sealed = field(&from)
            .seal(&keyring(), "acme", "r", &Secret::new(value), &mut Nonces::in_batches_of(1))
            .unwrap();
        let opened = field(&to).open(&keyring(), "acme", "r", &sealed);
        prop_assert_eq!(opened.is_ok(), from == to);
    }
}
