//! Who may ask: the client applications of the trust, the grants by which somebody reads more than
//! their appointments give, and who the service takes a caller for.

pub mod mutations;
pub mod policy;
mod queries;
pub mod rules;
mod types;

pub use mutations::AccessMutation;
pub use policy::tables;
pub use queries::AccessQuery;
pub use types::{AccessGrant, ClientApplication};
