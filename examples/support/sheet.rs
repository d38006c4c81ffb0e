//! A CSV file with a header, read completely before anything is done with it.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use crate::problems::Problems;

/// The rows of a file whose header and whose numbers of fields are right.
#[derive(Debug)]
pub struct Sheet {
    /// The file, as the person called it.
    pub(crate) file: String,
    pub(crate) rows: Vec<Row>,
}

/// One row. Nothing in its cells is trimmed.
#[derive(Debug)]
pub(crate) struct Row {
    /// The line of the file on which it starts; the header is line 1.
    pub(crate) line: u64,
    cells: StringRecord,
}

impl Row {
    /// A cell; one that the header does not name is empty.
    pub(crate) fn cell(&self, at: usize) -> &str {
        self.cells.get(at).unwrap_or("")
    }
}

impl Sheet {
    /// Reads a file that has one of these headers. Whatever is wrong is added to `problems`, and the
    /// rows that are right are returned all the same, so that one run tells of every bad row.
    pub fn read(path: &Path, headers: &[&[&str]], problems: &mut Problems) -> Self {
        let file = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => Self::parse(file, &bytes, headers, problems),
            Err(error) => {
                problems.in_file(&file, format_args!("cannot be read: {error}"));
                Self::empty(file)
            }
        }
    }

    pub(crate) fn parse(
        file: String,
        bytes: &[u8],
        headers: &[&[&str]],
        problems: &mut Problems,
    ) -> Self {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
            Err(error) => {
                let line = 1 + line_ends(&bytes[..error.valid_up_to()]);
                problems.in_line(&file, line, "is not UTF-8: save the file as UTF-8 text");
                return Self::empty(file);
            }
        };
        let mut rows = split(&file, text, problems).into_iter();
        // What stands there instead is not shown: without a header it may be a password.
        let columns = rows.next().and_then(|first| {
            let fits = |header: &&&[&str]| first.cells.iter().eq(header.iter().copied());
            headers.iter().find(fits).map(|header| header.len())
        });
        let Some(columns) = columns else {
            let names: Vec<_> = headers.iter().map(|names| names.join(",")).collect();
            let wanted = names.join("` or `");
            problems.in_line(&file, 1, format_args!("the header must be `{wanted}`"));
            return Self::empty(file);
        };
        let fits = |row: &Row| {
            let found = row.cells.len();
            if found != columns {
                let what = format!("{found} instead of {columns} fields: {QUOTE_HINT}");
                problems.in_line(&file, row.line, what);
            }
            found == columns
        };
        let rows = rows.filter(fits).collect();
        Self { file, rows }
    }

    fn empty(file: String) -> Self {
        Self { file, rows: Vec::new() }
    }
}

const QUOTE_HINT: &str = "put a field that holds a comma, a quote or a line break in quotes";

/// Comes after the last row. A quote that is never closed swallows it.
const END: &str = "\n.";

fn split(file: &str, text: &str, problems: &mut Problems) -> Vec<Row> {
    let bytes = text.as_bytes();
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(std::io::Read::chain(bytes, END.as_bytes()));
    let mut rows = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for record in reader.records() {
        let cells = match record {
            Ok(cells) => cells,
            Err(error) => {
                problems.in_file(file, error);
                return Vec::new();
            }
        };
        // The reader's own line numbers are those before blank lines and halves of CRLF.
        let start = cells.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(usize::MAX).min(bytes.len());
        let skipped =
            bytes[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += line_ends(&bytes[counted..start + skipped]);
        counted = start + skipped;
        rows.push(Row { line, cells });
    }
    match rows.pop() {
        Some(end) if end.cells.len() == 1 && end.cell(0) == &END[1..] => {}
        Some(open) => problems.in_line(file, open.line, "a quote is opened and never closed"),
        None => {}
    }
    rows
}

/// CRLF, LF and CR each end a line.
fn line_ends(bytes: &[u8]) -> u64 {
    let ends = bytes.iter().enumerate().filter(|&(at, &byte)| {
        byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
    });
    ends.count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8]) -> (Vec<(u64, Vec<String>)>, String) {
        let mut problems = Problems::default();
        let sheet = Sheet::parse("f.csv".to_owned(), bytes, &[&["a", "b"]], &mut problems);
        let cells = |row: &Row| row.cells.iter().map(str::to_owned).collect();
        let rows = sheet.rows.iter().map(|row| (row.line, cells(row))).collect();
        let told = problems.into_result().err().map(|told| told.to_string());
        (rows, told.unwrap_or_default())
    }

    #[test]
    fn oddities_are_kept_as_they_are() {
        let odd =
            "\u{feff}a,b\r\n\"x,y\",\"say \"\"hi\"\"\"\r\n żółć ,  \r\n\"two\r\nlines\",z\r\n,\r\n";
        let (rows, told) = parse(odd.as_bytes());
        let expected = [
            (2, ["x,y", "say \"hi\""]),
            (3, [" żółć ", "  "]),
            (4, ["two\r\nlines", "z"]),
            (6, ["", ""]),
        ];
        assert_eq!(told, "");
        assert_eq!(rows, expected.map(|(line, cells)| (line, cells.map(str::to_owned).to_vec())));
    }

    #[test]
    fn lines_are_counted_over_blank_ones_and_every_line_end() {
        for (text, lines) in [
            ("a,b\n\n\nx,y\nx,y", vec![4, 5]),
            ("a,b\r\n\r\nx,y\r\n\r\n\r\nx,y\r\n\r\n", vec![3, 6]),
            ("a,b\rx,y\rx,y\r", vec![2, 3]),
            ("a,b", vec![]),
        ] {
            let (rows, told) = parse(text.as_bytes());
            assert_eq!(told, "", "{text:?}");
            assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), lines, "{text:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_line() {
        for (bytes, says) in [
            (&b""[..], "f.csv, line 1: the header must be `a,b`"),
            (b"b,a\nx,y\n", "f.csv, line 1: the header must be `a,b`"),
            (b"a,b\nx,y\nx\n", "f.csv, line 3: 1 instead of 2 fields"),
            (b"a,b\r\nx,y,z\r\n", "f.csv, line 2: 3 instead of 2 fields"),
            (b"a,b\nx,y\nx,\xff\n", "f.csv, line 3: is not UTF-8"),
            (b"a,b\nx,y\nx,\"y\nx,y\n", "f.csv, line 3: a quote is opened and never closed"),
        ] {
            let told = parse(bytes).1;
            assert!(told.starts_with(says), "{told}");
        }
    }
}
