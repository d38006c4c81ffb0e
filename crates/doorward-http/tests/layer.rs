//! The layers on a service without a framework.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use std::convert::Infallible;

use doorward_http::{AuthLayer, Body, Identity, Problem, RequireLayer};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use support::{House, house};
use tower::{ServiceBuilder, ServiceExt, service_fn};

async fn handler(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let who = Identity::of(request.extensions())
        .and_then(|identity| Ok(identity.principal()?.account().to_string()));
    Ok(match who {
        Ok(who) => Response::new(Body::from(who)),
        Err(problem) => problem.to_response(),
    })
}

async fn behind(house: &House, layer: RequireLayer, token: Option<&str>) -> (u16, String) {
    let service = ServiceBuilder::new()
        .layer(AuthLayer::new(house.auth.clone()))
        .layer(layer)
        .service(service_fn(handler));
    let mut request = Request::get("/");
    if let Some(token) = token {
        request = request.header("authorization", format!("bearer {token}"));
    }
    let answer = service.oneshot(request.body(Body::default()).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn a_route_behind_the_layer_is_for_whom_it_says() {
    let house = house().with_account("alice").await;
    let tokens = house.tokens("alice").await;
    let access = tokens["access_token"].as_str().unwrap();
    for layer in [
        RequireLayer::principal(),
        RequireLayer::scope("invoices:read"),
        RequireLayer::fresh(),
        RequireLayer::second_factor(),
    ] {
        assert_eq!(behind(&house, layer.clone(), None).await.0, 401, "{layer:?}");
        let (status, text) = behind(&house, layer.clone(), Some("dwa_x")).await;
        assert!(status == 401 && text.contains("invalid_token"), "{layer:?}");
    }
    assert_eq!(behind(&house, RequireLayer::principal(), Some(access)).await.0, 200);
    assert_eq!(behind(&house, RequireLayer::scope("invoices:read"), Some(access)).await.0, 403);
    assert_eq!(behind(&house, RequireLayer::fresh(), Some(access)).await.0, 401);
    assert_eq!(behind(&house, RequireLayer::second_factor(), Some(access)).await.0, 401);
}

#[tokio::test]
async fn outside_of_the_layer_nobody_gets_in() {
    let service =
        ServiceBuilder::new().layer(RequireLayer::principal()).service(service_fn(handler));
    let answer = service.oneshot(Request::new(Body::default())).await.unwrap();
    assert_eq!(answer.status(), 503);
}

#[test]
fn r17_a_problem_has_these_members_and_no_others() {
    for problem in [
        Problem::unauthenticated(),
        Problem::invalid_credentials(),
        Problem::invalid_token(),
        Problem::forbidden(),
        Problem::not_found(),
        Problem::insufficient_scope("a\"b"),
        Problem::second_factor_missing(),
    ] {
        let text = problem.to_response().into_body();
        let bytes = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(text.collect())
            .unwrap()
            .to_bytes();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(
            text.starts_with(&format!(r#"{{"error":"{}","status":"#, problem.error())),
            "{text}"
        );
        let members: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(text).unwrap();
        assert_eq!(members.keys().collect::<Vec<_>>(), ["error", "status", "title", "type"]);
    }
    // A scope that could end the quotes is not written into the header.
    let answer = Problem::insufficient_scope("a\"b").to_response();
    assert_eq!(
        answer.headers()["www-authenticate"],
        r#"Bearer realm="doorward", error="insufficient_scope""#
    );
}
