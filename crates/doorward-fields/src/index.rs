//! Blind indexes: what a sealed value is looked up by.

mod bits;
mod blind_index;
mod key;
mod keys;
mod place;
mod plan;
mod text_form;
mod truncated_index;
mod value;

pub use bits::{IndexBits, IndexBitsError};
pub use blind_index::BlindIndex;
pub use key::IndexKey;
pub use keys::IndexKeys;
pub use place::IndexPlace;
pub use plan::IndexPlan;
pub use text_form::TextForm;
pub use truncated_index::TruncatedIndex;
pub use value::IndexedValue;
