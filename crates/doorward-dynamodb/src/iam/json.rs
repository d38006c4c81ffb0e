//! JSON, laid out for readers.

/// An object; names are taken as they are.
pub(super) fn object<'a>(parts: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let parts = parts.into_iter().map(|(name, value)| format!("\"{name}\": {value}"));
    block('{', parts, '}')
}

pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    block('[', items, ']')
}

pub(super) fn text(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn block(open: char, lines: impl IntoIterator<Item = String>, close: char) -> String {
    let lines = lines.into_iter().map(|line| format!("  {}", line.replace('\n', "\n  ")));
    format!("{open}\n{}\n{close}", lines.collect::<Vec<_>>().join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_as_it_was_meant() {
        let odd = "\u{1}\u{7f}\u{9f}\n\"\\/\u{e4}\u{1f600}";
        let written = object([("a", list([text(odd), object([("b", text(""))])]))]);
        let read: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read, serde_json::json!({ "a": [odd, { "b": "" }] }));
        assert_eq!(list([text("x")]), "[\n  \"x\"\n]");
    }
}
