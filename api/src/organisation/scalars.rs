//! Scalars: what a school writes, as it writes it.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::{graphql::Told, rulebook::values};

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
                let mut upn = text;
                values::upn(&mut upn).map_err(InputValueError::custom)?;
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
        // What is no number at all is told the same.
        let urn = number.unwrap_or_default();
        values::urn(urn).map_err(InputValueError::custom)?;
        Ok(Self(urn))
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}

impl Told<'_, Urn> for i32 {
    fn told(&self) -> Urn {
        Urn(*self)
    }
}
