//! `createPlanStep`, `updatePlanStep`, `completePlanStep` and `takeUpPlan`: tasks are distributed, leaders review a plan and talk about it,
//! and each class says whether it teaches by it.

use async_graphql::{InputObject, MaybeUndefined};
use plumbline_entity::{
    plan,
    plan::PlanApproval,
    plan_step,
    plan_step::{PlanStepKind, PlanStepOutcome},
    taught_objective,
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    db::{Permit, Place, Read as _, Scoped, Tx},
    graphql::{Acting, Change, Date, Ref, Refusal, UnlessTaken, UserError, UserErrorCode, mutation},
    organisation::{Class, StaffMember},
    planning::{Plan, PlanStep, policy, rules},
    rulebook::Ruled as _,
};

/// A task, a review or a conversation on a plan: asked for, or done already.
#[derive(InputObject)]
pub struct CreatePlanStepInput {
    /// The plan.
    plan_id: Ref<Plan>,
    /// What it is: TASK, REVIEW or CONVERSATION. That a class takes a plan up is told by `takeUpPlan`.
    kind: PlanStepKind,
    /// What is to be done or was done, 1 to 1,000 characters.
    what: String,
    /// The colleague who does it; of a conversation, with whom it is held. You, if it is left out.
    staff_member_id: Option<Ref<StaffMember>>,
    /// The day by which it is to be done.
    due_on: Option<Date>,
    /// The step that it follows from, such as the conversation in which a task was agreed.
    follows_id: Option<Ref<PlanStep>>,
    /// What came of it, where it is done already.
    outcome: Option<PlanStepOutcome>,
    /// What was found, and the reasons, 1 to 1,000 characters: needed to ask for changes and to drop it.
    found: Option<String>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

/// What to change of a step that is open; what is left out stays as it is.
#[derive(InputObject)]
pub struct UpdatePlanStepInput {
    /// The step.
    plan_step_id: Ref<PlanStep>,
    /// The `version` of the step as you read it.
    expected_version: i32,
    /// What is to be done, 1 to 1,000 characters.
    what: Option<String>,
    /// The colleague who does it.
    staff_member_id: Option<Ref<StaffMember>>,
    /// The day by which it is to be done; null for none.
    due_on: MaybeUndefined<Date>,
}

/// What came of a step.
#[derive(InputObject)]
pub struct CompletePlanStepInput {
    /// The step, which is open.
    plan_step_id: Ref<PlanStep>,
    /// The `version` of the step as you read it.
    expected_version: i32,
    /// What came of it: of a task or conversation DONE, of a review APPROVED or CHANGES_ASKED; or DROPPED.
    outcome: PlanStepOutcome,
    /// What was found, and the reasons, 1 to 1,000 characters: needed to ask for changes and to drop it.
    found: Option<String>,
}

/// Whether a class teaches by a plan.
#[derive(InputObject)]
pub struct TakeUpPlanInput {
    /// The plan.
    plan_id: Ref<Plan>,
    /// The class, of the plan's school, academic year and year groups.
    class_id: Ref<Class>,
    /// AS_PLANNED, ADAPTED or PASSED_OVER.
    outcome: PlanStepOutcome,
    /// Why, 1 to 1,000 characters: needed where it is passed over.
    found: Option<String>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

/// Whether the viewer may ask for such a step, or say what came of it.
fn refuse_others(by: &Acting<'_>, plan: &plan::Model, step: &plan_step::Model) -> Result<(), UserError> {
    let oneself = by.is(step.staff_member_id);
    let may = match step.kind {
        PlanStepKind::Task => oneself || by.is(plan.author_id) || policy::leads(by, plan),
        PlanStepKind::Review | PlanStepKind::Conversation => policy::leads(by, plan),
        PlanStepKind::TakeUp => false,
    };
    let message = match step.kind {
        _ if may => return Ok(()),
        PlanStepKind::Task => {
            "A task is given and changed by whoever wrote the plan and by those who lead there; others take one on for themselves."
        }
        PlanStepKind::Review | PlanStepKind::Conversation => {
            "Those who lead the subject, the phase or the school review a plan and hold conversations on it."
        }
        PlanStepKind::TakeUp => "Whether a class teaches by a plan is said by `takeUpPlan`.",
    };
    Err(UserError::new(UserErrorCode::Forbidden, "", message))
}

fn permit(by: &Acting<'_>, plan: &plan::Model) -> Result<Permit<plan_step::Entity>, Refusal> {
    by.may(Place::school(plan.trust_id, plan.school_id).in_subject(plan.subject_id))
}

/// Refuses a review by whoever wrote the plan, or in the name of somebody else.
fn refuse_review_by_another(by: &Acting<'_>, plan: &plan::Model, step: &plan_step::Model) -> Result<(), UserError> {
    let says = matches!(step.outcome, Some(PlanStepOutcome::Approved | PlanStepOutcome::ChangesAsked));
    if says && by.is(plan.author_id) {
        let message = "You wrote the plan: another of those who lead there reviews it.";
        return Err(UserError::new(UserErrorCode::Forbidden, "", message));
    }
    if says && !by.is(step.staff_member_id) {
        let message =
            "Whoever reviews a plan says so themselves: leave it out, or ask them for a review without an outcome.";
        return Err(UserError::invalid("staffMemberId", message));
    }
    Ok(())
}

/// Says of a plan what a review made of it.
async fn approve(tx: &Tx, by: &Acting<'_>, plan: plan::Model, outcome: Option<PlanStepOutcome>) -> Result<(), Refusal> {
    let approval = match outcome {
        Some(PlanStepOutcome::Approved) => PlanApproval::Approved,
        Some(PlanStepOutcome::ChangesAsked) => PlanApproval::ChangesAsked,
        _ => return Ok(()),
    };
    let permit = by.may::<plan::Entity>(policy::place(&plan))?;
    let changes = plan::ActiveModel { approval: Set(approval), version: Set(plan.version + 1), ..Default::default() };
    if plan.approval != approval {
        tx.amend(&permit, &plan, changes).await?;
    }
    Ok(())
}

impl Change for CreatePlanStepInput {
    type Changed = plan_step::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<plan_step::Model, Refusal> {
        let plan = by.to_change(tx, self.plan_id, "planId").await?;
        let permit = permit(by, &plan)?;
        if self.kind == PlanStepKind::TakeUp {
            return Err(UserError::invalid("kind", "Whether a class teaches by a plan is said by `takeUpPlan`.").into());
        }
        let named = by.named_if(tx, self.staff_member_id, "staffMemberId").await?.map(|staff| staff.id);
        let follows = by.named_if(tx, self.follows_id, "followsId").await?;
        if follows.as_ref().is_some_and(|step| step.plan_id != plan.id) {
            return Err(UserError::invalid("followsId", "It is a step of another plan.").into());
        }
        let Some(staff_member) = named.or_else(|| by.viewer.staff_member()) else {
            return Err(UserError::invalid("staffMemberId", "Say which colleague does it.").into());
        };
        let row = plan_step::Model {
            id: Uuid::now_v7(),
            trust_id: plan.trust_id,
            school_id: plan.school_id,
            subject_id: plan.subject_id,
            plan_id: plan.id,
            kind: self.kind,
            class_id: None,
            staff_member_id: staff_member,
            raised_by_id: by.viewer.staff_member(),
            follows_id: follows.map(|step| step.id),
            what: self.what,
            raised_on: by.today(),
            due_on: self.due_on.map(Into::into),
            done_on: self.outcome.map(|_| by.today()),
            outcome: self.outcome,
            found: self.found,
            version: 1,
        };
        refuse_others(by, &plan, &row)?;
        let row = row.checked(())?;
        refuse_review_by_another(by, &plan, &row)?;
        let row = tx.insert(&permit, row.into_active_model()).await?;
        approve(tx, by, plan, row.outcome).await?;
        Ok(row)
    }
}

/// A step with its plan, both to be changed, the plan first, as whoever adds a step takes it.
async fn step_of(tx: &Tx, by: &Acting<'_>, id: Ref<PlanStep>) -> Result<(plan::Model, plan_step::Model), Refusal> {
    let named = by.look_at(tx, id, "planStepId").await?;
    let plan = by.to_change(tx, Ref::<Plan>::from(named.plan_id), "planStepId").await?;
    let step = by.to_change(tx, id, "planStepId").await?;
    Ok((plan, step))
}

fn refuse_done(step: &plan_step::Model) -> Result<(), UserError> {
    match (step.done_on, step.outcome) {
        (Some(day), Some(outcome)) => {
            let message =
                format!("It is {} since {day}: what was said stays. Add a step that follows it.", outcome.code());
            Err(UserError::wrong_state("planStepId", message))
        }
        _ => Ok(()),
    }
}

impl Change for UpdatePlanStepInput {
    type Changed = plan_step::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<plan_step::Model, Refusal> {
        let (plan, step) = step_of(tx, by, self.plan_step_id).await?;
        let permit = permit(by, &plan)?;
        refuse_others(by, &plan, &step)?;
        let staff_member = by.named_if(tx, self.staff_member_id, "staffMemberId").await?;
        if step.version == self.expected_version {
            refuse_done(&step)?;
        }
        let wanted = plan_step::Model {
            what: self.what.unwrap_or_else(|| step.what.clone()),
            staff_member_id: staff_member.map_or(step.staff_member_id, |staff| staff.id),
            due_on: match self.due_on {
                MaybeUndefined::Undefined => step.due_on,
                given => given.take().map(Into::into),
            },
            ..step.clone()
        };
        let wanted = wanted.changed_from(&step, ())?;
        Ok(tx.update_to(&permit, step, self.expected_version, wanted).await??)
    }
}

impl Change for CompletePlanStepInput {
    type Changed = plan_step::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<plan_step::Model, Refusal> {
        let (plan, step) = step_of(tx, by, self.plan_step_id).await?;
        let permit = permit(by, &plan)?;
        refuse_others(by, &plan, &step)?;
        let is_as_read = step.version == self.expected_version;
        if is_as_read {
            refuse_done(&step)?;
        }
        let wanted = plan_step::Model {
            outcome: Some(self.outcome),
            done_on: Some(by.today()),
            found: self.found,
            // Whoever reviews it, whoever was asked to.
            staff_member_id: by
                .viewer
                .staff_member()
                .filter(|_| step.kind == PlanStepKind::Review)
                .unwrap_or(step.staff_member_id),
            ..step.clone()
        };
        let wanted = wanted.checked(())?;
        refuse_review_by_another(by, &plan, &wanted)?;
        let done = tx.update_to(&permit, step, self.expected_version, wanted).await??;
        approve(tx, by, plan, done.outcome).await?;
        Ok(done)
    }
}

impl Change for TakeUpPlanInput {
    type Changed = plan_step::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<plan_step::Model, Refusal> {
        let plan = by.to_change(tx, self.plan_id, "planId").await?;
        let class = by.named(tx, self.class_id, "classId").await?;
        // Whoever records what is taught in the class says by which plan.
        by.may_in_class::<taught_objective::Entity>(class.school_id, class.id)?;
        let permit = permit(by, &plan)?;
        if class.school_id != plan.school_id || class.academic_year_id != plan.academic_year_id {
            return Err(UserError::invalid("classId", "The plan is of another school or academic year.").into());
        }
        if !rules::overlap(rules::span_of(&class), rules::span_of_plan(&plan)) {
            return Err(
                UserError::invalid("classId", "The plan is for other year groups than those of the class.").into()
            );
        }
        let Some(staff_member) = by.viewer.staff_member() else {
            return Err(UserError::new(UserErrorCode::Forbidden, "", "A plan is taken up by a member of staff.").into());
        };
        let before = Scoped::<plan_step::Entity>::of(by.viewer)
            .filter(plan_step::COLUMN.plan_id.eq(plan.id))
            .filter(plan_step::Column::ClassId.eq(class.id));
        let before = tx.one(before.to_change()).await?;
        let wanted = plan_step::Model {
            id: before.as_ref().map_or_else(Uuid::now_v7, |row| row.id),
            trust_id: plan.trust_id,
            school_id: plan.school_id,
            subject_id: plan.subject_id,
            plan_id: plan.id,
            kind: PlanStepKind::TakeUp,
            class_id: Some(class.id),
            staff_member_id: staff_member,
            raised_by_id: None,
            follows_id: None,
            what: before.as_ref().map_or_else(|| plan.title.clone(), |row| row.what.clone()),
            raised_on: before.as_ref().map_or_else(|| by.today(), |row| row.raised_on),
            due_on: None,
            done_on: Some(by.today()),
            outcome: Some(self.outcome),
            found: self.found,
            version: before.as_ref().map_or(1, |row| row.version),
        };
        let wanted = wanted.checked(())?;
        match before {
            None => {
                let taken = "Somebody has just said it of this class: read it again.";
                tx.insert(&permit, wanted.into_active_model()).await.unless_taken("classId", taken)
            }
            Some(row) => {
                let version = row.version;
                Ok(tx.update_to(&permit, row, version, wanted).await??)
            }
        }
    }
}

mutation! {
    /// Adds a task, a review or a conversation to a plan. Tasks are given by whoever wrote the plan and by those who lead its subject, its
    /// phase or the school, and taken on by any colleague of the school for themselves; reviews and conversations are for those who
    /// lead.
    CreatePlanStep { create_plan_step: CreatePlanStepInput => CreatePlanStepPayload { plan_step: PlanStep, "The new step." } }

    /// Changes who does a step that is open, what it is, and until when. For those who may add it, and for whoever does a task.
    UpdatePlanStep { update_plan_step: UpdatePlanStepInput => UpdatePlanStepPayload { plan_step: PlanStep, "The step as it is now." } }

    /// Says what came of a step: done, approved, changes asked for, dropped. For those who may add it, and for whoever does a task.
    CompletePlanStep { complete_plan_step: CompletePlanStepInput => CompletePlanStepPayload {
        plan_step: PlanStep, "The step as it is now."
    } }

    /// Says whether a class teaches by a plan: as it stands, adapted, or not; again, where that changes. For class teachers, in their
    /// classes, and senior leaders, in their school.
    TakeUpPlan { take_up_plan: TakeUpPlanInput => TakeUpPlanPayload { plan_step: PlanStep, "The step that says so." } }
}
