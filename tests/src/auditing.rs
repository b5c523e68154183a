//! Looking at the audit behind the service's back.

use std::collections::{BTreeMap, BTreeSet};

use plumbline::audit::{Finding, Subjects, Verified, verify};
use plumbline::db::By;
use plumbline_entity::audit_entry::{self, AuditKind};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;
use uuid::Uuid;

use crate::TestApp;

/// An entry of the audit, taken apart.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The row.
    pub row: audit_entry::Model,
    /// The pupils, by table.
    pub pupils: BTreeMap<String, BTreeSet<Uuid>>,
    /// The other rows, by table.
    pub rows: BTreeMap<String, BTreeSet<Uuid>>,
    unnamed: BTreeMap<String, u64>,
}

impl From<audit_entry::Model> for Recorded {
    fn from(row: audit_entry::Model) -> Self {
        let (mut pupils, mut rows, mut unnamed) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for group in Subjects::decode(&row.subjects).expect("subjects in their form").0 {
            let tables: &mut BTreeMap<String, BTreeSet<Uuid>> =
                if group.by == By::Pupil { &mut pupils } else { &mut rows };
            for table in group.tables {
                unnamed.extend(group.unnamed.map(|count| (table.clone(), count)));
                tables.entry(table).or_default().extend(group.ids.iter().copied());
            }
        }
        Self { row, pupils, rows, unnamed }
    }
}

impl Recorded {
    /// What it records.
    #[must_use]
    pub fn kind(&self) -> AuditKind {
        self.row.kind
    }

    /// How many rows of a table there were, if the entry says only that.
    #[must_use]
    pub fn counted(&self, table: &str) -> Option<u64> {
        self.unnamed.get(table).copied()
    }

    /// All pupils, of whatever table.
    #[must_use]
    pub fn all_pupils(&self) -> BTreeSet<Uuid> {
        self.pupils.values().flatten().copied().collect()
    }
}

impl TestApp {
    /// The place of the last entry; 0 where there is none.
    pub async fn audited(&self) -> i64 {
        self.number("SELECT COALESCE(MAX(sequence), 0) AS n FROM audit_entry").await
    }

    /// The entries after a place, in their order.
    pub async fn recorded_after(&self, sequence: i64) -> Vec<Recorded> {
        let rows = audit_entry::Entity::find()
            .filter(audit_entry::Column::Sequence.gt(sequence))
            .order_by_asc(audit_entry::Column::Sequence)
            .all(&self.raw)
            .await;
        rows.expect("the audit").into_iter().map(Recorded::from).collect()
    }

    /// What a walk along the chain finds.
    pub async fn verified(&self) -> Result<Verified, Finding> {
        verify(&self.db, None, |_| {}).await.expect("the database")
    }
}

/// The ids of a type that stand anywhere in an answer.
#[must_use]
pub fn ids_in(answer: &Value, name: &str) -> BTreeSet<Uuid> {
    match answer {
        Value::String(text) => {
            plumbline::graphql::decode_id(text).filter(|(kind, _)| kind == name).map(|(_, id)| id).into_iter().collect()
        }
        Value::Array(items) => items.iter().flat_map(|item| ids_in(item, name)).collect(),
        Value::Object(fields) => fields.values().flat_map(|field| ids_in(field, name)).collect(),
        _ => BTreeSet::new(),
    }
}
