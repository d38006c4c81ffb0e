//! What the programs are told on the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use doorward::Cost;
use lexopt::prelude::*;

use crate::failure::Failure;
use crate::store_choice::StoreChoice;

/// A program was asked to work, or to tell how it is used.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "there is nothing else to ask for")]
pub enum Asked<T> {
    /// To work.
    Work(T),
    /// To tell how it is used.
    Help(&'static str),
}

/// What `replay` is told.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplayArguments {
    /// The accounts.
    pub users: PathBuf,
    /// The attempts.
    pub attempts: PathBuf,
    /// Where the outcomes go.
    pub out: Option<PathBuf>,
    /// Who is behind each attempt.
    pub truth: Option<PathBuf>,
    /// What a hash costs.
    pub cost: Cost,
    /// The policy; the recommended one unless told.
    pub policy: Option<PathBuf>,
    /// Whether codes can be sent, so that the policy may ask for a step-up.
    pub step_up: bool,
    /// Where accounts and counters are kept.
    pub store: StoreChoice,
}

impl ReplayArguments {
    /// Replays these files at the least cost.
    pub fn cheap(users: impl Into<PathBuf>, attempts: impl Into<PathBuf>) -> Self {
        Self {
            users: users.into(),
            attempts: attempts.into(),
            out: None,
            truth: None,
            cost: Cost::minimal_for_tests(),
            policy: None,
            step_up: true,
            store: StoreChoice::default(),
        }
    }

    /// Reads the arguments; the program's name is not among them.
    ///
    /// # Errors
    ///
    /// [`Failure`] that says what was not understood.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked<Self>, Failure> {
        let (mut users, mut attempts, mut out, mut truth) = (None, None, None, None);
        let (mut cost, mut policy, mut step_up) = (Cost::default(), None, true);
        let mut store = StoreChoice::default();
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next().map_err(unclear)? {
            match argument {
                Long("users") => users = Some(path(&mut parser)?),
                Long("attempts") => attempts = Some(path(&mut parser)?),
                Long("out") => out = Some(path(&mut parser)?),
                Long("truth") => truth = Some(path(&mut parser)?),
                Long("policy") => policy = Some(path(&mut parser)?),
                Long("without-step-up") => step_up = false,
                Long("dynamodb") => store.take_endpoint(&mut parser)?,
                Long("table") => store.take_table(&mut parser)?,
                Long("cost") => cost = take_cost(&mut parser)?,
                Long("help") | Short('h') => return Ok(Asked::Help(REPLAY_HELP)),
                _ => return Err(unclear(argument.unexpected())),
            }
        }
        let arguments = Self {
            users: users.ok_or_else(|| unclear("--users is missing"))?,
            attempts: attempts.ok_or_else(|| unclear("--attempts is missing"))?,
            out,
            truth,
            cost,
            policy,
            step_up,
            store,
        };
        arguments.store.check()?;
        arguments.keeps_its_input()?;
        Ok(Asked::Work(arguments))
    }

    /// The outcomes must not replace what they came from.
    fn keeps_its_input(&self) -> Result<(), Failure> {
        let Some(out) = self.out.as_ref().and_then(|out| out.canonicalize().ok()) else {
            return Ok(());
        };
        let optional = [self.truth.as_ref(), self.policy.as_ref()];
        let mut inputs =
            [&self.users, &self.attempts].into_iter().chain(optional.into_iter().flatten());
        match inputs.any(|input| input.canonicalize().is_ok_and(|input| input == out)) {
            true => Err(unclear("--out would replace an input file: name another")),
            false => Ok(()),
        }
    }
}

/// What `make_day` is told.
#[derive(Debug)]
#[non_exhaustive]
pub struct DayArguments {
    /// The folder for the three files.
    pub out: PathBuf,
    /// Another seed makes another day.
    pub seed: u64,
}

impl DayArguments {
    /// Reads the arguments; the program's name is not among them.
    ///
    /// # Errors
    ///
    /// [`Failure`] that says what was not understood.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked<Self>, Failure> {
        let (mut out, mut seed) = (None, 1);
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next().map_err(unclear)? {
            match argument {
                Long("out") => out = Some(path(&mut parser)?),
                Long("seed") => {
                    let value = parser.value().map_err(unclear)?;
                    seed = value.parse().map_err(unclear)?;
                }
                Long("help") | Short('h') => return Ok(Asked::Help(DAY_HELP)),
                _ => return Err(unclear(argument.unexpected())),
            }
        }
        let out = out.ok_or_else(|| unclear("--out is missing"))?;
        Ok(Asked::Work(Self { out, seed }))
    }
}

/// The next value, as a path.
///
/// # Errors
///
/// [`Failure`] where there is none.
pub fn path(parser: &mut lexopt::Parser) -> Result<PathBuf, Failure> {
    Ok(parser.value().map_err(unclear)?.into())
}

/// The next value, as what a hash costs.
///
/// # Errors
///
/// [`Failure`] where it is none.
pub fn take_cost(parser: &mut lexopt::Parser) -> Result<Cost, Failure> {
    match parser.value().map_err(unclear)?.to_str() {
        Some("default") => Ok(Cost::default()),
        Some("minimal") => Ok(Cost::minimal_for_tests()),
        _ => Err(unclear("--cost is `default` or `minimal`")),
    }
}

/// What was not understood, and where to read on.
pub fn unclear(what: impl std::fmt::Display) -> Failure {
    Failure::of_input(format_args!("{what}\nTry --help."))
}

const REPLAY_HELP: &str = "\
Replays recorded login attempts through doorward and shows what it answers.

replay --users FILE --attempts FILE [--policy FILE] [--out FILE] [--truth FILE]
       [--without-step-up] [--cost default|minimal] [--dynamodb URL|aws] [--table NAME]

--users     the accounts: identifier,password
--attempts  the attempts: at,source,identifier,password and, if you like, device
            at       seconds from the start, decimals allowed, never going back
            source   an IPv4 or IPv6 address
            device   a label: the first verified login with it makes the device known
--policy    the policy, in TOML: examples/data/policy.toml is the recommended one, in full, which is
            also what is replayed without a file
--out       write line,outcome,wait_seconds there: the line of the attempts' file, one of
            verified, rejected, wait, step_up, error, and the seconds that `wait` asks for
--truth     who is behind each attempt: line,who with owner, typo or attacker
--without-step-up
            no code can be sent, so that no rule asks for one
--cost      `minimal` makes hashes that cost next to nothing: the answers are the same
--dynamodb  keep accounts and counters on DynamoDB (build with `--features dynamodb`): the URL of an
            emulator, http://127.0.0.1:8000, where a table that is missing is made; `aws`; or an https URL
--table     the name of the table; `doorward` unless told. Replays that share it count together, also
            with those of before: for a replay on its own, name a fresh one
--help      show this

Nothing is run when a row or the policy is bad: the first 20 problems are named by their place.
";

const DAY_HELP: &str = "\
Makes up a day of login attempts: users.csv, attempts.csv and truth.csv.

make_day --out FOLDER [--seed NUMBER]

--out   the folder for the three files
--seed  another number makes another day; 1 unless told
--help  show this
";

#[cfg(test)]
mod tests {
    use super::*;

    fn replay(arguments: &[&str]) -> Result<Asked<ReplayArguments>, Failure> {
        ReplayArguments::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn everything_is_understood_in_any_order() {
        let all = ["--attempts=a.csv", "--cost", "minimal", "--out", "o.csv", "--users", "u.csv"];
        let Ok(Asked::Work(arguments)) = replay(&all) else {
            panic!("not understood");
        };
        assert_eq!((arguments.users, arguments.attempts), ("u.csv".into(), "a.csv".into()));
        assert_eq!((arguments.out, arguments.truth), (Some("o.csv".into()), None));
        assert_eq!(arguments.cost, Cost::minimal_for_tests());
        assert_eq!((arguments.policy, arguments.step_up), (None, true));
        let more = ["--users=u", "--attempts=a", "--policy", "p.toml", "--without-step-up"];
        let Ok(Asked::Work(arguments)) = replay(&[&more[..], &["--dynamodb=aws"]].concat()) else {
            panic!("not understood");
        };
        assert_eq!(arguments.store.dynamodb.as_deref(), Some("aws"));
        assert_eq!((arguments.policy, arguments.step_up), (Some("p.toml".into()), false));
        assert!(matches!(replay(&["--help"]), Ok(Asked::Help(_))));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (arguments, says) in [
            (&["--user", "u.csv"][..], "'--user'"),
            (&["u.csv"], "u.csv"),
            (&["--users"], "'--users'"),
            (&["--users", "u.csv"], "--attempts is missing"),
            (&["--attempts", "a.csv"], "--users is missing"),
            (&["--cost", "cheap"], "--cost is `default` or `minimal`"),
            (&["--users=u", "--attempts=a", "--table=t"], "--dynamodb, which is missing"),
            (
                &["--users=u", "--attempts=a", "--policy=Cargo.toml", "--out=Cargo.toml"],
                "input file",
            ),
            (&["--users", "Cargo.toml", "--attempts", "a", "--out", "./Cargo.toml"], "input file"),
        ] {
            let failure = replay(arguments).unwrap_err();
            assert!(failure.to_string().contains(says), "{failure}");
            assert_eq!(failure.code(), 2);
        }
    }

    #[test]
    fn a_seed_is_a_number() {
        let parse = |arguments: &[&str]| DayArguments::parse(arguments.iter().map(OsString::from));
        assert!(
            matches!(parse(&["--out", "d", "--seed", "7"]), Ok(Asked::Work(day)) if day.seed == 7)
        );
        assert!(parse(&["--out", "d", "--seed", "x"]).is_err());
        assert!(parse(&[]).is_err());
    }
}
