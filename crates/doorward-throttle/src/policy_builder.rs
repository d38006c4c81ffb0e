//! Building a policy that is safe.

use std::time::Duration;

use crate::address::SourcePrefix;
use crate::detection::Detection;
use crate::ladder::Ladder;
use crate::networks::Networks;
use crate::outage::Outage;
use crate::policy::{Mode, Policy};
use crate::policy_error::PolicyError;
use crate::scope::ScopeKind;
use crate::scope_rule::ScopeRule;

/// Changes parts of a policy.
///
/// ```
/// use std::time::Duration;
/// use doorward_throttle::{Ladder, Policy, PolicyError};
///
/// let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
/// let gentle = Ladder::new([(3, minutes(2)), (4, minutes(10)), (6, minutes(60))])?;
/// let policy = Policy::builder().account(gentle).build()?;
/// assert!(policy.guesses_per_day() <= 30);
///
/// let open = Ladder::new([(1_000, minutes(1))])?;
/// assert!(matches!(
///     Policy::builder().account(open).build(),
///     Err(PolicyError::TooManyGuesses { .. })
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct PolicyBuilder {
    pub(crate) policy: Policy,
}

impl PolicyBuilder {
    /// The waits that an account's failures earn strangers.
    pub fn account(self, ladder: Ladder) -> Self {
        self.waits(ScopeKind::Account, ladder)
    }

    /// The waits that a known device's own failures earn it.
    pub fn device(self, ladder: Ladder) -> Self {
        self.waits(ScopeKind::Device, ladder)
    }

    /// The waits of an IPv4 address or IPv6 /64.
    pub fn source(self, ladder: Ladder) -> Self {
        self.waits(ScopeKind::Source, ladder)
    }

    /// The waits of an IPv6 /56.
    pub fn end_site(self, ladder: Ladder) -> Self {
        self.waits(ScopeKind::EndSite, ladder)
    }

    /// The waits of an IPv4 /24 or IPv6 /48.
    pub fn prefix(self, ladder: Ladder) -> Self {
        self.waits(ScopeKind::Prefix, ladder)
    }

    /// The waits that all attempts without a source address share.
    pub fn unaddressed(self, ladder: Ladder) -> Self {
        self.waits(ScopeKind::Unaddressed, ladder)
    }

    /// The waits of the whole site while it is attacked and no step-up is possible.
    pub fn site(self, ladder: Ladder) -> Self {
        self.waits(ScopeKind::Site, ladder)
    }

    /// The whole rule of a kind of scope: waits, window, credits, outage.
    pub fn rule(mut self, kind: ScopeKind, rule: ScopeRule) -> Self {
        *self.policy.rule_mut(kind) = rule;
        self
    }

    /// What happens while the counters of a kind of scope cannot be reached.
    pub fn outage(mut self, kind: ScopeKind, outage: Outage) -> Self {
        self.policy.rule_mut(kind).outage = outage;
        self
    }

    /// The most failures in a row, of strangers on an account and of one known device.
    pub fn consecutive(mut self, strangers: u64, device: u64) -> Self {
        self.policy.account.consecutive = Some(strangers);
        self.policy.device.consecutive = Some(device);
        self
    }

    /// When something is taken for an attack, and what is done about it.
    pub fn detection(mut self, detection: Detection) -> Self {
        self.policy.detection = detection;
        self
    }

    /// Networks of one's own, whose attempts count for the account alone: an office, a monitor. Who
    /// gets into one of them sprays unseen from there.
    pub fn trusted(mut self, networks: impl IntoIterator<Item = SourcePrefix>) -> Self {
        self.policy.trusted = networks.into_iter().collect();
        self
    }

    /// Networks whose attempts are turned away at once, from known devices too.
    pub fn denied(mut self, networks: impl IntoIterator<Item = SourcePrefix>) -> Self {
        self.policy.denied = networks.into_iter().collect();
        self
    }

    /// Whether it is in force.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.policy.mode = mode;
        self
    }

    /// Checks that the whole is safe.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] says which bound is broken and how to keep it.
    pub fn build(self) -> Result<Policy, PolicyError> {
        let policy = self.policy;
        let strangers = policy.account.consecutive.unwrap_or(u64::MAX);
        let device = policy.device.consecutive.unwrap_or(u64::MAX);
        let in_a_row = strangers.saturating_add(device);
        if strangers == 0 || device == 0 {
            return Err(PolicyError::NobodyGetsIn);
        }
        if in_a_row > Policy::MOST_CONSECUTIVE {
            return Err(PolicyError::TooManyConsecutive { in_a_row });
        }
        ScopeKind::JUDGES.into_iter().try_for_each(|kind| check_rule(kind, policy.rule(kind)))?;
        if let Some((setting, value, least, most)) = policy.detection.out_of_bounds() {
            return Err(PolicyError::OutOfBounds { setting, value, least, most });
        }
        let everybody = |networks: &Networks| networks.iter().find(|network| network.length() == 0);
        let everybody = everybody(&policy.trusted).or_else(|| everybody(&policy.denied));
        if let Some(network) = everybody {
            return Err(PolicyError::Everybody { network });
        }
        let both = policy.trusted.iter().find(|&network| policy.denied.contain(network.network()));
        match both {
            Some(network) => Err(PolicyError::TrustedAndDenied { network }),
            None => Ok(policy),
        }
    }

    fn waits(mut self, kind: ScopeKind, ladder: Ladder) -> Self {
        self.policy.rule_mut(kind).ladder = ladder;
        self
    }
}

fn check_rule(kind: ScopeKind, rule: &ScopeRule) -> Result<(), PolicyError> {
    let longest = rule.ladder.longest();
    if longest > LONGEST_WAIT {
        return Err(PolicyError::TooLongAWait { scope: kind, seconds: longest.as_secs() });
    }
    // A wait that outlives what it is for ends when the window forgets: it would not be as long as it says.
    if longest > rule.window.length() {
        return Err(PolicyError::WindowTooShort { scope: kind, seconds: longest.as_secs() });
    }
    let guesses = rule.most_within(Duration::from_secs(86_400));
    let most = most_guesses(kind);
    if guesses > most {
        return Err(PolicyError::TooManyGuesses { scope: kind, guesses, most });
    }
    let most = most_slots(kind);
    if rule.window.slots().1 > most {
        return Err(PolicyError::TooManySlots { scope: kind, most });
    }
    if rule.verified_per_credit == Some(0) {
        return Err(PolicyError::FreeCredits { scope: kind });
    }
    let is_personal = matches!(kind, ScopeKind::Account | ScopeKind::Device);
    if rule.verified_per_credit.is_some() && (is_personal || kind == ScopeKind::Unaddressed) {
        return Err(PolicyError::FreeCredits { scope: kind });
    }
    if rule.consecutive.is_some() && !is_personal {
        return Err(PolicyError::SharedConsecutive { scope: kind });
    }
    match rule.outage {
        Outage::Open if is_personal => Err(PolicyError::UnsafeOutage { scope: kind }),
        _ => Ok(()),
    }
}

/// A wait beyond this keeps an owner out for the sake of nothing: the bounds hold without it.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

/// The most slots of a window for which the row fits into a store: what is counted twice in slots takes twice
/// the columns.
const fn most_slots(kind: ScopeKind) -> u64 {
    match kind {
        ScopeKind::Device | ScopeKind::Unaddressed => 18,
        _ => 12,
    }
}

/// The most guesses a day that a policy may let anybody have: what one source, one network or a whole
/// site needs for its people's mistakes, several times over.
const fn most_guesses(kind: ScopeKind) -> u64 {
    match kind {
        ScopeKind::Account | ScopeKind::Device => Policy::MOST_GUESSES_PER_DAY,
        ScopeKind::Source | ScopeKind::Unaddressed => 1_000,
        ScopeKind::EndSite => 3_000,
        ScopeKind::Prefix => 10_000,
        ScopeKind::Site | ScopeKind::Flags => 1_000_000,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::window::Window;

    fn refused(builder: PolicyBuilder) -> PolicyError {
        builder.build().unwrap_err()
    }

    #[test]
    fn unsafe_bounds_are_refused_with_their_reason() {
        assert_eq!(
            refused(Policy::builder().consecutive(95, 10)),
            PolicyError::TooManyConsecutive { in_a_row: 105 }
        );
        assert_eq!(refused(Policy::builder().consecutive(0, 10)), PolicyError::NobodyGetsIn);
        let week = Ladder::new([(3, Duration::from_secs(604_800))]).unwrap();
        assert!(matches!(
            refused(Policy::builder().source(week)),
            PolicyError::TooLongAWait { scope: ScopeKind::Source, seconds: 604_800 }
        ));
    }

    #[test]
    fn a_short_window_is_no_way_around_the_bound() {
        // Fifteen minutes without an attempt, and twelve guesses are free again.
        let window = Window::new(Duration::from_secs(300), 3).unwrap();
        let ladder = Ladder::new([(12, Duration::from_secs(900))]).unwrap();
        let rule = ScopeRule::new(ladder).with_window(window).with_consecutive(60);
        assert!(matches!(
            refused(Policy::builder().rule(ScopeKind::Account, rule)),
            PolicyError::TooManyGuesses { scope: ScopeKind::Account, guesses: 1_248, .. }
        ));
        let rule = Policy::recommended().rule(ScopeKind::Account).clone().with_window(window);
        assert!(matches!(
            refused(Policy::builder().rule(ScopeKind::Account, rule)),
            PolicyError::WindowTooShort { seconds: 3_600, .. }
        ));
    }

    #[test]
    fn many_people_have_no_failures_in_a_row() {
        let rule = Policy::recommended().rule(ScopeKind::EndSite).clone().with_consecutive(60);
        let error = refused(Policy::builder().rule(ScopeKind::EndSite, rule));
        assert_eq!(error, PolicyError::SharedConsecutive { scope: ScopeKind::EndSite });
        assert!(error.to_string().starts_with("end_site: a bound on failures in a row"));
    }

    #[test]
    fn rules_that_bound_guessing_are_not_open_in_an_outage() {
        let account = |outage| Policy::builder().outage(ScopeKind::Account, outage);
        assert_eq!(
            refused(account(Outage::Open)),
            PolicyError::UnsafeOutage { scope: ScopeKind::Account }
        );
        let instances = NonZeroU32::new(4).unwrap();
        assert!(account(Outage::Local { instances }).build().is_ok());
        assert!(Policy::builder().outage(ScopeKind::Prefix, Outage::Open).build().is_ok());
    }

    #[test]
    fn absurd_settings_are_refused_by_name() {
        let detection = Detection::recommended().with_password_accounts(1);
        let error = refused(Policy::builder().detection(detection));
        assert_eq!(error.to_string(), "detection: password_accounts is 1: choose 3 to 64");
        let rule = Policy::recommended().rule(ScopeKind::Account).clone().with_credits(1, 100);
        assert!(matches!(
            refused(Policy::builder().rule(ScopeKind::Account, rule)),
            PolicyError::FreeCredits { scope: ScopeKind::Account }
        ));
        let (inside, outside) = ("10.1.0.0/16".parse().unwrap(), "10.0.0.0/8".parse().unwrap());
        assert_eq!(
            refused(Policy::builder().trusted([inside]).denied([outside])),
            PolicyError::TrustedAndDenied { network: inside }
        );
    }
}
