//! Law 12: a Cargo feature adds; it never changes behaviour.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// A feature may bring whole items. It may not choose between two of them, nor stand among the
/// statements of one, where it would change what the code does for every crate of the build.
fn offence(line: &str, next: &str) -> Option<&'static str> {
    let code = line.trim_start();
    // Comments, and how an example is shown.
    if code.starts_with("//") || code.starts_with("#[cfg_attr(") && code.contains(" doc = ") {
        return None;
    }
    if code.contains("cfg!(feature") {
        return Some("asks for a feature in an expression");
    }
    if code.contains("not(feature") {
        return Some("does something only without a feature");
    }
    let next = next.trim_start();
    let items =
        ["mod ", "pub ", "pub(", "fn ", "const ", "struct ", "enum ", "impl ", "use ", "#["];
    // A reader or a maker of one more format, in its table.
    let is_row = next.ends_with("::read,") || next.ends_with("::make),");
    let is_item = items.iter().any(|item| next.starts_with(item)) || is_row;
    if (code.starts_with("#[cfg(feature") || code.starts_with("#[cfg(any(feature")) && !is_item {
        return Some("gates something else than an item");
    }
    None
}

#[test]
fn law_12_a_feature_adds_and_never_changes_behaviour() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for entry in fs::read_dir(crates).unwrap() {
        let source = entry.unwrap().path().join("src");
        if source.is_dir() {
            sources(&source, &mut files);
        }
    }
    assert!(files.len() > 50, "the sources were found");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<_> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let next = lines.get(at + 1).copied().unwrap_or("");
            if let Some(offence) = offence(line, next) {
                panic!("{}:{}: {offence}", file.display(), at + 1);
            }
        }
    }
}

#[test]
fn law_12_the_check_finds_what_it_looks_for() {
    assert!(offence("    if cfg!(feature = \"fast\") {", "").is_some());
    assert!(offence("#[cfg(not(feature = \"fast\"))]", "fn slow() {}").is_some());
    assert!(offence("    #[cfg(feature = \"fast\")]", "    let cost = 1;").is_some());
    assert!(offence("#[cfg(feature = \"testing\")]", "pub mod testing;").is_none());
    assert!(offence("// cfg!(feature) in a comment", "").is_none());
}
