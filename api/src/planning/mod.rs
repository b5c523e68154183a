//! How the curriculum is planned and taught: plans with the objectives that they serve, their steps (tasks, reviews, conversations,
//! take-up) and adaptations; what was taught in which class; what a plan leans on and its pupils missed; what a subject leader has
//! in focus.
//!
//! Plans and records of teaching name objectives by their key, so they outlive versions of the curriculum and can be read by another
//! school (docs/adr/0036-planning.md).

pub mod cells;
mod coverage;
mod load;
pub mod mutations;
pub mod policy;
mod progress;
mod queries;
mod readiness;
mod reads;
pub mod rules;
pub mod store;
mod types;

pub use mutations::PlanningMutation;
pub use policy::tables;
pub use queries::PlanningQuery;
pub use types::{Adaptation, Focus, Plan, PlanStep, SharedAdaptation, TaughtObjective};
