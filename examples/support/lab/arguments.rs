//! What the lab is told on the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

use super::scale::Scale;
use super::scenario::Scenario;
use crate::arguments::{Asked, unclear};
use crate::failure::Failure;

/// What `spray_lab` is told.
#[derive(Debug)]
pub struct LabArguments {
    /// Another seed makes another week.
    pub seed: u64,
    /// Where the drawing and the numbers go.
    pub out: Option<PathBuf>,
    pub(crate) scale: Scale,
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) with_ablations: bool,
}

impl LabArguments {
    /// Reads the arguments; the program's name is not among them.
    ///
    /// # Errors
    ///
    /// [`Failure`] that says what was not understood.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked<Self>, Failure> {
        let (mut seed, mut out, mut only) = (1, None, Vec::new());
        let (mut accounts, mut days) = (None, None);
        let (mut quick, mut ablations) = (false, true);
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next().map_err(unclear)? {
            match argument {
                Long("seed") => seed = number(&mut parser, "--seed", 0..=u64::MAX)?,
                Long("accounts") => {
                    accounts = Some(number(&mut parser, "--accounts", 100..=200_000)?)
                }
                Long("days") => days = Some(number(&mut parser, "--days", 1..=28)?),
                Long("out") => out = Some(parser.value().map_err(unclear)?.into()),
                Long("only") => only.push(scenario(&mut parser)?),
                Long("quick") => quick = true,
                Long("no-ablations") => ablations = false,
                Long("help") | Short('h') => return Ok(Asked::Help(HELP)),
                _ => return Err(unclear(argument.unexpected())),
            }
        }
        let usual = if quick { QUICK } else { WHOLE };
        let whole = |asked: Option<u64>, usual: u32| {
            asked.and_then(|asked| u32::try_from(asked).ok()).unwrap_or(usual)
        };
        let scale =
            Scale { accounts: whole(accounts, usual.accounts), days: whole(days, usual.days) };
        let scenarios = if only.is_empty() { Scenario::ALL.to_vec() } else { only };
        let with_ablations = ablations && !quick;
        Ok(Asked::Work(Self { seed, out, scale, scenarios, with_ablations }))
    }
}

const WHOLE: Scale = Scale { accounts: 25_000, days: 7 };
const QUICK: Scale = Scale { accounts: 1_000, days: 2 };

fn number(
    parser: &mut lexopt::Parser,
    option: &str,
    allowed: std::ops::RangeInclusive<u64>,
) -> Result<u64, Failure> {
    let value = parser.value().map_err(unclear)?;
    let number = value.to_str().and_then(|text| text.parse().ok());
    number.filter(|number| allowed.contains(number)).ok_or_else(|| {
        let (least, most) = (allowed.start(), allowed.end());
        unclear(format_args!("{option} is a number from {least} to {most}"))
    })
}

fn scenario(parser: &mut lexopt::Parser) -> Result<Scenario, Failure> {
    let value = parser.value().map_err(unclear)?;
    let known = Scenario::ALL.into_iter().find(|scenario| value.to_str() == Some(scenario.name));
    known.ok_or_else(|| {
        let names: Vec<_> = Scenario::ALL.iter().map(|scenario| scenario.name).collect();
        unclear(format_args!("--only is one of {}", names.join(", ")))
    })
}

const HELP: &str = "\
Compares throttling policies under password guessing, in a simulation.

spray_lab [--seed NUMBER] [--out FOLDER] [--only SCENARIO]... [--quick]
          [--accounts NUMBER] [--days NUMBER] [--no-ablations]

--seed          another number makes another week; 1 unless told
--out           write lab.svg (a drawing) and lab.csv (all numbers) there
--only          breadth-1, breadth-10, weighted-1, weighted-10, avoid-1, avoid-10, spray,
                stuffing or calm; may be given more than once; all unless told
--quick         1000 accounts and 2 days instead of 25000 and 7, and no ablations
--accounts      so many accounts, and as many addresses that guess
--days          so many days
--no-ablations  do not try what doorward does with one rule less, at 5000 accounts
--help          show this

The same seed makes the same numbers.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Asked<LabArguments>, Failure> {
        LabArguments::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn everything_is_understood() {
        let all = ["--quick", "--days=3", "--only", "spray", "--only", "calm", "--seed", "9"];
        let Ok(Asked::Work(arguments)) = parse(&all) else { panic!("not understood") };
        assert_eq!((arguments.scale.accounts, arguments.scale.days), (1_000, 3));
        let names: Vec<_> = arguments.scenarios.iter().map(|scenario| scenario.name).collect();
        assert_eq!((names, arguments.seed), (vec!["spray", "calm"], 9));
        assert!(!arguments.with_ablations && arguments.out.is_none());

        let Ok(Asked::Work(arguments)) = parse(&[]) else { panic!("not understood") };
        assert_eq!((arguments.scale.accounts, arguments.scale.days), (25_000, 7));
        assert_eq!(arguments.scenarios.len(), 9);
        assert!(arguments.with_ablations);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (arguments, says) in [
            (&["--only", "rain"][..], "--only is one of breadth-1, breadth-10"),
            (&["--days", "0"], "--days is a number from 1 to 28"),
            (&["--accounts", "many"], "--accounts is a number from 100 to 200000"),
            (&["--fast"], "'--fast'"),
        ] {
            let failure = parse(arguments).unwrap_err();
            assert!(failure.to_string().contains(says), "{failure}");
            assert_eq!(failure.code(), 2);
        }
    }
}
