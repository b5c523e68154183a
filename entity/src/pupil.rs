//! A pupil of the trust.

use sea_orm::entity::prelude::*;

use crate::vocabulary::text_enum;

text_enum! {
    /// Sex as recorded in the school census.
    Sex {
        /// Female.
        Female = "FEMALE",
        /// Male.
        Male = "MALE",
    }
}

/// A pupil of the trust. What describes the pupil is always recorded; it is none where it was read for
/// somebody who may not see it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pupil")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// Unique pupil number: check letter, local authority, establishment, year, serial.
    pub upn: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// Sex as recorded in the school census.
    pub sex: Option<Sex>,
    /// Counts the changes of the row; an update names the version that it saw.
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
