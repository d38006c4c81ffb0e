//! The secret of an authenticator app, and the codes that it shows.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};
use totp_rs::{Builder, Secret};
use zeroize::{Zeroize as _, Zeroizing};

/// What an account shares with its owner's authenticator app: 160 bits, from which both make one-time
/// codes by the clock. TOTP, [RFC 6238].
///
/// SHA-1, six digits, steps of 30 seconds since 1970. There is no choice, for there is none in practice:
/// widespread apps pass over any other algorithm, length or period that they are told, and show codes that
/// are never right. HMAC-SHA-1 is not hurt by what is known against SHA-1, which are collisions.
///
/// Whoever has the secret makes the codes, for ever. It is kept sealed, unlike a password, because the
/// server has to make the codes too. Wiped on drop; `Debug` shows nothing of it.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use doorward_session::TotpSecret;
///
/// let secret = TotpSecret::new(*b"12345678901234567890"); // in service: random
/// let now = UNIX_EPOCH + Duration::from_secs(59); // in service: of your clock
///
/// let step = secret.check("287 082", None, now);
/// assert_eq!(step, Some(1));
/// assert_eq!(secret.check("287 082", step, now), None); // a code is good once
/// ```
///
/// [RFC 6238]: https://www.rfc-editor.org/rfc/rfc6238
pub struct TotpSecret(
    // On the heap: moving the secret leaves no copy behind.
    Box<Zeroizing<[u8; 20]>>,
);

impl TotpSecret {
    /// How many digits a code has.
    pub const DIGITS: usize = 6;

    /// How long a step lasts, in seconds.
    pub const STEP_SECONDS: u64 = 30;

    /// The secret of 20 bytes of a cryptographic generator, as [RFC 4226] recommends (section 4, R6).
    ///
    /// Wipes the array it was given. The caller's own copy, if the array was copied here, is the caller's to
    /// wipe.
    ///
    /// [RFC 4226]: https://www.rfc-editor.org/rfc/rfc4226
    #[must_use]
    pub fn new(mut random: [u8; 20]) -> Self {
        let mut held = Box::new(Zeroizing::new([0; 20]));
        held.copy_from_slice(&random);
        random.zeroize();
        Self(held)
    }

    /// The secret itself, to store it sealed. The only way to it.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8; 20] {
        &self.0
    }

    /// The step whose code was typed: the present one, the one before it or the one after it, and later than
    /// `last_step`, the last one whose code was accepted. `None` if there is none.
    ///
    /// The caller stores the step as the new `last_step` by compare-and-swap before anybody is let in. Without
    /// that, a code that was watched or phished is good a second time ([RFC 6238], section 5.2), and of two
    /// that race with one code both get in. [`SecondFactor`](crate::SecondFactor) keeps the step with the
    /// secret.
    ///
    /// - **One step to each side** is for clocks that differ and for people who type slowly: a code is good
    ///   from 30 seconds before the app shows it until 30 seconds after. A narrower window refuses owners; a
    ///   wider one is more time for whoever saw the code, and more codes that a guess may hit.
    /// - **A clock that jumps back** makes no used code good again, and refuses the owner until it has caught
    ///   up with `last_step`. Nor does one that had jumped ahead when a code was used; a recovery code opens
    ///   meanwhile.
    /// - **Of two steps with one code**, which one pair in a million has, it is the later one. The earlier one
    ///   would leave the code good a second time; the later one costs the owner one step of waiting, at most.
    ///
    /// White space and hyphens are passed over; anything else than six ASCII digits is no code. All steps
    /// are computed, whichever it is, and compared in constant time. Before 1970 there is no step.
    ///
    /// Each guess has up to three in a million: the caller limits how often one may guess.
    ///
    /// [RFC 6238]: https://www.rfc-editor.org/rfc/rfc6238
    #[must_use]
    pub fn check(&self, typed: &str, last_step: Option<u64>, now: SystemTime) -> Option<u64> {
        let typed = digits(typed)?;
        let present = now.duration_since(UNIX_EPOCH).ok()?.as_secs() / Self::STEP_SECONDS;
        let mut found = Choice::from(0);
        let mut found_step = 0;
        for step in present.saturating_sub(1)..=present + 1 {
            let unused = last_step.is_none_or(|last| step > last);
            let good = self.code(step).ct_eq(&*typed) & Choice::from(u8::from(unused));
            found_step.conditional_assign(&step, good);
            found |= good;
        }
        bool::from(found).then_some(found_step)
    }

    /// The secret once more, for a record that takes the place of another.
    pub(crate) fn copy(&self) -> Self {
        let mut held = Box::new(Zeroizing::new([0; 20]));
        held.copy_from_slice(self.expose_secret());
        Self(held)
    }

    /// The code of a step, in ASCII.
    fn code(&self, step: u64) -> Zeroizing<Vec<u8>> {
        let secret = Secret::new_stack(*self.expose_secret());
        // The defaults are those of this type, which a test holds them to. What is noncompliant to build
        // is a short secret or another number of digits.
        let totp = Builder::new().with_secret(secret).build_noncompliant();
        let code = totp.generate(step * Self::STEP_SECONDS).to_string();
        Zeroizing::new(code.into_bytes())
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret([REDACTED])")
    }
}

/// The digits that were typed, if they can be a code.
fn digits(typed: &str) -> Option<Zeroizing<[u8; TotpSecret::DIGITS]>> {
    let mut digits = Zeroizing::new([0; TotpSecret::DIGITS]);
    let mut count = 0;
    for character in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        if !character.is_ascii_digit() {
            return None;
        }
        *digits.get_mut(count)? = u8::try_from(character).ok()?;
        count += 1;
    }
    (count == digits.len()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    /// RFC 6238, appendix B, for SHA-1. It shows eight digits, of which six are the last.
    #[test]
    fn r20_codes_are_those_of_rfc_6238() {
        let secret = TotpSecret::new(*b"12345678901234567890");
        for (seconds, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000_u64, 65_353_130),
        ] {
            let code = format!("{:06}", code % 1_000_000);
            let now = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(secret.check(&code, None, now), Some(seconds / 30), "{seconds}");
        }
    }

    fn at(step: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(step * 30)
    }

    fn code(secret: &TotpSecret, step: u64) -> String {
        String::from_utf8(secret.code(step).to_vec()).unwrap()
    }

    #[test]
    fn r20_a_code_drifts_by_one_step_and_no_more() {
        let secret = TotpSecret::new([7; 20]);
        let (start, end) = (at(1_000), at(1_001) - Duration::from_nanos(1));
        for now in [start, end] {
            for step in 995..1_006 {
                let expected = (999..=1_001).contains(&step).then_some(step);
                assert_eq!(secret.check(&code(&secret, step), None, now), expected, "{step}");
            }
        }
    }

    #[test]
    fn r20_a_clock_that_jumped_back_makes_no_used_code_good() {
        let secret = TotpSecret::new([7; 20]);
        let used = secret.check(&code(&secret, 1_000), None, at(1_000));
        assert_eq!(used, Some(1_000));
        for step in 990..=1_000 {
            assert_eq!(secret.check(&code(&secret, step), used, at(step)), None, "{step}");
        }
        assert_eq!(secret.check(&code(&secret, 1_001), used, at(1_001)), Some(1_001));
        assert_eq!(secret.check(&code(&secret, 1_001), Some(u64::MAX), at(1_001)), None);
    }

    #[test]
    fn before_the_first_step_nothing_is_good_and_at_it_there_is_none_before() {
        let secret = TotpSecret::new([7; 20]);
        for early in [1, 30, 31, 60, 1 << 40].map(Duration::from_secs) {
            for step in 0..3 {
                assert_eq!(secret.check(&code(&secret, step), None, UNIX_EPOCH - early), None);
            }
        }
        assert_eq!(secret.check(&code(&secret, 0), None, UNIX_EPOCH), Some(0));
        assert_eq!(secret.check(&code(&secret, 1), None, UNIX_EPOCH), Some(1));
        assert_eq!(secret.check(&code(&secret, 2), None, UNIX_EPOCH), None);
    }

    #[test]
    fn the_end_of_time_is_no_reason_to_panic() {
        let secret = TotpSecret::new([7; 20]);
        let mut now = UNIX_EPOCH;
        for power in (0..64).rev() {
            now = now.checked_add(Duration::from_secs(1 << power)).unwrap_or(now);
        }
        assert!(now > at(1 << 40));
        assert_eq!(secret.check("not a code", None, now), None);
        let _ = secret.check("000000", None, now);
    }

    #[test]
    fn spaces_and_hyphens_are_passed_over_and_nothing_else_is() {
        let secret = TotpSecret::new(*b"12345678901234567890");
        let now = UNIX_EPOCH + Duration::from_secs(59);
        for typed in ["287082", "287 082", " 28-70-82\n", "2\u{a0}8 7-0--8 2"] {
            assert_eq!(secret.check(typed, None, now), Some(1), "{typed}");
        }
        for typed in [
            "",
            " - ",
            "28708",
            "2870821",
            "94287082",
            "+287082",
            "-28708",
            "287082x",
            "287.082",
            "0x287082",
            "\u{ff12}\u{ff18}\u{ff17}\u{ff10}\u{ff18}\u{ff12}",
            "\u{662}\u{668}\u{667}\u{660}\u{668}\u{662}",
        ] {
            assert_eq!(secret.check(typed, None, now), None, "{typed}");
        }
    }

    #[test]
    fn law_08_the_secret_is_not_printed() {
        assert_eq!(format!("{:?}", TotpSecret::new([7; 20])), "TotpSecret([REDACTED])");
    }

    proptest! {
        /// Whatever the clock does and whichever codes are typed in whichever order, none opens twice.
        #[test]
        fn r20_a_code_opens_once(
            random: [u8; 20],
            tries in prop::collection::vec((1_000_u64..1_012, 1_000_u64..1_012), 1..40),
        ) {
            let secret = TotpSecret::new(random);
            let mut last_step = None;
            let mut opened = Vec::new();
            for (shown, now) in tries {
                let typed = code(&secret, shown);
                if let Some(step) = secret.check(&typed, last_step, at(now)) {
                    prop_assert!(step.abs_diff(now) <= 1);
                    prop_assert_eq!(code(&secret, step), typed.clone());
                    prop_assert!(!opened.contains(&step));
                    opened.push(step);
                    last_step = Some(step);
                }
            }
        }

        /// A code that is right but for one character too many or another in its place.
        #[test]
        fn no_text_of_another_structure_is_accepted(strange: char, place in 0_usize..7) {
            let secret = TotpSecret::new([7; 20]);
            let right: Vec<char> = code(&secret, 1_000).chars().collect();
            let passed_over = strange.is_whitespace() || strange == '-';
            let now = at(1_000);
            let check = |text: Vec<char>| secret.check(&String::from_iter(text), None, now);
            let mut longer = right.clone();
            longer.insert(place, strange);
            prop_assert_eq!(check(longer).is_some(), passed_over);
            if place < 6 && !strange.is_ascii_digit() {
                let mut other = right;
                other[place] = strange;
                prop_assert_eq!(check(other), None);
            }
        }

        #[test]
        fn no_text_is_a_reason_to_panic(text: String, now in 0_u64..1 << 40) {
            let found = TotpSecret::new([7; 20]).check(&text, None, at(now));
            prop_assert!(found.is_none_or(|step| step.abs_diff(now) <= 1));
        }
    }
}
