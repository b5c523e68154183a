//! A second wall on PostgreSQL: row-level security by the viewer of the statement.
//!
//! The first wall is [`Scoped`](super::Scoped): the exact rule, in each statement. This one stands in the
//! database and is coarser: the trust, and for rows of pupils the schools. A statement for a viewer
//! runs in a transaction as a role that owns nothing, and the database itself leaves out what lies
//! beyond. Each read takes three more exchanges (docs/adr/0012-row-level-security.md), so it is an option, off.

use plumbline_entity::appointment::Role;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use uuid::Uuid;

use super::Db;
use crate::{error::Result, viewer::Viewer};

/// The name of the policies of viewers; counts up with every change of the rules, so that a wall built by another
/// version is built anew.
const POLICY: &str = "viewer_3";

/// The role as which statements for viewers run.
const ROLE: &str = "plumbline_viewer";

/// What lies on this side of the wall for a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wall {
    /// Everything: the service reads for itself.
    Service,
    /// What is of the trust, as far as a role of the trust's gives it, and of rows of pupils what is of these
    /// schools; of all where there are none.
    Viewer {
        /// The trust.
        trust: Uuid,
        /// The roles of the whole trust.
        roles: Vec<Role>,
        /// The schools of appointments, grants and clients.
        schools: Option<Vec<Uuid>>,
    },
}

impl Wall {
    pub(super) fn of(viewer: &Viewer) -> Self {
        if viewer.is_operator() {
            return Self::Service;
        }
        let everywhere = viewer.grants().iter().any(|grant| grant.school.is_none());
        let mut schools = viewer.schools();
        schools.extend(viewer.grants().iter().filter_map(|grant| grant.school));
        schools.extend(viewer.synchronises());
        let roles = [Role::TrustLead, Role::TrustAnalyst, Role::Moderator];
        let roles = roles.into_iter().filter(|role| viewer.is(*role)).collect();
        Self::Viewer { trust: viewer.trust(), roles, schools: (!everywhere).then_some(schools) }
    }

    /// The statement that puts the rest of a transaction on this side of the wall.
    pub(super) fn enter(&self) -> Statement {
        let (role, trust, roles, schools) = match self {
            Self::Service => ("none", Uuid::nil().to_string(), String::new(), String::new()),
            Self::Viewer { trust, roles, schools } => {
                let codes: Vec<&str> = roles.iter().map(|role| role.code()).collect();
                (ROLE, trust.to_string(), codes.join(","), listed(schools.as_deref()))
            }
        };
        let sql = "SELECT set_config('plumbline.trust', $1, true), set_config('plumbline.roles', $2, true), \
                   set_config('plumbline.schools', $3, true), set_config('role', $4, true)";
        let values = [trust.into(), roles.into(), schools.into(), role.into()];
        Statement::from_sql_and_values(sea_orm::DbBackend::Postgres, sql, values)
    }
}

/// Schools as an array of PostgreSQL; `ALL` for all.
fn listed(schools: Option<&[Uuid]>) -> String {
    match schools {
        None => "ALL".to_owned(),
        Some(ids) => format!("{{{}}}", ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",")),
    }
}

/// Evaluated once a statement, as a bare call would not be.
const TRUST: &str = "(SELECT NULLIF(current_setting('plumbline.trust', true), '')::uuid)";
const SCHOOLS: &str = "((SELECT current_setting('plumbline.schools', true)) = 'ALL' OR school_id = ANY (COALESCE(\
                       (SELECT NULLIF(NULLIF(current_setting('plumbline.schools', true), 'ALL'), '')::uuid[]), '{}')))";

/// Whether the viewer holds one of these roles of the whole trust.
fn holds(roles: &[Role]) -> String {
    let codes: Vec<String> = roles.iter().map(|role| format!("'{}'", role.code())).collect();
    let held = "string_to_array(current_setting('plumbline.roles', true), ',')";
    format!("(SELECT {held} && ARRAY[{}])", codes.join(","))
}

/// How a table is walled in.
enum Rule {
    /// The trust's own row.
    Trust,
    /// Of the trust.
    OfTrust,
    /// Of the trust, for these roles of it.
    For(&'static [Role]),
    /// Of the trust: for these roles of it all, else of the schools.
    ForOrOfSchools(&'static [Role]),
    /// Of the trust: for these roles of it all, else of work that lies within the wall.
    ForOrOfWork(&'static [Role]),
    /// Of the trust, and of the schools.
    OfSchools,
    /// Of the trust, and of pupils who are or were on roll in the schools; the column names the pupil.
    OfPupils(&'static str),
    /// As [`Rule::OfPupils`], or made in the schools.
    OfSchoolsOrPupils(&'static str),
    /// Public.
    Public,
}

/// The tables that viewers read. What is not listed, the role of viewers may not read at all.
const TABLES: &[(&str, Rule)] = &[
    ("trust", Rule::Trust),
    ("school", Rule::OfTrust),
    ("school_predecessor", Rule::OfTrust),
    ("academic_year", Rule::OfTrust),
    ("phase", Rule::OfTrust),
    ("subject", Rule::OfTrust),
    ("class", Rule::OfTrust),
    ("staff_member", Rule::OfTrust),
    ("appointment", Rule::OfTrust),
    ("client_application", Rule::For(&[Role::TrustLead])),
    ("access_grant", Rule::OfTrust),
    ("audit_entry", Rule::For(&[Role::TrustLead])),
    ("framework", Rule::OfTrust),
    ("grade", Rule::OfTrust),
    ("assessment_window", Rule::OfTrust),
    ("moderation_exercise", Rule::OfTrust),
    ("sample_stratum", Rule::For(&[Role::TrustLead])),
    ("sampled_work", Rule::ForOrOfSchools(&[Role::TrustLead, Role::Moderator])),
    ("second_judgement", Rule::ForOrOfWork(&[Role::TrustLead])),
    ("moderation_outcome", Rule::ForOrOfWork(&[Role::TrustLead])),
    ("judgement_cell", Rule::ForOrOfSchools(&[Role::TrustLead, Role::TrustAnalyst])),
    ("agreement_cell", Rule::ForOrOfSchools(&[Role::TrustLead, Role::TrustAnalyst])),
    ("agreement_edition", Rule::For(&[Role::TrustLead, Role::TrustAnalyst])),
    ("agreement_edition_cell", Rule::For(&[Role::TrustLead, Role::TrustAnalyst])),
    ("enrolment", Rule::OfSchools),
    ("pupil", Rule::OfPupils("id")),
    ("pupil_characteristics", Rule::OfPupils("pupil_id")),
    ("judgement", Rule::OfSchoolsOrPupils("pupil_id")),
    ("published_outcome", Rule::Public),
];

impl Rule {
    fn condition(&self) -> String {
        // The enrolments that this looks at are walled in themselves.
        let on_roll = |pupil: &str| format!("{pupil} IN (SELECT e.pupil_id FROM enrolment e)");
        match self {
            Self::Trust => format!("id = {TRUST}"),
            Self::OfTrust => format!("trust_id = {TRUST}"),
            Self::For(roles) => format!("trust_id = {TRUST} AND {}", holds(roles)),
            Self::ForOrOfSchools(roles) => format!("trust_id = {TRUST} AND ({} OR {SCHOOLS})", holds(roles)),
            Self::ForOrOfWork(roles) => {
                let work = "work_id IN (SELECT w.id FROM sampled_work w)";
                format!("trust_id = {TRUST} AND ({} OR {work})", holds(roles))
            }
            Self::OfSchools => format!("trust_id = {TRUST} AND {SCHOOLS}"),
            Self::OfPupils(pupil) => format!("trust_id = {TRUST} AND {}", on_roll(pupil)),
            Self::OfSchoolsOrPupils(pupil) => format!("trust_id = {TRUST} AND ({SCHOOLS} OR {})", on_roll(pupil)),
            Self::Public => "true".to_owned(),
        }
    }
}

/// Takes the policies of a table away, those of an earlier version too.
fn without_policies(table: &str) -> String {
    let drop = |policy: &str| format!("DROP POLICY IF EXISTS {policy} ON {table};");
    ["service", "viewer", "viewer_2", POLICY].map(drop).concat()
}

/// The names of all tables but the record of migrations, and who owns them.
const ALL_TABLES: &str = "SELECT c.relname AS name, quote_ident(pg_get_userbyid(c.relowner)) AS owner \
                          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                          WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname <> 'seaql_migrations' \
                          ORDER BY c.relname";

impl Db {
    /// Puts the wall up: policies on all tables, forced on their owner too, who must say that it is the
    /// service. Needs a user who owns the tables and may make roles, or a role `plumbline_viewer` that
    /// is there already. Does nothing on SQLite; done twice it does no more than once.
    ///
    /// # Errors
    /// The database refused; then nothing was changed.
    pub async fn raise_wall(&self) -> Result<()> {
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
            if let Some((_, rule)) = TABLES.iter().find(|(table, _)| *table == name) {
                let condition = rule.condition();
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

    /// Whether the wall is up: every table that viewers read has its policy.
    ///
    /// # Errors
    /// The database failed.
    pub async fn wall_is_up(&self) -> Result<bool> {
        if !self.is_postgres() {
            return Ok(false);
        }
        let sql = "SELECT COUNT(*) AS n FROM pg_policies WHERE schemaname = current_schema() AND policyname = $1";
        let statement = Statement::from_sql_and_values(sea_orm::DbBackend::Postgres, sql, [POLICY.into()]);
        let row = self.read.query_one_raw(statement).await?;
        let policies: i64 = row.ok_or_else(|| DbErr::Custom("no count".to_owned()))?.try_get("", "n")?;
        Ok(usize::try_from(policies).is_ok_and(|policies| policies == TABLES.len()))
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
        let tx = self.write.begin().await?;
        // What is dropped and is not there is told for each table otherwise.
        tx.execute_unprepared("SET LOCAL client_min_messages = warning").await?;
        tx.execute_unprepared(&role).await?;
        // Only where it is needed: roles are the server's, and two databases that grant at once collide.
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
