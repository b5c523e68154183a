//! `createStaffMember`, `updateStaffMember` and `removeStaffMember`: a trust lead or a senior leader makes an account, and takes
//! away one that nobody was given anything by; a trust lead mends a name or an address, a senior leader a name.

use plumbline_entity::{
    access_grant, adaptation, appointment, appointment::Role, client_application, former_name, former_upn, judgement,
    moderation_outcome, plan, plan_step, pupil_erasure, pupil_merge, second_judgement, staff_member, taught_objective,
};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    db::{Denied, Tx},
    graphql::{Acting, Change, Refusal, UnlessTaken, UserError, UserErrorCode, inputs, mutation, removal},
    organisation::{StaffMember, store},
    rulebook::Ruled as _,
};

inputs! {
    staff_member, "member of staff":
    /// A member of staff to add.
    create CreateStaffMemberInput {}
    update UpdateStaffMemberInput of staff_member_id: StaffMember
    both {
        /// The address by which the person is known; kept in lower case, unique in the trust.
        email: String,
        /// Given name, 1 to 100 characters.
        given_name: String,
        /// Family name, 1 to 100 characters.
        family_name: String,
    }
}

/// Says no more than that the address is taken, in this trust: not by whom. Other trusts may have it too.
const EMAIL_TAKEN: &str = "This address is taken. If it is a colleague's whom you do not see, ask your trust lead.";

impl Change for CreateStaffMemberInput {
    type Changed = staff_member::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<staff_member::Model, Refusal> {
        let permit = by.may_in_trust::<staff_member::Entity>()?;
        let person = staff_member::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            email: self.email,
            given_name: self.given_name,
            family_name: self.family_name,
            version: 1,
        };
        tx.insert(&permit, person.checked(())?.into_active_model()).await.unless_taken_unseen("email", EMAIL_TAKEN)
    }
}

impl Change for UpdateStaffMemberInput {
    type Changed = staff_member::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<staff_member::Model, Refusal> {
        let person = by.to_change(tx, self.staff_member_id, "staffMemberId").await?;
        let permit = by.may_in_trust::<staff_member::Entity>()?;
        if !store::holds_only_what_the_viewer_gives(tx, by, person.id).await? {
            return Err(Denied.into());
        }
        let wanted = self.over(&person).changed_from(&person, ())?;
        // By their address people come in: whoever could move addresses between accounts could come in as anybody.
        if wanted.email != person.email && !by.viewer.is(Role::TrustLead) {
            let message = "The address of an account is changed by trust leads alone: ask one.";
            return Err(UserError::new(UserErrorCode::Forbidden, "email", message).into());
        }
        if wanted.email != person.email && by.is(person.id) {
            let message = "Nobody changes the address of their own account: ask another trust lead.";
            return Err(UserError::invalid("email", message).into());
        }
        let updated = tx.update_to(&permit, person, self.expected_version, wanted).await;
        Ok(updated.unless_taken_unseen("email", EMAIL_TAKEN)??)
    }
}

removal! {
    /// A member of staff to remove.
    RemoveStaffMemberInput of staff_member_id("staffMemberId"): StaffMember
    for |by, person| by.may_in_trust();
    hangs {
        "appointments": appointment::StaffMemberId,
        "access grants": access_grant::StaffMemberId,
        "access grants that they gave": access_grant::GrantedById,
        "client applications that they registered": client_application::RegisteredById,
        "plans that they wrote": plan::AuthorId,
        "steps of plans": plan_step::StaffMemberId,
        "steps of plans that they asked for": plan_step::RaisedById,
        "adaptations of plans": adaptation::AuthorId,
        "records of teaching": taught_objective::RecordedById,
        "judgements": judgement::JudgedById,
        "judgements that they withdrew": judgement::WithdrawnById,
        "second judgements": second_judgement::ModeratorId,
        "outcomes of moderation": moderation_outcome::RecordedById,
        "names of pupils that they corrected": former_name::ReplacedById,
        "numbers of pupils that they corrected": former_upn::ReplacedById,
        "records of erased pupils": pupil_erasure::ErasedById,
        "records of merged pupils": pupil_merge::MergedById,
    }
}

mutation! {
    /// Makes an account for a member of staff. They see nothing until they are appointed to something
    /// (`createAppointment`). For trust leads and senior leaders.
    CreateStaffMember { create_staff_member: CreateStaffMemberInput => CreateStaffMemberPayload {
        staff_member: StaffMember, "The new member of staff."
    } }

    /// Mends the name or the address of a member of staff. For trust leads; and for senior leaders the name, of
    /// those who hold appointments in their school alone. Nobody changes the address of their own account.
    UpdateStaffMember { update_staff_member: UpdateStaffMemberInput => UpdateStaffMemberPayload {
        staff_member: StaffMember, "The member of staff as they are now."
    } }

    /// Removes the account of somebody who was never appointed to anything. Whoever was stays: what they did names them, and they see
    /// nothing once their appointments have ended. For trust leads and senior leaders.
    RemoveStaffMember { remove_staff_member: RemoveStaffMemberInput => RemoveStaffMemberPayload {
        removed_id: (StaffMember), "The id by which it was known."
    } }
}
