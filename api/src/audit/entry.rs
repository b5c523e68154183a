//! An entry that has no place in the chain yet.

use chrono::{DateTime, Utc};
use plumbline_entity::audit_entry::{AuditKind, Model};
use uuid::Uuid;

use super::Subjects;
use super::chain::{Hash, link};
use crate::auth::Viewer;

/// An entry that has no place in the chain yet.
#[derive(Clone, Debug)]
pub struct Entry {
    kind: AuditKind,
    at: DateTime<Utc>,
    trust: Option<Uuid>,
    staff_member: Option<Uuid>,
    client: Option<Uuid>,
    grants: Vec<Uuid>,
    operation: String,
    request_id: String,
    occurrences: i32,
    subjects: Subjects,
}

/// Longer texts are cut. All texts are our own words, except the request id.
const LONGEST_TEXT: usize = 200;

fn text(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

impl Entry {
    /// What a viewer did. `operation` consists of names in the schema: the name that callers give to an operation may
    /// contain a person's name.
    #[must_use]
    pub fn of(viewer: &Viewer, kind: AuditKind, operation: &str, request_id: &str, at: DateTime<Utc>) -> Self {
        Self {
            staff_member: viewer.staff_member(),
            client: viewer.client_application().map(|client| client.id),
            grants: viewer.grants().iter().map(|grant| grant.id).collect(),
            request_id: text(request_id),
            ..Self::at_console(kind, Some(viewer.trust()), operation, at)
        }
    }

    /// What was done at the console of the machine, by somebody who may open a shell there.
    #[must_use]
    pub fn at_console(kind: AuditKind, trust: Option<Uuid>, operation: &str, at: DateTime<Utc>) -> Self {
        Self {
            kind,
            at,
            trust,
            staff_member: None,
            client: None,
            grants: Vec::new(),
            operation: text(operation),
            request_id: String::new(),
            occurrences: 1,
            subjects: Subjects::default(),
        }
    }

    /// Calls whose token does not hold: `times` of them, for one reason.
    pub(super) fn token_refused(reason: &str, request_id: &str, times: i32, at: DateTime<Utc>) -> Self {
        let entry = Self::at_console(AuditKind::TokenRefused, None, reason, at);
        Self { request_id: text(request_id), occurrences: times, ..entry }
    }

    /// The same, about these rows.
    #[must_use]
    pub fn about(self, subjects: impl Into<Subjects>) -> Self {
        Self { subjects: subjects.into(), ..self }
    }

    /// Why tokens were refused, and how often, if this entry records that.
    pub(super) fn refused_token(&self) -> Option<(&str, i32)> {
        (self.kind == AuditKind::TokenRefused).then_some((self.operation.as_str(), self.occurrences))
    }

    /// The row after the one with this hash.
    pub(super) fn into_row(self, sequence: i64, previous: &Hash) -> (Model, Hash) {
        let mut row = Model {
            id: Uuid::now_v7(),
            sequence,
            // PostgreSQL keeps no nanoseconds, and a time that was hashed must come back unchanged.
            at: DateTime::from_timestamp_micros(self.at.timestamp_micros()).unwrap_or(self.at),
            kind: self.kind,
            trust_id: self.trust,
            staff_member_id: self.staff_member,
            client_id: self.client,
            operation: self.operation,
            request_id: self.request_id,
            grant_ids: self.grants.iter().flat_map(Uuid::as_bytes).copied().collect(),
            occurrences: self.occurrences,
            subjects: self.subjects.encode(),
            hash: Vec::new(),
        };
        let hash = link(previous, &row);
        row.hash = hash.to_vec();
        (row, hash)
    }
}
