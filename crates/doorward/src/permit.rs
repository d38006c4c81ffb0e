//! The right to one hash.

use doorward_hash::AcceptedPassword;
use doorward_throttle::Admission;

use crate::verified::Verified;

/// The right to compute a hash once: law 2, *no hash without a permit*.
///
/// The pool takes nothing else, and there are three ways to one: the throttle admitted an attempt,
/// the policy accepted a new password, or a verified login is to be rehashed.
#[derive(Debug)]
pub(crate) struct Permit<'a>(#[allow(dead_code, reason = "held as evidence")] Evidence<'a>);

#[derive(Debug)]
#[allow(dead_code, reason = "held as evidence")]
enum Evidence<'a> {
    Admitted(&'a Admission),
    Accepted(&'a AcceptedPassword),
    Verified(&'a Verified),
}

impl<'a> From<&'a Admission> for Permit<'a> {
    fn from(admission: &'a Admission) -> Self {
        Self(Evidence::Admitted(admission))
    }
}

impl<'a> From<&'a AcceptedPassword> for Permit<'a> {
    fn from(password: &'a AcceptedPassword) -> Self {
        Self(Evidence::Accepted(password))
    }
}

impl<'a> From<&'a Verified> for Permit<'a> {
    fn from(proof: &'a Verified) -> Self {
        Self(Evidence::Verified(proof))
    }
}
