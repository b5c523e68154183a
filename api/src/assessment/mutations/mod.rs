//! What can be changed in assessment, a file each.

pub mod record_judgements;

use async_graphql::MergedObject;

/// What can be changed in assessment.
#[derive(Default, MergedObject)]
pub struct AssessmentMutation(record_judgements::RecordJudgement, record_judgements::RecordJudgements);
