//! `createObjective`, `updateObjective` and `removeObjective`: the draft of a curriculum is written.

use async_graphql::{InputObject, MaybeUndefined};
use plumbline_entity::{
    curriculum_version, curriculum_version::CurriculumStatus, objective, objective::ObjectiveCategory, objective_link,
    year_group::YearGroup,
};
use sea_orm::{ActiveModelTrait as _, Condition, IntoActiveModel as _, Order};
use uuid::Uuid;

use crate::{
    curriculum::{
        CurriculumVersion, Objective, links, policy,
        rules::{MOST_LINKS, POSITION},
        store::refuse_unless_draft,
    },
    db::{Read as _, Scoped, Tx},
    error::Result,
    graphql::{Acting, Change, Ref, Refusal, Removed, UnlessTaken, UserError, mutation, removal, remove},
    rulebook::Ruled as _,
};

/// An objective to add to a draft.
#[derive(InputObject)]
pub struct CreateObjectiveInput {
    /// The draft.
    curriculum_version_id: Ref<CurriculumVersion>,
    /// Short name: lower-case letters, digits and hyphens, 1 to 150; unique in the version.
    code: String,
    /// Knowledge or skill.
    category: ObjectiveCategory,
    /// The strand of the subject, 1 to 100 characters, such as Place value.
    strand: String,
    /// The first year group in which it is taught.
    lowest_year_group: YearGroup,
    /// The year group by the end of which it is due; the first, if it is left out.
    highest_year_group: Option<YearGroup>,
    /// Its place in the sequence of the year group, 1 to 100,000; after all others of the draft, if it is left out.
    position: Option<i32>,
    /// What pupils are to know or to be able to do, 1 to 1,000 characters.
    statement: String,
    /// Why it comes where it comes, 1 to 1,000 characters.
    reason: Option<String>,
    /// What it builds on, at most 30: objectives of the same draft, or of what the school or the trust teaches in other subjects now.
    #[graphql(default)]
    builds_on: Vec<Ref<Objective>>,
    /// In a school's own curriculum: the trust's objective for which it stands.
    stands_for_id: Option<Ref<Objective>>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

/// What to change of an objective of a draft; what is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateObjectiveInput {
    /// The objective.
    objective_id: Ref<Objective>,
    /// The `version` of the objective as you read it.
    expected_version: i32,
    /// Short name: lower-case letters, digits and hyphens, 1 to 150; unique in the version.
    code: Option<String>,
    /// Knowledge or skill.
    category: Option<ObjectiveCategory>,
    /// The strand of the subject, 1 to 100 characters, such as Place value.
    strand: Option<String>,
    /// The first year group in which it is taught.
    lowest_year_group: Option<YearGroup>,
    /// The year group by the end of which it is due.
    highest_year_group: Option<YearGroup>,
    /// Its place in the sequence of the year group, 1 to 100,000.
    position: Option<i32>,
    /// What pupils are to know or to be able to do, 1 to 1,000 characters.
    statement: Option<String>,
    /// Why it comes where it comes, 1 to 1,000 characters; null for no reason.
    reason: MaybeUndefined<String>,
    /// All that it builds on, at most 30, in place of what it built on.
    builds_on: Option<Vec<Ref<Objective>>>,
    /// In a school's own curriculum: the trust's objective for which it stands; null for none.
    stands_for_id: MaybeUndefined<Ref<Objective>>,
}

removal! {
    /// An objective of a draft to remove.
    RemoveObjectiveInput of objective_id: Objective
}

const CODE_TAKEN: &str = "The version has an objective with this code.";

fn keys(ids: &[Ref<Objective>]) -> Result<Vec<Uuid>, UserError> {
    if ids.len() > MOST_LINKS {
        let message = format!("An objective builds on at most {MOST_LINKS} others, these are {}.", ids.len());
        return Err(UserError::invalid("buildsOn", message));
    }
    Ok(ids.iter().map(|id| id.uuid()).collect())
}

/// The key of the trust's objective for which one of a school is to stand.
async fn stands_for(
    tx: &Tx,
    by: &Acting<'_>,
    draft: &curriculum_version::Model,
    id: Option<Ref<Objective>>,
) -> Result<Option<Uuid>, Refusal> {
    let Some(named) = by.named_if(tx, id, "standsForId").await? else { return Ok(None) };
    let of = by.find::<curriculum_version::Entity>(tx, named.curriculum_version_id, "standsForId", "objective").await?;
    let message = if draft.school_id.is_none() {
        "The trust's objectives stand for themselves. Leave it out."
    } else if of.school_id.is_some() || of.subject_id != draft.subject_id {
        "An objective of a school stands for one of the trust in the same subject."
    } else if of.status != CurriculumStatus::Current {
        "This one is not of the version by which the trust teaches now. Name it as it is there."
    } else {
        return Ok(Some(named.key));
    };
    Err(UserError::invalid("standsForId", message).into())
}

/// The place after all other objectives of a draft.
async fn last_position(tx: &Tx, by: &Acting<'_>, draft: Uuid) -> Result<i32> {
    let last = Scoped::<objective::Entity>::of(by.viewer)
        .filter(objective::COLUMN.curriculum_version_id.eq(draft))
        .order_by(objective::Column::Position, Order::Desc);
    let after = |last: objective::Model| last.position.saturating_add(1).min(POSITION.most());
    Ok(tx.one(last.to_look_at()).await?.map_or(1, after))
}

impl Change for CreateObjectiveInput {
    type Changed = objective::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<objective::Model, Refusal> {
        let draft = by.to_change(tx, self.curriculum_version_id, "curriculumVersionId").await?;
        let permit = policy::may::<objective::Entity>(by, draft.school_id, draft.subject_id)?;
        refuse_unless_draft(&draft, "curriculumVersionId")?;
        let builds_on = keys(&self.builds_on)?;
        let row = objective::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            school_id: draft.school_id,
            subject_id: draft.subject_id,
            curriculum_version_id: draft.id,
            key: Uuid::now_v7(),
            code: self.code,
            category: self.category,
            strand: self.strand,
            lowest_year_group: self.lowest_year_group,
            highest_year_group: self.highest_year_group.unwrap_or(self.lowest_year_group),
            position: match self.position {
                Some(position) => position,
                None => last_position(tx, by, draft.id).await?,
            },
            statement: self.statement,
            reason: self.reason,
            stands_for: stands_for(tx, by, &draft, self.stands_for_id).await?,
            version: 1,
        };
        let row = tx.insert(&permit, row.checked(())?.into_active_model()).await.unless_taken("code", CODE_TAKEN)?;
        if !builds_on.is_empty() {
            links::link(tx, by, &row, &builds_on).await?;
        }
        Ok(row)
    }
}

/// The objective of an id, with its draft: both to be changed, the draft first, as whoever adds to it takes it.
async fn of_draft(
    tx: &Tx,
    by: &Acting<'_>,
    id: Ref<Objective>,
) -> Result<(curriculum_version::Model, objective::Model), Refusal> {
    let named = by.look_at(tx, id, "objectiveId").await?;
    let draft = by.to_change(tx, Ref::<CurriculumVersion>::from(named.curriculum_version_id), "objectiveId").await?;
    let row = by.to_change(tx, id, "objectiveId").await?;
    Ok((draft, row))
}

impl Change for UpdateObjectiveInput {
    type Changed = objective::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<objective::Model, Refusal> {
        let (draft, row) = of_draft(tx, by, self.objective_id).await?;
        let permit = policy::may::<objective::Entity>(by, draft.school_id, draft.subject_id)?;
        if row.version == self.expected_version {
            refuse_unless_draft(&draft, "objectiveId")?;
        }
        let builds_on = self.builds_on.as_deref().map(keys).transpose()?;
        let stands_for = match self.stands_for_id {
            MaybeUndefined::Undefined => row.stands_for,
            given => stands_for(tx, by, &draft, given.take()).await?,
        };
        let wanted = objective::Model {
            code: self.code.unwrap_or_else(|| row.code.clone()),
            category: self.category.unwrap_or(row.category),
            strand: self.strand.unwrap_or_else(|| row.strand.clone()),
            lowest_year_group: self.lowest_year_group.unwrap_or(row.lowest_year_group),
            highest_year_group: self.highest_year_group.unwrap_or(row.highest_year_group),
            position: self.position.unwrap_or(row.position),
            statement: self.statement.unwrap_or_else(|| row.statement.clone()),
            reason: match self.reason {
                MaybeUndefined::Undefined => row.reason.clone(),
                given => given.take(),
            },
            stands_for,
            ..row.clone()
        };
        let wanted = wanted.changed_from(&row, ())?;
        let is_as_read = row.version == self.expected_version;
        let relinked = match builds_on.filter(|_| is_as_read) {
            Some(builds_on) => links::link(tx, by, &wanted, &builds_on).await?,
            None => false,
        };
        let updated = if relinked {
            // What it builds on is a part of it, though it stands in rows of its own.
            tx.count_up(&permit, row, self.expected_version, wanted.into_active_model().reset_all()).await
        } else {
            tx.update_to(&permit, row, self.expected_version, wanted).await
        };
        let updated = updated.unless_taken("code", CODE_TAKEN)??;
        links::refuse_late(tx, by, &updated).await?;
        Ok(updated)
    }
}

impl Change for RemoveObjectiveInput {
    type Changed = Removed<objective::Entity>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Self::Changed, Refusal> {
        let (draft, row) = of_draft(tx, by, self.objective_id).await?;
        let permit = policy::may::<objective::Entity>(by, draft.school_id, draft.subject_id)?;
        refuse_unless_draft(&draft, "objectiveId")?;
        let its_own = Condition::any()
            .add(objective_link::COLUMN.objective_key.eq(row.key))
            .add(objective_link::COLUMN.builds_on.eq(row.key));
        let links = Scoped::<objective_link::Entity>::of(by.viewer)
            .filter(objective_link::COLUMN.curriculum_version_id.eq(draft.id))
            .filter(its_own)
            .order_by(objective_link::Column::Id, Order::Asc);
        let links = tx.all(links.to_change()).await?;
        tx.erase(&policy::may::<objective_link::Entity>(by, draft.school_id, draft.subject_id)?, &links).await?;
        remove(tx, &permit, row, "objectiveId", Vec::new()).await
    }
}

mutation! {
    /// Adds an objective to a draft. For those who may write the draft: trust leads; in a school's own, also its subject leader and its
    /// senior leaders.
    CreateObjective { create_objective: CreateObjectiveInput => CreateObjectivePayload {
        objective: Objective, "The new objective."
    } }

    /// Changes an objective of a draft: its words, its place, what it builds on. For those who may write the draft.
    UpdateObjective { update_objective: UpdateObjectiveInput => UpdateObjectivePayload {
        objective: Objective, "The objective as it is now."
    } }

    /// Removes an objective from a draft, with its links. For those who may write the draft.
    RemoveObjective { remove_objective: RemoveObjectiveInput => RemoveObjectivePayload {
        removed_id: (Objective), "The id by which it was known."
    } }
}
