//! What there is to be told of in moderation.

use async_graphql::MergedSubscription;

use super::types::{ModerationExercise, SecondJudgement};
use crate::graphql::{Ref, subscription};

subscription! {
    /// Second judgements of an exercise as they come in, each that you may see at that moment: for a
    /// trust lead all, for a moderator their own.
    SecondJudgementRecorded { second_judgement_recorded: SecondJudgement } about {
        exercise_id: Ref<ModerationExercise> = "exerciseId" "The moderation exercise.",
    }
}

/// What there is to be told of in moderation.
#[derive(Default, MergedSubscription)]
pub struct ModerationSubscription(SecondJudgementRecorded);
