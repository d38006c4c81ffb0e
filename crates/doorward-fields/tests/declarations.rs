//! What the compiler says to a declaration that is refused: it names the remedy.

#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Each declaration, and what the compiler has to say to it; nothing if it is sound.
const DECLARATIONS: [(&str, &str, &str); 13] = [
    ("sound", "", "record id: u64, clear a: u8, sealed b: String"),
    ("no_record", "write `record` ahead of its key", "sealed b: String"),
    (
        "two_records",
        "`id` and `account` both name the record",
        "record id: u64, record account: u64, sealed b: String",
    ),
    ("no_sealed", "write `sealed` ahead of a field", "record id: u64, clear a: u8"),
    ("nothing_at_all", "write `record` ahead of its key", ""),
    (
        "unknown_word",
        "`hidden` does not say what the field `b` is; write `record`, `clear` or `sealed`",
        "record id: u64, hidden b: String",
    ),
    (
        "no_word",
        "write `record`, `clear` or `sealed` ahead of its name",
        "record id: u64, pub b: String",
    ),
    ("no_type", "a field of a record is declared as", "record id: u64, sealed b"),
    ("one_name", "field `b` is already declared", "record id: u64, sealed b: String, clear b: u8"),
    ("gated", "put `cfg` on the whole of it", "record id: u64, #[cfg(unix)] sealed b: String"),
    ("no_key", "`f32` does not name a record", "record id: f32, sealed b: String"),
    (
        "no_value",
        "derive serde::Serialize, serde::Deserialize and zeroize::Zeroize for it",
        "record id: u64, sealed b: std::net::IpAddr",
    ),
    ("no_value_of_serde", "doorward_fields::Unwiped<Plain>", "record id: u64, sealed b: Plain"),
];

/// What stands around them.
const PROGRAM: &str = r#"
    pub struct Plain;
    doorward_fields::sealed_record! {
        pub struct Customer => SealedCustomer in "customers", version 1 { FIELDS }
    }
    fn main() {}
"#;

#[test]
fn a_refused_declaration_is_told_the_remedy() {
    let folder = project();
    for (name, _, fields) in DECLARATIONS {
        fs::write(folder.join(format!("src/bin/{name}.rs")), PROGRAM.replace("FIELDS", fields))
            .unwrap();
    }
    let mut misses = String::new();
    for (name, expected, _) in DECLARATIONS {
        let output = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--offline", "--bin", name])
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() != expected.is_empty() || !said.contains(expected) {
            writeln!(misses, "{name}: {expected:?} is not what it says, but:\n{said}").unwrap();
        }
    }
    assert!(misses.is_empty(), "{misses}");
}

/// A package with nothing in it yet, which may use the same versions as this one.
fn project() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("declarations");
    fs::create_dir_all(folder.join("src/bin")).unwrap();
    let manifest = format!(
        "[package]\nname = \"declarations\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
         [dependencies]\ndoorward-fields = {{ path = {crate_folder:?}, features = [\"serde\"] }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    let lock = crate_folder.join("../../Cargo.lock");
    if lock.exists() {
        fs::copy(lock, folder.join("Cargo.lock")).unwrap();
    }
    folder
}
