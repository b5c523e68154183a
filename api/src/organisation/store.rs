//! Reads of the organisation by which its mutations decide. Some look further than the viewer sees. Those return no
//! row that is out of the viewer's sight, only a conclusion.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::NaiveDate;
use plumbline_entity::{academic_year, appointment, appointment::Role, enrolment, pupil_characteristics, trust};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, Condition, Order};
use uuid::Uuid;

use super::rules::{Held, not_held_already};
use crate::{
    db::{PlacesOfPupil, Read, Reason, Scoped, Tx, WhatElseIsHeld},
    error::Result,
    graphql::{Acting, Refusal, UserError},
};

/// The school that answers for a pupil: the one where they are on roll, or else were last, or else will be first.
///
/// # Errors
/// `NOT_FOUND` for a pupil who was never on roll, or the database failed.
pub async fn school_of_pupil(tx: &Tx, by: &Acting<'_>, pupil: Uuid) -> Result<Uuid, Refusal> {
    let places = PlacesOfPupil
        .of::<enrolment::Entity>()
        .filter(enrolment::COLUMN.pupil_id.eq(pupil))
        .rows()
        .order_by(enrolment::Column::Id, Order::Asc);
    let mut places = tx.all(places).await?;
    places.sort_by_key(|place| Reverse((place.starts_on, place.id)));
    let latest = places.iter().find(|place| place.starts_on <= by.today()).or(places.last());
    latest.map(|place| place.school_id).ok_or_else(|| UserError::not_found("pupilId", "pupil").into())
}

/// All places of a pupil in all schools and years, the earliest first, to be changed. Whoever asks has read the pupil to
/// change them: two moves of one pupil at once would each miss the other.
///
/// # Errors
/// The database failed.
pub async fn places_of(tx: &Tx, pupil: Uuid) -> Result<Vec<Held>> {
    let places = PlacesOfPupil.of::<enrolment::Entity>().filter(enrolment::COLUMN.pupil_id.eq(pupil));
    let years = PlacesOfPupil
        .of::<academic_year::Entity>()
        .filter(academic_year::Column::Id.in_subquery(places.clone().values_of(enrolment::Column::AcademicYearId)));
    let years: BTreeMap<Uuid, NaiveDate> =
        tx.all(years.rows()).await?.into_iter().map(|year| (year.id, year.ends_on)).collect();
    // In the order in which everybody holds them, so that nobody waits for each other.
    let mut places = tx.all(places.rows().order_by(enrolment::Column::Id, Order::Asc).to_change()).await?;
    places.sort_by_key(|place| place.starts_on);
    let held = |place: enrolment::Model| {
        let year_ends_on = years.get(&place.academic_year_id).copied();
        year_ends_on.map(|year_ends_on| Held { place, year_ends_on })
    };
    Ok(places.into_iter().filter_map(held).collect())
}

/// Refuses an academic year that begins after the last year in which the pupil has a place. Nobody could read what is
/// recorded for such a year, not even the one who recorded it.
///
/// # Errors
/// The year begins too late: `INVALID`, with what to do first. Or the database failed.
pub async fn refuse_year_after_the_last(tx: &Tx, pupil: Uuid, year: &academic_year::Model) -> Result<(), Refusal> {
    let places = PlacesOfPupil.of::<enrolment::Entity>().filter(enrolment::COLUMN.pupil_id.eq(pupil));
    let years = PlacesOfPupil
        .of::<academic_year::Entity>()
        .filter(academic_year::Column::Id.in_subquery(places.values_of(enrolment::Column::AcademicYearId)))
        .filter(academic_year::COLUMN.starts_on.gte(year.starts_on));
    if tx.one(years.rows()).await?.is_some() {
        return Ok(());
    }
    let message = "The pupil has no place in that year or a later one; enrol them in a class of it first.";
    Err(UserError::invalid("academicYearId", message).into())
}

/// What is recorded of a pupil for an academic year, to be changed.
///
/// # Errors
/// The database failed.
pub async fn characteristics_of(
    tx: &Tx,
    by: &Acting<'_>,
    pupil: Uuid,
    academic_year: Uuid,
) -> Result<Option<pupil_characteristics::Model>> {
    let recorded = Condition::all()
        .add(pupil_characteristics::COLUMN.pupil_id.eq(pupil))
        .add(pupil_characteristics::COLUMN.academic_year_id.eq(academic_year));
    tx.one(Scoped::<pupil_characteristics::Entity>::of(by.viewer).filter(recorded).to_change()).await
}

/// Another academic year than `year` that has a day in common with these dates. Nobody else adds one until the
/// transaction ends.
///
/// # Errors
/// The database failed.
pub async fn overlapping_year(
    tx: &Tx,
    by: &Acting<'_>,
    year: i16,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Option<academic_year::Model>> {
    tx.one(Scoped::<trust::Entity>::of(by.viewer).id(by.trust()).to_change()).await?;
    let overlaps = Condition::all()
        .add(academic_year::COLUMN.year.ne(year))
        .add(academic_year::COLUMN.starts_on.lte(until))
        .add(academic_year::COLUMN.ends_on.gte(from));
    tx.one(Scoped::<academic_year::Entity>::of(by.viewer).filter(overlaps)).await
}

/// Whether the viewer may give every appointment that a member of staff holds now or later.
///
/// # Errors
/// The database failed.
pub async fn holds_only_what_the_viewer_gives(tx: &Tx, by: &Acting<'_>, staff_member: Uuid) -> Result<bool> {
    if by.viewer.is(Role::TrustLead) {
        return Ok(true);
    }
    let led = by.viewer.schools_as(Role::SeniorLeader);
    let others = Condition::all()
        .add(appointment::COLUMN.staff_member_id.eq(staff_member))
        .add(appointment::COLUMN.ends_on.is_null().or(appointment::COLUMN.ends_on.gte(by.today())))
        .add(appointment::COLUMN.school_id.is_null().or(appointment::Column::SchoolId.is_not_in(led)));
    Ok(tx.one(WhatElseIsHeld.of::<appointment::Entity>().filter(others).rows()).await?.is_none())
}

/// Refuses to change what the leaders of a phase see if the viewer leads that phase, now or later.
///
/// # Errors
/// The viewer leads the phase: `INVALID`. Or the database failed.
pub async fn refuse_own_phase(tx: &Tx, by: &Acting<'_>, phase: Uuid) -> Result<(), Refusal> {
    let own = Condition::all()
        .add(appointment::Column::StaffMemberId.eq(by.viewer.staff_member()))
        .add(appointment::COLUMN.phase_id.eq(phase))
        .add(appointment::COLUMN.ends_on.is_null().or(appointment::COLUMN.ends_on.gte(by.today())));
    if tx.one(WhatElseIsHeld.of::<appointment::Entity>().filter(own).rows()).await?.is_none() {
        return Ok(());
    }
    let message = "You lead this phase: its year groups say what you see. Ask another trust lead to change them.";
    Err(UserError::invalid("lowestYearGroup", message).into())
}

/// Refuses an appointment that somebody holds already.
///
/// # Errors
/// Somebody holds it already: `DUPLICATE`, with the day since when. Or the database failed.
pub async fn refuse_second_appointment(tx: &Tx, by: &Acting<'_>, new: &appointment::Model) -> Result<(), Refusal> {
    let held = Condition::all()
        .add(appointment::COLUMN.staff_member_id.eq(new.staff_member_id))
        .add(appointment::COLUMN.role.eq(new.role))
        .add(appointment::COLUMN.ends_on.is_null().or(appointment::COLUMN.ends_on.gte(new.starts_on)));
    let held = tx.all(Scoped::<appointment::Entity>::of(by.viewer).filter(held)).await?;
    Ok(not_held_already(new, &held)?)
}
