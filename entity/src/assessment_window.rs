//! The time in a term in which judgements of the trust are recorded.

use sea_orm::entity::prelude::*;

use crate::vocabulary::text_enum;

text_enum! {
    /// A school term, which names an assessment window of an academic year.
    Term {
        /// September to December.
        Autumn = "AUTUMN",
        /// January to the spring holiday.
        Spring = "SPRING",
        /// The spring holiday to July.
        Summer = "SUMMER",
    }
}

/// The time in a term in which judgements of the trust are recorded.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment_window")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The academic year.
    pub academic_year_id: Uuid,
    /// The term.
    pub term: Term,
    /// First day on which judgements may be dated.
    pub opens_on: Date,
    /// Last day on which judgements may be dated.
    pub closes_on: Date,
}

impl ActiveModelBehavior for ActiveModel {}
