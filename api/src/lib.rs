//! Plumbline: moderation, consistency and progression for a multi-academy trust, as a GraphQL API.
//!
//! Start at [`app`] for how the parts are put together, at [`db`] for how every read is scoped, at
//! [`protocol`] for what becomes of a request, at [`graphql`] for the conventions that slices stand on, and at any
//! slice for what it is about. `docs/architecture.md` is the map.

pub mod access;
pub mod app;
pub mod assessment;
pub mod audit;
pub mod audit_entries;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod comparison;
pub mod config;
pub mod curriculum;
pub mod db;
pub mod demo;
pub mod error;
pub mod graphql;
pub mod https;
pub mod mis;
pub mod moderation;
pub mod node;
pub mod organisation;
pub mod planning;
pub mod protocol;
pub mod pupil_records;
pub mod rulebook;
pub mod telemetry;
pub mod viewer;
