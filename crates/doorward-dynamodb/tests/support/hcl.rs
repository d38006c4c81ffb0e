//! Terraform's language, as far as the template uses it; whatever else there is makes it panic.

use std::collections::BTreeMap;
use std::str::Lines;

/// A block: `kind "label" { name = value, and blocks }`, one to a line.
#[derive(Debug, Default)]
pub struct Block {
    /// Its kind and its labels, as in the first line.
    pub head: Vec<String>,
    /// Values as they are written.
    pub attributes: BTreeMap<String, String>,
    pub blocks: Vec<Block>,
}

impl Block {
    /// A file is a block without a head.
    pub fn read(text: &str) -> Self {
        let mut lines = text.lines();
        let file = Self::rest(Vec::new(), &mut lines, false);
        assert_eq!(lines.next(), None, "a brace too many");
        file
    }

    /// Its blocks of this kind.
    pub fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Self> {
        self.blocks.iter().filter(move |block| block.head[0] == kind)
    }

    /// Its one block of this kind.
    pub fn one<'a>(&'a self, kind: &'a str) -> &'a Self {
        let all: Vec<_> = self.of(kind).collect();
        assert_eq!(all.len(), 1, "blocks of {kind}");
        all[0]
    }

    /// The value of an attribute, without quotes if it has some.
    pub fn value(&self, name: &str) -> &str {
        let value = self.attributes.get(name).unwrap_or_else(|| panic!("no {name}"));
        unquoted(value)
    }

    fn rest(head: Vec<String>, lines: &mut Lines<'_>, is_inner: bool) -> Self {
        let mut block = Self { head, ..Self::default() };
        while let Some(line) = lines.next() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line == "}" {
                assert!(is_inner, "a brace too many");
                return block;
            }
            if let Some((name, value)) = line.split_once(" = ") {
                let is_whole = value.matches(['{', '[', '(']).count()
                    == value.matches(['}', ']', ')']).count();
                assert!(
                    is_whole && !value.starts_with("<<"),
                    "a value of more than a line: {line}"
                );
                let old = block.attributes.insert(name.trim().to_owned(), value.to_owned());
                assert_eq!(old, None, "{line}");
            } else {
                let head = line.strip_suffix(" {").unwrap_or_else(|| panic!("not read: {line}"));
                let head = head.split(' ').map(|word| unquoted(word).to_owned()).collect();
                block.blocks.push(Self::rest(head, lines, true));
            }
        }
        assert!(!is_inner, "a brace too few");
        block
    }
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}
