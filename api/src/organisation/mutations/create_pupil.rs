//! `createPupil`: a senior leader takes a pupil on roll, into a class at once.

use async_graphql::InputObject;
use plumbline_entity::{enrolment, pupil, pupil::Sex, year_group::YearGroup};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    db::{Place, Tx},
    graphql::{Acting, AtField, Change, Date, Ref, Refusal, UnlessTaken, mutation},
    organisation::{AcademicYear, Class, Pupil, Upn, rules},
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
        rules::check_year_group(&class, self.year_group).at("yearGroup")?;
        rules::check_in_year(self.starts_on.0, &year).at("startsOn")?;
        rules::check_birth(self.date_of_birth.0, by.today()).at("dateOfBirth")?;
        let row = pupil::ActiveModel {
            id: Set(id),
            trust_id: Set(by.trust()),
            upn: Set(Some(self.upn.0)),
            given_name: Set(Some(rules::check_name(&self.given_name).at("givenName")?)),
            family_name: Set(Some(rules::check_name(&self.family_name).at("familyName")?)),
            date_of_birth: Set(Some(self.date_of_birth.0)),
            sex: Set(Some(self.sex)),
            version: Set(1),
        };
        let pupil =
            tx.insert(&permit, row).await.unless_taken_unseen("upn", "A pupil of the trust has this UPN already.")?;
        let row = enrolment::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(by.trust()),
            school_id: Set(class.school_id),
            pupil_id: Set(pupil.id),
            class_id: Set(class.id),
            academic_year_id: Set(year.id),
            year_group: Set(self.year_group),
            starts_on: Set(self.starts_on.0),
            ends_on: Set(None),
            version: Set(1),
        };
        tx.insert(&enrols, row).await?;
        Ok(pupil)
    }
}

mutation! {
    /// Takes a pupil on roll, into a class. For senior leaders, in their school.
    CreatePupil { create_pupil: CreatePupilInput => CreatePupilPayload {
        /// The new pupil.
        pupil: Pupil
    } }
}
