//! What a slice says of each of its tables.

use sea_orm::sea_query::Expr;
use sea_orm::{Condition, EntityTrait, Iterable, PrimaryKeyToColumn, PrimaryKeyTrait};
use uuid::Uuid;

use super::{Hold, Location, Readers, Way};
use crate::viewer::Viewer;

/// What kind of thing a table holds. Rules that cover many tables go by it: what a client application is registered
/// for, and whose readers the audit records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area<C> {
    /// The frame of the trust. It holds nothing about a person.
    Frame,
    /// What goes on in a school beside its frame, and is about no pupil: who does what for a plan, what was taught.
    Teaching,
    /// Who read and changed what. Its readers are recorded too.
    Audit,
    /// Staff, their appointments and grants, and client applications.
    Staff,
    /// Rows about pupils, and the column that names the pupil. Their readers are recorded.
    Pupils(C),
    /// The work of pupils under its code, and the judgements of it.
    Moderation,
    /// Counts of pupils.
    Comparison,
    /// What the service keeps for itself. No viewer reads it.
    Service,
}

/// How the kept figures depend on the rows of a table. See `docs/adr/0003-cells-follow-at-commit.md`.
#[derive(Clone, Copy, Debug)]
pub enum Counted<C: 'static> {
    /// No figure depends on them.
    Not,
    /// Figures count these rows. Whenever a row is written, the figures that these columns name are counted anew.
    Rows(&'static [C]),
    /// No figure counts these rows, but figures count what hangs on them. When a row is erased, the figures that these
    /// columns name are counted anew.
    Under(&'static [C]),
    /// Figures group other rows by these. They are counted anew when one of the columns `of` changes. A new row
    /// changes nothing where `by` is its own id, because nothing refers to it yet.
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

/// Where the rows of a table lie, who reads them and who writes them. The slice that owns the table implements this in
/// its `policy.rs`. There are no defaults, so a table without a rule does not compile.
pub trait Policy: EntityTrait {
    /// What kind of thing it holds.
    fn area() -> Area<Self::Column>;

    /// Where its rows lie.
    fn location() -> Location<Self>;

    /// The holds that entitle to read. A row exists for whoever has one of them that opens the place where the row
    /// lies.
    fn readers() -> Readers<Self>;

    /// The holds that entitle to write, each where it opens the place of the row.
    fn writers() -> &'static [&'static Hold];

    /// Which kept figures count these rows. Figures that a write touches are counted anew before the commit.
    fn counted() -> Counted<Self::Column>;

    /// The columns that identify a person, the surest first; each group counts as one. The audit takes a filter by them
    /// for a question about the person.
    #[must_use]
    fn identified_by() -> &'static [&'static [Self::Column]] {
        &[]
    }

    /// The columns that `viewer` may not read in every row that exists for them. Such a column can be null in a row
    /// that was read, and is null where the viewer may not read it. Selecting, filtering, ordering and cursors all
    /// follow this.
    #[must_use]
    fn hidden(_: &Viewer) -> Vec<(Self::Column, ReadableIn)> {
        Vec::new()
    }
}

/// The rows of `E` that lie in a place that one of these holds opens to the viewer.
#[must_use]
pub fn reached<E: Policy>(viewer: &Viewer, holds: &[&Hold]) -> Condition {
    let location = E::location();
    any_of(holds.iter().flat_map(|hold| (hold.bounds)(viewer)).map(|bounds| location.within(&bounds)))
}

/// The rows of `E` that exist for a viewer, whichever client application they use.
#[must_use]
pub fn readable<E: Policy>(viewer: &Viewer) -> Condition {
    any_of(E::readers().ways(viewer).into_iter().map(Way::condition))
}

/// A table whose key is one UUID: every table except the cells.
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

/// No rows. Every rule begins with this and adds each way in which a row may be seen.
///
/// `Condition::any()` alone would not do: without alternatives it stands for every row.
#[must_use]
pub fn nothing() -> Condition {
    Condition::any().add(Expr::cust("1 = 0"))
}

/// The rows for which one of these holds; no rows if there are none.
///
/// One condition stands alone. In an `OR`, even beside one that never holds, PostgreSQL does not turn `IN (SELECT ..)`
/// into a join, and reads the whole table.
#[must_use]
pub fn any_of(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    let mut conditions = conditions.into_iter();
    let Some(first) = conditions.next() else { return nothing() };
    conditions.fold(first, |any, condition| Condition::any().add(any).add(condition))
}
