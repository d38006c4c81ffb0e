//! What is served is described, and what is described is served.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use http::{Method, Request};
use serde_json::Value;
use support::{house, house_with_pages};

#[tokio::test]
async fn every_operation_of_the_description_is_there_and_no_other() {
    for house in [house(), house_with_pages()] {
        let description: Value = serde_json::from_str(&house.door.openapi()).unwrap();
        assert_eq!(description["openapi"], "3.1.0");
        assert_eq!(house.get("/openapi.json").await.json(), description);
        let paths = description["paths"].as_object().unwrap();
        for (path, item) in paths {
            let path = path.replace("{name}", "door.css");
            assert!(house.door.serves(&path), "{path}");
            for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                let request = Request::builder().method(method.clone()).uri(&path);
                // `send` compares the answer with what is described.
                let reply = house.send(request.body(doorward_http::Body::default()).unwrap()).await;
                let is_described = item.get(method.as_str().to_ascii_lowercase()).is_some();
                assert_eq!(is_described, reply.status != 405, "{method} {path}");
            }
        }
    }
}

#[test]
fn pages_are_described_where_there_are_pages() {
    let (programs, people) = (house().door.openapi(), house_with_pages().door.openapi());
    assert!(people.contains("text/html") && !programs.contains("LoginPage"));
}

/// Of each body: the fields that the description requires are those that the endpoint asks for first.
#[tokio::test]
async fn the_fields_that_are_required_are_asked_for() {
    let house = house_with_pages();
    let description: Value = serde_json::from_str(&house.door.openapi()).unwrap();
    for (path, item) in description["paths"].as_object().unwrap() {
        let operation = &item["post"];
        let needs_login = operation["security"].as_array().is_some_and(|ways| !ways.is_empty());
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let Some(required) = schema["required"].as_array() else { continue };
        if needs_login || required.is_empty() || path == "/login/second-factor" {
            continue;
        }
        let mut body = serde_json::Map::new();
        for field in required {
            let field = field.as_str().unwrap();
            let reply = house.post(path, Value::Object(body.clone())).await;
            assert_eq!(reply.status, 400, "{path}");
            assert!(reply.text().contains(&format!("`{field}`")), "{path}: {}", reply.text());
            body.insert(field.to_owned(), "seven quiet herons".into());
        }
        let reply = house.post(path, Value::Object(body)).await;
        assert!(!reply.text().contains("is missing"), "{path}: {}", reply.text());
    }
}
