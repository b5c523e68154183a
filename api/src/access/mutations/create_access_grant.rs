//! `createAccessGrant`: a trust lead lets somebody else read rows of pupils, for a purpose and a time.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use plumbline_entity::access_grant;
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    access::AccessGrant,
    db::Tx,
    graphql::{Acting, Change, Ref, Refusal, UserError, mutation},
    organisation::{School, StaffMember},
    rulebook::Ruled as _,
};

/// Leave to read rows of pupils.
#[derive(InputObject)]
pub struct CreateAccessGrantInput {
    /// Who is to read; not yourself.
    staff_member_id: Ref<StaffMember>,
    /// The school whose pupils are to be read; left out for all schools of the trust.
    school_id: Option<Ref<School>>,
    /// Whether with names, unique pupil numbers and dates of birth.
    with_names: bool,
    /// Whether comparisons are to be answered with exact figures, out of disclosure control; for all schools only.
    exact_figures: Option<bool>,
    /// What for, in 10 to 500 characters.
    purpose: String,
    /// When it ends by itself, at most 366 days from now.
    expires_at: DateTime<Utc>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for CreateAccessGrantInput {
    type Changed = access_grant::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<access_grant::Model, Refusal> {
        let permit = by.may_in_trust::<access_grant::Entity>()?;
        let person = by.named(tx, self.staff_member_id, "staffMemberId").await?;
        if by.is(person.id) {
            let message = "Nobody grants access to themselves: ask another trust lead.";
            return Err(UserError::invalid("staffMemberId", message).into());
        }
        let school = by.named_if(tx, self.school_id, "schoolId").await?.map(|school| school.id);
        let row = access_grant::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            staff_member_id: person.id,
            school_id: school,
            with_names: self.with_names,
            exact_figures: self.exact_figures.unwrap_or(false),
            purpose: self.purpose,
            granted_at: by.now,
            granted_by_id: by.viewer.staff_member(),
            expires_at: self.expires_at,
            revoked_at: None,
            version: 1,
        }
        .checked(())?;
        Ok(tx.insert(&permit, row.into_active_model()).await?)
    }
}

mutation! {
    /// Lets somebody read rows of pupils beyond what their appointments give, for a purpose that stands
    /// in the audit and until a time. For trust leads, and never for oneself.
    CreateAccessGrant { create_access_grant: CreateAccessGrantInput => CreateAccessGrantPayload {
        access_grant: AccessGrant, "The grant."
    } }
}
