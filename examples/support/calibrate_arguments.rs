//! What `calibrate` is told on the command line.

use std::ffi::OsString;
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use doorward::{Backend, Budget, Demand};
use lexopt::prelude::*;

use crate::arguments::{Asked, unclear};
use crate::failure::Failure;

/// What `calibrate` is told.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CalibrateArguments {
    /// What logins ask of the server.
    pub demand: Demand,
    /// What hashing may take of it.
    pub budget: Budget,
    /// What computes the hashes.
    pub backend: Backend,
}

impl CalibrateArguments {
    /// Reads the arguments; the program's name is not among them.
    ///
    /// # Errors
    ///
    /// [`Failure`] that says what was not understood, or will not do.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked<Self>, Failure> {
        let (mut target_ms, mut peak, mut memory_mib) = (None::<u64>, None::<f64>, None::<u64>);
        let (mut cores, mut deadline_ms) = (None::<usize>, None::<u64>);
        let (mut load_percent, mut backend) = (None::<u32>, Backend::default());
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next().map_err(unclear)? {
            match argument {
                Long("target-ms") => target_ms = Some(number("--target-ms", &mut parser)?),
                Long("peak") => peak = Some(number("--peak", &mut parser)?),
                Long("memory-mib") => memory_mib = Some(number("--memory-mib", &mut parser)?),
                Long("cores") => cores = Some(number("--cores", &mut parser)?),
                Long("load-percent") => load_percent = Some(number("--load-percent", &mut parser)?),
                Long("vectorised") => backend = Backend::vectorised().map_err(unclear)?,
                Long("deadline-ms") => deadline_ms = Some(number("--deadline-ms", &mut parser)?),
                Long("help") | Short('h') => return Ok(Asked::Help(HELP)),
                _ => return Err(unclear(argument.unexpected())),
            }
        }
        let target = Duration::from_millis(given("--target-ms", target_ms)?);
        let mut demand = Demand::new(target, given("--peak", peak)?).map_err(unclear)?;
        if let Some(deadline_ms) = deadline_ms {
            demand = demand.with_deadline(Duration::from_millis(deadline_ms));
        }
        let memory_kib = given("--memory-mib", memory_mib)?.saturating_mul(1_024);
        let here = || thread::available_parallelism().map_or(1, usize::from);
        let budget = Budget::new(memory_kib, cores.unwrap_or_else(here)).map_err(unclear)?;
        let budget = budget.with_utilisation_percent(load_percent.unwrap_or(70));
        Ok(Asked::Work(Self { demand, budget, backend }))
    }
}

fn number<T: FromStr>(name: &str, parser: &mut lexopt::Parser) -> Result<T, Failure> {
    let value = parser.value().map_err(unclear)?;
    let number = value.to_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| unclear(format_args!("{name} {}: not a number", value.display())))
}

fn given<T>(name: &str, value: Option<T>) -> Result<T, Failure> {
    value.ok_or_else(|| unclear(format_args!("{name} is missing")))
}

const HELP: &str = "\
Measures on this machine what a password hash may cost, and prints the lines to paste.

calibrate --target-ms NUMBER --peak NUMBER --memory-mib NUMBER [--cores NUMBER]
          [--load-percent NUMBER] [--deadline-ms NUMBER] [--vectorised]

--target-ms     what a login may take at the peak, in the mean, waiting included
--peak          logins a second at the peak, decimals allowed
--memory-mib    what all hashes together may take
--cores         how many processors hashing may use; all of them unless told
--load-percent  how much of its time a hashing thread may work, 1 to 95; 70 unless told
--deadline-ms   what a login may take at the very most: decides how many may wait; 5000 unless told
--vectorised    hash with the vectorised backend
--help          show this

Build it with --release, and run it where the service runs, with nothing else going on.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Asked<CalibrateArguments>, Failure> {
        CalibrateArguments::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn everything_is_understood() {
        let all = "--target-ms 100 --peak=2.5 --memory-mib 512 --cores 3 --load-percent 50 \
                   --deadline-ms 800 --vectorised";
        let all: Vec<_> = all.split_whitespace().collect();
        let Ok(Asked::Work(CalibrateArguments { demand, budget, backend })) = parse(&all) else {
            panic!("not understood");
        };
        assert_eq!((demand.target().as_millis(), demand.deadline().as_millis()), (100, 800));
        assert_eq!((demand.logins_per_second(), budget.utilisation()), (2.5, 0.5));
        assert_eq!((budget.memory_kib(), budget.cores()), (524_288, 3));
        assert_eq!(backend, Backend::vectorised().unwrap());
        assert!(matches!(parse(&["--help"]), Ok(Asked::Help(_))));
    }

    #[test]
    fn what_will_not_do_is_named() {
        for (arguments, says) in [
            ("", "--target-ms is missing"),
            ("--target-ms 100 --memory-mib 64", "--peak is missing"),
            ("--target-ms 100 --peak 5", "--memory-mib is missing"),
            ("--target-ms soon", "--target-ms soon: not a number"),
            ("--target-ms -5", "--target-ms -5: not a number"),
            ("--peak", "'--peak'"),
            ("--speed 9", "'--speed'"),
            ("--target-ms 0 --peak 5 --memory-mib 64", "between 1 millisecond and 60 seconds"),
            ("--target-ms 9 --peak nan --memory-mib 64", "logins in a second must be a number"),
            ("--target-ms 9 --peak 5 --memory-mib 6", "allow 7168 KiB or more"),
            ("--target-ms 9 --peak 5 --memory-mib 64 --cores 0", "at least one core"),
        ] {
            let arguments: Vec<_> = arguments.split_whitespace().collect();
            let failure = parse(&arguments).unwrap_err();
            assert!(failure.to_string().contains(says), "{failure}");
            assert_eq!(failure.code(), 2);
        }
    }
}
