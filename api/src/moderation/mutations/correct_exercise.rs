//! `updateModerationExercise` and `removeModerationExercise`: a trust lead corrects an exercise of which nothing is drawn yet, or takes
//! it away.

use plumbline_entity::{
    assessment_window, grade, moderation_exercise, moderation_exercise::ExerciseState, sample_stratum, sampled_work,
};
use sea_orm::ColumnTrait as _;

use crate::{
    assessment::{AssessmentWindow, Grade, store::grades_of},
    db::Tx,
    graphql::{
        Acting, Change, Date, Hanging, Ref, Refusal, Removed, UnlessTaken, UserError, inputs, mutation, removal, remove,
    },
    moderation::{ModerationExercise, rules::grades_at_boundary},
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
    or null {
        /// Most pupils to be drawn of a class, 1 to 100, though one of each of its grades; null for no bound.
        maximum_per_class: i16,
        /// The grade above a boundary of the framework, on whose both sides `boundaryPercent` is drawn; null for none.
        boundary_grade_id: Ref<Grade>,
        /// Share to be drawn of the two grades at the boundary, 1 to 100 per cent; null with the boundary.
        boundary_percent: i16,
        /// The day by which moderators are to have judged, no earlier than the window opens; null for none.
        judge_by: Date,
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
        let size = |row: &moderation_exercise::Model| {
            let at_boundary = (row.boundary_grade_id, row.boundary_percent);
            (row.sample_percent, row.minimum_per_class, row.maximum_per_class, at_boundary)
        };
        if exercise.version == self.expected_version && size(&wanted) != size(&exercise) {
            refuse_unless_draft(&exercise, "Its sample is drawn, by the shares and the numbers that it has.")?;
        }
        if wanted.boundary_grade_id != exercise.boundary_grade_id {
            refuse_no_boundary(tx, by, &wanted).await?;
        }
        if wanted.judge_by != exercise.judge_by {
            refuse_too_early(&wanted, &by.named::<AssessmentWindow>(tx, wanted.window_id.into(), "exerciseId").await?)?;
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

/// Refuses a boundary below which there is no grade, and one of another framework.
pub async fn refuse_no_boundary(tx: &Tx, by: &Acting<'_>, row: &moderation_exercise::Model) -> Result<(), Refusal> {
    if row.boundary_grade_id.is_none() {
        return Ok(());
    }
    let grades: Vec<grade::Model> = grades_of(tx, by, row.framework_id).await?.into_values().collect();
    if grades_at_boundary(&grades, row.boundary_grade_id).is_some() {
        return Ok(());
    }
    let mut known: Vec<&grade::Model> = grades.iter().filter(|grade| grade.rank.is_some()).collect();
    known.sort_by_key(|grade| grade.rank);
    let known = known.iter().skip(1).map(|grade| grade.code.as_str()).collect::<Vec<_>>().join(", ");
    let message = format!("It is no grade of the framework that has another below it: {known} are.");
    Err(UserError::invalid("boundaryGradeId", message).into())
}

/// Refuses a day by which to judge on which there is nothing to be judged yet.
pub fn refuse_too_early(row: &moderation_exercise::Model, window: &assessment_window::Model) -> Result<(), UserError> {
    match row.judge_by {
        Some(day) if day < window.opens_on => {
            let message = format!("{day} is before the window opens, on {}.", window.opens_on);
            Err(UserError::invalid("judgeBy", message))
        }
        _ => Ok(()),
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
