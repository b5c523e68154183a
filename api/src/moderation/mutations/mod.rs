//! What can be changed in moderation, a file each.

pub mod record_second_judgement;

use async_graphql::MergedObject;

/// What can be changed in moderation.
#[derive(Default, MergedObject)]
pub struct ModerationMutation(record_second_judgement::RecordSecondJudgement);
