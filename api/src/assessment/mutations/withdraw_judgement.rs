//! `withdrawJudgement`: what should never have been recorded is taken back, with a reason.

use async_graphql::InputObject;
use plumbline_entity::judgement;
use sea_orm::ActiveValue::Set;

use crate::{
    assessment::{AssessmentWindow, Judgement, rules, store},
    db::{Event, Tx},
    graphql::{Acting, Change, Ref, Refusal, UserError, UserErrorCode, mutation},
    rulebook::Ruled as _,
};

/// A judgement to withdraw.
#[derive(InputObject)]
pub struct WithdrawJudgementInput {
    /// The judgement.
    judgement_id: Ref<Judgement>,
    /// Why it should never have been recorded, such as `of another pupil`, 1 to 500 characters, without naming a person.
    reason: String,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for WithdrawJudgementInput {
    type Changed = judgement::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<judgement::Model, Refusal> {
        let named = by.named(tx, self.judgement_id, "judgementId").await?;
        let permit = by.may_in_class::<judgement::Entity>(named.school_id, named.class_id)?;
        let window = by.named::<AssessmentWindow>(tx, named.window_id.into(), "judgementId").await?;
        let leads = by.may_in_school::<judgement::Entity>(named.school_id).is_ok();
        if rules::is_closed(&window, by.today()) && !leads {
            let until = rules::records_until(&window);
            let message =
                format!("Teachers recorded in this window until {until}; those who lead the school can withdraw it.");
            return Err(UserError::wrong_state("judgementId", message).into());
        }
        // What stands in the place of one that was moderated is a leader's: else its teacher's own would stand again.
        if !leads && !store::moderated_among(tx, &[named.pupil_id], named.window_id, named.subject_id).await?.is_empty()
        {
            let message = "The pupil's work was moderated: only those who lead the school withdraw a judgement of it.";
            return Err(UserError::wrong_state("judgementId", message).telling().into());
        }
        let lineage = store::lineage(tx, by, &named).await?;
        let withdrawn = lineage.find(named.id).ok_or_else(|| UserError::not_found("judgementId", "judgement"))?;
        if let Some(at) = withdrawn.withdrawn_at {
            let message = format!("It was withdrawn on {} already.", at.date_naive());
            return Err(UserError::new(UserErrorCode::WrongState, "judgementId", message).into());
        }
        let wanted = judgement::Model {
            is_current: false,
            withdrawn_at: Some(by.now),
            withdrawn_by_id: by.viewer.staff_member(),
            withdrawn_because: Some(self.reason),
            ..withdrawn.clone()
        }
        .checked(rules::Withdrawal)?;
        let again = lineage.stands_again(withdrawn).map_err(|rules::OutOfSight| out_of_reach())?;
        let leave = |row: &judgement::Model| {
            by.may_in_class::<judgement::Entity>(row.school_id, row.class_id).map_err(|_| out_of_reach())
        };
        let again = again.map(|row| Ok::<_, UserError>((row, leave(row)?))).transpose()?;
        // The last of the checks: it tells its caller of a sample that they may not see yet.
        store::refuse_drawn(tx, withdrawn.id).await?;
        let changes = judgement::ActiveModel {
            is_current: Set(false),
            withdrawn_at: Set(wanted.withdrawn_at),
            withdrawn_by_id: Set(wanted.withdrawn_by_id),
            withdrawn_because: Set(wanted.withdrawn_because),
            ..Default::default()
        };
        let mut told = vec![withdrawn.id];
        let done = tx.amend(&permit, withdrawn, changes).await?;
        if let Some((row, permit)) = again {
            let changes = judgement::ActiveModel { is_current: Set(true), ..Default::default() };
            told.push(tx.amend(&permit, row, changes).await?.id);
        }
        tx.announce(Event::recorded::<judgement::Entity>(by.trust(), &[done.window_id, done.subject_id], &told));
        Ok(done)
    }
}

/// What would stand again is not the viewer's to change.
fn out_of_reach() -> UserError {
    let message = "It superseded a judgement of another class, which would stand again; only those who teach or lead in both \
                   classes can withdraw it.";
    UserError::new(UserErrorCode::Forbidden, "", message)
}

mutation! {
    /// Withdraws a judgement that should never have been recorded, such as one of another pupil. It stays, with the
    /// reason, and is counted no more; the one that it superseded stands again. One that was drawn for moderation is not
    /// withdrawn. For class teachers, in their classes, until the window has closed and its days of grace have passed; and for senior
    /// leaders, in their school.
    WithdrawJudgement { withdraw_judgement: WithdrawJudgementInput => WithdrawJudgementPayload {
        judgement: Judgement, "The judgement, withdrawn."
    } }
}
