//! The front door of a Rust service: one authenticate() call that is safe under attack.
