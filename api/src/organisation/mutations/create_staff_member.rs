//! `createStaffMember`: a trust lead or a senior leader makes an account for a member of staff.

use async_graphql::InputObject;
use plumbline_entity::staff_member;
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Refusal, UnlessTaken, mutation},
    organisation::StaffMember,
    rulebook::Ruled as _,
};

/// A member of staff to add.
#[derive(InputObject)]
pub struct CreateStaffMemberInput {
    /// The address by which the person is known; kept in lower case, unique in the service.
    email: String,
    /// Given name, 1 to 100 characters.
    given_name: String,
    /// Family name, 1 to 100 characters.
    family_name: String,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

/// Says no more than that the address is taken: not by whom, nor in which trust.
pub(super) const EMAIL_TAKEN: &str =
    "This address is taken. If it is a colleague's whom you do not see, ask your trust lead.";

impl Change for CreateStaffMemberInput {
    type Changed = staff_member::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<staff_member::Model, Refusal> {
        let permit = by.may_in_trust::<staff_member::Entity>()?;
        let row = staff_member::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            email: self.email,
            given_name: self.given_name,
            family_name: self.family_name,
            version: 1,
        }
        .checked(())?;
        tx.insert(&permit, row.into_active_model()).await.unless_taken_unseen("email", EMAIL_TAKEN)
    }
}

mutation! {
    /// Makes an account for a member of staff. They see nothing until they are appointed to something
    /// (`createAppointment`). For trust leads and senior leaders.
    CreateStaffMember { create_staff_member: CreateStaffMemberInput => CreateStaffMemberPayload {
        /// The new member of staff.
        staff_member: StaffMember
    } }
}
