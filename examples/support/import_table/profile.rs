//! What a row has beside identifier and hash: the service's own record of an account.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use doorward::AccountId;
use doorward::fields::{Context, Envelope, Keyring, Place};

use crate::dynamo::Endpoint;
use crate::failure::Failure;

use super::reading::{Reading, Unreadable, text_of};
use super::source::{Item, failed};

/// The name that [`Keys::keyring`](doorward::Keys::keyring) is asked for.
pub const PURPOSE: &str = "profiles";

/// The record of one account.
///
/// What was sealed with Fernet, and the identifier as it was typed, is sealed for this account: moved to
/// another, it does not open. All else is as it was. The hash is not in it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Profile {
    /// Whose it is.
    pub account: AccountId,
    /// As they were.
    pub attributes: HashMap<String, AttributeValue>,
    /// Sealed.
    pub sealed: BTreeMap<String, Envelope>,
}

impl Profile {
    /// Makes the record of a row.
    pub(crate) fn seal(
        account: AccountId,
        item: &Item,
        reading: &Reading,
        keyring: &Keyring,
    ) -> Result<Self, Unreadable> {
        let (mut attributes, mut sealed) = (HashMap::new(), BTreeMap::new());
        for (name, value) in item.iter().filter(|(name, _)| **name != reading.hash) {
            let place = context(&account, name);
            let plain = match reading.token(name, value)? {
                Some(token) => reading.open(name, token)?,
                None if *name == reading.identifier => {
                    text_of(value).unwrap_or_default().as_bytes().to_vec()
                }
                None => {
                    attributes.insert(name.clone(), value.clone());
                    continue;
                }
            };
            let envelope = keyring.seal(&place, &plain);
            let envelope = envelope.map_err(|error| Unreadable::Import(error.to_string()))?;
            sealed.insert(name.clone(), envelope);
        }
        Ok(Self { account, attributes, sealed })
    }

    /// Opens a sealed attribute, as the service does. `None`: there is none of that name, it is not text, or
    /// it was moved or changed.
    pub fn open(&self, name: &str, keyring: &Keyring) -> Option<String> {
        let opened = keyring.open(&context(&self.account, name), self.sealed.get(name)?).ok()?;
        String::from_utf8(opened.expose_secret().to_vec()).ok()
    }

    /// Reads an item of the table. `None` for one that is no record.
    pub fn from_item(item: &HashMap<String, AttributeValue>) -> Option<Self> {
        let account = item.get(ACCOUNT)?.as_s().ok()?.parse().ok()?;
        let attributes = item.get(ATTRIBUTES)?.as_m().ok()?.clone();
        let envelope = |(name, value): (&String, &AttributeValue)| {
            let envelope = Envelope::parse(value.as_b().ok()?.as_ref()).ok()?;
            Some((name.clone(), envelope))
        };
        let sealed = item.get(SEALED)?.as_m().ok()?.iter().map(envelope).collect::<Option<_>>()?;
        Some(Self { account, attributes, sealed })
    }

    fn into_item(self) -> Item {
        let blob = |envelope: Envelope| AttributeValue::B(Blob::new(envelope.into_bytes()));
        let sealed = self.sealed.into_iter().map(|(name, envelope)| (name, blob(envelope)));
        Item::from([
            (ACCOUNT.to_owned(), AttributeValue::S(self.account.to_string())),
            (ATTRIBUTES.to_owned(), AttributeValue::M(self.attributes)),
            (SEALED.to_owned(), AttributeValue::M(sealed.collect())),
        ])
    }
}

/// The table of the records.
#[derive(Debug)]
pub(crate) struct Profiles {
    client: Client,
    table: String,
}

impl Profiles {
    /// The table of this name. On an emulator one that is missing is made.
    pub(crate) async fn open(
        endpoint: &Endpoint,
        client: Client,
        table: &str,
    ) -> Result<Self, Failure> {
        let profiles = Self { client, table: table.to_owned() };
        if endpoint.is_emulator() {
            profiles.create().await?;
        }
        let described = profiles.client.describe_table().table_name(table).send().await;
        match described {
            Ok(_) => Ok(profiles),
            Err(error) if error.code() == Some("ResourceNotFoundException") => {
                Err(Failure::of_input(format_args!(
                    "there is no table `{table}`: make it, keyed by the text `{ACCOUNT}`, with backups and \
                     encrypted like that of the accounts"
                )))
            }
            Err(error) => Err(failed(table, &error)),
        }
    }

    /// Writes a record, unless there is one: since then the service may have changed it.
    pub(crate) async fn put(&self, profile: Profile) -> Result<(), Failure> {
        let request = self.client.put_item().table_name(&self.table);
        let request = request.set_item(Some(profile.into_item()));
        let request = request.condition_expression(format!("attribute_not_exists({ACCOUNT})"));
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(()),
            Err(error) => Err(failed(&self.table, &error)),
        }
    }

    async fn create(&self) -> Result<(), Failure> {
        let unbuilt = |error| Failure::of_run("a table", error);
        let attribute = AttributeDefinition::builder()
            .attribute_name(ACCOUNT)
            .attribute_type(ScalarAttributeType::S);
        let key = KeySchemaElement::builder().attribute_name(ACCOUNT).key_type(KeyType::Hash);
        let request = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute.build().map_err(unbuilt)?)
            .key_schema(key.build().map_err(unbuilt)?);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("ResourceInUseException") => Ok(()),
            Err(error) => Err(failed(&self.table, &error)),
        }
    }
}

fn context<'a>(account: &'a AccountId, name: &'a str) -> Context<'a> {
    let record = account.as_bytes();
    Context::new(Place { tenant: "default", table: "profiles", record, field: name, version: 1 })
}

const ACCOUNT: &str = "account";
const ATTRIBUTES: &str = "attributes";
const SEALED: &str = "sealed";
