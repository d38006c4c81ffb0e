//! R12: `create_table` and both templates make the same table.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use doorward_dynamodb::{Encryption, TableCreated, TableOptions};
use serde_json::{Value, json};

use self::support::hcl::Block;
use self::support::recorder::{Recorder, Request};

/// What a table is like.
#[derive(Debug, Eq, PartialEq)]
struct Table {
    /// Name, type and place of each key.
    keys: Vec<[String; 3]>,
    billing: String,
    encryption: String,
    /// Of a KMS key of the owner's.
    key: Option<String>,
    has_backups: bool,
    cleaned_up_by: Option<String>,
    is_protected: bool,
}

impl Table {
    /// As the promise reads.
    fn promised() -> Self {
        Self {
            keys: vec![
                ["pk", "S", "HASH"].map(String::from),
                ["sk", "S", "RANGE"].map(String::from),
            ],
            billing: "PAY_PER_REQUEST".into(),
            encryption: "KMS".into(),
            key: None,
            has_backups: true,
            cleaned_up_by: Some("ttl".into()),
            is_protected: true,
        }
    }

    /// As these requests make it.
    fn requested(requests: &[Request]) -> Self {
        let of = |api: &str| {
            let mut found = requests.iter().filter(|request| request.api == api);
            let body = found.next().map_or(Value::Null, |request| request.body.clone());
            assert!(found.next().is_none(), "{api} twice");
            body
        };
        let (table, cleaning, backups) =
            (of("CreateTable"), of("UpdateTimeToLive"), of("UpdateContinuousBackups"));
        for body in [&table, &cleaning, &backups] {
            assert!(body.is_null() || body["TableName"] == "doorward", "{body}");
        }
        assert_only(
            &table,
            "TableName KeySchema AttributeDefinitions BillingMode SSESpecification DeletionProtectionEnabled",
        );
        let encryption = &table["SSESpecification"];
        Self {
            encryption: encryption_of(encryption, "Enabled"),
            key: text(&encryption["KMSMasterKeyId"]),
            cleaned_up_by: cleaning_of(&cleaning["TimeToLiveSpecification"]),
            has_backups: backups["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
                == true,
            ..Self::in_json(&table)
        }
    }

    /// As CloudFormation makes it, with the default of each parameter.
    fn cloudformation(template: &Value) -> Self {
        let table = &template["Resources"]["Table"]["Properties"];
        assert_only(
            table,
            "TableName KeySchema AttributeDefinitions BillingMode SSESpecification DeletionProtectionEnabled PointInTimeRecoverySpecification TimeToLiveSpecification",
        );
        let encryption = &table["SSESpecification"];
        let key = &encryption["KMSMasterKeyId"]["Fn::If"];
        assert_eq!(key[0], "HasOwnKey");
        assert_eq!(key[1], json!({ "Ref": "KmsKeyArn" }));
        let has_own = &template["Conditions"]["HasOwnKey"]["Fn::Not"][0]["Fn::Equals"];
        assert_eq!(*has_own, json!([{ "Ref": "KmsKeyArn" }, ""]));
        let default = text(&template["Parameters"]["KmsKeyArn"]["Default"]).unwrap();
        Self {
            encryption: encryption_of(encryption, "SSEEnabled"),
            key: Some(default).filter(|arn| !arn.is_empty()),
            cleaned_up_by: cleaning_of(&table["TimeToLiveSpecification"]),
            has_backups: table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
                == true,
            ..Self::in_json(table)
        }
    }

    /// As Terraform makes it, with the default of each variable.
    fn terraform(file: &Block) -> Self {
        let table = file.one("resource");
        let names: Vec<_> = table.attributes.keys().map(String::as_str).collect();
        let known =
            ["billing_mode", "deletion_protection_enabled", "hash_key", "name", "range_key"];
        assert_eq!(names, known);
        let kinds: Vec<_> = table.blocks.iter().map(|block| block.head[0].as_str()).collect();
        let known =
            "attribute attribute server_side_encryption point_in_time_recovery ttl lifecycle";
        assert_eq!(kinds.join(" "), known);
        let key = |place: &str, named: &str| {
            let name = table.value(named);
            let mut attributes = table.of("attribute");
            let attribute = attributes.find(|attribute| attribute.value("name") == name).unwrap();
            [name, attribute.value("type"), place].map(String::from)
        };
        let encryption = table.one("server_side_encryption");
        assert_eq!(encryption.value("kms_key_arn"), "var.kms_key_arn");
        let default = variable(file, "kms_key_arn").value("default");
        let ttl = table.one("ttl");
        Self {
            keys: vec![key("HASH", "hash_key"), key("RANGE", "range_key")],
            billing: table.value("billing_mode").into(),
            // It knows no other type.
            encryption: if encryption.value("enabled") == "true" { "KMS" } else { "none" }.into(),
            key: Some(default.to_owned()).filter(|arn| arn != "null"),
            has_backups: table.one("point_in_time_recovery").value("enabled") == "true",
            cleaned_up_by: (ttl.value("enabled") == "true")
                .then(|| ttl.value("attribute_name").into()),
            is_protected: table.value("deletion_protection_enabled") == "true",
        }
    }

    /// What the API and CloudFormation write alike.
    fn in_json(table: &Value) -> Self {
        let definitions = table["AttributeDefinitions"].as_array().unwrap();
        let schema = table["KeySchema"].as_array().unwrap();
        assert_eq!(definitions.len(), schema.len());
        let key = |key: &Value| {
            let name = &key["AttributeName"];
            let definition = definitions.iter().find(|it| it["AttributeName"] == *name).unwrap();
            [name, &definition["AttributeType"], &key["KeyType"]].map(|it| text(it).unwrap())
        };
        Self {
            keys: schema.iter().map(key).collect(),
            billing: text(&table["BillingMode"]).unwrap(),
            is_protected: table["DeletionProtectionEnabled"] == true,
            encryption: String::new(),
            key: None,
            has_backups: false,
            cleaned_up_by: None,
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(ToOwned::to_owned)
}

fn encryption_of(encryption: &Value, enabled: &str) -> String {
    match encryption[enabled] == true {
        true => text(&encryption["SSEType"]).unwrap(),
        false => "none".into(),
    }
}

fn cleaning_of(cleaning: &Value) -> Option<String> {
    text(&cleaning["AttributeName"]).filter(|_| cleaning["Enabled"] == true)
}

/// What is asked for beyond what is compared would go unseen.
fn assert_only(table: &Value, known: &str) {
    for name in table.as_object().unwrap().keys() {
        assert!(known.split(' ').any(|it| it == name), "{name} is not compared");
    }
}

fn variable<'a>(file: &'a Block, name: &str) -> &'a Block {
    file.of("variable").find(|variable| variable.head[1] == name).unwrap()
}

fn file(name: &str) -> String {
    let path = format!("{}/deploy/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

async fn requests(options: &TableOptions) -> Vec<Request> {
    let active = json!({ "TableStatus": "ACTIVE" });
    let recorder = Recorder::canned([
        ("CreateTable", (200, json!({ "TableDescription": active }))),
        ("DescribeTable", (200, json!({ "Table": active }))),
        ("UpdateTimeToLive", (200, json!({}))),
        ("UpdateContinuousBackups", (200, json!({}))),
    ]);
    let created = recorder.store().await.create_table(options).await.unwrap();
    assert_eq!(created, TableCreated::Done);
    recorder.requests()
}

#[tokio::test]
async fn r12_one_call_makes_the_table_that_is_promised() {
    let requests = requests(&TableOptions::default()).await;
    assert_eq!(Table::requested(&requests), Table::promised());
}

#[test]
fn r12_cloudformation_makes_the_same() {
    let template: Value = serde_json::from_str(&file("table.cloudformation.json")).unwrap();
    assert_eq!(Table::cloudformation(&template), Table::promised());
    let table = &template["Resources"]["Table"];
    assert_eq!(table["Type"], "AWS::DynamoDB::Table");
    assert_eq!([&table["DeletionPolicy"], &table["UpdateReplacePolicy"]], ["Retain", "Retain"]);
    assert_eq!(table["Properties"]["TableName"], json!({ "Ref": "TableName" }));
    assert_eq!(template["Parameters"]["TableName"]["Type"], "String");
}

#[test]
fn r12_terraform_makes_the_same() {
    let file = Block::read(&file("table.tf"));
    assert_eq!(Table::terraform(&file), Table::promised());
    let table = file.one("resource");
    assert_eq!(table.head, ["resource", "aws_dynamodb_table", "doorward"]);
    assert_eq!(table.one("lifecycle").value("prevent_destroy"), "true");
    assert_eq!(table.value("name"), "var.table_name");
    assert_eq!(variable(&file, "table_name").value("type"), "string");
}

#[tokio::test]
async fn what_is_asked_for_otherwise_is_made_otherwise() {
    let arn = "arn:aws:kms:eu-central-1:111122223333:key/a";
    let own = TableOptions::default().encryption(Encryption::CustomerKey(arn.into()));
    let made = Table::requested(&requests(&own).await);
    assert_eq!(made, Table { key: Some(arn.into()), ..Table::promised() });
    let made = Table::requested(&requests(&TableOptions::for_emulators()).await);
    let bare = Table {
        encryption: "none".into(),
        has_backups: false,
        cleaned_up_by: None,
        is_protected: false,
        ..Table::promised()
    };
    assert_eq!(made, bare);
}
