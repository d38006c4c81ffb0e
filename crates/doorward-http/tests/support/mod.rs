//! A door on the in-memory store, what is sent to it, and what comes back: each answer is checked against the description.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::mod_module_files,
    reason = "each test file uses its part"
)]

pub mod described;
pub mod mailbox;
pub mod reply;

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, UNIX_EPOCH};

use doorward::store::FaultyStore;
use doorward::{
    Authenticator, AuthenticatorBuilder, Cost, Keys, ManualClock, MemoryStore, Registered,
    Registration,
};
use doorward_http::{Body, Door, DoorBuilder, Page, Pages, PeerAddr, View};
use http::Request;
use http::header::{CONTENT_TYPE, COOKIE};
use serde_json::Value;
use tower::ServiceExt;

use self::mailbox::Mailbox;
use self::reply::Reply;

/// What is asked for where nothing was presented.
pub const BEARER: &str = r#"Bearer realm="doorward""#;

pub const PASSWORD: &str = "seven quiet herons";
pub const OTHER_PASSWORD: &str = "eight louder herons";
/// Of a resource server.
pub const CLIENT: (&str, &str) = ("api", "0123456789abcdef0123456789abcdef");

pub struct House {
    pub auth: Authenticator,
    pub door: Door,
    pub store: FaultyStore<MemoryStore>,
    pub clock: ManualClock,
    pub mailbox: Mailbox,
}

/// A door for programs, without letters.
pub fn house() -> House {
    house_with(|auth, _| auth, |door| door)
}

/// With letters, and pages.
pub fn house_with_pages() -> House {
    house_with(|auth, mailbox| auth.notifier(mailbox.clone()), |door| door.pages(Bare))
}

pub fn house_with(
    auth: impl FnOnce(AuthenticatorBuilder, &Mailbox) -> AuthenticatorBuilder,
    door: impl FnOnce(DoorBuilder) -> DoorBuilder,
) -> House {
    let store = FaultyStore::new(MemoryStore::new());
    let clock = ManualClock::new(UNIX_EPOCH + Duration::from_secs(1_790_000_000));
    let mailbox = Mailbox::default();
    let builder = Authenticator::builder().store(store.clone()).keys(Keys::generate().unwrap());
    let builder = builder.cost(Cost::minimal_for_tests()).clock(clock.clone());
    let auth = auth(builder, &mailbox).build().unwrap();
    let builder = Door::builder(auth.clone()).client(CLIENT.0, CLIENT.1);
    let door = door(builder).build().unwrap();
    House { auth, door, store, clock, mailbox }
}

impl House {
    pub async fn with_account(self, username: &str) -> Self {
        let registered = self.auth.register(Registration::new(username, PASSWORD)).await.unwrap();
        assert!(matches!(registered, Registered::Created(_)), "{registered:?}");
        self
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let reply = Reply::of(self.door.clone().oneshot(request).await.unwrap());
        described::check(&self.door, &method, &path, &reply);
        reply
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::default()).unwrap()).await
    }

    /// JSON, from an address of its own.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(json(path, &body)).await
    }

    pub async fn login(&self, username: &str, password: &str) -> Reply {
        self.post("/login", serde_json::json!({ "username": username, "password": password })).await
    }

    /// What a program gets for the right password.
    pub async fn tokens(&self, username: &str) -> Value {
        let reply = self.login(username, PASSWORD).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    pub async fn is_good(&self, access_token: &str) -> bool {
        self.auth.tokens().check(access_token).await.unwrap().is_some()
    }
}

pub fn json(path: &str, body: &Value) -> Request<Body> {
    let request = Request::post(path).header(CONTENT_TYPE, "application/json");
    request.extension(peer(7)).body(Body::from(body.to_string())).unwrap()
}

pub fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.extension(peer(7)).body(Body::from(body)).unwrap()
}

/// One address in each of many networks.
pub fn peer(n: u32) -> PeerAddr {
    let ip: IpAddr = Ipv4Addr::from(0x0b00_0001 + (n << 8)).into();
    PeerAddr((ip, 40_000).into())
}

/// A browser: it keeps cookies, says where it comes from, and reads the token of the last page.
pub struct Browser<'a> {
    pub house: &'a House,
    pub cookies: Vec<(String, String)>,
    pub csrf_token: String,
    pub site: &'static str,
}

impl<'a> Browser<'a> {
    pub fn of(house: &'a House) -> Self {
        let (cookies, csrf_token) = (Vec::new(), String::new());
        Self { house, cookies, csrf_token, site: "same-origin" }
    }

    pub async fn visit(&mut self, path: &str) -> Reply {
        let request = Request::get(path).extension(peer(7)).body(Body::default()).unwrap();
        self.go(request).await
    }

    /// Sends a form of the page that it is on.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let token = self.csrf_token.clone();
        let mut fields = fields.to_vec();
        if !token.is_empty() {
            fields.push(("csrf_token", &token));
        }
        self.go(form(path, &fields)).await
    }

    pub async fn go(&mut self, mut request: Request<Body>) -> Reply {
        let headers = request.headers_mut();
        headers.insert("sec-fetch-site", self.site.parse().unwrap());
        headers.insert("accept", "text/html,application/xhtml+xml,*/*;q=0.8".parse().unwrap());
        headers.insert("user-agent", "Mozilla/5.0 (X11; Linux) Firefox/140.0".parse().unwrap());
        for (name, value) in &self.cookies {
            headers.append(COOKIE, format!("{name}={value}").parse().unwrap());
        }
        let reply = self.house.send(request).await;
        for (name, value) in reply.set_cookies() {
            self.cookies.retain(|(known, _)| *known != name);
            if !value.is_empty() {
                self.cookies.push((name, value));
            }
        }
        if let Some(token) = reply.member_of_page("csrf") {
            self.csrf_token = token;
        }
        reply
    }

    /// Signs in as people do.
    pub async fn sign_in(&mut self, username: &str) -> Reply {
        self.visit("/login").await;
        self.submit("/login", &[("username", username), ("password", PASSWORD)]).await
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        let name = format!("__Host-doorward-{name}");
        self.cookies.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    pub async fn is_signed_in(&self) -> bool {
        let Some(token) = self.cookie("session") else { return false };
        self.house.auth.sessions().check(token).await.unwrap().is_some()
    }
}

/// Pages for tests: a line for each thing that is on them.
#[derive(Debug)]
pub struct Bare;

impl Pages for Bare {
    fn draw(&self, page: &Page<'_>, view: &View<'_>) -> String {
        let what = match page {
            Page::Code { next } => format!("code\nnext={}", next.unwrap_or_default()),
            Page::Enrol(enrolment) => {
                format!("enrol\nuri={}\ntoken={}", enrolment.expose_uri(), enrolment.expose_token())
            }
            Page::EnrolAgain { token } => format!("enrol again\ntoken={token}"),
            Page::NewPassword { token, needs_code } => {
                format!("new password\ntoken={token}\nneeds_code={needs_code}")
            }
            Page::Note => "note".to_owned(),
            Page::Password { ticket, needs_code } => {
                let ticket = ticket.unwrap_or_default();
                format!("password\nticket={ticket}\nneeds_code={needs_code}")
            }
            Page::Problem(problem) => format!("problem {}", problem.error()),
            Page::Recover => "recover".to_owned(),
            Page::RecoveryCodes(codes) => {
                let codes: Vec<_> = codes.iter().map(|code| code.expose_secret()).collect();
                format!("recovery codes\ncodes={}", codes.join(","))
            }
            Page::Register => "register".to_owned(),
            Page::SecondFactor(status) => format!("second factor\nenrolled={}", status.is_some()),
            Page::Sessions(sessions) => {
                let ids: Vec<_> = sessions.iter().map(|session| session.id().to_string()).collect();
                format!("sessions\nids={}", ids.join(","))
            }
            Page::SignIn { next } => format!("sign in\nnext={}", next.unwrap_or_default()),
            page => panic!("{page:?}"),
        };
        let note = view.note.map(|note| match note {
            doorward_http::Note::Refused(problem) => format!("refused {}", problem.error()),
            note => format!("{note:?}"),
        });
        format!(
            "page={what}\nnote={}\nsigned_in={}\ncsrf={}\n",
            note.unwrap_or_default(),
            view.is_signed_in,
            view.csrf_token
        )
    }

    fn asset(&self, name: &str) -> Option<(&'static str, &'static [u8])> {
        (name == "door.css").then_some(("text/css", b"body{}".as_slice()))
    }
}
