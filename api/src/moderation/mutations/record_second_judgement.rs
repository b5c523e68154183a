//! `recordSecondJudgement`: a moderator judges sampled work, blind.

use async_graphql::InputObject;
use plumbline_entity::{moderation_exercise, moderation_exercise::ExerciseState, second_judgement};
use sea_orm::{ActiveValue::Set, Condition, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    assessment::store::ranked_grade,
    db::{Event, Read, Scoped, Tx},
    graphql::{Acting, Change, Ref, Refusal, UserError, UserErrorCode, mutation},
    moderation::{SampledWork, SecondJudgement},
    rulebook::Ruled as _,
};

/// A moderator's judgement of sampled work.
#[derive(InputObject)]
pub struct RecordSecondJudgementInput {
    /// The sampled work.
    work_id: Ref<SampledWork>,
    /// The code of the grade, such as EXS; codes that are not grades are not taken here.
    grade_code: String,
    /// Why: the evidence for the grade, 1 to 2,000 characters, without naming a person.
    rationale: String,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for RecordSecondJudgementInput {
    type Changed = second_judgement::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<second_judgement::Model, Refusal> {
        by.appointed_nowhere_else(tx).await?;
        // Two tabs of a moderator come one after the other, and the second supersedes what the first has recorded.
        let work = by.to_change(tx, self.work_id, "workId").await?;
        let permit = by.may_on::<second_judgement::Entity>(work.school_id, work.id)?;
        let moderator = by.viewer.staff_member().ok_or_else(|| UserError::not_found("", "moderator"))?;
        let exercise = by.find::<moderation_exercise::Entity>(tx, work.exercise_id, "workId", "exercise").await?;
        if exercise.state != ExerciseState::Judging {
            let message = format!("The exercise is {}; work is judged while it is JUDGING.", exercise.state.code());
            return Err(UserError::new(UserErrorCode::WrongState, "workId", message).into());
        }
        let grade = ranked_grade(tx, by, exercise.framework_id, &self.grade_code, "gradeCode").await?;
        let row = second_judgement::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            exercise_id: exercise.id,
            work_id: work.id,
            moderator_id: moderator,
            grade_id: grade.id,
            rationale: self.rationale,
            judged_on: by.today(),
            recorded_at: by.now,
            is_current: true,
        }
        .checked(())?;
        let mine = Condition::all()
            .add(second_judgement::COLUMN.work_id.eq(work.id))
            .add(second_judgement::COLUMN.moderator_id.eq(moderator))
            .add(second_judgement::COLUMN.is_current.eq(true));
        let superseded = tx.all(Scoped::<second_judgement::Entity>::of(by.viewer).filter(mine).to_change()).await?;
        if !superseded.is_empty() {
            let changes = second_judgement::ActiveModel { is_current: Set(false), ..Default::default() };
            tx.amend_many(&permit, &superseded, changes).await?;
        }
        tx.announce(Event::recorded::<second_judgement::Entity>(by.trust(), &[exercise.id], &[row.id]));
        Ok(tx.insert(&permit, row.into_active_model()).await?)
    }
}

mutation! {
    /// Judges sampled work a second time, blind; it supersedes your earlier judgement of the work. For
    /// moderators, never on work of a school where they are appointed.
    RecordSecondJudgement { record_second_judgement: RecordSecondJudgementInput => RecordSecondJudgementPayload {
        second_judgement: SecondJudgement, "The judgement as recorded."
    } }
}
