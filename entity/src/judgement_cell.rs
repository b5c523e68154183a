//! How many current judgements of one grade there are in a class, window, subject and pupil group.

use sea_orm::entity::prelude::*;

use crate::year_group::YearGroup;

use crate::vocabulary::text_enum;

text_enum! {
    /// The attribute by which pupils are grouped: one at a time.
    GroupAttribute {
        /// All pupils, not split.
        All = "ALL",
        /// By sex.
        Sex = "SEX",
        /// By disadvantage.
        Disadvantaged = "DISADVANTAGED",
        /// By provision for special educational needs.
        Sen = "SEN",
        /// By English as an additional language.
        Eal = "EAL",
    }
}

/// How many current judgements of one grade there are in a class, window, subject and pupil group.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "judgement_cell")]
pub struct Model {
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
    /// The grade or code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub grade_id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// Number of pupils, one current judgement each.
    pub pupils: i32,
}

impl ActiveModelBehavior for ActiveModel {}
