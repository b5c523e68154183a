//! `createSchool`: a trust lead adds a school.

use async_graphql::InputObject;
use chrono::NaiveDate;
use plumbline_entity::{school, school::EducationPhase};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{Acting, AtField, Change, Date, Refusal, UnlessTaken, mutation},
    organisation::{School, Urn, rules},
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
        let la_code = rules::check_number(self.la_code, 1..=999, "The number of a local authority").at("laCode")?;
        let establishment_number =
            rules::check_number(self.establishment_number, 0..=9999, "The number of an establishment")
                .at("establishmentNumber")?;
        let (lowest_age, highest_age) = rules::check_ages(self.lowest_age, self.highest_age).at("lowestAge")?;
        let (opened_on, closed_on) = (self.opened_on.map(NaiveDate::from), self.closed_on.map(NaiveDate::from));
        rules::check_time(opened_on, closed_on).at("closedOn")?;
        let row = school::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(by.trust()),
            urn: Set(self.urn.0),
            la_code: Set(la_code),
            establishment_number: Set(establishment_number),
            name: Set(rules::check_name(&self.name).at("name")?),
            education_phase: Set(self.education_phase),
            lowest_age: Set(lowest_age),
            highest_age: Set(highest_age),
            opened_on: Set(opened_on),
            closed_on: Set(closed_on),
            version: Set(1),
        };
        tx.insert(&permit, row).await.unless_taken("urn", "The trust has a school with this URN.")
    }
}

mutation! {
    /// Adds a school. For trust leads.
    CreateSchool { create_school: CreateSchoolInput => CreateSchoolPayload {
        /// The new school.
        school: School
    } }
}
