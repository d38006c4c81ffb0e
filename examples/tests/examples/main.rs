//! The examples, run as functions: what they show, and what they say of bad input.

#![allow(clippy::unwrap_used, reason = "a failed helper fails its test")]

mod bad_input;
mod calibrate;
mod folder;
mod oddities;
mod policy;
mod quickstart;
mod records;
mod rotate;
mod second_factor;
mod sessions;
mod shipped_day;
mod spray_lab;
