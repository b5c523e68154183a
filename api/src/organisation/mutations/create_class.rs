//! `createClass`: a senior leader opens a class in their school.

use async_graphql::InputObject;
use plumbline_entity::{academic_year, class, school, year_group::YearGroup};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use uuid::Uuid;

use crate::{
    db::{Read, Scoped, Tx},
    graphql::{Acting, Change, Ref, Refusal, UserError, mutation, payload},
    organisation::{AcademicYear, Class, School, rules},
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

payload! {
    /// What came of `createClass`.
    CreateClassPayload {
        /// The new class.
        class: Class
    }
}

impl Change for CreateClassInput {
    const NAME: &'static str = "createClass";
    type Changed = class::Model;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<class::Model, Refusal> {
        let school: school::Model = by.find::<school::Entity>(tx, self.school_id.uuid(), "schoolId", "school").await?;
        let permit = by.may_in_school::<class::Entity>(school.id)?;
        let year = by
            .find::<academic_year::Entity>(tx, self.academic_year_id.uuid(), "academicYearId", "academic year")
            .await?;
        let name = rules::check_name(&self.name).map_err(|message| UserError::invalid("name", message))?;
        let highest = self.highest_year_group.unwrap_or(self.lowest_year_group);
        rules::check_span(self.lowest_year_group, highest)
            .map_err(|message| UserError::invalid("lowestYearGroup", message))?;
        let same_name = Condition::all()
            .add(class::COLUMN.school_id.eq(school.id))
            .add(class::COLUMN.academic_year_id.eq(year.id))
            .add(class::Column::Name.eq(name.as_str()));
        if tx.one(Scoped::<class::Entity>::of(by.viewer).filter(same_name)).await?.is_some() {
            return Err(UserError::duplicate("name", "The school has a class of this name in that year.").into());
        }
        let row = class::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(by.trust()),
            school_id: Set(school.id),
            academic_year_id: Set(year.id),
            name: Set(name),
            lowest_year_group: Set(self.lowest_year_group),
            highest_year_group: Set(highest),
            version: Set(1),
        };
        Ok(tx.insert(&permit, row).await?)
    }
}

mutation! {
    /// Opens a class. For senior leaders, in their school.
    CreateClass { create_class: CreateClassInput => CreateClassPayload }
}
