//! What happens at the door, whoever guards it.

use super::addresses::Address;
use super::password::Password;
use super::people::Name;

/// Something that begins at a moment that no answer changes: a guess, or somebody's login.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    /// Milliseconds since the start.
    pub(crate) at: u32,
    pub(crate) source: Address,
    pub(crate) name: Name,
    pub(crate) actor: Actor,
}

/// Who is at the door.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Actor {
    /// One guess.
    Guesser(Password),
    /// An owner's program with a password of long ago: it tries once, and again in a while.
    Robot(Password),
    /// An owner, who goes on until inside, or sent away twice.
    Owner(Login),
}

/// How an owner logs in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Login {
    /// Whether it is from a device that has logged in to this account before.
    pub(crate) known_device: bool,
    /// So many wrong tries before the right one.
    pub(crate) slips: u8,
    /// What goes wrong in them.
    pub(crate) slip: Slip,
    /// Seconds between one try and the next.
    pub(crate) pause: u16,
}

/// What an owner gets wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slip {
    /// A slip of the finger: within two keys of the right password.
    Typo(Password),
    /// A password of theirs, but of another site.
    OtherSite(Password),
    /// The name of somebody else's account.
    OtherName(Name),
}
