//! What is stored of sessions, sealed and opened.

use doorward_fields::{Context, Place};
use doorward_session::{SessionRecord, Token, TokenKind, TokenSecret};
use doorward_store::{AccountId, Session, SessionId};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind};
use crate::vault::Vault;

/// `value = seal[key id](record; tenant, "sessions", account id || session id, "record", 1)`
///
/// So a session's item that is copied to another account, or in the place of another session, does not open there.
impl Vault {
    pub(crate) fn seal_session(
        &self,
        account: AccountId,
        id: SessionId,
        record: &SessionRecord,
    ) -> Result<Vec<u8>, Error> {
        let name = name(account, id);
        let context = Context::new(self.session_place(&name));
        let bytes = Zeroizing::new(record.to_bytes());
        Ok(self.keys().fields.seal(&context, &bytes)?.into_bytes())
    }

    pub(crate) fn open_session(&self, session: &Session) -> Result<SessionRecord, Error> {
        let name = name(session.account(), session.id());
        let context = Context::new(self.session_place(&name));
        let mut buffer = Zeroizing::new(session.value().to_vec());
        let opened = self.keys().fields.open_in_place(&context, &mut buffer)?;
        SessionRecord::parse(opened).ok_or(Error::new(ErrorKind::Corrupt))
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
        let id = doorward_fields::KeyId::new(u32::from_be_bytes(*id));
        let Some(key) = self.keys().refresh.verifier(id) else { return false };
        let tag = key.tag(REFRESH, &[&token.digest()]);
        subtle::ConstantTimeEq::ct_eq(&tag.as_bytes()[..16], seal).into()
    }

    fn session_place<'a>(&'a self, name: &'a [u8; 32]) -> Place<'a> {
        Place { table: SESSIONS, ..self.place(name, "record") }
    }
}

fn name(account: AccountId, id: SessionId) -> [u8; 32] {
    let mut name = [0; 32];
    name[..16].copy_from_slice(account.as_bytes());
    name[16..].copy_from_slice(id.as_bytes());
    name
}

const SESSIONS: &str = "sessions";
const REFRESH: &str = "refresh token";
