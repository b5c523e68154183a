//! Loads what curricula are asked for beside rows and pages: versions by their state, versions as a whole, and what builds on what.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use async_graphql::Context;
use async_graphql::dataloader::Loader;
use plumbline_entity::{curriculum_version, curriculum_version::CurriculumStatus, objective, objective_link};
use sea_orm::{ColumnTrait as _, Condition};
use uuid::Uuid;

use super::rules::{
    changes::{Whole, in_sequence},
    graph::Links,
};
use crate::{
    auth::Viewer,
    db::{Read, Scoped},
    error::{Error, Result},
    graphql::{Loaders, load_all_by, load_by},
};

/// A version, by what it is of its curriculum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VersionOf {
    /// The one of a curriculum in this state, of which there is one at the most.
    Curriculum(Uuid, CurriculumStatus),
    /// The one before that with this number.
    Before(Uuid, i32),
    /// The current one of the trust's curriculum in a subject.
    Core(Uuid),
}

impl VersionOf {
    fn is(self, version: &curriculum_version::Model) -> bool {
        match self {
            Self::Curriculum(curriculum, status) => version.curriculum_id == curriculum && version.status == status,
            Self::Before(curriculum, number) => version.curriculum_id == curriculum && version.number == number - 1,
            Self::Core(subject) => {
                version.school_id.is_none()
                    && version.subject_id == subject
                    && version.status == CurriculumStatus::Current
            }
        }
    }

    /// The version, where the viewer may see it.
    pub fn rows(self, viewer: &Viewer) -> Scoped<curriculum_version::Entity> {
        Scoped::of(viewer).filter(self.condition())
    }

    fn condition(self) -> Condition {
        use curriculum_version::{COLUMN, Column as C};
        match self {
            Self::Curriculum(curriculum, status) => {
                Condition::all().add(COLUMN.curriculum_id.eq(curriculum)).add(C::Status.eq(status))
            }
            Self::Before(curriculum, number) => {
                Condition::all().add(COLUMN.curriculum_id.eq(curriculum)).add(COLUMN.number.eq(number - 1))
            }
            Self::Core(subject) => Condition::all()
                .add(C::SchoolId.is_null())
                .add(COLUMN.subject_id.eq(subject))
                .add(C::Status.eq(CurriculumStatus::Current)),
        }
    }
}

impl Loader<VersionOf> for Loaders {
    type Value = curriculum_version::Model;
    type Error = Error;

    async fn load(&self, keys: &[VersionOf]) -> Result<HashMap<VersionOf, Self::Value>> {
        let any = keys.iter().fold(Condition::any(), |any, key| any.add(key.condition()));
        let found = self.db.all(Scoped::<curriculum_version::Entity>::of(&self.viewer).filter(any)).await?;
        let of = |key: &VersionOf| Some((*key, found.iter().find(|version| key.is(version))?.clone()));
        Ok(keys.iter().filter_map(of).collect())
    }
}

/// The key of all of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WholeOf(pub Uuid);

impl Loader<WholeOf> for Loaders {
    type Value = Arc<Whole>;
    type Error = Error;

    async fn load(&self, keys: &[WholeOf]) -> Result<HashMap<WholeOf, Self::Value>> {
        let versions: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let (objectives, links) = tokio::try_join!(
            objectives_of(&self.db, &self.viewer, &versions),
            links_of(&self.db, &self.viewer, &versions)
        )?;
        let mut wholes: HashMap<Uuid, Whole> = versions.iter().map(|id| (*id, Whole::default())).collect();
        for row in objectives {
            wholes.entry(row.curriculum_version_id).or_default().objectives.push(row);
        }
        for link in links {
            let whole = wholes.entry(link.curriculum_version_id).or_default();
            whole.builds_on.entry(link.objective_key).or_default().insert(link.builds_on);
        }
        Ok(wholes.into_iter().map(|(id, whole)| (WholeOf(id), Arc::new(whole))).collect())
    }
}

/// All objectives of some versions.
///
/// # Errors
/// The database failed.
pub async fn objectives_of(db: &impl Read, viewer: &Viewer, versions: &[Uuid]) -> Result<Vec<objective::Model>> {
    let these = objective::Column::CurriculumVersionId.is_in(versions.iter().copied());
    db.all(Scoped::<objective::Entity>::of(viewer).filter(these)).await
}

/// All links of some versions.
///
/// # Errors
/// The database failed.
pub async fn links_of(db: &impl Read, viewer: &Viewer, versions: &[Uuid]) -> Result<Vec<objective_link::Model>> {
    let these = objective_link::Column::CurriculumVersionId.is_in(versions.iter().copied());
    db.all(Scoped::<objective_link::Entity>::of(viewer).filter(these)).await
}

/// A version, and whose it is: the current versions of other subjects beside it are those of the same school and of the trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Beside {
    /// The version.
    pub version: Uuid,
    /// The school; none for the trust's.
    pub school: Option<Uuid>,
}

/// What builds on what, as it is seen from a version.
#[derive(Debug)]
pub struct Surroundings {
    /// From each objective to what it builds on.
    pub builds_on: Links,
    /// From each objective to what builds on it.
    pub leads_to: Links,
    /// The version, then the current ones beside it: an objective is looked for in this order.
    pub versions: Arc<[Uuid]>,
}

/// A version and the current ones beside it, in the order in which an objective is looked for.
///
/// # Errors
/// The database failed.
pub async fn versions_beside(db: &impl Read, viewer: &Viewer, keys: &[Beside]) -> Result<HashMap<Beside, Vec<Uuid>>> {
    use curriculum_version::Column as C;
    let schools: BTreeSet<Uuid> = keys.iter().filter_map(|key| key.school).collect();
    let owned = Condition::any().add(C::SchoolId.is_null()).add(C::SchoolId.is_in(schools));
    let current = Condition::all().add(C::Status.eq(CurriculumStatus::Current)).add(owned);
    let wanted = Condition::any().add(C::Id.is_in(keys.iter().map(|key| key.version))).add(current);
    let versions = db.all(Scoped::<curriculum_version::Entity>::of(viewer).filter(wanted)).await?;
    let beside = |key: &Beside| {
        let own = versions.iter().find(|version| version.id == key.version)?;
        let mut others: Vec<&curriculum_version::Model> = versions
            .iter()
            .filter(|version| version.status == CurriculumStatus::Current && version.subject_id != own.subject_id)
            .filter(|version| version.school_id.is_none() || version.school_id == key.school)
            .collect();
        others.sort_by_key(|version| (version.school_id.is_none(), version.id));
        Some((*key, std::iter::once(own.id).chain(others.iter().map(|version| version.id)).collect()))
    };
    Ok(keys.iter().filter_map(beside).collect())
}

impl Loader<Beside> for Loaders {
    type Value = Arc<Surroundings>;
    type Error = Error;

    async fn load(&self, keys: &[Beside]) -> Result<HashMap<Beside, Self::Value>> {
        let versions = versions_beside(&self.db, &self.viewer, keys).await?;
        let all: BTreeSet<Uuid> = versions.values().flatten().copied().collect();
        let links = links_of(&self.db, &self.viewer, &all.into_iter().collect::<Vec<_>>()).await?;
        let mut of_version: HashMap<Uuid, Vec<(Uuid, Uuid)>> = HashMap::new();
        for link in links {
            of_version.entry(link.curriculum_version_id).or_default().push((link.objective_key, link.builds_on));
        }
        let surroundings = versions.into_iter().map(|(key, versions)| {
            let seen = || versions.iter().filter_map(|version| of_version.get(version)).flatten().copied();
            let surroundings = Surroundings {
                builds_on: seen().collect(),
                leads_to: seen().map(|(later, earlier)| (earlier, later)).collect(),
                versions: versions.into(),
            };
            (key, Arc::new(surroundings))
        });
        Ok(surroundings.collect())
    }
}

/// An objective by its key, in the first of some versions that has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyIn(Uuid, Arc<[Uuid]>);

impl Loader<KeyIn> for Loaders {
    type Value = objective::Model;
    type Error = Error;

    async fn load(&self, keys: &[KeyIn]) -> Result<HashMap<KeyIn, Self::Value>> {
        use objective::Column as C;
        let versions: BTreeSet<Uuid> = keys.iter().flat_map(|key| key.1.iter().copied()).collect();
        let wanted = Condition::all()
            .add(C::Key.is_in(keys.iter().map(|key| key.0)))
            .add(C::CurriculumVersionId.is_in(versions));
        let rows = self.db.all(Scoped::<objective::Entity>::of(&self.viewer).filter(wanted)).await?;
        let mut by_key: HashMap<Uuid, Vec<objective::Model>> = HashMap::new();
        for row in rows {
            by_key.entry(row.key).or_default().push(row);
        }
        let first = |key: &KeyIn| {
            let rows = by_key.get(&key.0)?;
            let in_version = |version: &Uuid| rows.iter().find(|row| row.curriculum_version_id == *version);
            Some((key.clone(), key.1.iter().find_map(in_version)?.clone()))
        };
        Ok(keys.iter().filter_map(first).collect())
    }
}

/// Which way the links of an objective are followed.
#[derive(Clone, Copy, Debug)]
pub enum Towards {
    /// To what it builds on.
    Earlier,
    /// To what builds on it.
    Later,
}

/// The objectives that lie at most so many links from one, the nearest first, then in sequence. Three statements, for all objectives of an
/// answer together.
///
/// # Errors
/// The database failed.
pub async fn along(
    ctx: &Context<'_>,
    from: &objective::Model,
    towards: Towards,
    distance: usize,
) -> Result<Vec<objective::Model>> {
    let Some(around) = load_by(ctx, Beside { version: from.curriculum_version_id, school: from.school_id }).await?
    else {
        return Ok(Vec::new());
    };
    let links = match towards {
        Towards::Earlier => &around.builds_on,
        Towards::Later => &around.leads_to,
    };
    let reached = links.within(from.key, distance);
    let distances: HashMap<Uuid, usize> = reached.iter().map(|(far, key)| (*key, *far)).collect();
    let keys = reached.into_iter().map(|(_, key)| KeyIn(key, Arc::clone(&around.versions)));
    let rows: Vec<objective::Model> = load_all_by(ctx, keys).await?.into_values().collect();
    let mut rows: Vec<objective::Model> = in_sequence(&rows).into_iter().cloned().collect();
    rows.sort_by_key(|row| distances.get(&row.key).copied());
    Ok(rows)
}

/// What some objectives build on, so many links away at the most, with the distance of each: none of these themselves, in sequence. As
/// many statements as for one.
///
/// # Errors
/// The database failed.
pub async fn built_on(
    ctx: &Context<'_>,
    of: &[objective::Model],
    distance: usize,
) -> Result<Vec<(usize, objective::Model)>> {
    let beside = |row: &objective::Model| Beside { version: row.curriculum_version_id, school: row.school_id };
    let around = load_all_by(ctx, of.iter().map(beside).collect::<HashSet<_>>()).await?;
    let mut distances: HashMap<KeyIn, usize> = HashMap::new();
    for row in of {
        let Some(around) = around.get(&beside(row)) else { continue };
        for (far, key) in around.builds_on.within(row.key, distance) {
            let nearest = distances.entry(KeyIn(key, Arc::clone(&around.versions))).or_insert(far);
            *nearest = far.min(*nearest);
        }
    }
    let found = load_all_by(ctx, distances.keys().cloned()).await?;
    let own: HashSet<Uuid> = of.iter().map(|row| row.id).collect();
    let mut nearest: HashMap<Uuid, usize> = HashMap::new();
    for (key, row) in &found {
        let far = distances.get(key).copied().unwrap_or(distance);
        let known = nearest.entry(row.id).or_insert(far);
        *known = far.min(*known);
    }
    let rows: HashMap<Uuid, objective::Model> = found.into_values().map(|row| (row.id, row)).collect();
    let rows: Vec<objective::Model> = rows.into_values().filter(|row| !own.contains(&row.id)).collect();
    Ok(in_sequence(&rows)
        .into_iter()
        .map(|row| (nearest.get(&row.id).copied().unwrap_or(distance), row.clone()))
        .collect())
}

/// The trust's objective for which one of a school stands, as it is now.
///
/// # Errors
/// The database failed.
pub async fn stood_for(ctx: &Context<'_>, objective: &objective::Model) -> Result<Option<objective::Model>> {
    let Some(key) = objective.stands_for else { return Ok(None) };
    match load_by(ctx, VersionOf::Core(objective.subject_id)).await? {
        Some(core) => load_by(ctx, KeyIn(key, Arc::from([core.id]))).await,
        None => Ok(None),
    }
}
