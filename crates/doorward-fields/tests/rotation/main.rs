//! A pass loses nothing, whatever interrupts it and whoever writes meanwhile.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod interleaving;
mod resealing;
mod table;
