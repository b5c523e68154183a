//! What a trust lead may read of the [audit](crate::audit): its entries, as objects of the schema.

mod policy;
mod queries;
mod types;

pub use policy::tables;
pub use queries::AuditQuery;
pub use types::AuditEntry;
