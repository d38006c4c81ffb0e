//! What is kept under a ticket, and what the ticket is bound to.

use std::net::IpAddr;

use doorward_fields::{Context, Place};
use doorward_store::{AccountId, TicketKey};
use doorward_throttle::SourcePrefix;
use zeroize::Zeroizing;

use crate::device::{DeviceToken, KnownDevice};
use crate::error::{Error, ErrorKind};
use crate::step_up::{Code, TicketToken};
use crate::vault::{Vault, envelope};

/// What is kept, sealed, under a ticket. All are of one length: nobody who sees the table can tell
/// which of them came from a right password.
///
/// `flags (1) || account (16) || epoch of the account (8) || identifier's index (32) || code tag (32) || source (16) ||
/// token of the device (16) || known device (32)`, 153 bytes, numbers big-endian. The flags are, from the lowest bit:
/// live, by the site, challenged, by the second factor, with a known device; the other three are 0, and without a known
/// device its bytes are.
///
/// It has no version: it lives for ten minutes. What has another length, or a flag that is not known, is corrupt, and
/// redeems nothing.
#[derive(Clone)]
pub(crate) struct TicketRecord {
    /// Whether any code redeems it.
    pub(crate) live: bool,
    /// Whether it was the site that asked for it.
    pub(crate) by_site: bool,
    /// Whether it was asked for because of an attack: then nothing may tell those of right passwords from others.
    pub(crate) challenged: bool,
    /// Whether the code is one of the account's second factor; else it was sent.
    pub(crate) by_second_factor: bool,
    pub(crate) account: AccountId,
    pub(crate) epoch: u64,
    pub(crate) index: [u8; 32],
    /// Of the code that was sent; where nothing redeems the ticket, what its wrong codes are counted by.
    pub(crate) code_tag: [u8; 32],
    pub(crate) binding: Binding,
    /// The device, if it counted as known.
    pub(crate) device: Option<KnownDevice>,
}

/// From where the login came: its code has to come from there as well.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct Binding {
    source: [u8; 16],
    device: [u8; 16],
}

impl TicketRecord {
    const LENGTH: usize = 1 + 16 + 8 + 32 + 32 + 16 + 16 + KnownDevice::LENGTH;

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let flags = [
            self.live,
            self.by_site,
            self.challenged,
            self.by_second_factor,
            self.device.is_some(),
        ];
        let mut bytes = Vec::with_capacity(Self::LENGTH);
        bytes.push(flags.iter().rev().fold(0, |bits, flag| bits << 1 | u8::from(*flag)));
        bytes.extend_from_slice(self.account.as_bytes());
        bytes.extend_from_slice(&self.epoch.to_be_bytes());
        bytes.extend_from_slice(&self.index);
        bytes.extend_from_slice(&self.code_tag);
        bytes.extend_from_slice(&self.binding.source);
        bytes.extend_from_slice(&self.binding.device);
        bytes.extend(self.device.map_or([0; KnownDevice::LENGTH], KnownDevice::to_bytes));
        bytes
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::LENGTH] = bytes.try_into().ok()?;
        let flag = |at: u8| bytes[0] >> at & 1 == 1;
        if bytes[0] >> 5 != 0 {
            return None;
        }
        Some(Self {
            live: flag(0),
            by_site: flag(1),
            challenged: flag(2),
            by_second_factor: flag(3),
            account: AccountId::from_bytes(bytes[1..17].try_into().ok()?),
            epoch: u64::from_be_bytes(bytes[17..25].try_into().ok()?),
            index: bytes[25..57].try_into().ok()?,
            code_tag: bytes[57..89].try_into().ok()?,
            binding: Binding {
                source: bytes[89..105].try_into().ok()?,
                device: bytes[105..121].try_into().ok()?,
            },
            device: flag(4).then(|| KnownDevice::from_bytes(&bytes[121..])).flatten(),
        })
    }
}

impl Vault {
    /// The key a ticket is stored under: the ticket itself is nowhere in the store.
    pub(crate) fn ticket_key(&self, ticket: &TicketToken) -> TicketKey {
        let tag = self.keys().tickets.primary().tag("ticket", &[ticket.0.as_bytes()]);
        TicketKey::new(*tag.as_bytes())
    }

    pub(crate) fn code_tag(&self, ticket: &TicketToken, code: &Code) -> [u8; 32] {
        let parts: [&[u8]; 2] = [ticket.0.as_bytes(), &code.digits()];
        *self.keys().tickets.primary().tag("code", &parts).as_bytes()
    }

    pub(crate) fn is_code(&self, ticket: &TicketToken, code: &Code, record: &TicketRecord) -> bool {
        let parts: [&[u8]; 2] = [ticket.0.as_bytes(), &code.digits()];
        self.keys().tickets.primary().verify("code", &parts, &record.code_tag)
    }

    /// What a ticket is bound to: the address (an IPv6 one by its /64), and the very token of the device.
    pub(crate) fn binding(&self, source: Option<IpAddr>, device: Option<&DeviceToken>) -> Binding {
        let tag = |domain, part: &[u8]| {
            let tag = self.keys().tickets.primary().tag(domain, &[part]);
            let mut half = [0; 16];
            half.copy_from_slice(&tag.as_bytes()[..16]);
            half
        };
        let source = source.map(|source| SourcePrefix::party(source).network().to_string());
        let device = device.map(DeviceToken::expose_secret).unwrap_or_default();
        // No token that is genuine is longer.
        let device = device.get(..256).unwrap_or(device);
        Binding {
            source: tag("ticket source", source.unwrap_or_default().as_bytes()),
            device: tag("ticket device", device.as_bytes()),
        }
    }

    pub(crate) fn seal_ticket(
        &self,
        key: &TicketKey,
        record: &TicketRecord,
    ) -> Result<Vec<u8>, Error> {
        let bytes = Zeroizing::new(record.to_bytes());
        self.seal_under(key, &bytes)
    }

    pub(crate) fn open_ticket(
        &self,
        key: &TicketKey,
        sealed: &[u8],
    ) -> Result<TicketRecord, Error> {
        let opened = self.open_under(key, sealed)?;
        TicketRecord::parse(&opened).ok_or(Error::new(ErrorKind::Corrupt))
    }

    /// Seals what lies under a key among the tickets.
    pub(crate) fn seal_under(&self, key: &TicketKey, record: &[u8]) -> Result<Vec<u8>, Error> {
        let place = Place { table: TICKETS, ..self.place(key.as_bytes(), "record") };
        Ok(self.keys().fields.seal(&Context::new(place), record)?.into_bytes())
    }

    pub(crate) fn open_under(
        &self,
        key: &TicketKey,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let place = Place { table: TICKETS, ..self.place(key.as_bytes(), "record") };
        let opened = self.keys().fields.open(&Context::new(place), &envelope(sealed)?)?;
        Ok(Zeroizing::new(opened.expose_secret().to_vec()))
    }
}

const TICKETS: &str = "tickets";

#[cfg(test)]
mod tests {
    use super::*;

    fn record(device: Option<KnownDevice>) -> TicketRecord {
        TicketRecord {
            live: true,
            by_site: false,
            challenged: true,
            by_second_factor: false,
            account: AccountId::from_bytes([7; 16]),
            epoch: 9,
            index: [1; 32],
            code_tag: [2; 32],
            binding: Binding { source: [3; 16], device: [4; 16] },
            device,
        }
    }

    #[test]
    fn a_record_survives_a_round_trip_and_no_other_length_is_one() {
        let known = KnownDevice::from_bytes(&[5; KnownDevice::LENGTH]);
        for device in [None, known] {
            let record = record(device);
            let bytes = record.to_bytes();
            let again = TicketRecord::parse(&bytes).unwrap();
            assert_eq!(again.to_bytes(), bytes);
            let flags = (again.live, again.by_site, again.challenged, again.by_second_factor);
            assert_eq!(flags, (true, false, true, false));
            assert_eq!((again.account, again.epoch), (record.account, 9));
            assert_eq!((again.index, again.code_tag), (record.index, record.code_tag));
            assert!(again.binding == record.binding && again.device == device);
            assert!(TicketRecord::parse(&bytes[1..]).is_none());
        }
    }

    #[test]
    fn all_records_are_of_one_length() {
        let known = KnownDevice::from_bytes(&[5; KnownDevice::LENGTH]);
        assert_eq!(record(None).to_bytes().len(), record(known).to_bytes().len());
    }
}
