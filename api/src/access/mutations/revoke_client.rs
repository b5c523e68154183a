//! `revokeClient`: a trust lead shuts a client application out.

use async_graphql::InputObject;
use plumbline_entity::client_application;
use sea_orm::ActiveValue::Set;

use crate::{
    access::ClientApplication,
    db::Tx,
    graphql::{Acting, Change, Ref, Refusal, UserError, mutation},
};

/// A client application to shut out.
#[derive(InputObject)]
pub struct RevokeClientInput {
    /// The client application.
    client_application_id: Ref<ClientApplication>,
    /// The `version` of it as you read it.
    expected_version: i32,
}

impl Change for RevokeClientInput {
    type Changed = client_application::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<client_application::Model, Refusal> {
        let client = by.to_change(tx, self.client_application_id, "clientApplicationId").await?;
        let permit = by.may_in_trust::<client_application::Entity>()?;
        if client.revoked_at.is_some() {
            return Err(UserError::wrong_state("clientApplicationId", "It is revoked already.").into());
        }
        let changes = client_application::ActiveModel { revoked_at: Set(Some(by.now)), ..Default::default() };
        Ok(tx.update(&permit, client, self.expected_version, changes).await??)
    }
}

mutation! {
    /// Shuts a client application out, at once: its tokens hold no longer. For trust leads.
    RevokeClient { revoke_client: RevokeClientInput => RevokeClientPayload {
        client_application: ClientApplication, "The client application as it is now."
    } }
}
