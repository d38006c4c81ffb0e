//! What may be wrong with a table.

use thiserror::Error;

use crate::Api;
use crate::schema::{PARTITION, SORT, TTL};

/// What is wrong with a table. Its text says so, and what to do about it.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum TableProblem {
    /// The partition key is another one.
    #[error(
        "the partition key is {found}, not `{}` of type S; keys cannot be changed: make a new table",
        PARTITION
    )]
    PartitionKey {
        /// Its name and type.
        found: String,
    },
    /// The sort key is another one, or there is none.
    #[error(
        "the sort key is {found}, not `{}` of type S; keys cannot be changed: make a new table",
        SORT
    )]
    SortKey {
        /// Its name and type.
        found: String,
    },
    /// The table cannot be used now, or no more.
    #[error(
        "the table is {status}; wait until it is ACTIVE, and look at its KMS key if it does not become so"
    )]
    NotActive {
        /// Its status, as DynamoDB names it.
        status: String,
    },
    /// The table has no transactions, and so nothing would keep identifiers unique.
    #[error(
        "a table that is strongly consistent across regions has no transactions; make one in a single region"
    )]
    NoTransactions,
    /// Other regions have the table as well. Conditions hold within one region: two registrations of one
    /// identifier in two regions both succeed, one of them is lost, and a logout is not seen at once.
    #[error("the table has replicas in {}; read and write it in one region only, or remove them", .regions.join(", "))]
    Replicated {
        /// Where.
        regions: Vec<String>,
    },
    /// What has expired stays, and is paid for.
    #[error("DynamoDB does not clean the table up; turn time to live on, by `{}`", TTL)]
    NotCleanedUp,
    /// DynamoDB goes by another attribute: what has expired stays, or what has not goes.
    #[error(
        "DynamoDB cleans the table up by `{attribute}`; turn that off, and time to live by `{}` on",
        TTL
    )]
    CleanedUpByAnother {
        /// Its name.
        attribute: String,
    },
    /// What is overwritten or deleted is gone.
    #[error("there is no point-in-time recovery; turn it on")]
    NotBackedUp,
    /// DynamoDB encrypts it under a key of its own: uses of the key are in no audit log of yours.
    #[error("the table is not encrypted under a KMS key; switch its encryption to SSEType KMS")]
    NotUnderKmsKey,
    /// One call removes every account.
    #[error("the table is not protected from deletion; turn deletion protection on")]
    NotProtected,
    /// A flood of logins uses the capacity up, and owners are turned away with it.
    #[error(
        "the capacity is provisioned: {read} read and {write} write units; switch to capacity on demand"
    )]
    ProvisionedCapacity {
        /// Read units a second.
        read: i64,
        /// Write units a second.
        write: i64,
    },
    /// Nothing here reads it; each write pays for it, and it holds copies of credentials.
    #[error("nothing here reads the index `{name}`, and every write pays for it; remove it")]
    UnusedIndex {
        /// Its name.
        name: String,
    },
    /// This service may not look, or the engine does not know the operation.
    #[error("{} could not be checked: {api} says {code}; {}", subject(.api), remedy(.api, .code))]
    Unchecked {
        /// The operation that would have told.
        api: Api,
        /// What came instead.
        code: String,
    },
}

impl TableProblem {
    /// Whether the store cannot work with such a table at all.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        match self {
            Self::PartitionKey { .. }
            | Self::SortKey { .. }
            | Self::NotActive { .. }
            | Self::NoTransactions => true,
            Self::Replicated { .. }
            | Self::NotCleanedUp
            | Self::CleanedUpByAnother { .. }
            | Self::NotBackedUp
            | Self::NotUnderKmsKey
            | Self::NotProtected
            | Self::ProvisionedCapacity { .. }
            | Self::UnusedIndex { .. }
            | Self::Unchecked { .. } => false,
        }
    }
}

fn subject(api: &Api) -> &'static str {
    match api {
        Api::DescribeTimeToLive => "the cleaning up",
        Api::DescribeContinuousBackups => "point-in-time recovery",
        _ => "the table",
    }
}

fn remedy(api: &Api, code: &str) -> String {
    match (code, api.iam_action()) {
        ("UnknownOperationException", _) | (_, None) => {
            "this engine does not have it; do not keep real accounts there".to_owned()
        }
        (_, Some(action)) => format!("allow {action} to whoever checks"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_what_is_wrong_and_what_to_do() {
        let unchecked = |code: &str| TableProblem::Unchecked {
            api: Api::DescribeTimeToLive,
            code: code.into(),
        };
        for (problem, text) in [
            (
                TableProblem::SortKey { found: "`range` of type N".into() },
                "the sort key is `range` of type N, not `sk` of type S; keys cannot be changed: make a new table",
            ),
            (
                TableProblem::Replicated { regions: vec!["eu-west-1".into(), "us-east-1".into()] },
                "the table has replicas in eu-west-1, us-east-1; read and write it in one region only, or remove them",
            ),
            (
                unchecked("AccessDeniedException"),
                "the cleaning up could not be checked: DescribeTimeToLive says AccessDeniedException; allow dynamodb:DescribeTimeToLive to whoever checks",
            ),
            (
                unchecked("UnknownOperationException"),
                "the cleaning up could not be checked: DescribeTimeToLive says UnknownOperationException; this engine does not have it; do not keep real accounts there",
            ),
        ] {
            assert_eq!(problem.to_string(), text);
        }
    }
}
