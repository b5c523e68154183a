//! Client applications, and grants to read rows of pupils.

use sea_orm_migration::prelude::*;

use crate::ddl;

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await
    }
}

const UP: &str = r"
CREATE TABLE client_application (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  name TEXT NOT NULL,
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  scopes JSONB NOT NULL,
  school_ids JSONB,
  trusted_documents_only BOOLEAN NOT NULL,
  registered_at TIMESTAMPTZ NOT NULL,
  registered_by_id UUID REFERENCES staff_member (id),
  revoked_at TIMESTAMPTZ,
  version INTEGER NOT NULL
);
CREATE UNIQUE INDEX client_application_in_use ON client_application (issuer, client_id) WHERE revoked_at IS NULL;
CREATE INDEX client_application_by_trust ON client_application (trust_id, name);
CREATE TABLE access_grant (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  staff_member_id UUID NOT NULL REFERENCES staff_member (id),
  school_id UUID REFERENCES school (id),
  with_names BOOLEAN NOT NULL,
  purpose TEXT NOT NULL,
  granted_at TIMESTAMPTZ NOT NULL,
  granted_by_id UUID REFERENCES staff_member (id),
  expires_at TIMESTAMPTZ NOT NULL,
  revoked_at TIMESTAMPTZ,
  version INTEGER NOT NULL,
  CHECK (granted_at < expires_at)
);
CREATE INDEX access_grant_by_staff_member ON access_grant (staff_member_id);
CREATE INDEX access_grant_by_trust ON access_grant (trust_id, expires_at)
";

const DOWN: &str = r"
DROP TABLE access_grant;
DROP TABLE client_application;
";
