//! `endAppointment`: a trust lead or a senior leader ends what somebody is appointed to.

use async_graphql::InputObject;
use chrono::NaiveDate;
use plumbline_entity::appointment;
use sea_orm::ActiveValue::Set;

use crate::{
    db::Tx,
    graphql::{Acting, AtField, Change, Date, Ref, Refusal, UserError, mutation},
    organisation::{Appointment, rules},
};

/// An appointment to end.
#[derive(InputObject)]
pub struct EndAppointmentInput {
    /// The appointment.
    appointment_id: Ref<Appointment>,
    /// The `version` of the appointment as you read it.
    expected_version: i32,
    /// Last day, inclusive: with today's date they see what they saw until midnight. Yesterday, if it is
    /// left out, so that it takes effect with their next request. The day before an appointment's first
    /// takes it back.
    ends_on: Option<Date>,
}

impl Change for EndAppointmentInput {
    type Changed = appointment::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<appointment::Model, Refusal> {
        let appointment = by.to_change(tx, self.appointment_id, "appointmentId").await?;
        let permit = match appointment.school_id {
            Some(school) => by.may_in_school::<appointment::Entity>(school)?,
            None => by.may_in_trust::<appointment::Entity>()?,
        };
        if let Some(ended) = appointment.ends_on.filter(|ended| *ended < by.today()) {
            let message = format!("It ended on {ended} already; make a new appointment where one is needed.");
            return Err(UserError::wrong_state("appointmentId", message).into());
        }
        let ends_on =
            self.ends_on.map_or_else(|| rules::ends_at_once(appointment.starts_on, by.today()), NaiveDate::from);
        rules::last_day(appointment.starts_on, ends_on).at("endsOn")?;
        if by.is(appointment.staff_member_id) && appointment.ends_on.is_some_and(|last| last < ends_on) {
            let message = "Nobody prolongs their own appointment: ask a trust lead, or another one.";
            return Err(UserError::invalid("endsOn", message).into());
        }
        let changes = appointment::ActiveModel { ends_on: Set(Some(ends_on)), ..Default::default() };
        Ok(tx.update(&permit, appointment, self.expected_version, changes).await??)
    }
}

mutation! {
    /// Ends an appointment, your own too, which only others prolong; what it let somebody see is gone after its last day. For trust
    /// leads; and for senior leaders, in their school.
    EndAppointment { end_appointment: EndAppointmentInput => EndAppointmentPayload {
        appointment: Appointment, "The appointment as it is now."
    } }
}
