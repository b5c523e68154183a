//! `objectivesByClass`: class by objective, what is intended, planned, taught and revisited.

use std::collections::{BTreeSet, HashMap, HashSet};

use async_graphql::{Context, Enum, InputObject, Object};
use chrono::NaiveDate;
use plumbline_entity::{
    academic_year, class, objective, plan, plan_objective, plan_step, plan_step::PlanStepOutcome, taught_objective,
    taught_objective::TeachingDepth,
};
use sea_orm::{ColumnTrait as _, Condition, Order};
use uuid::Uuid;

use super::{
    coverage::year_of,
    rules::{names, overlap, span_of, span_of_plan},
    store::versions_of,
    types::{Plan, TaughtObjective},
};
use crate::{
    curriculum::{Objective, Subject, rules::in_force::in_force},
    db::{Read as _, Reason as _, Scoped, WhoTookItUp},
    error::{Error, Result},
    graphql::{Date, Ref, RequestContext as _, Wraps as _, cost::list_size, load},
    organisation::{AcademicYear, Class, School},
};

/// Most rows of one answer.
const MOST_ROWS: usize = 2_000;

/// How far a class has come with an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ObjectiveProgress {
    /// It is intended for the class; no plan covers it, and it was not taught.
    NotPlanned,
    /// A plan covers it, and it was not taught.
    Planned,
    /// It was taught on one day.
    Taught,
    /// It was taught on more than one day.
    Revisited,
}

/// Of which classes and which subject.
#[derive(InputObject)]
pub struct ObjectivesByClassWhere {
    /// The subject.
    subject_id: Ref<Subject>,
    /// The class; all classes of the school in the academic year, if it is left out.
    class_id: Option<Ref<Class>>,
    /// The school; needed where no class is given.
    school_id: Option<Ref<School>>,
    /// The academic year of the classes of a school, by the calendar year in which it starts; the current one, if it is left out.
    academic_year: Option<i32>,
    /// Those alone that have come so far; all, if it is left out.
    progress: Option<Vec<ObjectiveProgress>>,
}

/// An objective of the curriculum in a class that it is intended for.
pub struct ClassObjective {
    class: class::Model,
    objective: objective::Model,
    plans: Vec<plan::Model>,
    /// What was taught and stands, the earliest first.
    taught: Vec<taught_objective::Model>,
}

impl ClassObjective {
    fn come_to(&self) -> ObjectiveProgress {
        let days: BTreeSet<NaiveDate> = self.taught.iter().map(|row| row.taught_on).collect();
        match (days.len(), self.plans.len()) {
            (0, 0) => ObjectiveProgress::NotPlanned,
            (0, _) => ObjectiveProgress::Planned,
            (1, _) => ObjectiveProgress::Taught,
            _ => ObjectiveProgress::Revisited,
        }
    }
}

/// An objective of the curriculum in a class that it is intended for.
#[Object]
impl ClassObjective {
    /// The class.
    async fn class(&self) -> Class {
        Class(self.class.clone())
    }

    /// The objective.
    async fn objective(&self) -> Objective {
        Objective(self.objective.clone())
    }

    /// How far the class has come with it.
    async fn progress(&self) -> ObjectiveProgress {
        self.come_to()
    }

    /// The plans for the class that serve it, the earliest first, but for those that the class passed over.
    #[graphql(directive = list_size::apply(Some(2), None, None))]
    async fn plans(&self) -> Vec<Plan> {
        self.plans.iter().cloned().map(Plan).collect()
    }

    /// The day from which a plan covers it; null where none does.
    async fn planned_on(&self) -> Option<Date> {
        self.plans.first().map(|plan| Date(plan.starts_on))
    }

    /// The records of its being taught that stand, the earliest first.
    #[graphql(directive = list_size::apply(Some(2), None, None))]
    async fn taught(&self) -> Vec<TaughtObjective> {
        self.taught.iter().cloned().map(TaughtObjective).collect()
    }

    /// The day on which it was first taught; null where it was not.
    async fn taught_on(&self) -> Option<Date> {
        self.taught.first().map(|row| Date(row.taught_on))
    }

    /// The last day on which it was taught again; null where it was not.
    async fn revisited_on(&self) -> Option<Date> {
        let last = self.taught.last()?.taught_on;
        (self.taught.first()?.taught_on < last).then_some(Date(last))
    }

    /// How deep it was taught, the last time; null where it was not taught.
    async fn depth(&self) -> Option<TeachingDepth> {
        self.taught.last().map(|row| row.depth)
    }
}

/// What is asked of.
struct Part {
    school: Uuid,
    year: academic_year::Model,
    classes: Vec<class::Model>,
    subject: Uuid,
}

async fn part_of(ctx: &Context<'_>, asked: &ObjectivesByClassWhere) -> Result<Part> {
    let unknown = |what: &str| Error::bad_input(format!("There is no such {what} that you may see."));
    let subject = load::<Subject>(ctx, asked.subject_id.uuid()).await?.ok_or_else(|| unknown("subject"))?.row().id;
    if let Some(class) = asked.class_id {
        let class = load::<Class>(ctx, class.uuid()).await?.ok_or_else(|| unknown("class"))?.0;
        let year = load::<AcademicYear>(ctx, class.academic_year_id).await?.ok_or_else(|| unknown("academic year"))?.0;
        return Ok(Part { school: class.school_id, year, classes: vec![class], subject });
    }
    let Some(school) = asked.school_id else {
        return Err(Error::bad_input("Name a `classId`, or a `schoolId` for all of its classes."));
    };
    let school = load::<School>(ctx, school.uuid()).await?.ok_or_else(|| unknown("school"))?.row().id;
    let year = year_of(ctx, asked.academic_year).await?;
    let classes = Scoped::<class::Entity>::of(ctx.viewer()?)
        .filter(class::COLUMN.school_id.eq(school))
        .filter(class::COLUMN.academic_year_id.eq(year.id))
        .order_by(class::Column::LowestYearGroup, Order::Asc)
        .order_by(class::Column::Name, Order::Asc);
    let classes = ctx.db()?.all(classes).await?;
    Ok(Part { school, year, classes, subject })
}

/// The objectives that are intended for some classes of a school in a subject, class by class, in sequence. As many statements for one
/// class as for all.
///
/// # Errors
/// There is no such class, school, year or subject, there are too many rows for an answer, or the database failed.
pub async fn objectives_by_class(ctx: &Context<'_>, asked: ObjectivesByClassWhere) -> Result<Vec<ClassObjective>> {
    let (db, viewer) = (ctx.db()?, ctx.viewer()?);
    if !Scoped::<taught_objective::Entity>::of(viewer).may_be_seen() {
        return Err(Error::Forbidden("You may not ask what was taught: you see no records of it.".to_owned()));
    }
    let part = part_of(ctx, &asked).await?;
    let versions = versions_of(db, viewer, &[part.subject], &[part.school]).await?;
    let Some(version) = in_force(&versions, part.school, part.year.ends_on) else { return Ok(Vec::new()) };
    let ids: Vec<Uuid> = part.classes.iter().map(|class| class.id).collect();
    let objectives = Scoped::<objective::Entity>::of(viewer)
        .filter(objective::COLUMN.curriculum_version_id.eq(version.id))
        .order_by(objective::Column::LowestYearGroup, Order::Asc)
        .order_by(objective::Column::Position, Order::Asc);
    let plans = Scoped::<plan::Entity>::of(viewer)
        .filter(plan::COLUMN.school_id.eq(part.school))
        .filter(plan::COLUMN.academic_year_id.eq(part.year.id))
        .filter(plan::COLUMN.subject_id.eq(part.subject))
        .order_by(plan::Column::StartsOn, Order::Asc);
    let served = Scoped::<plan_objective::Entity>::of(viewer)
        .filter(plan_objective::COLUMN.school_id.eq(part.school))
        .filter(plan_objective::COLUMN.academic_year_id.eq(part.year.id))
        .filter(plan_objective::COLUMN.subject_id.eq(part.subject));
    let taught = Scoped::<taught_objective::Entity>::of(viewer)
        .filter(taught_objective::Column::ClassId.is_in(ids.iter().copied()))
        .filter(taught_objective::COLUMN.subject_id.eq(part.subject))
        .filter(taught_objective::COLUMN.is_current.eq(true))
        .order_by(taught_objective::Column::TaughtOn, Order::Asc);
    let passed = Condition::all()
        .add(plan_step::Column::ClassId.is_in(ids.iter().copied()))
        .add(plan_step::COLUMN.subject_id.eq(part.subject))
        .add(plan_step::Column::Outcome.eq(PlanStepOutcome::PassedOver));
    let passed = WhoTookItUp.of::<plan_step::Entity>().filter(passed).rows();
    let (objectives, plans, served, taught, passed) =
        tokio::try_join!(db.all(objectives), db.all(plans), db.all(served), db.all(taught), db.all(passed))?;
    let passed: HashSet<(Uuid, Option<Uuid>)> = passed.into_iter().map(|step| (step.plan_id, step.class_id)).collect();
    let mut serves: HashMap<Uuid, Vec<&plan_objective::Model>> = HashMap::new();
    for row in &served {
        serves.entry(row.plan_id).or_default().push(row);
    }
    let mut rows = Vec::new();
    for class in &part.classes {
        let taught: Vec<&taught_objective::Model> = taught.iter().filter(|row| row.class_id == class.id).collect();
        let plans: Vec<&plan::Model> = plans
            .iter()
            .filter(|plan| overlap(span_of(class), span_of_plan(plan)))
            .filter(|plan| !passed.contains(&(plan.id, Some(class.id))))
            .collect();
        let intended =
            |row: &&objective::Model| overlap(span_of(class), (row.lowest_year_group, row.highest_year_group));
        for objective in objectives.iter().filter(intended) {
            let serves = |plan: &&&plan::Model| {
                let served = serves.get(&plan.id).into_iter().flatten();
                served.into_iter().any(|row| names(objective, row.objective_key, row.core_key))
            };
            let met = |row: &&&taught_objective::Model| names(objective, row.objective_key, row.core_key);
            rows.push(ClassObjective {
                class: class.clone(),
                objective: objective.clone(),
                plans: plans.iter().filter(serves).copied().cloned().collect(),
                taught: taught.iter().filter(met).copied().cloned().collect(),
            });
        }
    }
    if let Some(wanted) = asked.progress {
        rows.retain(|row| wanted.contains(&row.come_to()));
    }
    if rows.len() > MOST_ROWS {
        let message =
            format!("These are {} rows, more than the {MOST_ROWS} of an answer. Ask class by class.", rows.len());
        return Err(Error::bad_input(message));
    }
    Ok(rows)
}
