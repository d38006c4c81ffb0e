//! The attempts of a replay: `at,source,identifier,password`, and optionally `device`.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use doorward::Password;

use crate::problems::Problems;
use crate::sheet::{Row, Sheet};

/// One attempt to log in.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) line: u64,
    /// Since the start.
    pub(crate) at: Duration,
    pub(crate) source: IpAddr,
    pub(crate) identifier: String,
    pub(crate) password: Password,
    /// The label of the device it comes from, if it has one.
    pub(crate) device: Option<String>,
}

/// The attempts of one file, in the order of time.
#[derive(Debug)]
pub struct Attempts {
    /// The file, as the person called it.
    pub(crate) file: String,
    pub(crate) rows: Vec<Attempt>,
}

impl Attempts {
    /// Reads the file; what is wrong is added to `problems`.
    pub fn read(path: &Path, problems: &mut Problems) -> Self {
        let plain: &[&str] = &["at", "source", "identifier", "password"];
        let with_device: &[&str] = &["at", "source", "identifier", "password", "device"];
        let sheet = Sheet::read(path, &[plain, with_device], problems);
        Self::of(sheet, problems)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn of(sheet: Sheet, problems: &mut Problems) -> Self {
        let mut rows = Vec::with_capacity(sheet.rows.len());
        let mut before = Duration::ZERO;
        for row in &sheet.rows {
            let Some((at, source)) = facts(&sheet.file, row, problems) else {
                continue;
            };
            if at < before {
                let what = "is earlier than the row before it: sort the rows by time";
                problems.in_column(&sheet.file, row.line, "at", what);
            }
            before = before.max(at);
            rows.push(Attempt {
                line: row.line,
                at,
                source,
                identifier: row.cell(2).to_owned(),
                password: Password::from(row.cell(3)),
                device: Some(row.cell(4)).filter(|label| !label.is_empty()).map(str::to_owned),
            });
        }
        Self { rows, file: sheet.file }
    }
}

/// More seconds than any recording has; far from where times overflow.
const MOST_SECONDS: f64 = 3_200_000_000.0;

fn facts(file: &str, row: &Row, problems: &mut Problems) -> Option<(Duration, IpAddr)> {
    let at = seconds(row.cell(0));
    let source = row.cell(1).trim().parse::<IpAddr>();
    if let Err(what) = &at {
        // Where the source is an address the columns are in step, and this is no password.
        let shown = match source {
            Ok(_) => format!("\"{}\" {what}", row.cell(0).escape_debug()),
            Err(_) => (*what).to_owned(),
        };
        problems.in_column(file, row.line, "at", shown);
    }
    if source.is_err() {
        problems.in_column(file, row.line, "source", "is not an IPv4 or IPv6 address");
    }
    Some((at.ok()?, source.ok()?))
}

/// Digits, with or without decimals. The words and signs that Rust also takes for numbers are not.
fn seconds(cell: &str) -> Result<Duration, &'static str> {
    let cell = cell.trim();
    let plain = cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match cell.parse::<f64>() {
        Ok(number) if number < 0.0 => Err("is before the start: count the seconds from 0"),
        Ok(number) if plain && number <= MOST_SECONDS => {
            Duration::try_from_secs_f64(number).map_err(|_| NOT_SECONDS)
        }
        Ok(number) if plain && number.is_finite() => Err("is more than 100 years"),
        _ => Err(NOT_SECONDS),
    }
}

const NOT_SECONDS: &str = "is not a number of seconds";

#[cfg(test)]
mod tests {
    use super::*;

    fn told(rows: &str) -> (Attempts, String) {
        let text = format!("at,source,identifier,password,device\n{rows}");
        let header: &[&str] = &["at", "source", "identifier", "password", "device"];
        let mut problems = Problems::default();
        let sheet = Sheet::parse("a.csv".into(), text.as_bytes(), &[header], &mut problems);
        let attempts = Attempts::of(sheet, &mut problems);
        let told = problems.into_result().err().map(|told| told.to_string());
        (attempts, told.unwrap_or_default())
    }

    #[test]
    fn a_row_is_taken_as_it_stands() {
        let (attempts, told) =
            told("1.5,2001:db8::7, Alice ,\" p,\"\"w \",phone\n1.5,192.0.2.1,,,\n");
        assert_eq!(told, "");
        let [alice, nobody] = &attempts.rows[..] else {
            panic!("{attempts:?}");
        };
        assert_eq!((alice.line, alice.at), (2, Duration::from_millis(1_500)));
        assert_eq!(
            (alice.source.to_string(), alice.identifier.as_str()),
            ("2001:db8::7".into(), " Alice ")
        );
        assert_eq!(alice.password.expose_secret(), " p,\"w ");
        assert_eq!(alice.device.as_deref(), Some("phone"));
        assert_eq!((nobody.identifier.as_str(), &nobody.device), ("", &None));
        assert!(nobody.password.is_empty());
    }

    #[test]
    fn bad_cells_are_named_by_line_and_column() {
        for (rows, says) in [
            ("abc,::1,a,b,\n", "a.csv, line 2, column at: \"abc\" is not a number of seconds"),
            ("1,::1,a,b,\nNaN,::1,a,b,\n", "a.csv, line 3, column at: \"NaN\" is not a number"),
            ("inf,::1,a,b,\n", "a.csv, line 2, column at: \"inf\" is not a number"),
            ("1e3,::1,a,b,\n", "a.csv, line 2, column at: \"1e3\" is not a number"),
            (",::1,a,b,\n", "a.csv, line 2, column at: \"\" is not a number"),
            ("-1,::1,a,b,\n", "a.csv, line 2, column at: \"-1\" is before the start"),
            ("99999999999,::1,a,b,\n", "a.csv, line 2, column at: \"99999999999\" is more than"),
            ("2,::1,a,b,\n1,::1,a,b,\n", "a.csv, line 3, column at: is earlier than the row"),
            ("1,here,a,b,\n", "a.csv, line 2, column source: is not an IPv4 or IPv6 address"),
            ("1,192.0.2.1:80,a,b,\n", "a.csv, line 2, column source: is not"),
        ] {
            let told = told(rows).1;
            assert!(told.starts_with(says), "{told}");
        }
    }

    #[test]
    fn a_row_whose_columns_are_out_of_step_shows_no_password() {
        for rows in ["alice,hunter2,1,::1,\n", "hunter2,alice,1,::1,\n", "1,hunter2,a,::1,\n"] {
            let told = told(rows).1;
            assert!(!told.contains("hunter2") && !told.is_empty(), "{told}");
        }
    }
}
