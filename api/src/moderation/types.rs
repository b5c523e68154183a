//! The objects of moderation.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use plumbline_entity::{
    moderation_exercise,
    moderation_exercise::{ExerciseState, ModerationLevel},
    moderation_outcome,
    moderation_outcome::Decision,
    sampled_work, second_judgement,
    year_group::YearGroup,
};

use super::queries::{OutcomesOfWork, SampledWorksOfExercise, SecondJudgementsOfWork};
use crate::{
    assessment::{AssessmentWindow, Framework, Grade, Judgement},
    curriculum::Subject,
    graphql::{Date, Ref, load, node},
    organisation::StaffMember,
};

/// A moderation exercise: work of one subject and window, judged a second time.
pub struct ModerationExercise(pub moderation_exercise::Model);
node!(ModerationExercise, moderation_exercise::Entity);

/// A moderation exercise: work of one subject and window, judged a second time.
#[Object]
impl ModerationExercise {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// What people call it.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// How far it reaches.
    async fn level(&self) -> ModerationLevel {
        self.0.level
    }

    /// The subject.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Subject>> {
        Ok(load(ctx, self.0.subject_id).await?)
    }

    /// The window whose judgements are moderated.
    async fn window(&self, ctx: &Context<'_>) -> Result<Option<AssessmentWindow>> {
        Ok(load(ctx, self.0.window_id).await?)
    }

    /// The framework whose grades are given.
    async fn framework(&self, ctx: &Context<'_>) -> Result<Option<Framework>> {
        Ok(load(ctx, self.0.framework_id).await?)
    }

    /// How far it has come.
    async fn state(&self) -> ExerciseState {
        self.0.state
    }

    /// Share of each stratum to be drawn, in per cent.
    async fn sample_percent(&self) -> i16 {
        self.0.sample_percent
    }

    /// Least number of pupils to be drawn of a class, as far as it has them.
    async fn minimum_per_class(&self) -> i16 {
        self.0.minimum_per_class
    }

    /// The seed of the sample, as text for its size: the same seed draws the same sample. For trust leads;
    /// for others once the exercise is released, and null before.
    async fn seed(&self) -> Option<String> {
        self.0.seed.map(|seed| seed.to_string())
    }

    /// Counts its changes; an update names the version that it saw.
    async fn version(&self) -> i32 {
        self.0.version
    }

    #[graphql(flatten)]
    async fn sampled_works(&self) -> SampledWorksOfExercise {
        SampledWorksOfExercise(self.0.id)
    }
}

/// A pupil's work drawn for an exercise, known by its code.
pub struct SampledWork(pub sampled_work::Model);
node!(SampledWork, sampled_work::Entity);

/// A pupil's work drawn for an exercise, known by its code.
#[Object]
impl SampledWork {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// The exercise.
    async fn exercise(&self, ctx: &Context<'_>) -> Result<Option<ModerationExercise>> {
        Ok(load(ctx, self.0.exercise_id).await?)
    }

    /// The code under which moderators see it.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The pupil's year group.
    async fn year_group(&self) -> YearGroup {
        self.0.year_group
    }

    /// The first judgement; null for those who may not see it, moderators above all.
    async fn judgement(&self, ctx: &Context<'_>) -> Result<Option<Judgement>> {
        Ok(load(ctx, self.0.judgement_id).await?)
    }

    #[graphql(flatten)]
    async fn second_judgements(&self) -> SecondJudgementsOfWork {
        SecondJudgementsOfWork(self.0.id)
    }

    #[graphql(flatten)]
    async fn outcomes(&self) -> OutcomesOfWork {
        OutcomesOfWork(self.0.id)
    }
}

/// A moderator's blind judgement of sampled work.
pub struct SecondJudgement(pub second_judgement::Model);
node!(SecondJudgement, second_judgement::Entity);

/// A moderator's blind judgement of sampled work.
#[Object]
impl SecondJudgement {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// The sampled work.
    async fn work(&self, ctx: &Context<'_>) -> Result<Option<SampledWork>> {
        Ok(load(ctx, self.0.work_id).await?)
    }

    /// Who judged, if you may see them.
    async fn moderator(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>> {
        Ok(load(ctx, self.0.moderator_id).await?)
    }

    /// The grade given.
    async fn grade(&self, ctx: &Context<'_>) -> Result<Option<Grade>> {
        Ok(load(ctx, self.0.grade_id).await?)
    }

    /// Why: the evidence for the grade.
    async fn rationale(&self) -> &str {
        &self.0.rationale
    }

    /// The day of the judgement.
    async fn judged_on(&self) -> Date {
        self.0.judged_on.into()
    }

    /// When it was recorded here.
    async fn recorded_at(&self) -> DateTime<Utc> {
        self.0.recorded_at
    }

    /// Whether it is the latest by its moderator for the work.
    async fn is_current(&self) -> bool {
        self.0.is_current
    }
}

/// What was agreed on sampled work after discussion.
pub struct ModerationOutcome(pub moderation_outcome::Model);
node!(ModerationOutcome, moderation_outcome::Entity);

/// What was agreed on sampled work after discussion.
#[Object]
impl ModerationOutcome {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// The sampled work.
    async fn work(&self, ctx: &Context<'_>) -> Result<Option<SampledWork>> {
        Ok(load(ctx, self.0.work_id).await?)
    }

    /// What was decided.
    async fn decision(&self) -> Decision {
        self.0.decision
    }

    /// The agreed grade; null while it is unresolved.
    async fn agreed_grade(&self, ctx: &Context<'_>) -> Result<Option<Grade>> {
        match self.0.agreed_grade_id {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// The day of the agreement.
    async fn agreed_on(&self) -> Date {
        self.0.agreed_on.into()
    }

    /// Counts its changes; an update names the version that it saw.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
