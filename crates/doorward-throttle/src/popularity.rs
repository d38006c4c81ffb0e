//! How likely a password is, of all that people choose.

/// The share of accounts that are expected to have a password, in millionths.
///
/// Ranks become shares by Zipf's law as Wang and others fitted it to the passwords of RockYou ("Zipf's
/// Law in Passwords", IEEE TIFS 12(11), 2017): the `r` most common ones are those of
/// `F(r) = 0.037433 * r^0.187227` of the accounts. The fit overstates the very first, so the share of
/// the one at rank `r` is taken as `F(r + 1) - F(r)`.
///
/// ```
/// use doorward_throttle::Popularity;
///
/// assert!(Popularity::of_rank(1) > Popularity::of_rank(10));
/// assert!(Popularity::UNLISTED < Popularity::of_rank(30_000));
/// assert_eq!(Popularity::of_rank(1).millionths(), 5_187);
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Popularity(u32);

impl Popularity {
    /// Of a password that is on no list of common ones.
    pub const UNLISTED: Self = Self(0);

    /// Of the password at this rank, from 1 for the most common one. At least a millionth.
    pub fn of_rank(rank: u32) -> Self {
        let share = |rank: f64| 0.037_433 * rank.powf(0.187_227);
        let rank = f64::from(rank.max(1));
        let millionths = (share(rank + 1.0) - share(rank)) * 1e6;
        // A share: between zero and a million.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share")]
        let whole = millionths.round() as u32;
        Self(whole.max(1))
    }

    /// So many accounts in a million.
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// Whether it is on a list of common passwords.
    pub const fn is_listed(self) -> bool {
        self.0 > 0
    }
}
