//! `registerClient`: a trust lead lets a client application of an issuer in.

use async_graphql::InputObject;
use plumbline_entity::{client_application, client_application::ClientScope, school};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    access::{ClientApplication, rules},
    db::{Read, Scoped, Tx},
    error::Error,
    graphql::{Acting, AtField, Change, Ref, Refusal, UnlessTaken, UserError, mutation},
    organisation::School,
    rulebook::Ruled as _,
};

/// A client application to let in. It is given no secret: it signs in at its issuer.
#[derive(InputObject)]
pub struct RegisterClientInput {
    /// What people call it, 1 to 100 characters.
    name: String,
    /// The issuer of its tokens: their `iss`; `development` for the key of the machine.
    issuer: String,
    /// The `client_id` of its tokens.
    client_id: String,
    /// What it may be used for, each once.
    scopes: Vec<ClientScope>,
    /// The schools that it is kept to, at most 100; left out for all. SYNCHRONISE needs them.
    school_ids: Option<Vec<Ref<School>>>,
    /// Whether it may send none but its trusted documents.
    #[graphql(default)]
    trusted_documents_only: bool,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for RegisterClientInput {
    type Changed = client_application::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<client_application::Model, Refusal> {
        let permit = by.may_in_trust::<client_application::Entity>()?;
        let schools = match self.school_ids {
            None => None,
            Some(ids) => Some(schools(tx, by, &ids).await?),
        };
        let row = client_application::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            name: self.name,
            issuer: self.issuer,
            client_id: self.client_id,
            scopes: serde_json::to_value(self.scopes).map_err(Error::internal)?,
            school_ids: schools.map(serde_json::to_value).transpose().map_err(Error::internal)?,
            trusted_documents_only: self.trusted_documents_only,
            registered_at: by.now,
            registered_by_id: by.viewer.staff_member(),
            revoked_at: None,
            version: 1,
        }
        .checked(())?;
        let message = "A client application with this id is registered for this issuer already; revoke it first.";
        tx.insert(&permit, row.into_active_model()).await.unless_taken_unseen("clientId", message)
    }
}

/// The ids of schools of the trust, each once.
async fn schools(tx: &Tx, by: &Acting<'_>, given: &[Ref<School>]) -> Result<Vec<Uuid>, Refusal> {
    rules::few_enough(given.len()).at("schoolIds")?;
    let mut ids: Vec<Uuid> = given.iter().map(|id| id.uuid()).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = Scoped::<school::Entity>::of(by.viewer).filter(school::COLUMN.id.is_in(ids.iter().copied()));
    if tx.count(known).await? != ids.len() as u64 {
        return Err(UserError::not_found("schoolIds", "school").into());
    }
    Ok(ids)
}

mutation! {
    /// Lets a client application in: a front end that acts for people, or a system that acts by itself.
    /// For trust leads.
    RegisterClient { register_client: RegisterClientInput => RegisterClientPayload {
        client_application: ClientApplication, "The client application."
    } }
}
