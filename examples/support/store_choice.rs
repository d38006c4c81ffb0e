//! Where an example keeps its accounts and counters: in memory, or in a table on DynamoDB.

use std::ffi::OsString;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use doorward::Store;

use crate::arguments::unclear;
use crate::failure::Failure;

/// What `--dynamodb` and `--table` say; in memory unless told.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct StoreChoice {
    /// The endpoint: `aws`, or a URL.
    pub dynamodb: Option<String>,
    /// The name of the table there.
    pub table: Option<String>,
}

/// Opens a table of this name at this endpoint.
pub(crate) type Opener = fn(String, String) -> Opening;
/// A table that is being opened.
pub(crate) type Opening = Pin<Box<dyn Future<Output = Result<Arc<dyn Store>, Failure>> + Send>>;

/// Empty where this was built without DynamoDB.
const OPENERS: &[Opener] = &[
    #[cfg(feature = "dynamodb")]
    crate::dynamo::open,
];

impl StoreChoice {
    /// The name of the table unless told.
    pub const TABLE: &str = "doorward";

    /// A table at an endpoint.
    pub fn table_at(endpoint: impl Into<String>, table: impl Into<String>) -> Self {
        Self { dynamodb: Some(endpoint.into()), table: Some(table.into()) }
    }

    /// The next value of the parser, as the endpoint.
    ///
    /// # Errors
    ///
    /// [`Failure`] where there is none.
    pub fn take_endpoint(&mut self, parser: &mut lexopt::Parser) -> Result<(), Failure> {
        self.dynamodb = Some(text(parser)?);
        Ok(())
    }

    /// The next value of the parser, as the table.
    ///
    /// # Errors
    ///
    /// [`Failure`] where there is none.
    pub fn take_table(&mut self, parser: &mut lexopt::Parser) -> Result<(), Failure> {
        self.table = Some(text(parser)?);
        Ok(())
    }

    /// A table needs an endpoint.
    ///
    /// # Errors
    ///
    /// [`Failure`] where there is a table alone.
    pub fn check(&self) -> Result<(), Failure> {
        match (&self.dynamodb, &self.table) {
            (None, Some(_)) => Err(unclear("--table is a table of --dynamodb, which is missing")),
            _ => Ok(()),
        }
    }

    /// The store of the table; `None` where it is memory. `program` is named where it has to be built
    /// otherwise.
    ///
    /// # Errors
    ///
    /// [`Failure`] where the table cannot be opened, or this was built without DynamoDB.
    pub async fn open(&self, program: &str) -> Result<Option<Arc<dyn Store>>, Failure> {
        self.open_with(OPENERS, program).await
    }

    async fn open_with(
        &self,
        openers: &[Opener],
        program: &str,
    ) -> Result<Option<Arc<dyn Store>>, Failure> {
        let Some(endpoint) = self.dynamodb.clone() else { return Ok(None) };
        let open = openers.first().ok_or_else(|| without_dynamodb(program))?;
        let table = self.table.clone().unwrap_or_else(|| Self::TABLE.to_owned());
        open(endpoint, table).await.map(Some)
    }
}

fn without_dynamodb(program: &str) -> Failure {
    Failure::of_input(format_args!(
        "--dynamodb: this program was built without the AWS SDK. With it:\n\
         cargo run --release --features dynamodb --example {program} -- --dynamodb ..."
    ))
}

/// The next value, which has to be text.
///
/// # Errors
///
/// [`Failure`] where there is none, or it is no text.
pub fn text(parser: &mut lexopt::Parser) -> Result<String, Failure> {
    let value: OsString = parser.value().map_err(unclear)?;
    value.into_string().map_err(|_| unclear("an argument is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use doorward::MemoryStore;

    use super::*;

    #[tokio::test]
    async fn without_the_feature_the_command_with_it_is_named() {
        let choice = StoreChoice::table_at("aws", "t");
        let failure = choice.open_with(&[], "replay").await.err().unwrap();
        let told = failure.to_string();
        assert!(
            told.contains("cargo run --release --features dynamodb --example replay"),
            "{told}"
        );
        assert_eq!(failure.code(), 2);
    }

    #[tokio::test]
    async fn the_table_has_a_name_and_memory_has_none() {
        let opener: Opener = |endpoint, table| {
            Box::pin(async move {
                assert_eq!((endpoint.as_str(), table.as_str()), ("aws", "doorward"));
                Ok(Arc::new(MemoryStore::new()) as Arc<dyn Store>)
            })
        };
        let choice = StoreChoice { dynamodb: Some("aws".to_owned()), table: None };
        assert!(choice.open_with(&[opener], "x").await.unwrap().is_some());
        assert!(StoreChoice::default().open_with(&[], "x").await.unwrap().is_none());
        assert!(StoreChoice { dynamodb: None, table: Some("t".to_owned()) }.check().is_err());
        assert!(choice.check().is_ok());
    }
}
