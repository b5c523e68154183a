//! The time zone of the trust, which decides what day it is.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// A time zone of the IANA database; Europe/London unless another is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(Tz);

impl TimeZone {
    /// The day that a moment belongs to. Half an hour after midnight in summer it is a new day in England, and still
    /// the old one by UTC. Nothing else makes a day of a moment.
    #[must_use]
    pub fn day_of(self, moment: DateTime<Utc>) -> NaiveDate {
        moment.with_timezone(&self.0).date_naive()
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self(Tz::Europe__London)
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.name())
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.to_string()
    }
}

impl TryFrom<String> for TimeZone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let unknown = |_| format!("`{name}` is no time zone of the IANA database; write it as Europe/London");
        name.parse().map(Self).map_err(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_the_zone_in_summer_and_in_winter() {
        let day = |zone: TimeZone, moment: &str| zone.day_of(moment.parse().expect("a moment")).to_string();
        let london = TimeZone::default();
        for (moment, is) in [
            ("2026-06-30T22:59:59Z", "2026-06-30"),
            ("2026-06-30T23:00:00Z", "2026-07-01"),
            ("2026-12-31T23:59:59Z", "2026-12-31"),
            ("2027-01-01T00:00:00Z", "2027-01-01"),
            // The night in which the clocks go back: an hour comes twice, the day once.
            ("2026-10-24T23:30:00Z", "2026-10-25"),
            ("2026-10-25T23:59:59Z", "2026-10-25"),
        ] {
            assert_eq!(day(london, moment), is, "{moment}");
        }
        let auckland = TimeZone::try_from("Pacific/Auckland".to_owned()).expect("a zone");
        assert_eq!(day(auckland, "2026-06-30T12:00:00Z"), "2026-07-01");
    }

    #[test]
    fn what_is_no_zone_is_refused_with_an_example() {
        for name in ["", "London", "europe/london", "GMT+1", "+01:00", "Europe/Lodnon"] {
            let refused = TimeZone::try_from(name.to_owned()).expect_err(name);
            assert!(refused.starts_with(&format!("`{name}` is no time zone")), "{refused}");
            assert!(refused.ends_with("Europe/London"), "{refused}");
        }
    }
}
