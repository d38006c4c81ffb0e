//! The ways to verify a password at one cost.

use doorward::{Backend, Cost};
use doorward_hash::{Arena, Hasher, Password, Salt, StoredHash, Subject, Verdict};

use crate::bare::Bare;
use crate::contest::Contest;
use crate::door::{Failure, PASSWORD};

/// A contest of the crate argon2 by itself and of both backends, each verifying [`PASSWORD`] against its
/// hash at `cost`.
///
/// # Errors
///
/// [`Failure`] when a hash cannot be made, or the vectorised backend is refused.
///
/// # Panics
///
/// The contest does, when a way does not verify the password.
pub fn verifying<'a>(cost: Cost) -> Result<Contest<'a>, Failure> {
    let mut contest = Contest::default();
    let bare = Bare::new(cost)?;
    contest.add("argon2: verify_password", move || assert!(bare.verify_password(PASSWORD)));
    let mut bare = Bare::new(cost)?;
    contest.add("argon2: bare fill, reused memory", move || assert!(bare.verify(PASSWORD)));
    for (name, backend) in [("default", Backend::default()), ("vectorised", Backend::vectorised()?)]
    {
        let (hasher, password) =
            (Hasher::new(cost).with_backend(backend), Password::from(PASSWORD));
        let mut arena = Arena::new();
        let hash: StoredHash = hasher.hash(&mut arena, &password, Salt::generate()?)?;
        contest.add(format!("doorward, {name}: {backend}"), move || {
            let answer = hasher.verify(&mut arena, &password, Subject::Stored(&hash));
            assert!(answer.is_ok_and(|answer| answer.verdict() == Verdict::Valid));
        });
    }
    Ok(contest)
}
