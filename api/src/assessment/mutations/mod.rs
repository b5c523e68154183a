//! What can be changed in assessment, a file each.

pub mod assessment_window;
pub mod framework;
pub mod record_judgements;
pub mod withdraw_judgement;

use async_graphql::MergedObject;

/// What can be changed in assessment.
#[derive(Default, MergedObject)]
pub struct AssessmentMutation(
    framework::CreateFramework,
    framework::UpdateFramework,
    framework::UpdateGrade,
    framework::RemoveFramework,
    assessment_window::CreateAssessmentWindow,
    assessment_window::UpdateAssessmentWindow,
    assessment_window::RemoveAssessmentWindow,
    record_judgements::RecordJudgement,
    record_judgements::RecordJudgements,
    withdraw_judgement::WithdrawJudgement,
);
