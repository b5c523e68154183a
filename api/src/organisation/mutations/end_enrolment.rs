//! `endEnrolment`: a senior leader ends a pupil's place in a class.

use async_graphql::InputObject;
use plumbline_entity::enrolment;
use sea_orm::ActiveValue::Set;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Date, Ref, Refusal, UserError, mutation},
    organisation::{AcademicYear, Enrolment},
    rulebook::Ruled as _,
};

/// An enrolment to end.
#[derive(InputObject)]
pub struct EndEnrolmentInput {
    /// The enrolment.
    enrolment_id: Ref<Enrolment>,
    /// The `version` of the enrolment as you read it.
    expected_version: i32,
    /// Last day, inclusive, in the academic year of the class.
    ends_on: Date,
}

impl Change for EndEnrolmentInput {
    type Changed = enrolment::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<enrolment::Model, Refusal> {
        let enrolment = by.to_change(tx, self.enrolment_id, "enrolmentId").await?;
        let permit = by.may_in_school::<enrolment::Entity>(enrolment.school_id)?;
        let year = by.named::<AcademicYear>(tx, enrolment.academic_year_id.into(), "enrolmentId").await?;
        let ended = enrolment::Model { ends_on: Some(self.ends_on.0), ..enrolment.clone() };
        let ended = ended.changed_from(&enrolment, &year)?;
        // Later would be another enrolment: the pupil may have been elsewhere since.
        if let Some(ended) = enrolment.ends_on.filter(|ended| *ended < self.ends_on.0) {
            let message = format!("It ended on {ended} and can be ended earlier, not later; enrol the pupil anew.");
            return Err(UserError::invalid("endsOn", message).into());
        }
        let changes = enrolment::ActiveModel { ends_on: Set(ended.ends_on), ..Default::default() };
        Ok(tx.update(&permit, enrolment, self.expected_version, changes).await??)
    }
}

mutation! {
    /// Ends a pupil's place in a class. For senior leaders, in their school.
    EndEnrolment { end_enrolment: EndEnrolmentInput => EndEnrolmentPayload {
        enrolment: Enrolment, "The enrolment as it is now."
    } }
}
