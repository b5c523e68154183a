//! Why a mutation was not carried out.

use uuid::Uuid;

use super::{UserError, UserErrorCode, loaders::id_of};
use crate::{
    db::{Denied, Identified, Stale},
    error::{Error, Result},
};

/// Why a mutation was not carried out.
#[derive(Debug)]
pub enum Refusal {
    /// Expected outcomes, for the caller to mend.
    Outcome(Vec<UserError>),
    /// The row was changed since the caller saw it; the id of it.
    Stale(Uuid),
    /// A fault.
    Fault(Error),
}

impl From<UserError> for Refusal {
    fn from(error: UserError) -> Self {
        Self::Outcome(vec![error])
    }
}

impl From<Vec<UserError>> for Refusal {
    fn from(errors: Vec<UserError>) -> Self {
        Self::Outcome(errors)
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        UserError::new(UserErrorCode::Forbidden, "", denied.to_string()).into()
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl<M: sea_orm::ModelTrait<Entity: Identified<Model = M>>> From<Stale<M>> for Refusal {
    fn from(Stale(row): Stale<M>) -> Self {
        Self::Stale(id_of::<M::Entity>(&row).unwrap_or_default())
    }
}

/// What a write answers if the database already holds the same value.
pub trait UnlessTaken<T> {
    /// Makes a broken `UNIQUE` constraint an expected outcome at `field`. The table must have only one such constraint
    /// besides the id. A check before the write would miss a second writer at the same time; this does not. The
    /// outcome is the same whether or not the caller may see the other row.
    ///
    /// # Errors
    /// The value is taken: a refusal with the code `DUPLICATE` at `field`. Any other error stays the fault that it
    /// was.
    fn unless_taken(self, field: &str, message: &str) -> Result<T, Refusal>;

    /// As [`UnlessTaken::unless_taken`], for a value that must be unique also among rows that the caller does not see.
    ///
    /// # Errors
    /// As for [`UnlessTaken::unless_taken`]. The audit records who met a value that was taken.
    fn unless_taken_unseen(self, field: &str, message: &str) -> Result<T, Refusal>;
}

impl<T> UnlessTaken<T> for Result<T> {
    fn unless_taken(self, field: &str, message: &str) -> Result<T, Refusal> {
        self.map_err(|error| match error.is_duplicate() {
            true => UserError::duplicate(field, message).into(),
            false => error.into(),
        })
    }

    fn unless_taken_unseen(self, field: &str, message: &str) -> Result<T, Refusal> {
        self.map_err(|error| match error.is_duplicate() {
            true => UserError::duplicate(field, message).telling().into(),
            false => error.into(),
        })
    }
}
