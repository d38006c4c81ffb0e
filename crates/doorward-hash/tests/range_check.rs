//! The range check over HTTP, with a service on this machine and a client of a few lines.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

mod support;

use std::{error::Error as _, fmt, io, time::Duration};

use async_trait::async_trait;
use doorward_hash::{
    BreachCheck, BreachStatus, BreachUnavailable, NotAccepted, Password, PasswordPolicy,
    PasswordProblem, RangeAnswer, RangeCheck, RangeClient, RangeError, RangeQuery,
};
use support::{Reply, Service, TcpClient};

/// Its SHA-1 begins with ABF7A.
const KNOWN: &str = "correct horse battery staple";
const SUFFIX: &str = "AD6438836DBE526AA231ABDE2D0EEF74D42";
const OTHER: &str = "0018A45C4D1DEF81644B54AB7F969B88D65";

/// What the check says when the service answers this, and what the service was asked.
async fn look_up(reply: Reply) -> (Result<BreachStatus, BreachUnavailable>, Vec<String>) {
    let service = Service::start(reply);
    let check = RangeCheck::new(TcpClient::new(service.address()));
    let status = check.look_up(&Password::from(KNOWN)).await;
    (status, service.requests())
}

async fn failure(reply: Reply) -> BreachUnavailable {
    look_up(reply).await.0.unwrap_err()
}

async fn range_error(reply: Reply) -> RangeError {
    *failure(reply).await.source().unwrap().downcast_ref().unwrap()
}

#[tokio::test]
async fn r21_five_digits_go_over_the_line_and_no_more() {
    let (_, requests) = look_up(Reply::ok(format!("{OTHER}:1\r\n"))).await;
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert!(request.starts_with("GET /range/ABF7A HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("\r\nAdd-Padding: true\r\n"), "{request}");
    let said = request.to_ascii_uppercase();
    assert!(!said.contains(&SUFFIX[..4]) && !said.contains("HORSE"), "{request}");
}

#[tokio::test]
async fn r21_a_hit_and_a_miss_over_http() {
    for (body, expected) in [
        (format!("{OTHER}:12\r\n{SUFFIX}:116\r\n"), BreachStatus::Known),
        (format!("{}:1", SUFFIX.to_lowercase()), BreachStatus::Known),
        (format!("{OTHER}:12\r\n"), BreachStatus::NotKnown),
        // Padding
        (format!("{OTHER}:12\r\n{SUFFIX}:0\r\n"), BreachStatus::NotKnown),
    ] {
        assert_eq!(look_up(Reply::ok(body)).await.0.unwrap(), expected);
    }
}

#[tokio::test]
async fn r21_a_status_of_error_is_no_answer() {
    for status in [204, 301, 400, 403, 404, 429, 500, 503] {
        // Even with a body that would be one.
        let reply = Reply::new(status, format!("{OTHER}:1\r\n"));
        assert_eq!(range_error(reply).await, RangeError::Status { status });
    }
}

#[tokio::test]
async fn r21_garbage_is_no_answer() {
    for (body, expected) in [
        (b"<html>sign in to this network</html>".to_vec(), RangeError::Malformed { line: 1 }),
        (format!("{OTHER}:1\r\n{SUFFIX}").into_bytes(), RangeError::Malformed { line: 2 }),
        (format!("{SUFFIX}:1\r\noops\r\n").into_bytes(), RangeError::Malformed { line: 2 }),
        (vec![0xff, 0xfe, 0, 1], RangeError::NotText),
        (Vec::new(), RangeError::Empty),
    ] {
        assert_eq!(range_error(Reply::ok(body)).await, expected);
    }
}

#[tokio::test]
async fn r21_an_oversized_answer_is_no_answer() {
    let line = format!("{OTHER}:1\r\n");
    let body = line.repeat(2 * RangeQuery::MAX_BODY / line.len());
    let too_long = RangeError::TooLong { max_bytes: RangeQuery::MAX_BODY };
    assert_eq!(range_error(Reply::ok(body)).await, too_long);
}

#[tokio::test]
async fn r21_a_service_that_is_slow_or_hangs_up_is_no_answer() {
    let error = failure(Reply::ok(format!("{OTHER}:1\r\n")).late(Duration::from_secs(5))).await;
    let kind = error.source().unwrap().downcast_ref::<io::Error>().unwrap().kind();
    assert!(matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut), "{kind:?}");
    // It promises more than it sends.
    let error = failure(Reply::ok(format!("{OTHER}:1\r\n")).cut_off()).await;
    let kind = error.source().unwrap().downcast_ref::<io::Error>().unwrap().kind();
    assert_eq!(kind, io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn r21_no_service_is_no_answer() {
    let address = Service::start(Reply::ok("")).address();
    let check = RangeCheck::new(TcpClient::new(address));
    let error = check.look_up(&Password::from(KNOWN)).await.unwrap_err();
    assert!(error.source().unwrap().downcast_ref::<io::Error>().is_some());
}

#[tokio::test]
async fn r21_the_policy_tells_a_refusal_from_no_answer() {
    let policy = PasswordPolicy::default();
    let (hit, miss) = (format!("{SUFFIX}:3\r\n"), format!("{OTHER}:3\r\n"));
    for (reply, expected) in [(Reply::ok(hit), "breached"), (Reply::ok(miss), "accepted")] {
        let service = Service::start(reply);
        let check = RangeCheck::new(TcpClient::new(service.address()));
        let checked = policy.check_with(Password::from(KNOWN), &[], &check).await;
        let found = match checked {
            Ok(_) => "accepted",
            Err(NotAccepted::Problem(PasswordProblem::Breached)) => "breached",
            Err(_) => "other",
        };
        assert_eq!(found, expected);
    }
    let service = Service::start(Reply::new(503, ""));
    let check = RangeCheck::new(TcpClient::new(service.address()));
    let checked = policy.check_with(Password::from(KNOWN), &[], &check).await;
    assert!(matches!(checked, Err(NotAccepted::Unavailable(_))));
    // What is refused anyway is not asked about.
    let checked = policy.check_with(Password::from("short"), &[], &check).await;
    assert!(matches!(checked, Err(NotAccepted::Problem(PasswordProblem::TooShort { .. }))));
    assert_eq!(service.requests().len(), 1);
}

/// Fails as clients do that name the address.
struct Talkative(Box<dyn Fn(&str) -> io::Error + Send + Sync>);

impl fmt::Debug for Talkative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Talkative")
    }
}

#[async_trait]
impl RangeClient for Talkative {
    async fn range(
        &self,
        prefix: &str,
    ) -> Result<RangeAnswer, Box<dyn std::error::Error + Send + Sync>> {
        Err((self.0)(prefix).into())
    }
}

#[tokio::test]
async fn law_08_what_was_asked_is_in_no_error() {
    let wrapped = |prefix: &str| {
        let cause = io::Error::other(format!("GET /range/{}", prefix.to_lowercase()));
        io::Error::other(BreachUnavailable::new(cause))
    };
    let plain = |prefix: &str| io::Error::other(format!("no route to /range/{prefix}"));
    for client in [Talkative(Box::new(plain)), Talkative(Box::new(wrapped))] {
        let error = RangeCheck::new(client).look_up(&Password::from(KNOWN)).await.unwrap_err();
        let shown = format!("{error} {error:?} {}", error.source().unwrap()).to_uppercase();
        assert!(!shown.contains("ABF7A"), "{shown}");
        assert_eq!(error.source().unwrap().downcast_ref(), Some(&RangeError::Withheld));
    }
    // Others come through.
    let silent = Talkative(Box::new(|_| io::Error::other("no route")));
    let error = RangeCheck::new(silent).look_up(&Password::from(KNOWN)).await.unwrap_err();
    assert_eq!(error.source().unwrap().to_string(), "no route");
}

#[test]
fn law_08_answers_are_not_shown() {
    let answer = RangeAnswer::new(200, format!("{SUFFIX}:3"));
    assert_eq!(format!("{answer:?}"), "RangeAnswer { status: 200, body_bytes: 37, .. }");
}
