//! Owners who get in by another way than the attempt that is settled.

use std::net::IpAddr;
use std::time::SystemTime;

use crate::column::{Kind, column};
use crate::counters::Change;
use crate::policy::Policy;
use crate::scope::{Scope, ScopeKind};
use crate::scope_rule::COARSE_DAY;
use crate::scope_update::ScopeUpdate;
use crate::surge::RECENT;

impl Policy {
    /// Ends an account's run of consecutive failures: its owner got in by another way than the
    /// attempt that is being settled (a known device, a redeemed code).
    pub fn end_run(&self, account: &[u8], now: SystemTime) -> ScopeUpdate {
        let changes = vec![Change::Set(column(Kind::Streak, 0), 0)];
        let expires_at = self.expiry(ScopeKind::Account, now);
        ScopeUpdate::new(Scope::account(account), changes, expires_at)
    }

    /// Ends a known device's run of consecutive failures, as [`end_run`](Self::end_run) that of an account: without it,
    /// whoever mistypes now and then uses up the device's trust, and with that a budget that no stranger can spend.
    pub fn end_device_run(&self, account: &[u8], device: &[u8], now: SystemTime) -> ScopeUpdate {
        let changes = vec![Change::Set(column(Kind::Streak, 0), 0)];
        let expires_at = self.expiry(ScopeKind::Device, now);
        ScopeUpdate::new(Scope::device(account, device), changes, expires_at)
    }

    /// A step-up was redeemed by its owner: it was no sign of an attack. `by_site` is whether it was the site that
    /// asked for it, `source` where it was redeemed.
    ///
    /// The run of the account's consecutive failures has ended, and what the challenge counted on the
    /// account and its networks is taken back.
    pub fn redeemed(
        &self,
        account: &[u8],
        source: Option<IpAddr>,
        by_site: bool,
        now: SystemTime,
    ) -> Vec<ScopeUpdate> {
        let back = Change::Add(COARSE_DAY.column(Kind::Challenged, now), -1);
        let mut account = self.end_run(account, now);
        account.changes.push(back);
        let networks = source.filter(|&address| !self.trusted.contain(address));
        let networks = networks.into_iter().flat_map(Scope::around);
        let mut updates = vec![account];
        updates.extend(networks.map(|scope| {
            let expires_at = self.expiry(scope.kind(), now);
            ScopeUpdate::new(scope, vec![back], expires_at)
        }));
        if by_site {
            let redeemed = vec![Change::Add(RECENT.column(Kind::RecentRedeemed, now), 1)];
            let expires_at = self.expiry(ScopeKind::Site, now);
            updates.push(ScopeUpdate::new(Scope::site(), redeemed, expires_at));
        }
        updates
    }
}
