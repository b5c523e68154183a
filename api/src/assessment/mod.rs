//! How work is judged: frameworks of ordered grades, the windows in which judgements are made, and
//! the judgements themselves. A judgement is never changed: a later one supersedes it, or it is withdrawn.

pub mod mutations;
pub mod policy;
mod progress;
mod queries;
pub mod rules;
pub mod store;
mod subscriptions;
mod types;

pub use mutations::AssessmentMutation;
pub use policy::tables;
pub use queries::{AssessmentQuery, JudgementFilter};
pub use subscriptions::AssessmentSubscription;
pub use types::{AssessmentWindow, Framework, Grade, Judgement};
