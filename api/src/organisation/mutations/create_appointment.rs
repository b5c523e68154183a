//! `createAppointment`: a trust lead or a senior leader gives a member of staff a role.

use async_graphql::InputObject;
use chrono::NaiveDate;
use plumbline_entity::{appointment, appointment::Role};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    curriculum::Subject,
    db::Tx,
    graphql::{Acting, Change, Date, Ref, Refusal, UserError, mutation},
    organisation::{Appointment, Class, Phase, School, StaffMember, store},
    rulebook::Ruled as _,
};

/// A role to give: what it takes beside the school depends on the role.
#[derive(InputObject)]
pub struct CreateAppointmentInput {
    /// Who is to hold it; not yourself.
    staff_member_id: Ref<StaffMember>,
    /// What they are to be.
    role: Role,
    /// Where; left out for MODERATOR, TRUST_LEAD and TRUST_ANALYST, which are of the whole trust.
    school_id: Option<Ref<School>>,
    /// The phase of a PHASE_LEADER.
    phase_id: Option<Ref<Phase>>,
    /// The subject of a SUBJECT_LEADER.
    subject_id: Option<Ref<Subject>>,
    /// The class of a CLASS_TEACHER, which is of the school.
    class_id: Option<Ref<Class>>,
    /// First day; today, if it is left out.
    starts_on: Option<Date>,
    /// Last day, inclusive; left out while it is not known.
    ends_on: Option<Date>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for CreateAppointmentInput {
    type Changed = appointment::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<appointment::Model, Refusal> {
        let school = by.named_if(tx, self.school_id, "schoolId").await?.map(|school| school.id);
        let permit = match school {
            Some(school) => by.may_in_school::<appointment::Entity>(school)?,
            None => by.may_in_trust::<appointment::Entity>()?,
        };
        by.to_change(tx, self.staff_member_id, "staffMemberId").await?;
        // Looked up again, now that nobody else appoints them: whom another school has appointed just before, a senior leader
        // does not see any more.
        let person = by.named(tx, self.staff_member_id, "staffMemberId").await?;
        if by.is(person.id) {
            let message = "Nobody appoints themselves: ask a trust lead, or another one.";
            return Err(UserError::invalid("staffMemberId", message).into());
        }
        let phase = by.named_if(tx, self.phase_id, "phaseId").await?.map(|phase| phase.id);
        let subject = by.named_if(tx, self.subject_id, "subjectId").await?.map(|subject| subject.id);
        let class = by.named_if(tx, self.class_id, "classId").await?;
        let row = appointment::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            staff_member_id: person.id,
            role: self.role,
            school_id: school,
            phase_id: phase,
            subject_id: subject,
            class_id: class.as_ref().map(|class| class.id),
            starts_on: self.starts_on.map_or_else(|| by.today(), NaiveDate::from),
            ends_on: self.ends_on.map(NaiveDate::from),
            version: 1,
        }
        .checked(class.as_ref())?;
        store::refuse_second_appointment(tx, by, &row).await?;
        Ok(tx.insert(&permit, row.into_active_model()).await?)
    }
}

mutation! {
    /// Appoints a member of staff; from their first day they see what the role sees. For trust leads; and
    /// for senior leaders, in their school and of colleagues whom they see.
    CreateAppointment { create_appointment: CreateAppointmentInput => CreateAppointmentPayload {
        appointment: Appointment, "The new appointment."
    } }
}
