//! Moderation: work of one subject and window is sampled, judged a second time blind, discussed
//! and agreed. Moderators know the work by a code and never see the first judgement.

pub mod decisions;
mod exercise_sample;
pub mod mutations;
pub mod policy;
mod queries;
pub mod rules;
pub mod states;
pub mod store;
mod subscriptions;
mod types;

pub use mutations::ModerationMutation;
pub use policy::tables;
pub use queries::ModerationQuery;
pub use subscriptions::ModerationSubscription;
pub use types::{ExerciseStep, ModerationExercise, ModerationOutcome, SampledWork, SecondJudgement};
