//! `createPupil`: a senior leader takes a pupil on roll, into a class at once.

use async_graphql::InputObject;
use plumbline_entity::{enrolment, pupil, pupil::Sex, year_group::YearGroup};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    db::{Place, Tx},
    graphql::{Acting, Change, Date, Ref, Refusal, UnlessTaken, mutation},
    organisation::{AcademicYear, Class, Pupil, Upn},
    rulebook::Faults,
};

/// A pupil to take on roll.
#[derive(InputObject)]
pub struct CreatePupilInput {
    /// Unique pupil number; unique in the trust.
    upn: Upn,
    /// Given name, 1 to 100 characters.
    given_name: String,
    /// Family name, 1 to 100 characters.
    family_name: String,
    /// Date of birth.
    date_of_birth: Date,
    /// Sex as recorded in the school census.
    sex: Sex,
    /// The class that the pupil comes into.
    class_id: Ref<Class>,
    /// The year group that the pupil is taught in, one of the class's.
    year_group: YearGroup,
    /// First day in the class, in its academic year.
    starts_on: Date,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for CreatePupilInput {
    type Changed = pupil::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<pupil::Model, Refusal> {
        let class = by.named(tx, self.class_id, "classId").await?;
        // A pupil has no school but by enrolment: leave is asked for the class of the first one.
        let id = Uuid::now_v7();
        let permit = by.may::<pupil::Entity>(Place::class(by.trust(), class.school_id, class.id).through(id))?;
        let enrols = by.may_in_class::<enrolment::Entity>(class.school_id, class.id)?;
        let year = by.named::<AcademicYear>(tx, class.academic_year_id.into(), "classId").await?;
        let pupil = pupil::Model {
            id,
            trust_id: by.trust(),
            upn: Some(self.upn.0),
            given_name: Some(self.given_name),
            family_name: Some(self.family_name),
            date_of_birth: Some(self.date_of_birth.0),
            sex: Some(self.sex),
            version: 1,
        };
        let place = enrolment::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            school_id: class.school_id,
            pupil_id: id,
            class_id: class.id,
            academic_year_id: year.id,
            year_group: self.year_group,
            starts_on: self.starts_on.0,
            ends_on: None,
            version: 1,
        };
        let mut faults = Faults::default();
        let (pupil, place) = (faults.check(pupil, by.today()), faults.check(place, (&class, &year)));
        faults.none()?;
        let inserted = tx.insert(&permit, pupil.into_active_model()).await;
        let pupil = inserted.unless_taken_unseen("upn", "A pupil of the trust has this UPN already.")?;
        tx.insert(&enrols, place.into_active_model()).await?;
        Ok(pupil)
    }
}

mutation! {
    /// Takes a pupil on roll, into a class. For senior leaders, in their school.
    CreatePupil { create_pupil: CreatePupilInput => CreatePupilPayload { pupil: Pupil, "The new pupil." } }
}
