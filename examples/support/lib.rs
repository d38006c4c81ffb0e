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
pub mod second_factor;
pub mod sessions;
#[cfg(feature = "dynamodb")]
pub mod shared_cap;
pub mod sheet;
pub mod store_choice;
pub mod summary;
pub mod tally;
pub mod truth;
pub mod users;
pub mod walkthrough;

mod authenticator_app;
mod crowd;
mod dice;
mod event_log;
mod grant_steps;
mod letterbox;
mod mailbox;
mod quickstart_steps;
mod rotating_steps;
mod second_factor_steps;
mod sessions_steps;
mod stopwatch;
