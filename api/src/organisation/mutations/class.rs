//! `createClass`, `updateClass` and `removeClass`: a senior leader opens a class in their school, renames it, changes its year
//! groups, takes a mistaken one away.

use plumbline_entity::{
    adaptation, appointment, class, enrolment, judgement, plan_step, taught_objective, year_group::YearGroup,
};
use sea_orm::{ColumnTrait as _, Condition, IntoActiveModel as _, sea_query::ExprTrait as _};
use uuid::Uuid;

use crate::{
    db::{PlacesOfPupil, Read as _, Reason as _, Tx},
    graphql::{Acting, Change, Ref, Refusal, UnlessTaken, UserError, inputs, mutation, removal},
    organisation::{AcademicYear, Class, School},
    rulebook::Ruled as _,
};

inputs! {
    class, "class":
    /// A class to open.
    create CreateClassInput {
        /// The school.
        school_id: Ref<School>,
        /// The academic year.
        academic_year_id: Ref<AcademicYear>,
    }
    update UpdateClassInput of class_id: Class
    both {
        /// The name it goes by, 1 to 100 characters, unique in its school and year.
        name: String,
        /// Its youngest year group.
        lowest_year_group: YearGroup,
    }
    then create {
        /// Its oldest year group; the youngest, if it is left out.
        highest_year_group: Option<YearGroup>,
    }
    then update {
        /// Its oldest year group.
        highest_year_group: YearGroup,
    }
}

const NAME_TAKEN: &str = "The school has a class of this name in that year.";

impl Change for CreateClassInput {
    type Changed = class::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<class::Model, Refusal> {
        let school = by.named(tx, self.school_id, "schoolId").await?;
        let permit = by.may_in_school::<class::Entity>(school.id)?;
        let year = by.named(tx, self.academic_year_id, "academicYearId").await?;
        let class = class::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            school_id: school.id,
            academic_year_id: year.id,
            name: self.name,
            lowest_year_group: self.lowest_year_group,
            highest_year_group: self.highest_year_group.unwrap_or(self.lowest_year_group),
            version: 1,
        };
        tx.insert(&permit, class.checked(())?.into_active_model()).await.unless_taken("name", NAME_TAKEN)
    }
}

impl Change for UpdateClassInput {
    type Changed = class::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<class::Model, Refusal> {
        let class = by.to_change(tx, self.class_id, "classId").await?;
        let permit = by.may_in_school::<class::Entity>(class.school_id)?;
        let wanted = self.over(&class).changed_from(&class, ())?;
        leave_no_pupils_out(tx, &wanted).await?;
        Ok(tx.update_to(&permit, class, self.expected_version, wanted).await.unless_taken("name", NAME_TAKEN)??)
    }
}

/// Refuses year groups for a class if they leave out the year group of a pupil who is or was in it.
async fn leave_no_pupils_out(tx: &Tx, class: &class::Model) -> Result<(), Refusal> {
    let outside = enrolment::Column::YearGroup
        .lt(class.lowest_year_group)
        .or(enrolment::Column::YearGroup.gt(class.highest_year_group));
    let left_out = Condition::all().add(enrolment::COLUMN.class_id.eq(class.id)).add(outside);
    // Past the scope: a client application that reads no pupils must not leave them out either.
    match tx.count(PlacesOfPupil.of::<enrolment::Entity>().filter(left_out).rows()).await? {
        0 => Ok(()),
        pupils => {
            let message =
                format!("{pupils} enrolments in the class are of other year groups; enrol them elsewhere first.");
            Err(UserError::invalid("lowestYearGroup", message).into())
        }
    }
}

removal! {
    /// A class to remove.
    RemoveClassInput of class_id("classId"): Class
    for |by, class| by.may_in_school(class.school_id);
    hangs {
        "enrolments": enrolment::ClassId,
        "appointments": appointment::ClassId,
        "judgements": judgement::ClassId,
        "plans taken up": plan_step::ClassId,
        "adaptations of plans": adaptation::ClassId,
        "records of teaching": taught_objective::ClassId,
    }
}

mutation! {
    /// Opens a class. For senior leaders, in their school.
    CreateClass { create_class: CreateClassInput => CreateClassPayload { class: Class, "The new class." } }

    /// Renames a class or changes its year groups. For senior leaders, in their school.
    UpdateClass { update_class: UpdateClassInput => UpdateClassPayload { class: Class, "The class as it is now." } }

    /// Removes a class in which nobody ever was and to which nobody was appointed. For senior leaders, in their school.
    RemoveClass { remove_class: RemoveClassInput => RemoveClassPayload { removed_id: (Class), "The id by which it was known." } }
}
