//! `recordModerationOutcome`: what the discussion of sampled work agreed.

use async_graphql::InputObject;
use plumbline_entity::{
    grade, judgement, moderation_exercise, moderation_exercise::ExerciseState, moderation_outcome,
    moderation_outcome::Decision, sampled_work,
};
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    assessment::store::ranked_grade,
    db::{FirstJudgement, Read, Reason, Scoped, Tx},
    error::Error,
    graphql::{Acting, Change, Ref, Refusal, UserError, UserErrorCode, mutation},
    moderation::{ModerationOutcome, SampledWork, rules::Rank},
    rulebook::Ruled as _,
};

/// What was agreed on sampled work.
#[derive(InputObject)]
pub struct RecordModerationOutcomeInput {
    /// The sampled work.
    work_id: Ref<SampledWork>,
    /// What was decided about its first judgement.
    decision: Decision,
    /// The code of the agreed grade: for CONFIRMED, RAISED and LOWERED, and only for them.
    agreed_grade_code: Option<String>,
    /// The version of the outcome that you saw, where there is one already.
    expected_version: Option<i32>,
}

impl Change for RecordModerationOutcomeInput {
    type Changed = moderation_outcome::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<moderation_outcome::Model, Refusal> {
        // Of two first outcomes the second finds the first.
        let work = by.to_change(tx, self.work_id, "workId").await?;
        let permit = by.may_on::<moderation_outcome::Entity>(work.school_id, work.id)?;
        let exercise = by.find::<moderation_exercise::Entity>(tx, work.exercise_id, "workId", "exercise").await?;
        if !matches!(exercise.state, ExerciseState::Judging | ExerciseState::Discussing) {
            let message = format!(
                "The exercise is {}; grades are agreed while it is JUDGING or DISCUSSING.",
                exercise.state.code()
            );
            return Err(UserError::new(UserErrorCode::WrongState, "workId", message).into());
        }
        let agreed = match &self.agreed_grade_code {
            Some(code) => Some(ranked_grade(tx, by, exercise.framework_id, code, "agreedGradeCode").await?),
            None => None,
        };
        let first = match agreed {
            Some(_) => first_rank(tx, &work).await?,
            None => None,
        };
        let of_work = moderation_outcome::COLUMN.work_id.eq(work.id);
        let known = tx.one(Scoped::<moderation_outcome::Entity>::of(by.viewer).filter(of_work).to_change()).await?;
        let row = moderation_outcome::Model {
            id: known.as_ref().map_or_else(Uuid::now_v7, |known| known.id),
            trust_id: by.trust(),
            exercise_id: exercise.id,
            work_id: work.id,
            decision: self.decision,
            agreed_grade_id: agreed.as_ref().map(|grade| grade.id),
            agreed_on: by.today(),
            recorded_by_id: by.viewer.staff_member(),
            version: 1,
        }
        .checked((first, agreed.and_then(|grade| grade.rank)))?
        .into_active_model()
        .reset_all();
        match known {
            // No row has version 0. A lead who names no version has not seen the outcome that is there.
            Some(known) => Ok(tx.update(&permit, known, self.expected_version.unwrap_or(0), row).await??),
            None => Ok(tx.insert(&permit, row).await?),
        }
    }
}

/// The rank of the first judgement. Trust leads read no judgements, so the service itself checks that a decision fits
/// the first one.
async fn first_rank(tx: &Tx, work: &sampled_work::Model) -> Result<Rank, Refusal> {
    let first = tx.one(FirstJudgement.of::<judgement::Entity>().rows().id(work.judgement_id)).await?;
    let first = first.ok_or_else(|| Error::internal("sampled work without its judgement"))?;
    let first = tx.one(FirstJudgement.of::<grade::Entity>().rows().id(first.grade_id)).await?;
    Ok(first.ok_or_else(|| Error::internal("a judgement without its grade"))?.rank)
}

mutation! {
    /// Records what was agreed on sampled work, while the exercise is judged or discussed. For trust leads.
    RecordModerationOutcome { record_moderation_outcome: RecordModerationOutcomeInput => RecordModerationOutcomePayload {
        moderation_outcome: ModerationOutcome, "The outcome as it is now."
    } }
}
