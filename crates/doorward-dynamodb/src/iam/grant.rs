//! One statement of a policy.

use super::json::{list, object, text};
use crate::Api;

/// Operations that a role may ask for, and of what.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) id: &'static str,
    pub(super) apis: &'static [Api],
    pub(super) scope: Scope,
}

/// Of what.
#[derive(Debug)]
pub(super) enum Scope {
    /// Of the table, where items have no part in it.
    Table,
    /// Of items whose partition keys begin so.
    Partitions(&'static [&'static str]),
    /// Of any item, but of these attributes only.
    Attributes(&'static [&'static str]),
}

impl Grant {
    pub(super) fn statement(&self, table_arn: &str) -> String {
        let actions = self.apis.iter().filter_map(|api| api.iam_action());
        let mut parts = vec![
            ("Sid", text(self.id)),
            ("Effect", text("Allow")),
            ("Action", list(actions.map(|action| text(&action)))),
            ("Resource", text(table_arn)),
        ];
        parts.extend(self.scope.condition().map(|condition| ("Condition", condition)));
        object(parts)
    }
}

impl Scope {
    /// "All values" is true of none: each such condition comes with one that there are any.
    fn condition(&self) -> Option<String> {
        match self {
            Self::Table => None,
            Self::Partitions(prefixes) => {
                let patterns = prefixes.iter().map(|prefix| text(&format!("{prefix}*")));
                Some(object([
                    ("ForAllValues:StringLike", object([(LEADING_KEYS, list(patterns))])),
                    ("Null", object([(LEADING_KEYS, text("false"))])),
                ]))
            }
            Self::Attributes(names) => Some(object([
                (
                    "ForAllValues:StringEquals",
                    object([(ATTRIBUTES, list(names.iter().map(|name| text(name))))]),
                ),
                ("Null", object([(ATTRIBUTES, text("false"))])),
                ("StringEqualsIfExists", object([(SELECT, text("SPECIFIC_ATTRIBUTES"))])),
            ])),
        }
    }
}

const ATTRIBUTES: &str = "dynamodb:Attributes";
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";
const SELECT: &str = "dynamodb:Select";
