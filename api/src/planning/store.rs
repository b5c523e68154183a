//! What planning reads to decide: by which version a school teaches, and the objectives that a plan or a record names.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use plumbline_entity::{academic_year, curriculum_version, objective, plan, plan_objective, year_group::YearGroup};
use sea_orm::{ColumnTrait as _, Condition, IntoActiveModel as _, Order};
use uuid::Uuid;

use super::{policy, rules};
use crate::{
    auth::Viewer,
    curriculum::{Objective, rules::in_force::in_force},
    db::{Read, Scoped, Tx},
    error::Result,
    graphql::{Acting, Ref, Refusal, UserError, UserErrorCode},
};

/// The versions of a subject, of the trust and of a school, that are or were taught by, in the order in which whoever publishes one takes
/// them: two who take the same in another order would wait for each other.
///
/// # Errors
/// The database failed.
pub async fn versions_of(
    db: &impl Read,
    viewer: &Viewer,
    subjects: &[Uuid],
    schools: &[Uuid],
) -> Result<Vec<curriculum_version::Model>> {
    use curriculum_version::Column as C;
    let owned = Condition::any().add(C::SchoolId.is_null()).add(C::SchoolId.is_in(schools.iter().copied()));
    let these = Scoped::<curriculum_version::Entity>::of(viewer)
        .filter(C::SubjectId.is_in(subjects.iter().copied()))
        .filter(owned)
        .order_by(C::Id, Order::Asc);
    db.all(these).await
}

/// For what objectives are named: a school, a subject and the oldest year group that is taught.
#[derive(Clone, Copy, Debug)]
pub struct Aim {
    /// The school.
    pub school: Uuid,
    /// The subject; any, if it is none.
    pub subject: Option<Uuid>,
    /// The oldest year group.
    pub highest: YearGroup,
    /// The day on which the version has to be taught by.
    pub on: NaiveDate,
}

/// The objectives that ids name, each of the version by which the school teaches, and none that is taught later. All that is wrong is told
/// at once, at `field` and the place of the id.
///
/// # Errors
/// Some are unknown, foreign, retired or too late, or the database failed.
pub async fn aimed_at(
    tx: &Tx,
    by: &Acting<'_>,
    ids: &[Ref<Objective>],
    aim: Aim,
    field: impl Fn(usize) -> String,
) -> Result<Vec<objective::Model>, Refusal> {
    let wanted = objective::Column::Id.is_in(ids.iter().map(|id| id.uuid()));
    let rows = tx.all(Scoped::<objective::Entity>::of(by.viewer).filter(wanted)).await?;
    let mut rows: HashMap<Uuid, objective::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    let subjects: BTreeSet<Uuid> = rows.values().map(|row| row.subject_id).chain(aim.subject).collect();
    let subjects: Vec<Uuid> = subjects.into_iter().collect();
    let versions = versions_of(tx, by.viewer, &subjects, &[aim.school]).await?;
    let taught_by = |subject: Uuid| {
        let of_subject: Vec<_> = versions.iter().filter(|version| version.subject_id == subject).cloned().collect();
        in_force(&of_subject, aim.school, aim.on).map(|version| version.id)
    };
    let (mut found, mut errors) = (Vec::new(), Vec::new());
    for (at, id) in ids.iter().enumerate() {
        let Some(row) = rows.remove(&id.uuid()) else {
            let twice = found.iter().any(|row: &objective::Model| row.id == id.uuid());
            errors.push(match twice {
                true => UserError::duplicate(&field(at), "This objective is named twice."),
                false => UserError::not_found(&field(at), "objective"),
            });
            continue;
        };
        match fits(&row, aim, taught_by(row.subject_id), &versions) {
            Ok(()) => found.push(row),
            Err((code, message)) => errors.push(UserError::new(code, &field(at), message)),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors.into()) }
}

fn fits(
    row: &objective::Model,
    aim: Aim,
    taught_by: Option<Uuid>,
    versions: &[curriculum_version::Model],
) -> Result<(), (UserErrorCode, String)> {
    let code = &row.code;
    if aim.subject.is_some_and(|subject| subject != row.subject_id) {
        return Err((UserErrorCode::Invalid, format!("`{code}` is an objective of another subject.")));
    }
    if taught_by != Some(row.curriculum_version_id) {
        let known = versions.iter().any(|version| version.id == row.curriculum_version_id);
        let message = match known {
            true => format!(
                "The school does not teach by the version that `{code}` is of. `objectivesByClass` lists those of the version by which it does."
            ),
            false => format!(
                "`{code}` is an objective of another school. `objectivesByClass` lists those by which this one teaches."
            ),
        };
        return Err((UserErrorCode::WrongState, message));
    }
    rules::not_later(row, aim.highest).map_err(|message| (UserErrorCode::Invalid, message))
}

/// Writes which objectives a plan serves, in place of those that it served.
///
/// # Errors
/// The database failed, or the viewer may not write the plan.
pub async fn serve(
    tx: &Tx,
    by: &Acting<'_>,
    plan: &plan::Model,
    objectives: Vec<objective::Model>,
) -> Result<bool, Refusal> {
    let permit = policy::may::<plan_objective::Entity>(by, plan)?;
    let before = Scoped::<plan_objective::Entity>::of(by.viewer)
        .filter(plan_objective::COLUMN.plan_id.eq(plan.id))
        .order_by(plan_objective::Column::Id, Order::Asc);
    let before = tx.all(before.to_change()).await?;
    let wanted: BTreeSet<Uuid> = objectives.iter().map(|row| row.key).collect();
    let (kept, gone): (Vec<_>, Vec<_>) = before.into_iter().partition(|row| wanted.contains(&row.objective_key));
    let kept: BTreeSet<Uuid> = kept.into_iter().map(|row| row.objective_key).collect();
    let new = objectives.into_iter().filter(|row| !kept.contains(&row.key)).map(|row| {
        let served = plan_objective::Model {
            id: Uuid::now_v7(),
            trust_id: plan.trust_id,
            school_id: plan.school_id,
            subject_id: plan.subject_id,
            academic_year_id: plan.academic_year_id,
            plan_id: plan.id,
            objective_id: row.id,
            objective_key: row.key,
            core_key: rules::core_key(&row),
        };
        served.into_active_model()
    });
    let new: Vec<plan_objective::ActiveModel> = new.collect();
    let changed = !gone.is_empty() || !new.is_empty();
    tx.erase(&permit, &gone).await?;
    if !new.is_empty() {
        tx.insert_many(&permit, new.into_iter().map(sea_orm::ActiveModelTrait::reset_all).collect()).await?;
    }
    Ok(changed)
}

/// The day by whose version of the curriculum something is planned in an academic year: the day itself, or the nearest of the year.
#[must_use]
pub fn day_in(year: &academic_year::Model, day: NaiveDate) -> NaiveDate {
    day.clamp(year.starts_on, year.ends_on)
}
