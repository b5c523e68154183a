//! With which options a trust was made by `plumbline demo`, so that a second run knows its work.

use sea_orm::entity::prelude::*;

/// With which options a trust was made by `plumbline demo`, so that a second run knows its work.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "demo_fill")]
pub struct Model {
    /// The trust.
    #[sea_orm(primary_key, auto_increment = false)]
    pub trust_id: Uuid,
    /// How many schools.
    pub schools: i32,
    /// How many academic years.
    pub years: i32,
    /// The seed, its bits as a signed number.
    pub seed: i64,
    /// Whether effects are planted.
    pub effects: bool,
    /// Which edition of the demo: another would make other rows of the same options.
    pub edition: i32,
    /// When.
    pub made_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
