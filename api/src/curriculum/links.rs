//! What builds on what, as it is written: nothing builds on itself, nor on what is taught later, over subjects too.

use std::collections::{BTreeSet, HashMap};

use plumbline_entity::{curriculum_version, objective, objective_link, subject};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, IntoActiveModel as _, Order};
use uuid::Uuid;

use super::{
    policy,
    reads::{Beside, links_of, versions_beside},
    rules::graph::Links,
};
use crate::{
    db::{Read as _, Scoped, Tx},
    error::Result,
    graphql::{Acting, Refusal, UserError},
};

/// Sets what an objective of a draft builds on, in place of what it built on. Returns whether that was something else.
///
/// # Errors
/// Refused at `buildsOn` where one is not there, is of a version that is not taught by, is taught later, or would close a circle. Or the
/// database failed.
pub async fn link(tx: &Tx, by: &Acting<'_>, objective: &objective::Model, wanted: &[Uuid]) -> Result<bool, Refusal> {
    let permit = policy::may::<objective_link::Entity>(by, objective.school_id, objective.subject_id)?;
    let key = Beside { version: objective.curriculum_version_id, school: objective.school_id };
    let versions = versions_beside(tx, by.viewer, &[key]).await?.remove(&key).unwrap_or_default();
    let found = Scoped::<objective::Entity>::of(by.viewer).filter(objective::Column::Id.is_in(wanted.iter().copied()));
    let found = tx.all(found.order_by(objective::Column::Id, Order::Asc)).await?;
    let mut earlier: Vec<&objective::Model> = Vec::with_capacity(wanted.len());
    for (at, id) in wanted.iter().enumerate() {
        let field = format!("buildsOn.{at}");
        let Some(row) = found.iter().find(|row| row.id == *id) else {
            return Err(UserError::not_found(&field, "objective").into());
        };
        if !versions.contains(&row.curriculum_version_id) {
            let message = format!(
                "`{}` is not of this version, nor of one by which the school or the trust teaches another subject now. Name the objective as it is there.",
                row.code
            );
            return Err(UserError::invalid(&field, message).into());
        }
        if row.lowest_year_group > objective.highest_year_group {
            let message = format!(
                "`{}` is taught from {}, after this one, which is due by the end of {}.",
                row.code, row.lowest_year_group, objective.highest_year_group
            );
            return Err(UserError::invalid(&field, message).into());
        }
        earlier.push(row);
    }
    let links = links_of(tx, by.viewer, &versions).await?;
    let (own, others): (Vec<_>, Vec<_>) = links.into_iter().partition(|link| {
        link.curriculum_version_id == objective.curriculum_version_id && link.objective_key == objective.key
    });
    let graph: Links = others.iter().map(|link| (link.objective_key, link.builds_on)).collect();
    for (at, row) in earlier.iter().enumerate() {
        let way = graph.way(row.key, objective.key);
        if !way.is_empty() {
            let circle = codes(tx, by, &versions, &way, objective).await?;
            let message = format!("It would build on itself: {circle}. Leave one of these links out.");
            return Err(UserError::invalid(&format!("buildsOn.{at}"), message).into());
        }
    }
    let wanted: BTreeSet<Uuid> = earlier.iter().map(|row| row.key).collect();
    let gone: Vec<objective_link::Model> =
        own.iter().filter(|link| !wanted.contains(&link.builds_on)).cloned().collect();
    if !gone.is_empty() {
        let ids = objective_link::Column::Id.is_in(gone.iter().map(|link| link.id));
        let gone = tx.all(Scoped::<objective_link::Entity>::of(by.viewer).filter(ids).to_change()).await?;
        tx.erase(&permit, &gone).await?;
    }
    let new = wanted.into_iter().filter(|key| own.iter().all(|link| link.builds_on != *key));
    let new: Vec<_> = new
        .map(|builds_on| {
            let link = objective_link::Model {
                id: Uuid::now_v7(),
                trust_id: by.trust(),
                school_id: objective.school_id,
                subject_id: objective.subject_id,
                curriculum_version_id: objective.curriculum_version_id,
                objective_key: objective.key,
                builds_on,
            };
            link.into_active_model().reset_all()
        })
        .collect();
    let changed = !(gone.is_empty() && new.is_empty());
    tx.insert_many(&permit, new).await?;
    Ok(changed)
}

/// Refuses a draft by which something would build on itself, or on what is taught later, once it is taught by. While it was written,
/// another subject may have come to build on it.
///
/// # Errors
/// There is such a link: `INVALID` at `field`, with its codes. Or the database failed.
pub async fn refuse_unsound(
    tx: &Tx,
    by: &Acting<'_>,
    draft: &curriculum_version::Model,
    objectives: &[objective::Model],
    field: &str,
) -> Result<(), Refusal> {
    let key = Beside { version: draft.id, school: draft.school_id };
    let versions = versions_beside(tx, by.viewer, &[key]).await?.remove(&key).unwrap_or_default();
    let links = links_of(tx, by.viewer, &versions).await?;
    let own: HashMap<Uuid, &objective::Model> = objectives.iter().map(|row| (row.key, row)).collect();
    let touching: Vec<&objective_link::Model> = links
        .iter()
        .filter(|link| link.curriculum_version_id == draft.id || own.contains_key(&link.builds_on))
        .collect();
    if let Some(message) = late(tx, by, &versions, &touching).await? {
        return Err(UserError::invalid(field, message).into());
    }
    let graph: Links = links.iter().map(|link| (link.objective_key, link.builds_on)).collect();
    // In what is sound nothing is tangled, and no way is looked for.
    let tangled = graph.tangled();
    let of_draft = |link: &&objective_link::Model| link.curriculum_version_id == draft.id;
    for link in links.iter().filter(of_draft).filter(|link| tangled.contains(&link.builds_on)) {
        let way = graph.way(link.builds_on, link.objective_key);
        if let Some(objective) = own.get(&link.objective_key).filter(|_| !way.is_empty()) {
            let circle = codes(tx, by, &versions, &way, objective).await?;
            let message = format!("Something in it would build on itself: {circle}. Leave one of these links out.");
            return Err(UserError::invalid(field, message).into());
        }
    }
    Ok(())
}

/// Refuses the years of an objective of a draft if it would come before what it builds on, or after what builds on it.
///
/// # Errors
/// It would: `INVALID` at `lowestYearGroup`. Or the database failed.
pub async fn refuse_late(tx: &Tx, by: &Acting<'_>, objective: &objective::Model) -> Result<(), Refusal> {
    let versions = [objective.curriculum_version_id];
    let links = links_of(tx, by.viewer, &versions).await?;
    let touching: Vec<&objective_link::Model> =
        links.iter().filter(|link| [link.objective_key, link.builds_on].contains(&objective.key)).collect();
    match late(tx, by, &versions, &touching).await? {
        Some(message) => Err(UserError::invalid("lowestYearGroup", message).into()),
        None => Ok(()),
    }
}

/// The first of these links by which an objective would build on one that is taught later, in words. An objective is looked for in
/// the first of these versions that has it; of one that is in none nothing is known.
async fn late(tx: &Tx, by: &Acting<'_>, versions: &[Uuid], links: &[&objective_link::Model]) -> Result<Option<String>> {
    let keys = links.iter().flat_map(|link| [link.objective_key, link.builds_on]);
    let rows = keyed(tx, by, versions, keys.collect()).await?;
    let place = |row: &objective::Model| versions.iter().position(|version| *version == row.curriculum_version_id);
    let find = |key: Uuid| rows.iter().filter(|row| row.key == key).min_by_key(|row| place(row));
    let late = links.iter().filter_map(|link| find(link.builds_on).zip(find(link.objective_key)));
    let late = late
        .filter(|(earlier, later)| earlier.lowest_year_group > later.highest_year_group)
        .min_by_key(|pair| pair.0.id);
    Ok(late.map(|(earlier, later)| {
        format!(
            "`{}` is taught from {}, and `{}`, which builds on it, is due by the end of {}.",
            earlier.code, earlier.lowest_year_group, later.code, later.highest_year_group
        )
    }))
}

/// The objectives of these keys, as they are in these versions.
async fn keyed(tx: &Tx, by: &Acting<'_>, versions: &[Uuid], keys: BTreeSet<Uuid>) -> Result<Vec<objective::Model>> {
    let rows = Scoped::<objective::Entity>::of(by.viewer)
        .filter(objective::Column::Key.is_in(keys))
        .filter(objective::Column::CurriculumVersionId.is_in(versions.iter().copied()));
    tx.all(rows.to_look_at()).await
}

/// The codes of the objectives of a circle, with arrows, from the objective to itself.
async fn codes(
    tx: &Tx,
    by: &Acting<'_>,
    versions: &[Uuid],
    way: &[Uuid],
    objective: &objective::Model,
) -> Result<String> {
    let rows = keyed(tx, by, versions, way.iter().copied().collect()).await?;
    let others = rows.iter().map(|row| row.subject_id).filter(|subject| *subject != objective.subject_id);
    let subjects = Scoped::<subject::Entity>::of(by.viewer).filter(subject::Column::Id.is_in(others));
    let subjects = tx.all(subjects.to_look_at()).await?;
    let code = |key: &Uuid| {
        let Some(row) = rows.iter().find(|row| row.key == *key) else { return "..".to_owned() };
        match subjects.iter().find(|subject| subject.id == row.subject_id) {
            Some(subject) => format!("{} of {}", row.code, subject.code),
            None => row.code.clone(),
        }
    };
    let circle = std::iter::once(objective.code.clone()).chain(way.iter().map(code));
    Ok(circle.collect::<Vec<_>>().join(" -> "))
}
