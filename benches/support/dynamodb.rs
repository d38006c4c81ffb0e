//! A table of DynamoDB's to measure on, and what another library would ask of it.

mod engine;
mod recipe;

pub use engine::{Engine, SETTLED};
pub use recipe::{Asked, Recipe};
