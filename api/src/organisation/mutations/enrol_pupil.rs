//! `enrolPupil`: a senior leader moves a pupil into a class of their school.

use async_graphql::InputObject;
use plumbline_entity::{enrolment, year_group::YearGroup};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{Acting, AtField, Change, Date, Ref, Refusal, mutation},
    organisation::{AcademicYear, Class, Enrolment, Pupil, rules, store},
};

/// A pupil's place in a class.
#[derive(InputObject)]
pub struct EnrolPupilInput {
    /// The pupil.
    pupil_id: Ref<Pupil>,
    /// The class that the pupil comes into.
    class_id: Ref<Class>,
    /// The year group that the pupil is taught in, one of the class's.
    year_group: YearGroup,
    /// First day in the class, in its academic year.
    starts_on: Date,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for EnrolPupilInput {
    type Changed = enrolment::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<enrolment::Model, Refusal> {
        let class = by.named(tx, self.class_id, "classId").await?;
        let permit = by.may_in_school::<enrolment::Entity>(class.school_id)?;
        let pupil = by.named(tx, self.pupil_id, "pupilId").await?;
        let year = by.named::<AcademicYear>(tx, class.academic_year_id.into(), "classId").await?;
        rules::check_year_group(&class, self.year_group).at("yearGroup")?;
        rules::check_in_year(self.starts_on.0, &year).at("startsOn")?;
        let places = store::places_of(tx, pupil.id).await?;
        if let Some(present) = rules::place_to_leave(&places, &class, self.starts_on.0)? {
            let changes = enrolment::ActiveModel { ends_on: Set(self.starts_on.0.pred_opt()), ..Default::default() };
            tx.update(&permit, present.clone(), present.version, changes).await??;
        }
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
        Ok(tx.insert(&permit, row).await?)
    }
}

mutation! {
    /// Enrols a pupil in a class. The place that the pupil holds in the same school and academic year ends
    /// the day before. For senior leaders, in their school, of pupils whom they see; not of pupils of another school,
    /// until that has ended their place there before its academic year ends.
    EnrolPupil { enrol_pupil: EnrolPupilInput => EnrolPupilPayload {
        /// The new enrolment.
        enrolment: Enrolment
    } }
}
