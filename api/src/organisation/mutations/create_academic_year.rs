//! `createAcademicYear`: a trust lead adds an academic year.

use async_graphql::InputObject;
use chrono::NaiveDate;
use plumbline_entity::academic_year;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{Acting, AtField, Change, Date, Refusal, UnlessTaken, UserError, mutation},
    organisation::{AcademicYear, rules, store},
};

/// An academic year to add.
#[derive(InputObject)]
pub struct CreateAcademicYearInput {
    /// The calendar year in which it starts, 1990 to 2100: 2025 is 2025/26.
    year: i32,
    /// First day, in that calendar year; 1 September, if it is left out.
    starts_on: Option<Date>,
    /// Last day, in the calendar year after it; 31 August, if it is left out.
    ends_on: Option<Date>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for CreateAcademicYearInput {
    type Changed = academic_year::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<academic_year::Model, Refusal> {
        let permit = by.may_in_trust::<academic_year::Entity>()?;
        let year = rules::check_number(self.year, 1990..=2100, "An academic year").at("year")?;
        let starts_on = rules::check_first_of_year(year, self.starts_on.map(NaiveDate::from)).at("startsOn")?;
        let ends_on = rules::check_last_of_year(year, self.ends_on.map(NaiveDate::from)).at("endsOn")?;
        // Every day belongs to one academic year at most: a judgement's year is found by its day.
        if let Some(other) = store::overlapping_year(tx, by, year, starts_on, ends_on).await? {
            let message = format!(
                "It would overlap with the academic year {}, which runs from {} to {}.",
                other.year, other.starts_on, other.ends_on
            );
            return Err(UserError::invalid("startsOn", message).into());
        }
        let row = academic_year::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(by.trust()),
            year: Set(year),
            starts_on: Set(starts_on),
            ends_on: Set(ends_on),
        };
        tx.insert(&permit, row).await.unless_taken("year", "The trust has this academic year already.")
    }
}

mutation! {
    /// Adds an academic year. For trust leads.
    CreateAcademicYear { create_academic_year: CreateAcademicYearInput => CreateAcademicYearPayload {
        /// The new academic year.
        academic_year: AcademicYear
    } }
}
