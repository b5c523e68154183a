//! `drawSample`: the sample of an exercise is drawn, and its judging begins.

use async_graphql::InputObject;
use plumbline_entity::{grade, moderation_exercise, moderation_exercise::ExerciseState};
use sea_orm::ActiveValue::Set;

use crate::{
    assessment::store::grades_of,
    db::{DrawingASample, Read, Reason, Tx},
    error::Error,
    graphql::{Acting, Change, Ref, Refusal, UserError, UserErrorCode, mutation},
    moderation::{
        ModerationExercise, rules,
        store::{self, SamplePermits},
    },
};

/// The exercise whose sample is to be drawn.
#[derive(InputObject)]
pub struct DrawSampleInput {
    /// The exercise, in the state DRAFT.
    exercise_id: Ref<ModerationExercise>,
    /// The version of the exercise that you saw.
    expected_version: i32,
}

impl Change for DrawSampleInput {
    type Changed = moderation_exercise::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<moderation_exercise::Model, Refusal> {
        let exercise = by.to_change(tx, self.exercise_id, "exerciseId").await?;
        let permit = by.may_in_trust::<moderation_exercise::Entity>()?;
        let permits = SamplePermits { strata: by.may_in_trust()?, works: by.may_in_trust()? };
        if exercise.version == self.expected_version && exercise.state != ExerciseState::Draft {
            let message = format!("The exercise is {}; a sample is drawn once, in DRAFT.", exercise.state.code());
            return Err(UserError::new(UserErrorCode::WrongState, "exerciseId", message).into());
        }
        let changes = moderation_exercise::ActiveModel { state: Set(ExerciseState::Judging), ..Default::default() };
        let exercise = tx.update(&permit, exercise, self.expected_version, changes).await??;
        store::keep_step(tx, by, &exercise, ExerciseState::Draft, None).await?;
        let candidates = store::candidates(tx, &exercise).await?;
        if candidates.is_empty() {
            let message =
                "There is no judgement in this subject and window, in a grade of the framework, to draw from.";
            return Err(UserError::new(UserErrorCode::WrongState, "exerciseId", message).into());
        }
        // Read past the viewer's scope: not every client application of a lead may read the seed.
        let whole = tx.one(DrawingASample.of::<moderation_exercise::Entity>().rows().id(exercise.id)).await?;
        let seed = whole.and_then(|exercise| exercise.seed);
        let seed = seed.ok_or_else(|| Error::internal("the service reads the seed of every exercise"))?;
        let grades: Vec<grade::Model> = grades_of(tx, by, exercise.framework_id).await?.into_values().collect();
        let at_boundary = rules::grades_at_boundary(&grades, exercise.boundary_grade_id);
        let sample = rules::draw_sample(&candidates, &rules::rule_of(&exercise, at_boundary), seed);
        store::keep_sample(tx, &permits, &exercise, sample).await?;
        Ok(exercise)
    }
}

mutation! {
    /// Draws the sample of an exercise by its seed, in strata of class, year group and first grade; its
    /// judging begins. For trust leads.
    DrawSample { draw_sample: DrawSampleInput => DrawSamplePayload {
        moderation_exercise: ModerationExercise, "The exercise, now JUDGING, with its sample."
    } }
}
