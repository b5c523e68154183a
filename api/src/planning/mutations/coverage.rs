//! `recordCoverage`, `correctCoverage` and `withdrawCoverage`: what was taught in a class, singly or for a whole unit at once, corrected
//! with its history.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_graphql::InputObject;
use chrono::NaiveDate;
use plumbline_entity::{
    academic_year, class, enrolment, insecure_pupil, objective, plan, plan_objective, pupil, taught_objective,
    taught_objective::TeachingDepth,
};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, IntoActiveModel as _, Order};
use uuid::Uuid;

use crate::{
    curriculum::Objective,
    db::{Read as _, Reason as _, Scoped, Tx, WhoWasNamed},
    error::Result,
    graphql::{Acting, AtField as _, Change, Date, Many, Ref, Refusal, UnlessTaken, UserError, mutation},
    organisation::{AcademicYear, Class, Pupil},
    planning::{
        Plan, TaughtObjective,
        rules::{self, MOST_OBJECTIVES},
        store::{self, Aim, day_in},
    },
    rulebook::values,
};

/// What was taught in a class.
#[derive(InputObject)]
pub struct RecordCoverageInput {
    /// The class.
    class_id: Ref<Class>,
    /// The plan by which it was taught; with no objectives given, all that it serves.
    plan_id: Option<Ref<Plan>>,
    /// What was taught, at most 100 objectives; all that the plan serves, if it is left out.
    objectives: Option<Vec<TaughtObjectiveInput>>,
    /// The day, in the academic year of the class and no later than today, of all that have none of their own; today, if it is left out.
    taught_on: Option<Date>,
    /// How deep, of all that have none of their own; MET, if it is left out.
    depth: Option<TeachingDepth>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

/// An objective that was taught.
#[derive(InputObject)]
pub struct TaughtObjectiveInput {
    /// The objective, of the version of the curriculum by which the school teaches.
    objective_id: Ref<Objective>,
    /// The day.
    taught_on: Option<Date>,
    /// How deep.
    depth: Option<TeachingDepth>,
    /// The pupils who were in the class on the day and were not yet secure in it, at most 100.
    #[graphql(default)]
    not_yet_secure_ids: Vec<Ref<Pupil>>,
}

/// What to correct of a record; what is left out stays as it was. The record stays, superseded by the new one.
#[derive(InputObject)]
pub struct CorrectCoverageInput {
    /// The record, which stands.
    taught_objective_id: Ref<TaughtObjective>,
    /// The day.
    taught_on: Option<Date>,
    /// How deep.
    depth: Option<TeachingDepth>,
    /// All pupils who were in the class on the day and were not yet secure in it, at most 100, in place of those before.
    not_yet_secure_ids: Option<Vec<Ref<Pupil>>>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

/// A record to withdraw: the objective was not taught.
#[derive(InputObject)]
pub struct WithdrawCoverageInput {
    /// The record, which stands.
    taught_objective_id: Ref<TaughtObjective>,
    /// Why it should never have been recorded, 1 to 500 characters, without naming a person.
    reason: String,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

const MOST_PUPILS: usize = 100;
const ON_A_DAY: &str =
    "It is recorded for this day already: correct that record, or name the day on which it was taught again.";

/// Refuses a day on which the class cannot have been taught.
fn check_day(day: NaiveDate, year: &academic_year::Model, by: &Acting<'_>, field: &str) -> Result<(), UserError> {
    rules::within(day, year).at(field)?;
    if day > by.today() {
        return Err(UserError::invalid(field, format!("{day} has not come yet: what will be taught is planned.")));
    }
    Ok(())
}

/// The pupils with these ids who are or were in the class, each with the times of being in it.
async fn pupils_of(tx: &Tx, by: &Acting<'_>, class: Uuid, ids: &BTreeSet<Uuid>) -> Result<Placed> {
    if ids.is_empty() {
        return Ok(Placed::new());
    }
    let placed = Scoped::<enrolment::Entity>::of(by.viewer).filter(enrolment::COLUMN.class_id.eq(class));
    let these = placed
        .clone()
        .filter(enrolment::Column::PupilId.is_in(ids.iter().copied()))
        .order_by(enrolment::Column::Id, Order::Asc);
    let seen = Scoped::<pupil::Entity>::of(by.viewer).filter(
        Condition::all()
            .add(pupil::Column::Id.is_in(ids.iter().copied()))
            .add(pupil::Column::Id.in_subquery(placed.values_of(enrolment::Column::PupilId))),
    );
    let mut known: Placed = tx.all(seen).await?.into_iter().map(|pupil| (pupil.id, Vec::new())).collect();
    for row in tx.all(these).await? {
        if let Some(times) = known.get_mut(&row.pupil_id) {
            times.push((row.starts_on, row.ends_on));
        }
    }
    Ok(known)
}

/// Pupils, each with the first and last days of being in a class.
type Placed = BTreeMap<Uuid, Vec<(NaiveDate, Option<NaiveDate>)>>;

/// Refuses pupils who were not in the class on the day, and those who are named twice, each at its place.
fn refuse_strangers(
    ids: &[Ref<Pupil>],
    known: &Placed,
    day: NaiveDate,
    field: &impl Fn(usize) -> String,
    errors: &mut Vec<UserError>,
) {
    let mut met = BTreeSet::new();
    for (at, id) in ids.iter().enumerate() {
        let Some(times) = known.get(&id.uuid()) else {
            errors.push(UserError::not_found(&field(at), "pupil in this class"));
            continue;
        };
        if !times.iter().any(|(first, last)| *first <= day && last.is_none_or(|last| day <= last)) {
            let message = format!("The pupil was not in the class on {day}: name those who were taught.");
            errors.push(UserError::invalid(&field(at), message));
        } else if !met.insert(id.uuid()) {
            errors.push(UserError::duplicate(&field(at), "This pupil is named twice."));
        }
    }
}

/// What is to be recorded, one after the other, in the order of the input.
async fn wanted_of(
    tx: &Tx,
    by: &Acting<'_>,
    given: Option<Vec<TaughtObjectiveInput>>,
    plan: Option<&plan::Model>,
) -> Result<Vec<TaughtObjectiveInput>, Refusal> {
    let whole_unit = given.is_none();
    let given = match (given, plan) {
        (Some(given), _) => given,
        (None, Some(plan)) => {
            let served =
                Scoped::<plan_objective::Entity>::of(by.viewer).filter(plan_objective::COLUMN.plan_id.eq(plan.id));
            let mut served = tx.all(served).await?;
            served.sort_by_key(|row| row.id);
            let taught = |row: plan_objective::Model| TaughtObjectiveInput {
                objective_id: row.objective_id.into(),
                taught_on: None,
                depth: None,
                not_yet_secure_ids: Vec::new(),
            };
            served.into_iter().map(taught).collect()
        }
        (None, None) => {
            let message = "Say what was taught: `objectives`, or the `planId` of a plan whose objectives all were.";
            return Err(UserError::invalid("objectives", message).into());
        }
    };
    if whole_unit && given.is_empty() {
        return Err(UserError::invalid("planId", "The plan serves no objectives: say which were taught.").into());
    }
    if !(1..=MOST_OBJECTIVES).contains(&given.len()) {
        let message = format!("Give 1 to {MOST_OBJECTIVES} objectives, not {}.", given.len());
        return Err(UserError::invalid("objectives", message).into());
    }
    Ok(given)
}

impl Change for RecordCoverageInput {
    type Changed = Many<taught_objective::Model>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Many<taught_objective::Model>, Refusal> {
        let class = by.named(tx, self.class_id, "classId").await?;
        by.may_in_class::<taught_objective::Entity>(class.school_id, class.id)?;
        let year = by.named::<AcademicYear>(tx, class.academic_year_id.into(), "classId").await?;
        let plan = by.named_if(tx, self.plan_id, "planId").await?;
        if plan
            .as_ref()
            .is_some_and(|plan| plan.school_id != class.school_id || plan.academic_year_id != class.academic_year_id)
        {
            return Err(UserError::invalid("planId", "The plan is of another school or academic year.").into());
        }
        let whole_unit = self.objectives.is_none();
        let wanted = wanted_of(tx, by, self.objectives, plan.as_ref()).await?;
        let day = self.taught_on.map_or_else(|| by.today(), Into::into);
        check_day(day, &year, by, "taughtOn").or_else(|error| {
            // A day that none of them takes is not held against them.
            let taken = wanted.iter().any(|one| one.taught_on.is_none());
            if taken { Err(error) } else { Ok(()) }
        })?;
        let path = |at: usize| if whole_unit { "planId".to_owned() } else { format!("objectives.{at}.objectiveId") };
        let ids: Vec<Ref<Objective>> = wanted.iter().map(|one| one.objective_id).collect();
        let objectives = if whole_unit {
            let planned = objectives_as_planned(tx, by, &ids).await?;
            for objective in &planned {
                rules::not_later(objective, class.highest_year_group).at("planId")?;
            }
            planned
        } else {
            let on = day_in(&year, by.today());
            let aim = Aim {
                school: class.school_id,
                subject: plan.as_ref().map(|plan| plan.subject_id),
                highest: class.highest_year_group,
                on,
            };
            store::aimed_at(tx, by, &ids, aim, path).await?
        };
        let pupils = wanted.iter().flat_map(|one| one.not_yet_secure_ids.iter().map(|id| id.uuid())).collect();
        let known = pupils_of(tx, by, class.id, &pupils).await?;
        let mut errors = Vec::new();
        let mut rows = Vec::new();
        for (at, (one, objective)) in wanted.iter().zip(&objectives).enumerate() {
            let field = |name: &str| format!("objectives.{at}.{name}");
            let taught_on = one.taught_on.map_or(day, Into::into);
            if one.taught_on.is_some() {
                errors.extend(check_day(taught_on, &year, by, &field("taughtOn")).err());
            }
            if one.not_yet_secure_ids.len() > MOST_PUPILS {
                let message = format!("Name at most {MOST_PUPILS} pupils.");
                errors.push(UserError::invalid(&field("notYetSecureIds"), message));
            }
            refuse_strangers(
                &one.not_yet_secure_ids,
                &known,
                taught_on,
                &|pupil| field(&format!("notYetSecureIds.{pupil}")),
                &mut errors,
            );
            let depth = one.depth.or(self.depth).unwrap_or(TeachingDepth::Met);
            rows.push(taught(by, &class, plan.as_ref(), objective, taught_on, depth));
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let named: HashMap<Uuid, Vec<Uuid>> = rows
            .iter()
            .zip(&wanted)
            .map(|(row, one)| (row.id, one.not_yet_secure_ids.iter().map(|id| id.uuid()).collect()))
            .collect();
        refuse_recorded(tx, by, &rows, &path).await?;
        write(tx, by, rows, &named, "objectives").await.map(Many)
    }
}

/// The objectives of a plan, in the order of their ids: as they stood when it was planned.
async fn objectives_as_planned(
    tx: &Tx,
    by: &Acting<'_>,
    ids: &[Ref<Objective>],
) -> Result<Vec<objective::Model>, Refusal> {
    let these = objective::Column::Id.is_in(ids.iter().map(|id| id.uuid()));
    let rows = tx.all(Scoped::<objective::Entity>::of(by.viewer).filter(these)).await?;
    let mut by_id: HashMap<Uuid, objective::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(ids.iter().filter_map(|id| by_id.remove(&id.uuid())).collect())
}

fn taught(
    by: &Acting<'_>,
    class: &class::Model,
    plan: Option<&plan::Model>,
    objective: &objective::Model,
    taught_on: NaiveDate,
    depth: TeachingDepth,
) -> taught_objective::Model {
    taught_objective::Model {
        id: Uuid::now_v7(),
        trust_id: class.trust_id,
        school_id: class.school_id,
        subject_id: objective.subject_id,
        class_id: class.id,
        plan_id: plan.map(|plan| plan.id),
        objective_id: objective.id,
        objective_key: objective.key,
        core_key: rules::core_key(objective),
        taught_on,
        depth,
        recorded_by_id: by.viewer.staff_member(),
        recorded_at: by.now,
        supersedes_id: None,
        is_current: true,
        withdrawn_at: None,
        withdrawn_because: None,
    }
}

/// Refuses what is recorded for the same day already, each at its place.
async fn refuse_recorded(
    tx: &Tx,
    by: &Acting<'_>,
    rows: &[taught_objective::Model],
    path: &impl Fn(usize) -> String,
) -> Result<(), Refusal> {
    use taught_objective::Column as C;
    let Some(first) = rows.first() else { return Ok(()) };
    let same = Condition::all()
        .add(C::ClassId.eq(first.class_id))
        .add(C::ObjectiveKey.is_in(rows.iter().map(|row| row.objective_key)))
        .add(C::TaughtOn.is_in(rows.iter().map(|row| row.taught_on).collect::<BTreeSet<_>>()))
        .add(C::IsCurrent.eq(true));
    let there = tx.all(Scoped::<taught_objective::Entity>::of(by.viewer).filter(same).to_look_at()).await?;
    let there: BTreeSet<(Uuid, NaiveDate)> = there.into_iter().map(|row| (row.objective_key, row.taught_on)).collect();
    let again = rows.iter().enumerate().filter(|(_, row)| there.contains(&(row.objective_key, row.taught_on)));
    let errors: Vec<UserError> = again.map(|(at, _)| UserError::duplicate(&path(at), ON_A_DAY)).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// Writes records, and who was not yet secure. What is told of the rows is what was written.
async fn write(
    tx: &Tx,
    by: &Acting<'_>,
    rows: Vec<taught_objective::Model>,
    not_yet_secure: &HashMap<Uuid, Vec<Uuid>>,
    field: &str,
) -> Result<Vec<taught_objective::Model>, Refusal> {
    let Some(first) = rows.first() else { return Ok(rows) };
    let permit = by.may_in_class::<taught_objective::Entity>(first.school_id, first.class_id)?;
    let pupils = by.may_in_class::<insecure_pupil::Entity>(first.school_id, first.class_id)?;
    let named = rows.iter().flat_map(|row| {
        let of_row = not_yet_secure.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        of_row.iter().map(|pupil| insecure_pupil::Model {
            id: Uuid::now_v7(),
            trust_id: row.trust_id,
            school_id: row.school_id,
            subject_id: row.subject_id,
            class_id: row.class_id,
            taught_objective_id: row.id,
            pupil_id: *pupil,
        })
    });
    let named: Vec<insecure_pupil::ActiveModel> = named.map(|row| row.into_active_model().reset_all()).collect();
    let written = rows.iter().cloned().map(|row| row.into_active_model().reset_all()).collect();
    tx.insert_many(&permit, written).await.unless_taken(field, ON_A_DAY)?;
    if !named.is_empty() {
        tx.insert_many(&pupils, named).await?;
    }
    Ok(rows)
}

/// The record of an id, to be changed, with its class and academic year: while it stands.
async fn standing(
    tx: &Tx,
    by: &Acting<'_>,
    id: Ref<TaughtObjective>,
) -> Result<(taught_objective::Model, academic_year::Model), Refusal> {
    let row = by.to_change(tx, id, "taughtObjectiveId").await?;
    by.may_in_class::<taught_objective::Entity>(row.school_id, row.class_id)?;
    let class = by.named::<Class>(tx, row.class_id.into(), "taughtObjectiveId").await?;
    let year = by.named::<AcademicYear>(tx, class.academic_year_id.into(), "taughtObjectiveId").await?;
    if row.is_current {
        return Ok((row, year));
    }
    let what = if row.withdrawn_at.is_some() { "withdrawn" } else { "corrected" };
    Err(UserError::wrong_state("taughtObjectiveId", format!("It was {what} already: name the record that stands."))
        .into())
}

/// A record stands no longer.
async fn end(
    tx: &Tx,
    by: &Acting<'_>,
    row: &taught_objective::Model,
    because: Option<String>,
) -> Result<taught_objective::Model, Refusal> {
    let permit = by.may_in_class::<taught_objective::Entity>(row.school_id, row.class_id)?;
    let changes = taught_objective::ActiveModel {
        is_current: Set(false),
        withdrawn_at: Set(because.as_ref().map(|_| by.now)),
        withdrawn_because: Set(because),
        ..Default::default()
    };
    Ok(tx.amend(&permit, row, changes).await?)
}

impl Change for CorrectCoverageInput {
    type Changed = taught_objective::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<taught_objective::Model, Refusal> {
        let (row, year) = standing(tx, by, self.taught_objective_id).await?;
        let taught_on = self.taught_on.map_or(row.taught_on, Into::into);
        if self.taught_on.is_some() {
            check_day(taught_on, &year, by, "taughtOn")?;
        }
        let pupils: Vec<Uuid> = match &self.not_yet_secure_ids {
            Some(ids) => {
                if ids.len() > MOST_PUPILS {
                    return Err(
                        UserError::invalid("notYetSecureIds", format!("Name at most {MOST_PUPILS} pupils.")).into()
                    );
                }
                let wanted = ids.iter().map(|id| id.uuid()).collect();
                let known = pupils_of(tx, by, row.class_id, &wanted).await?;
                let mut errors = Vec::new();
                refuse_strangers(ids, &known, taught_on, &|at| format!("notYetSecureIds.{at}"), &mut errors);
                if !errors.is_empty() {
                    return Err(errors.into());
                }
                wanted.into_iter().collect()
            }
            None => {
                // Also those whom the application does not read by which it is corrected: who was named stays named.
                let before = WhoWasNamed
                    .of::<insecure_pupil::Entity>()
                    .filter(insecure_pupil::COLUMN.taught_objective_id.eq(row.id));
                let before = tx.all(before.rows().to_look_at()).await?.into_iter().map(|row| row.pupil_id);
                // Of whom nothing is held any more, nothing is recorded again.
                let held = WhoWasNamed.of::<pupil::Entity>().filter(pupil::Column::Id.is_in(before));
                tx.all(held.rows()).await?.into_iter().map(|pupil| pupil.id).collect()
            }
        };
        let changes = self.not_yet_secure_ids.is_some()
            || taught_on != row.taught_on
            || self.depth.is_some_and(|depth| depth != row.depth);
        if !changes {
            // What is there already is no correction.
            return Ok(row);
        }
        end(tx, by, &row, None).await?;
        let corrected = taught_objective::Model {
            id: Uuid::now_v7(),
            taught_on,
            depth: self.depth.unwrap_or(row.depth),
            recorded_by_id: by.viewer.staff_member(),
            recorded_at: by.now,
            supersedes_id: Some(row.id),
            ..row
        };
        let named = HashMap::from([(corrected.id, pupils)]);
        refuse_recorded(tx, by, std::slice::from_ref(&corrected), &|_| "taughtOn".to_owned()).await?;
        let mut written = write(tx, by, vec![corrected], &named, "taughtOn").await?;
        written.pop().ok_or_else(|| UserError::not_found("taughtObjectiveId", "record").into())
    }
}

impl Change for WithdrawCoverageInput {
    type Changed = taught_objective::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<taught_objective::Model, Refusal> {
        let mut reason = self.reason;
        let (row, _) = standing(tx, by, self.taught_objective_id).await?;
        values::reason(&mut reason).at("reason")?;
        end(tx, by, &row, Some(reason)).await
    }
}

mutation! {
    /// Records what was taught in a class: some objectives, or all that a plan serves; all or nothing, each told apart. What was
    /// taught before is revisited. For class teachers, in their classes, and senior leaders, in their school.
    RecordCoverage { record_coverage: RecordCoverageInput => RecordCoveragePayload {
        taught_objectives: [TaughtObjective], "The records, in the order of the input; all or none."
    } }

    /// Corrects a record of what was taught: its day, its depth, who was not yet secure. The record stays, superseded. For those who may
    /// record.
    CorrectCoverage { correct_coverage: CorrectCoverageInput => CorrectCoveragePayload {
        taught_objective: TaughtObjective, "The record that stands now."
    } }

    /// Withdraws a record of what was not taught, with the reason; it stays, and is counted no more. For those who may record.
    WithdrawCoverage { withdraw_coverage: WithdrawCoverageInput => WithdrawCoveragePayload {
        taught_objective: TaughtObjective, "The record, withdrawn."
    } }
}
