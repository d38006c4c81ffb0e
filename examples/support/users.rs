//! The accounts of a replay: `identifier,password`.

use std::path::Path;

use doorward::Password;
use unicode_normalization::UnicodeNormalization;

use crate::problems::Problems;
use crate::sheet::Sheet;

/// One account to import.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) line: u64,
    pub(crate) identifier: String,
    pub(crate) password: Password,
}

/// The accounts of one file.
#[derive(Debug)]
pub struct Users {
    /// The file, as the person called it.
    pub(crate) file: String,
    pub(crate) rows: Vec<User>,
}

impl Users {
    /// Reads the file; what is wrong is added to `problems`.
    ///
    /// Whether an identifier or a password can be registered is for
    /// [`enrolment::check`](crate::enrolment::check) to say.
    pub fn read(path: &Path, problems: &mut Problems) -> Self {
        let sheet = Sheet::read(path, &[&["identifier", "password"]], problems);
        let rows = sheet.rows.iter().map(|row| User {
            line: row.line,
            identifier: row.cell(0).to_owned(),
            password: Password::from(row.cell(1)),
        });
        Self { rows: rows.collect(), file: sheet.file }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }
}

/// One form for the spellings that name one account: what doorward folds, folded here too, to know
/// whose device a label is.
pub(crate) fn spelling(identifier: &str) -> String {
    let upper = identifier.nfkc().flat_map(char::to_uppercase);
    let folded: String = upper.flat_map(char::to_lowercase).collect();
    folded.nfkc().collect::<String>().trim().to_owned()
}
