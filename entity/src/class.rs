//! A class of pupils in one school and one academic year; of mixed age where it spans year groups.

use sea_orm::entity::prelude::*;

use crate::year_group::YearGroup;

/// A class of pupils in one school and one academic year; of mixed age where it spans year groups.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "class")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The school that it belongs to.
    pub school_id: Uuid,
    /// The academic year in which it is taught.
    pub academic_year_id: Uuid,
    /// The name it goes by, such as 4B or Kingfisher.
    pub name: String,
    /// Its youngest year group.
    pub lowest_year_group: YearGroup,
    /// Its oldest year group; the same as the youngest unless the class is of mixed age.
    pub highest_year_group: YearGroup,
    /// Counts the changes of the row; an update names the version that it saw.
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
