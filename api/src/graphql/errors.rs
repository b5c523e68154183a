//! Codes, and what is answered where nothing ran.

use async_graphql::{ErrorExtensionValues, Name, Pos, ServerError, Value};
use axum::http::StatusCode;

use crate::error::Error;

/// Gives an error its code.
#[must_use]
pub(crate) fn coded(mut error: ServerError, code: &str) -> ServerError {
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    extensions.set("code", Value::Enum(Name::new(code)));
    error
}

/// A request that came to nothing before it ran: no `data`, only errors.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The status over HTTP.
    pub(crate) status: StatusCode,
    /// Whether the HTTP was in order and only the GraphQL was not: a client that takes nothing but
    /// `application/json` is then answered with 200, as such clients expect.
    pub(crate) of_graphql: bool,
    /// What was wrong.
    pub(crate) errors: Vec<ServerError>,
    /// The methods there are, where it was the wrong one.
    pub(crate) allow: Option<&'static str>,
    /// After how many seconds to come again.
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    /// A request that is none: the HTTP around it is not in order.
    pub(crate) fn http(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let errors = vec![coded(ServerError::new(message, None), code)];
        Self { status, of_graphql: false, errors, allow: None, retry_after: None }
    }

    /// A sound request whose GraphQL is not.
    pub(crate) const fn graphql(errors: Vec<ServerError>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, of_graphql: true, errors, allow: None, retry_after: None }
    }

    /// As [`Refusal::graphql`], for one error.
    pub(crate) fn one(code: &str, message: impl Into<String>, place: Option<Pos>) -> Self {
        Self::graphql(vec![coded(ServerError::new(message, place), code)])
    }

    /// As [`Refusal::http`], for a value of the request that cannot be used.
    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self::http(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message)
    }

    /// The same with something more in `extensions` of its errors.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        for error in &mut self.errors {
            error.extensions.get_or_insert_with(ErrorExtensionValues::default).set(name, value.clone());
        }
        self
    }

    /// The service cannot take more just now.
    pub(crate) fn busy() -> Self {
        let message = "The service has as much to do as it can. Try again in a second.";
        Self { retry_after: Some(1), ..Self::http(StatusCode::SERVICE_UNAVAILABLE, "RATE_LIMITED", message) }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = match error {
            Error::Unauthenticated | Error::InvalidToken => StatusCode::UNAUTHORIZED,
            Error::BadUserInput(_) | Error::MisplacedToken => StatusCode::BAD_REQUEST,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::IssuerUnreachable { .. } | Error::EventsMissed => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) | Error::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut told = ServerError::new(error.to_string(), None);
        // `present` finds the code in it, and hides what callers must not read.
        told.source = Some(std::sync::Arc::new(error));
        Self { status, of_graphql: false, errors: vec![told], allow: None, retry_after: None }
    }
}
