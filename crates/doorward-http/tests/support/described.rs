//! Whether an answer is what the description says: its status, its type, and every member of its body.

use doorward_http::Door;
use http::Method;
use serde_json::Value;

use super::reply::Reply;

/// Of paths that are not served, only that nothing is.
pub fn check(door: &Door, method: &Method, path: &str, reply: &Reply) {
    let description: Value = serde_json::from_str(&door.openapi()).unwrap();
    assert!(!reply.header("cache-control").is_empty(), "{path}: {reply:?}");
    let paths = description["paths"].as_object().unwrap();
    let item = match path.rsplit_once('/') {
        Some((folder, _)) if folder.ends_with("/assets") => {
            paths.get(&format!("{folder}/{{name}}"))
        }
        _ => paths.get(path),
    };
    let Some(item) = item else {
        assert_eq!(reply.status, 404, "{path} is served and not described");
        return;
    };
    let operation = &item[method.as_str().to_ascii_lowercase()];
    if operation.is_null() {
        assert_eq!(reply.status, 405, "{method} {path} is served and not described");
        return;
    }
    let answer = &operation["responses"][reply.status.to_string()];
    assert!(answer.is_object(), "{method} {path}: {} is not described: {reply:?}", reply.status);
    let media_type = reply.header("content-type").split(';').next().unwrap();
    // Whoever reads pages gets one, whatever programs get.
    if reply.body.is_empty() || media_type == "text/html" {
        return;
    }
    let content = &answer["content"][media_type];
    let content = if content.is_null() { &answer["content"]["*/*"] } else { content };
    assert!(content.is_object(), "{method} {path}: {media_type} is not described: {reply:?}");
    if media_type.ends_with("json") {
        let value = reply.json();
        assert!(
            conforms(&value, &content["schema"], &description),
            "{method} {path}: {value} is not {}",
            content["schema"]
        );
    }
}

fn conforms(value: &Value, schema: &Value, description: &Value) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        let found = description.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        return conforms(value, found, description);
    }
    if let Some(schemas) = schema["anyOf"].as_array() {
        return schemas.iter().any(|schema| conforms(value, schema, description));
    }
    match schema["type"].as_str() {
        None => true,
        Some("array") => {
            let items = value.as_array();
            items.is_some_and(|items| {
                items.iter().all(|item| conforms(item, &schema["items"], description))
            })
        }
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64(),
        Some("string") => value.is_string(),
        Some("object") => {
            let Some(members) = value.as_object() else { return false };
            let required = schema["required"].as_array();
            let has_all = required.is_none_or(|names| {
                names.iter().all(|name| members.contains_key(name.as_str().unwrap()))
            });
            let is_closed = schema["additionalProperties"] == false;
            has_all
                && members.iter().all(|(name, member)| match schema["properties"].get(name) {
                    Some(schema) => conforms(member, schema, description),
                    None => !is_closed,
                })
        }
        Some(other) => panic!("{other} is no type of the description"),
    }
}
