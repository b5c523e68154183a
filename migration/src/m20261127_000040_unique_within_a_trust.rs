//! The address of an account and the registration of a client application are unique within their trust.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::ddl;

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addresses(manager, "UNIQUE (trust_id, email)").await?;
        registrations(manager, "trust_id, issuer, client_id").await
    }

    /// Fails where two trusts have the same address or the same client application: which one should go is not ours to say.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addresses(manager, "UNIQUE (email)").await?;
        registrations(manager, "issuer, client_id").await
    }
}

async fn registrations(manager: &SchemaManager<'_>, columns: &str) -> Result<(), DbErr> {
    let sql = format!(
        "DROP INDEX client_application_in_use;
         CREATE UNIQUE INDEX client_application_in_use ON client_application ({columns}) WHERE revoked_at IS NULL"
    );
    ddl::run(manager, &sql).await
}

async fn addresses(manager: &SchemaManager<'_>, unique: &str) -> Result<(), DbErr> {
    if manager.get_connection().get_database_backend() != DbBackend::Sqlite {
        let name = |columns: &str| format!("staff_member_{columns}_key");
        let (old, new) = match unique {
            "UNIQUE (email)" => (name("trust_id_email"), name("email")),
            _ => (name("email"), name("trust_id_email")),
        };
        let sql = format!("ALTER TABLE staff_member DROP CONSTRAINT {old}, ADD CONSTRAINT {new} {unique}");
        return ddl::run(manager, &sql).await;
    }
    // SQLite cannot drop a constraint: the table is made anew. Foreign keys are looked at when the transaction is committed.
    // To drop the table, and to fill it again, SQLite looks for the rows that refer to each row of it; without an index it
    // would read all judgements for each member of staff.
    ddl::run(manager, "PRAGMA defer_foreign_keys = ON").await?;
    for (table, column) in REFERRING {
        ddl::run(manager, &format!("CREATE INDEX for_the_step_{table}_{column} ON {table} ({column})")).await?;
    }
    let sql = format!(
        "CREATE TABLE staff_member_kept AS SELECT * FROM staff_member;
DROP TABLE staff_member;
CREATE TABLE staff_member (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  email TEXT NOT NULL,
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  version INTEGER NOT NULL,
  {unique}
);
INSERT INTO staff_member (id, trust_id, email, given_name, family_name, version)
  SELECT id, trust_id, email, given_name, family_name, version FROM staff_member_kept;
DROP TABLE staff_member_kept;
CREATE INDEX staff_member_by_trust ON staff_member (trust_id, family_name, id)"
    );
    ddl::run(manager, &sql).await?;
    for (table, column) in REFERRING {
        ddl::run(manager, &format!("DROP INDEX for_the_step_{table}_{column}")).await?;
    }
    Ok(())
}

/// The columns that refer to members of staff and have no index of their own.
const REFERRING: [(&str, &str); 5] = [
    ("judgement", "judged_by_id"),
    ("second_judgement", "moderator_id"),
    ("moderation_outcome", "recorded_by_id"),
    ("client_application", "registered_by_id"),
    ("access_grant", "granted_by_id"),
];
