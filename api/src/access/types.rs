//! The objects of access.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use plumbline_entity::{access_grant, client_application, client_application::ClientScope};

use crate::{
    auth::registered,
    graphql::{Ref, load, load_many, node},
    organisation::{School, StaffMember},
};

/// A client application of the trust: a front end that acts for people, or a system that acts by itself.
pub struct ClientApplication(pub client_application::Model);
node!(ClientApplication, client_application::Entity);

/// A client application of the trust: a front end that acts for people, or a system that acts by itself.
#[Object]
impl ClientApplication {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The issuer at which it signs in; `development` for the key of the machine.
    async fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The `client_id` by which the issuer knows it.
    async fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// What it may be used for. For a person it never gives more than that person may.
    async fn scopes(&self) -> Result<Vec<ClientScope>> {
        Ok(registered::scopes(&self.0)?)
    }

    /// The schools that it is kept to; null where it is kept to none.
    async fn kept_to_schools(&self, ctx: &Context<'_>) -> Result<Option<Vec<School>>> {
        let Some(ids) = registered::schools(&self.0)? else { return Ok(None) };
        let mut schools: Vec<School> = load_many(ctx, ids).await?.into_values().collect();
        schools.sort_by(|a, b| a.0.name.cmp(&b.0.name));
        Ok(Some(schools))
    }

    /// Whether it may send none but its trusted documents.
    async fn trusted_documents_only(&self) -> bool {
        self.0.trusted_documents_only
    }

    /// When it was registered.
    async fn registered_at(&self) -> DateTime<Utc> {
        self.0.registered_at
    }

    /// Who registered it, if you may see them; null for the console.
    async fn registered_by(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>> {
        match self.0.registered_by_id {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// When it was revoked; null while it may be used.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }

    /// Counts its changes; an update names the version that it saw.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Leave for one person to read rows of pupils, for a purpose and until a time.
pub struct AccessGrant(pub access_grant::Model);
node!(AccessGrant, access_grant::Entity);

/// Leave for one person to read rows of pupils, for a purpose and until a time.
#[Object]
impl AccessGrant {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// Who may read, if you may see them.
    async fn staff_member(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>> {
        Ok(load(ctx, self.0.staff_member_id).await?)
    }

    /// The school whose pupils may be read; null for all schools of the trust.
    async fn school(&self, ctx: &Context<'_>) -> Result<Option<School>> {
        match self.0.school_id {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// Whether with names, unique pupil numbers and dates of birth; else without.
    async fn with_names(&self) -> bool {
        self.0.with_names
    }

    /// Whether comparisons are answered with exact figures, out of disclosure control.
    async fn exact_figures(&self) -> bool {
        self.0.exact_figures
    }

    /// What for.
    async fn purpose(&self) -> &str {
        &self.0.purpose
    }

    /// When it was given.
    async fn granted_at(&self) -> DateTime<Utc> {
        self.0.granted_at
    }

    /// Who gave it, if you may see them; null for the console.
    async fn granted_by(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>> {
        match self.0.granted_by_id {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// When it ends by itself.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// When it was taken back; null where it was not.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }

    /// Counts its changes; an update names the version that it saw.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
