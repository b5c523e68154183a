//! `createClass` and `updateClass`: a senior leader opens a class in their school, renames it, changes its year groups.

use plumbline_entity::{class, year_group::YearGroup};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Ref, Refusal, UnlessTaken, inputs, mutation},
    organisation::{AcademicYear, Class, School, store},
    rulebook::Ruled as _,
};

inputs! {
    class:
    /// A class to open.
    create CreateClassInput {
        /// The school.
        school_id: Ref<School>,
        /// The academic year.
        academic_year_id: Ref<AcademicYear>,
    }
    /// What to change of a class; what is left out stays as it is.
    update UpdateClassInput {
        /// The class.
        class_id: Class,
        /// The `version` of the class as you read it.
        expected_version
    }
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
        let class = by.named(tx, self.class_id, "classId").await?;
        let permit = by.may_in_school::<class::Entity>(class.school_id)?;
        let wanted = self.over(&class).changed_from(&class, ())?;
        store::refuse_to_leave_pupils_out(tx, &wanted).await?;
        Ok(tx.update_to(&permit, class, self.expected_version, wanted).await.unless_taken("name", NAME_TAKEN)??)
    }
}

mutation! {
    /// Opens a class. For senior leaders, in their school.
    CreateClass { create_class: CreateClassInput => CreateClassPayload {
        /// The new class.
        class: Class
    } }
}

mutation! {
    /// Renames a class or changes its year groups. For senior leaders, in their school.
    UpdateClass { update_class: UpdateClassInput => UpdateClassPayload {
        /// The class as it is now.
        class: Class
    } }
}
