//! What somebody may see now, from their appointments, their grants and the registration of the
//! client application that asks.

use chrono::{DateTime, NaiveDate, Utc};
use plumbline_entity::{access_grant, appointment, client_application, phase, staff_member, year_group::YearGroup};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{Condition, EntityTrait, FromQueryResult, JoinType, Order, QuerySelect, RelationDef};
use uuid::Uuid;

use super::{Client, Granted, StaffKey, Standing, Viewer, registered};
use crate::{
    config::TimeZone,
    db::{Console, Db, Oneself, Read, Reason, Tx, WhichClientAsks, WhoAsks},
    error::Result,
};

impl From<StaffKey> for Condition {
    fn from(key: StaffKey) -> Self {
        Self::all().add(match key {
            StaffKey::Id(id) => staff_member::COLUMN.id.eq(id),
            StaffKey::Email(email) => staff_member::COLUMN.email.eq(email),
        })
    }
}

/// A row for each pair of an appointment and a grant of one person; either may be missing.
#[derive(FromQueryResult)]
struct Row {
    staff_member_id: Uuid,
    trust_id: Uuid,
    appointment_id: Option<Uuid>,
    role: Option<appointment::Role>,
    school_id: Option<Uuid>,
    subject_id: Option<Uuid>,
    class_id: Option<Uuid>,
    lowest_year_group: Option<YearGroup>,
    highest_year_group: Option<YearGroup>,
    grant_id: Option<Uuid>,
    granted_school_id: Option<Uuid>,
    with_names: Option<bool>,
    exact_figures: Option<bool>,
}

impl Row {
    fn standing(&self) -> Option<(Uuid, Standing)> {
        let standing = Standing {
            role: self.role?,
            school: self.school_id,
            phase: self.lowest_year_group.zip(self.highest_year_group),
            subject: self.subject_id,
            class: self.class_id,
        };
        Some((self.appointment_id?, standing))
    }

    fn granted(&self) -> Option<Granted> {
        Some(Granted {
            id: self.grant_id?,
            school: self.granted_school_id,
            names: self.with_names?,
            exact_figures: self.exact_figures?,
        })
    }
}

/// The viewer that a member of staff of a trust is `now`, on the day that it is in `zone`; `None` if there is no such person
/// there. An address is known in one trust alone, so with [`StaffKey::Email`] the trust must be given. Takes one statement,
/// however many appointments and grants they have.
///
/// # Errors
/// The database failed.
pub async fn viewer_of(
    db: &Db,
    who: StaffKey,
    trust: Option<Uuid>,
    now: DateTime<Utc>,
    zone: TimeZone,
) -> Result<Option<Viewer>> {
    let today = zone.day_of(now);
    let who = match (who, trust) {
        (who, Some(trust)) => Condition::from(who).add(staff_member::COLUMN.trust_id.eq(trust)),
        (who @ StaffKey::Id(_), None) => who.into(),
        // Without a trust it could be anybody's who has the address in some trust.
        (StaffKey::Email(_), None) => return Ok(None),
    };
    let rows = WhoAsks.of::<staff_member::Entity>().filter(who).aggregate::<Row>(|select| {
        select
            .column_as(staff_member::Column::Id, "staff_member_id")
            .column(staff_member::Column::TrustId)
            .column_as(appointment::Column::Id, "appointment_id")
            .columns([
                appointment::Column::Role,
                appointment::Column::SchoolId,
                appointment::Column::SubjectId,
                appointment::Column::ClassId,
            ])
            .columns([phase::Column::LowestYearGroup, phase::Column::HighestYearGroup])
            .column_as(access_grant::Column::Id, "grant_id")
            .column_as(access_grant::Column::SchoolId, "granted_school_id")
            .columns([access_grant::Column::WithNames, access_grant::Column::ExactFigures])
            .join(JoinType::LeftJoin, appointments_held(today))
            .join(JoinType::LeftJoin, phase_led())
            .join(JoinType::LeftJoin, grants_in_force(now))
    });
    let rows = db.figures(rows).await?;
    let Some((staff, trust)) = rows.first().map(|row| (row.staff_member_id, row.trust_id)) else {
        return Ok(None);
    };
    let mut standings: Vec<(Uuid, Standing)> = rows.iter().filter_map(Row::standing).collect();
    standings.sort_by_key(|(id, _)| *id);
    standings.dedup_by_key(|(id, _)| *id);
    let mut grants: Vec<Granted> = rows.iter().filter_map(Row::granted).collect();
    grants.sort_by_key(|grant| grant.id);
    grants.dedup();
    let standings = standings.into_iter().map(|(_, standing)| standing).collect();
    Ok(Some(Viewer::staff(staff, trust, today, standings).with_grants(grants)))
}

/// Whether a viewer still is who they were when they were let in: by the same appointments, through a client application
/// that is not revoked. Until the transaction ends, nobody ends these appointments or revokes the client application.
///
/// # Errors
/// The database failed.
pub async fn still_holds(tx: &Tx, viewer: &Viewer) -> Result<bool> {
    if !tx.holds() {
        return Ok(true);
    }
    if let Some(client) = viewer.client_application() {
        let in_use = Condition::all()
            .add(client_application::COLUMN.id.eq(client.id))
            .add(client_application::COLUMN.revoked_at.is_null());
        if tx.one(Oneself.of::<client_application::Entity>().filter(in_use).rows()).await?.is_none() {
            return Ok(false);
        }
    }
    let Some(staff_member) = viewer.staff_member() else { return Ok(true) };
    let held = current_on(viewer.today()).add(appointment::COLUMN.staff_member_id.eq(staff_member));
    let held = Oneself.of::<appointment::Entity>().filter(held).rows().order_by(appointment::Column::Id, Order::Asc);
    let held = tx.all(held).await?;
    let same = |(held, was): (&appointment::Model, &Standing)| {
        let places = (held.school_id, held.subject_id, held.class_id) == (was.school, was.subject, was.class);
        places && held.role == was.role && held.phase_id.is_some() == was.phase.is_some()
    };
    Ok(held.len() == viewer.standings().len() && held.iter().zip(viewer.standings()).all(same))
}

/// Appointments that somebody holds on a day.
fn current_on(day: NaiveDate) -> Condition {
    Condition::all()
        .add(appointment::COLUMN.starts_on.lte(day))
        .add(appointment::COLUMN.ends_on.is_null().or(appointment::COLUMN.ends_on.gte(day)))
}

fn appointments_held(today: NaiveDate) -> RelationDef {
    let current = current_on(today);
    let held = staff_member::Entity::belongs_to(appointment::Entity)
        .from(staff_member::Column::Id)
        .to(appointment::Column::StaffMemberId);
    RelationDef::from(held).on_condition(move |_, _| current.clone())
}

fn phase_led() -> RelationDef {
    appointment::Entity::belongs_to(phase::Entity).from(appointment::Column::PhaseId).to(phase::Column::Id).into()
}

/// The grants that hold at this moment: a grant ends at a moment, not with a day. Somebody who holds no appointment
/// any more gets nothing from a grant.
fn grants_in_force(now: DateTime<Utc>) -> RelationDef {
    let in_force = Condition::all()
        .add(access_grant::COLUMN.revoked_at.is_null())
        .add(access_grant::COLUMN.granted_at.lte(now))
        .add(access_grant::COLUMN.expires_at.gt(now))
        .add(appointment::COLUMN.id.is_not_null());
    let given = staff_member::Entity::belongs_to(access_grant::Entity)
        .from(staff_member::Column::Id)
        .to(access_grant::Column::StaffMemberId);
    RelationDef::from(given).on_condition(move |_, _| in_force.clone())
}

/// The client application that a trust has registered under the id by which an issuer knows it. `None` if there is none,
/// or if it is revoked.
///
/// # Errors
/// The database failed.
pub async fn client_of(db: &Db, trust: Uuid, issuer: &str, client_id: &str) -> Result<Option<Client>> {
    let wanted = in_use(issuer, client_id).add(client_application::COLUMN.trust_id.eq(trust));
    let Some(row) = db.one(WhichClientAsks.of::<client_application::Entity>().filter(wanted).rows()).await? else {
        return Ok(None);
    };
    Ok(Some(Client {
        id: row.id,
        scopes: registered::scopes(&row)?,
        schools: registered::schools(&row)?,
        client_id: row.client_id,
        trusted_documents_only: row.trusted_documents_only,
    }))
}

fn in_use(issuer: &str, client_id: &str) -> Condition {
    Condition::all()
        .add(client_application::COLUMN.issuer.eq(issuer))
        .add(client_application::COLUMN.client_id.eq(client_id))
        .add(client_application::COLUMN.revoked_at.is_null())
}

/// The accounts that have this email address, one in each trust at most, the oldest first: for the console.
///
/// # Errors
/// The database failed.
pub async fn accounts_of(db: &Db, email: &str) -> Result<Vec<staff_member::Model>> {
    let wanted = Condition::from(StaffKey::Email(email.to_lowercase()));
    let accounts = Console.of::<staff_member::Entity>().filter(wanted).rows();
    db.all(accounts.order_by(staff_member::Column::Id, Order::Asc)).await
}

/// The registrations in use of a client application, one in each trust at most, the oldest first: for the console.
///
/// # Errors
/// The database failed.
pub async fn registrations_of(db: &Db, issuer: &str, client_id: &str) -> Result<Vec<client_application::Model>> {
    let registered = Console.of::<client_application::Entity>().filter(in_use(issuer, client_id)).rows();
    db.all(registered.order_by(client_application::Column::Id, Order::Asc)).await
}
