//! What can be changed in moderation, a file each.

pub mod advance_moderation_exercise;
pub mod correct_exercise;
pub mod create_moderation_exercise;
pub mod draw_sample;
pub mod record_moderation_outcome;
pub mod record_second_judgement;

use async_graphql::MergedObject;

/// What can be changed in moderation.
#[derive(Default, MergedObject)]
pub struct ModerationMutation(
    create_moderation_exercise::CreateModerationExercise,
    correct_exercise::UpdateModerationExercise,
    correct_exercise::RemoveModerationExercise,
    advance_moderation_exercise::AdvanceModerationExercise,
    draw_sample::DrawSample,
    record_second_judgement::RecordSecondJudgement,
    record_moderation_outcome::RecordModerationOutcome,
);
