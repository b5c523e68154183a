//! `advanceModerationExercise`: a trust lead takes an exercise a step on, or a step back.

use async_graphql::InputObject;
use plumbline_entity::{moderation_exercise, moderation_exercise::ExerciseState};
use sea_orm::ActiveValue::Set;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Ref, Refusal, UserError, UserErrorCode, mutation},
    moderation::{ModerationExercise, states::check_step, store::keep_step},
};

/// A step of an exercise.
#[derive(InputObject)]
pub struct AdvanceModerationExerciseInput {
    /// The exercise.
    exercise_id: Ref<ModerationExercise>,
    /// The state that it is to have.
    state: ExerciseState,
    /// Why, 1 to 500 characters, without naming a person: for a step back it is needed. All staff of the trust read it.
    reason: Option<String>,
    /// The version of the exercise that you saw.
    expected_version: i32,
}

impl Change for AdvanceModerationExerciseInput {
    type Changed = moderation_exercise::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<moderation_exercise::Model, Refusal> {
        let exercise = by.to_change(tx, self.exercise_id, "exerciseId").await?;
        let permit = by.may_in_trust::<moderation_exercise::Entity>()?;
        if exercise.version == self.expected_version {
            check_step(exercise.state, self.state)
                .map_err(|message| UserError::new(UserErrorCode::WrongState, "state", message))?;
        }
        let from = exercise.state;
        let changes = moderation_exercise::ActiveModel { state: Set(self.state), ..Default::default() };
        let exercise = tx.update(&permit, exercise, self.expected_version, changes).await??;
        keep_step(tx, by, &exercise, from, self.reason).await?;
        Ok(exercise)
    }
}

mutation! {
    /// Takes an exercise a step on (JUDGING, DISCUSSING, RELEASED, CLOSED), or back, with a reason, until it is closed.
    /// The schools see their outcomes from RELEASED on, and those who see no pupils an edition of its figures. For trust leads.
    AdvanceModerationExercise { advance_moderation_exercise: AdvanceModerationExerciseInput => AdvanceModerationExercisePayload {
        moderation_exercise: ModerationExercise, "The exercise as it is now."
    } }
}
