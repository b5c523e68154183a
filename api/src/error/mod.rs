//! What can go wrong, and how much of it a caller may read.

mod outage;

use std::sync::Arc;

pub(crate) use outage::{is_busy, is_lost};

/// The result of everything that can fail inside the service.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// After how many seconds it is worth trying again where the database cannot be used.
pub(crate) const RETRY_AFTER: u32 = 2;

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
    /// The token names no trust, and there are several.
    #[error(
        "This service serves several trusts, and your token names none. Send the header `plumbline-trust` with the \
         registered name of yours (over a WebSocket, in the payload of `connection_init`)."
    )]
    TrustNotSaid,
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
    /// The answer would be larger than one may be.
    #[error("The answer is larger than {most} bytes. Ask for smaller pages, for fewer fields, or in several requests.")]
    AnswerTooLarge {
        /// Most bytes of an answer.
        most: usize,
    },
    /// A stream of events came to its end, for it would go on with a gap.
    #[error(
        "Some events were missed: they came faster than they were read, or an instance lost its connection to the \
         database. Read what you need with a query, and subscribe again."
    )]
    EventsMissed,
    /// A fault of ours or of the database. The text is for the log alone.
    #[error("{0}")]
    Internal(Arc<str>),
    /// The database cannot be reached or used just now, and it is worth trying again. What the database said is for
    /// the log alone.
    #[error(
        "The service cannot use its database just now. Try again in {RETRY_AFTER} seconds; repeat a mutation with its \
         `idempotencyKey`, so that it is not done twice."
    )]
    Unavailable(Arc<sea_orm::DbErr>),
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

    /// Whether two transactions were in each other's way, and PostgreSQL ended this one so that the other can go on. It
    /// succeeds if it is made again from the beginning.
    #[must_use]
    pub fn is_collision(&self) -> bool {
        const DEADLOCK: &str = "40P01";
        const NOT_ONE_AFTER_THE_OTHER: &str = "40001";
        use sea_orm::{DbErr, RuntimeErr};
        let Self::Database(error) = self else {
            return false;
        };
        let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = &**error else {
            return false;
        };
        let code = error.as_database_error().and_then(|error| error.code());
        code.is_some_and(|code| code == DEADLOCK || code == NOT_ONE_AFTER_THE_OTHER)
    }

    /// The value of `extensions.code`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated | Self::InvalidToken => "UNAUTHENTICATED",
            Self::BadUserInput(_) | Self::MisplacedToken | Self::TrustNotSaid => "BAD_USER_INPUT",
            Self::Forbidden(_) => "FORBIDDEN",
            Self::IssuerUnreachable { .. } | Self::Unavailable(_) => "UNAVAILABLE",
            Self::RateLimited(_) => "RATE_LIMITED",
            Self::AnswerTooLarge { .. } => "ANSWER_LIMIT",
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
            Self::TrustNotSaid => Some("a token that names no trust, where there are several"),
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
        let is_outage = outage::is_outage(&error);
        let error = Arc::new(error);
        if is_outage { Self::Unavailable(error) } else { Self::Database(error) }
    }
}
