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
#[cfg(feature = "dynamodb")]
pub mod dynamo;
pub mod enrolment;
pub mod failure;
#[cfg(feature = "dynamodb")]
pub mod import_table;
pub mod judging;
pub mod lab;
pub mod outcomes;
pub mod policy_file;
pub mod problems;
pub mod quickstart;
pub mod quickstart_arguments;
pub mod records;
pub mod replaying;
pub mod rotating;
pub mod ruling;
pub mod rulings;
#[cfg(feature = "dynamodb")]
pub mod shared_cap;
pub mod sheet;
pub mod store_choice;
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
