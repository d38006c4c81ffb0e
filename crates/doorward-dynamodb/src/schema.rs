//! The table: its key, the names of its attributes, and where everything lies in it.
//!
//! | what | `pk` | `sk` | read by | written by |
//! |---|---|---|---|---|
//! | an account's credential | `ACCOUNT#`id | `CREDENTIAL` | `fetch`: one item | `insert`, `replace`, `rekey`, `remove`: one transaction with its lookup keys |
//! | the same, by lookup key | `KEY#`blind index | `CREDENTIAL` | `find`: one item a key | as above; it is the sentinel that makes the key unique |
//! | an account's epoch | `ACCOUNT#`id | `EPOCH` | with each session: one batch | `end_all`, `forget`: one update |
//! | a session | `ACCOUNT#`id | `SESSION#`id | `session`: one batch; `sessions`: one query | `open`, `renew`, `end`: one item each; `forget`: one after the other |
//! | a counter row | `COUNTER#`digest | `ROW` | `read`: one batch | `update`: one atomic update a row |
//! | a ticket | `TICKET#`digest | `TICKET` | `peek`: one item | `put`, `take`: one item each |
//!
//! All accounts, for an operator's pass: a scan. Nothing on the way of a login scans, filters, or reads an
//! index: there is none. Every read is strongly consistent.
//!
//! Account and session ids are random and stand in hexadecimal; digests are keyed and stand in base64url.
//! No key holds an identifier in clear.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use doorward_store::{AccountId, CounterKey, LookupKey, SessionId, TicketKey};

/// The partition key, a string.
pub(crate) const PARTITION: &str = "pk";
/// The sort key, a string.
pub(crate) const SORT: &str = "sk";
/// From when on DynamoDB may clean the item away: seconds since 1970. It decides nothing.
pub(crate) const TTL: &str = "ttl";

/// Of a credential: whose it is, 16 bytes.
pub(crate) const ACCOUNT: &str = "account";
/// Of a credential and a session: how often it has been written.
pub(crate) const VERSION: &str = "version";
/// Of a credential: its lookup keys, each behind a byte with its length.
pub(crate) const LOOKUP_KEYS: &str = "keys";
/// Of a credential: the sealed identifier.
pub(crate) const IDENTIFIER: &str = "identifier";
/// Of a credential: the sealed password hash, if there is one.
pub(crate) const PASSWORD: &str = "password";
/// Of a credential: whatever else is kept of the account, sealed, if there is anything.
pub(crate) const DETAILS: &str = "details";
/// Of a credential: whether its owner may enter.
pub(crate) const STATUS: &str = "status";
/// Of a credential and a session: when it was made, in nanoseconds since 1970.
pub(crate) const CREATED: &str = "created";
/// Of a credential: when it was last changed, in nanoseconds since 1970.
pub(crate) const CHANGED: &str = "changed";
/// Of a session and a ticket: what it stands for, signed or sealed.
pub(crate) const VALUE: &str = "value";
/// Of whatever expires: from when on it is worth nothing, in nanoseconds since 1970.
pub(crate) const EXPIRES: &str = "exp";
/// Of a counter row: the same, as updates set it that keep the row for minutes only. The later one counts.
pub(crate) const EXPIRES_SHORT: &str = "exp_short";
/// Of a session: the epoch of its account in which it was opened; of the epoch item: the present one.
pub(crate) const EPOCH: &str = "epoch";
/// Of the epoch item: the session that went on when all others were ended the last time, and the epoch in
/// which that was opened.
pub(crate) const KEPT: &str = "kept";
pub(crate) const KEPT_EPOCH: &str = "kept_epoch";
/// Of a counter row: the numbers of its columns, and perhaps of some that were removed.
pub(crate) const COLUMNS: &str = "names";
/// Of a counter row: a number that every write changes.
pub(crate) const SEQUENCE: &str = "seq";
/// What the name of a counter row's cell begins with; its column follows, in base 36.
pub(crate) const CELL: char = 'c';

/// What the partition keys of each kind of item begin with. Policies name them.
pub(crate) const ACCOUNTS: &str = "ACCOUNT#";
pub(crate) const KEYS: &str = "KEY#";
pub(crate) const COUNTERS: &str = "COUNTER#";
pub(crate) const TICKETS: &str = "TICKET#";

/// The sort key of a credential.
pub(crate) const CREDENTIAL_SORT: &str = "CREDENTIAL";
/// The sort key of an epoch. It is followed by all sessions, and they by nothing.
pub(crate) const EPOCH_SORT: &str = "EPOCH";
/// What the sort key of a session begins with.
pub(crate) const SESSION_SORT: &str = "SESSION#";

/// Where an item lies.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Key {
    partition: String,
    sort: String,
}

impl Key {
    pub(crate) fn account(account: AccountId) -> Self {
        Self::new(accounts(account), CREDENTIAL_SORT)
    }

    pub(crate) fn lookup(key: &LookupKey) -> Self {
        Self::new(digest(KEYS, key.as_bytes()), CREDENTIAL_SORT)
    }

    pub(crate) fn epoch(account: AccountId) -> Self {
        Self::new(accounts(account), EPOCH_SORT)
    }

    pub(crate) fn session(account: AccountId, session: SessionId) -> Self {
        Self::new(accounts(account), format!("{SESSION_SORT}{session}"))
    }

    pub(crate) fn counter(key: CounterKey) -> Self {
        Self::new(digest(COUNTERS, key.as_bytes()), "ROW")
    }

    pub(crate) fn ticket(key: TicketKey) -> Self {
        Self::new(digest(TICKETS, key.as_bytes()), "TICKET")
    }

    /// Where no item ever lies, among those of accounts.
    pub(crate) fn nowhere() -> Self {
        Self::new(ACCOUNTS.to_owned(), "NOTHING")
    }

    /// The key of an item, if it has one.
    pub(crate) fn of(item: &HashMap<String, AttributeValue>) -> Option<Self> {
        let text = |name| item.get(name)?.as_s().ok().cloned();
        Some(Self { partition: text(PARTITION)?, sort: text(SORT)? })
    }

    /// As attributes.
    pub(crate) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            (PARTITION.to_owned(), AttributeValue::S(self.partition.clone())),
            (SORT.to_owned(), AttributeValue::S(self.sort.clone())),
        ])
    }

    fn new(partition: String, sort: impl Into<String>) -> Self {
        Self { partition, sort: sort.into() }
    }
}

/// The partition of an account.
pub(crate) fn accounts(account: AccountId) -> String {
    format!("{ACCOUNTS}{account}")
}

fn digest(prefix: &str, bytes: &[u8]) -> String {
    let mut key = prefix.to_owned();
    key.push_str(&Base64UrlUnpadded::encode_string(bytes));
    key
}
