//! What can be changed in assessment, a file each.

pub mod create_assessment_window;
pub mod create_framework;
pub mod record_judgements;
pub mod withdraw_judgement;

use async_graphql::MergedObject;

/// What can be changed in assessment.
#[derive(Default, MergedObject)]
pub struct AssessmentMutation(
    create_framework::CreateFramework,
    create_assessment_window::CreateAssessmentWindow,
    record_judgements::RecordJudgement,
    record_judgements::RecordJudgements,
    withdraw_judgement::WithdrawJudgement,
);
