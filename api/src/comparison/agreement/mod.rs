//! `moderationAgreement`: how far first judgements agree with moderated ones, by school, year
//! group, class or pupil group, weighted by the sample design, under disclosure control.

mod figures;
mod keys;
mod linkage;
mod query;
mod release;
mod store;
mod types;

pub use query::AgreementQuery;
pub use release::Releases;
