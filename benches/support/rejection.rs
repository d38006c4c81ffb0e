//! The kinds of rejections that nobody outside may tell apart.

use std::ops::RangeInclusive;

use doorward::{Cost, HashKind, Import, Login, MemoryStore, Outcome};
use doorward_store::FaultyStore;

use crate::door::{Door, Failure, PASSWORD, SOURCE, name};
use crate::sample::Sample;
use crate::stopwatch::Took;

/// A kind of rejection, and what was seen of it.
#[derive(Debug)]
pub struct Rejection {
    /// Its name, in a word.
    pub name: &'static str,
    /// What it is.
    pub says: String,
    account: Account,
    password: String,
    /// Times on the wall clock.
    pub wall: Sample,
    /// Times of the processor.
    pub processor: Sample,
    calls: Option<RangeInclusive<u64>>,
    blocks: Option<RangeInclusive<u64>>,
}

/// Whose identifier it is.
#[derive(Debug)]
enum Account {
    Nobodys,
    WithoutPassword,
    Ours {
        disabled: bool,
    },
    /// Hashed at another cost, and left as it is.
    Former(Cost),
    /// Brought over with this row.
    Imported(&'static str),
}

/// A hash of another system: the option's word for it, what it is, and a row whose password nobody knows.
type Other = (&'static str, &'static str, &'static str);

/// What `--imports` can name.
const OTHERS: &[Other] = &[
    ("bcrypt", "bcrypt of cost 10", "$2b$10$abcdefghijklmnopqrstuuhyxe57jaPf.FFjLBHfR7fAOmRHLb04."),
    (
        "pbkdf2",
        "PBKDF2-SHA256 of 120,000",
        "pbkdf2_sha256$120000$saltsalt$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ),
    ("phpass", "phpass of 8,192", "$P$Babcdefgh2xZC94.GYVvMGXEuKZ0/0."),
    (
        "scrypt",
        "scrypt of 16 MiB",
        "$scrypt$ln=14,r=8,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ),
    (
        "sha-crypt",
        "sha512-crypt of 5,000",
        "$6$saltsalt$......................................................................................",
    ),
    ("ssha", "salted SHA-1 of LDAP", "{SSHA}p7+FaZDSDkPAOMUzhbhBIZf/TRxzYWx0"),
];

impl Rejection {
    /// All there are beside each other in one table: those of accounts of our own, and those of `imports`,
    /// a list of words between commas. `former` is one that a former cost made.
    ///
    /// # Errors
    ///
    /// [`Failure`] names a word that is not known.
    pub fn all(imports: &str, former: Cost) -> Result<Vec<Self>, Failure> {
        let ours = Account::Ours { disabled: false };
        let wrong = "seven quiet falcon";
        let mut all = vec![
            Self::new("wrong", "wrong password", ours, wrong),
            Self::new(
                "again",
                "wrong password: a control",
                Account::Ours { disabled: false },
                wrong,
            ),
            Self::new("unknown", "nobody's identifier", Account::Nobodys, PASSWORD),
            Self::new("none", "account without a password", Account::WithoutPassword, PASSWORD),
            Self::new(
                "disabled",
                "right password, shut account",
                Account::Ours { disabled: true },
                PASSWORD,
            ),
            Self::new(
                "overlong",
                "password of 4096 bytes",
                Account::Ours { disabled: false },
                &"h".repeat(4_096),
            ),
            Self::new("empty", "empty password", Account::Ours { disabled: false }, ""),
        ];
        for word in imports.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            if word == "former" {
                let says = format!("hash of {former}");
                all.push(Self::new("former", &says, Account::Former(former), wrong));
                continue;
            }
            let known: Vec<_> = OTHERS.iter().map(|(word, _, _)| *word).collect();
            let (name, says, row) =
                OTHERS.iter().find(|(name, _, _)| *name == word).ok_or_else(|| {
                    format!("--imports {word}: say some of former,{}", known.join(","))
                })?;
            all.push(Self::new(name, says, Account::Imported(row), wrong));
        }
        Ok(all)
    }

    fn new(name: &'static str, says: &str, account: Account, password: &str) -> Self {
        Self {
            name,
            says: says.to_owned(),
            account,
            password: password.to_owned(),
            wall: Sample::default(),
            processor: Sample::default(),
            calls: None,
            blocks: None,
        }
    }

    /// What the door has to expect for it.
    ///
    /// # Errors
    ///
    /// [`Failure`] when a row is none.
    pub fn kind(&self) -> Result<Option<HashKind>, Failure> {
        match &self.account {
            Account::Imported(row) => Ok(Some(row.parse()?)),
            Account::Former(cost) => {
                let salt_and_digest =
                    "c2FsdHNhbHRzYWx0c2E$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
                Ok(Some(format!("$argon2id$v=19${cost}${salt_and_digest}").parse()?))
            }
            _ => Ok(None),
        }
    }

    /// The cost at which its accounts are made, where it is another than the door's.
    pub fn former_cost(&self) -> Option<Cost> {
        match self.account {
            Account::Former(cost) => Some(cost),
            _ => None,
        }
    }

    /// Makes an account of this kind.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it could not be made.
    pub fn make(&self, door: &Door, number: usize) -> Result<(), Failure> {
        let identifier = name(self.name, number);
        match &self.account {
            Account::Nobodys => Ok(()),
            Account::WithoutPassword => {
                door.import(&identifier, Import::without_password(&*identifier))
            }
            Account::Imported(row) => door.import(&identifier, Import::new(&*identifier, *row)),
            Account::Former(_) => door.register(&identifier),
            Account::Ours { disabled } => {
                door.register(&identifier)?;
                if *disabled { door.disable(&identifier) } else { Ok(()) }
            }
        }
    }

    /// One attempt of this kind, by one of its identifiers.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it was not rejected.
    pub fn attempt(
        &mut self,
        door: &Door,
        store: &FaultyStore<MemoryStore>,
        number: usize,
    ) -> Result<Took, Failure> {
        door.forget();
        store.reset_log();
        let before = door.auth().hashing().blocks;
        let login = Login::new(name(self.name, number), self.password.as_str()).from(SOURCE);
        let (outcome, took) = door.timed(login)?;
        if !matches!(outcome, Outcome::Rejected) {
            return Err(format!("{} was not rejected: {outcome:?}", self.name).into());
        }
        widen(&mut self.calls, store.calls().len() as u64);
        widen(&mut self.blocks, door.auth().hashing().blocks - before);
        Ok(took)
    }

    /// Its name and what it is.
    pub fn title(&self) -> String {
        format!("{:<9} {}", self.name, self.says)
    }

    /// The calls to the store that each attempt made.
    pub fn calls(&self) -> String {
        shown(&self.calls)
    }

    /// The Argon2 blocks that each attempt computed.
    pub fn blocks(&self) -> String {
        shown(&self.blocks)
    }
}

fn widen(seen: &mut Option<RangeInclusive<u64>>, value: u64) {
    let (low, high) = seen.take().map_or((value, value), RangeInclusive::into_inner);
    *seen = Some(low.min(value)..=high.max(value));
}

fn shown(seen: &Option<RangeInclusive<u64>>) -> String {
    match seen {
        Some(range) if range.start() == range.end() => range.start().to_string(),
        Some(range) => format!("{}..{}", range.start(), range.end()),
        None => String::new(),
    }
}
