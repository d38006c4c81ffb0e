//! An answer that has come, all of it.

use bytes::Bytes;
use doorward_http::Body;
use http::header::SET_COOKIE;
use http::{HeaderMap, Response};
use http_body_util::BodyExt as _;
use serde_json::Value;

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn of(answer: Response<Body>) -> Self {
        let (parts, body) = answer.into_parts();
        // All of it is in memory.
        let collected = futures_now(body.collect()).unwrap();
        Self { status: parts.status.as_u16(), headers: parts.headers, body: collected.to_bytes() }
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `error` of a problem.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Names and values.
    pub fn set_cookies(&self) -> Vec<(String, String)> {
        let lines = self.headers.get_all(SET_COOKIE).into_iter().map(|line| line.to_str().unwrap());
        lines
            .map(|line| {
                let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
                (name.to_owned(), value.to_owned())
            })
            .collect()
    }

    /// What a page of the tests says of `name`.
    pub fn member_of_page(&self, name: &str) -> Option<String> {
        let lines = std::str::from_utf8(&self.body).ok()?.lines();
        let mut members = lines.filter_map(|line| line.split_once('='));
        members.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    }

    pub fn page(&self) -> String {
        self.member_of_page("page").unwrap_or_default()
    }

    pub fn note(&self) -> String {
        self.member_of_page("note").unwrap_or_default()
    }
}

/// Of a future that waits for nothing.
fn futures_now<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("the body is not in memory"),
    }
}
