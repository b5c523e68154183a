//! Scalars: what a school writes, as it writes it.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike, NaiveDate};

/// A unique pupil number (UPN): a check letter, three digits of the local authority, four of the
/// establishment, two of the year, three of the serial; a temporary one ends in a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upn(pub String);

/// A unique pupil number (UPN): a check letter, three digits of the local authority, four of the
/// establishment, two of the year, three of the serial; a temporary one ends in a letter.
#[Scalar(specified_by_url = "https://www.gov.uk/government/publications/unique-pupil-numbers")]
impl ScalarType for Upn {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => {
                let upn = text.trim().to_uppercase();
                crate::organisation::rules::check_upn(&upn).map_err(InputValueError::custom)?;
                Ok(Self(upn))
            }
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A unique reference number (URN) of a school: six digits, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Urn(pub i32);

/// A unique reference number (URN) of a school: six digits, as a number.
#[Scalar(specified_by_url = "https://get-information-schools.service.gov.uk/glossary")]
impl ScalarType for Urn {
    fn parse(value: Value) -> InputValueResult<Self> {
        let number = match &value {
            Value::Number(number) => number.as_i64().and_then(|number| i32::try_from(number).ok()),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        match number {
            Some(urn @ 100_000..=999_999) => Ok(Self(urn)),
            _ => Err(InputValueError::custom("A URN is a number of six digits, such as 138764.")),
        }
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}

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
