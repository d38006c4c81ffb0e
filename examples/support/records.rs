//! A record with sealed fields, from its declaration to the turn of its keys.

use std::fmt;

use doorward::Keys;
use doorward::fields::{Secret, sealed_record};

use crate::failure::Failure;

sealed_record! {
    /// A customer.
    struct Customer => SealedCustomer in "customers", version 1 {
        record id: String,
        clear country: String,
        sealed email: String,
        sealed phone: String,
        sealed cards: Vec<u64>,
    }
}

const TENANT: &str = "acme";

/// Seals a customer, reads it as the table and as the service does, moves what must not move, and
/// rotates the keys.
///
/// # Errors
///
/// [`Failure`] when what has to work does not.
pub fn run() -> Result<Shown, Failure> {
    let mut keys = Keys::generate().map_err(|error| Failure::of_run("keys", error))?;
    let mut shown = Shown::default();
    let keyring = keys.keyring("customers");
    let alice = Customer {
        id: "c-17".to_owned(),
        country: "NL".to_owned(),
        email: Secret::new("alice@example.com".to_owned()),
        phone: Secret::new("+31 6 1234 5678".to_owned()),
        cards: Secret::new(vec![4111_1111_1111_1111]),
    };
    let stored = alice.seal(&keyring, TENANT).map_err(|error| Failure::of_run("seal", error))?;
    shown.step("the table sees", format!("{stored:?}"));

    let opened = stored.open(&keyring, TENANT).map_err(|error| Failure::of_run("open", error))?;
    shown.step("the service reads", opened.email.expose_secret());
    let cards = Customer::cards()
        .open(&keyring, TENANT, &stored.id, &stored.cards)
        .map_err(|error| Failure::of_run("open one field", error))?;
    shown.step("of one field alone", format!("{:?}", cards.expose_secret()));

    let moved = SealedCustomer { id: "c-18".to_owned(), ..stored.clone() };
    shown.step("moved to c-18", refusal(moved.open(&keyring, TENANT)));
    let (email, phone) = (stored.phone.clone(), stored.email.clone());
    let exchanged = SealedCustomer { email, phone, ..stored.clone() };
    shown.step("email and phone exchanged", refusal(exchanged.open(&keyring, TENANT)));
    shown.step("of another tenant", refusal(stored.open(&keyring, "bolt")));

    let id = keys.add_pending().map_err(|error| Failure::of_run("a new key", error))?;
    keys.promote(id).map_err(|error| Failure::of_run("its promotion", error))?;
    let keyring = keys.keyring("customers");
    let mut stored = stored;
    for tried in ["resealed", "resealed again"] {
        match stored.reseal(&keyring, TENANT).map_err(|error| Failure::of_run("reseal", error))? {
            Some(renewed) => {
                let (old, new) = (stored.email.key_id(), renewed.email.key_id());
                shown.step(tried, format!("key {old} -> key {new}"));
                stored = renewed;
            }
            None => shown.step(tried, "nothing to do"),
        }
    }
    Ok(shown)
}

/// What was done, and what came of it.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Shown {
    /// One after the other.
    pub steps: Vec<(&'static str, String)>,
}

impl Shown {
    fn step(&mut self, done: &'static str, seen: impl Into<String>) {
        self.steps.push((done, seen.into()));
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|(done, seen)| writeln!(f, "{done}:\n    {seen}"))
    }
}

fn refusal<T>(opened: Result<T, doorward::fields::RecordError>) -> String {
    match opened {
        Ok(_) => "OPENED".to_owned(),
        Err(error) => format!("refused: {error}"),
    }
}
