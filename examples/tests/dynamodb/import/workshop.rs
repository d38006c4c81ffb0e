//! Tables as logins of the usual kind have them, and the service that they are brought over to.

use std::ffi::OsString;
use std::path::PathBuf;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use doorward::store::CredentialStore as _;
use doorward::{Authenticator, Cost, HashKind, Keys, Login, Outcome};
use doorward_examples::arguments::Asked;
use doorward_examples::dynamo::Endpoint;
use doorward_examples::failure::Failure;
use doorward_examples::import_table;
use doorward_examples::import_table::arguments::ImportArguments;
use doorward_examples::import_table::migration::Migration;
use doorward_examples::import_table::profile::{PURPOSE, Profile};

use crate::emulator::{self, Item};
use crate::folder::Folder;

pub(crate) const PASSWORD: &str = "seven quiet herons";
/// Of [`PASSWORD`], by bcrypt 5.0.0 of PyPI.
pub(crate) const BCRYPT: &str = "$2b$04$rn.gu3NvS7LsGxnahXZj/OCZT8sy2MZbeg1VuJ/UrlIM3EvywYp.K";

pub(crate) const STAPLE: &str = "correct horse battery staple";
/// Of [`STAPLE`], by Werkzeug 3.1.9.
pub(crate) const PBKDF2: &str = "pbkdf2:sha256:1000$lI8GnEXUNyoeiFDL$8879fdc11ec6bec7e6f2ffd3e51f50457465e189f390d8e11fb953ecd39bb0e6";
pub(crate) const SCRYPT: &str = "scrypt:1024:8:1$77FD8R9Jj5mA29XY$cb2a0343d6952d309867882ee409394a2edfe9d3b560f7ef636fe9248c26e09f76a6ae607eb3325e812622058ce6117e22418d4f21cd3523e001623eb075a534";

/// Tokens by cryptography 50.0.2 of PyPI, under [`KEY`] and under [`OTHER_KEY`].
pub(crate) const PHONE: &str = "gAAAAABlU_EA9R5N3hFdCK2xK0PKlnxZwSmstp_Yrlj8bpxhiv7qMTSnAXsuqyFgI7InPcpVu67_yQYqyVIgTr3VZdAZSqocEw==";
pub(crate) const EMAIL: &str = "gAAAAABlU_EANQBvfXZ9Ur06ZoL2_s-bRcyrsGc3RdjNzu3QOaupR0xQyb3S3V3PX7E_IvQ4gq3DqHGlt-4dJzq5XT-jSr8zkE4klpjMHYClOpcHZvZssBU=";
pub(crate) const OTHER_PHONE: &str = "gAAAAABlU_EAk_EhMzTJ4O3N_KDyIJ5MEH3HB8mi3hJ8dn8k22qiwe3AimXZ5qNrUhFAelK3N0lzDB4A3TN2H51seWdO8rIVXg==";
pub(crate) const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
pub(crate) const OTHER_KEY: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

/// One migration: three tables, files, keys.
pub(crate) struct Workshop {
    pub(crate) folder: Folder,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) profiles: String,
    keys: Keys,
}

impl Workshop {
    /// A source without rows, in the form with `user_id`.
    pub(crate) async fn with_user_ids() -> Self {
        let workshop = Self::new();
        emulator::make_table(&workshop.from, "user_id", Some("email")).await;
        workshop
    }

    /// A source without rows, in the form with `username`.
    pub(crate) async fn with_usernames() -> Self {
        let workshop = Self::new();
        emulator::make_table(&workshop.from, "username", None).await;
        workshop
    }

    fn new() -> Self {
        Self {
            folder: Folder::new(),
            from: emulator::name("users"),
            to: emulator::name("accounts"),
            profiles: emulator::name("profiles"),
            keys: Keys::generate().unwrap(),
        }
    }

    /// So many rows that have nothing wrong.
    pub(crate) async fn fill(&self, rows: usize) {
        for number in 0..rows {
            let email = format!("person-{number}@example.com");
            self.put(&[
                ("user_id", &format!("u-{number}")),
                ("email", &email),
                ("password_hash", BCRYPT),
            ])
            .await;
        }
    }

    /// A row of texts.
    pub(crate) async fn put(&self, cells: &[(&str, &str)]) {
        emulator::put(&self.from, texts(cells)).await;
    }

    /// What the program is told; `more` behind what every test tells.
    pub(crate) fn arguments(&self, more: &[&str]) -> ImportArguments {
        let tables = ["--dynamodb", emulator::url(), "--from", &self.from, "--to", &self.to];
        let all = [&tables[..], &["--profiles", &self.profiles, "--cost=minimal"], more].concat();
        match ImportArguments::parse(all.iter().map(OsString::from)) {
            Ok(Asked::Work(arguments)) => arguments,
            other => panic!("{other:?}"),
        }
    }

    /// With a report, unless it is named already.
    pub(crate) async fn import(&self, more: &[&str]) -> Result<Migration, Failure> {
        let mut arguments = self.arguments(&[more, &["--report=unused"]].concat());
        arguments.report = Some(self.report());
        self.run(&arguments).await
    }

    pub(crate) async fn run(&self, arguments: &ImportArguments) -> Result<Migration, Failure> {
        import_table::run(arguments, self.keys()).await
    }

    /// A file with this Fernet key.
    pub(crate) fn fernet_key(&self, key: &str) -> String {
        self.folder.file("fernet.key", key).display().to_string()
    }

    pub(crate) fn report(&self) -> PathBuf {
        self.folder.path("report.csv")
    }

    /// The rows of the report, sorted.
    pub(crate) fn reported(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.report()).unwrap();
        let mut lines = text.lines().map(str::to_owned);
        assert_eq!(lines.next().unwrap(), "source_key,problem,group,reason");
        let mut lines: Vec<_> = lines.collect();
        lines.sort_unstable();
        lines
    }

    pub(crate) fn keys(&self) -> Keys {
        Keys::parse(&self.keys.expose_secret()).unwrap()
    }

    /// The service, which expects these hashes.
    pub(crate) async fn service(&self, rows: &[&str]) -> Authenticator {
        let kinds = rows.iter().map(|row| row.parse::<HashKind>().unwrap());
        Authenticator::builder()
            .store(Endpoint::parse(emulator::url()).unwrap().store(&self.to).await.unwrap())
            .keys(self.keys())
            .cost(Cost::minimal_for_tests())
            .expecting(kinds)
            .build()
            .unwrap()
    }

    /// The records, each with its account.
    pub(crate) async fn profiles(&self) -> Vec<Profile> {
        let items = emulator::scan(&self.profiles).await;
        items.iter().map(|item| Profile::from_item(item).unwrap()).collect()
    }

    /// A sealed attribute, as the service reads it.
    pub(crate) fn open(&self, profile: &Profile, name: &str) -> Option<String> {
        profile.open(name, &self.keys.keyring(PURPOSE))
    }

    /// How many accounts there are.
    pub(crate) async fn accounts(&self) -> usize {
        let store = Endpoint::parse(emulator::url()).unwrap().store(&self.to).await.unwrap();
        let (mut count, mut after) = (0, None);
        loop {
            let page = store.list(after, 500).await.unwrap();
            count += page.len();
            after = page.last().copied();
            if after.is_none() {
                return count;
            }
        }
    }
}

pub(crate) fn texts(cells: &[(&str, &str)]) -> Item {
    let cell =
        |(name, text): &(&str, &str)| ((*name).to_owned(), AttributeValue::S((*text).to_owned()));
    cells.iter().map(cell).collect()
}

/// Bytes, as boto3 stores what Python calls bytes.
pub(crate) fn bytes(text: &str) -> AttributeValue {
    AttributeValue::B(Blob::new(text))
}

pub(crate) async fn is_let_in(service: &Authenticator, identifier: &str, password: &str) -> bool {
    let home: std::net::IpAddr = "192.0.2.7".parse().unwrap();
    let login = Login::new(identifier, password).from(home);
    matches!(service.authenticate(login).await.unwrap(), Outcome::Verified(_))
}
