//! Root fields of access.

use std::cmp::Reverse;

use async_graphql::{ComplexObject, Context, Result, SimpleObject};
use futures_util::future::try_join_all;
use plumbline_entity::{
    access_grant, appointment, appointment::Role, client_application, staff_member, year_group::YearGroup,
};
use sea_orm::Condition;
use uuid::Uuid;

use super::types::{AccessGrant, ClientApplication};
use crate::{
    curriculum::Subject,
    db::{Oneself, Opened, Read, Reason, Table},
    graphql::{
        BoolFilter, IdFilter, RequestContext, StringFilter, Wraps, filter, listed, load, load_many, order, root,
        runs_on, type_of,
    },
    organisation::{Appointment, Class, School, StaffMember},
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

/// The tables that are types of the schema.
pub struct Writable(pub Vec<Table>);

/// A type of which you may record or change something, and where.
#[derive(SimpleObject)]
pub struct MayWrite {
    /// The type, as in the schema.
    of: String,
    /// Where. It is enough that one of these places holds what you write.
    places: Vec<MayWriteIn>,
}

/// A part of the trust in which you may write. What is null is not bounded: without schools, it is the whole trust.
#[derive(SimpleObject)]
pub struct MayWriteIn {
    /// In these schools.
    schools: Option<Vec<School>>,
    /// In these classes.
    classes: Option<Vec<Class>>,
    /// In this subject; null in all of them.
    subject: Option<Subject>,
    /// From this year group on.
    lowest_year_group: Option<YearGroup>,
    /// Up to this year group.
    highest_year_group: Option<YearGroup>,
    /// Only what is your own.
    own: bool,
}

impl MayWriteIn {
    async fn told(ctx: &Context<'_>, opened: Opened) -> Result<Self> {
        let subject = match opened.subject {
            Some(subject) => load(ctx, subject).await?,
            None => None,
        };
        Ok(Self {
            schools: match opened.schools {
                Some(schools) => Some(by_name(ctx, schools, |school: &School| &school.0.name).await?),
                None => None,
            },
            classes: match opened.classes {
                Some(classes) => Some(by_name(ctx, classes, |class: &Class| &class.0.name).await?),
                None => None,
            },
            subject,
            lowest_year_group: opened.year_groups.map(|(lowest, _)| lowest),
            highest_year_group: opened.year_groups.map(|(_, highest)| highest),
            own: opened.own,
        })
    }
}

/// The rows with these ids, by name.
async fn by_name<T: Wraps>(ctx: &Context<'_>, ids: Vec<Uuid>, name: impl Fn(&T) -> &String) -> Result<Vec<T>> {
    let mut rows: Vec<T> = load_many(ctx, ids).await?.into_values().collect();
    rows.sort_by(|a, b| name(a).cmp(name(b)));
    Ok(rows)
}

/// Who the service takes you for.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ViewerInfo {
    #[graphql(skip)]
    person: Option<staff_member::Model>,
    /// Your name; for a client application by itself, its name.
    name: String,
    /// Your email address; null for a client application by itself.
    email: Option<String>,
    /// The roles of your current appointments; none means that you see nothing.
    roles: Vec<Role>,
    /// The schools of your current appointments.
    schools: Vec<School>,
    /// The client application that asks for you, or by itself; null where you ask without one.
    client_application: Option<ClientApplication>,
    /// The grants that are in force for you.
    access_grants: Vec<AccessGrant>,
}

#[ComplexObject]
impl ViewerInfo {
    /// You as a member of staff; null for a client application by itself.
    async fn staff_member(&self) -> Option<StaffMember> {
        self.person.clone().map(StaffMember)
    }

    /// Your current appointments, each with its school, class, subject or phase; the latest to start first.
    async fn appointments(&self, ctx: &Context<'_>) -> Result<Vec<Appointment>> {
        use appointment::Column as C;
        let Some(person) = &self.person else { return Ok(Vec::new()) };
        let mine = Condition::all().add(appointment::COLUMN.staff_member_id.eq(person.id)).add(runs_on(
            C::StartsOn,
            C::EndsOn,
            ctx.viewer()?.today().into(),
        ));
        let mut mine = ctx.db()?.all(Oneself.of::<appointment::Entity>().filter(mine).rows()).await?;
        mine.sort_by_key(|row| (Reverse(row.starts_on), row.id));
        Ok(mine.into_iter().map(Appointment).collect())
    }

    /// The classes that you teach now, by name.
    async fn classes(&self, ctx: &Context<'_>) -> Result<Vec<Class>> {
        by_name(ctx, ctx.viewer()?.classes(), |class: &Class| &class.0.name).await
    }

    /// What you may record and change, and where: for what a front end shows or hides. Each mutation has rules of its own beside.
    async fn may_write(&self, ctx: &Context<'_>) -> Result<Vec<MayWrite>> {
        let viewer = ctx.viewer()?;
        let mut may = Vec::new();
        for table in &ctx.app::<Writable>()?.0 {
            let opened = table.opened_to(viewer);
            if opened.is_empty() {
                continue;
            }
            let places = try_join_all(opened.into_iter().map(|opened| MayWriteIn::told(ctx, opened))).await?;
            may.push(MayWrite { of: type_of(&table.name), places });
        }
        may.sort_by(|a, b| a.of.cmp(&b.of));
        Ok(may)
    }
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
                let schools = by_name(ctx, viewer.schools(), |school: &School| &school.0.name).await?;
                let grants: Vec<_> = viewer.grants().iter().map(|grant| grant.id).collect();
                let access_grants = match grants.is_empty() {
                    true => Vec::new(),
                    false => {
                        let wanted = Condition::all().add(access_grant::COLUMN.id.is_in(grants));
                        db.all(Oneself.of::<access_grant::Entity>().filter(wanted).rows()).await?
                    }
                };
                Ok(Some(ViewerInfo {
                    person,
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
