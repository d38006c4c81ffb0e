//! A table of DynamoDB's to measure on, and what another library would ask of it.

mod engine;
mod in_flight;
mod recipe;

pub use engine::{Engine, SETTLED};
pub use in_flight::InFlight;
pub use recipe::{Asked, Recipe};
