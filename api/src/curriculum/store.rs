//! Versions of curricula: what a new one begins with, and which of them can be changed.

use std::collections::HashMap;

use chrono::NaiveDate;
use plumbline_entity::{
    curriculum, curriculum_version, curriculum_version::CurriculumStatus, objective, objective_link,
};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, IntoActiveModel as _};
use uuid::Uuid;

use super::reads::{VersionOf, links_of, objectives_of};
use crate::{
    db::{Permit, Read as _, Tx},
    error::Result,
    graphql::{Acting, UserError},
};

/// What a new version begins with.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// Its objectives.
    pub objectives: Vec<objective::Model>,
    /// What builds on what.
    pub links: Vec<objective_link::Model>,
}

impl Content {
    /// All of a version.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of(tx: &Tx, by: &Acting<'_>, version: Uuid) -> Result<Self> {
        Ok(Self {
            objectives: objectives_of(tx, by.viewer, &[version]).await?,
            links: links_of(tx, by.viewer, &[version]).await?,
        })
    }

    /// The same, as the content of another version of the same curriculum.
    #[must_use]
    pub fn again(self, version: &curriculum_version::Model) -> Self {
        let objectives = self.objectives.into_iter().map(|row| objective::Model {
            id: Uuid::now_v7(),
            curriculum_version_id: version.id,
            version: 1,
            ..row
        });
        let links = self.links.into_iter().map(|link| objective_link::Model {
            id: Uuid::now_v7(),
            curriculum_version_id: version.id,
            ..link
        });
        Self { objectives: objectives.collect(), links: links.collect() }
    }

    /// A school's own, made from the trust's: each objective stands for the one that it was made from.
    #[must_use]
    pub fn adapted(self, version: &curriculum_version::Model) -> Self {
        let keys: HashMap<Uuid, Uuid> = self.objectives.iter().map(|row| (row.key, Uuid::now_v7())).collect();
        let own = |key: Uuid| keys.get(&key).copied().unwrap_or(key);
        let objectives = self.objectives.into_iter().map(|row| objective::Model {
            key: own(row.key),
            stands_for: Some(row.key),
            school_id: version.school_id,
            ..row
        });
        let links = self.links.into_iter().map(|link| objective_link::Model {
            objective_key: own(link.objective_key),
            builds_on: own(link.builds_on),
            school_id: version.school_id,
            ..link
        });
        Self { objectives: objectives.collect(), links: links.collect() }.again(version)
    }

    /// Writes it as the content of a new version.
    ///
    /// # Errors
    /// The database failed, or a permit is for another place.
    pub async fn write(
        self,
        tx: &Tx,
        objectives: &Permit<objective::Entity>,
        links: &Permit<objective_link::Entity>,
    ) -> Result<()> {
        let rows = self.objectives.into_iter().map(|row| row.into_active_model().reset_all()).collect();
        tx.load(objectives, rows).await?;
        tx.load(links, self.links.into_iter().map(|link| link.into_active_model().reset_all()).collect()).await
    }
}

/// Refuses a version that is no draft: what it says stays.
///
/// # Errors
/// It is no draft: `WRONG_STATE` at `field`.
pub fn refuse_unless_draft(version: &curriculum_version::Model, field: &str) -> Result<(), UserError> {
    let what = match version.status {
        CurriculumStatus::Draft => return Ok(()),
        CurriculumStatus::Current => "It is taught by",
        CurriculumStatus::Retired => "It was taught by, and is retired",
    };
    let message = format!("{what}: what it says stays. Begin a draft of the curriculum, and change that.");
    Err(UserError::wrong_state(field, message))
}

/// The version of a curriculum in a state, to be changed.
///
/// # Errors
/// The database failed.
pub async fn version_in(
    tx: &Tx,
    by: &Acting<'_>,
    curriculum: &curriculum::Model,
    status: CurriculumStatus,
) -> Result<Option<curriculum_version::Model>> {
    tx.one(VersionOf::Curriculum(curriculum.id, status).rows(by.viewer).to_change()).await
}

/// What changes of a version that is taught by no longer, from a day on.
#[must_use]
pub fn retired(current: &curriculum_version::Model, on: NaiveDate) -> curriculum_version::ActiveModel {
    curriculum_version::ActiveModel {
        status: Set(CurriculumStatus::Retired),
        retired_on: Set(Some(on)),
        version: Set(current.version + 1),
        ..Default::default()
    }
}
