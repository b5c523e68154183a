//! `updateModerationExercise` and `removeModerationExercise`: a trust lead corrects an exercise of which nothing is drawn yet, or takes
//! it away.

use plumbline_entity::{moderation_exercise, moderation_exercise::ExerciseState, sample_stratum, sampled_work};
use sea_orm::ColumnTrait as _;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Hanging, Refusal, Removed, UnlessTaken, UserError, inputs, mutation, removal, remove},
    moderation::ModerationExercise,
    rulebook::Ruled as _,
};

inputs! {
    moderation_exercise, "moderation exercise":
    update UpdateModerationExerciseInput of exercise_id: ModerationExercise {
        /// What people call it, 1 to 100 characters, unique in the trust.
        title: String,
        /// Share of each stratum (class, year group, first grade) to be drawn, 1 to 100 per cent.
        sample_percent: i16,
        /// Least number of pupils to be drawn of a class, 0 to 100, as far as it has them.
        minimum_per_class: i16,
    }
}

removal! {
    /// A draft of an exercise to remove.
    RemoveModerationExerciseInput of exercise_id: ModerationExercise
}

impl Change for UpdateModerationExerciseInput {
    type Changed = moderation_exercise::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<moderation_exercise::Model, Refusal> {
        let exercise = by.to_change(tx, self.exercise_id, "exerciseId").await?;
        let permit = by.may_in_trust::<moderation_exercise::Entity>()?;
        let wanted = self.over(&exercise).changed_from(&exercise, ())?;
        let size = |row: &moderation_exercise::Model| (row.sample_percent, row.minimum_per_class);
        if exercise.version == self.expected_version && size(&wanted) != size(&exercise) {
            refuse_unless_draft(&exercise, "Its sample is drawn, by the share and the least number that it has.")?;
        }
        let updated = tx.update_to(&permit, exercise, self.expected_version, wanted).await;
        Ok(updated.unless_taken("title", "The trust has an exercise of this title.")??)
    }
}

impl Change for RemoveModerationExerciseInput {
    type Changed = Removed<moderation_exercise::Entity>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Self::Changed, Refusal> {
        let exercise = by.to_change(tx, self.exercise_id, "exerciseId").await?;
        let permit = by.may_in_trust::<moderation_exercise::Entity>()?;
        refuse_unless_draft(
            &exercise,
            "Its sample is drawn, and what was moderated stays. If it is not wanted any more, take it on to CLOSED, a state at a time.",
        )?;
        let hanging = vec![
            Hanging::of::<sample_stratum::Entity>("strata", sample_stratum::Column::ExerciseId.eq(exercise.id)),
            Hanging::of::<sampled_work::Entity>("works", sampled_work::Column::ExerciseId.eq(exercise.id)),
        ];
        remove(tx, &permit, exercise, "exerciseId", hanging).await
    }
}

fn refuse_unless_draft(exercise: &moderation_exercise::Model, message: &str) -> Result<(), UserError> {
    match exercise.state {
        ExerciseState::Draft => Ok(()),
        _ => Err(UserError::wrong_state("exerciseId", message)),
    }
}

mutation! {
    /// Corrects the title of an exercise and, as long as it is a draft, how much of it is drawn. For trust leads.
    UpdateModerationExercise { update_moderation_exercise: UpdateModerationExerciseInput => UpdateModerationExercisePayload {
        moderation_exercise: ModerationExercise, "The exercise as it is now."
    } }

    /// Removes the draft of an exercise. For trust leads.
    RemoveModerationExercise { remove_moderation_exercise: RemoveModerationExerciseInput => RemoveModerationExercisePayload {
        removed_id: (ModerationExercise), "The id by which it was known."
    } }
}
