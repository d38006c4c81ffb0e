//! Letters to owners, as files: what a service would send by mail.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use doorward::{Notice, Notifier, Purpose};
use doorward_examples::failure::Failure;
use zeroize::Zeroizing;

/// A folder that only its owner reads, with one file a letter.
#[derive(Debug)]
pub(crate) struct Outbox {
    folder: PathBuf,
    written: AtomicU64,
    /// What links begin with.
    site: String,
}

impl Outbox {
    /// In this folder, or in a new one.
    pub(crate) fn open(folder: Option<&Path>, site: String) -> Result<Self, Failure> {
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => {
                let name = doorward::AccountId::generate()
                    .map_err(|error| Failure::of_run("random bytes", error))?;
                std::env::temp_dir().join(format!("doorward-outbox-{name}"))
            }
        };
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(|error| Failure::of_run(&format!("--outbox {}", folder.display()), error))?;
        // Behind those of former runs.
        let written = std::fs::read_dir(&folder)
            .map_err(|error| Failure::of_run(&format!("--outbox {}", folder.display()), error))?
            .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str()?.parse().ok())
            .max()
            .unwrap_or(0);
        Ok(Self { folder, written: AtomicU64::new(written), site })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn letter(&self, notice: &Notice) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(1_024));
        let to = notice.expose_identifier();
        // Writing to a string does not fail.
        let _ = match notice {
            Notice::Code(notice) => {
                let code = notice.code().expose_secret();
                write!(
                    text,
                    "To: {to}\n\nSomebody who has your password signs in. If it is you, the code is {code}\n"
                )
            }
            Notice::Token(notice) if notice.purpose() == Purpose::Recovery => {
                let (site, token) = (&self.site, notice.expose_token());
                write!(
                    text,
                    "To: {to}\n\nTo set a new password:\n{site}/recover/confirm?token={token}\n"
                )
            }
            Notice::Token(notice) => {
                let (purpose, token) = (notice.purpose().name(), notice.expose_token());
                write!(text, "To: {to}\n\nFor {purpose}: {token}\n")
            }
            Notice::Change(notice) => {
                let change = notice.change().name();
                write!(text, "To: {to}\n\nSomething has changed at your account: {change}\n")
            }
            _ => write!(text, "To: {to}\n\nSomething has happened at your account.\n"),
        };
        text
    }
}

#[async_trait]
impl Notifier for Outbox {
    async fn send(&self, notice: Notice) -> Result<(), Box<dyn Error + Send + Sync>> {
        let number = self.written.fetch_add(1, Ordering::Relaxed) + 1;
        let letter = self.letter(&notice);
        let path = self.folder.join(format!("{number:06}.txt"));
        // Under its name once it is whole: whoever watches the folder reads no half of a letter.
        let draft = self.folder.join(format!(".{number:06}"));
        let (from, to) = (draft.clone(), path);
        let written = move || {
            let mut options = std::fs::OpenOptions::new();
            let mut file =
                options.write(true).create(true).truncate(true).mode(0o600).open(&from)?;
            file.write_all(letter.as_bytes())?;
            std::fs::rename(&from, &to)
        };
        tokio::task::spawn_blocking(written).await??;
        Ok(())
    }
}
