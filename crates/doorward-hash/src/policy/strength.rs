use zeroize::Zeroizing;
use zxcvbn::{
    Score,
    feedback::{Suggestion, Warning},
    zxcvbn,
};

use crate::{Password, PasswordPolicy, PasswordProblem, policy::floor::Floor};

/// How many guesses a password would take, by the estimator [zxcvbn]: for a meter beside the field, and
/// for [`PasswordPolicy::with_min_strength`].
///
/// It reads the first 40 characters; or the first 16, where these 40 have more than 6 different ones
/// that stand for letters (`4`, `@`, `$`, ...), because the time grows with the ways to read them: it
/// stays within some milliseconds of a processor. So a long password can be called weaker than it is.
///
/// Of the context it takes the first 32 entries, each up to 64 characters, and their parts.
///
/// The estimator leaves copies of what it reads in freed memory, unwiped. It is deterministic within a
/// year: years near the present one are easier to guess, and it takes the present one from the system's
/// clock, once.
///
/// ```
/// use doorward_hash::{Password, Strength, StrengthEstimate};
///
/// let weak = StrengthEstimate::of(&Password::from("liddell1984"), &["alice.liddell@example.com"]);
/// assert!(weak.strength() < Strength::Safe);
/// assert!(weak.suggestions().next().is_some());
///
/// let strong = StrengthEstimate::of(&Password::from("correct horse battery staple"), &[]);
/// assert_eq!(strong.strength(), Strength::VerySafe);
/// ```
///
/// [zxcvbn]: https://www.usenix.org/conference/usenixsecurity16/technical-sessions/presentation/wheeler
#[derive(Clone, Debug, PartialEq)]
pub struct StrengthEstimate {
    strength: Strength,
    guesses_log10: f64,
    warning: Option<&'static str>,
    suggestions: Vec<&'static str>,
}

impl StrengthEstimate {
    /// Estimates the strength of `password` against somebody who knows `context`: see
    /// [`PasswordPolicy::check`].
    #[must_use]
    pub fn of(password: &Password, context: &[&str]) -> Self {
        let words = words(context);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let entropy = zxcvbn(&read(password.expose_secret()), &words);
        let feedback = entropy.feedback();
        Self {
            strength: entropy.score().into(),
            guesses_log10: entropy.guesses_log10().max(0.0),
            warning: feedback.and_then(|feedback| feedback.warning()).map(warning),
            suggestions: feedback
                .map(|feedback| feedback.suggestions().iter().copied().map(suggestion).collect())
                .unwrap_or_default(),
        }
    }

    /// In five steps.
    #[must_use]
    pub const fn strength(&self) -> Strength {
        self.strength
    }

    /// The number of guesses, as a power of 10: from 0 to 19.3, where the estimator stops counting.
    #[must_use]
    pub const fn guesses_log10(&self) -> f64 {
        self.guesses_log10
    }

    /// What is wrong with it, in a sentence for the person.
    #[must_use]
    pub const fn warning(&self) -> Option<&'static str> {
        self.warning
    }

    /// How to make it better, each in a sentence for the person.
    pub fn suggestions(&self) -> impl Iterator<Item = &'static str> {
        self.suggestions.iter().copied()
    }
}

impl PasswordPolicy {
    /// Refuses what is estimated weaker than this, with [`PasswordProblem::Weak`]; last of all cheap
    /// rules, since it takes longest: see [`StrengthEstimate`].
    ///
    /// NIST SP 800-63B-4 does not ask for it. Too high a step refuses good passwords that the
    /// estimator cannot read, such as verse in a language that it does not know.
    #[must_use]
    pub const fn with_min_strength(self, least: Strength) -> Self {
        self.with_floor(Floor::new(least.score(), refuse_weaker))
    }
}

/// The strength of a password in five steps: how many guesses it would take.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[allow(clippy::exhaustive_enums, reason = "these are the steps of zxcvbn")]
pub enum Strength {
    /// At most a thousand.
    VeryWeak,
    /// At most a million: guessed where attempts are not limited.
    Weak,
    /// At most 10<sup>8</sup>.
    Fair,
    /// At most 10<sup>10</sup>: holds against guesses at a slow hash that was stolen.
    Safe,
    /// More.
    VerySafe,
}

impl Strength {
    /// The score that zxcvbn gives: 0 to 4.
    #[must_use]
    pub const fn score(self) -> u8 {
        self as u8
    }
}

impl From<Score> for Strength {
    fn from(score: Score) -> Self {
        match score {
            Score::One => Self::Weak,
            Score::Two => Self::Fair,
            Score::Three => Self::Safe,
            Score::Four => Self::VerySafe,
            // One that is not known must not be called strong.
            _ => Self::VeryWeak,
        }
    }
}

fn refuse_weaker(password: &Password, context: &[&str], least: u8) -> Result<(), PasswordProblem> {
    let estimate = StrengthEstimate::of(password, context);
    if estimate.strength().score() >= least {
        return Ok(());
    }
    Err(PasswordProblem::Weak { why: estimate.warning().unwrap_or(NO_WARNING) })
}

/// As much of a password as is read.
fn read(password: &str) -> Zeroizing<String> {
    let start =
        |chars: usize| password.char_indices().nth(chars).map_or(password.len(), |(at, _)| at);
    let most = &password[..start(MOST_CHARS)];
    let stand_ins = STAND_INS.chars().filter(|&letter| most.contains(letter)).count();
    let least = start(if stand_ins > MOST_STAND_INS { FEWEST_CHARS } else { MOST_CHARS });
    Zeroizing::new(password[..least].to_owned())
}

/// The entries and their parts.
fn words(context: &[&str]) -> Vec<String> {
    let mut words = Vec::new();
    for entry in context.iter().take(MOST_ENTRIES) {
        let entry: String = entry.trim().chars().take(MOST_ENTRY_CHARS).collect();
        let parts = entry.split(|letter: char| !letter.is_alphanumeric());
        words.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
        words.extend(entry.rsplit_once('@').map(|(local, _)| local.to_owned()));
        words.push(entry);
    }
    words
}

fn warning(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess => "Rows of keys are easy to guess.",
        Warning::ShortKeyboardPatternsAreEasyToGuess => {
            "Short patterns on the keyboard are easy to guess."
        }
        Warning::RepeatsLikeAaaAreEasyToGuess => "Repeated characters are easy to guess.",
        Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            "What is repeated is hardly more difficult to guess than what is not."
        }
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword => "It is a common password.",
        Warning::ThisIsSimilarToACommonlyUsedPassword => "It is much like a common password.",
        Warning::SequencesLikeAbcAreEasyToGuess => {
            "Sequences such as abc or 6543 are easy to guess."
        }
        Warning::RecentYearsAreEasyToGuess => "Recent years are easy to guess.",
        Warning::AWordByItselfIsEasyToGuess => "A word by itself is easy to guess.",
        Warning::DatesAreOftenEasyToGuess => "Dates are often easy to guess.",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess => {
            "Names by themselves are easy to guess."
        }
        Warning::CommonNamesAndSurnamesAreEasyToGuess => "Common names are easy to guess.",
    }
}

fn suggestion(suggestion: Suggestion) -> &'static str {
    match suggestion {
        Suggestion::UseAFewWordsAvoidCommonPhrases => "Use a few words, and no common phrase.",
        Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters => {
            "Symbols, digits and upper case are not needed."
        }
        Suggestion::AddAnotherWordOrTwo => "Add another word or two. Uncommon ones are better.",
        Suggestion::CapitalizationDoesntHelpVeryMuch => "Capital letters help little.",
        Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => {
            "All in upper case is hardly more difficult to guess than all in lower case."
        }
        Suggestion::ReversedWordsArentMuchHarderToGuess => {
            "Words backwards are hardly more difficult to guess."
        }
        Suggestion::PredictableSubstitutionsDontHelpVeryMuch => {
            "Substitutes such as @ for a help little."
        }
        Suggestion::UseALongerKeyboardPatternWithMoreTurns => {
            "Use a longer pattern on the keyboard, with more turns."
        }
        Suggestion::AvoidRepeatedWordsAndCharacters => "Do not repeat words and characters.",
        Suggestion::AvoidSequences => "Leave out sequences.",
        Suggestion::AvoidRecentYears => "Leave out recent years.",
        Suggestion::AvoidYearsThatAreAssociatedWithYou => {
            "Leave out years that have to do with you."
        }
        Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => {
            "Leave out dates and years that have to do with you."
        }
    }
}

const NO_WARNING: &str = "Names, dates, common words and patterns are tried first.";

/// What these stand for is tried in all combinations.
const STAND_INS: &str = "4@8({[<369!1|0$5+7%2";

const MOST_STAND_INS: usize = 6;

const MOST_CHARS: usize = 40;

/// Enough for the highest score, when they are random.
const FEWEST_CHARS: usize = 16;

const MOST_ENTRIES: usize = 32;

const MOST_ENTRY_CHARS: usize = 64;
