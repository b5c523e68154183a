//! `createClass`: a senior leader opens a class in their school.

use async_graphql::InputObject;
use plumbline_entity::{class, year_group::YearGroup};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Ref, Refusal, UnlessTaken, mutation},
    organisation::{AcademicYear, Class, School},
    rulebook::Ruled as _,
};

/// A class to open.
#[derive(InputObject)]
pub struct CreateClassInput {
    /// The school.
    school_id: Ref<School>,
    /// The academic year.
    academic_year_id: Ref<AcademicYear>,
    /// The name it goes by, 1 to 100 characters, unique in its school and year.
    name: String,
    /// Its youngest year group.
    lowest_year_group: YearGroup,
    /// Its oldest year group; the youngest, if it is left out.
    highest_year_group: Option<YearGroup>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for CreateClassInput {
    type Changed = class::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<class::Model, Refusal> {
        let school = by.named(tx, self.school_id, "schoolId").await?;
        let permit = by.may_in_school::<class::Entity>(school.id)?;
        let year = by.named(tx, self.academic_year_id, "academicYearId").await?;
        let row = class::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            school_id: school.id,
            academic_year_id: year.id,
            name: self.name,
            lowest_year_group: self.lowest_year_group,
            highest_year_group: self.highest_year_group.unwrap_or(self.lowest_year_group),
            version: 1,
        }
        .checked(())?;
        tx.insert(&permit, row.into_active_model())
            .await
            .unless_taken("name", "The school has a class of this name in that year.")
    }
}

mutation! {
    /// Opens a class. For senior leaders, in their school.
    CreateClass { create_class: CreateClassInput => CreateClassPayload {
        /// The new class.
        class: Class
    } }
}
