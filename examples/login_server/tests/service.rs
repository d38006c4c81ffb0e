//! What the login server serves beside the endpoints of the door, and to whom.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod support;

use doorward_http::ProxyHeader;
use serde_json::json;
use support::{PASSWORD, arguments, house, house_with};

#[tokio::test]
async fn an_owner_reads_who_they_are_and_nobody_else_does() {
    let house = house().await;
    house.register("alice@example.com").await;
    let token = house.access_token("alice@example.com").await;
    let me = house.me(&token, "/me").await;
    assert_eq!((me.status, me.header("cache-control")), (200, "no-store"));
    assert_eq!(me.json()["username"], "alice@example.com");
    let refused = house.get("/me").await;
    assert_eq!(
        (refused.status, refused.header("www-authenticate")),
        (401, r#"Bearer realm="doorward""#)
    );
    assert!(refused.body.starts_with(r#"{"error":"unauthenticated""#));
}

#[tokio::test]
async fn r16_somebody_elses_record_is_as_one_that_is_not_there() {
    let house = house().await;
    house.register("alice@example.com").await;
    house.register("mallory@example.com").await;
    let alice = house.access_token("alice@example.com").await;
    let mallory = house.access_token("mallory@example.com").await;
    let id = house.me(&alice, "/me").await.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/users/{id}");
    assert_eq!(house.me(&alice, &path).await.json()["username"], "alice@example.com");
    let foreign = house.me(&mallory, &path).await;
    assert_eq!(foreign.status, 404);
    for path in
        ["/users/00000000000000000000000000000000", "/users/x", "/users/..%2f", "/users/%ff"]
    {
        let none = house.me(&mallory, path).await;
        assert_eq!((none.status, &none.body), (404, &foreign.body), "{path}");
    }
    assert_eq!(house.get(&path).await.status, 401);
}

#[tokio::test]
async fn r10_the_operator_sees_what_happens_and_whom_it_happens_to_is_not_told() {
    let house = house().await;
    house.register("alice@example.com").await;
    house.access_token("alice@example.com").await;
    for guess in 0..6 {
        let login =
            json!({ "username": "alice@example.com", "password": format!("guess {guess}") });
        house.post("/login", login).await;
    }
    let metrics = house.get("/metrics").await;
    assert!(metrics.header("content-type").starts_with("application/openmetrics-text"));
    for line in [
        r#"doorward_events_total{kind="registered",detail=""} 1"#,
        r#"doorward_events_total{kind="verified",detail=""} 1"#,
        r#"doorward_events_total{kind="rejected",detail="WrongPassword"} 4"#,
        r#"doorward_events_total{kind="waited",detail="account"} 2"#,
        r#"doorward_http_answers_total{method="POST",status="429"} 2"#,
    ] {
        assert!(metrics.body.contains(line), "{line}: {}", metrics.body);
    }
    assert!(metrics.body.ends_with("# EOF\n"));
    let page = house.get("/operator").await;
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    assert!(page.body.contains("<td>7</td><td>4</td><td>2</td><td>0</td>"), "{}", page.body);
    let chart = house.get("/operator/chart.svg").await;
    assert_eq!(chart.header("content-type"), "image/svg+xml");
    assert!(chart.body.starts_with("<svg") && chart.body.contains("attempts"));
    for shown in [&metrics.body, &page.body, &chart.body] {
        assert!(!shown.contains("alice") && !shown.contains("127.0.0.1"));
    }
}

/// Who says that they forward is not on this machine, whatever the connection says.
#[tokio::test]
async fn r09_nobody_becomes_an_operator_by_a_header() {
    let house = house().await;
    for path in ["/metrics", "/operator", "/operator/chart.svg"] {
        assert_eq!(house.get(path).await.status, 200);
        for header in [
            "x-forwarded-for: 127.0.0.1",
            "forwarded: for=127.0.0.1",
            "x-real-ip: 127.0.0.1",
            "via: 1.1 proxy",
        ] {
            let refused = house.get_with(path, header).await;
            assert_eq!(refused.status, 404, "{path} {header}");
        }
    }
    let mut told = arguments();
    told.proxies = vec!["127.0.0.1/32".parse().unwrap()];
    told.proxy_header = Some(ProxyHeader::XForwardedFor);
    told.operators = vec!["127.0.0.0/8".parse().unwrap(), "198.51.100.0/24".parse().unwrap()];
    let house = house_with(told).await;
    assert_eq!(house.get_with("/metrics", "x-forwarded-for: 198.51.100.7").await.status, 200);
    for header in [
        "x-forwarded-for: 192.0.2.7",
        "x-forwarded-for: 198.51.100.7, 192.0.2.7",
        "x-forwarded-for: unknown",
        "connection: x-forwarded-for",
    ] {
        assert_eq!(house.get_with("/metrics", header).await.status, 404, "{header}");
    }
}

/// A name of somebody else that leads to this machine is no name of it (DNS rebinding).
#[tokio::test]
async fn what_operators_see_is_shown_under_this_machines_names_alone() {
    let house = house().await;
    for path in ["/metrics", "/operator", "/operator/operator.js", "/operator/operator.css"] {
        for (host, status) in [
            ("localhost:8080", 200),
            ("127.0.0.1:8080", 200),
            ("[::1]:8080", 200),
            ("evil.example", 404),
            ("localhost.evil.example", 404),
            ("127.0.0.1.evil.example:8080", 404),
        ] {
            let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n");
            assert_eq!(house.send(&request).await.status, status, "{path} {host}");
        }
        let elsewhere = house.get_with(path, "cf-connecting-ip: 192.0.2.7").await;
        assert_eq!(elsewhere.status, 404);
    }
}

#[tokio::test]
async fn the_service_is_well_and_says_what_it_does_not_serve() {
    let house = house().await;
    let well = house.get("/healthz").await;
    assert_eq!((well.status, well.body.as_str()), (200, r#"{"status":"ok"}"#));
    let none = house.get("/nothing").await;
    assert_eq!((none.status, none.json()["error"].as_str()), (404, Some("not_found")));
    assert_eq!(none.header("x-content-type-options"), "nosniff");
    let home = house.get("/").await;
    assert!(home.status == 200 && home.body.contains("not signed in"));
    assert_eq!(house.get("/assets/doorward.css").await.status, 200);
}

#[tokio::test]
async fn r22_a_letter_leads_to_a_new_password() {
    let house = house().await;
    house.register("alice@example.com").await;
    assert_eq!(
        house.post("/recover", json!({ "username": "alice@example.com" })).await.status,
        202
    );
    let token = loop {
        let letters: Vec<_> = std::fs::read_dir(&house.outbox).unwrap().flatten().collect();
        let texts = letters.iter().filter_map(|letter| std::fs::read_to_string(letter.path()).ok());
        if let Some(token) =
            texts.filter_map(|text| Some(text.split_once("?token=")?.1.trim().to_owned())).next()
        {
            break token;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    let new = json!({ "token": token, "password": "eight louder herons" });
    assert_eq!(house.post("/recover/confirm", new).await.status, 200);
    let login = json!({ "username": "alice@example.com", "password": PASSWORD });
    assert_eq!(house.post("/login", login).await.status, 401);
}

#[cfg(unix)]
#[tokio::test]
async fn r28_letters_are_for_the_owner_of_the_folder_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = house().await;
    house.register("alice@example.com").await;
    house.post("/recover", json!({ "username": "alice@example.com" })).await;
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&house.outbox), 0o700);
    loop {
        let letters: Vec<_> = std::fs::read_dir(&house.outbox).unwrap().flatten().collect();
        if let Some(letter) = letters.iter().find(|it| it.path().extension().is_some()) {
            assert_eq!(mode(&letter.path()), 0o600);
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
