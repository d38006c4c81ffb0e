//! Makes a file for `BreachFilter` and `BreachFile` of a list of breached passwords: one SHA-1 in
//! hexadecimal a line; a colon and a count behind it are ignored, and so are empty lines.
//!
//! ```text
//! cargo run --release --example make_breach_filter -- pwned.txt breached.dwb
//! ```
//!
//! A list in the order of its digests is quickest. One in another order is sorted, and needs the room of
//! the file twice. Memory is bounded by 64 MiB either way.

use std::{
    env,
    error::Error,
    fs::File,
    io::{BufReader, Write as _, stderr},
    path::Path,
    process::ExitCode,
};

use doorward_hash::FilterWriter;

fn main() -> ExitCode {
    match make() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(stderr(), "error: {error}");
            if let Some(cause) = error.source() {
                let _ = writeln!(stderr(), "because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

fn make() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [list, target] = arguments.as_slice() else {
        return Err("Say which list to read and which file to write.".into());
    };
    let list =
        File::open(list).map_err(|error| format!("{}: {error}", Path::new(list).display()))?;
    let mut writer = FilterWriter::create(target)?;
    writer.read_list(BufReader::with_capacity(1024 * 1024, list))?;
    let written = writer.finish()?;
    println!("{} entries, {} bytes", written.entries(), written.bytes());
    Ok(())
}
