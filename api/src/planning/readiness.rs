//! `readiness`: of what a plan builds on, what these pupils met before, wherever they were, and what they missed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use async_graphql::{Context, InputObject, Object};
use chrono::NaiveDate;
use plumbline_entity::{
    academic_year, class, enrolment, insecure_pupil, objective, taught_objective, taught_objective::TeachingDepth,
};
use sea_orm::{ColumnTrait as _, Condition};
use uuid::Uuid;

use super::{
    reads::ObjectivesOf,
    rules::{names, overlap, span_of},
    store::versions_of,
    types::Plan,
};
use crate::{
    curriculum::{Objective, Subject, built_on, rules::in_force::in_force},
    db::{Read as _, Reason as _, Scoped, WhatPupilsMet},
    error::{Error, Result},
    graphql::{Date, Ref, RequestContext as _, Wraps as _, always, cost::list_size, load, load_by, runs_on},
    organisation::{AcademicYear, Class},
};

/// Of which class, and for what.
#[derive(InputObject)]
pub struct ReadinessWhere {
    /// The class whose pupils are to be taught.
    class_id: Ref<Class>,
    /// The plan by which they are to be taught.
    plan_id: Option<Ref<Plan>>,
    /// The subject, where no plan is given: all that is intended for the year groups of the class.
    subject_id: Option<Ref<Subject>>,
    /// How many links to follow to what is built on, 1 to 20; as far as they go, if it is left out.
    depth: Option<i32>,
}

/// An objective on which something builds, and what of it the pupils of a class met before.
pub struct PriorObjective {
    objective: objective::Model,
    distance: usize,
    pupils: i64,
    met: i64,
    missed: i64,
    not_yet_secure: i64,
    met_in: Vec<PriorClass>,
    missed_in: Vec<PriorClass>,
}

/// An objective on which something builds, and what of it the pupils of a class met before.
#[Object]
impl PriorObjective {
    /// The objective.
    async fn objective(&self) -> Objective {
        Objective(self.objective.clone())
    }

    /// How many links it lies away.
    async fn distance(&self) -> i32 {
        i32::try_from(self.distance).unwrap_or(i32::MAX)
    }

    /// The pupils who are in the class, of those whom you see: for a SENCO, those with special educational needs.
    async fn pupils(&self) -> i64 {
        self.pupils
    }

    /// Those of them who were in a class when it was taught there.
    async fn met(&self) -> i64 {
        self.met
    }

    /// Those of them who were in a class of the trust when it was to be taught, and never when it was taught.
    async fn missed(&self) -> i64 {
        self.missed
    }

    /// Those of them of whom it is not known: they met it nowhere here, and were in no class of the trust when it was to be taught.
    async fn not_known(&self) -> i64 {
        self.pupils - self.met - self.missed
    }

    /// Those of them who met it and were not yet secure the last time.
    async fn not_yet_secure(&self) -> i64 {
        self.not_yet_secure
    }

    /// Where those who met it met it, the latest first.
    #[graphql(directive = list_size::apply(Some(3), None, None))]
    async fn met_in(&self) -> &[PriorClass] {
        &self.met_in
    }

    /// Where those who missed it were when it was to be taught, the latest first.
    #[graphql(directive = list_size::apply(Some(3), None, None))]
    async fn missed_in(&self) -> &[PriorClass] {
        &self.missed_in
    }
}

/// A class in which pupils were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorClass {
    class: Option<Uuid>,
    pupils: i64,
    taught_on: Option<NaiveDate>,
    depth: Option<TeachingDepth>,
}

/// A class in which pupils were.
#[Object]
impl PriorClass {
    /// The class; null for classes of other schools, which are told together.
    async fn class(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Class>> {
        match self.class {
            Some(class) => Ok(Some(always(ctx, class).await?)),
            None => Ok(None),
        }
    }

    /// How many of the pupils were there.
    async fn pupils(&self) -> i64 {
        self.pupils
    }

    /// The day on which it was taught there last; null where it was not, and for other schools.
    async fn taught_on(&self) -> Option<Date> {
        self.taught_on.map(Date)
    }

    /// How deep it was taught there, the last time; null where it was not, and for other schools.
    async fn depth(&self) -> Option<TeachingDepth> {
        self.depth
    }
}

/// What is asked: a class, its academic year, and the objectives that are to be taught.
struct Asked {
    class: class::Model,
    year: academic_year::Model,
    to_teach: Vec<objective::Model>,
}

async fn asked(ctx: &Context<'_>, given: &ReadinessWhere) -> Result<Asked> {
    let unknown = |what: &str| Error::bad_input(format!("There is no such {what} that you may see."));
    let class = load::<Class>(ctx, given.class_id.uuid()).await?.ok_or_else(|| unknown("class"))?.0;
    let year = load::<AcademicYear>(ctx, class.academic_year_id).await?.ok_or_else(|| unknown("academic year"))?.0;
    let to_teach = match (given.plan_id, given.subject_id) {
        (Some(plan), None) => {
            let plan = load::<Plan>(ctx, plan.uuid()).await?.ok_or_else(|| unknown("plan"))?.0;
            if plan.school_id != class.school_id {
                return Err(Error::bad_input("The plan is of another school than the class."));
            }
            load_by(ctx, ObjectivesOf(plan.id)).await?.unwrap_or_default()
        }
        (None, Some(subject)) => {
            let (db, viewer) = (ctx.db()?, ctx.viewer()?);
            let subject = load::<Subject>(ctx, subject.uuid()).await?.ok_or_else(|| unknown("subject"))?.row().id;
            let versions = versions_of(db, viewer, &[subject], &[class.school_id]).await?;
            let Some(version) = in_force(&versions, class.school_id, year.ends_on) else {
                return Ok(Asked { class, year, to_teach: Vec::new() });
            };
            let rows =
                Scoped::<objective::Entity>::of(viewer).filter(objective::COLUMN.curriculum_version_id.eq(version.id));
            let mut rows = db.all(rows).await?;
            rows.retain(|row| overlap(span_of(&class), (row.lowest_year_group, row.highest_year_group)));
            rows
        }
        _ => return Err(Error::bad_input("Name either a `planId` or a `subjectId`.")),
    };
    Ok(Asked { class, year, to_teach })
}

/// The pupils of a class and their places, with what was taught in those.
struct Met {
    school: Uuid,
    pupils: BTreeSet<Uuid>,
    places: Vec<enrolment::Model>,
    taught: HashMap<Uuid, Vec<taught_objective::Model>>,
    insecure: HashSet<(Uuid, Uuid)>,
}

impl Met {
    async fn of(ctx: &Context<'_>, asked: &Asked, prior: &[(usize, objective::Model)]) -> Result<Self> {
        use enrolment::Column as E;
        use taught_objective::Column as T;
        let (db, viewer) = (ctx.db()?, ctx.viewer()?);
        let day = viewer.today().clamp(asked.year.starts_on, asked.year.ends_on);
        let now = Scoped::<enrolment::Entity>::of(viewer)
            .filter(enrolment::COLUMN.class_id.eq(asked.class.id))
            .filter(runs_on(E::StartsOn, E::EndsOn, day.into()));
        let pupils: BTreeSet<Uuid> = db.all(now).await?.into_iter().map(|place| place.pupil_id).collect();
        let places = WhatPupilsMet.of::<enrolment::Entity>().filter(E::PupilId.is_in(pupils.iter().copied()));
        let places = db.all(places.rows()).await?;
        let classes: BTreeSet<Uuid> = places.iter().map(|place| place.class_id).collect();
        let keys: BTreeSet<Uuid> =
            prior.iter().flat_map(|(_, row)| [Some(row.key), row.stands_for]).flatten().collect();
        let named = Condition::any()
            .add(T::ObjectiveKey.is_in(keys.iter().copied()))
            .add(T::CoreKey.is_in(keys.iter().copied()));
        let rows = WhatPupilsMet
            .of::<taught_objective::Entity>()
            .filter(Condition::all().add(T::ClassId.is_in(classes)).add(T::IsCurrent.eq(true)).add(named));
        let rows = db.all(rows.rows()).await?;
        let ids = rows.iter().map(|row| row.id);
        let insecure = WhatPupilsMet.of::<insecure_pupil::Entity>().filter(
            Condition::all()
                .add(insecure_pupil::Column::TaughtObjectiveId.is_in(ids))
                .add(insecure_pupil::Column::PupilId.is_in(pupils.iter().copied())),
        );
        let insecure = db.all(insecure.rows()).await?;
        let insecure = insecure.into_iter().map(|row| (row.taught_objective_id, row.pupil_id)).collect();
        let mut taught: HashMap<Uuid, Vec<taught_objective::Model>> = HashMap::new();
        for row in rows {
            taught.entry(row.class_id).or_default().push(row);
        }
        Ok(Self { school: asked.class.school_id, pupils, places, taught, insecure })
    }

    /// The classes in which pupils were, those of other schools together.
    fn classes(&self, at: BTreeMap<Uuid, (BTreeSet<Uuid>, Option<&taught_objective::Model>)>) -> Vec<PriorClass> {
        let own: HashSet<Uuid> =
            self.places.iter().filter(|place| place.school_id == self.school).map(|place| place.class_id).collect();
        let mut elsewhere: BTreeSet<Uuid> = BTreeSet::new();
        let mut classes = Vec::new();
        for (class, (pupils, last)) in at {
            if !own.contains(&class) {
                elsewhere.extend(pupils);
                continue;
            }
            classes.push(PriorClass {
                class: Some(class),
                pupils: i64::try_from(pupils.len()).unwrap_or(i64::MAX),
                taught_on: last.map(|row| row.taught_on),
                depth: last.map(|row| row.depth),
            });
        }
        classes.sort_by_key(|class| (std::cmp::Reverse(class.taught_on), std::cmp::Reverse(class.class)));
        if !elsewhere.is_empty() {
            let pupils = i64::try_from(elsewhere.len()).unwrap_or(i64::MAX);
            classes.push(PriorClass { class: None, pupils, taught_on: None, depth: None });
        }
        classes
    }

    /// What the pupils met of an objective.
    fn of_objective(&self, distance: usize, objective: objective::Model) -> PriorObjective {
        let mut last: BTreeMap<Uuid, &taught_objective::Model> = BTreeMap::new();
        let mut met_in: BTreeMap<Uuid, (BTreeSet<Uuid>, Option<&taught_objective::Model>)> = BTreeMap::new();
        for place in &self.places {
            let there = |row: &&taught_objective::Model| {
                names(&objective, row.objective_key, row.core_key)
                    && row.taught_on >= place.starts_on
                    && place.ends_on.is_none_or(|ends_on| row.taught_on <= ends_on)
            };
            let of_class = self.taught.get(&place.class_id).map(Vec::as_slice).unwrap_or_default();
            for row in of_class.iter().filter(there) {
                let later = |known: &&taught_objective::Model| (known.taught_on, known.id) >= (row.taught_on, row.id);
                if !last.get(&place.pupil_id).is_some_and(later) {
                    last.insert(place.pupil_id, row);
                }
                let (pupils, latest) = met_in.entry(place.class_id).or_default();
                pupils.insert(place.pupil_id);
                if !latest.as_ref().is_some_and(later) {
                    *latest = Some(row);
                }
            }
        }
        let mut missed = BTreeSet::new();
        let mut missed_in: BTreeMap<Uuid, (BTreeSet<Uuid>, Option<&taught_objective::Model>)> = BTreeMap::new();
        let meant = objective.lowest_year_group..=objective.highest_year_group;
        for place in self.places.iter().filter(|place| meant.contains(&place.year_group)) {
            if !last.contains_key(&place.pupil_id) {
                missed.insert(place.pupil_id);
                missed_in.entry(place.class_id).or_default().0.insert(place.pupil_id);
            }
        }
        let insecure = last.iter().filter(|(pupil, row)| self.insecure.contains(&(row.id, **pupil))).count();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        PriorObjective {
            distance,
            pupils: count(self.pupils.len()),
            met: count(last.len()),
            missed: count(missed.len()),
            not_yet_secure: count(insecure),
            met_in: self.classes(met_in),
            missed_in: self.classes(missed_in),
            objective,
        }
    }
}

/// What the objectives that are to be taught build on, and what of that the pupils of a class met: what most of them missed first. As many
/// statements for a class of thirty as for one of ten, and for ten objectives as for one.
///
/// # Errors
/// There is no such class, plan or subject, the viewer sees no pupils of the class, or the database failed.
pub async fn readiness(ctx: &Context<'_>, given: ReadinessWhere) -> Result<Vec<PriorObjective>> {
    const FARTHEST: i32 = 20;
    let distance = match given.depth {
        None => FARTHEST,
        Some(depth) if (1..=FARTHEST).contains(&depth) => depth,
        Some(depth) => return Err(Error::bad_input(format!("`depth` must be 1 to {FARTHEST}, but is {depth}."))),
    };
    if !Scoped::<taught_objective::Entity>::of(ctx.viewer()?).may_be_seen() {
        return Err(Error::Forbidden(
            "You may not ask what pupils met: you see no records of what was taught.".to_owned(),
        ));
    }
    let asked = asked(ctx, &given).await?;
    let prior = built_on(ctx, &asked.to_teach, usize::try_from(distance).unwrap_or(1)).await?;
    let met = Met::of(ctx, &asked, &prior).await?;
    if met.pupils.is_empty() {
        return Err(Error::Forbidden(
            "You see no pupils of this class: readiness is told to those who teach or lead them.".to_owned(),
        ));
    }
    let mut rows: Vec<PriorObjective> =
        prior.into_iter().map(|(distance, objective)| met.of_objective(distance, objective)).collect();
    // As they come, they are in sequence.
    rows.sort_by_key(|row| std::cmp::Reverse(row.missed));
    Ok(rows)
}
