//! A phase of the trust's schools: a run of year groups that are led together, such as Key Stage 1.

use sea_orm::entity::prelude::*;

use crate::year_group::YearGroup;

/// A phase of the trust's schools: a run of year groups that are led together, such as Key Stage 1.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "phase")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The name of the phase.
    pub name: String,
    /// Its youngest year group.
    pub lowest_year_group: YearGroup,
    /// Its oldest year group.
    pub highest_year_group: YearGroup,
    /// Counts the changes of the row; an update names the version that it saw.
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
