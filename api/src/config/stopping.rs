//! How the service takes its leave.

use serde::{Deserialize, Serialize};

/// How the service takes its leave.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stopping {
    /// After SIGTERM, how long `/readyz` says no while requests are still taken, in milliseconds. Whoever sends requests here
    /// needs that long to notice.
    pub unready_milliseconds: u64,
}

/// The longest time that may be set: an hour would be a slip.
const LONGEST: u64 = 300_000;

impl Default for Stopping {
    fn default() -> Self {
        Self { unready_milliseconds: 3_000 }
    }
}

impl Stopping {
    /// What is wrong with a value, if anything is.
    pub(super) fn fault(&self) -> Option<&'static str> {
        (self.unready_milliseconds > LONGEST).then_some("stopping.unready_milliseconds must be at most 300000")
    }
}
