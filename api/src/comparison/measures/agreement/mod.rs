//! `moderationAgreement`: how far first judgements agree with moderated ones, by school, year
//! group, class or pupil group, weighted by the sample design. For those who see the pupils from true counts ([`exact`]), for those who see
//! none from the protected counts of editions ([`protected`]).

mod exact;
mod figures;
mod keys;
mod protected;
mod query;
mod rows;
mod store;
mod types;

pub use protected::Answers;
pub use query::AgreementQuery;
