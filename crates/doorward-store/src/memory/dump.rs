//! What an attacker sees who steals the table.

use std::fmt::{self, Write};

use super::State;
use crate::hex::Hex;

/// Everything in `state`, in a fixed order.
pub(super) fn render(state: &State) -> String {
    let mut text = String::new();
    write(state, &mut text).expect("writing to a string cannot fail");
    text
}

fn write(state: &State, out: &mut String) -> fmt::Result {
    for credential in state.credentials.sorted() {
        write_bytes(out, "credential", credential.account().as_bytes())?;
        for key in credential.lookup_keys() {
            write_bytes(out, "  lookup key", key.as_bytes())?;
        }
        write_bytes(out, "  identifier", credential.identifier())?;
        if let Some(password) = credential.password() {
            write_bytes(out, "  password", password)?;
        }
        if let Some(details) = credential.details() {
            write_bytes(out, "  details", details)?;
        }
        writeln!(out, "  version: {}", credential.version().get())?;
        writeln!(out, "  status: {}", credential.status().as_str())?;
        writeln!(out, "  created at: {:?}", credential.created_at())?;
        writeln!(out, "  changed at: {:?}", credential.changed_at())?;
    }
    for (key, row) in state.counters.sorted() {
        write_bytes(out, "counters", key.as_bytes())?;
        for (column, value) in row.cells.iter() {
            writeln!(out, "  cell {}: {value}", column.get())?;
        }
        writeln!(out, "  expires at: {:?}", row.expires_at)?;
    }
    for (key, ticket) in state.tickets.sorted() {
        write_bytes(out, "ticket", key.as_bytes())?;
        write_bytes(out, "  value", ticket.value())?;
        writeln!(out, "  expires at: {:?}", ticket.expires_at())?;
    }
    for session in state.sessions.sorted() {
        write_bytes(out, "session", session.id().as_bytes())?;
        write_bytes(out, "  account", session.account().as_bytes())?;
        write_bytes(out, "  value", session.value())?;
        writeln!(out, "  version: {}", session.version().get())?;
        writeln!(out, "  opened at: {:?}", session.opened_at())?;
        writeln!(out, "  expires at: {:?}", session.expires_at())?;
    }
    Ok(())
}

/// The bytes in hexadecimal and as text.
fn write_bytes(out: &mut String, label: &str, bytes: &[u8]) -> fmt::Result {
    writeln!(out, "{label}: {} {}", Hex(bytes), String::from_utf8_lossy(bytes))
}
