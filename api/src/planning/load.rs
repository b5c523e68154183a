//! `colleaguePlanning`: who has how much to do, and how colleagues take plans up.

use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object};
use plumbline_entity::{appointment::Role, plan, plan_step, plan_step::PlanStepOutcome};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, Condition, FromQueryResult, QuerySelect as _};
use uuid::Uuid;

use crate::{
    auth::Standing,
    curriculum::Subject,
    db::{Read as _, Scoped},
    error::Result,
    graphql::{Ref, RequestContext as _, load},
    organisation::{AcademicYear, School, StaffMember},
};

/// Of which plans.
#[derive(InputObject)]
pub struct ColleaguePlanningWhere {
    /// The school.
    school_id: Ref<School>,
    /// The subject; all, if it is left out.
    subject_id: Option<Ref<Subject>>,
    /// The academic year; all, if it is left out.
    academic_year_id: Option<Ref<AcademicYear>>,
}

/// What a colleague has to do for plans, did, and how they take plans up, as far as you may see.
#[derive(Default)]
pub struct ColleaguePlanning {
    staff_member: Uuid,
    open: i64,
    overdue: i64,
    done: i64,
    dropped: i64,
    /// Whether the viewer sees of all colleagues how they take plans up.
    take_up_is_seen: bool,
    as_planned: i64,
    adapted: i64,
    passed_over: i64,
}

/// What a colleague has to do for plans, did, and how they take plans up, as far as you may see.
#[Object]
impl ColleaguePlanning {
    /// The colleague; null where you may not see them.
    async fn staff_member(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<StaffMember>> {
        Ok(load(ctx, self.staff_member).await?)
    }

    /// Tasks, reviews and conversations that are open.
    async fn open(&self) -> i64 {
        self.open
    }

    /// Of these, those that were to be done before today.
    async fn overdue(&self) -> i64 {
        self.overdue
    }

    /// Tasks, reviews and conversations that were done.
    async fn done(&self) -> i64 {
        self.done
    }

    /// Those that were dropped.
    async fn dropped(&self) -> i64 {
        self.dropped
    }

    /// How often they said of a class that it teaches by a plan as it stands. Null where that is not yours to see: it is for those who
    /// lead the school, or the subject that is asked for, and for trust leads.
    async fn as_planned(&self) -> Option<i64> {
        self.take_up_is_seen.then_some(self.as_planned)
    }

    /// How often they said that a class teaches by a plan, adapted. Null as `asPlanned`.
    async fn adapted(&self) -> Option<i64> {
        self.take_up_is_seen.then_some(self.adapted)
    }

    /// How often they said that a class does not teach by a plan. Null as `asPlanned`.
    async fn passed_over(&self) -> Option<i64> {
        self.take_up_is_seen.then_some(self.passed_over)
    }
}

#[derive(FromQueryResult)]
struct Group {
    staff_member_id: Uuid,
    outcome: Option<PlanStepOutcome>,
    steps: i64,
}

/// A row for each colleague, whoever has most to do first. Two statements.
///
/// # Errors
/// The database failed.
pub async fn by_colleague(ctx: &Context<'_>, asked: ColleaguePlanningWhere) -> Result<Vec<ColleaguePlanning>> {
    use plan_step::Column as C;
    let (db, viewer) = (ctx.db()?, ctx.viewer()?);
    let of_year = asked.academic_year_id.map(|year| {
        let plans = Scoped::<plan::Entity>::of(viewer)
            .filter(plan::COLUMN.school_id.eq(asked.school_id.uuid()))
            .filter(plan::COLUMN.academic_year_id.eq(year.uuid()));
        C::PlanId.in_subquery(plans.ids())
    });
    let wanted = Condition::all()
        .add(C::SchoolId.eq(asked.school_id.uuid()))
        .add_option(asked.subject_id.map(|subject| C::SubjectId.eq(subject.uuid())))
        .add_option(of_year);
    let grouped = |wanted: Condition| {
        Scoped::<plan_step::Entity>::of(viewer).filter(wanted).aggregate::<Group>(|select| {
            let steps = Expr::col((plan_step::Entity, C::Id)).count();
            let select = select.column(C::StaffMemberId).column(C::Outcome).column_as(steps, "steps");
            select.group_by(C::StaffMemberId).group_by(C::Outcome)
        })
    };
    let late = wanted.clone().add(C::Outcome.is_null()).add(C::DueOn.lt(viewer.today()));
    let (all, late) = tokio::try_join!(db.figures(grouped(wanted)), db.figures(grouped(late)))?;
    let (school, subject) = (asked.school_id.uuid(), asked.subject_id.map(|subject| subject.uuid()));
    let leads_subject = |led: &Standing| led.school == Some(school) && subject.is_some() && led.subject == subject;
    let take_up_is_seen = viewer.is(Role::TrustLead)
        || viewer.schools_as(Role::SeniorLeader).contains(&school)
        || viewer.held(Role::SubjectLeader).any(leads_subject);
    let mut rows: BTreeMap<Uuid, ColleaguePlanning> = BTreeMap::new();
    for group in all {
        let new = || ColleaguePlanning {
            staff_member: group.staff_member_id,
            take_up_is_seen,
            ..ColleaguePlanning::default()
        };
        let row = rows.entry(group.staff_member_id).or_insert_with(new);
        let counted = match group.outcome {
            None => &mut row.open,
            Some(PlanStepOutcome::Dropped) => &mut row.dropped,
            Some(PlanStepOutcome::AsPlanned) => &mut row.as_planned,
            Some(PlanStepOutcome::Adapted) => &mut row.adapted,
            Some(PlanStepOutcome::PassedOver) => &mut row.passed_over,
            Some(PlanStepOutcome::Done | PlanStepOutcome::Approved | PlanStepOutcome::ChangesAsked) => &mut row.done,
        };
        *counted += group.steps;
    }
    for group in late {
        if let Some(row) = rows.get_mut(&group.staff_member_id) {
            row.overdue += group.steps;
        }
    }
    let mut rows: Vec<ColleaguePlanning> = rows.into_values().collect();
    rows.sort_by_key(|row| (-row.open, row.staff_member));
    Ok(rows)
}
