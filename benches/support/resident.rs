//! How much memory the process has.

use std::fs;

use crate::door::Failure;

/// A line of the process's status, in KiB: `VmRSS:` is what is resident, `VmHWM:` the peak of it.
///
/// # Errors
///
/// [`Failure`] where there is no such line, as on anything but Linux.
pub fn status(field: &str) -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")
        .map_err(|error| format!("/proc/self/status: {error}: this needs Linux"))?;
    status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.trim().strip_suffix(" kB")?.parse().ok())
        .ok_or_else(|| format!("/proc/self/status does not tell {field}").into())
}

/// Lets the peak begin anew from what is resident now. Where it cannot, the peak is that of the
/// whole run, which is no less.
pub fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// KiB as MiB.
pub fn mib(kib: u64) -> String {
    format!("{:.1}", kib as f64 / 1024.0)
}
