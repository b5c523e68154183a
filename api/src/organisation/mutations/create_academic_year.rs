//! `createAcademicYear`: a trust lead adds an academic year.

use async_graphql::InputObject;
use chrono::NaiveDate;
use plumbline_entity::academic_year;
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Date, Refusal, UnlessTaken, UserError, mutation},
    organisation::{AcademicYear, rules, store},
    rulebook::{Ruled as _, values::narrowed},
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
        let year = narrowed(self.year);
        let (first, last) = rules::usual_days(year);
        let row = academic_year::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            year,
            starts_on: self.starts_on.map_or(first, NaiveDate::from),
            ends_on: self.ends_on.map_or(last, NaiveDate::from),
        }
        .checked(())?;
        // Every day belongs to one academic year at most: a judgement's year is found by its day.
        if let Some(other) = store::overlapping_year(tx, by, year, row.starts_on, row.ends_on).await? {
            let message = format!(
                "It would overlap with the academic year {}, which runs from {} to {}.",
                other.year, other.starts_on, other.ends_on
            );
            return Err(UserError::invalid("startsOn", message).into());
        }
        tx.insert(&permit, row.into_active_model())
            .await
            .unless_taken("year", "The trust has this academic year already.")
    }
}

mutation! {
    /// Adds an academic year. For trust leads.
    CreateAcademicYear { create_academic_year: CreateAcademicYearInput => CreateAcademicYearPayload {
        academic_year: AcademicYear, "The new academic year."
    } }
}
