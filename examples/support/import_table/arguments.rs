//! What `import_table` is told.

use std::ffi::OsString;
use std::path::PathBuf;

use doorward::Cost;
use doorward::fields::FernetKeys;
use lexopt::prelude::*;

use crate::arguments::{Asked, unclear};
use crate::failure::Failure;
use crate::store_choice::text;

/// From where to where, and how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ImportArguments {
    /// Where DynamoDB is.
    pub endpoint: String,
    /// The table that is read.
    pub from: String,
    /// The table of the accounts.
    pub to: String,
    /// The table of the records.
    pub profiles: String,
    /// What people log in with.
    pub identifier: String,
    /// What is stored of their passwords.
    pub hash: String,
    /// Attributes that are sealed with Fernet.
    pub fernet: Vec<String>,
    /// A variable or a file with the keys that open them.
    pub fernet_key: Option<String>,
    /// Attributes that look so, and are to stay as they are.
    pub as_is: Vec<String>,
    /// Where the rows are named that were not brought over.
    pub report: Option<PathBuf>,
    /// Where it is kept how far it came.
    pub resume: Option<PathBuf>,
    /// Whether nothing is to be written.
    pub dry_run: bool,
    /// What a hash costs.
    pub cost: Cost,
}

impl ImportArguments {
    /// Reads the arguments; the program's name is not among them.
    ///
    /// # Errors
    ///
    /// [`Failure`] that says what was not understood.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked<Self>, Failure> {
        let (mut endpoint, mut from, mut to, mut profiles) = (None, None, None, None);
        let (mut form, mut identifier, mut hash) = (None, None, None);
        let (mut fernet, mut fernet_key, mut as_is) = (Vec::new(), None, Vec::new());
        let (mut report, mut resume) = (None, None);
        let (mut dry_run, mut cost) = (false, Cost::default());
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next().map_err(unclear)? {
            match argument {
                Long("dynamodb") => endpoint = Some(text(&mut parser)?),
                Long("from") => from = Some(text(&mut parser)?),
                Long("to") => to = Some(text(&mut parser)?),
                Long("profiles") => profiles = Some(text(&mut parser)?),
                Long("form") => form = Some(Form::parse(&text(&mut parser)?)?),
                Long("identifier") => identifier = Some(text(&mut parser)?),
                Long("hash") => hash = Some(text(&mut parser)?),
                Long("fernet") => fernet.extend(names(&text(&mut parser)?)),
                Long("fernet-key") => fernet_key = Some(text(&mut parser)?),
                Long("as-is") => as_is.extend(names(&text(&mut parser)?)),
                Long("report") => report = Some(parser.value().map_err(unclear)?.into()),
                Long("resume") => resume = Some(parser.value().map_err(unclear)?.into()),
                Long("dry-run") => dry_run = true,
                Long("cost") => cost = cost_of(&text(&mut parser)?)?,
                Long("help") | Short('h') => return Ok(Asked::Help(HELP)),
                _ => return Err(unclear(argument.unexpected())),
            }
        }
        let form = form.unwrap_or(Form::UserId);
        let arguments = Self {
            endpoint: endpoint.ok_or_else(|| missing("--dynamodb"))?,
            from: from.ok_or_else(|| missing("--from"))?,
            to: to.ok_or_else(|| missing("--to"))?,
            profiles: profiles.ok_or_else(|| missing("--profiles"))?,
            identifier: identifier.unwrap_or_else(|| form.identifier().to_owned()),
            hash: hash.unwrap_or_else(|| "password_hash".to_owned()),
            fernet,
            fernet_key,
            as_is,
            report,
            resume,
            dry_run,
            cost,
        };
        arguments.check()?;
        Ok(Asked::Work(arguments))
    }

    /// The keys that open what was sealed with Fernet.
    ///
    /// # Errors
    ///
    /// [`Failure`] when there are none, or they are none.
    pub fn fernet_keys(&self) -> Result<Option<FernetKeys>, Failure> {
        let Some(place) = &self.fernet_key else { return Ok(None) };
        let read = std::env::var(place).or_else(|_| std::fs::read_to_string(place));
        let text = read.map_err(|error| {
            Failure::of_input(format_args!(
                "--fernet-key is neither a variable nor a file: {error}"
            ))
        })?;
        let keys = FernetKeys::parse(&text);
        keys.map(Some).map_err(|error| Failure::of_input(format_args!("--fernet-key: {error}")))
    }

    /// Between which tables: a checkpoint holds for these alone.
    pub(crate) fn tables(&self) -> [String; 4] {
        [self.endpoint.clone(), self.from.clone(), self.to.clone(), self.profiles.clone()]
    }

    fn check(&self) -> Result<(), Failure> {
        let [_, from, to, profiles] = self.tables();
        if from == to || from == profiles || to == profiles {
            return Err(unclear("--from, --to and --profiles are three tables"));
        }
        if !self.fernet.is_empty() && self.fernet_key.is_none() {
            return Err(unclear("--fernet needs a --fernet-key"));
        }
        match (self.dry_run, &self.report, &self.resume) {
            (false, None, _) => Err(missing("--report")),
            (true, _, Some(_)) => Err(unclear("a --dry-run has no checkpoint: leave out --resume")),
            _ => Ok(()),
        }
    }
}

/// The forms of tables that guides to logins with Flask have.
enum Form {
    /// Keyed by `user_id`, with an index on `email`.
    UserId,
    /// Keyed by `username`.
    Username,
}

impl Form {
    fn parse(text: &str) -> Result<Self, Failure> {
        match text {
            "user-id" => Ok(Self::UserId),
            "username" => Ok(Self::Username),
            _ => Err(unclear("--form is `user-id` or `username`")),
        }
    }

    fn identifier(&self) -> &'static str {
        match self {
            Self::UserId => "email",
            Self::Username => "username",
        }
    }
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn cost_of(text: &str) -> Result<Cost, Failure> {
    match text {
        "default" => Ok(Cost::default()),
        "minimal" => Ok(Cost::minimal_for_tests()),
        _ => Err(unclear("--cost is `default` or `minimal`")),
    }
}

fn missing(name: &str) -> Failure {
    unclear(format_args!("{name} is missing"))
}

const HELP: &str = "\
Brings the users of a table on DynamoDB over to doorward, with the passwords that they have.

import_table --dynamodb URL|aws --from TABLE --to TABLE --profiles TABLE --report FILE [--resume FILE]
             [--form user-id|username] [--identifier NAME] [--hash NAME]
             [--fernet NAME,NAME --fernet-key FILE|VARIABLE] [--as-is NAME,NAME] [--dry-run] [--cost default]

--dynamodb    the URL of an emulator, http://127.0.0.1:8000; `aws`; or an https URL
--from        the table of the old service. It is read twice, and never written to
--to          the table of the accounts; its keys are in DOORWARD_KEYS
--profiles    the table of the records, keyed by the text `account`: all attributes but the hash
--form        `user-id`: people log in with `email`; `username`: with `username`. The hash is
              `password_hash`; --identifier and --hash say otherwise
--fernet      attributes that are sealed with Fernet: they are opened, and sealed for the account
--fernet-key  the variable or the file that holds the keys, newest first
--as-is       attributes that look as if they were, and are to stay as they are
--report      a new file: the key and the problem of each row that was not brought over
--resume      a file to keep in mind how far it came; where there is one already, it goes on from there
--dry-run     write nothing, but a report if one is named; tell what would come of it
--cost        of hashes; `minimal` is for trying this out
--help        show this
";

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: [&str; 4] = ["--dynamodb=aws", "--from=users", "--to=doorward", "--profiles=p"];

    fn parse(more: &[&str]) -> Result<Asked<ImportArguments>, Failure> {
        ImportArguments::parse([&TABLES[..], more].concat().iter().map(OsString::from))
    }

    fn parsed(more: &[&str]) -> ImportArguments {
        match parse(more) {
            Ok(Asked::Work(arguments)) => arguments,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn forms_name_the_attributes_and_options_say_otherwise() {
        let named = |more: &[&str]| {
            let arguments = parsed(&[&["--dry-run"], more].concat());
            (arguments.identifier, arguments.hash)
        };
        let names = |identifier: &str, hash: &str| (identifier.to_owned(), hash.to_owned());
        assert_eq!(named(&[]), names("email", "password_hash"));
        assert_eq!(named(&["--form", "username"]), names("username", "password_hash"));
        assert_eq!(named(&["--hash=pw", "--identifier=login"]), names("login", "pw"));
        let fernet = parsed(&["--report=r", "--fernet", "phone, name", "--fernet-key=k"]).fernet;
        assert_eq!(fernet, ["phone", "name"]);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (more, says) in [
            (&[][..], "--report is missing"),
            (&["--dry-run", "--resume=c"], "leave out --resume"),
            (&["--report=r", "--fernet=phone"], "--fernet needs a --fernet-key"),
            (&["--report=r", "--form=flask"], "--form is"),
            (&["--report=r", "--to=users"], "three tables"),
        ] {
            let told = parse(more).unwrap_err();
            assert!(told.to_string().contains(says), "{told}");
            assert_eq!(told.code(), 2);
        }
    }

    #[test]
    fn a_key_that_is_missing_or_none_is_told_without_showing_it() {
        for (place, says) in [
            ("DOORWARD_NO_SUCH_VARIABLE", "neither a variable nor a file"),
            ("Cargo.toml", "no Fernet key"),
        ] {
            let arguments = parsed(&["--dry-run", "--fernet=phone", "--fernet-key", place]);
            let told = arguments.fernet_keys().unwrap_err();
            assert!(told.to_string().contains(says), "{told}");
        }
    }
}
