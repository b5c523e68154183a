//! How many moderated judgements went from one grade to another, in a class and pupil group of an edition: protected.

use sea_orm::entity::prelude::*;

use crate::{agreement_cell::AgreementBasis, judgement_cell::GroupAttribute, year_group::YearGroup};

/// How many moderated judgements went from one grade to another, in a class and pupil group of an edition: protected.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement_edition_cell")]
pub struct Model {
    /// The edition.
    #[sea_orm(primary_key, auto_increment = false)]
    pub edition_id: Uuid,
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
    /// The grade of the first judgement.
    #[sea_orm(primary_key, auto_increment = false)]
    pub first_grade_id: Uuid,
    /// The grade that it is compared with.
    #[sea_orm(primary_key, auto_increment = false)]
    pub moderated_grade_id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// How many judgements each of these stands for, in thousandths; protected.
    pub weight: i32,
    /// Whether a chain of moderators links the school to the others.
    pub is_linked: bool,
    /// Number of pupils; protected, above 0.
    pub pupils: i32,
}

impl ActiveModelBehavior for ActiveModel {}
