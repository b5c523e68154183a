//! `createCurriculum`, `updateCurriculum` and `removeCurriculum`: the trust says what is taught in a subject, and a school whether it
//! follows, adapts or replaces that.

use plumbline_entity::{
    curriculum, curriculum::CurriculumStanding, curriculum_version, curriculum_version::CurriculumStatus,
};
use sea_orm::{ColumnTrait as _, Condition, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    curriculum::{Curriculum, Subject, policy, store},
    db::{Read as _, Scoped, Tx},
    error::Result,
    graphql::{
        Acting, Change, Hanging, Ref, Refusal, Removed, UnlessTaken, UserError, inputs, mutation, refuse_hanging,
        removal, remove,
    },
    organisation::School,
    rulebook::Ruled as _,
};

inputs! {
    curriculum, "curriculum":
    /// A curriculum to begin, for the trust or for a school. It has no objectives before a draft of it is begun.
    create CreateCurriculumInput {
        /// The subject.
        subject_id: Ref<Subject>,
        /// The school whose own it is; the trust's for all schools, if it is left out.
        school_id: Option<Ref<School>>,
    }
    update UpdateCurriculumInput of curriculum_id: Curriculum
    both {}
    then create {
        /// How a school's own stands to the trust's: FOLLOWS if it is left out. The trust's is CORE.
        standing: Option<CurriculumStanding>,
        /// What the subject is taught for, 1 to 4,000 characters.
        aim: Option<String>,
    }
    then update {
        /// How a school's own stands to the trust's. What a school that comes to follow the trust's taught by is retired.
        standing: CurriculumStanding,
    }
    or null {
        /// What the subject is taught for, 1 to 4,000 characters; null for nothing in particular.
        aim: String,
    }
}

removal! {
    /// A curriculum to remove.
    RemoveCurriculumInput of curriculum_id: Curriculum
}

const TAKEN: &str = "There is a curriculum of this subject already.";

/// The trust's curriculum in a subject. It stays until the change is made.
async fn core_of(tx: &Tx, by: &Acting<'_>, subject: Uuid) -> Result<Option<curriculum::Model>> {
    let rows = Scoped::<curriculum::Entity>::of(by.viewer)
        .filter(curriculum::COLUMN.subject_id.eq(subject))
        .filter(curriculum::Column::SchoolId.is_null());
    tx.one(rows).await
}

/// Refuses a standing that does not fit whose curriculum it is, or that is one to a curriculum of the trust where there is none.
async fn refuse_misfit(tx: &Tx, by: &Acting<'_>, row: &curriculum::Model) -> Result<(), Refusal> {
    let message = match (row.school_id, row.standing) {
        (None, CurriculumStanding::Core) | (Some(_), CurriculumStanding::Replaces) => return Ok(()),
        (None, _) => "The trust's curriculum is CORE. Name a school for one that follows, adapts or replaces it.",
        (Some(_), CurriculumStanding::Core) => {
            "A school's curriculum is FOLLOWS, ADAPTS or REPLACES. CORE is the trust's."
        }
        (Some(_), _) if core_of(tx, by, row.subject_id).await?.is_some() => return Ok(()),
        (Some(_), _) => {
            "The trust has no curriculum of this subject to follow or adapt. One of the school's own is REPLACES."
        }
    };
    Err(UserError::invalid("standing", message).into())
}

impl Change for CreateCurriculumInput {
    type Changed = curriculum::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<curriculum::Model, Refusal> {
        let subject = by.named(tx, self.subject_id, "subjectId").await?;
        let school = by.named_if(tx, self.school_id, "schoolId").await?.map(|school| school.id);
        let permit = policy::may::<curriculum::Entity>(by, school, subject.id)?;
        let usual = if school.is_some() { CurriculumStanding::Follows } else { CurriculumStanding::Core };
        let row = curriculum::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            school_id: school,
            subject_id: subject.id,
            standing: self.standing.unwrap_or(usual),
            aim: self.aim,
            version: 1,
        };
        let row = row.checked(())?;
        refuse_misfit(tx, by, &row).await?;
        tx.insert(&permit, row.into_active_model()).await.unless_taken("subjectId", TAKEN)
    }
}

impl Change for UpdateCurriculumInput {
    type Changed = curriculum::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<curriculum::Model, Refusal> {
        let row = by.to_change(tx, self.curriculum_id, "curriculumId").await?;
        let permit = policy::may::<curriculum::Entity>(by, row.school_id, row.subject_id)?;
        let wanted = self.over(&row).changed_from(&row, ())?;
        refuse_misfit(tx, by, &wanted).await?;
        if row.version == self.expected_version
            && wanted.standing == CurriculumStanding::Follows
            && row.standing != wanted.standing
        {
            retire_own(tx, by, &row).await?;
        }
        Ok(tx.update_to(&permit, row, self.expected_version, wanted).await??)
    }
}

/// Retires what a school taught by that now follows the trust's.
async fn retire_own(tx: &Tx, by: &Acting<'_>, row: &curriculum::Model) -> Result<(), Refusal> {
    if store::version_in(tx, by, row, CurriculumStatus::Draft).await?.is_some() {
        let message = "A draft of the school's own is being written. Publish or remove it first.";
        return Err(UserError::wrong_state("standing", message).into());
    }
    let permit = policy::may::<curriculum_version::Entity>(by, row.school_id, row.subject_id)?;
    if let Some(current) = store::version_in(tx, by, row, CurriculumStatus::Current).await? {
        tx.amend(&permit, &current, store::retired(&current, by.today())).await?;
    }
    Ok(())
}

impl Change for RemoveCurriculumInput {
    type Changed = Removed<curriculum::Entity>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Self::Changed, Refusal> {
        let row = by.to_change(tx, self.curriculum_id, "curriculumId").await?;
        let permit = policy::may::<curriculum::Entity>(by, row.school_id, row.subject_id)?;
        if row.standing == CurriculumStanding::Core {
            let stands_to_it = Condition::all()
                .add(curriculum::COLUMN.subject_id.eq(row.subject_id))
                .add(curriculum::Column::Standing.is_in([CurriculumStanding::Follows, CurriculumStanding::Adapts]));
            let message = "It cannot be removed: there are {} that follow or adapt it.";
            let hanging = vec![Hanging::of::<curriculum::Entity>("curricula of schools", stands_to_it)];
            refuse_hanging(tx, "curriculumId", message, hanging).await?;
        }
        let versions = curriculum_version::COLUMN.curriculum_id.eq(row.id);
        let hanging = vec![Hanging::of::<curriculum_version::Entity>("versions", versions)];
        remove(tx, &permit, row, "curriculumId", hanging).await
    }
}

mutation! {
    /// Begins the curriculum of a subject: the trust's, for trust leads; or a school's, which follows, adapts or replaces it, for its
    /// subject leader and its senior leaders as well.
    CreateCurriculum { create_curriculum: CreateCurriculumInput => CreateCurriculumPayload {
        curriculum: Curriculum, "The new curriculum."
    } }

    /// Says what the subject is taught for, or how a school's curriculum stands to the trust's. For those who may begin one.
    UpdateCurriculum { update_curriculum: UpdateCurriculumInput => UpdateCurriculumPayload {
        curriculum: Curriculum, "The curriculum as it is now."
    } }

    /// Removes a curriculum that has no versions and that no school follows or adapts. For those who may begin one.
    RemoveCurriculum { remove_curriculum: RemoveCurriculumInput => RemoveCurriculumPayload {
        removed_id: (Curriculum), "The id by which it was known."
    } }
}
