//! `recordModerationOutcome`: what the discussion of sampled work agreed.

use async_graphql::InputObject;
use plumbline_entity::{
    grade, judgement, moderation_exercise, moderation_exercise::ExerciseState, moderation_outcome,
    moderation_outcome::Decision, sampled_work,
};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    assessment::store::ranked_grade,
    db::{FirstJudgement, Read, Reason, Scoped, Tx},
    error::Error,
    graphql::{Acting, Change, Ref, Refusal, UserError, UserErrorCode, mutation},
    moderation::{ModerationOutcome, SampledWork, decisions},
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
        let work = by.named(tx, self.work_id, "workId").await?;
        let permit = by.may_on::<moderation_outcome::Entity>(work.school_id, work.id)?;
        let exercise = by.find::<moderation_exercise::Entity>(tx, work.exercise_id, "workId", "exercise").await?;
        if !matches!(exercise.state, ExerciseState::Judging | ExerciseState::Discussing) {
            let message = format!(
                "The exercise is {}; grades are agreed while it is JUDGING or DISCUSSING.",
                exercise.state.code()
            );
            return Err(UserError::new(UserErrorCode::WrongState, "workId", message).into());
        }
        let agreed = self.agreed(tx, by, &exercise, &work).await?;
        let of_work = moderation_outcome::COLUMN.work_id.eq(work.id);
        let known = tx.one(Scoped::<moderation_outcome::Entity>::of(by.viewer).filter(of_work)).await?;
        let changes = moderation_outcome::ActiveModel {
            decision: Set(self.decision),
            agreed_grade_id: Set(agreed),
            agreed_on: Set(by.today()),
            recorded_by_id: Set(by.viewer.staff_member()),
            ..Default::default()
        };
        match known {
            // Nought is no version: whoever names none has not seen the outcome that is there.
            Some(known) => Ok(tx.update(&permit, known, self.expected_version.unwrap_or(0), changes).await??),
            None => {
                let row = moderation_outcome::ActiveModel {
                    id: Set(Uuid::now_v7()),
                    trust_id: Set(by.trust()),
                    exercise_id: Set(exercise.id),
                    work_id: Set(work.id),
                    version: Set(1),
                    ..changes
                };
                Ok(tx.insert(&permit, row).await?)
            }
        }
    }
}

impl RecordModerationOutcomeInput {
    /// The agreed grade, checked against the decision and the first judgement.
    async fn agreed(
        &self,
        tx: &Tx,
        by: &Acting<'_>,
        exercise: &moderation_exercise::Model,
        work: &sampled_work::Model,
    ) -> Result<Option<Uuid>, Refusal> {
        let code = match (decisions::agrees_a_grade(self.decision), &self.agreed_grade_code) {
            (false, None) => return Ok(None),
            (true, Some(code)) => code,
            (true, None) => {
                return Err(
                    UserError::invalid("agreedGradeCode", "This decision needs the grade that was agreed.").into()
                );
            }
            (false, Some(_)) => {
                return Err(UserError::invalid(
                    "agreedGradeCode",
                    "With this decision no grade is agreed; leave it out.",
                )
                .into());
            }
        };
        let agreed = ranked_grade(tx, by, exercise.framework_id, code, "agreedGradeCode").await?;
        // Trust leads read no judgement; that a decision fits the first one is the service's to check.
        let first = tx.one(FirstJudgement.of::<judgement::Entity>().rows().id(work.judgement_id)).await?;
        let first = first.ok_or_else(|| Error::internal("sampled work without its judgement"))?;
        let first = tx.one(FirstJudgement.of::<grade::Entity>().rows().id(first.grade_id)).await?;
        let first = first.ok_or_else(|| Error::internal("a judgement without its grade"))?;
        decisions::check_decision(self.decision, first.rank, agreed.rank)
            .map_err(|message| UserError::invalid("decision", message).telling())?;
        Ok(Some(agreed.id))
    }
}

mutation! {
    /// Records what was agreed on sampled work, while the exercise is judged or discussed. For trust leads.
    RecordModerationOutcome { record_moderation_outcome: RecordModerationOutcomeInput => RecordModerationOutcomePayload {
        /// The outcome as it is now.
        moderation_outcome: ModerationOutcome
    } }
}
