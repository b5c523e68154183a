//! From a bearer token to a [`Viewer`]. The token says who they are; the appointments in the database say what they
//! may see. They are looked up for every request, so that an appointment that ended takes effect at once.
//!
//! [`bearer()`] takes the token of a request; [`Issuers`] finds its issuer and the issuer's keys
//! (discovered, fetched, kept). The check itself is pure: [`Token::read`] takes the token apart,
//! [`Rules::check`] looks at what it claims, [`KeySet::verify`] at its signature. What comes of it is an
//! [`Identity`].

mod algorithm;
mod appointments;
mod bearer;
mod claims;
mod fetch;
mod identity;
mod issuers;
mod json;
mod jwks;
mod jws;
mod keys;
mod reason;
pub mod registered;
mod remote;
mod token;
mod trusts;

pub use crate::config::{Algorithm, DEVELOPMENT_ISSUER};
pub use crate::viewer::{Client, Granted, Standing, Viewer};
pub use appointments::{accounts_of, client_of, registrations_of, still_holds, viewer_of};
pub use bearer::{bearer, bearer_in, refuse_in_address, viewer_for};
pub use claims::{CLIENT_CLAIMS, Claims, ClientClaims, Rules, StaffClaim};
pub use fetch::{SeenIssuer, look_at_issuer};
pub use identity::{Identity, Issuer, StaffKey, TrustKey};
pub use issuers::Issuers;
pub use jwks::KeySet;
pub use jws::Token;
pub use keys::{KeyError, SigningKey};
pub use reason::Reason;
pub use token::TokenKeys;
pub use trusts::{TRUST_HEADER, trust_asked, trust_in};
