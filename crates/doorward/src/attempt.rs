//! What callers ask for: a login, a registration, a change of password, the redeeming of a code.

use std::net::IpAddr;

use doorward_hash::Password;

use crate::device::DeviceToken;
use crate::step_up::{Code, TicketToken};
use crate::verified::Verified;

/// An attempt to log in.
///
/// ```
/// use doorward::Login;
///
/// let source: std::net::IpAddr = "192.0.2.7".parse().unwrap();
/// let login = Login::new("alice@example.com", "correct horse battery").from(source);
/// ```
#[derive(Clone, Debug)]
pub struct Login {
    pub(crate) identifier: Typed,
    pub(crate) password: Password,
    pub(crate) source: Option<IpAddr>,
    pub(crate) device: Option<DeviceToken>,
}

impl Login {
    /// An attempt with what was typed, as it was typed.
    pub fn new(identifier: impl Into<String>, password: impl Into<Password>) -> Self {
        Self {
            identifier: Typed(identifier.into()),
            password: password.into(),
            source: None,
            device: None,
        }
    }

    /// Where it comes from: the client's own address, behind a proxy the one that the *trusted*
    /// proxy names. Without one it shares a strict budget with all others that have none.
    pub fn from(mut self, source: impl Into<IpAddr>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What the client keeps as its device token, genuine or not.
    pub fn device(mut self, token: DeviceToken) -> Self {
        self.device = Some(token);
        self
    }
}

/// A new account.
#[derive(Clone, Debug)]
pub struct Registration {
    pub(crate) identifier: Typed,
    pub(crate) password: Password,
    pub(crate) words: Vec<Typed>,
    pub(crate) existing: bool,
}

impl Registration {
    /// An account that a person asks for: the password policy applies.
    pub fn new(identifier: impl Into<String>, password: impl Into<Password>) -> Self {
        Self {
            identifier: Typed(identifier.into()),
            password: password.into(),
            words: Vec::new(),
            existing: false,
        }
    }

    /// What else anyone knows about the person: the names on the form. A password that is made of them
    /// is refused; of these, the identifier and the names of the service, 32 are looked at.
    ///
    /// ```
    /// use doorward::Registration;
    ///
    /// let registration = Registration::new("alice@example.com", "correct horse battery")
    ///     .context(["Alice", "Liddell"]);
    /// ```
    pub fn context(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.words.extend(typed(words));
        self
    }

    /// An account that exists elsewhere and is brought over: its password is taken as it is, if it
    /// can be hashed at all.
    pub fn existing(identifier: impl Into<String>, password: impl Into<Password>) -> Self {
        Self { existing: true, ..Self::new(identifier, password) }
    }
}

/// A change of password by somebody who knows the current one.
#[derive(Debug)]
pub struct PasswordChange {
    pub(crate) evidence: Evidence,
    pub(crate) new: Password,
    pub(crate) words: Vec<Typed>,
}

/// What shows that the current password is known.
#[derive(Debug)]
pub(crate) enum Evidence {
    Login(Box<Login>),
    Proof(Box<Verified>),
}

impl PasswordChange {
    /// `login` holds the current password, and is throttled and counted like any other login.
    pub fn new(login: Login, new: impl Into<Password>) -> Self {
        Self { evidence: Evidence::Login(Box::new(login)), new: new.into(), words: Vec::new() }
    }

    /// `proof` is of a login with the current password, at most ten minutes ago: what a
    /// [redeemed](crate::Authenticator::redeem) ticket gives, where the current password was answered with a step-up.
    pub fn proven(proof: Verified, new: impl Into<Password>) -> Self {
        Self { evidence: Evidence::Proof(Box::new(proof)), new: new.into(), words: Vec::new() }
    }

    /// What else anyone knows about the person, as for [`Registration::context`].
    pub fn context(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.words.extend(typed(words));
        self
    }
}

/// A ticket, and the code that its owner was sent or has in an authenticator app, or a recovery code.
#[derive(Clone, Debug)]
pub struct Redemption {
    pub(crate) ticket: TicketToken,
    pub(crate) code: Code,
    pub(crate) source: Option<IpAddr>,
    pub(crate) device: Option<DeviceToken>,
}

impl Redemption {
    /// The ticket's text as [`StepUp::expose_secret`](crate::StepUp::expose_secret) gave it, and
    /// the code as it was typed.
    pub fn new(ticket: impl Into<String>, code: impl Into<String>) -> Self {
        let (ticket, code) = (TicketToken::new(ticket), Code::new(code));
        Self { ticket, code, source: None, device: None }
    }

    /// Where it comes from: the same address as the login's, or the ticket is none. (Of IPv6, the same /64.)
    pub fn from(mut self, source: impl Into<IpAddr>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What the client keeps as its device token: the same as at the login, or the ticket is none.
    pub fn device(mut self, token: DeviceToken) -> Self {
        self.device = Some(token);
        self
    }
}

/// An identifier as it was typed: personal data, so `Debug` shows none of it.
#[derive(Clone)]
pub(crate) struct Typed(pub(crate) String);

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[REDACTED]")
    }
}

/// No more than are looked at.
pub(crate) fn typed(
    words: impl IntoIterator<Item = impl Into<String>>,
) -> impl Iterator<Item = Typed> {
    words.into_iter().take(32).map(|word| Typed(word.into()))
}
