//! `createAcademicYear`, `updateAcademicYear` and `removeAcademicYear`: a trust lead adds an academic year, corrects its days,
//! takes a mistaken one away.

use chrono::NaiveDate;
use plumbline_entity::{academic_year, assessment_window, class, enrolment, plan, pupil_characteristics};
use sea_orm::{ColumnTrait as _, Condition, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{
        Acting, Change, Date, Hanging, Refusal, UnlessTaken, UserError, inputs, mutation, refuse_hanging, removal,
    },
    organisation::{AcademicYear, rules, store},
    rulebook::{Ruled as _, values::narrowed},
};

inputs! {
    academic_year, "academic year":
    /// An academic year to add.
    create CreateAcademicYearInput {
        /// The calendar year in which it starts, 1990 to 2100: 2025 is 2025/26.
        year: i32,
        /// First day, in that calendar year; 1 September, if it is left out.
        starts_on: Option<Date>,
        /// Last day, in the calendar year after it; 31 August, if it is left out.
        ends_on: Option<Date>,
    }
    update UpdateAcademicYearInput of academic_year_id: AcademicYear
    both {}
    then update {
        /// First day, in the calendar year by which it is named.
        starts_on: Date,
        /// Last day, in the calendar year after that.
        ends_on: Date,
    }
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
            version: 1,
        }
        .checked(())?;
        refuse_overlap(tx, by, &row).await?;
        tx.insert(&permit, row.into_active_model())
            .await
            .unless_taken("year", "The trust has this academic year already.")
    }
}

impl Change for UpdateAcademicYearInput {
    type Changed = academic_year::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<academic_year::Model, Refusal> {
        let year = by.to_change(tx, self.academic_year_id, "academicYearId").await?;
        let permit = by.may_in_trust::<academic_year::Entity>()?;
        let wanted = self.over(&year).changed_from(&year, ())?;
        refuse_overlap(tx, by, &wanted).await?;
        leave_nothing_out(tx, &wanted).await?;
        Ok(tx.update_to(&permit, year, self.expected_version, wanted).await??)
    }
}

/// Every day belongs to one academic year at most: a judgement's year is found by its day.
async fn refuse_overlap(tx: &Tx, by: &Acting<'_>, row: &academic_year::Model) -> Result<(), Refusal> {
    let Some(other) = store::overlapping_year(tx, by, row.year, row.starts_on, row.ends_on).await? else {
        return Ok(());
    };
    let message = format!(
        "It would overlap with the academic year {}, which runs from {} to {}.",
        other.year, other.starts_on, other.ends_on
    );
    Err(UserError::invalid("startsOn", message).into())
}

/// Refuses days for a year that leave out windows, places or plans of it.
async fn leave_nothing_out(tx: &Tx, year: &academic_year::Model) -> Result<(), Refusal> {
    use assessment_window::Column as W;
    use enrolment::Column as E;
    let windows = |outside| {
        Hanging::of::<assessment_window::Entity>(
            "assessment windows",
            Condition::all().add(W::AcademicYearId.eq(year.id)).add(outside),
        )
    };
    let places = |outside| {
        Hanging::of::<enrolment::Entity>("enrolments", Condition::all().add(E::AcademicYearId.eq(year.id)).add(outside))
    };
    let plans = |outside| {
        Hanging::of::<plan::Entity>(
            "plans",
            Condition::all().add(plan::Column::AcademicYearId.eq(year.id)).add(outside),
        )
    };
    let before = vec![
        windows(W::OpensOn.lt(year.starts_on)),
        places(E::StartsOn.lt(year.starts_on)),
        plans(plan::Column::StartsOn.lt(year.starts_on)),
    ];
    refuse_hanging(tx, "startsOn", "There are {} of the year before that day; correct them first.", before).await?;
    let after = vec![
        windows(W::ClosesOn.gt(year.ends_on)),
        places(E::StartsOn.gt(year.ends_on)),
        places(E::EndsOn.gt(year.ends_on)),
        plans(plan::Column::EndsOn.gt(year.ends_on)),
    ];
    refuse_hanging(tx, "endsOn", "There are {} of the year after that day; correct them first.", after).await
}

removal! {
    /// An academic year to remove.
    RemoveAcademicYearInput of academic_year_id("academicYearId"): AcademicYear
    for |by, year| by.may_in_trust();
    hangs {
        "classes": class::AcademicYearId,
        "assessment windows": assessment_window::AcademicYearId,
        "pupil characteristics": pupil_characteristics::AcademicYearId,
        "plans": plan::AcademicYearId,
    }
}

mutation! {
    /// Adds an academic year. For trust leads.
    CreateAcademicYear { create_academic_year: CreateAcademicYearInput => CreateAcademicYearPayload {
        academic_year: AcademicYear, "The new academic year."
    } }

    /// Corrects the first or the last day of an academic year; its windows and enrolments stay within it. For trust leads.
    UpdateAcademicYear { update_academic_year: UpdateAcademicYearInput => UpdateAcademicYearPayload {
        academic_year: AcademicYear, "The academic year as it is now."
    } }

    /// Removes an academic year that has no classes, no windows and nothing recorded of pupils. For trust leads.
    RemoveAcademicYear { remove_academic_year: RemoveAcademicYearInput => RemoveAcademicYearPayload {
        removed_id: (AcademicYear), "The id by which it was known."
    } }
}
