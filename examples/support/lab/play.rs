//! Runs one system through one scenario.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::attempt::{Answer, Attempt, System};
use super::event::{Actor, Event, Login, Slip};
use super::password::Password;
use super::people::{People, index};
use super::scale::SECOND;
use super::score::Score;

/// Plays what owners and guessers do to the system, in order of time, and counts its answers.
///
/// Guesses come when they come. Owners react: told that they are wrong, they try again after a
/// pause; told to wait, they come back once when the wait is over, if it is no longer than a quarter
/// of an hour; sent away again, they give up.
pub(crate) fn play(
    system: &mut dyn System,
    people: &People,
    owners: &[Event],
    guesses: &[Event],
) -> Score {
    let score = Score::of_accounts(people.accounts());
    let mut play = Play { system, people, score, returns: BinaryHeap::new(), number: 0 };
    let (mut owners, mut guesses) = (owners.iter().peekable(), guesses.iter().peekable());
    loop {
        let next = |event: Option<&&Event>| event.map_or(u32::MAX, |event| event.at);
        let (owner, guess) = (next(owners.peek()), next(guesses.peek()));
        let back = play.returns.peek().map_or(u32::MAX, |Reverse(back)| back.at);
        if back < owner.min(guess) {
            let Some(Reverse(back)) = play.returns.pop() else { break };
            play.owner(back.visit, back.at);
        } else if guess < owner {
            let Some(event) = guesses.next() else { break };
            play.guess(event);
        } else {
            let Some(event) = owners.next() else { break };
            play.begin(event);
        }
    }
    play.score
}

/// The longest wait after which an owner comes back, in seconds.
const PATIENCE: u32 = 900;

struct Play<'a> {
    system: &'a mut dyn System,
    people: &'a People,
    score: Score,
    returns: BinaryHeap<Reverse<Return>>,
    /// Of returns so far: two at the same moment keep their order.
    number: u64,
}

/// An owner on the way in.
#[derive(Clone, Copy)]
struct Visit {
    event: Event,
    login: Login,
    /// Tries that were answered so far.
    step: u8,
    came_back: bool,
}

impl Play<'_> {
    fn begin(&mut self, event: &Event) {
        match event.actor {
            Actor::Guesser(_) => self.guess(event),
            Actor::Robot(password) => {
                let attempt = self.attempt(event, event.at, password);
                self.system.attempt(&attempt);
            }
            Actor::Owner(login) => {
                self.score.logins += 1;
                self.owner(Visit { event: *event, login, step: 0, came_back: false }, event.at);
            }
        }
    }

    fn guess(&mut self, event: &Event) {
        let Actor::Guesser(password) = event.actor else { return };
        let attempt = self.attempt(event, event.at, password);
        let answer = self.system.attempt(&attempt);
        self.score.guess(event.name, attempt.is_right, answer);
    }

    fn owner(&mut self, visit: Visit, at: u32) {
        let attempt = self.owners_attempt(&visit, at);
        let answer = self.system.attempt(&attempt);
        let pause = u32::from(visit.login.pause);
        // Once in a while what somebody took for another password is the right one.
        let is_last = visit.step >= visit.login.slips || attempt.is_right;
        if is_last {
            self.score.owner(attempt.has_device, answer);
        }
        match answer {
            Answer::Verified => {}
            Answer::StepUp if is_last => {
                self.system.redeem(&Attempt { at: at + pause * SECOND, ..attempt });
            }
            Answer::StepUp | Answer::Rejected if !is_last => {
                let visit = Visit { step: visit.step + 1, ..visit };
                self.come_back(visit, at + pause * SECOND);
            }
            Answer::Rejected | Answer::StepUp => self.sent_away(visit, at, pause),
            Answer::Refused(wait) if wait <= PATIENCE => self.sent_away(visit, at, wait + pause),
            Answer::Refused(_) => self.score.lost += 1,
        }
    }

    fn sent_away(&mut self, visit: Visit, at: u32, seconds: u32) {
        if visit.came_back {
            self.score.lost += 1;
        } else {
            self.come_back(Visit { came_back: true, ..visit }, at + seconds * SECOND);
        }
    }

    fn come_back(&mut self, visit: Visit, at: u32) {
        self.number += 1;
        self.returns.push(Reverse(Return { at, number: self.number, visit }));
    }

    /// What an owner types at this step.
    fn owners_attempt(&self, visit: &Visit, at: u32) -> Attempt {
        let (event, login) = (&visit.event, visit.login);
        let own = self.people.passwords[index(event.name)];
        let on_own = |attempt| Attempt { has_device: login.known_device, ..attempt };
        if visit.step >= login.slips {
            return on_own(self.attempt(event, at, own));
        }
        match login.slip {
            Slip::Typo(password) => {
                on_own(Attempt { is_typo: true, ..self.attempt(event, at, password) })
            }
            Slip::OtherSite(password) => on_own(self.attempt(event, at, password)),
            // The device is not known to the account of somebody else.
            Slip::OtherName(name) => self.attempt(&Event { name, ..*event }, at, own),
        }
    }

    /// A stranger's attempt at this moment.
    fn attempt(&self, event: &Event, at: u32, password: Password) -> Attempt {
        let right = self.people.password_of(event.name);
        Attempt {
            at,
            name: event.name,
            is_known: right.is_some(),
            source: event.source,
            has_device: false,
            password,
            is_right: right == Some(password),
            is_typo: false,
        }
    }
}

/// A visit that goes on later.
struct Return {
    at: u32,
    number: u64,
    visit: Visit,
}

impl Return {
    fn order(&self) -> (u32, u64) {
        (self.at, self.number)
    }
}

impl PartialEq for Return {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Return {}

impl PartialOrd for Return {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Return {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;
    use crate::lab::addresses::Addresses;
    use crate::lab::scale::Scale;

    /// Answers from a list, and notes when it was asked and whether the password was right.
    struct Script {
        answers: Vec<Answer>,
        asked: Vec<(u32, bool)>,
        redeemed: u32,
    }

    impl System for Script {
        fn attempt(&mut self, attempt: &Attempt) -> Answer {
            self.asked.push((attempt.at, attempt.is_right));
            self.answers[self.asked.len() - 1]
        }

        fn redeem(&mut self, _attempt: &Attempt) {
            self.redeemed += 1;
        }
    }

    /// One login, with a typo that is typed twice, and ten seconds between tries.
    fn played(answers: &[Answer]) -> (Script, Score) {
        let scale = Scale { accounts: 2, days: 1 };
        let people = People::make(scale, &mut Addresses::default(), &mut Dice::new(1));
        let slip = Slip::Typo(Password::unique(999));
        let login = Login { known_device: true, slips: 2, slip, pause: 10 };
        let actor = Actor::Owner(login);
        let event = Event { at: 5_000, source: people.homes[0], name: 0, actor };
        let mut script = Script { answers: answers.to_vec(), asked: Vec::new(), redeemed: 0 };
        let score = play(&mut script, &people, &[event], &[]);
        assert_eq!(script.asked.len(), answers.len());
        (script, score)
    }

    #[test]
    fn an_owner_goes_on_until_inside() {
        use Answer::{Rejected, StepUp, Verified};
        let (script, score) = played(&[Rejected, Rejected, Verified]);
        assert_eq!(script.asked, [(5_000, false), (15_000, false), (25_000, true)]);
        assert_eq!(
            (score.logins, score.lost, score.known.right, score.known.refused),
            (1, 0, 1, 0)
        );

        let (script, score) = played(&[StepUp, StepUp, StepUp]);
        assert_eq!((script.redeemed, score.lost, score.known.challenged), (1, 0, 1));
    }

    #[test]
    fn an_owner_comes_back_once_and_waits_a_quarter_of_an_hour_at_most() {
        use Answer::{Refused, Rejected};
        let (script, score) = played(&[Rejected, Refused(900), Rejected, Refused(1)]);
        let asked = [(5_000, false), (15_000, false), (925_000, false), (935_000, true)];
        assert_eq!(script.asked, asked);
        assert_eq!((score.lost, score.known.refused), (1, 1));

        let (_, score) = played(&[Refused(901)]);
        assert_eq!((score.lost, score.known.right), (1, 0));
    }

    #[test]
    fn an_owner_who_is_wrongly_told_to_be_wrong_tries_once_more() {
        use Answer::Rejected;
        let (_, score) = played(&[Rejected, Rejected, Rejected, Rejected]);
        assert_eq!((score.lost, score.known.right, score.known.refused), (1, 2, 2));
    }
}
