//! What the benchmarks and the measuring programs share: a door to knock at, the raw ingredient to
//! compare it with, a stopwatch, and the statistics.

#![forbid(unsafe_code)]

mod bare;
mod contest;
mod door;
mod folder;
mod machine;
mod options;
mod rejection;
mod resident;
mod sample;
mod stopwatch;
mod table;
mod turns;
mod verifying;
mod welch;

#[cfg(feature = "dynamodb")]
pub mod dynamodb;

pub mod http;
pub mod overload;

// What is measured
pub use bare::Bare;
pub use door::{Door, Failure, LONG_AFTER, PASSWORD, SOURCE, name};
pub use rejection::Rejection;
pub use verifying::verifying;

// How it is measured
pub use contest::Contest;
pub use folder::Folder;
pub use machine::{cores, processor};
pub use options::Options;
pub use resident::{forget_peak, mib, status};
pub use stopwatch::{Stopwatch, Took, time};
pub use turns::Turns;

// What is made of it
pub use sample::{Sample, micros, millis, nanos};
pub use table::Table;
pub use welch::{Welch, crop_together};
