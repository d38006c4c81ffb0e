//! What each part of a deployment may do to the table.

mod grant;
mod json;

use self::grant::{Grant, Scope};
use crate::Api;
use crate::schema::{ACCOUNTS, COUNTERS, KEYS, PARTITION, SORT, TICKETS};

/// A part of a deployment, and what it may do to the table.
///
/// Three, so that what answers on the network can neither change the table nor read all of it, and what makes
/// the table can read no item. Within the account items, conditions of IAM go by partition keys only: who may
/// write an account's credential may write its sessions.
///
/// ```
/// use doorward_dynamodb::Role;
///
/// let arn = "arn:aws:dynamodb:eu-central-1:111122223333:table/doorward";
/// assert!(Role::LoginService.policy(arn).contains("dynamodb:GetItem"));
/// assert!(!Role::LoginService.policy(arn).contains("dynamodb:Scan"));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Role {
    /// A service that logs in, registers, recovers, keeps sessions: every method of the store but `list`, and
    /// [`check_transactions`](crate::DynamoStore::check_transactions).
    ///
    /// One role for all of these: a login alone needs nearly the same, since it counts attempts, renews
    /// hashes and opens sessions.
    LoginService,
    /// Whoever makes and checks the table, with no access to any item.
    Administrator,
    /// Imports of accounts, and passes over all of them: `insert`, `fetch`, `replace`, `rekey` and `list`. It
    /// scans, but the scan may ask for keys only. No counters and no tickets; wanted while a pass runs only.
    Migration,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::LoginService, Self::Administrator, Self::Migration];

    /// Its name, as in the name of its file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoginService => "login-service",
            Self::Administrator => "administrator",
            Self::Migration => "migration",
        }
    }

    /// The IAM policy that allows what this role needs of the table with this ARN, and nothing else: JSON, the
    /// same text every time.
    ///
    /// It says nothing of KMS. A table under a key of your own needs a statement in the policy of that
    /// key, which the README of this crate has.
    #[must_use]
    pub fn policy(self, table_arn: &str) -> String {
        let statements = self.grants().iter().map(|grant| grant.statement(table_arn));
        json::object([("Version", json::text("2012-10-17")), ("Statement", json::list(statements))])
    }

    fn grants(self) -> &'static [Grant] {
        match self {
            Self::LoginService => LOGIN_SERVICE,
            Self::Administrator => ADMINISTRATOR,
            Self::Migration => MIGRATION,
        }
    }
}

const LOGIN_SERVICE: &[Grant] = &[
    Grant {
        id: "AnyItem",
        apis: &[Api::DeleteItem, Api::GetItem, Api::PutItem],
        scope: Scope::Partitions(&[ACCOUNTS, COUNTERS, KEYS, TICKETS]),
    },
    Grant {
        id: "AccountsAndCounters",
        apis: &[Api::BatchGetItem, Api::UpdateItem],
        scope: Scope::Partitions(&[ACCOUNTS, COUNTERS, KEYS]),
    },
    Grant { id: "SessionsOfAnAccount", apis: &[Api::Query], scope: Scope::Partitions(&[ACCOUNTS]) },
];

const ADMINISTRATOR: &[Grant] = &[Grant {
    id: "Table",
    apis: &[
        Api::CreateTable,
        Api::DescribeContinuousBackups,
        Api::DescribeTable,
        Api::DescribeTimeToLive,
        Api::UpdateContinuousBackups,
        Api::UpdateTimeToLive,
    ],
    scope: Scope::Table,
}];

const MIGRATION: &[Grant] = &[
    Grant {
        id: "Accounts",
        apis: &[Api::PutItem, Api::UpdateItem],
        scope: Scope::Partitions(&[ACCOUNTS, KEYS]),
    },
    Grant { id: "Account", apis: &[Api::GetItem], scope: Scope::Partitions(&[ACCOUNTS]) },
    Grant { id: "ReleasedKeys", apis: &[Api::DeleteItem], scope: Scope::Partitions(&[KEYS]) },
    Grant {
        id: "KeysOfAllItems",
        apis: &[Api::Scan],
        scope: Scope::Attributes(&[PARTITION, SORT]),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_of_a_grant_has_an_action_and_a_role_has_it_once() {
        for role in Role::ALL {
            let apis = role.grants().iter().flat_map(|grant| grant.apis);
            assert!(apis.clone().all(|api| api.iam_action().is_some()), "{role:?}");
            let mut distinct: Vec<_> = apis.clone().collect();
            distinct.sort();
            distinct.dedup();
            assert_eq!(distinct.len(), apis.count(), "{role:?}");
        }
    }

    #[test]
    fn a_name_cannot_break_out_of_the_policy() {
        let policy = Role::Administrator.policy("t\", \"Effect\": \"Deny\\\n");
        let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
        assert_eq!(policy["Statement"][0]["Resource"], "t\", \"Effect\": \"Deny\\\n");
        assert_eq!(policy["Statement"][0]["Effect"], "Allow");
    }
}
