//! `enrolPupil`: a senior leader moves a pupil into a class of their school.

use async_graphql::InputObject;
use plumbline_entity::{enrolment, year_group::YearGroup};
use sea_orm::{ActiveValue::Set, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Date, Ref, Refusal, mutation},
    organisation::{AcademicYear, Class, Enrolment, Pupil, rules, store},
    rulebook::Ruled as _,
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
        let pupil = by.to_change(tx, self.pupil_id, "pupilId").await?;
        let year = by.named::<AcademicYear>(tx, class.academic_year_id.into(), "classId").await?;
        let row = enrolment::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            school_id: class.school_id,
            pupil_id: pupil.id,
            class_id: class.id,
            academic_year_id: year.id,
            year_group: self.year_group,
            starts_on: self.starts_on.0,
            ends_on: None,
            version: 1,
        }
        .checked((&class, &year))?;
        let places = store::places_of(tx, pupil.id).await?;
        if let Some(present) = rules::place_to_leave(&places, &class, self.starts_on.0)? {
            let changes = enrolment::ActiveModel { ends_on: Set(self.starts_on.0.pred_opt()), ..Default::default() };
            tx.update(&permit, present.clone(), present.version, changes).await??;
        }
        Ok(tx.insert(&permit, row.into_active_model()).await?)
    }
}

mutation! {
    /// Enrols a pupil in a class. The place that the pupil holds in the same school and academic year ends
    /// the day before. For senior leaders, in their school, of pupils whom they see; not of pupils of another school,
    /// until that has ended their place there before its academic year ends.
    EnrolPupil { enrol_pupil: EnrolPupilInput => EnrolPupilPayload { enrolment: Enrolment, "The new enrolment." } }
}
