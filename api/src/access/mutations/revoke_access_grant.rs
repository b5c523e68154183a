//! `revokeAccessGrant`: a trust lead takes a grant back.

use async_graphql::InputObject;
use plumbline_entity::access_grant;
use sea_orm::ActiveValue::Set;

use crate::{
    access::AccessGrant,
    db::Tx,
    graphql::{Acting, Change, Ref, Refusal, UserError, mutation},
};

/// A grant to take back.
#[derive(InputObject)]
pub struct RevokeAccessGrantInput {
    /// The grant.
    access_grant_id: Ref<AccessGrant>,
    /// The `version` of it as you read it.
    expected_version: i32,
}

impl Change for RevokeAccessGrantInput {
    type Changed = access_grant::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<access_grant::Model, Refusal> {
        let grant = by.to_change(tx, self.access_grant_id, "accessGrantId").await?;
        let permit = by.may_in_trust::<access_grant::Entity>()?;
        if grant.revoked_at.is_some() {
            return Err(UserError::wrong_state("accessGrantId", "It is taken back already.").into());
        }
        let changes = access_grant::ActiveModel { revoked_at: Set(Some(by.now)), ..Default::default() };
        Ok(tx.update(&permit, grant, self.expected_version, changes).await??)
    }
}

mutation! {
    /// Takes a grant back, at once. For trust leads.
    RevokeAccessGrant { revoke_access_grant: RevokeAccessGrantInput => RevokeAccessGrantPayload {
        access_grant: AccessGrant, "The grant as it is now."
    } }
}
