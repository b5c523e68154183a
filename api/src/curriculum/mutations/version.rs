//! `draftCurriculumVersion`, `updateCurriculumVersion`, `publishCurriculumVersion` and `removeCurriculumVersion`: a curriculum is
//! refined in versions.

use async_graphql::{Enum, InputObject};
use plumbline_entity::{
    curriculum, curriculum::CurriculumStanding, curriculum_version, curriculum_version::CurriculumStatus, objective,
    objective_link,
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, IntoActiveModel as _, Order};
use uuid::Uuid;

use crate::{
    curriculum::{
        Curriculum, CurriculumVersion, links, policy,
        reads::{VersionOf, objectives_of},
        store::{self, Content, refuse_unless_draft},
    },
    db::{Read as _, Scoped, Tx},
    error::Result,
    graphql::{Acting, Change, Ref, Refusal, Removed, UnlessTaken, UserError, inputs, mutation, removal, remove},
    rulebook::Ruled as _,
};

/// What the draft of a curriculum begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DraftBasis {
    /// No objectives.
    Nothing,
    /// Those of the version by which is taught.
    Current,
    /// Those of the version that was retired last, such as what a school taught by before it came to follow the trust's.
    Previous,
    /// In a school's own: those of the trust, each standing for the one from which it was made.
    Core,
}

/// A draft to begin.
#[derive(InputObject)]
pub struct DraftCurriculumVersionInput {
    /// The curriculum, which has no draft.
    curriculum_id: Ref<Curriculum>,
    /// What it begins with. If it is left out: the current version; where there is none, the trust's for a school that adapts it; else nothing.
    basis: Option<DraftBasis>,
    /// Why the sequence is as it is, and what is to be changed, 1 to 4,000 characters.
    rationale: String,
    /// Where it is taken from, 1 to 300 characters; left out for the trust's own words.
    source: Option<String>,
    /// The licence of the source, 1 to 300 characters.
    licence: Option<String>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

inputs! {
    curriculum_version, "version of a curriculum":
    update UpdateCurriculumVersionInput of curriculum_version_id: CurriculumVersion {
        /// Why the sequence is as it is, and what was changed, 1 to 4,000 characters.
        rationale: String,
        /// Where it is taken from, 1 to 300 characters.
        source: String,
        /// The licence of the source, 1 to 300 characters.
        licence: String,
    }
}

/// A draft to teach by from now on.
#[derive(InputObject)]
pub struct PublishCurriculumVersionInput {
    /// The draft.
    curriculum_version_id: Ref<CurriculumVersion>,
    /// The `version` of the draft as you read it.
    expected_version: i32,
}

removal! {
    /// A draft to remove, with its objectives.
    RemoveCurriculumVersionInput of curriculum_version_id: CurriculumVersion
}

/// The objectives with which a draft begins.
async fn content(
    tx: &Tx,
    by: &Acting<'_>,
    curriculum: &curriculum::Model,
    basis: Option<DraftBasis>,
    draft: &curriculum_version::Model,
) -> Result<Content, Refusal> {
    let current = store::version_in(tx, by, curriculum, CurriculumStatus::Current).await?;
    let usual = match (&current, curriculum.standing) {
        (Some(_), _) => DraftBasis::Current,
        (None, CurriculumStanding::Adapts) => DraftBasis::Core,
        (None, _) => DraftBasis::Nothing,
    };
    let none = |message: &str| Refusal::from(UserError::invalid("basis", message));
    match basis.unwrap_or(usual) {
        DraftBasis::Nothing => Ok(Content::default()),
        DraftBasis::Current => {
            let current =
                current.ok_or_else(|| none("There is no version by which is taught. Begin with NOTHING or CORE."))?;
            Ok(Content::of(tx, by, current.id).await?.again(draft))
        }
        DraftBasis::Previous => {
            let retired = Scoped::<curriculum_version::Entity>::of(by.viewer)
                .filter(curriculum_version::COLUMN.curriculum_id.eq(curriculum.id))
                .filter(curriculum_version::Column::Status.eq(CurriculumStatus::Retired))
                .order_by(curriculum_version::Column::Number, Order::Desc);
            let retired = tx.one(retired).await?;
            let retired =
                retired.ok_or_else(|| none("No version of it was retired. Begin with CURRENT, CORE or NOTHING."))?;
            Ok(Content::of(tx, by, retired.id).await?.again(draft))
        }
        DraftBasis::Core => {
            if curriculum.standing == CurriculumStanding::Core {
                return Err(none("This is the trust's curriculum. Begin with CURRENT or NOTHING."));
            }
            let core = tx.one(VersionOf::Core(curriculum.subject_id).rows(by.viewer)).await?;
            let core = core.ok_or_else(|| none("The trust has no version by which is taught. Begin with NOTHING."))?;
            Ok(Content::of(tx, by, core.id).await?.adapted(draft))
        }
    }
}

impl Change for DraftCurriculumVersionInput {
    type Changed = curriculum_version::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<curriculum_version::Model, Refusal> {
        let curriculum = by.to_change(tx, self.curriculum_id, "curriculumId").await?;
        let (school, subject) = (curriculum.school_id, curriculum.subject_id);
        let permit = policy::may::<curriculum_version::Entity>(by, school, subject)?;
        if curriculum.standing == CurriculumStanding::Follows {
            let message =
                "The school follows the trust's curriculum. Let it adapt or replace that first, by `updateCurriculum`.";
            return Err(UserError::wrong_state("curriculumId", message).into());
        }
        let latest = Scoped::<curriculum_version::Entity>::of(by.viewer)
            .filter(curriculum_version::COLUMN.curriculum_id.eq(curriculum.id))
            .order_by(curriculum_version::Column::Number, Order::Desc);
        let latest = tx.one(latest.to_change()).await?;
        if latest.as_ref().is_some_and(|latest| latest.status == CurriculumStatus::Draft) {
            return Err(
                UserError::wrong_state("curriculumId", "There is a draft of it already: write on in that.").into()
            );
        }
        let draft = curriculum_version::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            school_id: school,
            subject_id: subject,
            curriculum_id: curriculum.id,
            number: latest.map_or(1, |latest| latest.number + 1),
            status: CurriculumStatus::Draft,
            rationale: self.rationale,
            source: self.source,
            licence: self.licence,
            current_from: None,
            retired_on: None,
            version: 1,
        };
        let draft = draft.checked(())?;
        let content = content(tx, by, &curriculum, self.basis, &draft).await?;
        let taken = "There is a draft of it already: write on in that.";
        let draft = tx.insert(&permit, draft.into_active_model()).await.unless_taken("curriculumId", taken)?;
        content.write(tx, &policy::may(by, school, subject)?, &policy::may(by, school, subject)?).await?;
        Ok(draft)
    }
}

impl Change for UpdateCurriculumVersionInput {
    type Changed = curriculum_version::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<curriculum_version::Model, Refusal> {
        let row = by.to_change(tx, self.curriculum_version_id, "curriculumVersionId").await?;
        let permit = policy::may::<curriculum_version::Entity>(by, row.school_id, row.subject_id)?;
        let wanted = self.over(&row).changed_from(&row, ())?;
        Ok(tx.update_to(&permit, row, self.expected_version, wanted).await??)
    }
}

impl Change for PublishCurriculumVersionInput {
    type Changed = curriculum_version::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<curriculum_version::Model, Refusal> {
        // The curriculum first, as whoever begins a draft takes it.
        let named = by.look_at(tx, self.curriculum_version_id, "curriculumVersionId").await?;
        let curriculum = by.to_change(tx, Ref::<Curriculum>::from(named.curriculum_id), "curriculumVersionId").await?;
        // What is taught by before what will be, in the order of their ids, as whoever plans by them takes them.
        let current = store::version_in(tx, by, &curriculum, CurriculumStatus::Current).await?;
        let draft = by.to_change(tx, self.curriculum_version_id, "curriculumVersionId").await?;
        let permit = policy::may::<curriculum_version::Entity>(by, draft.school_id, draft.subject_id)?;
        if draft.version == self.expected_version {
            refuse_unless_draft(&draft, "curriculumVersionId")?;
            // Of two subjects that come to build on each other at once, the second sees the first.
            tx.lock(&format!("curricula {}", by.trust())).await?;
            let objectives = objectives_of(tx, by.viewer, &[draft.id]).await?;
            links::refuse_unsound(tx, by, &draft, &objectives, "curriculumVersionId").await?;
            if objectives.is_empty() {
                let message = "It has no objectives: nothing would be taught by it.";
                return Err(UserError::wrong_state("curriculumVersionId", message).into());
            }
            if let Some(current) = &current {
                tx.amend(&permit, current, store::retired(current, by.today())).await?;
            }
        }
        let changes = curriculum_version::ActiveModel {
            status: Set(CurriculumStatus::Current),
            current_from: Set(Some(by.today())),
            ..Default::default()
        };
        Ok(tx.update(&permit, draft, self.expected_version, changes).await??)
    }
}

impl Change for RemoveCurriculumVersionInput {
    type Changed = Removed<curriculum_version::Entity>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Self::Changed, Refusal> {
        let draft = by.to_change(tx, self.curriculum_version_id, "curriculumVersionId").await?;
        let (school, subject) = (draft.school_id, draft.subject_id);
        let permit = policy::may::<curriculum_version::Entity>(by, school, subject)?;
        refuse_unless_draft(&draft, "curriculumVersionId")?;
        let objectives = Scoped::<objective::Entity>::of(by.viewer)
            .filter(objective::COLUMN.curriculum_version_id.eq(draft.id))
            .order_by(objective::Column::Id, Order::Asc);
        let links = Scoped::<objective_link::Entity>::of(by.viewer)
            .filter(objective_link::COLUMN.curriculum_version_id.eq(draft.id))
            .order_by(objective_link::Column::Id, Order::Asc);
        let (objectives, links) = (tx.all(objectives.to_change()).await?, tx.all(links.to_change()).await?);
        tx.erase(&policy::may::<objective_link::Entity>(by, school, subject)?, &links).await?;
        tx.erase(&policy::may::<objective::Entity>(by, school, subject)?, &objectives).await?;
        remove(tx, &permit, draft, "curriculumVersionId", Vec::new()).await
    }
}

mutation! {
    /// Begins a draft of a curriculum, with the objectives of the version by which is taught, of the trust's, or with none. For trust leads;
    /// of a school's, also for its subject leader and its senior leaders.
    DraftCurriculumVersion { draft_curriculum_version: DraftCurriculumVersionInput => DraftCurriculumVersionPayload {
        curriculum_version: CurriculumVersion, "The draft."
    } }

    /// Says why the sequence is as it is, or where it was taken from, also of a version that is taught by. For those who may begin a draft.
    UpdateCurriculumVersion { update_curriculum_version: UpdateCurriculumVersionInput => UpdateCurriculumVersionPayload {
        curriculum_version: CurriculumVersion, "The version as it is now."
    } }

    /// Makes a draft the version by which is taught from today on, and retires the one before. For those who may begin a draft.
    PublishCurriculumVersion { publish_curriculum_version: PublishCurriculumVersionInput => PublishCurriculumVersionPayload {
        curriculum_version: CurriculumVersion, "The version as it is now."
    } }

    /// Removes a draft with its objectives. For those who may begin one.
    RemoveCurriculumVersion { remove_curriculum_version: RemoveCurriculumVersionInput => RemoveCurriculumVersionPayload {
        removed_id: (CurriculumVersion), "The id by which it was known."
    } }
}
