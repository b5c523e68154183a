//! `updateStaffMember`: a trust lead or a senior leader mends a name or an address.

use async_graphql::InputObject;
use plumbline_entity::staff_member;
use sea_orm::ActiveValue::Set;

use super::create_staff_member::EMAIL_TAKEN;
use crate::{
    db::{Denied, Tx},
    graphql::{Acting, AtField, Change, Ref, Refusal, UnlessTaken, UserError, mutation},
    organisation::{StaffMember, rules, store},
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
        // Who may change an address may come to be somebody: so never of one who holds more than oneself.
        if !store::holds_only_what_the_viewer_gives(tx, by, person.id).await? {
            return Err(Denied.into());
        }
        let email = self.email.as_deref().map_or_else(|| Ok(person.email.clone()), rules::check_email).at("email")?;
        // An address that its owner freed could be given to the account of somebody else, who they then were.
        if by.is(person.id) && email != person.email {
            let message = "Nobody changes the address of their own account: ask a trust lead, or another one.";
            return Err(UserError::invalid("email", message).into());
        }
        let changes = staff_member::ActiveModel {
            email: Set(email),
            given_name: Set(rules::check_new_name(self.given_name.as_deref(), &person.given_name).at("givenName")?),
            family_name: Set(rules::check_new_name(self.family_name.as_deref(), &person.family_name).at("familyName")?),
            ..Default::default()
        };
        let updated = tx.update(&permit, person, self.expected_version, changes).await;
        Ok(updated.unless_taken("email", EMAIL_TAKEN)??)
    }
}

mutation! {
    /// Mends the name or the address of a member of staff. For trust leads; and for senior leaders, of
    /// those who hold appointments in their school alone. Nobody changes the address of their own account.
    UpdateStaffMember { update_staff_member: UpdateStaffMemberInput => UpdateStaffMemberPayload {
        /// The member of staff as they are now.
        staff_member: StaffMember
    } }
}
