//! A second wall on PostgreSQL: row-level security by the viewer of the statement.
//!
//! The first wall is [`Scoped`](super::Scoped): the exact rule, in each statement. The second stands in the database.
//! It follows from the same declarations and is coarser: it knows the trust, roles, schools, and what is somebody's
//! own. A statement for a viewer runs in a transaction as a role that owns nothing, and the database itself leaves out
//! the rows beyond the wall. Each read takes three more exchanges (docs/adr/0012-row-level-security.md), so the wall
//! is an option and off by default.

use plumbline_entity::appointment::Role;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use uuid::Uuid;

use super::{Described, Dimension, Policy, Side, Table};
use crate::{db::Db, error::Result, viewer::Viewer};

/// The name of the policies for viewers. It counts up with every change of the rules, so that a wall that another
/// version built is built anew.
const POLICY: &str = "viewer_4";

/// The role as which statements for viewers run.
const ROLE: &str = "plumbline_viewer";

/// Whom a statement speaks for, and with that what the wall lets it see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wall {
    /// Everything: the service reads for itself.
    Service,
    /// A viewer: they see what their roles open in their trust. Of rows about pupils they see those of these schools,
    /// or of all schools if none are listed.
    Viewer {
        /// The trust.
        trust: Uuid,
        /// The roles of current appointments, wherever.
        roles: Vec<Role>,
        /// The member of staff, where it is one.
        staff_member: Option<Uuid>,
        /// The schools of appointments, grants and clients.
        schools: Option<Vec<Uuid>>,
    },
}

impl Wall {
    pub(super) fn of(viewer: &Viewer) -> Self {
        let everywhere = viewer.grants().iter().any(|grant| grant.school.is_none());
        let mut schools = viewer.schools();
        schools.extend(viewer.grants().iter().filter_map(|grant| grant.school));
        schools.extend(viewer.synchronises());
        // A client application that is kept to schools is kept to pupils who were ever there, and looks at their places.
        schools.extend(viewer.client_application().and_then(|client| client.schools.as_deref()).unwrap_or_default());
        Self::Viewer {
            trust: viewer.trust(),
            roles: viewer.standings().iter().map(|standing| standing.role).collect(),
            staff_member: viewer.staff_member(),
            schools: (!everywhere).then_some(schools),
        }
    }

    /// The statement that puts the rest of the transaction behind the wall, for whom this speaks.
    pub(in crate::db) fn enter(&self) -> Statement {
        let (role, trust, roles, staff_member, schools) = match self {
            Self::Service => ("none", Uuid::nil().to_string(), String::new(), String::new(), String::new()),
            Self::Viewer { trust, roles, staff_member, schools } => {
                let codes: Vec<&str> = roles.iter().map(|role| role.code()).collect();
                let staff_member = staff_member.map(|id| id.to_string()).unwrap_or_default();
                (ROLE, trust.to_string(), codes.join(","), staff_member, listed(schools.as_deref()))
            }
        };
        let sql = "SELECT set_config('plumbline.trust', $1, true), set_config('plumbline.roles', $2, true), \
                   set_config('plumbline.staff_member', $3, true), set_config('plumbline.schools', $4, true), \
                   set_config('role', $5, true)";
        let values = [trust.into(), roles.into(), staff_member.into(), schools.into(), role.into()];
        Statement::from_sql_and_values(sea_orm::DbBackend::Postgres, sql, values)
    }
}

/// Schools as a PostgreSQL array; `ALL` for all schools.
fn listed(schools: Option<&[Uuid]>) -> String {
    match schools {
        None => "ALL".to_owned(),
        Some(ids) => format!("{{{}}}", ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",")),
    }
}

/// In a subselect PostgreSQL evaluates this once a statement; a bare call would be evaluated for each row.
const TRUST: &str = "(SELECT NULLIF(current_setting('plumbline.trust', true), '')::uuid)";
const STAFF_MEMBER: &str = "(SELECT NULLIF(current_setting('plumbline.staff_member', true), '')::uuid)";
const SCHOOLS: &str = "((SELECT current_setting('plumbline.schools', true)) = 'ALL' OR {column} = ANY (COALESCE(\
                       (SELECT NULLIF(NULLIF(current_setting('plumbline.schools', true), 'ALL'), '')::uuid[]), '{}')))";

/// Whether the viewer holds one of these roles of the whole trust.
fn holds(roles: &[Role]) -> String {
    let codes: Vec<String> = roles.iter().map(|role| format!("'{}'", role.code())).collect();
    let held = "string_to_array(current_setting('plumbline.roles', true), ',')";
    format!("(SELECT {held} && ARRAY[{}])", codes.join(","))
}

/// What the wall lets a viewer's statement read of a table. It follows from where the rows lie and from the holds that
/// entitle to read, and from nothing finer. `None` if no viewer reads the table.
pub(super) fn condition<E: Policy>(location: &Described) -> Option<String> {
    let readers = E::readers();
    let mut ways: Vec<String> = Vec::new();
    for hold in readers.holds() {
        let way = match hold.wall {
            Side::Trust => None,
            Side::Roles(roles) => Some(holds(roles)),
            Side::Schools => in_schools(location, readers.is_beside_bounds()),
            Side::Own => location.column(Dimension::Owner).map(|column| format!("{column} = {STAFF_MEMBER}")),
        };
        // If the wall cannot tell whether a hold opens a row, it lets the row through, within the trust.
        let way = way.unwrap_or_else(|| "true".to_owned());
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    if ways.is_empty() {
        return None;
    }
    let Some(trust) = location.column(Dimension::Trust) else {
        return Some(if location.public { "true".to_owned() } else { "false".to_owned() });
    };
    let of_trust = format!("{trust} = {TRUST}");
    if readers.needs_the_whole_trust() || ways.iter().any(|way| way == "true") {
        return Some(of_trust);
    }
    Some(format!("{of_trust} AND ({})", ways.join(" OR ")))
}

/// Rows of the viewer's schools. The rows that they hang on stand behind the wall themselves. The wall looks at those
/// where a row does not say its school, or where another hold reads the row through them.
fn in_schools(location: &Described, beside_bounds: bool) -> Option<String> {
    let own = location.column(Dimension::School).map(|column| SCHOOLS.replace("{column}", column));
    let linked = location.link(Dimension::School).filter(|_| own.is_none() || beside_bounds).map(|link| {
        let (column, names, table) = (&link.column, &link.names, &link.other.table);
        format!("{column} IN (SELECT o.{names} FROM {table} o)")
    });
    match (own, linked) {
        (Some(own), Some(linked)) => Some(format!("({own} OR {linked})")),
        (own, linked) => own.or(linked),
    }
}

/// Drops the policies of a table, including those of earlier versions.
fn without_policies(table: &str) -> String {
    let drop = |policy: &str| format!("DROP POLICY IF EXISTS {policy} ON {table};");
    ["service", "viewer", "viewer_2", "viewer_3", POLICY].map(drop).concat()
}

/// The names and owners of all tables except the record of migrations.
const ALL_TABLES: &str = "SELECT c.relname AS name, quote_ident(pg_get_userbyid(c.relowner)) AS owner \
                          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                          WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname <> 'seaql_migrations' \
                          ORDER BY c.relname";

impl Db {
    /// Puts the wall up: policies on all tables, which bind their owner too, so that the service must say that it is
    /// the service. The user must own the tables. They must also be able to create roles, or the role
    /// `plumbline_viewer` must exist. Does nothing on SQLite. Doing it twice changes nothing.
    ///
    /// # Errors
    /// The database refused; then nothing was changed.
    pub async fn raise_wall(&self, tables: &[Table]) -> Result<()> {
        self.build(|name, owner| {
            let mut sql = format!(
                "{} \
                 ALTER TABLE {name} ENABLE ROW LEVEL SECURITY; ALTER TABLE {name} FORCE ROW LEVEL SECURITY; \
                 CREATE POLICY service ON {name} TO {owner} \
                 USING (current_setting('plumbline.service', true) = 'on') \
                 WITH CHECK (current_setting('plumbline.service', true) = 'on'); \
                 REVOKE ALL ON {name} FROM {ROLE};",
                without_policies(name)
            );
            let table = tables.iter().find(|table| table.name == name);
            if let Some(condition) = table.and_then(|table| table.within_wall.as_ref()) {
                sql += &format!(
                    "GRANT SELECT ON {name} TO {ROLE}; \
                     CREATE POLICY {POLICY} ON {name} FOR SELECT TO {ROLE} USING ({condition});"
                );
            }
            sql
        })
        .await
    }

    /// Takes the wall down.
    ///
    /// # Errors
    /// The database refused; then nothing was changed.
    pub async fn lower_wall(&self) -> Result<()> {
        self.build(|name, _| {
            format!(
                "{} \
                 ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {name} DISABLE ROW LEVEL SECURITY; \
                 REVOKE ALL ON {name} FROM {ROLE};",
                without_policies(name)
            )
        })
        .await
    }

    /// Whether the wall is up: each table that viewers read has its policy.
    ///
    /// # Errors
    /// The database failed.
    pub async fn wall_is_up(&self, tables: &[Table]) -> Result<bool> {
        if !self.is_postgres() {
            return Ok(false);
        }
        let sql = "SELECT COUNT(*) AS n FROM pg_policies WHERE schemaname = current_schema() AND policyname = $1";
        let statement = Statement::from_sql_and_values(sea_orm::DbBackend::Postgres, sql, [POLICY.into()]);
        let row = self.pools_now().read.query_one_raw(statement).await?;
        let policies: i64 = row.ok_or_else(|| DbErr::Custom("no count".to_owned()))?.try_get("", "n")?;
        Ok(usize::try_from(policies)
            .is_ok_and(|policies| policies == tables.iter().filter(|table| table.within_wall.is_some()).count()))
    }

    async fn build(&self, sql: impl Fn(&str, &str) -> String) -> Result<()> {
        use sea_orm::TransactionTrait;
        if !self.is_postgres() {
            return Ok(());
        }
        let role = format!(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN \
             CREATE ROLE {ROLE} NOLOGIN; END IF; \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        );
        let tx = self.pools_now().write.begin().await?;
        // Otherwise PostgreSQL prints a notice for each table whose policy is not there to drop.
        tx.execute_unprepared("SET LOCAL client_min_messages = warning").await?;
        tx.execute_unprepared(&role).await?;
        // Granted only if needed: roles belong to the server, and two databases that grant at once collide.
        let grant = format!(
            "DO $$ BEGIN IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN GRANT {ROLE} TO CURRENT_USER; \
             END IF; END $$"
        );
        tx.execute_unprepared(&grant).await?;
        let tables = tx.query_all_raw(Statement::from_string(sea_orm::DbBackend::Postgres, ALL_TABLES)).await?;
        for table in tables {
            let (name, owner): (String, String) = (table.try_get("", "name")?, table.try_get("", "owner")?);
            tx.execute_unprepared(&sql(&name, &owner)).await?;
        }
        Ok(tx.commit().await?)
    }
}
