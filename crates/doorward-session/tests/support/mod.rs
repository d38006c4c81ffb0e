//! Files of vectors: `[kind]`, and `name = hex` lines below it.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::mod_module_files,
    reason = "each test file uses its part"
)]

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// One `[kind]` of a file and its lines.
pub struct Vector {
    kind: &'static str,
    values: BTreeMap<&'static str, Vec<u8>>,
}

impl Vector {
    pub fn bytes(&self, name: &str) -> &[u8] {
        self.values.get(name).unwrap_or_else(|| panic!("{} has no {name}", self.kind))
    }

    pub fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.bytes(name)).unwrap()
    }

    pub fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        self.bytes(name).try_into().unwrap()
    }

    pub fn number(&self, name: &str) -> u64 {
        u64::from_be_bytes(self.array(name))
    }

    /// A time in milliseconds since 1970.
    pub fn time(&self, name: &str) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.number(name))
    }
}

/// The vectors of one kind, of which there is at least one.
pub fn vectors(file: &'static str, kind: &str) -> Vec<Vector> {
    let mut all: Vec<Vector> = Vec::new();
    for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(kind) = line.strip_prefix('[') {
            all.push(Vector { kind: kind.trim_end_matches(']'), values: BTreeMap::new() });
        } else {
            let (name, value) = line.split_once(" =").unwrap();
            all.last_mut().unwrap().values.insert(name, hex(value.trim()));
        }
    }
    all.retain(|vector| vector.kind == kind);
    assert!(!all.is_empty(), "no vector of kind {kind}");
    all
}

fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}
