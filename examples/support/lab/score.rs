//! What a system let in, and whom it kept out, in one scenario.

use std::collections::HashSet;

use super::attempt::Answer;
use super::people::Name;

/// The counts of one system in one scenario.
#[derive(Clone, Debug, Default)]
pub(crate) struct Score {
    pub(crate) accounts: u64,
    pub(crate) guesses: u64,
    /// Guesses that were told something: verified, or rejected.
    pub(crate) answered: u64,
    /// Guesses with the right password.
    pub(crate) right_guesses: u64,
    /// Of these, those that were let in.
    pub(crate) right_let_in: u64,
    entered: HashSet<Name>,
    pub(crate) logins: u64,
    /// Logins whose owner gave up.
    pub(crate) lost: u64,
    /// Attempts of owners with the right password, by kind of device.
    pub(crate) known: Owners,
    pub(crate) unknown: Owners,
}

/// Attempts of owners with the right password.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Owners {
    pub(crate) right: u64,
    /// Kept out, whatever they were told.
    pub(crate) refused: u64,
    /// Asked for a code.
    pub(crate) challenged: u64,
}

impl Score {
    pub(crate) fn of_accounts(accounts: u32) -> Self {
        Self { accounts: u64::from(accounts), ..Self::default() }
    }

    /// Counts a guess.
    pub(crate) fn guess(&mut self, name: Name, is_right: bool, answer: Answer) {
        self.guesses += 1;
        self.answered += u64::from(matches!(answer, Answer::Verified | Answer::Rejected));
        self.right_guesses += u64::from(is_right);
        if answer == Answer::Verified {
            self.right_let_in += 1;
            self.entered.insert(name);
        }
    }

    /// Counts an owner's attempt with the right password.
    pub(crate) fn owner(&mut self, has_device: bool, answer: Answer) {
        let owners = if has_device { &mut self.known } else { &mut self.unknown };
        owners.right += 1;
        match answer {
            Answer::Verified => {}
            Answer::Rejected | Answer::Refused(_) => owners.refused += 1,
            Answer::StepUp => owners.challenged += 1,
        }
    }

    /// Accounts that a guesser got into.
    pub(crate) fn entered(&self) -> u64 {
        self.entered.len() as u64
    }

    pub(crate) fn entered_share(&self) -> f64 {
        share(self.entered(), self.accounts)
    }

    pub(crate) fn answered_share(&self) -> f64 {
        share(self.answered, self.guesses)
    }

    pub(crate) fn lost_share(&self) -> f64 {
        share(self.lost, self.logins)
    }

    /// On all devices.
    pub(crate) fn owners(&self) -> Owners {
        Owners {
            right: self.known.right + self.unknown.right,
            refused: self.known.refused + self.unknown.refused,
            challenged: self.known.challenged + self.unknown.challenged,
        }
    }
}

impl Owners {
    pub(crate) fn refused_share(&self) -> f64 {
        share(self.refused, self.right)
    }

    pub(crate) fn challenged_share(&self) -> f64 {
        share(self.challenged, self.right)
    }
}

fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_is_entered_twice_is_lost_once() {
        let mut score = Score::of_accounts(4);
        score.guess(1, true, Answer::Verified);
        score.guess(1, true, Answer::Verified);
        score.guess(2, true, Answer::Rejected);
        score.guess(2, true, Answer::StepUp);
        score.guess(3, false, Answer::Refused(1));
        assert_eq!((score.entered(), score.right_let_in, score.right_guesses), (1, 2, 4));
        assert_eq!((score.entered_share(), score.answered_share()), (0.25, 0.6));
    }

    #[test]
    fn an_owner_is_refused_whatever_the_answer_says() {
        let mut score = Score::of_accounts(1);
        score.owner(true, Answer::Verified);
        score.owner(true, Answer::Rejected);
        score.owner(false, Answer::Refused(60));
        score.owner(false, Answer::StepUp);
        assert_eq!(score.known.refused_share(), 0.5);
        assert_eq!(score.unknown.challenged_share(), 0.5);
        assert_eq!((score.owners().refused_share(), score.owners().right), (0.5, 4));
    }
}
