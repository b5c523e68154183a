//! What can go wrong, and how much of it a caller may read.

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, Name, Value};

use crate::config::Limits;

/// The result of everything that can fail inside the service.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of a request as a whole. Expected outcomes of a mutation are not errors: they are
/// [`UserError`](crate::graphql::UserError)s in its payload.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No token.
    #[error("A valid bearer token is needed.")]
    Unauthenticated,
    /// A token that does not hold. Says no more than if there were none, so that it does not help a forger.
    #[error("A valid bearer token is needed.")]
    InvalidToken,
    /// More than one token, or one where none may be.
    #[error("Send one token, in one `Authorization: Bearer` header and not in the address.")]
    MisplacedToken,
    /// The keys of the token's issuer are not there, and cannot be had now.
    #[error(
        "The issuer of this token cannot be reached, so the token cannot be checked. Try again in {retry_after} seconds."
    )]
    IssuerUnreachable {
        /// After how many seconds to try again.
        retry_after: u32,
    },
    /// The document was sound but a value in it was not. The text is for the caller.
    #[error("{0}")]
    BadUserInput(String),
    /// The viewer may not ask for this. The text is for the caller.
    #[error("{0}")]
    Forbidden(String),
    /// More at once than may be. The text is for the caller.
    #[error("{0}")]
    RateLimited(String),
    /// A stream of events came to its end, for it would go on with a gap.
    #[error(
        "Some events were missed: they came faster than they were read, or an instance lost its connection to the \
         database. Read what you need with a query, and subscribe again."
    )]
    EventsMissed,
    /// A fault of ours or of the database. The text is for the log alone.
    #[error("{0}")]
    Internal(Arc<str>),
    /// The database failed. The text is for the log alone.
    #[error("{0}")]
    Database(Arc<sea_orm::DbErr>),
}

impl Error {
    /// A fault that callers read only as a request id.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Self::Internal(what.to_string().into())
    }

    /// A value of the request that cannot be used; `message` says which and how to mend it.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::BadUserInput(message.into())
    }

    /// Whether a write broke a `UNIQUE` of the database: there is one like it already.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        let Self::Database(error) = self else {
            return false;
        };
        matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
    }

    /// The value of `extensions.code`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated | Self::InvalidToken => "UNAUTHENTICATED",
            Self::BadUserInput(_) | Self::MisplacedToken => "BAD_USER_INPUT",
            Self::Forbidden(_) => "FORBIDDEN",
            Self::IssuerUnreachable { .. } => "UNAVAILABLE",
            Self::RateLimited(_) => "RATE_LIMITED",
            Self::EventsMissed => "EVENTS_MISSED",
            Self::Internal(_) | Self::Database(_) => "INTERNAL",
        }
    }

    /// Why nobody was let in, where that is what it says.
    #[must_use]
    pub const fn refused_token(&self) -> Option<&'static str> {
        match self {
            Self::Unauthenticated => Some("no token"),
            Self::InvalidToken => Some("no token that holds"),
            Self::MisplacedToken => Some("more than one token, or one in the address"),
            _ => None,
        }
    }

    /// Whether the text may be shown to the caller.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        !matches!(self, Self::Internal(_) | Self::Database(_))
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(Arc::new(error))
    }
}

/// Gives every error of an answer its code, and hides the text of faults behind the request id.
///
/// The only place in which errors are made fit for callers: whatever a resolver let through,
/// no SQL, no Rust and no path of ours gets past here.
pub fn present(errors: &mut Vec<async_graphql::ServerError>, request_id: &str, limits: &Limits) {
    errors.truncate(limits.errors);
    for error in errors {
        let own = error.source::<Error>().cloned();
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        let code = match (&own, code) {
            (Some(own), _) => own.code().to_owned(),
            (None, Some(Value::Enum(code))) => code.to_string(),
            (None, Some(Value::String(code))) => code.clone(),
            // A value that a scalar, an enum or an argument could not take.
            (None, _) if error.source.is_none() => "BAD_USER_INPUT".to_owned(),
            (None, _) => "INTERNAL".to_owned(),
        };
        let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
        extensions.set("code", Value::Enum(Name::new(&code)));
        if code == "INTERNAL" {
            let detail = own.map_or_else(|| error.message.clone(), |own| own.to_string());
            tracing::error!(request.id = request_id, error = %detail, "a request failed");
            error.message =
                format!("Something went wrong on our side. Quote request id {request_id} when you report it.");
            extensions.set("requestId", request_id);
        }
        error.message = one_line(&error.message, limits.message_length);
        error.source = None;
    }
}

/// A message on one line and not too long.
fn one_line(message: &str, longest: usize) -> String {
    let line = |letter: char| if letter.is_control() { ' ' } else { letter };
    let mut letters = message.chars().map(line);
    let mut cut: String = letters.by_ref().take(longest).collect();
    if letters.next().is_some() {
        cut.pop();
        cut.push('…');
    }
    cut
}
