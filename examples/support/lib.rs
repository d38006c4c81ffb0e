//! What the examples are made of: each example is a thin `main` over functions that are tested here.

#![forbid(unsafe_code)]

pub mod alarms;
pub mod arguments;
pub mod attempts;
pub mod calibrate_arguments;
pub mod calibrating;
pub mod columns;
pub mod day;
pub mod draft;
pub mod enrolment;
pub mod failure;
pub mod judging;
pub mod lab;
pub mod outcomes;
pub mod policy_file;
pub mod problems;
pub mod quickstart;
pub mod records;
pub mod replaying;
pub mod rotating;
pub mod ruling;
pub mod rulings;
pub mod sheet;
pub mod summary;
pub mod tally;
pub mod truth;
pub mod users;

mod crowd;
mod dice;
mod mailbox;
mod quickstart_steps;
mod rotating_steps;
mod stopwatch;
