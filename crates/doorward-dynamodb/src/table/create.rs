//! Making the table.

use std::time::Duration;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, PointInTimeRecoverySpecification,
    ScalarAttributeType, SseSpecification, SseType, TableStatus, TimeToLiveSpecification,
};
use doorward_store::StoreError;

use crate::requests::{Repeat, Requests};
use crate::schema::{PARTITION, SORT, TTL};
use crate::store::Trouble;
use crate::table::{Encryption, TableOptions};
use crate::{Api, Cause, DynamoStore};

/// What came of [`create_table`](DynamoStore::create_table).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
#[allow(clippy::exhaustive_enums, reason = "a caller must have a plan for every answer")]
pub enum TableCreated {
    /// It is there, as it was asked for.
    Done,
    /// There was a table of this name, which is left as it was.
    Existed,
}

impl DynamoStore {
    /// Makes the table, waits until it can be used, and turns on what is turned on afterwards.
    ///
    /// The same as the templates for CloudFormation and Terraform do. If it fails half-way,
    /// [`check_table`](DynamoStore::check_table) tells what is missing; to repeat the call changes nothing in
    /// a table that exists.
    ///
    /// # Errors
    ///
    /// What befell DynamoDB: [`Misconfigured`](doorward_store::StoreErrorKind::Misconfigured) without the
    /// permission to; [`Unavailable`](doorward_store::StoreErrorKind::Unavailable) if the table was not ready
    /// within five minutes.
    pub async fn create_table(&self, options: &TableOptions) -> Result<TableCreated, StoreError> {
        let created = self.requests.create_table(options).await;
        created.map_err(|trouble| trouble.in_method("create_table"))
    }
}

impl Requests {
    async fn create_table(&self, options: &TableOptions) -> Result<TableCreated, Trouble> {
        if !self.ask_for_table(options).await? {
            return Ok(TableCreated::Existed);
        }
        self.wait_until_active().await?;
        if options.is_cleaned() {
            self.clean_up_by_ttl().await?;
        }
        if options.has_backups() {
            self.turn_backups_on().await?;
        }
        Ok(TableCreated::Done)
    }

    /// `false` if there is one already.
    async fn ask_for_table(&self, options: &TableOptions) -> Result<bool, Trouble> {
        let mut request = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest);
        for (name, kind) in [(PARTITION, KeyType::Hash), (SORT, KeyType::Range)] {
            let definition = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build();
            let element = KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
            request = request
                .attribute_definitions(definition.map_err(unbuilt)?)
                .key_schema(element.map_err(unbuilt)?);
        }
        let kms = || SseSpecification::builder().enabled(true).sse_type(SseType::Kms);
        request = match options.key() {
            Encryption::AwsManagedKey => request.sse_specification(kms().build()),
            Encryption::CustomerKey(arn) => {
                request.sse_specification(kms().kms_master_key_id(arn).build())
            }
            Encryption::DynamoDbKey => request,
        };
        if options.is_protected() {
            request = request.deletion_protection_enabled(true);
        }
        let sent =
            self.call().send(Api::CreateTable, Repeat::IfUndone, || request.clone().send()).await;
        match sent {
            Ok(_) => Ok(true),
            Err(failure) => match failure.error {
                Some(CreateTableError::ResourceInUseException(_)) => Ok(false),
                _ => Err(failure.cause.into()),
            },
        }
    }

    async fn wait_until_active(&self) -> Result<(), Trouble> {
        for _ in 0..LOOKS {
            let request = self.client.describe_table().table_name(&self.table);
            let call = self.call();
            let sent = call.send(Api::DescribeTable, Repeat::Always, || request.clone().send());
            let table = sent.await.map_err(|failure| failure.cause)?.table;
            let status = table.and_then(|table| table.table_status);
            if status == Some(TableStatus::Active) {
                return Ok(());
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Err(Cause::timeout(Api::DescribeTable).into())
    }

    async fn clean_up_by_ttl(&self) -> Result<(), Trouble> {
        let by = TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL).build();
        let request = self
            .client
            .update_time_to_live()
            .table_name(&self.table)
            .time_to_live_specification(by.map_err(unbuilt)?);
        let call = self.call();
        let sent = call.send(Api::UpdateTimeToLive, Repeat::Always, || request.clone().send());
        sent.await.map_err(|failure| failure.cause)?;
        Ok(())
    }

    async fn turn_backups_on(&self) -> Result<(), Trouble> {
        let on = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true);
        let request = self
            .client
            .update_continuous_backups()
            .table_name(&self.table)
            .point_in_time_recovery_specification(on.build().map_err(unbuilt)?);
        let api = Api::UpdateContinuousBackups;
        for _ in 0..LOOKS {
            let sent = self.call().send(api, Repeat::Always, || request.clone().send()).await;
            match sent {
                // A table that was just made is not ready for this at once.
                Err(failure) if failure.cause.code() == "ContinuousBackupsUnavailableException" => {
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                }
                Err(failure) => return Err(failure.cause.into()),
                Ok(_) => return Ok(()),
            }
        }
        Err(Cause::timeout(api).into())
    }
}

fn unbuilt(_: BuildError) -> Trouble {
    Trouble::Invalid
}

const LOOKS: u32 = 300;
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
