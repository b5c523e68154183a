//! The codes of errors, and the answer to a request that came to nothing before it ran.

use async_graphql::{ErrorExtensionValues, Name, Pos, ServerError, Value};
use axum::http::StatusCode;

use crate::config::Limits;
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
pub struct Refusal {
    /// The status over HTTP.
    pub(crate) status: StatusCode,
    /// Whether the HTTP was in order and only the GraphQL was not. A client that accepts only `application/json` is
    /// then answered with 200, as such clients expect.
    pub(crate) of_graphql: bool,
    /// What was wrong.
    pub(crate) errors: Vec<ServerError>,
    /// The methods there are, where it was the wrong one.
    pub(crate) allow: Option<&'static str>,
    /// After how many seconds to come again.
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    /// A refusal because of the HTTP around the request.
    pub(crate) fn http(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let errors = vec![coded(ServerError::new(message, None), code)];
        Self { status, of_graphql: false, errors, allow: None, retry_after: None }
    }

    /// A refusal because of the GraphQL, in a request that is otherwise sound.
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

    /// A caller has as many requests under way as one may.
    pub(crate) fn too_many(most: usize) -> Self {
        let message = format!(
            "You have {most} requests under way, which is as many as one caller may have. Wait for their answers, and \
             read them to their end."
        );
        Self { retry_after: Some(1), ..Self::http(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message) }
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
            Error::BadUserInput(_) | Error::MisplacedToken | Error::TrustNotSaid | Error::AnswerTooLarge { .. } => {
                StatusCode::BAD_REQUEST
            }
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::IssuerUnreachable { .. } | Error::EventsMissed | Error::Unavailable(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Error::Internal(_) | Error::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut told = ServerError::new(error.to_string(), None);
        // `present` finds the code in it, and hides what callers must not read.
        told.source = Some(std::sync::Arc::new(error));
        Self { status, of_graphql: false, errors: vec![told], allow: None, retry_after: None }
    }
}

/// Gives every error of an answer its code, and hides the text of faults behind the request id.
///
/// This is the only place that makes errors fit for callers. Whatever a resolver let through, no SQL, no Rust and no
/// path of ours gets past here.
pub(crate) fn present(errors: &mut Vec<ServerError>, request_id: &str, limits: &Limits) {
    errors.truncate(limits.errors);
    for error in errors {
        let (own, code) = (error.source::<Error>().cloned(), code_of(error));
        let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
        extensions.set("code", Value::Enum(Name::new(&code)));
        if let Some(Error::Unavailable(said)) = &own {
            tracing::error!(request.id = request_id, error = %said, "the database cannot be used");
        }
        if code == "INTERNAL" {
            let detail = own.map_or_else(|| error.message.clone(), |own| own.to_string());
            tracing::error!(request.id = request_id, error = %detail, "a request failed");
            error.message =
                format!("Something went wrong on our side. Quote request id {request_id} when you report it.");
            extensions.set("requestId", request_id);
        }
        if error.message.starts_with("Failed to parse \"DateTime\"") {
            error.message.push_str(
                " A time is written with its time zone, such as 2025-09-01T00:00:00Z or 2025-09-01T00:00:00+01:00.",
            );
        }
        error.message = one_line(&error.message, limits.message_length);
        error.source = None;
    }
}

/// The code of an error.
pub(super) fn code_of(error: &ServerError) -> String {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    match (error.source::<Error>(), code) {
        (Some(own), _) => own.code().to_owned(),
        (None, Some(Value::Enum(code))) => code.to_string(),
        (None, Some(Value::String(code))) => code.clone(),
        // A value that a scalar, an enum or an argument could not take.
        (None, _) if error.source.is_none() => "BAD_USER_INPUT".to_owned(),
        (None, _) => "INTERNAL".to_owned(),
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
