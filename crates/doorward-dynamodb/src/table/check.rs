//! Checking the table.

use aws_sdk_dynamodb::types::TableDescription;
use doorward_store::StoreError;
use futures_util::future::try_join3;

use crate::expression::Placeholders;
use crate::requests::{Repeat, Requests};
use crate::schema::{Key, PARTITION};
use crate::store::Trouble;
use crate::table::findings::{of_backups, of_cleaning, of_table};
use crate::table::{TableProblem, TableReport};
use crate::transaction::Write;
use crate::{Api, Cause, DynamoStore};

impl DynamoStore {
    /// Compares the table with what [`create_table`](Self::create_table) makes by default: three requests, none
    /// of which reads an item. For deployments and monitoring; it takes the rights of
    /// [`Role::Administrator`](crate::Role::Administrator).
    ///
    /// What this service may not ask, and what an emulator does not know, is a
    /// [problem](TableProblem::Unchecked) of the report and no error.
    ///
    /// # Errors
    ///
    /// [`Misconfigured`](doorward_store::StoreErrorKind::Misconfigured) if there is no such table; otherwise
    /// what befell DynamoDB.
    pub async fn check_table(&self) -> Result<TableReport, StoreError> {
        let checked = self.requests.check_table().await;
        checked.map_err(|trouble| trouble.in_method("check_table"))
    }

    /// Whether the table can be reached with the rights of a login service, and has transactions, without which
    /// nothing keeps identifiers unique. For the start of a service.
    ///
    /// One transaction that asks to remove an item that is never there: it changes nothing, and costs two
    /// write units.
    ///
    /// # Errors
    ///
    /// [`Misconfigured`](doorward_store::StoreErrorKind::Misconfigured) if there is no such table, the
    /// credentials do not allow it, or the engine has no transactions, such as ScyllaDB Alternator; otherwise
    /// what befell DynamoDB.
    pub async fn check_transactions(&self) -> Result<(), StoreError> {
        let checked = self.requests.check_transactions().await;
        checked.map_err(|cause| Trouble::from(cause).in_method("check_transactions"))
    }
}

impl Requests {
    async fn check_table(&self) -> Result<TableReport, Trouble> {
        let (table, cleaning, backups) =
            try_join3(self.check_description(), self.check_cleaning(), self.check_backups())
                .await?;
        let mut problems: Vec<_> = table.into_iter().chain(cleaning).chain(backups).collect();
        problems.sort_by_key(|problem| !problem.is_fatal());
        Ok(TableReport::new(problems))
    }

    async fn check_description(&self) -> Result<Vec<TableProblem>, Trouble> {
        let request = self.client.describe_table().table_name(&self.table);
        let sent =
            self.call().send(Api::DescribeTable, Repeat::Always, || request.clone().send()).await;
        match sent {
            Ok(answer) => {
                let nothing = || TableDescription::builder().build();
                Ok(of_table(&answer.table.unwrap_or_else(nothing)))
            }
            Err(failure) => Ok(vec![unchecked(failure.cause)?]),
        }
    }

    async fn check_cleaning(&self) -> Result<Option<TableProblem>, Trouble> {
        let request = self.client.describe_time_to_live().table_name(&self.table);
        let api = Api::DescribeTimeToLive;
        match self.call().send(api, Repeat::Always, || request.clone().send()).await {
            Ok(answer) => Ok(of_cleaning(answer.time_to_live_description())),
            Err(failure) => unchecked(failure.cause).map(Some),
        }
    }

    async fn check_backups(&self) -> Result<Option<TableProblem>, Trouble> {
        let request = self.client.describe_continuous_backups().table_name(&self.table);
        let api = Api::DescribeContinuousBackups;
        match self.call().send(api, Repeat::Always, || request.clone().send()).await {
            Ok(answer) => Ok(of_backups(answer.continuous_backups_description())),
            Err(failure) => unchecked(failure.cause).map(Some),
        }
    }

    async fn check_transactions(&self) -> Result<(), Cause> {
        let mut placeholders = Placeholders::default();
        let is_there = format!("attribute_exists({})", placeholders.name(PARTITION));
        let write = Write::delete(self, &Key::nowhere(), is_there, placeholders)?;
        self.call().transact(vec![write]).await.map(drop)
    }
}

fn unchecked(cause: Cause) -> Result<TableProblem, Trouble> {
    if !cause.is_unanswerable() {
        return Err(cause.into());
    }
    Ok(TableProblem::Unchecked { api: cause.api(), code: cause.code().to_owned() })
}
