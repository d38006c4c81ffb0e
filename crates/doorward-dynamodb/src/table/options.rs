//! What a new table is to have.

/// What a new table is to have.
///
/// By default everything that a table with people's credentials should have: encryption at rest under a KMS
/// key, backups of the last 35 days to the second, protection from deletion, and the attribute by which DynamoDB
/// cleans up. Always: capacity on demand.
///
/// ```
/// use doorward_dynamodb::{Encryption, TableOptions};
///
/// let arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
/// let options = TableOptions::default().encryption(Encryption::CustomerKey(arn.into()));
/// assert!(options.has_backups() && options.is_protected());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct TableOptions {
    encryption: Encryption,
    backups: bool,
    cleaning: bool,
    deletion_protection: bool,
}

/// Under which key DynamoDB encrypts the table at rest.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Encryption {
    /// A KMS key in your account that AWS manages: its uses are in your audit log.
    #[default]
    AwsManagedKey,
    /// A KMS key of your own, by its ARN: you can take it away.
    CustomerKey(String),
    /// A key of DynamoDB's, which leaves no trace in your audit log: for emulators.
    DynamoDbKey,
}

impl TableOptions {
    /// None of it: emulators have no keys and no backups, and what runs on them may have a clock of its own, by
    /// which nothing has expired that they would clean away by theirs.
    pub fn for_emulators() -> Self {
        Self {
            encryption: Encryption::DynamoDbKey,
            backups: false,
            cleaning: false,
            deletion_protection: false,
        }
    }

    /// Cleaned up by DynamoDB, or not: then what has expired is refused as ever, and stays and is paid for.
    ///
    /// It goes by the clock of DynamoDB. A service on a clock that is days behind would lose counts to it.
    pub fn cleaning(self, cleaning: bool) -> Self {
        Self { cleaning, ..self }
    }

    /// Encrypted under this key.
    pub fn encryption(self, encryption: Encryption) -> Self {
        Self { encryption, ..self }
    }

    /// With point-in-time recovery, or without: then what is deleted or overwritten is gone.
    pub fn backups(self, backups: bool) -> Self {
        Self { backups, ..self }
    }

    /// Protected from deletion, or not: then one call removes every account.
    pub fn deletion_protection(self, deletion_protection: bool) -> Self {
        Self { deletion_protection, ..self }
    }

    /// Under which key it is encrypted.
    #[must_use]
    pub fn key(&self) -> &Encryption {
        &self.encryption
    }

    /// Whether DynamoDB cleans up what has expired.
    #[must_use]
    pub fn is_cleaned(&self) -> bool {
        self.cleaning
    }

    /// Whether it has point-in-time recovery.
    #[must_use]
    pub fn has_backups(&self) -> bool {
        self.backups
    }

    /// Whether it is protected from deletion.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.deletion_protection
    }
}

impl Default for TableOptions {
    fn default() -> Self {
        Self {
            encryption: Encryption::default(),
            backups: true,
            cleaning: true,
            deletion_protection: true,
        }
    }
}
