//! A grant as it is kept.

use super::{Access, Exchanged, Grant};
use crate::bytes::{Reader, put_text, put_time};
use crate::scopes::Scopes;

impl Grant {
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        put_text(&self.scopes.to_string(), out);
        out.extend_from_slice(&self.refresh);
        self.access.put(out);
        out.push(u8::from(self.former.is_some()));
        if let Some(former) = &self.former {
            former.put(out);
        }
        out.push(u8::try_from(self.recent.len()).unwrap_or(u8::MAX));
        for exchanged in &self.recent {
            out.extend_from_slice(&exchanged.digest);
            out.extend_from_slice(&exchanged.salt);
            put_time(exchanged.at, out);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let text = reader.text()?;
        let scopes: Scopes = text.parse().ok()?;
        if scopes.to_string() != text {
            return None;
        }
        let refresh = reader.array()?;
        let access = Access::read(reader)?;
        let former = match reader.byte()? {
            0 => None,
            1 => Some(Access::read(reader)?),
            _ => return None,
        };
        let count = usize::from(reader.byte()?);
        if count > Self::MAX_RECENT {
            return None;
        }
        let mut recent = Vec::with_capacity(count);
        for _ in 0..count {
            let (digest, salt) = (reader.array()?, reader.array()?);
            recent.push(Exchanged { digest, salt, at: reader.time()? });
        }
        Some(Self { scopes, refresh, access, former, recent })
    }
}

impl Access {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.digest);
        put_time(self.expires_at, out);
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self { digest: reader.array()?, expires_at: reader.time()? })
    }
}
