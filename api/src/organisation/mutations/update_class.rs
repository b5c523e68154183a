//! `updateClass`: a senior leader renames a class or changes its year groups.

use async_graphql::InputObject;
use plumbline_entity::{class, year_group::YearGroup};
use sea_orm::ActiveValue::Set;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Ref, Refusal, UnlessTaken, mutation},
    organisation::{Class, store},
    rulebook::Ruled as _,
};

/// What to change of a class; what is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateClassInput {
    /// The class.
    class_id: Ref<Class>,
    /// The `version` of the class as you read it.
    expected_version: i32,
    /// The name it goes by, 1 to 100 characters, unique in its school and year.
    name: Option<String>,
    /// Its youngest year group.
    lowest_year_group: Option<YearGroup>,
    /// Its oldest year group.
    highest_year_group: Option<YearGroup>,
}

impl Change for UpdateClassInput {
    type Changed = class::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<class::Model, Refusal> {
        let class = by.named(tx, self.class_id, "classId").await?;
        let permit = by.may_in_school::<class::Entity>(class.school_id)?;
        let wanted = class::Model {
            name: self.name.unwrap_or_else(|| class.name.clone()),
            lowest_year_group: self.lowest_year_group.unwrap_or(class.lowest_year_group),
            highest_year_group: self.highest_year_group.unwrap_or(class.highest_year_group),
            ..class.clone()
        }
        .changed_from(&class, ())?;
        let (lowest, highest) = (wanted.lowest_year_group, wanted.highest_year_group);
        store::refuse_to_leave_pupils_out(tx, by, class.id, lowest, highest).await?;
        let changes = class::ActiveModel {
            name: Set(wanted.name),
            lowest_year_group: Set(lowest),
            highest_year_group: Set(highest),
            ..Default::default()
        };
        let updated = tx.update(&permit, class, self.expected_version, changes).await;
        Ok(updated.unless_taken("name", "The school has a class of this name in that year.")??)
    }
}

mutation! {
    /// Renames a class or changes its year groups. For senior leaders, in their school.
    UpdateClass { update_class: UpdateClassInput => UpdateClassPayload {
        /// The class as it is now.
        class: Class
    } }
}
