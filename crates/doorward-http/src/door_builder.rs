//! A door to build.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use doorward::{Authenticator, FrontLimits, Scopes};
use http::Uri;

use crate::client::Client;
use crate::csrf::Origins;
use crate::door::{Door, Settings};
use crate::local_path::local_path;
use crate::page::Pages;
use crate::paths::Paths;
use crate::proxies::Proxies;
use crate::received::BodyLimits;

/// Builds a [`Door`]. Everything has a default but the [`Authenticator`].
#[derive(Debug)]
#[must_use = "a door is made by `build`"]
pub struct DoorBuilder {
    auth: Authenticator,
    bodies: BodyLimits,
    clients: Vec<(String, String)>,
    home: String,
    introspections: FrontLimits,
    origins: Vec<String>,
    pages: Option<Arc<dyn Pages>>,
    prefix: String,
    proxies: Proxies,
    registrations: Option<FrontLimits>,
    scopes: Scopes,
    service: String,
}

impl DoorBuilder {
    pub(crate) fn new(auth: Authenticator) -> Self {
        Self {
            auth,
            bodies: BodyLimits::default(),
            clients: Vec::new(),
            home: "/".to_owned(),
            introspections: limits(100, 1_000),
            origins: Vec::new(),
            pages: None,
            prefix: String::new(),
            proxies: Proxies::none(),
            registrations: Some(limits(5, 300)),
            scopes: Scopes::default(),
            service: "doorward".to_owned(),
        }
    }

    /// How much of a request's body is read, 16 KiB unless told: what is longer is answered 413. A password of 1,024
    /// characters fits in many times.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.bodies.bytes = bytes;
        self
    }

    /// How long the body of a request may take to arrive, 10 seconds unless told: 408 after that. Too long, and whoever
    /// sends a byte a second holds a connection for as long; too short, and people on slow lines are refused.
    pub fn body_deadline(mut self, deadline: Duration) -> Self {
        self.bodies.deadline = deadline;
        self
    }

    /// A client that may ask what any token is, and end it, with these credentials by HTTP Basic (RFC 6749, section
    /// 2.3.1): your resource servers. The secret is a random one of at least 32 characters. Whoever has it learns whose a
    /// stolen token is, and until when it is good.
    ///
    /// Without a client, only owners may ask, with an access token and about their own tokens.
    pub fn client(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.clients.push((id.into(), secret.into()));
        self
    }

    /// Where people go once they have signed in, unless the form said another place: a path, `/` unless told.
    pub fn home(mut self, path: impl Into<String>) -> Self {
        self.home = path.into();
        self
    }

    /// How often each source may ask about tokens; 100 a second and 1,000 at once unless told.
    pub fn introspection_limits(mut self, limits: FrontLimits) -> Self {
        self.introspections = limits;
        self
    }

    /// Where the endpoints are: behind this prefix, such as `/auth`. Mount the router at the root of the service: its
    /// paths have the prefix already.
    pub fn mounted_at(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// An origin whose pages may send requests with cookies, such as `https://example.com`; several may be told. Unless
    /// told, it is whatever stands in `Host`: behind a proxy that writes another one there, say it.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Who draws the pages. Without pages the endpoints answer programs only: with JSON, and forms with redirects.
    pub fn pages(mut self, pages: impl Pages + 'static) -> Self {
        self.pages = Some(Arc::new(pages));
        self
    }

    /// Which peers are proxies of yours, and say where requests come from. Unless told, there is none, and the peer is
    /// the client: behind a proxy this makes all the world one source, which will be made to wait.
    pub fn proxies(mut self, proxies: Proxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// How often each source may make an account: each costs a hash, and an item in the store. Five a second and 300 at
    /// once unless told: a lecture hall gets in, a flood does not.
    pub fn registration_limits(mut self, limits: FrontLimits) -> Self {
        self.registrations = Some(limits);
        self
    }

    /// What the access tokens are for that a login is answered with; nothing in particular unless told.
    pub fn scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
        self
    }

    /// The name of the service, for its pages and for authenticator apps: 1 to 64 bytes without a colon; `doorward` unless
    /// told.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service = name.into();
        self
    }

    /// Nobody makes an account here: they are invited, or imported.
    pub fn without_registration(mut self) -> Self {
        self.registrations = None;
        self
    }

    /// The door.
    ///
    /// # Errors
    ///
    /// [`DoorError`] where a setting will not do: before the first request, not at it.
    pub fn build(self) -> Result<Door, DoorError> {
        if local_path(&self.home).is_none() {
            return Err(DoorError::Home);
        }
        let is_prefix = self.prefix.is_empty()
            || local_path(&self.prefix)
                .is_some_and(|path| !path.ends_with('/') && !path.contains(['?', '{', '*']));
        if !is_prefix {
            return Err(DoorError::Prefix);
        }
        if self.service.is_empty() || self.service.len() > 64 || self.service.contains(':') {
            return Err(DoorError::ServiceName);
        }
        if let Some(origin) = self.origins.iter().find(|origin| !is_origin(origin)) {
            return Err(DoorError::Origin(origin.clone()));
        }
        if self.bodies.bytes == 0 || self.bodies.deadline.is_zero() {
            return Err(DoorError::Body);
        }
        let mut clients: Vec<Client> = Vec::with_capacity(self.clients.len());
        for (number, (id, secret)) in (1..).zip(self.clients) {
            let is_new = clients.iter().all(|known| known.id() != id);
            match Client::new(&id, &secret).filter(|_| is_new) {
                Some(client) => clients.push(client),
                None => return Err(DoorError::Client(number)),
            }
        }
        Ok(Door::new(Settings {
            introspections: self.auth.limiter(self.introspections),
            registrations: self.registrations.map(|limits| self.auth.limiter(limits)),
            auth: self.auth,
            bodies: self.bodies,
            clients,
            origins: Origins(self.origins),
            pages: self.pages,
            paths: Paths::new(self.prefix, self.home),
            proxies: self.proxies,
            scopes: self.scopes,
            service: self.service,
        }))
    }
}

/// A setting of a [`DoorBuilder`] that will not do.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DoorError {
    /// No body can be read.
    #[error("`body_limit` and `body_deadline` must be more than zero")]
    Body,
    /// This client, from 1, in the order in which they were named. Not by its id: whoever has mistaken one for the other has
    /// given the secret in its place.
    #[error(
        "client {0} will not do: give each another id of 1 to 64 letters, digits, `-`, `_` or `.`, and a random \
         secret of 32 to 256 letters, digits, `-`, `_`, `.` or `~`"
    )]
    Client(usize),
    /// [`DoorBuilder::home`].
    #[error("`home` must be a path of this service, such as `/account`")]
    Home,
    /// [`DoorBuilder::origin`].
    #[error(
        "{0:?} is no origin: write it as browsers do, such as `https://example.com`, without a path"
    )]
    Origin(String),
    /// [`DoorBuilder::mounted_at`].
    #[error("`mounted_at` takes a path without a slash at its end, such as `/auth`")]
    Prefix,
    /// [`DoorBuilder::service_name`].
    #[error("`service_name` takes 1 to 64 bytes without a colon")]
    ServiceName,
}

/// As browsers write it (RFC 6454): a scheme, a host in small letters, and a port unless it is the scheme's own.
fn is_origin(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return false };
    let is_default =
        matches!((scheme, authority.port_u16()), ("http", Some(80)) | ("https", Some(443)));
    matches!(scheme, "http" | "https")
        && !is_default
        && !authority.as_str().contains('@')
        && text == format!("{scheme}://{authority}").to_ascii_lowercase()
}

fn limits(per_second: u32, burst: u32) -> FrontLimits {
    let number = |number| NonZeroU32::new(number).expect("it is written above, and not zero");
    FrontLimits::default().with_per_second(number(per_second)).with_burst(number(burst))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_browsers_send() {
        for origin in ["https://example.com", "http://127.0.0.1:8080", "https://[2001:db8::1]:8443"]
        {
            assert!(is_origin(origin), "{origin}");
        }
        for none in [
            "",
            "example.com",
            "https://example.com/",
            "https://example.com/a",
            "https://EXAMPLE.com",
            "https://example.com:443",
            "https://a@example.com",
            "ftp://example.com",
            "null",
            "*",
        ] {
            assert!(!is_origin(none), "{none}");
        }
    }
}
