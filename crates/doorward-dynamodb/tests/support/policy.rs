//! IAM, as far as the policies of this crate use it.

use std::collections::BTreeSet;

use doorward_dynamodb::{Api, Role};
use serde_json::Value;

use super::recorder::Request;

/// What a request needs to be allowed: an action, on these partition keys, with these attributes.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Need {
    pub action: String,
    /// Of the items that it names. None for operations on the table, and for a scan.
    pub keys: Vec<String>,
    /// Of a scan, what it asks for.
    pub attributes: Vec<String>,
}

impl Need {
    /// Those of a request. A transaction has one for each of its members.
    pub fn of(request: &Request) -> Vec<Self> {
        let Request { api, body } = request;
        let one = |keys| vec![Self::new(action(api), keys)];
        match api.as_str() {
            "DeleteItem" | "GetItem" | "UpdateItem" => one(vec![partition(&body["Key"])]),
            "PutItem" => one(vec![partition(&body["Item"])]),
            "BatchGetItem" => {
                let tables = body["RequestItems"].as_object().unwrap().values();
                let keys = tables.flat_map(|table| table["Keys"].as_array().unwrap());
                one(keys.map(partition).collect())
            }
            "Query" => one(vec![queried(body)]),
            "Scan" => vec![Self { attributes: named(body), ..Self::new(action(api), vec![]) }],
            "TransactWriteItems" => {
                body["TransactItems"].as_array().unwrap().iter().flat_map(member).collect()
            }
            _ => one(vec![]),
        }
    }

    fn new(action: String, keys: Vec<String>) -> Self {
        Self { action, keys, attributes: vec![] }
    }
}

/// The policies of a caller: what one of them allows is allowed.
#[derive(Debug)]
pub struct Policies(Vec<Value>);

impl Policies {
    pub fn of(roles: &[Role]) -> Self {
        let arn = "arn:aws:dynamodb:eu-central-1:111122223333:table/doorward";
        let read = |role: &Role| serde_json::from_str(&role.policy(arn)).unwrap();
        Self(roles.iter().map(read).collect())
    }

    pub fn allow(&self, request: &Request) -> bool {
        let allows = |need: &Need| self.statements().any(|statement| allows(statement, need));
        Need::of(request).iter().all(allows)
    }

    /// Every action that is allowed, with the beginning of each partition key that it is allowed on; with
    /// nothing where keys have no part in it.
    pub fn allowed(&self) -> BTreeSet<(String, String)> {
        let mut allowed = BTreeSet::new();
        for statement in self.statements() {
            for action in strings(&statement["Action"]) {
                let patterns = match condition(statement, "ForAllValues:StringLike", LEADING) {
                    Some(patterns) => patterns,
                    None => vec![String::new()],
                };
                let beginnings = patterns.iter().map(|pattern| pattern.trim_end_matches('*'));
                allowed.extend(beginnings.map(|beginning| (action.clone(), beginning.to_owned())));
            }
        }
        allowed
    }

    fn statements(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().flat_map(|policy| policy["Statement"].as_array().unwrap())
    }
}

/// Every action that the requests need, with the beginning of each partition key.
pub fn needed(requests: &[Request]) -> BTreeSet<(String, String)> {
    let mut needed = BTreeSet::new();
    for need in requests.iter().flat_map(Need::of) {
        let beginnings = need.keys.iter().map(|key| key.split_inclusive('#').next().unwrap());
        let mut beginnings: Vec<_> = beginnings.collect();
        if beginnings.is_empty() {
            beginnings.push("");
        }
        let pairs = beginnings.into_iter().map(|key| (need.action.clone(), key.to_owned()));
        needed.extend(pairs);
    }
    needed
}

fn allows(statement: &Value, need: &Need) -> bool {
    assert_eq!(statement["Effect"], "Allow");
    let like = |key: &String, pattern: &String| match pattern.strip_suffix('*') {
        Some(beginning) => key.starts_with(beginning),
        None => key == pattern,
    };
    let keys = condition(statement, "ForAllValues:StringLike", LEADING);
    let attributes = condition(statement, "ForAllValues:StringEquals", ATTRIBUTES);
    let all = |values: &[String], patterns: &Option<Vec<String>>| match patterns {
        // None at all is refused by the condition `Null`, which every statement with patterns has.
        Some(patterns) => {
            !values.is_empty()
                && values.iter().all(|value| patterns.iter().any(|it| like(value, it)))
        }
        None => true,
    };
    for (patterns, name) in [(&keys, LEADING), (&attributes, ATTRIBUTES)] {
        let forbids_none = condition(statement, "Null", name) == Some(vec!["false".to_owned()]);
        assert_eq!(forbids_none, patterns.is_some(), "{statement}");
    }
    strings(&statement["Action"]).contains(&need.action)
        && all(&need.keys, &keys)
        && all(&need.attributes, &attributes)
}

fn condition(statement: &Value, operator: &str, name: &str) -> Option<Vec<String>> {
    statement.get("Condition")?.get(operator)?.get(name).map(strings)
}

/// One string, or a list of them.
fn strings(value: &Value) -> Vec<String> {
    let string = |value: &Value| value.as_str().unwrap().to_owned();
    match value {
        Value::Array(values) => values.iter().map(string).collect(),
        one => vec![string(one)],
    }
}

fn member(member: &Value) -> Vec<Need> {
    let members = member.as_object().unwrap().iter();
    let need = |(kind, write): (&String, &Value)| match kind.as_str() {
        "Put" => Need::new(action("PutItem"), vec![partition(&write["Item"])]),
        "Update" => Need::new(action("UpdateItem"), vec![partition(&write["Key"])]),
        "Delete" => Need::new(action("DeleteItem"), vec![partition(&write["Key"])]),
        other => panic!("a transaction has a {other}"),
    };
    members.map(need).collect()
}

fn action(name: &str) -> String {
    let api = Api::ALL.into_iter().find(|api| api.name() == name).unwrap();
    api.iam_action().unwrap()
}

fn partition(attributes: &Value) -> String {
    attributes["pk"]["S"].as_str().unwrap().to_owned()
}

/// The partition that a query reads: `pk = value AND ...`.
fn queried(body: &Value) -> String {
    let expression = body["KeyConditionExpression"].as_str().unwrap();
    let mut words = expression.split_whitespace();
    let (name, is, value) = (words.next().unwrap(), words.next(), words.next().unwrap());
    assert_eq!(body["ExpressionAttributeNames"][name], "pk");
    assert_eq!(is, Some("="));
    body["ExpressionAttributeValues"][value]["S"].as_str().unwrap().to_owned()
}

/// The attributes of a scan. Without a projection it asks for all there are.
fn named(body: &Value) -> Vec<String> {
    let names = &body["ExpressionAttributeNames"];
    let projected = match body["ProjectionExpression"].as_str() {
        Some(projected) => {
            projected.split(", ").map(|name| names[name].as_str().unwrap()).collect()
        }
        None => vec!["every attribute"],
    };
    let all = names.as_object().unwrap().values().map(|name| name.as_str().unwrap());
    all.chain(projected).map(ToOwned::to_owned).collect()
}

const ATTRIBUTES: &str = "dynamodb:Attributes";
const LEADING: &str = "dynamodb:LeadingKeys";
