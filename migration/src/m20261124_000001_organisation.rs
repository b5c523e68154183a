//! Trust, schools, years, phases, classes, staff, appointments, pupils, enrolments, subjects.

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
CREATE TABLE trust (
  id UUID PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL
);
CREATE TABLE school (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  urn INTEGER NOT NULL CHECK (urn BETWEEN 100000 AND 999999),
  la_code SMALLINT NOT NULL CHECK (la_code BETWEEN 1 AND 999),
  establishment_number SMALLINT NOT NULL CHECK (establishment_number BETWEEN 0 AND 9999),
  name TEXT NOT NULL,
  education_phase TEXT NOT NULL CHECK (education_phase IN ('NURSERY', 'PRIMARY', 'MIDDLE_DEEMED_PRIMARY', 'SECONDARY', 'MIDDLE_DEEMED_SECONDARY', 'SIXTEEN_PLUS', 'ALL_THROUGH', 'NOT_APPLICABLE')),
  lowest_age SMALLINT,
  highest_age SMALLINT,
  opened_on DATE,
  closed_on DATE,
  version INTEGER NOT NULL,
  UNIQUE (trust_id, urn)
);
CREATE TABLE school_predecessor (
  school_id UUID NOT NULL REFERENCES school (id),
  urn INTEGER NOT NULL CHECK (urn BETWEEN 100000 AND 999999),
  trust_id UUID NOT NULL REFERENCES trust (id),
  PRIMARY KEY (school_id, urn)
);
CREATE TABLE academic_year (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  year SMALLINT NOT NULL CHECK (year BETWEEN 1990 AND 2100),
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  UNIQUE (trust_id, year),
  CHECK (starts_on < ends_on)
);
CREATE TABLE phase (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  name TEXT NOT NULL,
  lowest_year_group SMALLINT NOT NULL CHECK (lowest_year_group BETWEEN -2 AND 13),
  highest_year_group SMALLINT NOT NULL CHECK (highest_year_group BETWEEN -2 AND 13),
  version INTEGER NOT NULL,
  UNIQUE (trust_id, name),
  CHECK (lowest_year_group <= highest_year_group)
);
CREATE TABLE subject (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (trust_id, code)
);
CREATE TABLE class (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID NOT NULL REFERENCES school (id),
  academic_year_id UUID NOT NULL REFERENCES academic_year (id),
  name TEXT NOT NULL,
  lowest_year_group SMALLINT NOT NULL CHECK (lowest_year_group BETWEEN -2 AND 13),
  highest_year_group SMALLINT NOT NULL CHECK (highest_year_group BETWEEN -2 AND 13),
  version INTEGER NOT NULL,
  UNIQUE (school_id, academic_year_id, name),
  CHECK (lowest_year_group <= highest_year_group)
);
CREATE INDEX class_by_trust ON class (trust_id, id);
CREATE TABLE staff_member (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  email TEXT NOT NULL UNIQUE,
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  version INTEGER NOT NULL
);
CREATE INDEX staff_member_by_trust ON staff_member (trust_id, family_name, id);
CREATE TABLE appointment (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  staff_member_id UUID NOT NULL REFERENCES staff_member (id),
  role TEXT NOT NULL CHECK (role IN ('CLASS_TEACHER', 'SUBJECT_LEADER', 'PHASE_LEADER', 'SENCO', 'SENIOR_LEADER', 'MODERATOR', 'TRUST_LEAD', 'TRUST_ANALYST')),
  school_id UUID REFERENCES school (id),
  phase_id UUID REFERENCES phase (id),
  subject_id UUID REFERENCES subject (id),
  class_id UUID REFERENCES class (id),
  starts_on DATE NOT NULL,
  ends_on DATE,
  version INTEGER NOT NULL
);
CREATE INDEX appointment_by_staff_member ON appointment (staff_member_id);
CREATE INDEX appointment_by_school ON appointment (school_id);
CREATE INDEX appointment_by_class ON appointment (class_id);
CREATE TABLE pupil (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  upn TEXT NOT NULL,
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  date_of_birth DATE NOT NULL,
  sex TEXT NOT NULL CHECK (sex IN ('FEMALE', 'MALE')),
  version INTEGER NOT NULL,
  UNIQUE (trust_id, upn)
);
CREATE INDEX pupil_by_name ON pupil (trust_id, family_name, id);
CREATE TABLE pupil_characteristics (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  pupil_id UUID NOT NULL REFERENCES pupil (id),
  academic_year_id UUID NOT NULL REFERENCES academic_year (id),
  free_school_meals BOOLEAN NOT NULL,
  ever_six_free_school_meals BOOLEAN NOT NULL,
  ever_in_care BOOLEAN NOT NULL,
  service_child BOOLEAN NOT NULL,
  disadvantaged BOOLEAN NOT NULL,
  pupil_premium BOOLEAN NOT NULL,
  sen TEXT NOT NULL CHECK (sen IN ('NONE', 'SUPPORT', 'PLAN')),
  first_language TEXT NOT NULL CHECK (first_language IN ('ENGLISH', 'OTHER', 'UNCLASSIFIED')),
  version INTEGER NOT NULL,
  UNIQUE (pupil_id, academic_year_id)
);
CREATE TABLE enrolment (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID NOT NULL REFERENCES school (id),
  pupil_id UUID NOT NULL REFERENCES pupil (id),
  class_id UUID NOT NULL REFERENCES class (id),
  academic_year_id UUID NOT NULL REFERENCES academic_year (id),
  year_group SMALLINT NOT NULL CHECK (year_group BETWEEN -2 AND 13),
  starts_on DATE NOT NULL,
  ends_on DATE,
  version INTEGER NOT NULL,
  CHECK (ends_on IS NULL OR starts_on <= ends_on)
);
CREATE INDEX enrolment_by_pupil ON enrolment (pupil_id, starts_on);
CREATE INDEX enrolment_by_class ON enrolment (class_id, pupil_id);
CREATE INDEX enrolment_by_school ON enrolment (school_id, pupil_id);
";

const DOWN: &str = r"
DROP TABLE enrolment;
DROP TABLE pupil_characteristics;
DROP TABLE pupil;
DROP TABLE appointment;
DROP TABLE staff_member;
DROP TABLE class;
DROP TABLE subject;
DROP TABLE phase;
DROP TABLE academic_year;
DROP TABLE school_predecessor;
DROP TABLE school;
DROP TABLE trust;
";
