//! `createModerationExercise`: a trust lead sets up an exercise over all schools.

use async_graphql::InputObject;
use plumbline_entity::{
    moderation_exercise,
    moderation_exercise::{ExerciseState, ModerationLevel},
};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    assessment::{AssessmentWindow, Framework, Grade},
    curriculum::Subject,
    db::Tx,
    graphql::{Acting, Change, Date, Ref, Refusal, UnlessTaken, UserError, mutation},
    moderation::{
        ModerationExercise,
        mutations::correct_exercise::{refuse_no_boundary, refuse_too_early},
    },
    rulebook::Ruled as _,
};

/// An exercise across the schools of the trust, to be drawn and judged.
#[derive(InputObject)]
pub struct CreateModerationExerciseInput {
    /// What people call it, 1 to 100 characters, unique in the trust.
    title: String,
    /// The subject.
    subject_id: Ref<Subject>,
    /// The window whose judgements are moderated.
    window_id: Ref<AssessmentWindow>,
    /// The framework whose grades are given.
    framework_id: Ref<Framework>,
    /// Share of each stratum (class, year group, first grade) to be drawn, 1 to 100 per cent.
    #[graphql(default = 15)]
    sample_percent: i16,
    /// Least number of pupils to be drawn of a class, 0 to 100, as far as it has them. Where
    /// those who see no pupils are to compare classes, ten or more are needed, as rows whose protected count is below the
    /// threshold of disclosure control (6, unless the trust set another) are withheld.
    #[graphql(default = 6)]
    minimum_per_class: i16,
    /// Most pupils to be drawn of a class, 1 to 100, though one of each of its grades; no bound, if it is left out.
    maximum_per_class: Option<i16>,
    /// The grade above a boundary of the framework. Of it and of the grade below it, `boundaryPercent` is drawn, for that is where
    /// judgements are least certain; every figure weighs works by how likely they were to be drawn.
    boundary_grade_id: Option<Ref<Grade>>,
    /// Share to be drawn of the two grades at the boundary, 1 to 100 per cent.
    boundary_percent: Option<i16>,
    /// The day by which moderators are to have judged, no earlier than the window opens.
    judge_by: Option<Date>,
    /// The seed of the sample, a whole number as text: the same seed draws the same sample. One is
    /// chosen at random if it is left out, which is best: one used before is known to the schools.
    seed: Option<String>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for CreateModerationExerciseInput {
    type Changed = moderation_exercise::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<moderation_exercise::Model, Refusal> {
        let permit = by.may_in_trust::<moderation_exercise::Entity>()?;
        let subject = by.named(tx, self.subject_id, "subjectId").await?;
        let window = by.named(tx, self.window_id, "windowId").await?;
        let framework = by.named(tx, self.framework_id, "frameworkId").await?;
        let seed = match &self.seed {
            Some(text) => text
                .trim()
                .parse()
                .map_err(|_| UserError::invalid("seed", "A seed is a whole number of up to 18 digits."))?,
            None => rand::random_range(0..1_000_000_000_000_000_000),
        };
        let row = moderation_exercise::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            title: self.title,
            level: ModerationLevel::Trust,
            subject_id: subject.id,
            window_id: window.id,
            framework_id: framework.id,
            state: ExerciseState::Draft,
            sample_percent: self.sample_percent,
            minimum_per_class: self.minimum_per_class,
            maximum_per_class: self.maximum_per_class,
            boundary_grade_id: self.boundary_grade_id.map(|grade| grade.uuid()),
            boundary_percent: self.boundary_percent,
            judge_by: self.judge_by.map(Into::into),
            seed: Some(seed),
            version: 1,
        }
        .checked(())?;
        refuse_no_boundary(tx, by, &row).await?;
        refuse_too_early(&row, &window)?;
        let inserted = tx.insert(&permit, row.into_active_model()).await;
        inserted.unless_taken("title", "The trust has an exercise of this title.")
    }
}

mutation! {
    /// Sets up a moderation exercise across the schools of the trust. For trust leads.
    CreateModerationExercise { create_moderation_exercise: CreateModerationExerciseInput => CreateModerationExercisePayload {
        moderation_exercise: ModerationExercise, "The new exercise."
    } }
}
