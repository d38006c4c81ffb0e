//! What is stored of sessions: signed, and checked.

use doorward_fields::{Context, KeyId, Place};
use doorward_session::{Label, SessionRecord, Token, TokenKind, TokenSecret};
use doorward_store::{AccountId, Session, SessionId};

use crate::error::{Error, ErrorKind};
use crate::vault::{Vault, envelope};

/// `value = version (1) = 1 || key id (4) || tag (32) || length of the record (2) || record || sealed label`
///
/// The tag is an HMAC-SHA-256, keyed, over the tenant, `account id || session id` and the record: whoever can write to the table cannot
/// write themselves a session, or bring one to another place. The record is not sealed: it holds digests, times and what
/// a grant may be used for, and no more, and it is read with every request of a person. What the session is called may be
/// personal data, and is sealed: `seal[key id](label; tenant, "sessions", account id || session id, "label", 1)`, or
/// nothing where it is called nothing.
impl Vault {
    pub(crate) fn seal_session(
        &self,
        account: AccountId,
        id: SessionId,
        record: &SessionRecord,
        label: &SealedLabel,
    ) -> Result<Vec<u8>, Error> {
        let key = self.keys().sessions.primary();
        let record = record.to_bytes();
        let length = u16::try_from(record.len());
        let length = length.map_err(|error| Error::because(ErrorKind::Internal, error))?;
        let parts: [&[u8]; 3] = [self.tenant().as_bytes(), &name(account, id), &record];
        let tag = key.tag(SESSION, &parts);
        let mut value = Vec::with_capacity(HEAD + record.len() + label.0.len());
        value.push(VERSION);
        value.extend_from_slice(&key.id().get().to_be_bytes());
        value.extend_from_slice(tag.as_bytes());
        value.extend_from_slice(&length.to_be_bytes());
        value.extend_from_slice(&record);
        value.extend_from_slice(&label.0);
        Ok(value)
    }

    /// What a session holds, if it was written here, and for this place.
    pub(crate) fn open_session(&self, session: &Session) -> Result<SessionRecord, Error> {
        let corrupt = || Error::new(ErrorKind::Corrupt);
        let Parts { key, tag, record, .. } = Parts::of(session.value()).ok_or_else(corrupt)?;
        let key = self.keys().sessions.verifier(key).ok_or_else(corrupt)?;
        let name = name(session.account(), session.id());
        if !key.verify(SESSION, &[self.tenant().as_bytes(), &name, record], tag) {
            return Err(corrupt());
        }
        SessionRecord::parse(record).ok_or_else(corrupt)
    }

    pub(crate) fn seal_label(
        &self,
        account: AccountId,
        id: SessionId,
        label: &Label,
    ) -> Result<SealedLabel, Error> {
        if label.is_empty() {
            return Ok(SealedLabel(Vec::new()));
        }
        let name = name(account, id);
        let context = Context::new(self.session_place(&name));
        let sealed = self.keys().fields.seal(&context, label.as_str().as_bytes())?;
        Ok(SealedLabel(sealed.into_bytes()))
    }

    /// What a session is called.
    pub(crate) fn open_label(&self, session: &Session) -> Result<Label, Error> {
        let SealedLabel(sealed) = SealedLabel::of(session);
        if sealed.is_empty() {
            return Ok(Label::default());
        }
        let name = name(session.account(), session.id());
        let context = Context::new(self.session_place(&name));
        let opened = self.keys().fields.open(&context, &envelope(&sealed)?)?;
        let text = std::str::from_utf8(opened.expose_secret());
        Ok(Label::new(text.map_err(|error| Error::because(ErrorKind::Corrupt, error))?))
    }

    /// A refresh token with the seal by which it is known as one of this session when the session has forgotten it:
    /// `key id (4) || first half of a tag (16)`.
    pub(crate) fn seal_refresh(
        &self,
        account: AccountId,
        id: SessionId,
        secret: TokenSecret,
    ) -> Token {
        let key = self.keys().refresh.primary();
        let token = Token::new(TokenKind::Refresh, *account.as_bytes(), *id.as_bytes(), secret);
        let mut seal = [0; Token::SEAL_BYTES];
        seal[..4].copy_from_slice(&key.id().get().to_be_bytes());
        let tag = key.tag(REFRESH, &[&token.digest()]);
        seal[4..].copy_from_slice(&tag.as_bytes()[..16]);
        token.with_seal(seal)
    }

    /// Whether a refresh token was given out for the session that it names.
    pub(crate) fn is_own_refresh(&self, token: &Token) -> bool {
        let Some((id, seal)) = token.seal().split_first_chunk() else { return false };
        let id = KeyId::new(u32::from_be_bytes(*id));
        let Some(key) = self.keys().refresh.verifier(id) else { return false };
        let tag = key.tag(REFRESH, &[&token.digest()]);
        subtle::ConstantTimeEq::ct_eq(&tag.as_bytes()[..16], seal).into()
    }

    fn session_place<'a>(&'a self, name: &'a [u8; 32]) -> Place<'a> {
        Place { table: SESSIONS, ..self.place(name, "label") }
    }
}

/// What a session is called, as it is kept.
pub(crate) struct SealedLabel(Vec<u8>);

impl SealedLabel {
    /// Of a session as it was read; none where that is malformed.
    pub(crate) fn of(session: &Session) -> Self {
        Self(Parts::of(session.value()).map_or_else(Vec::new, |parts| parts.label.to_vec()))
    }
}

/// The parts of what is kept of a session.
struct Parts<'a> {
    key: KeyId,
    tag: &'a [u8],
    record: &'a [u8],
    label: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(value: &'a [u8]) -> Option<Self> {
        let (&version, value) = value.split_first()?;
        let (&key, value) = value.split_first_chunk()?;
        let (tag, value) = value.split_at_checked(32)?;
        let (&length, value) = value.split_first_chunk()?;
        let (record, label) = value.split_at_checked(u16::from_be_bytes(length).into())?;
        let key = KeyId::new(u32::from_be_bytes(key));
        (version == VERSION).then_some(Self { key, tag, record, label })
    }
}

fn name(account: AccountId, id: SessionId) -> [u8; 32] {
    let mut name = [0; 32];
    name[..16].copy_from_slice(account.as_bytes());
    name[16..].copy_from_slice(id.as_bytes());
    name
}

const VERSION: u8 = 1;
/// Version, key id, tag, and the length of the record.
const HEAD: usize = 1 + 4 + 32 + 2;
const SESSIONS: &str = "sessions";
const SESSION: &str = "session";
const REFRESH: &str = "refresh token";
