//! When something is taken for an attack, and what is done about it.

use std::time::Duration;

use crate::popularity_filter::FilterSize;

/// What a detection does to the attempts from unknown devices that it makes suspicious.
///
/// Known devices notice nothing of any of them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Response {
    /// The uniform step-up: right, wrong and unknown are answered alike, and only the owner of a right
    /// one is sent a code. Where no code can be sent, a suspicious password waits, and a suspicious
    /// source or site is left to the waits of its rule.
    #[default]
    StepUp,
    /// They wait until the detection ends, and cost no hash: an hour as a rule, up to 30 hours where an
    /// account was tried with too many common passwords. An owner who meets it on a new device is kept out
    /// as long.
    Refuse,
    /// An alarm for the operator, and nothing else.
    AlarmOnly,
}

/// When attempts from unknown devices are taken for an attack.
///
/// [`Detection::recommended`] says why each number is what it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Detection {
    pub(crate) passwords: Response,
    pub(crate) networks: Response,
    pub(crate) surges: Response,
    pub(crate) popular: Response,
    pub(crate) filter: FilterSize,
    pub(crate) password_accounts: u64,
    pub(crate) source_accounts: u64,
    pub(crate) source_requests: u64,
    pub(crate) source_failed_percent: u64,
    pub(crate) surge_failures: u64,
    pub(crate) hit_budget: u64,
    pub(crate) hold: Duration,
}

impl Detection {
    /// The defaults.
    ///
    /// - A password is *sprayed* when it fails on 6 accounts within 24 hours, and it is one that fails
    ///   often: it is on the list of common ones, or at 44 of 48 rungs of the
    ///   [filter](crate::PopularityFilter). On a large site it takes more accounts: 3 in 100 of a calm day's
    ///   failures, or one in 100 of today's. Then attempts with this password are suspicious; and with three sprayed ones
    ///   within half a day, attempts with any listed one.
    /// - A source or its prefix is *spraying* when attempts on more than 15 accounts fail within 5
    ///   minutes, more than on how many others succeed; a source also when of more than 7 attempts in a
    ///   day, on 3 accounts at least, more than 80 % fail (Islam and others, "Araña", USENIX Security
    ///   2023).
    /// - The site or a prefix sees a *surge* when more fail than calm times explain: half more than the calm
    ///   share of failures, 5 in 100 at most, learned from its own past and taken for 2 to 50 %, plus four standard
    ///   deviations, plus 20 failures (a prefix: 12). An account counts for 4 failures of the site at most, a
    ///   source for 3, a prefix for 10.
    /// - An account's *hit budget* is what common passwords it may be tried with in 24 hours: those of
    ///   1 % of all accounts together (Blocki and Zhang, "DALock", PoPETs 2022). Beyond
    ///   it, listed passwords are suspicious on this account; others are not.
    /// - Each lasts for an hour, a surge for an hour after the last sign of it. One that comes again
    ///   within a day lasts four times as long, at most a day, unless people wait for its end.
    ///
    /// Nothing of it depends on whether an attempt that is answered with a step-up was right: such an
    /// attempt is not looked at, or it counts as one that was wrong until its owner redeems the ticket.
    ///
    /// A threshold that is too low asks owners on new devices for a code; one that is too high gives a
    /// sprayer as many guesses more.
    pub const fn recommended() -> Self {
        Self {
            passwords: Response::StepUp,
            networks: Response::StepUp,
            surges: Response::StepUp,
            popular: Response::StepUp,
            filter: FilterSize::Large,
            password_accounts: 6,
            source_accounts: 15,
            source_requests: 7,
            source_failed_percent: 80,
            surge_failures: 20,
            hit_budget: 10_000,
            hold: Duration::from_secs(3_600),
        }
    }

    /// The same response to everything.
    pub const fn respond(self, response: Response) -> Self {
        Self {
            passwords: response,
            networks: response,
            surges: response,
            popular: response,
            ..self
        }
    }

    /// What is done about sprayed passwords.
    pub const fn with_passwords(self, passwords: Response) -> Self {
        Self { passwords, ..self }
    }

    /// What is done about sources and prefixes that spray.
    pub const fn with_networks(self, networks: Response) -> Self {
        Self { networks, ..self }
    }

    /// What is done about surges of failures, of the site and of prefixes.
    pub const fn with_surges(self, surges: Response) -> Self {
        Self { surges, ..self }
    }

    /// What is done about listed passwords on an account that was tried with too many of them.
    pub const fn with_popular(self, popular: Response) -> Self {
        Self { popular, ..self }
    }

    /// How much memory the filter takes.
    pub const fn with_filter(self, filter: FilterSize) -> Self {
        Self { filter, ..self }
    }

    /// On how many accounts a password has to fail. 3 to 64.
    pub const fn with_password_accounts(self, password_accounts: u64) -> Self {
        Self { password_accounts, ..self }
    }

    /// On more than how many accounts a source has to fail within 5 minutes. 3 to 60.
    pub const fn with_source_accounts(self, source_accounts: u64) -> Self {
        Self { source_accounts, ..self }
    }

    /// The day's rule of a source: more attempts than `requests`, more than `percent` of them failed.
    /// 3 to 1,000; 20 to 99.
    pub const fn with_source_share(self, requests: u64, percent: u64) -> Self {
        Self { source_requests: requests, source_failed_percent: percent, ..self }
    }

    /// How many failures beyond what calm times explain make a surge of the site. 10 to 10,000.
    pub const fn with_surge_failures(self, surge_failures: u64) -> Self {
        Self { surge_failures, ..self }
    }

    /// The hit budget, in millionths of all accounts. 1,000 to 100,000.
    pub const fn with_hit_budget(self, millionths: u64) -> Self {
        Self { hit_budget: millionths, ..self }
    }

    /// How long a detection lasts after the last sign of it: a minute to an hour, for whoever is
    /// refused by one may have to wait as long.
    pub const fn with_hold(self, hold: Duration) -> Self {
        Self { hold, ..self }
    }

    /// The setting that is out of its bounds, and these.
    pub(crate) fn out_of_bounds(&self) -> Option<(&'static str, u64, u64, u64)> {
        let settings = [
            ("password_accounts", self.password_accounts, 3, 64),
            ("source_accounts", self.source_accounts, 3, 60),
            ("source_requests", self.source_requests, 3, 1_000),
            ("source_failed_percent", self.source_failed_percent, 20, 99),
            ("surge_failures", self.surge_failures, 10, 10_000),
            ("hit_budget", self.hit_budget, 1_000, 100_000),
            ("hold_seconds", self.hold.as_secs(), 60, 3_600),
        ];
        settings.into_iter().find(|&(_, value, least, most)| !(least..=most).contains(&value))
    }
}

impl Default for Detection {
    fn default() -> Self {
        Self::recommended()
    }
}
