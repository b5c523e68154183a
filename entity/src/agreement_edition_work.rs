//! What the first edition of an exercise was made from: a work and its grades then. It tells whether enough has changed for
//! another one.

use sea_orm::entity::prelude::*;

/// What the first edition of an exercise was made from: a work and its grades then. It tells whether enough has changed for
/// another one.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_edition_work")]
pub struct Model {
    /// The edition.
    #[sea_orm(primary_key, auto_increment = false)]
    pub edition_id: Uuid,
    /// The work.
    #[sea_orm(primary_key, auto_increment = false)]
    pub work_id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The grade of the first judgement.
    pub first_grade_id: Uuid,
    /// The moderated grade.
    pub moderated_grade_id: Uuid,
    /// The grade of the earliest second judgement; none where there was none.
    pub second_grade_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
