//! A table of text that a person can read.

/// Lays cells out in columns, each as wide as its widest cell; the first row is the heading.
///
/// ```
/// use doorward_examples::columns::table;
///
/// let text = table(&[vec!["outcome".into(), "count".into()], vec!["wait".into(), "12".into()]]);
/// assert_eq!(text, "outcome  count\n-------  -----\nwait        12\n");
/// ```
///
/// Columns of nothing but numbers and shares stand to the right.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let columns: Vec<Column> = (0..columns).map(|at| Column::of(rows, at)).collect();
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        push_line(&mut text, row, &columns);
        if at == 0 {
            let rule: Vec<_> = columns.iter().map(|column| "-".repeat(column.width)).collect();
            push_line(&mut text, &rule, &columns);
        }
    }
    text
}

const GAP: &str = "  ";

struct Column {
    width: usize,
    to_the_right: bool,
}

impl Column {
    fn of(rows: &[Vec<String>], at: usize) -> Self {
        let cells = || rows.iter().filter_map(|row| row.get(at));
        Self {
            width: cells().map(|cell| cell.chars().count()).max().unwrap_or(0),
            to_the_right: cells().skip(1).all(|cell| is_number(cell)),
        }
    }
}

fn push_line(text: &mut String, cells: &[String], columns: &[Column]) {
    let mut line = String::new();
    for (at, (cell, column)) in cells.iter().zip(columns).enumerate() {
        if at > 0 {
            line.push_str(GAP);
        }
        let pad = " ".repeat(column.width - cell.chars().count());
        let parts: [&str; 2] = if column.to_the_right { [&pad, cell] } else { [cell, &pad] };
        line.extend(parts);
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

fn is_number(cell: &str) -> bool {
    cell.trim_end_matches([' ', '%']).parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_characters_and_not_by_bytes() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let text = table(&[row(["a", "b"]), row(["żółć", "10.5 %"]), row(["192.0.2.1", "1.5 %"])]);
        let expected =
            "a               b\n---------  ------\nżółć       10.5 %\n192.0.2.1   1.5 %\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn no_rows_make_no_text() {
        assert_eq!(table(&[]), "");
    }
}
