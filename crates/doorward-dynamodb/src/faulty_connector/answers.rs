//! Requests as they are sent, and answers in DynamoDB's stead.

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::{RequestFault, broken};
use crate::Api;

/// Which operation a request asks for, and with what.
pub(super) fn asks(request: &HttpRequest) -> Option<(Api, Value)> {
    let target = request.headers().get("x-amz-target")?.strip_prefix("DynamoDB_20120810.")?;
    let api = Api::ALL.into_iter().find(|api| api.name() == target)?;
    Some((api, serde_json::from_slice(request.body().bytes()?).ok()?))
}

/// That nothing was found, for a read that does not ask for consistency.
pub(super) fn empty_answer(api: Api, body: &Value) -> Option<HttpResponse> {
    let is_consistent = |asked: &Value| asked["ConsistentRead"] == json!(true);
    match api {
        Api::GetItem if !is_consistent(body) => answer(200, &json!({})).ok(),
        Api::Query | Api::Scan if !is_consistent(body) => {
            answer(200, &json!({ "Items": [], "Count": 0, "ScannedCount": 0 })).ok()
        }
        Api::BatchGetItem => {
            let tables = body["RequestItems"].as_object()?;
            let all = tables.values().all(is_consistent);
            let nothing = json!({ "Responses": {}, "UnprocessedKeys": {} });
            if all { None } else { answer(200, &nothing).ok() }
        }
        _ => None,
    }
}

/// What DynamoDB says when it refuses.
pub(super) fn refusal(
    api: Api,
    body: &Value,
    fault: RequestFault,
) -> Result<HttpResponse, ConnectorError> {
    match (api, fault) {
        (Api::BatchGetItem, RequestFault::Throttled) => {
            answer(200, &json!({ "Responses": {}, "UnprocessedKeys": body["RequestItems"] }))
        }
        (Api::TransactWriteItems, RequestFault::Throttled) => {
            answer(400, &cancelled(body, "ThrottlingError"))
        }
        (Api::TransactWriteItems, RequestFault::Conflict) => {
            answer(400, &cancelled(body, "TransactionConflict"))
        }
        (_, RequestFault::Throttled) => answer(400, &error("ThrottlingException")),
        (_, RequestFault::Conflict) => answer(400, &error("TransactionConflictException")),
        (_, RequestFault::ServerError) => answer(500, &error("InternalServerError")),
        _ => Err(broken()),
    }
}

/// A transaction of which the last item met this.
fn cancelled(body: &Value, code: &str) -> Value {
    let items = body["TransactItems"].as_array().map_or(1, Vec::len);
    let mut reasons = vec![json!({ "Code": "None" }); items];
    if let Some(last) = reasons.last_mut() {
        *last = json!({ "Code": code, "Message": "injected by the test" });
    }
    let mut error = error("TransactionCanceledException");
    error["CancellationReasons"] = Value::Array(reasons);
    error
}

fn error(code: &str) -> Value {
    json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"),
        "message": "injected by the test",
    })
}

fn answer(status: u16, body: &Value) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(status).map_err(|_| broken())?;
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}
