//! Root fields of access.

use async_graphql::{Context, Result, SimpleObject};
use plumbline_entity::{access_grant, appointment::Role, client_application, staff_member};
use sea_orm::Condition;

use super::types::{AccessGrant, ClientApplication};
use crate::{
    db::{Oneself, Read, Reason},
    graphql::{BoolFilter, IdFilter, RequestContext, StringFilter, filter, listed, load_many, order, root},
    organisation::{School, StaffMember},
};

filter! {
    /// Which client applications.
    ClientApplicationFilter of client_application {
        /// By name.
        name: StringFilter => Name,
        /// By issuer.
        issuer: StringFilter => Issuer,
    }
}

order! {
    /// In which order client applications come.
    ClientApplicationOrder of client_application {
        /// By name.
        Name => [Name],
        /// The latest registered first.
        Latest => [RegisteredAt desc],
    }
}

filter! {
    /// Which grants.
    AccessGrantFilter of access_grant {
        /// By who may read.
        staff_member: IdFilter<StaffMember> => StaffMemberId,
        /// By school.
        school: IdFilter<School> => SchoolId,
        /// Only those with names, or only the others.
        with_names: BoolFilter => WithNames,
    }
}

order! {
    /// In which order grants come.
    AccessGrantOrder of access_grant {
        /// The latest given first.
        Latest => [GrantedAt desc],
        /// The first to end first.
        Expiry => [ExpiresAt],
    }
}

listed!(ClientApplication by ClientApplicationFilter, ClientApplicationOrder);
listed!(AccessGrant by AccessGrantFilter, AccessGrantOrder);

/// Who the service takes you for.
#[derive(SimpleObject)]
pub struct ViewerInfo {
    /// Your name; for a client application by itself, its name.
    name: String,
    /// Your email address; null for a client application by itself.
    email: Option<String>,
    /// The roles of your current appointments; none means that you see nothing.
    roles: Vec<Role>,
    /// The schools of your current appointments.
    schools: Vec<School>,
    /// The client application that asks for you, or by itself.
    client_application: Option<ClientApplication>,
    /// The grants that are in force for you.
    access_grants: Vec<AccessGrant>,
}

root! {
    /// What there is to ask of access.
    AccessQuery {
        {
            /// Who the service takes you for: the first thing to ask when an answer is emptier than expected.
            async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<ViewerInfo>> {
                let (viewer, db) = (ctx.viewer()?, ctx.db()?);
                let client = match viewer.client_application() {
                    Some(client) => db.one(Oneself.of::<client_application::Entity>().rows().id(client.id)).await?,
                    None => None,
                };
                let person = match viewer.staff_member() {
                    Some(id) => db.one(Oneself.of::<staff_member::Entity>().rows().id(id)).await?,
                    None => None,
                };
                let named = person.as_ref().map(|me| (format!("{} {}", me.given_name, me.family_name), Some(me.email.clone())));
                let Some((name, email)) = named.or_else(|| client.as_ref().map(|client| (client.name.clone(), None))) else {
                    return Ok(None);
                };
                let mut roles: Vec<Role> = viewer.standings().iter().map(|standing| standing.role).collect();
                roles.sort_unstable();
                roles.dedup();
                let mut schools: Vec<School> = load_many(ctx, viewer.schools()).await?.into_values().collect();
                schools.sort_by(|a, b| a.0.name.cmp(&b.0.name));
                let grants: Vec<_> = viewer.grants().iter().map(|grant| grant.id).collect();
                let access_grants = match grants.is_empty() {
                    true => Vec::new(),
                    false => {
                        let wanted = Condition::all().add(access_grant::COLUMN.id.is_in(grants));
                        db.all(Oneself.of::<access_grant::Entity>().filter(wanted).rows()).await?
                    }
                };
                Ok(Some(ViewerInfo {
                    name,
                    email,
                    roles,
                    schools,
                    client_application: client.map(ClientApplication),
                    access_grants: access_grants.into_iter().map(AccessGrant).collect(),
                }))
            }
        }
        /// The client applications of the trust, those revoked among them. For trust leads.
        client_applications: [ClientApplication],
        /// The grants that you see, past ones among them: your own; for a trust lead, all.
        access_grants: [AccessGrant],
    }
}
