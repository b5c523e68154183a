//! What time it is: everything that depends on the time asks here. What day it is follows from the time zone of the
//! configuration ([`TimeZone::day_of`](crate::config::TimeZone::day_of)).

use chrono::{DateTime, Utc};

/// The clock of the service.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The clock of the machine.
    System,
    /// A clock that stands still.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// The time now.
    #[must_use]
    pub fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now(),
            Self::Fixed(moment) => moment,
        }
    }
}
