//! What a check of the table finds, on an engine and on answers that no engine at hand gives.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::error::Error as _;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ProvisionedThroughput, ScalarAttributeType, TimeToLiveSpecification,
};
use doorward_aws::Connection;
use doorward_dynamodb::{Api, Cause, DynamoStore, TableOptions, TableProblem, TableReport};
use doorward_store::StoreErrorKind;
use serde_json::{Value, json};

use self::support::recorder::{Recorder, error};

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "not a secret", None, None, "tests")
}

/// A table of this name on dynoxide, which may not be there.
async fn store(table: &str) -> DynamoStore {
    DynamoStore::builder(table)
        .region("eu-central-1")
        .credentials(credentials())
        .plain_http_on_loopback(support::embedded::url())
        .connect()
        .await
        .unwrap()
}

fn client() -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(credentials())
        .endpoint_url(support::embedded::url())
        .http_client(Connection::https());
    Client::from_conf(config.build())
}

fn key(name: &str, kind: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap()
}

fn unknown(api: Api) -> TableProblem {
    TableProblem::Unchecked { api, code: "UnknownOperationException".into() }
}

#[tokio::test]
async fn a_table_made_by_default_has_what_the_engine_can_tell() {
    let store = store("check-default").await;
    let _ = store.create_table(&TableOptions::default().backups(false)).await.unwrap();
    let report = store.check_table().await.unwrap();
    assert_eq!(report.problems(), [unknown(Api::DescribeContinuousBackups)]);
    assert_eq!((report.is_sound(), report.require_usable()), (false, Ok(())));
}

#[tokio::test]
async fn a_table_for_emulators_is_usable_and_not_sound() {
    let store = store("check-emulator").await;
    let _ = store.create_table(&TableOptions::for_emulators()).await.unwrap();
    let report = store.check_table().await.unwrap();
    let found = [
        TableProblem::NotUnderKmsKey,
        TableProblem::NotProtected,
        TableProblem::NotCleanedUp,
        unknown(Api::DescribeContinuousBackups),
    ];
    assert_eq!(report.problems(), found);
    report.require_usable().unwrap();
}

#[tokio::test]
async fn a_table_of_somebody_else_is_told_by_all_that_is_wrong() {
    let units = ProvisionedThroughput::builder().read_capacity_units(5).write_capacity_units(7);
    let units = units.build().unwrap();
    let index = GlobalSecondaryIndex::builder()
        .index_name("by_email")
        .key_schema(key("email", KeyType::Hash))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .provisioned_throughput(units.clone());
    let number = AttributeDefinition::builder().attribute_name("id");
    let text = AttributeDefinition::builder().attribute_name("email");
    client()
        .create_table()
        .table_name("check-other")
        .key_schema(key("id", KeyType::Hash))
        .attribute_definitions(number.attribute_type(ScalarAttributeType::N).build().unwrap())
        .attribute_definitions(text.attribute_type(ScalarAttributeType::S).build().unwrap())
        .provisioned_throughput(units)
        .global_secondary_indexes(index.build().unwrap())
        .send()
        .await
        .unwrap();
    let by = TimeToLiveSpecification::builder().enabled(true).attribute_name("expires");
    let update = client().update_time_to_live().table_name("check-other");
    update.time_to_live_specification(by.build().unwrap()).send().await.unwrap();

    let report = store("check-other").await.check_table().await.unwrap();
    let fatal = [
        TableProblem::PartitionKey { found: "`id` of type N".into() },
        TableProblem::SortKey { found: "missing".into() },
    ];
    let others = [
        TableProblem::NotUnderKmsKey,
        TableProblem::NotProtected,
        TableProblem::ProvisionedCapacity { read: 5, write: 7 },
        TableProblem::UnusedIndex { name: "by_email".into() },
        TableProblem::CleanedUpByAnother { attribute: "expires".into() },
        unknown(Api::DescribeContinuousBackups),
    ];
    assert_eq!(report.problems(), [&fatal[..], &others].concat());
    assert_eq!(report.require_usable().unwrap_err().problems(), fatal);
}

#[tokio::test]
async fn no_table_is_an_error() {
    let store = store("check-missing").await;
    let refused = store.check_table().await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misconfigured);
    assert_eq!(refused.operation(), "check_table");
    let refused = store.check_transactions().await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misconfigured);
}

#[tokio::test]
async fn transactions_are_found_and_nothing_is_left_behind() {
    let store = store("check-transactions").await;
    let _ = store.create_table(&TableOptions::for_emulators()).await.unwrap();
    store.check_transactions().await.unwrap();
    let items = client().scan().table_name("check-transactions").send().await.unwrap();
    assert_eq!(items.count(), 0);
}

#[tokio::test]
async fn an_engine_without_transactions_is_told() {
    let store = Recorder::canned([]).store().await;
    let refused = store.check_transactions().await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misconfigured);
    let cause: &Cause = refused.source().unwrap().downcast_ref().unwrap();
    assert_eq!((cause.api(), cause.code()), (Api::TransactWriteItems, "UnknownOperationException"));
    assert_eq!(store.metrics().of(Api::TransactWriteItems).requests(), 1);
}

/// Answers of AWS on a table as it should be.
fn sound() -> [(&'static str, (u16, Value)); 3] {
    let table = json!({ "Table": {
        "TableName": "doorward",
        "TableStatus": "ACTIVE",
        "KeySchema": [
            { "AttributeName": "pk", "KeyType": "HASH" },
            { "AttributeName": "sk", "KeyType": "RANGE" },
        ],
        "AttributeDefinitions": [
            { "AttributeName": "pk", "AttributeType": "S" },
            { "AttributeName": "sk", "AttributeType": "S" },
        ],
        "BillingModeSummary": { "BillingMode": "PAY_PER_REQUEST" },
        "ProvisionedThroughput": { "ReadCapacityUnits": 0, "WriteCapacityUnits": 0 },
        "SSEDescription": { "Status": "ENABLED", "SSEType": "KMS" },
        "DeletionProtectionEnabled": true,
    } });
    let cleaning = json!({ "TimeToLiveDescription": {
        "TimeToLiveStatus": "ENABLED", "AttributeName": "ttl",
    } });
    let backups = json!({ "ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": { "PointInTimeRecoveryStatus": "ENABLED" },
    } });
    [
        ("DescribeTable", (200, table)),
        ("DescribeTimeToLive", (200, cleaning)),
        ("DescribeContinuousBackups", (200, backups)),
    ]
}

/// What is found if this is otherwise.
async fn checked(path: &str, value: Value) -> TableReport {
    let mut answers = sound();
    let found = answers.iter_mut().find_map(|(_, (_, body))| body.pointer_mut(path));
    *found.unwrap() = value;
    Recorder::canned(answers).store().await.check_table().await.unwrap()
}

#[tokio::test]
async fn a_sound_table_has_no_problem() {
    let report = Recorder::canned(sound()).store().await.check_table().await.unwrap();
    assert!(report.is_sound(), "{report}");
}

#[tokio::test]
async fn what_is_on_its_way_is_no_problem() {
    for (path, value) in [
        ("/Table/TableStatus", "UPDATING"),
        ("/Table/SSEDescription/Status", "UPDATING"),
        ("/TimeToLiveDescription/TimeToLiveStatus", "ENABLING"),
    ] {
        let report = checked(path, json!(value)).await;
        assert!(report.is_sound(), "{path}: {report}");
    }
}

#[tokio::test]
async fn each_deviation_is_told_as_it_is() {
    use TableProblem::{
        CleanedUpByAnother, NotActive, NotBackedUp, NotCleanedUp, NotProtected, NotUnderKmsKey,
        PartitionKey, ProvisionedCapacity, SortKey,
    };
    let active = |status: &str| NotActive { status: status.into() };
    let lost = "INACCESSIBLE_ENCRYPTION_CREDENTIALS";
    for (path, value, problem, is_fatal) in [
        ("/Table/TableStatus", json!("CREATING"), active("CREATING"), true),
        ("/Table/TableStatus", json!(lost), active(lost), true),
        ("/Table/TableStatus", json!(null), active("in no known state"), true),
        (
            "/Table/AttributeDefinitions/0/AttributeType",
            json!("B"),
            PartitionKey { found: "`pk` of type B".into() },
            true,
        ),
        (
            "/Table/KeySchema/1/AttributeName",
            json!("range"),
            SortKey { found: "`range` of no type".into() },
            true,
        ),
        ("/Table/SSEDescription", json!(null), NotUnderKmsKey, false),
        ("/Table/SSEDescription/Status", json!("DISABLED"), NotUnderKmsKey, false),
        ("/Table/SSEDescription/SSEType", json!("AES256"), NotUnderKmsKey, false),
        ("/Table/DeletionProtectionEnabled", json!(false), NotProtected, false),
        (
            "/Table/BillingModeSummary",
            json!(null),
            ProvisionedCapacity { read: 0, write: 0 },
            false,
        ),
        ("/TimeToLiveDescription/TimeToLiveStatus", json!("DISABLED"), NotCleanedUp, false),
        ("/TimeToLiveDescription/TimeToLiveStatus", json!("DISABLING"), NotCleanedUp, false),
        (
            "/TimeToLiveDescription/AttributeName",
            json!("exp"),
            CleanedUpByAnother { attribute: "exp".into() },
            false,
        ),
        (
            "/ContinuousBackupsDescription/PointInTimeRecoveryDescription/PointInTimeRecoveryStatus",
            json!("DISABLED"),
            NotBackedUp,
            false,
        ),
    ] {
        let report = checked(path, value).await;
        assert_eq!(report.problems(), [problem], "{path}");
        assert_eq!(report.require_usable().is_err(), is_fatal, "{path}");
    }
}

#[tokio::test]
async fn other_regions_and_local_indexes_are_told() {
    for (name, value, problem) in [
        (
            "Replicas",
            json!([{ "RegionName": "eu-west-1" }]),
            TableProblem::Replicated { regions: vec!["eu-west-1".into()] },
        ),
        ("MultiRegionConsistency", json!("STRONG"), TableProblem::NoTransactions),
        (
            "LocalSecondaryIndexes",
            json!([{ "IndexName": "by_status" }]),
            TableProblem::UnusedIndex { name: "by_status".into() },
        ),
    ] {
        let mut answers = sound();
        answers[0].1.1["Table"][name] = value;
        let report = Recorder::canned(answers).store().await.check_table().await.unwrap();
        assert_eq!(report.problems(), [problem]);
    }
}

#[tokio::test]
async fn what_the_caller_may_not_see_is_left_unchecked() {
    for code in ["AccessDeniedException", "UnknownOperationException"] {
        for at in 0..3 {
            let mut answers = sound();
            answers[at].1 = error(code);
            let name = answers[at].0;
            let store = Recorder::canned(answers).store().await;
            let report = store.check_table().await.unwrap();
            let api = Api::ALL.into_iter().find(|api| api.name() == name).unwrap();
            assert_eq!(report.problems(), [TableProblem::Unchecked { api, code: code.into() }]);
            assert_eq!(store.metrics().of(api).requests(), 1, "{api} is not asked again");
            report.require_usable().unwrap();
        }
    }
}

#[tokio::test]
async fn any_other_failure_is_an_error() {
    for at in 0..3 {
        let mut answers = sound();
        answers[at].1 = error("ResourceNotFoundException");
        let refused = Recorder::canned(answers).store().await.check_table().await.unwrap_err();
        assert_eq!(refused.kind(), StoreErrorKind::Misconfigured);
        let mut answers = sound();
        answers[at].1 = error("ThrottlingException");
        let refused = Recorder::canned(answers).store().await.check_table().await.unwrap_err();
        assert_eq!(refused.kind(), StoreErrorKind::Throttled);
    }
}
