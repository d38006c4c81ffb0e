//! A request to an endpoint, read within bounds.

use std::fmt;
use std::pin::pin;
use std::time::Duration;

use bytes::Buf;
use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use http_body::Body;
use http_body_util::BodyExt as _;
use zeroize::Zeroizing;

use crate::client_address::ClientAddress;
use crate::fields::Fields;
use crate::identity::Identity;
use crate::problem::Problem;

/// A request to an endpoint.
pub(crate) struct Received {
    pub(crate) method: Method,
    /// Without the prefix.
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) client: ClientAddress,
    pub(crate) identity: Identity,
    pub(crate) fields: Fields,
    pub(crate) kind: Kind,
}

/// How its body was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Empty,
    Form,
    Json,
}

/// How much of a body is read, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyLimits {
    pub(crate) bytes: usize,
    pub(crate) deadline: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self { bytes: 16 * 1024, deadline: Duration::from_secs(10) }
    }
}

impl Received {
    /// Whether it is answered as a browser's form is: with redirects and cookies, not with JSON.
    pub(crate) fn is_browser_form(&self) -> bool {
        match self.kind {
            // A script that ends sessions, a program that logs out: a browser's form has a token in it.
            Kind::Empty => self.takes_pages(),
            Kind::Form => !self.prefers_json(),
            Kind::Json => false,
        }
    }

    /// Whether its sender would read a page.
    pub(crate) fn takes_pages(&self) -> bool {
        accepts(&self.headers, "text/html")
    }

    pub(crate) fn field(&mut self, name: &'static str) -> Result<Zeroizing<String>, Problem> {
        self.fields.take(name).ok_or_else(|| {
            Problem::invalid_request(format!("the field `{name}` is missing or empty"))
        })
    }

    /// Whom it is from, with the token of its form.
    pub(crate) fn guarded_identity(&mut self) -> Identity {
        match self.fields.take("csrf_token") {
            Some(token) => self.identity.clone().with_csrf_token(&token),
            None => self.identity.clone(),
        }
    }

    /// A parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.query.as_deref().unwrap_or_default();
        let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.into_owned())
    }

    fn prefers_json(&self) -> bool {
        accepts(&self.headers, "application/json") && !self.takes_pages()
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Whether a media type is named in `Accept`: ranges and weights do not count.
fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let lines = headers.get_all(ACCEPT).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|range| {
        let name = range.split(';').next().unwrap_or_default();
        name.trim().eq_ignore_ascii_case(media_type)
    })
}

/// The fields of a body.
pub(crate) async fn read<B>(
    headers: &HeaderMap,
    body: B,
    limits: BodyLimits,
) -> Result<(Fields, Kind), Problem>
where
    B: Body,
{
    let text = within(limits, body).await?;
    if text.is_empty() {
        return Ok((Fields::default(), Kind::Empty));
    }
    match kind(headers) {
        Some(Kind::Json) => Ok((Fields::from_json(&text)?, Kind::Json)),
        Some(_) => Ok((Fields::from_form(&text)?, Kind::Form)),
        None => Err(Problem::unsupported_media_type()),
    }
}

/// The text of a form.
#[cfg(feature = "axum")]
pub(crate) async fn form<B>(
    headers: &HeaderMap,
    body: B,
    limits: BodyLimits,
) -> Result<Zeroizing<Vec<u8>>, Problem>
where
    B: Body,
{
    if kind(headers) != Some(Kind::Form) {
        return Err(Problem::unsupported_media_type());
    }
    within(limits, body).await
}

/// What the body is said to be.
fn kind(headers: &HeaderMap) -> Option<Kind> {
    let media_type = headers.get(CONTENT_TYPE)?.to_str().ok()?.split(';').next()?.trim();
    let is = |name| media_type.eq_ignore_ascii_case(name);
    if is("application/json") {
        Some(Kind::Json)
    } else {
        is("application/x-www-form-urlencoded").then_some(Kind::Form)
    }
}

async fn within<B: Body>(limits: BodyLimits, body: B) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let collected = tokio::time::timeout(limits.deadline, collect(body, limits.bytes)).await;
    collected.map_err(|_| Problem::too_slow())?
}

/// In memory that is wiped: there are passwords in it.
async fn collect<B: Body>(body: B, most: usize) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let hint = body.size_hint();
    let announced = usize::try_from(hint.lower()).unwrap_or(usize::MAX);
    if announced > most {
        return Err(Problem::too_large(most));
    }
    let room = hint.exact().map_or(most, |exact| usize::try_from(exact).unwrap_or(most).min(most));
    // It never grows, which would leave copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(room));
    let mut body = pin!(body);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::invalid_request("the body broke off"))?;
        let Ok(mut data) = frame.into_data() else { continue };
        if data.remaining() > most.saturating_sub(text.len()) {
            return Err(Problem::too_large(most));
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            text.extend_from_slice(chunk);
            let length = chunk.len();
            data.advance(length);
        }
    }
    Ok(text)
}
