//! What a file has names for.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::detection::Response;
use crate::outage::Outage;
use crate::policy::{Mode, Policy};
use crate::popularity_filter::FilterSize;

/// A policy to start from.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PresetName {
    #[default]
    Recommended,
    Strict,
    Lenient,
}

impl PresetName {
    pub(super) fn policy(self) -> Policy {
        match self {
            Self::Recommended => Policy::recommended(),
            Self::Strict => Policy::strict(),
            Self::Lenient => Policy::lenient(),
        }
    }
}

/// An enum whose variants a file names as the code does, in small letters.
macro_rules! named {
    ($name:ident for $named:ident: $($variant:ident)*) => {
        #[derive(Clone, Copy, Debug, Deserialize, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum $name {
            $($variant,)*
        }

        impl From<$named> for $name {
            fn from(value: $named) -> Self {
                match value {
                    $($named::$variant => Self::$variant,)*
                }
            }
        }

        impl From<$name> for $named {
            fn from(name: $name) -> Self {
                match name {
                    $($name::$variant => Self::$variant,)*
                }
            }
        }
    };
}

named!(FilterName for FilterSize: Small Medium Large);
named!(ModeName for Mode: Enforce Monitor);
named!(ResponseName for Response: StepUp Refuse AlarmOnly);

/// `"closed"`, `"open"` or `{ local = { instances = 8 } }`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(super) enum OutageName {
    Closed,
    Local { instances: NonZeroU32 },
    Open,
}

impl From<Outage> for OutageName {
    fn from(outage: Outage) -> Self {
        match outage {
            Outage::Closed => Self::Closed,
            Outage::Local { instances } => Self::Local { instances },
            Outage::Open => Self::Open,
        }
    }
}

impl From<OutageName> for Outage {
    fn from(name: OutageName) -> Self {
        match name {
            OutageName::Closed => Self::Closed,
            OutageName::Local { instances } => Self::Local { instances },
            OutageName::Open => Self::Open,
        }
    }
}
