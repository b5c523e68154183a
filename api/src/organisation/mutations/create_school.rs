//! `createSchool`: a trust lead adds a school.

use async_graphql::InputObject;
use chrono::NaiveDate;
use plumbline_entity::{school, school::EducationPhase};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Date, Refusal, UnlessTaken, mutation},
    organisation::{School, Urn},
    rulebook::{Ruled as _, values::narrowed},
};

/// A school to add.
#[derive(InputObject)]
pub struct CreateSchoolInput {
    /// Unique reference number, six digits; unique in the trust.
    urn: Urn,
    /// Number of the local authority, 1 to 999.
    la_code: i32,
    /// Number within the local authority, 0 to 9999: the second half of the LAESTAB.
    establishment_number: i32,
    /// The name that it goes by, 1 to 100 characters.
    name: String,
    /// The phase of education that it is registered for.
    education_phase: EducationPhase,
    /// Statutory lowest age of its pupils, 0 to 25.
    lowest_age: Option<i32>,
    /// Statutory highest age of its pupils, 0 to 25.
    highest_age: Option<i32>,
    /// The day it opened, where known.
    opened_on: Option<Date>,
    /// The day it closed; left out while it is open.
    closed_on: Option<Date>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for CreateSchoolInput {
    type Changed = school::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<school::Model, Refusal> {
        let permit = by.may_in_trust::<school::Entity>()?;
        let row = school::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            urn: self.urn.0,
            la_code: narrowed(self.la_code),
            establishment_number: narrowed(self.establishment_number),
            name: self.name,
            education_phase: self.education_phase,
            lowest_age: self.lowest_age.map(narrowed),
            highest_age: self.highest_age.map(narrowed),
            opened_on: self.opened_on.map(NaiveDate::from),
            closed_on: self.closed_on.map(NaiveDate::from),
            version: 1,
        }
        .checked(())?;
        tx.insert(&permit, row.into_active_model()).await.unless_taken("urn", "The trust has a school with this URN.")
    }
}

mutation! {
    /// Adds a school. For trust leads.
    CreateSchool { create_school: CreateSchoolInput => CreateSchoolPayload { school: School, "The new school." } }
}
