//! The tables of Plumbline, one file each: columns and the enums that they hold. No logic, no I/O.
//!
//! Enums are GraphQL enums too (see `docs/adr/0002-one-declaration-per-enum.md`); everything else of
//! GraphQL lives in the slices of `api/`. Foreign keys are in `migration/`: children are read by
//! loaders, so no entity declares relations that nothing would use.

mod entity;
mod vocabulary;

pub mod academic_year;
pub mod access_grant;
pub mod adaptation;
pub mod agreement_cell;
pub mod agreement_edition;
pub mod agreement_edition_cell;
pub mod agreement_edition_work;
pub mod appointment;
pub mod assessment_window;
pub mod audit_entry;
pub mod audit_segment;
pub mod class;
pub mod client_application;
pub mod coverage_cell;
pub mod curriculum;
pub mod curriculum_version;
pub mod demo_fill;
pub mod enrolment;
pub mod exercise_step;
pub mod focus;
pub mod former_name;
pub mod former_upn;
pub mod framework;
pub mod grade;
pub mod idempotency_key;
pub mod insecure_pupil;
pub mod judgement;
pub mod judgement_cell;
pub mod moderation_exercise;
pub mod moderation_outcome;
pub mod objective;
pub mod objective_link;
pub mod phase;
pub mod plan;
pub mod plan_objective;
pub mod plan_step;
pub mod published_outcome;
pub mod pupil;
pub mod pupil_characteristics;
pub mod pupil_erasure;
pub mod pupil_merge;
pub mod sample_stratum;
pub mod sampled_work;
pub mod school;
pub mod school_predecessor;
pub mod second_judgement;
pub mod shared_adaptation;
pub mod staff_member;
pub mod subject;
pub mod taught_objective;
pub mod trust;
pub mod trusted_document;
pub mod year_group;
