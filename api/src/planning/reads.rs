//! Loads what plans are asked for beside rows and pages: the objectives that they serve, the classes that they are for, what is told of
//! an adaptation, what belongs to a focus.

use std::collections::{BTreeSet, HashMap};

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Object};
use chrono::NaiveDate;
use plumbline_entity::{
    academic_year, class, coverage_cell, focus, insecure_pupil, objective, objective::ObjectiveCategory, plan,
    plan_objective, plan_step, plan_step::PlanStepKind, shared_adaptation, year_group::YearGroup,
};
use sea_orm::{ColumnTrait as _, Condition, Order};
use uuid::Uuid;

use super::{
    coverage::CoverageCounts,
    rules::{self, span_of, span_of_plan},
    types::PlanStep,
};
use crate::{
    curriculum::rules::changes::in_sequence,
    db::{Read as _, Scoped},
    error::{Error, Result},
    graphql::{Loaders, load_all_by, load_by, load_many},
    organisation::{Class, Pupil},
};

/// The key of the objectives that a plan serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectivesOf(pub Uuid);

impl Loader<ObjectivesOf> for Loaders {
    type Value = Vec<objective::Model>;
    type Error = Error;

    async fn load(&self, keys: &[ObjectivesOf]) -> Result<HashMap<ObjectivesOf, Self::Value>> {
        let these = plan_objective::Column::PlanId.is_in(keys.iter().map(|key| key.0));
        let served = self.db.all(Scoped::<plan_objective::Entity>::of(&self.viewer).filter(these)).await?;
        let ids: BTreeSet<Uuid> = served.iter().map(|row| row.objective_id).collect();
        let rows = Scoped::<objective::Entity>::of(&self.viewer).filter(objective::Column::Id.is_in(ids));
        let rows: HashMap<Uuid, objective::Model> =
            self.db.all(rows).await?.into_iter().map(|row| (row.id, row)).collect();
        let mut found: HashMap<ObjectivesOf, Self::Value> = HashMap::new();
        for row in served {
            let Some(objective) = rows.get(&row.objective_id) else { continue };
            found.entry(ObjectivesOf(row.plan_id)).or_default().push(objective.clone());
        }
        for objectives in found.values_mut() {
            *objectives = in_sequence(objectives).into_iter().cloned().collect();
        }
        Ok(found)
    }
}

/// Whether a class teaches by a plan.
pub struct PlanTakeUp {
    class: class::Model,
    step: Option<plan_step::Model>,
}

/// Whether a class teaches by a plan.
#[Object]
impl PlanTakeUp {
    /// The class.
    async fn class(&self) -> Class {
        Class(self.class.clone())
    }

    /// The step that says so; null where nobody has said it yet, or you may not see it.
    async fn step(&self) -> Option<PlanStep> {
        self.step.clone().map(PlanStep)
    }
}

/// The key of the classes of a school in an academic year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ClassesOf(Uuid, Uuid);

impl Loader<ClassesOf> for Loaders {
    type Value = Vec<class::Model>;
    type Error = Error;

    async fn load(&self, keys: &[ClassesOf]) -> Result<HashMap<ClassesOf, Self::Value>> {
        let of = |key: &ClassesOf| {
            Condition::all().add(class::COLUMN.school_id.eq(key.0)).add(class::COLUMN.academic_year_id.eq(key.1))
        };
        let any = keys.iter().fold(Condition::any(), |any, key| any.add(of(key)));
        let rows = Scoped::<class::Entity>::of(&self.viewer).filter(any);
        let rows = rows.order_by(class::Column::LowestYearGroup, Order::Asc).order_by(class::Column::Name, Order::Asc);
        let mut found: HashMap<ClassesOf, Self::Value> = HashMap::new();
        for row in self.db.all(rows).await? {
            found.entry(ClassesOf(row.school_id, row.academic_year_id)).or_default().push(row);
        }
        Ok(found)
    }
}

/// The key of the steps by which classes took a plan up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct TakeUpOf(Uuid);

impl Loader<TakeUpOf> for Loaders {
    type Value = Vec<plan_step::Model>;
    type Error = Error;

    async fn load(&self, keys: &[TakeUpOf]) -> Result<HashMap<TakeUpOf, Self::Value>> {
        let these = plan_step::Column::PlanId.is_in(keys.iter().map(|key| key.0));
        let steps = Scoped::<plan_step::Entity>::of(&self.viewer)
            .filter(these)
            .filter(plan_step::Column::Kind.eq(PlanStepKind::TakeUp));
        let mut found: HashMap<TakeUpOf, Self::Value> = HashMap::new();
        for step in self.db.all(steps).await? {
            found.entry(TakeUpOf(step.plan_id)).or_default().push(step);
        }
        Ok(found)
    }
}

/// The classes that a plan is for, each with what was said of it.
///
/// # Errors
/// The database failed.
pub async fn take_up(ctx: &Context<'_>, plan: &plan::Model) -> Result<Vec<PlanTakeUp>> {
    let (classes, steps) = tokio::try_join!(
        load_by(ctx, ClassesOf(plan.school_id, plan.academic_year_id)),
        load_by(ctx, TakeUpOf(plan.id))
    )?;
    let steps = steps.unwrap_or_default();
    let taught =
        classes.unwrap_or_default().into_iter().filter(|class| rules::overlap(span_of(class), span_of_plan(plan)));
    let said = |class: class::Model| {
        let step = steps.iter().find(|step| step.class_id == Some(class.id)).cloned();
        PlanTakeUp { class, step }
    };
    Ok(taught.map(said).collect())
}

/// The key of what is told of an adaptation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SharedFrom(pub Uuid);

impl Loader<SharedFrom> for Loaders {
    type Value = shared_adaptation::Model;
    type Error = Error;

    async fn load(&self, keys: &[SharedFrom]) -> Result<HashMap<SharedFrom, Self::Value>> {
        let these = shared_adaptation::Column::AdaptationId.is_in(keys.iter().map(|key| key.0));
        let rows = self.db.all(Scoped::<shared_adaptation::Entity>::of(&self.viewer).filter(these)).await?;
        Ok(rows.into_iter().map(|row| (SharedFrom(row.adaptation_id), row)).collect())
    }
}

/// The key of the pupils who were not yet secure in what was taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct InsecureIn(Uuid);

impl Loader<InsecureIn> for Loaders {
    type Value = Vec<Uuid>;
    type Error = Error;

    async fn load(&self, keys: &[InsecureIn]) -> Result<HashMap<InsecureIn, Self::Value>> {
        let these = insecure_pupil::Column::TaughtObjectiveId.is_in(keys.iter().map(|key| key.0));
        let rows = self.db.all(Scoped::<insecure_pupil::Entity>::of(&self.viewer).filter(these)).await?;
        let mut found: HashMap<InsecureIn, Self::Value> = HashMap::new();
        for row in rows {
            found.entry(InsecureIn(row.taught_objective_id)).or_default().push(row.pupil_id);
        }
        Ok(found)
    }
}

/// The pupils who were not yet secure in what was taught, in the order of their names.
///
/// # Errors
/// The database failed.
pub async fn not_yet_secure(ctx: &Context<'_>, taught: Uuid) -> Result<Vec<Pupil>> {
    let ids = load_by(ctx, InsecureIn(taught)).await?.unwrap_or_default();
    let mut pupils: Vec<Pupil> = load_many::<Pupil>(ctx, ids).await?.into_values().collect();
    pupils.sort_by(|one, other| {
        let named = |pupil: &Pupil| (pupil.0.family_name.clone(), pupil.0.given_name.clone(), pupil.0.id);
        named(one).cmp(&named(other))
    });
    Ok(pupils)
}

/// A part of the curriculum of a subject of a school, and a period.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CountsOf {
    school: Uuid,
    subject: Uuid,
    strand: Option<String>,
    category: Option<ObjectiveCategory>,
    year_groups: (YearGroup, YearGroup),
    days: (NaiveDate, NaiveDate),
}

impl CountsOf {
    /// What is in focus.
    #[must_use]
    pub fn focus(focus: &focus::Model) -> Self {
        Self {
            school: focus.school_id,
            subject: focus.subject_id,
            strand: focus.strand.clone(),
            category: focus.category,
            year_groups: (focus.lowest_year_group, focus.highest_year_group),
            days: (focus.starts_on, focus.ends_on),
        }
    }

    /// Whether some of its days lie in an academic year.
    fn lies_in(&self, year: &academic_year::Model) -> bool {
        year.starts_on <= self.days.1 && self.days.0 <= year.ends_on
    }

    fn counts(&self, cell: &coverage_cell::Model, years: &HashMap<Uuid, academic_year::Model>) -> bool {
        years.get(&cell.academic_year_id).is_some_and(|year| self.lies_in(year))
            && cell.school_id == self.school
            && cell.subject_id == self.subject
            && (self.year_groups.0..=self.year_groups.1).contains(&cell.year_group)
            && self.strand.as_ref().is_none_or(|strand| *strand == cell.strand)
            && self.category.is_none_or(|category| category == cell.category)
    }
}

impl Loader<CountsOf> for Loaders {
    type Value = CoverageCounts;
    type Error = Error;

    async fn load(&self, keys: &[CountsOf]) -> Result<HashMap<CountsOf, Self::Value>> {
        use coverage_cell::Column as C;
        let years = self.db.all(Scoped::<academic_year::Entity>::of(&self.viewer)).await?;
        let years: HashMap<Uuid, academic_year::Model> = years.into_iter().map(|year| (year.id, year)).collect();
        let parts: BTreeSet<(Uuid, Uuid)> = keys.iter().map(|key| (key.school, key.subject)).collect();
        let any = parts.into_iter().fold(Condition::any(), |any, (school, subject)| {
            any.add(Condition::all().add(C::SchoolId.eq(school)).add(C::SubjectId.eq(subject)))
        });
        let asked = |year: &&academic_year::Model| keys.iter().any(|key| key.lies_in(year));
        let in_time = C::AcademicYearId.is_in(years.values().filter(asked).map(|year| year.id));
        let cells = Scoped::<coverage_cell::Entity>::of(&self.viewer).filter(any).filter(in_time);
        let cells = self.db.all(cells).await?;
        let of = |key: &CountsOf| {
            let mut counts = CoverageCounts::default();
            for cell in cells.iter().filter(|cell| key.counts(cell, &years)) {
                counts.add(cell);
            }
            (key.clone(), counts)
        };
        let seen =
            |key: &&CountsOf| cells.iter().any(|cell| cell.school_id == key.school && cell.subject_id == key.subject);
        Ok(keys.iter().filter(seen).map(of).collect())
    }
}

/// The key of what was found of the plans of a subject in a school within a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct FoundIn {
    school: Uuid,
    subject: Uuid,
    days: (NaiveDate, NaiveDate),
}

impl Loader<FoundIn> for Loaders {
    type Value = Vec<plan_step::Model>;
    type Error = Error;

    async fn load(&self, keys: &[FoundIn]) -> Result<HashMap<FoundIn, Self::Value>> {
        use plan_step::Column as C;
        let of = |key: &FoundIn| {
            Condition::all()
                .add(C::SchoolId.eq(key.school))
                .add(C::SubjectId.eq(key.subject))
                .add(C::DoneOn.between(key.days.0, key.days.1))
        };
        let any = keys.iter().fold(Condition::any(), |any, key| any.add(of(key)));
        let steps = Scoped::<plan_step::Entity>::of(&self.viewer)
            .filter(any)
            .filter(C::Kind.is_in([PlanStepKind::Review, PlanStepKind::Conversation]))
            .filter(C::Found.is_not_null())
            .order_by(C::DoneOn, Order::Desc)
            .order_by(C::Id, Order::Desc);
        let steps = self.db.all(steps).await?;
        let of = |key: &FoundIn| {
            let within = |step: &&plan_step::Model| {
                step.school_id == key.school
                    && step.subject_id == key.subject
                    && step.done_on.is_some_and(|day| (key.days.0..=key.days.1).contains(&day))
            };
            (*key, steps.iter().filter(within).cloned().collect())
        };
        Ok(keys.iter().map(of).collect())
    }
}

/// Most findings of a focus.
const MOST_FINDINGS: usize = 50;

/// What was found of the plans that are for the year groups of a focus, within its period.
///
/// # Errors
/// The database failed.
pub async fn findings(ctx: &Context<'_>, focus: &focus::Model) -> Result<Vec<plan_step::Model>> {
    let key = FoundIn { school: focus.school_id, subject: focus.subject_id, days: (focus.starts_on, focus.ends_on) };
    let steps = load_by(ctx, key).await?.unwrap_or_default();
    let ids: Vec<Uuid> = steps.iter().map(|step| step.plan_id).collect();
    let plans = load_many::<super::Plan>(ctx, ids).await?;
    let of_plans = steps.iter().map(|step| ObjectivesOf(step.plan_id)).collect::<BTreeSet<_>>();
    let served = load_all_by(ctx, of_plans).await?;
    let in_focus = |row: &objective::Model| {
        focus.strand.as_ref().is_none_or(|strand| *strand == row.strand)
            && focus.category.is_none_or(|category| category == row.category)
    };
    let whole = focus.strand.is_none() && focus.category.is_none();
    let serves = |step: &plan_step::Model| {
        whole || served.get(&ObjectivesOf(step.plan_id)).is_some_and(|rows| rows.iter().any(in_focus))
    };
    let concerns = |step: &plan_step::Model| {
        plans.get(&step.plan_id).is_some_and(|plan| {
            rules::overlap(span_of_plan(&plan.0), (focus.lowest_year_group, focus.highest_year_group))
        })
    };
    Ok(steps.into_iter().filter(|step| concerns(step) && serves(step)).take(MOST_FINDINGS).collect())
}
