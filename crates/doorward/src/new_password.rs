//! What a new password has to pass, in order.

use doorward_hash::{AcceptedPassword, Password, PasswordPolicy, PasswordProblem};

use crate::attempt::Typed;
use crate::breaches::{Breaches, Screening};
use crate::error::Error;

/// The policy, what everybody knows about the service, and the breach check.
#[derive(Debug)]
pub(crate) struct NewPasswords {
    pub(crate) policy: PasswordPolicy,
    pub(crate) service_names: Vec<String>,
    pub(crate) breaches: Option<Breaches>,
}

impl NewPasswords {
    /// Cheap rules first; the breach check is asked only about what they accept. Nothing here
    /// depends on whether the account exists, or on its present password.
    pub(crate) async fn check(
        &self,
        password: Password,
        identifier: &str,
        words: &[Typed],
    ) -> Result<Result<(AcceptedPassword, Screening), PasswordProblem>, Error> {
        let service_names = self.service_names.iter().map(String::as_str);
        let words = words.iter().map(|word| word.0.as_str());
        let context: Vec<&str> =
            std::iter::once(identifier).chain(service_names).chain(words).collect();
        let accepted = match self.policy.check(password, &context) {
            Ok(accepted) => accepted,
            Err(problem) => return Ok(Err(problem)),
        };
        let Some(breaches) = &self.breaches else { return Ok(Ok((accepted, Screening::Done))) };
        Ok(breaches.screen(&accepted).await?.map(|screening| (accepted, screening)))
    }
}
