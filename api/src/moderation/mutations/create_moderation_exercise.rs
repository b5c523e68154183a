//! `createModerationExercise`: a trust lead sets up an exercise over all schools.

use async_graphql::InputObject;
use plumbline_entity::{
    moderation_exercise,
    moderation_exercise::{ExerciseState, ModerationLevel},
};
use sea_orm::{ActiveValue::Set, ColumnTrait};
use uuid::Uuid;

use crate::{
    assessment::{AssessmentWindow, Framework},
    curriculum::Subject,
    db::{Read, Scoped, Tx},
    graphql::{Acting, Change, Ref, Refusal, UserError, mutation},
    moderation::ModerationExercise,
    organisation::rules::check_name,
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
    /// Share of each stratum (school, year group, first grade) to be drawn, 1 to 100 per cent.
    #[graphql(default = 15)]
    sample_percent: i16,
    /// Least number of pupils to be drawn of a class, 0 to 100, as far as it has them. Where
    /// those who see no pupils are to compare classes, ten or more are needed, as rows whose protected count is below the
    /// threshold of disclosure control (6, unless the trust set another) are withheld.
    #[graphql(default = 6)]
    minimum_per_class: i16,
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
        let title = check_name(&self.title).map_err(|message| UserError::invalid("title", message))?;
        if !(1..=100).contains(&self.sample_percent) {
            return Err(UserError::invalid("samplePercent", "A share is drawn of 1 to 100 per cent.").into());
        }
        if !(0..=100).contains(&self.minimum_per_class) {
            return Err(UserError::invalid("minimumPerClass", "The least number of a class is 0 to 100.").into());
        }
        let seed = match &self.seed {
            Some(text) => text
                .trim()
                .parse()
                .map_err(|_| UserError::invalid("seed", "A seed is a whole number of up to 18 digits."))?,
            None => rand::random_range(0..1_000_000_000_000_000_000),
        };
        let same_title = moderation_exercise::Column::Title.eq(title.as_str());
        if tx.one(Scoped::<moderation_exercise::Entity>::of(by.viewer).filter(same_title)).await?.is_some() {
            return Err(UserError::duplicate("title", "The trust has an exercise of this title.").into());
        }
        let row = moderation_exercise::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(by.trust()),
            title: Set(title),
            level: Set(ModerationLevel::Trust),
            subject_id: Set(subject.id),
            window_id: Set(window.id),
            framework_id: Set(framework.id),
            state: Set(ExerciseState::Draft),
            sample_percent: Set(self.sample_percent),
            minimum_per_class: Set(self.minimum_per_class),
            seed: Set(Some(seed)),
            version: Set(1),
        };
        Ok(tx.insert(&permit, row).await?)
    }
}

mutation! {
    /// Sets up a moderation exercise across the schools of the trust. For trust leads.
    CreateModerationExercise { create_moderation_exercise: CreateModerationExerciseInput => CreateModerationExercisePayload {
        /// The new exercise.
        moderation_exercise: ModerationExercise
    } }
}
