//! The options of a measuring program: names with a value each, and nothing else.

use std::collections::BTreeMap;
use std::str::FromStr;

use doorward::Cost;
use lexopt::Arg;

use crate::door::Failure;

/// What was given on the command line.
#[derive(Clone, Debug, Default)]
pub struct Options {
    given: BTreeMap<String, String>,
}

impl Options {
    /// Reads `--name value` pairs, of these names. `None` after `--help`, which prints `usage`.
    ///
    /// # Errors
    ///
    /// [`Failure`] names the argument that is not among them.
    pub fn read(names: &[&str], usage: &str) -> Result<Option<Self>, Failure> {
        Self::read_from(lexopt::Parser::from_env(), names, usage)
    }

    /// The number given for `name`, or `default`.
    ///
    /// # Errors
    ///
    /// [`Failure`] when it is not a number of this kind.
    pub fn number<T: FromStr>(&self, name: &str, default: T) -> Result<T, Failure> {
        let Some(text) = self.given.get(name) else {
            return Ok(default);
        };
        text.parse().map_err(|_| format!("--{name} {text}: not a number that will do").into())
    }

    /// The text given for `name`, or `default`.
    pub fn text<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.given.get(name).map_or(default, String::as_str)
    }

    /// `--cost default` or `--cost minimal`.
    ///
    /// # Errors
    ///
    /// [`Failure`] for anything else.
    pub fn cost(&self) -> Result<Cost, Failure> {
        match self.given.get("cost").map(String::as_str) {
            None | Some("default") => Ok(Cost::default()),
            Some("minimal") => Ok(Cost::minimal_for_tests()),
            Some(other) => Err(format!("--cost {other}: say `default` or `minimal`").into()),
        }
    }

    fn read_from(
        mut parser: lexopt::Parser,
        names: &[&str],
        usage: &str,
    ) -> Result<Option<Self>, Failure> {
        let mut options = Self::default();
        while let Some(arg) = parser.next()? {
            let name = match arg {
                Arg::Long("help") => {
                    println!("{usage}");
                    return Ok(None);
                }
                Arg::Long(name) if names.contains(&name) => name.to_owned(),
                other => return Err(format!("{}\n{usage}", other.unexpected()).into()),
            };
            let value = parser.value()?.to_string_lossy().into_owned();
            options.given.insert(name, value);
        }
        Ok(Some(options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Result<Option<Options>, Failure> {
        Options::read_from(lexopt::Parser::from_args(args), &["attempts", "cost"], "usage")
    }

    #[test]
    fn what_is_given_counts_and_the_rest_has_its_default() {
        let options = read(&["--attempts", "12", "--cost=minimal"]).unwrap().unwrap();
        assert_eq!(options.number("attempts", 7).unwrap(), 12);
        assert_eq!(options.number("seed", 7).unwrap(), 7);
        assert_eq!(options.cost().unwrap(), Cost::minimal_for_tests());
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(read(&["--speed", "1"]).is_err());
        assert!(read(&["--attempts"]).is_err());
        let options = read(&["--attempts", "many", "--cost", "dear"]).unwrap().unwrap();
        assert!(options.number("attempts", 7).is_err() && options.cost().is_err());
    }
}
