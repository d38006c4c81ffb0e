//! The operations of DynamoDB that the store issues.

use std::fmt;

/// An operation of DynamoDB's API, as IAM policies and its documentation name it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Api {
    /// Several items by key.
    BatchGetItem,
    /// Makes the table.
    CreateTable,
    /// Removes an item.
    DeleteItem,
    /// What backups there are of the table.
    DescribeContinuousBackups,
    /// What the table is like.
    DescribeTable,
    /// By what the table cleans up.
    DescribeTimeToLive,
    /// One item by key.
    GetItem,
    /// Writes an item.
    PutItem,
    /// The items of one partition.
    Query,
    /// All items.
    Scan,
    /// Writes several items, or none.
    TransactWriteItems,
    /// Turns backups on.
    UpdateContinuousBackups,
    /// Changes an item.
    UpdateItem,
    /// Turns cleaning up on.
    UpdateTimeToLive,
}

impl Api {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 14] = [
        Self::BatchGetItem,
        Self::CreateTable,
        Self::DeleteItem,
        Self::DescribeContinuousBackups,
        Self::DescribeTable,
        Self::DescribeTimeToLive,
        Self::GetItem,
        Self::PutItem,
        Self::Query,
        Self::Scan,
        Self::TransactWriteItems,
        Self::UpdateContinuousBackups,
        Self::UpdateItem,
        Self::UpdateTimeToLive,
    ];

    /// Its name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BatchGetItem => "BatchGetItem",
            Self::CreateTable => "CreateTable",
            Self::DeleteItem => "DeleteItem",
            Self::DescribeContinuousBackups => "DescribeContinuousBackups",
            Self::DescribeTable => "DescribeTable",
            Self::DescribeTimeToLive => "DescribeTimeToLive",
            Self::GetItem => "GetItem",
            Self::PutItem => "PutItem",
            Self::Query => "Query",
            Self::Scan => "Scan",
            Self::TransactWriteItems => "TransactWriteItems",
            Self::UpdateContinuousBackups => "UpdateContinuousBackups",
            Self::UpdateItem => "UpdateItem",
            Self::UpdateTimeToLive => "UpdateTimeToLive",
        }
    }

    /// The action of IAM that allows it. `None` for a transaction, which needs those of its members.
    ///
    /// ```
    /// use doorward_dynamodb::Api;
    ///
    /// assert_eq!(Api::GetItem.iam_action().as_deref(), Some("dynamodb:GetItem"));
    /// assert_eq!(Api::TransactWriteItems.iam_action(), None);
    /// ```
    #[must_use]
    pub fn iam_action(self) -> Option<String> {
        (self != Self::TransactWriteItems).then(|| format!("dynamodb:{self}"))
    }

    /// Whether it consumes write units; the others consume read units, or none.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::DeleteItem | Self::PutItem | Self::TransactWriteItems | Self::UpdateItem
        )
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_in_the_order_of_their_numbers() {
        for (at, api) in Api::ALL.into_iter().enumerate() {
            assert_eq!(api as usize, at, "{api}");
        }
    }
}
