//! Audit events: what happened at the door, with no secret in it.

use std::fmt;
use std::net::IpAddr;
use std::time::SystemTime;

use doorward_session::Purpose;
use doorward_store::AccountId;
use doorward_throttle::{Alarm, Rule, ScopeKind};

use crate::error::ErrorKind;

/// One thing that happened. Every attempt emits exactly one, and what follows from it one more: a hash
/// made anew, a code sent, a password changed or accepted unchecked, an attack that it shows.
///
/// It holds no password, token, code or identifier. `subject` tells attempts on one identifier apart
/// from others, also where no account has it; it is keyed, so it cannot be guessed back. The source
/// address is personal data: keep events no longer than you need them. The pseudonym is keyed by the
/// first root key, so it changes when another one is put in front.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event {
    /// When.
    pub at: SystemTime,
    /// What.
    pub kind: EventKind,
    /// Whose account, where one is known.
    pub account: Option<AccountId>,
    /// A keyed pseudonym of the identifier, 16 hex digits; empty where there is none: a code redeemed in
    /// vain, a network unlocked, an outage.
    pub subject: String,
    /// Where from, as the caller told.
    pub source: Option<IpAddr>,
    /// Whether the device proved that it had logged in to this account before.
    pub known_device: bool,
}

/// What happened.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// An attack was found. The event's subject and source are those of the attempt that showed it.
    Alarm(Alarm),
    /// A notice was sent to somebody.
    NoticeSent,
    /// A notice could not be sent.
    NoticeNotSent,
    /// A code was sent to an owner.
    CodeSent,
    /// A code could not be sent.
    CodeNotSent,
    /// An account was shut.
    Disabled,
    /// An account was opened again.
    Enabled,
    /// A call could not be decided.
    Failed(ErrorKind),
    /// An existing account was brought over.
    Imported,
    /// The store of the counters does not answer, and instances count by themselves where the policy
    /// lets them: see [`Outage`](crate::Outage). One event of each instance, not one an attempt.
    OutageBegan,
    /// It answers again, and is told what was counted.
    OutageEnded,
    /// A password was changed.
    PasswordChanged,
    /// A new password was accepted though the breach check could not tell whether it is known.
    PasswordUnchecked,
    /// A new password or identifier was refused.
    Refused,
    /// A new account.
    Registered,
    /// Somebody tried to register an identifier that has an account.
    RegistrationTaken,
    /// A hash was brought up to the present cost.
    Rehashed,
    /// An account and everything that was kept of it was removed.
    Deleted,
    /// All that is kept of an account was read, for who asked for it.
    Exported,
    /// An account has another identifier.
    IdentifierChanged,
    /// An identifier was shown to be its owner's.
    IdentifierVerified,
    /// The recovery codes of an account are others now.
    RecoveryCodesExchanged,
    /// A password was set anew by who was sent a token for it.
    Recovered,
    /// A second factor was enrolled.
    SecondFactorEnrolled,
    /// A second factor was removed.
    SecondFactorRemoved,
    /// A token was asked for: for an account, if it names one.
    TokenAsked(Purpose),
    /// A login was rejected.
    Rejected(Rejection),
    /// A device was made unknown.
    DeviceRevoked,
    /// A recovery code was used in place of an authenticator app.
    RecoveryCodeUsed,
    /// A refresh token was presented that had been exchanged long before: somebody has a copy. Its grant has ended.
    RefreshReused,
    /// The password was right, and a code of the second factor was asked for.
    SecondFactorAsked,
    /// A session, or a grant to an API client, has ended: by its holder, by its owner, or to make room for another.
    SessionEnded,
    /// A session was opened, or a grant made.
    SessionOpened,
    /// All sessions of an account have ended, or all but one.
    SessionsEnded,
    /// A code was asked for, by this rule.
    StepUp(Rule),
    /// Waits of this kind were lifted.
    Unlocked(ScopeKind),
    /// A login, or a redeemed code.
    Verified,
    /// A login was made to wait, by this rule.
    Waited(Rule),
    /// A code would have been asked for, by this rule of a policy that only monitors.
    WouldStepUp(Rule),
    /// A login would have been made to wait, by this rule of a policy that only monitors.
    WouldWait(Rule),
}

/// Why a login was rejected: for the operator alone.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Rejection {
    /// The account is disabled; the password was right.
    Disabled,
    /// The account has no password.
    NoPassword,
    /// The identifier has no account.
    Unknown,
    /// The code or its ticket was not good.
    WrongCode,
    /// The password was wrong.
    WrongPassword,
}

impl EventKind {
    /// A stable name for logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alarm(alarm) => alarm.name(),
            Self::CodeNotSent => "code_not_sent",
            Self::CodeSent => "code_sent",
            Self::Deleted => "deleted",
            Self::DeviceRevoked => "device_revoked",
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Exported => "exported",
            Self::Failed(_) => "failed",
            Self::IdentifierChanged => "identifier_changed",
            Self::IdentifierVerified => "identifier_verified",
            Self::Imported => "imported",
            Self::NoticeNotSent => "notice_not_sent",
            Self::NoticeSent => "notice_sent",
            Self::OutageBegan => "outage_began",
            Self::OutageEnded => "outage_ended",
            Self::PasswordChanged => "password_changed",
            Self::PasswordUnchecked => "password_unchecked",
            Self::Recovered => "recovered",
            Self::RecoveryCodesExchanged => "recovery_codes_exchanged",
            Self::Refused => "refused",
            Self::Registered => "registered",
            Self::RegistrationTaken => "registration_taken",
            Self::Rehashed => "rehashed",
            Self::Rejected(_) => "rejected",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::RefreshReused => "refresh_reused",
            Self::SecondFactorEnrolled => "second_factor_enrolled",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::SecondFactorAsked => "second_factor_asked",
            Self::SessionEnded => "session_ended",
            Self::SessionOpened => "session_opened",
            Self::SessionsEnded => "sessions_ended",
            Self::StepUp(_) => "step_up",
            Self::TokenAsked(_) => "token_asked",
            Self::Unlocked(_) => "unlocked",
            Self::Verified => "verified",
            Self::Waited(_) => "waited",
            Self::WouldStepUp(_) => "would_step_up",
            Self::WouldWait(_) => "would_wait",
        }
    }

    /// What a kind carries, for logs: the rule, the reason, the kind of error; else nothing.
    pub fn detail(self) -> String {
        match self {
            Self::Failed(kind) => format!("{kind:?}"),
            Self::Rejected(why) => format!("{why:?}"),
            Self::Alarm(alarm) => alarm.to_string(),
            Self::StepUp(rule)
            | Self::Waited(rule)
            | Self::WouldStepUp(rule)
            | Self::WouldWait(rule) => rule.name().to_owned(),
            Self::TokenAsked(purpose) => purpose.name().to_owned(),
            Self::Unlocked(kind) => format!("{kind:?}"),
            _ => String::new(),
        }
    }
}

/// Where events go. It is called on the path of a login: hand over, do not wait.
pub trait EventSink: fmt::Debug + Send + Sync {
    /// Takes one event.
    fn record(&self, event: &Event);
}

/// Writes events to `tracing`, target `doorward::audit`, at the level `INFO` (`WARN` for failures).
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TracingSink;

impl EventSink for TracingSink {
    fn record(&self, event: &Event) {
        let name = event.kind.name();
        let detail = event.kind.detail();
        let account = event.account.map(tracing::field::display);
        let source = event.source.map(tracing::field::display);
        let (subject, known_device) = (event.subject.as_str(), event.known_device);
        match event.kind {
            EventKind::Alarm(_)
            | EventKind::CodeNotSent
            | EventKind::Failed(_)
            | EventKind::NoticeNotSent
            | EventKind::OutageBegan
            | EventKind::PasswordUnchecked
            | EventKind::RefreshReused => {
                tracing::warn!(
                    target: TARGET, event = name, detail, account, subject, source, known_device
                );
            }
            _ => tracing::info!(
                target: TARGET, event = name, detail, account, subject, source, known_device
            ),
        }
    }
}

const TARGET: &str = "doorward::audit";
