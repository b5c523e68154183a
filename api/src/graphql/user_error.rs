//! Expected outcomes of a mutation that did not do what was asked: data, not errors.

use async_graphql::{Enum, SimpleObject};

use super::Refusal;
use crate::rulebook::{Fault, Faults, Kind};

/// What kept a mutation from doing what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UserErrorCode {
    /// There is nothing with this id that you may see.
    NotFound,
    /// Your appointments do not allow it here.
    Forbidden,
    /// The value cannot be used.
    Invalid,
    /// There is one like it already.
    Duplicate,
    /// It was changed since you read it: the payload holds it as it is now.
    Stale,
    /// The idempotency key was used before, for another input.
    IdempotencyConflict,
    /// What it belongs to is not in a state in which this can be done.
    WrongState,
}

/// What kept a mutation from doing what was asked, and which part of the input is meant.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct UserError {
    /// What kind of outcome it is.
    pub code: UserErrorCode,
    /// The path into the input, outermost first; empty where no one field is meant.
    pub field: Vec<String>,
    /// For people: what is wrong and how to mend it.
    pub message: String,
    /// Whether it tells its reader something that they cannot see: then the audit records that they tried.
    #[graphql(skip)]
    pub tells: bool,
}

impl UserError {
    /// An outcome that concerns `field`, a dotted path such as `judgements.3.gradeCode`.
    pub fn new(code: UserErrorCode, field: &str, message: impl Into<String>) -> Self {
        let field = field.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Self { code, field, message: message.into(), tells: false }
    }

    /// There is nothing like that for the viewer.
    #[must_use]
    pub fn not_found(field: &str, what: &str) -> Self {
        Self::new(UserErrorCode::NotFound, field, format!("There is no such {what} that you may see."))
    }

    /// The value cannot be used.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new(UserErrorCode::Invalid, field, message)
    }

    /// The same, if the error tells its reader about something that they cannot see: that a value is taken by a row
    /// out of their sight, or that a decision does not fit a judgement.
    #[must_use]
    pub fn telling(self) -> Self {
        Self { tells: true, ..self }
    }

    /// What it belongs to is not in a state in which this can be done.
    pub fn wrong_state(field: &str, message: impl Into<String>) -> Self {
        Self::new(UserErrorCode::WrongState, field, message)
    }

    /// There is one like it already.
    pub fn duplicate(field: &str, message: impl Into<String>) -> Self {
        Self::new(UserErrorCode::Duplicate, field, message)
    }
}

impl From<Fault> for UserError {
    fn from(Fault { kind, field, message, tells }: Fault) -> Self {
        let code = match kind {
            Kind::Invalid => UserErrorCode::Invalid,
            Kind::Duplicate => UserErrorCode::Duplicate,
            Kind::WrongState => UserErrorCode::WrongState,
        };
        Self { tells, ..Self::new(code, &field, message) }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        UserError::from(fault).into()
    }
}

impl From<Faults> for Refusal {
    fn from(faults: Faults) -> Self {
        faults.into_iter().map(UserError::from).collect::<Vec<_>>().into()
    }
}

/// Puts the finding of a rule to the input field that it is about.
pub trait AtField<T> {
    /// Makes the finding of a rule an outcome with the code `INVALID` at `field`.
    ///
    /// # Errors
    /// What the rule found.
    fn at(self, field: &str) -> Result<T, UserError>;
}

impl<T> AtField<T> for Result<T, String> {
    fn at(self, field: &str) -> Result<T, UserError> {
        self.map_err(|message| UserError::invalid(field, message))
    }
}
