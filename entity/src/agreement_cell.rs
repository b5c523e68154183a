//! How many moderated judgements went from one grade to another, in a class and pupil group of an exercise.

use sea_orm::entity::prelude::*;

use crate::{judgement_cell::GroupAttribute, vocabulary::text_enum, year_group::YearGroup};

text_enum! {
    /// With which grade the first one is compared.
    AgreementBasis {
        /// The agreed grade, or where none is agreed the second judgement's. Whoever agreed it knew the first grade.
        Agreed = "AGREED",
        /// The grade of the earliest second judgement, which was made blind.
        BlindSecond = "BLIND_SECOND",
    }
}

/// How many moderated judgements went from one grade to another, in a class and pupil group of an exercise.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_cell")]
pub struct Model {
    /// The exercise.
    #[sea_orm(primary_key, auto_increment = false)]
    pub exercise_id: Uuid,
    /// The assessment window.
    #[sea_orm(primary_key, auto_increment = false)]
    pub window_id: Uuid,
    /// The subject.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// The school.
    #[sea_orm(primary_key, auto_increment = false)]
    pub school_id: Uuid,
    /// The class.
    #[sea_orm(primary_key, auto_increment = false)]
    pub class_id: Uuid,
    /// The year group.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year_group: YearGroup,
    /// The attribute by which the cell is split.
    #[sea_orm(primary_key, auto_increment = false)]
    pub attribute: GroupAttribute,
    /// The value of the attribute; ALL where it is not split, UNKNOWN where it was not recorded.
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_value: String,
    /// With which grade the first one is compared.
    #[sea_orm(primary_key, auto_increment = false)]
    pub basis: AgreementBasis,
    /// Who made the earliest second judgement; the nil UUID where there is none.
    #[sea_orm(primary_key, auto_increment = false)]
    pub moderator_id: Uuid,
    /// The grade of the first judgement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub first_grade_id: Uuid,
    /// The grade that it is compared with.
    #[sea_orm(primary_key, auto_increment = false)]
    pub moderated_grade_id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// Number of pupils.
    pub pupils: i32,
}

impl ActiveModelBehavior for ActiveModel {}
