//! Makes a file for `BreachFilter` of a list of breached passwords: one SHA-1 in hexadecimal a line,
//! in any order; a colon and a count behind it are ignored, and so are empty lines.
//!
//! ```text
//! cargo run --release --example make_breach_filter -- pwned.txt breached.dwb
//! ```

use std::{
    env,
    error::Error,
    fs::{self, File},
    io::{BufRead, BufReader},
};

use doorward_hash::{BreachDigest, BreachFilter};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [list, target] = arguments.as_slice() else {
        return Err("Say which list to read and which file to write.".into());
    };
    let filter = read(BufReader::new(File::open(list)?))?;
    let file = filter.to_bytes();
    fs::write(target, &file)?;
    println!("{} entries, {} bytes", filter.len(), file.len());
    Ok(())
}

fn read(list: impl BufRead) -> Result<BreachFilter, Box<dyn Error>> {
    let lines = list.lines().zip(1_u64..);
    let digests = lines.filter(|(line, _)| !line.as_ref().is_ok_and(|line| line.trim().is_empty()));
    digests
        .map(|(line, number)| {
            let digest = line?.parse::<BreachDigest>();
            digest.map_err(|error| format!("line {number}: {error}").into())
        })
        .collect()
}
