//! What one request leaves in the audit, gathered while it runs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Request;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet};
use chrono::{DateTime, Utc};
use plumbline_entity::audit_entry::AuditKind;

use super::{Entry, Subjects, log::UnderWay};
use crate::{
    auth::Viewer,
    db::{Db, Witness},
};

/// Whether a mutation was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was, and is kept.
    Committed,
    /// Nothing was changed.
    NotCommitted,
    /// The database was lost while it was asked to keep it.
    Unknown,
    /// It is being carried out.
    UnderWay,
}

impl Done {
    /// The word for callers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Committed => "COMMITTED",
            Self::NotCommitted => "NOT_COMMITTED",
            Self::Unknown | Self::UnderWay => "UNKNOWN",
        }
    }
}

/// A mutation that is being carried out. It ends when this is dropped.
pub struct Begun<'t> {
    trail: &'t Trail,
    name: &'t str,
}

impl Begun<'_> {
    /// Notes whether it was done.
    pub fn is(&self, done: Done) {
        self.trail.mutations.lock().unwrap_or_else(PoisonError::into_inner).insert(self.name.to_owned(), done);
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        let mut mutations = self.trail.mutations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(done @ Done::UnderWay) = mutations.get_mut(self.name) {
            *done = Done::NotCommitted;
        }
    }
}

/// What one request leaves in the audit, gathered while it runs.
pub struct Trail {
    db: Db,
    request_id: String,
    asked: String,
    refusals: Mutex<Vec<(String, Subjects)>>,
    exact_figures: AtomicBool,
    mutations: Mutex<BTreeMap<String, Done>>,
    #[expect(dead_code, reason = "counts the request as under way while it is held")]
    under_way: UnderWay,
}

impl Trail {
    pub(super) fn new(db: &Db, witness: Witness, request: &mut Request, request_id: &str, under_way: UnderWay) -> Self {
        Self {
            db: db.witnessed(Arc::new(witness)),
            request_id: request_id.to_owned(),
            asked: asked(request),
            refusals: Mutex::default(),
            exact_figures: AtomicBool::new(false),
            mutations: Mutex::default(),
            under_way,
        }
    }

    /// The database, as this request reads it.
    pub const fn db(&self) -> &Db {
        &self.db
    }

    /// The id of the request.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Notes that a mutation was refused because its viewer may not do it, or may not see what it names.
    pub fn refused(&self, mutation: &str, subjects: Subjects) {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).push((mutation.to_owned(), subjects));
    }

    /// Notes that a mutation is begun, by the name that it has in the answer. If nothing else is noted until it ends, it was
    /// not committed.
    pub fn begins<'t>(&'t self, name: &'t str) -> Begun<'t> {
        let begun = Begun { trail: self, name };
        begun.is(Done::UnderWay);
        begun
    }

    /// Whether each mutation that was begun was done, by the name that it has in the answer.
    #[must_use]
    pub fn mutations(&self) -> BTreeMap<String, Done> {
        self.mutations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes that figures were given out of disclosure control.
    pub fn gave_exact_figures(&self) {
        self.exact_figures.store(true, Ordering::Relaxed);
    }

    /// The entries that the request leaves. `forbidden` says whether a field was refused.
    pub(super) fn entries(&self, viewer: &Viewer, forbidden: bool, at: DateTime<Utc>) -> Vec<Entry> {
        let entry = |kind, operation: &str| Entry::of(viewer, kind, operation, &self.request_id, at);
        let mut entries = Vec::new();
        let seen = self.db.witness().map(Witness::take).unwrap_or_default();
        if self.exact_figures.load(Ordering::Relaxed) {
            entries.push(entry(AuditKind::Read, &format!("exact figures: {}", self.asked)));
        }
        if !seen.is_empty() {
            entries.push(entry(AuditKind::Read, &self.asked).about(seen));
        }
        for (mutation, subjects) in self.refusals.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            entries.push(entry(AuditKind::Refusal, &mutation).about(subjects));
        }
        if forbidden {
            entries.push(entry(AuditKind::Refusal, &self.asked));
        }
        entries
    }
}

/// The root fields that a request asks for, as `class, pupils`: names of the schema alone. The name that callers give
/// to an operation is not kept, because it might contain anything.
fn asked(request: &mut Request) -> String {
    let named = request.operation_name.clone();
    let Ok(document) = request.parsed_query() else { return String::new() };
    let operation = match &document.operations {
        DocumentOperations::Single(operation) => Some(operation),
        DocumentOperations::Multiple(several) => match named {
            Some(name) => several.get(name.as_str()),
            None => several.values().next().filter(|_| several.len() == 1),
        },
    };
    let mut fields = Vec::new();
    if let Some(operation) = operation {
        let mut steps = MOST_STEPS;
        gather(document, &operation.node.selection_set.node, &mut fields, &mut steps);
    }
    fields.join(", ")
}

/// Most selections that are looked at: a document whose fragments spread each other can have any number.
const MOST_STEPS: usize = 100;

fn gather<'d>(document: &'d ExecutableDocument, set: &'d SelectionSet, fields: &mut Vec<&'d str>, steps: &mut usize) {
    for item in &set.items {
        let Some(left) = steps.checked_sub(1) else { return };
        *steps = left;
        match &item.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                if !fields.contains(&name) {
                    fields.push(name);
                }
            }
            Selection::InlineFragment(inner) => gather(document, &inner.node.selection_set.node, fields, steps),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    gather(document, &fragment.node.selection_set.node, fields, steps);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_by(document: &str, operation: &str) -> String {
        asked(&mut Request::new(document).operation_name(operation))
    }

    #[test]
    fn what_was_asked_is_told_in_words_of_the_schema() {
        let document = "query JohnSmith { a: pupils { nodes { id } } ...more } query Other { node(id: 1) { id } }
                        fragment more on Query { node(id: 2) { id } ... on Query { pupils { totalCount } school { id } } }";
        assert_eq!(asked_by(document, "JohnSmith"), "pupils, node, school");
        assert_eq!(asked_by(document, "Other"), "node");
        assert_eq!(asked_by(document, "None"), "");
        assert_eq!(asked_by("{", ""), "");
    }

    #[test]
    fn a_document_that_spreads_itself_again_and_again_ends_in_time() {
        let mut document = "query A { ...f0 }".to_owned();
        for at in 0..40 {
            document += &format!(" fragment f{at} on Query {{ ...f{} ...f{} }}", at + 1, at + 1);
        }
        assert_eq!(asked_by(&document, "A"), "");
        assert_eq!(asked_by("query A { ...f } fragment f on Query { trust ...f }", "A"), "trust");
    }
}
