//! An edition of an exercise: protected counts, made when it was released, that those who see no pupils compare.

use sea_orm::entity::prelude::*;

/// An edition of an exercise: protected counts, made when it was released, that those who see no pupils compare.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_edition")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The exercise.
    pub exercise_id: Uuid,
    /// Counts the editions of the exercise, from 1.
    pub number: i32,
    /// When it was made: what was recorded later is not in it.
    pub made_at: DateTimeUtc,
    /// Schools with a judgement in the subject and window.
    pub schools: i32,
    /// Pupils with a judgement in the subject and window; protected.
    pub pupils: i32,
    /// Works that were drawn; protected.
    pub sampled: i32,
    /// Works that were moderated; protected.
    pub moderated: i32,
}

impl ActiveModelBehavior for ActiveModel {}
