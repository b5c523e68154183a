//! `createFocus`, `updateFocus` and `removeFocus`: a subject leader chooses what is looked at for a period.

use std::collections::BTreeSet;

use plumbline_entity::{focus, objective, objective::ObjectiveCategory, year_group::YearGroup};
use sea_orm::{ColumnTrait as _, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    curriculum::{Subject, rules::in_force::in_force},
    db::{Permit, Place, Read as _, Scoped, Tx},
    graphql::{Acting, Change, Date, Ref, Refusal, UserError, inputs, mutation, removal},
    organisation::School,
    planning::{Focus, store::versions_of},
    rulebook::Ruled as _,
};

inputs! {
    focus, "focus":
    /// A focus to set.
    create CreateFocusInput {
        /// The school.
        school_id: Ref<School>,
        /// The subject.
        subject_id: Ref<Subject>,
    }
    update UpdateFocusInput of focus_id: Focus
    both {
        /// What it is called, 1 to 100 characters.
        title: String,
        /// Why it is in focus, 1 to 1,000 characters.
        reason: String,
        /// The youngest year group.
        lowest_year_group: YearGroup,
        /// The oldest year group.
        highest_year_group: YearGroup,
        /// First day.
        starts_on: Date,
        /// Last day.
        ends_on: Date,
    }
    then create {
        /// The strand, as objectives name it; all of the subject, if it is left out.
        strand: Option<String>,
        /// Knowledge or skill; both, if it is left out.
        category: Option<ObjectiveCategory>,
    }
    or null {
        /// The strand, as objectives name it; null for all of the subject.
        strand: String,
        /// Knowledge or skill; null for both.
        category: ObjectiveCategory,
    }
}

removal! {
    /// A focus to remove.
    RemoveFocusInput of focus_id("focusId"): Focus
    for |by, focus| permit(by, focus.school_id, focus.subject_id);
    hangs {}
}

fn permit(by: &Acting<'_>, school: Uuid, subject: Uuid) -> Result<Permit<focus::Entity>, Refusal> {
    by.may(Place::school(by.trust(), school).in_subject(subject))
}

/// Refuses a strand that no objective has by which the school teaches the subject now, and names those that there are.
async fn refuse_unknown_strand(tx: &Tx, by: &Acting<'_>, focus: &focus::Model) -> Result<(), Refusal> {
    let Some(strand) = &focus.strand else { return Ok(()) };
    let versions = versions_of(tx, by.viewer, &[focus.subject_id], &[focus.school_id]).await?;
    let version = in_force(&versions, focus.school_id, by.today()).map(|version| version.id);
    let objectives =
        Scoped::<objective::Entity>::of(by.viewer).filter(objective::Column::CurriculumVersionId.is_in(version));
    let strands: BTreeSet<String> = tx.all(objectives).await?.into_iter().map(|row| row.strand).collect();
    if strands.contains(strand) {
        return Ok(());
    }
    let known: Vec<String> = strands.into_iter().collect();
    let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
    let message = format!("The school teaches no strand `{strand}` in this subject; its strands are: {known}.");
    Err(UserError::invalid("strand", message).into())
}

impl Change for CreateFocusInput {
    type Changed = focus::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<focus::Model, Refusal> {
        let school = by.named(tx, self.school_id, "schoolId").await?;
        let subject = by.named(tx, self.subject_id, "subjectId").await?;
        let permit = permit(by, school.id, subject.id)?;
        let row = focus::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            school_id: school.id,
            subject_id: subject.id,
            title: self.title,
            reason: self.reason,
            strand: self.strand,
            category: self.category,
            lowest_year_group: self.lowest_year_group,
            highest_year_group: self.highest_year_group,
            starts_on: self.starts_on.into(),
            ends_on: self.ends_on.into(),
            version: 1,
        };
        let row = row.checked(())?;
        refuse_unknown_strand(tx, by, &row).await?;
        Ok(tx.insert(&permit, row.into_active_model()).await?)
    }
}

impl Change for UpdateFocusInput {
    type Changed = focus::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<focus::Model, Refusal> {
        let row = by.to_change(tx, self.focus_id, "focusId").await?;
        let permit = permit(by, row.school_id, row.subject_id)?;
        let wanted = self.over(&row).changed_from(&row, ())?;
        if wanted.strand != row.strand {
            refuse_unknown_strand(tx, by, &wanted).await?;
        }
        Ok(tx.update_to(&permit, row, self.expected_version, wanted).await??)
    }
}

mutation! {
    /// Sets what is in focus in a subject of a school for a period. For its subject leader and its senior leaders.
    CreateFocus { create_focus: CreateFocusInput => CreateFocusPayload { focus: Focus, "The new focus." } }

    /// Changes a focus. For those who may set one.
    UpdateFocus { update_focus: UpdateFocusInput => UpdateFocusPayload { focus: Focus, "The focus as it is now." } }

    /// Removes a focus. For those who may set one.
    RemoveFocus { remove_focus: RemoveFocusInput => RemoveFocusPayload { removed_id: (Focus), "The id by which it was known." } }
}
