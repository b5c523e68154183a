//! Who may ask: the client applications of the trust, the grants that let somebody read more than their appointments
//! do, and `viewer`, which tells callers who the service takes them for.

pub mod mutations;
pub mod policy;
mod queries;
pub mod rules;
mod types;

pub use mutations::AccessMutation;
pub use policy::tables;
pub use queries::{AccessQuery, Writable};
pub use types::{AccessGrant, ClientApplication};
