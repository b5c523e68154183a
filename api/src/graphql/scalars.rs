//! Scalars that belong to no slice.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike, NaiveDate};

/// A day of the calendar, such as `2025-09-01`: the full-date of RFC 3339, years 0001 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A day of the calendar, such as `2025-09-01`: the full-date of RFC 3339, years 0001 to 9999.
#[Scalar(specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        // Chrono takes `2025-9-1` and `+262142-12-31` as well: the form does not, and the databases compare it as they please.
        let is_in_form = |day: &NaiveDate| (1..=9999).contains(&day.year()) && day.to_string() == *text;
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(is_in_form);
        day.map(Self).ok_or_else(|| InputValueError::custom("A date is written year, month, day, such as 2025-09-01."))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<NaiveDate> for Date {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl From<Date> for NaiveDate {
    fn from(day: Date) -> Self {
        day.0
    }
}

impl From<Date> for sea_orm::Value {
    fn from(day: Date) -> Self {
        day.0.into()
    }
}
