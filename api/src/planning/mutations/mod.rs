//! What can be changed in planning, a file each.

pub mod adaptation;
pub mod coverage;
pub mod focus;
pub mod plan;
pub mod step;

use async_graphql::MergedObject;

/// What can be changed in planning.
#[derive(Default, MergedObject)]
pub struct PlanningMutation(
    plan::CreatePlan,
    plan::UpdatePlan,
    plan::RemovePlan,
    step::CreatePlanStep,
    step::UpdatePlanStep,
    step::CompletePlanStep,
    step::TakeUpPlan,
    adaptation::CreateAdaptation,
    adaptation::UpdateAdaptation,
    adaptation::RemoveAdaptation,
    coverage::RecordCoverage,
    coverage::CorrectCoverage,
    coverage::WithdrawCoverage,
    focus::CreateFocus,
    focus::UpdateFocus,
    focus::RemoveFocus,
);
