//! The items of a session and of an epoch.

use std::time::SystemTime;

use doorward_store::{AccountId, Session, SessionId, Version};

use crate::item::{Attributes, Item, Unreadable};
use crate::schema::{CREATED, EPOCH, EXPIRES, KEPT, KEPT_EPOCH, VALUE, VERSION};

/// A session, and the epoch in which it was opened.
#[derive(Debug)]
pub(super) struct Stamped {
    pub(super) session: Session,
    pub(super) epoch: i128,
}

impl Stamped {
    pub(super) fn from_item(
        account: AccountId,
        id: SessionId,
        item: &Attributes,
    ) -> Result<Self, Unreadable> {
        let item = Item(item);
        let value = item.bytes(VALUE)?.to_vec();
        let session = Session::new(account, id, value, item.time(CREATED)?, item.time(EXPIRES)?)
            .with_version(item.number(VERSION).map(Version::new)?);
        Ok(Self { session, epoch: item.number(EPOCH)? })
    }

    /// Whether it lives is for its own expiry and the one item of the epoch to say: nothing that two items
    /// would have to say together can be read half.
    pub(super) fn lives(&self, epoch: &Epoch, now: SystemTime) -> bool {
        let is_kept = epoch.kept == Some((self.session.id(), self.epoch));
        (self.epoch >= epoch.number || is_kept) && !self.session.is_expired(now)
    }
}

/// How often all sessions of an account have been ended, and which one was kept the last time, with the epoch
/// in which that was opened.
#[derive(Debug, Default)]
pub(super) struct Epoch {
    pub(super) number: i128,
    kept: Option<(SessionId, i128)>,
}

impl Epoch {
    pub(super) fn of(item: Option<&Attributes>) -> Result<Self, Unreadable> {
        let Some(item) = item.map(Item) else { return Ok(Self::default()) };
        let kept = match item.optional_bytes(KEPT)? {
            Some(id) => {
                let id = id.try_into().map_err(|_| Unreadable(KEPT))?;
                Some((SessionId::from_bytes(id), item.number(KEPT_EPOCH)?))
            }
            None => None,
        };
        Ok(Self { number: item.number(EPOCH)?, kept })
    }
}
