//! `updateStaffMember`: a trust lead mends a name or an address, a senior leader a name.

use async_graphql::InputObject;
use plumbline_entity::{appointment::Role, staff_member};
use sea_orm::ActiveValue::Set;

use super::create_staff_member::EMAIL_TAKEN;
use crate::{
    db::{Denied, Tx},
    graphql::{Acting, Change, Ref, Refusal, UnlessTaken, UserError, UserErrorCode, mutation},
    organisation::{StaffMember, store},
    rulebook::Ruled as _,
};

/// What to change of a member of staff; what is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateStaffMemberInput {
    /// The member of staff.
    staff_member_id: Ref<StaffMember>,
    /// The `version` of the member of staff as you read it.
    expected_version: i32,
    /// The address by which the person is known; kept in lower case, unique in the service.
    email: Option<String>,
    /// Given name, 1 to 100 characters.
    given_name: Option<String>,
    /// Family name, 1 to 100 characters.
    family_name: Option<String>,
}

impl Change for UpdateStaffMemberInput {
    type Changed = staff_member::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<staff_member::Model, Refusal> {
        let person = by.named(tx, self.staff_member_id, "staffMemberId").await?;
        let permit = by.may_in_trust::<staff_member::Entity>()?;
        if !store::holds_only_what_the_viewer_gives(tx, by, person.id).await? {
            return Err(Denied.into());
        }
        let wanted = staff_member::Model {
            email: self.email.unwrap_or_else(|| person.email.clone()),
            given_name: self.given_name.unwrap_or_else(|| person.given_name.clone()),
            family_name: self.family_name.unwrap_or_else(|| person.family_name.clone()),
            ..person.clone()
        }
        .changed_from(&person, ())?;
        // By their address people come in: whoever could move addresses between accounts could come in as anybody.
        if wanted.email != person.email && !by.viewer.is(Role::TrustLead) {
            let message = "The address of an account is changed by trust leads alone: ask one.";
            return Err(UserError::new(UserErrorCode::Forbidden, "email", message).into());
        }
        if wanted.email != person.email && by.is(person.id) {
            let message = "Nobody changes the address of their own account: ask another trust lead.";
            return Err(UserError::invalid("email", message).into());
        }
        let changes = staff_member::ActiveModel {
            email: Set(wanted.email),
            given_name: Set(wanted.given_name),
            family_name: Set(wanted.family_name),
            ..Default::default()
        };
        let updated = tx.update(&permit, person, self.expected_version, changes).await;
        Ok(updated.unless_taken_unseen("email", EMAIL_TAKEN)??)
    }
}

mutation! {
    /// Mends the name or the address of a member of staff. For trust leads; and for senior leaders the name, of
    /// those who hold appointments in their school alone. Nobody changes the address of their own account.
    UpdateStaffMember { update_staff_member: UpdateStaffMemberInput => UpdateStaffMemberPayload {
        /// The member of staff as they are now.
        staff_member: StaffMember
    } }
}
