//! What a slice says of each of its tables.

use sea_orm::sea_query::Expr;
use sea_orm::{Condition, EntityTrait, Iterable, PrimaryKeyToColumn, PrimaryKeyTrait};
use uuid::Uuid;

use super::{Hold, Location, Readers};
use crate::viewer::Viewer;

/// What kind of thing a table holds, for rules that cover many tables: what a client application
/// is registered for, and what reads the audit records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area<C> {
    /// The frame of the trust, which holds nothing of a person.
    Frame,
    /// Who read and changed what. Who reads it is recorded too.
    Audit,
    /// Staff, what they are appointed to and granted, and client applications.
    Staff,
    /// Rows about pupils, and the column that names the pupil. Who reads them is recorded.
    Pupils(C),
    /// Work of pupils under its code, and what is judged of it.
    Moderation,
    /// Counts of pupils.
    Comparison,
    /// What the service keeps for itself; no viewer reads it.
    Service,
}

/// How figures that are kept depend on the rows of a table. See `docs/adr/0003-cells-follow-at-commit.md`.
#[derive(Clone, Copy, Debug)]
pub enum Counted<C: 'static> {
    /// No figure depends on them.
    Not,
    /// Figures count them: whatever is written to a row, the figures that these columns name are counted anew.
    Rows(&'static [C]),
    /// Figures group others by them: they are counted anew where one of the columns `of` changes. A row that is new
    /// changes nothing where `by` is its own id, for nothing refers to it yet.
    Groups {
        /// The column that names the figures.
        by: C,
        /// What others are grouped by.
        of: &'static [C],
    },
}

/// In which of the rows that exist for a viewer a column may be read.
#[derive(Clone, Debug)]
pub enum ReadableIn {
    /// In none.
    NoRow,
    /// In those for which the condition holds.
    RowsWhere(Condition),
}

impl ReadableIn {
    pub(super) fn condition(self) -> Condition {
        match self {
            Self::NoRow => nothing(),
            Self::RowsWhere(condition) => condition,
        }
    }
}

/// Where the rows of a table lie, who reads them and who writes them. Implemented in the `policy.rs` of the slice
/// that owns the table; there is no default for any of it, so a table without a rule does not compile.
pub trait Policy: EntityTrait {
    /// What kind of thing it holds.
    fn area() -> Area<Self::Column>;

    /// Where its rows lie.
    fn location() -> Location<Self>;

    /// By virtue of what they are read: a row exists for whoever has one of these where it lies.
    fn readers() -> Readers<Self>;

    /// By virtue of what they are written, where they lie.
    fn writers() -> &'static [&'static Hold];

    /// Which of the figures that are kept count its rows: what is written is counted anew before the commit.
    fn counted() -> Counted<Self::Column>;

    /// The columns that `viewer` may not read in every row that exists for them. They can be null in
    /// a row that was read, and are then null: select, filter, order and cursor follow from this alone.
    #[must_use]
    fn hidden(_: &Viewer) -> Vec<(Self::Column, ReadableIn)> {
        Vec::new()
    }
}

/// The rows of `E` that lie where one of these holds of the viewer's is.
#[must_use]
pub fn reached<E: Policy>(viewer: &Viewer, holds: &[&Hold]) -> Condition {
    let location = E::location();
    let opened = holds.iter().flat_map(|hold| (hold.bounds)(viewer));
    opened.fold(nothing(), |rows, bounds| rows.add(location.within(&bounds)))
}

/// The rows of `E` that exist for a viewer, whatever they ask through.
#[must_use]
pub fn readable<E: Policy>(viewer: &Viewer) -> Condition {
    E::readers().rows(viewer)
}

/// A table whose key is one UUID: all but the cells.
pub trait Identified: Policy<PrimaryKey: PrimaryKeyTrait<ValueType = Uuid>> {
    /// The column of the key.
    fn id_column() -> Self::Column;
}

impl<E> Identified for E
where
    E: Policy<PrimaryKey: PrimaryKeyTrait<ValueType = Uuid>>,
{
    fn id_column() -> Self::Column {
        // A primary key type has at least one column, by the derive that makes it.
        #[expect(clippy::expect_used, reason = "the derive of an entity refuses one without a key")]
        Self::PrimaryKey::iter().next().expect("an entity has a primary key").into_column()
    }
}

/// No rows: what a rule begins with, to which it adds each way in which a row may be seen.
///
/// `Condition::any()` alone would not do: without alternatives it stands for every row.
#[must_use]
pub fn nothing() -> Condition {
    Condition::any().add(Expr::cust("1 = 0"))
}
