//! `updateSchool`: a trust lead changes what is recorded of a school.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::NaiveDate;
use plumbline_entity::school;
use sea_orm::ActiveValue::Set;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Date, Ref, Refusal, mutation},
    organisation::School,
    rulebook::{Ruled as _, values::narrowed},
};

/// What to change of a school; what is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateSchoolInput {
    /// The school.
    school_id: Ref<School>,
    /// The `version` of the school as you read it.
    expected_version: i32,
    /// The name that it goes by, 1 to 100 characters.
    name: Option<String>,
    /// Statutory lowest age of its pupils, 0 to 25; null if there is none.
    lowest_age: MaybeUndefined<i32>,
    /// Statutory highest age of its pupils, 0 to 25; null if there is none.
    highest_age: MaybeUndefined<i32>,
    /// The day it closed; null if it is open after all.
    closed_on: MaybeUndefined<Date>,
}

/// What an update gives, or what there is if it gives nothing.
fn or_as_is<T>(given: MaybeUndefined<T>, current: Option<T>) -> Option<T> {
    match given {
        MaybeUndefined::Undefined => current,
        given => given.take(),
    }
}

impl Change for UpdateSchoolInput {
    type Changed = school::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<school::Model, Refusal> {
        let school = by.to_change(tx, self.school_id, "schoolId").await?;
        let permit = by.may_in_school::<school::Entity>(school.id)?;
        let wanted = school::Model {
            name: self.name.unwrap_or_else(|| school.name.clone()),
            lowest_age: or_as_is(self.lowest_age.map_value(narrowed), school.lowest_age),
            highest_age: or_as_is(self.highest_age.map_value(narrowed), school.highest_age),
            closed_on: or_as_is(self.closed_on.map_value(NaiveDate::from), school.closed_on),
            ..school.clone()
        }
        .changed_from(&school, ())?;
        let changes = school::ActiveModel {
            name: Set(wanted.name),
            lowest_age: Set(wanted.lowest_age),
            highest_age: Set(wanted.highest_age),
            closed_on: Set(wanted.closed_on),
            ..Default::default()
        };
        Ok(tx.update(&permit, school, self.expected_version, changes).await??)
    }
}

mutation! {
    /// Changes what is recorded of a school. For trust leads.
    UpdateSchool { update_school: UpdateSchoolInput => UpdateSchoolPayload {
        school: School, "The school as it is now."
    } }
}
