//! Who a token speaks for.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Who a token speaks for, as its issuer says. What they may see is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The issuer that says so.
    pub issuer: Issuer,
    /// The issuer's name for them (`sub`), unique at that issuer alone.
    pub subject: String,
    /// The member of staff, if the token names one; never if `own`.
    pub staff: Option<StaffKey>,
    /// The application that the token was given to (`client_id` or `azp`).
    pub client: Option<String>,
    /// Whether that application speaks for itself, and for no person.
    pub own: bool,
    /// The only trust that the issuer may speak for, or that it says in the token.
    pub trust: Option<TrustKey>,
    /// The registered name of the trust in which whoever asks wants to ask, where they said one.
    pub asked: Option<String>,
    /// When the token ends; what was opened with it ends then too.
    pub expires_at: DateTime<Utc>,
}

impl Identity {
    /// The same, asking in the trust of this name.
    #[must_use]
    pub fn asking_in(self, trust: Option<String>) -> Self {
        Self { asked: trust, ..self }
    }
}

/// How a trust is named before anybody is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustKey {
    /// By its registered name.
    Name(String),
    /// By the id that it has here.
    Id(Uuid),
}

/// Who issued a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// This machine, by its development key.
    Development,
    /// An OpenID issuer of the configuration, by its name.
    External(String),
}

impl Issuer {
    /// The name under which client applications are registered for it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Development => "development",
            Self::External(name) => name,
        }
    }
}

/// How a token names a member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffKey {
    /// By the id that they have here.
    Id(Uuid),
    /// By their email address, in lower case; it is known in one trust.
    Email(String),
}
