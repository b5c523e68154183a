//! `createPlan`, `updatePlan` and `removePlan`: colleagues plan a unit of work together.

use async_graphql::InputObject;
use plumbline_entity::{
    adaptation, class, objective, plan, plan::PlanApproval, plan_objective, plan_step, taught_objective,
    year_group::YearGroup,
};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, IntoActiveModel as _, Order};
use uuid::Uuid;

use crate::{
    curriculum::{Objective, Subject},
    db::{Place, Read as _, Reason as _, Scoped, Tx, WhoTookItUp},
    graphql::{
        Acting, Change, Date, Hanging, Ref, Refusal, Removed, UserError, UserErrorCode, mutation, refuse_removal,
        removal, remove,
    },
    organisation::{AcademicYear, School},
    planning::{
        Plan, policy,
        rules::{MOST_OBJECTIVES, overlap, span_of, span_of_plan},
        store::{self, Aim, day_in},
    },
    rulebook::Ruled as _,
};

/// A plan to begin: a unit of work for some year groups of a school.
#[derive(InputObject)]
pub struct CreatePlanInput {
    /// The school.
    school_id: Ref<School>,
    /// The subject.
    subject_id: Ref<Subject>,
    /// The academic year.
    academic_year_id: Ref<AcademicYear>,
    /// What it is called, 1 to 100 characters.
    title: String,
    /// The youngest year group that it is for.
    lowest_year_group: YearGroup,
    /// The oldest year group that it is for; the youngest, if it is left out.
    highest_year_group: Option<YearGroup>,
    /// First day, in the academic year.
    starts_on: Date,
    /// Last day, in the academic year.
    ends_on: Date,
    /// What is taught, in which order, and how, 1 to 4,000 characters, without naming a pupil.
    outline: String,
    /// The objectives that it serves, at most 100: of the version of the curriculum by which the school teaches.
    #[graphql(default)]
    objective_ids: Vec<Ref<Objective>>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

/// What to change of a plan; what is left out stays as it is. A plan that was reviewed is to be reviewed again.
#[derive(InputObject)]
pub struct UpdatePlanInput {
    /// The plan.
    plan_id: Ref<Plan>,
    /// The `version` of the plan as you read it.
    expected_version: i32,
    /// What it is called, 1 to 100 characters.
    title: Option<String>,
    /// The youngest year group that it is for: by this it lies in a phase, so who leads one does not change it.
    lowest_year_group: Option<YearGroup>,
    /// The oldest year group that it is for.
    highest_year_group: Option<YearGroup>,
    /// First day, in the academic year.
    starts_on: Option<Date>,
    /// Last day, in the academic year.
    ends_on: Option<Date>,
    /// What is taught, in which order, and how, 1 to 4,000 characters, without naming a pupil.
    outline: Option<String>,
    /// All objectives that it serves, at most 100, in place of those that it served.
    objective_ids: Option<Vec<Ref<Objective>>>,
}

removal! {
    /// A plan to remove.
    RemovePlanInput of plan_id: Plan
}

/// The objectives that a plan is to serve. Those that it serves already stay, also where their version is retired by now.
async fn objectives_for(
    tx: &Tx,
    by: &Acting<'_>,
    plan: &plan::Model,
    ids: &[Ref<Objective>],
) -> Result<Vec<objective::Model>, Refusal> {
    if ids.len() > MOST_OBJECTIVES {
        let message = format!("A plan serves at most {MOST_OBJECTIVES} objectives, these are {}.", ids.len());
        return Err(UserError::invalid("objectiveIds", message).into());
    }
    let year = by.named::<AcademicYear>(tx, plan.academic_year_id.into(), "academicYearId").await?;
    let aim = Aim {
        school: plan.school_id,
        subject: Some(plan.subject_id),
        highest: plan.highest_year_group,
        on: day_in(&year, by.today()),
    };
    store::aimed_at(tx, by, ids, aim, |at| format!("objectiveIds.{at}")).await
}

impl Change for CreatePlanInput {
    type Changed = plan::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<plan::Model, Refusal> {
        let school = by.named(tx, self.school_id, "schoolId").await?;
        let subject = by.named(tx, self.subject_id, "subjectId").await?;
        let year = by.named(tx, self.academic_year_id, "academicYearId").await?;
        let Some(author) = by.viewer.staff_member() else {
            // An application that speaks for itself alone is nobody's colleague.
            by.may::<plan::Entity>(Place::school(by.trust(), school.id))?;
            return Err(UserError::new(UserErrorCode::Forbidden, "", "A plan is written by a member of staff.").into());
        };
        let row = plan::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            school_id: school.id,
            subject_id: subject.id,
            academic_year_id: year.id,
            author_id: author,
            title: self.title,
            lowest_year_group: self.lowest_year_group,
            highest_year_group: self.highest_year_group.unwrap_or(self.lowest_year_group),
            starts_on: self.starts_on.into(),
            ends_on: self.ends_on.into(),
            outline: self.outline,
            approval: PlanApproval::NotReviewed,
            version: 1,
        };
        let permit = by.may::<plan::Entity>(policy::place(&row))?;
        let row = row.checked(&year)?;
        let objectives = objectives_for(tx, by, &row, &self.objective_ids).await?;
        let row = tx.insert(&permit, row.into_active_model()).await?;
        store::serve(tx, by, &row, objectives).await?;
        Ok(row)
    }
}

impl Change for UpdatePlanInput {
    type Changed = plan::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<plan::Model, Refusal> {
        let row = by.to_change(tx, self.plan_id, "planId").await?;
        let permit = by.may::<plan::Entity>(policy::place(&row))?;
        let year = by.named::<AcademicYear>(tx, row.academic_year_id.into(), "planId").await?;
        let wanted = plan::Model {
            title: self.title.unwrap_or_else(|| row.title.clone()),
            lowest_year_group: self.lowest_year_group.unwrap_or(row.lowest_year_group),
            highest_year_group: self.highest_year_group.unwrap_or(row.highest_year_group),
            starts_on: self.starts_on.map_or(row.starts_on, Into::into),
            ends_on: self.ends_on.map_or(row.ends_on, Into::into),
            outline: self.outline.unwrap_or_else(|| row.outline.clone()),
            ..row.clone()
        };
        let mut wanted = wanted.changed_from(&row, &year)?;
        let permit = match wanted.lowest_year_group == row.lowest_year_group {
            true => permit,
            // It comes to lie elsewhere: that is for those whose leave does not end with a phase.
            false => by.may(policy::place_in_any_year_group(&row))?,
        };
        let is_as_read = row.version == self.expected_version;
        let objectives = match &self.objective_ids {
            Some(ids) => Some(objectives_for(tx, by, &wanted, ids).await?),
            None => None,
        };
        if objectives.is_none() && is_as_read {
            refuse_outgrown(tx, by, &wanted).await?;
        }
        if is_as_read {
            refuse_left_out(tx, by, &wanted).await?;
        }
        let relinked = match objectives.filter(|_| is_as_read) {
            Some(objectives) => store::serve(tx, by, &row, objectives).await?,
            None => false,
        };
        if relinked || wanted != row {
            wanted.approval = PlanApproval::NotReviewed;
        }
        if relinked {
            // What it serves is a part of it, though it stands in rows of its own.
            return Ok(tx
                .count_up(&permit, row, self.expected_version, wanted.into_active_model().reset_all())
                .await??);
        }
        Ok(tx.update_to(&permit, row, self.expected_version, wanted).await??)
    }
}

/// Refuses year groups for a plan of which an objective that it serves is only taught later.
async fn refuse_outgrown(tx: &Tx, by: &Acting<'_>, wanted: &plan::Model) -> Result<(), Refusal> {
    let served = Scoped::<plan_objective::Entity>::of(by.viewer)
        .filter(plan_objective::COLUMN.plan_id.eq(wanted.id))
        .values_of(plan_objective::Column::ObjectiveId);
    let later = Scoped::<objective::Entity>::of(by.viewer)
        .filter(objective::Column::Id.in_subquery(served))
        .filter(objective::Column::LowestYearGroup.gt(wanted.highest_year_group))
        .order_by(objective::Column::Code, Order::Asc);
    match tx.one(later).await? {
        None => Ok(()),
        Some(objective) => {
            let message = format!(
                "It serves `{}`, which is first taught in {}: leave that out of `objectiveIds` first.",
                objective.code, objective.lowest_year_group
            );
            Err(UserError::invalid("highestYearGroup", message).into())
        }
    }
}

/// Refuses year groups for a plan that leave out a class that said whether it teaches by it.
async fn refuse_left_out(tx: &Tx, by: &Acting<'_>, wanted: &plan::Model) -> Result<(), Refusal> {
    let said = WhoTookItUp
        .of::<plan_step::Entity>()
        .filter(plan_step::COLUMN.plan_id.eq(wanted.id))
        .filter(plan_step::Column::ClassId.is_not_null());
    let classes: Vec<Uuid> =
        tx.all(said.rows().to_look_at()).await?.into_iter().filter_map(|step| step.class_id).collect();
    let these = Scoped::<class::Entity>::of(by.viewer).filter(class::Column::Id.is_in(classes));
    let left_out = tx.all(these).await?.into_iter().find(|class| !overlap(span_of(class), span_of_plan(wanted)));
    match left_out {
        None => Ok(()),
        Some(class) => {
            let message =
                format!("{} has said whether it teaches by the plan, and has none of these year groups.", class.name);
            Err(UserError::invalid("lowestYearGroup", message).into())
        }
    }
}

impl Change for RemovePlanInput {
    type Changed = Removed<plan::Entity>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Self::Changed, Refusal> {
        let row = by.to_change(tx, self.plan_id, "planId").await?;
        let permit = by.may::<plan::Entity>(policy::place(&row))?;
        let hanging = vec![
            Hanging::of::<plan_step::Entity>("steps", plan_step::COLUMN.plan_id.eq(row.id)),
            Hanging::of::<adaptation::Entity>("adaptations", adaptation::COLUMN.plan_id.eq(row.id)),
            Hanging::of::<taught_objective::Entity>("records of teaching", taught_objective::Column::PlanId.eq(row.id)),
        ];
        refuse_removal(tx, "planId", hanging).await?;
        store::serve(tx, by, &row, Vec::new()).await?;
        remove(tx, &permit, row, "planId", Vec::new()).await
    }
}

mutation! {
    /// Begins a plan with the objectives that it serves. For colleagues of the school.
    CreatePlan { create_plan: CreatePlanInput => CreatePlanPayload { plan: Plan, "The new plan." } }

    /// Changes a plan: its words, its time, what it serves. For whoever wrote it, and for those who lead its subject, its phase or the
    /// school; everybody else adapts it.
    UpdatePlan { update_plan: UpdatePlanInput => UpdatePlanPayload { plan: Plan, "The plan as it is now." } }

    /// Removes a plan that has no steps and adaptations and by which nothing was taught. For those who may change it.
    RemovePlan { remove_plan: RemovePlanInput => RemovePlanPayload { removed_id: (Plan), "The id by which it was known." } }
}
