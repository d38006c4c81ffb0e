//! Answers that are no refusals.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use http::{Response, StatusCode};
use serde::Serialize;

use crate::body::Body;
use crate::cookie::SetCookie;
use crate::problem::{NO_STORE, Problem};

/// An answer under way: what is in it is for nobody else to keep.
#[derive(Debug)]
#[must_use]
pub(crate) struct Answer(Response<Body>);

impl Answer {
    pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("names and texts are JSON");
        Self::of(status, HeaderValue::from_static("application/json"), Body::from(body))
    }

    /// JSON that is written already.
    pub(crate) fn written(text: String) -> Self {
        Self::of(StatusCode::OK, HeaderValue::from_static("application/json"), Body::from(text))
    }

    pub(crate) fn of(status: StatusCode, media_type: HeaderValue, body: Body) -> Self {
        let mut answer = Self::empty(status);
        answer.0.headers_mut().insert(CONTENT_TYPE, media_type);
        *answer.0.body_mut() = body;
        answer
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        let mut answer = Response::new(Body::default());
        *answer.status_mut() = status;
        answer.headers_mut().insert(CACHE_CONTROL, NO_STORE);
        Self(answer)
    }

    /// To another page, by GET.
    pub(crate) fn see_other(path: &str) -> Result<Self, Problem> {
        let mut answer = Self::empty(StatusCode::SEE_OTHER);
        let location = HeaderValue::from_str(path).map_err(|_| Problem::undecided())?;
        answer.0.headers_mut().insert(LOCATION, location);
        Ok(answer)
    }

    pub(crate) fn with_cookie(mut self, cookie: SetCookie) -> Self {
        self.0.headers_mut().append(SET_COOKIE, cookie.into());
        self
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers_mut().insert(name, value);
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        self.0
    }
}

/// Whole seconds since 1970.
pub(crate) fn unix(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Whole seconds that are left, rounded down.
pub(crate) fn left(until: SystemTime, now: SystemTime) -> u64 {
    until.duration_since(now).unwrap_or(Duration::ZERO).as_secs()
}
