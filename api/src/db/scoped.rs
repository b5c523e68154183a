//! Reads that begin with what the viewer may see.

use std::marker::PhantomData;
use std::str::FromStr;

use plumbline_entity::client_application::ClientScope;
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, SelectStatement};
use sea_orm::{
    Condition, EntityTrait, FromQueryResult, IdenStatic, Iterable, Order, PrimaryKeyToColumn, PrimaryKeyTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use super::wall::Wall;
use crate::viewer::Viewer;

/// What kind of thing a table holds, for rules that cover many tables: what a client application
/// is registered for, and what reads the audit records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area<C> {
    /// The frame of the trust, which holds nothing of a person.
    Frame,
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

/// In which of the rows that exist for a viewer a column may be read.
#[derive(Clone, Debug)]
pub enum Shown {
    /// In none.
    Never,
    /// In those for which the condition holds.
    Where(Condition),
}

impl Shown {
    fn condition(self) -> Condition {
        match self {
            Self::Never => nothing(),
            Self::Where(condition) => condition,
        }
    }
}

/// Which rows of a table a viewer may read, and where they may write. Implemented in the
/// `policy.rs` of the slice that owns the table; there is no default for any of it, so a table
/// without a rule does not compile.
pub trait Policy: EntityTrait {
    /// What kind of thing it holds.
    fn area() -> Area<Self::Column>;

    /// The condition under which a row exists for `viewer`. Never asked for the operator.
    fn readable(viewer: &Viewer) -> Condition;

    /// Whether `viewer` may write a row at `place`. Never asked for the operator.
    fn writable(viewer: &Viewer, place: &Place) -> bool;

    /// The columns that `viewer` may not read in every row that exists for them. They can be null in
    /// a row that was read, and are then null: select, filter, order and cursor follow from this alone.
    #[must_use]
    fn hidden(_: &Viewer) -> Vec<(Self::Column, Shown)> {
        Vec::new()
    }

    /// The rows of these schools, to which a client application is kept; `None` for rows of no school.
    #[must_use]
    fn in_schools(schools: &[Uuid]) -> Option<Condition> {
        let school = Self::Column::from_str("school_id").ok()?;
        Some(Condition::all().add(Expr::col((Self::default(), school)).is_in(schools.iter().copied())))
    }
}

/// What a client application leaves of what its viewer may read: the tables that it is registered
/// for, and of them the rows of its schools.
fn through_client<E: Policy>(viewer: &Viewer) -> Condition {
    let Some(client) = viewer.client_application() else { return Condition::all() };
    let by_itself = viewer.staff_member().is_none();
    let registered = match E::area() {
        Area::Frame => return Condition::all(),
        Area::Staff => client.has(ClientScope::ReadStaff),
        Area::Pupils(_) => client.has(ClientScope::ReadPupils) || (by_itself && client.has(ClientScope::Synchronise)),
        Area::Moderation => client.has(ClientScope::Moderate),
        Area::Comparison => client.has(ClientScope::Compare),
        Area::Service => false,
    };
    match (registered, &client.schools) {
        (false, _) => nothing(),
        (true, None) => Condition::all(),
        (true, Some(schools)) => E::in_schools(schools).unwrap_or_else(nothing),
    }
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

/// Where in a trust a row belongs: what a rule about writing it needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The trust.
    pub trust: Uuid,
    /// The school, for rows of one school.
    pub school: Option<Uuid>,
    /// The class, for rows of one class.
    pub class: Option<Uuid>,
}

impl Place {
    /// A row of the trust as a whole.
    #[must_use]
    pub const fn trust(trust: Uuid) -> Self {
        Self { trust, school: None, class: None }
    }

    /// A row of one school.
    #[must_use]
    pub const fn school(trust: Uuid, school: Uuid) -> Self {
        Self { trust, school: Some(school), class: None }
    }

    /// A row of one class.
    #[must_use]
    pub const fn class(trust: Uuid, school: Uuid, class: Uuid) -> Self {
        Self { trust, school: Some(school), class: Some(class) }
    }
}

/// No rows: what a rule begins with, to which it adds each way in which a row may be seen.
///
/// `Condition::any()` alone would not do: without alternatives it stands for every row.
#[must_use]
pub fn nothing() -> Condition {
    Condition::any().add(Expr::cust("1 = 0"))
}

/// A select over the rows of `E` that a viewer may read, and no others.
///
/// It is made from a [`Viewer`] and only here; it can be narrowed, never widened. The handles that
/// run queries ([`Db`](super::Db), [`Tx`](super::Tx)) take nothing else:
///
/// ```compile_fail
/// # async fn unscoped(db: plumbline::db::Db) {
/// use sea_orm::EntityTrait;
/// // `Db` is no `ConnectionTrait`: a select that no scope made cannot be run.
/// let everyone = plumbline_entity::pupil::Entity::find().all(&db).await;
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Scoped<E: EntityTrait> {
    pub(super) select: Select<E>,
    pub(super) wall: Wall,
}

/// Puts null in place of each column that the viewer may not read, in the rows in which they may not.
fn masked<E: Policy>(select: Select<E>, viewer: &Viewer) -> Select<E> {
    let mut hidden = E::hidden(viewer);
    if hidden.is_empty() {
        return select;
    }
    E::Column::iter().fold(select.select_only(), |select, column| {
        match hidden.iter().position(|(hidden, _)| hidden.as_str() == column.as_str()) {
            None => select.column(column),
            Some(at) => {
                let shown = hidden.swap_remove(at).1.condition();
                let value = Expr::case(shown, Expr::col((E::default(), column))).finally(Expr::null());
                select.expr_as(value, column.as_str())
            }
        }
    })
}

impl<E: Policy> Scoped<E> {
    /// All rows that exist for `viewer`.
    #[must_use]
    pub fn of(viewer: &Viewer) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place in which a select is given its scope")]
        let select = E::find();
        if viewer.is_operator() {
            return Self { select, wall: Wall::Service };
        }
        let select = masked::<E>(select, viewer).filter(E::readable(viewer)).filter(through_client::<E>(viewer));
        Self { select, wall: Wall::of(viewer) }
    }

    /// Whether the service reads for itself: then no viewer is shown the rows.
    pub(super) fn for_service(&self) -> bool {
        self.wall == Wall::Service
    }

    /// Keeps the rows for which `condition` holds, too.
    #[must_use]
    pub fn filter(self, condition: impl IntoCondition) -> Self {
        Self { select: self.select.filter(condition.into_condition()), ..self }
    }

    /// Orders by a column, after the orders already given.
    #[must_use]
    pub fn order_by(self, column: E::Column, order: Order) -> Self {
        Self { select: self.select.order_by(column, order), ..self }
    }

    /// Takes at most `limit` rows.
    #[must_use]
    pub fn limit(self, limit: u64) -> Self {
        Self { select: self.select.limit(limit), ..self }
    }

    /// The values of one column, as a subquery for the scope of a table that hangs on this one.
    #[must_use]
    pub fn values_of(self, column: E::Column) -> SelectStatement {
        self.select.select_only().column(column).into_query()
    }

    /// Turns the rows into figures: `shape` picks columns, sums and groups over the scoped rows.
    #[must_use]
    pub fn aggregate<T: FromQueryResult>(self, shape: impl FnOnce(Select<E>) -> Select<E>) -> Aggregate<T> {
        let statement = shape(self.select.select_only()).into_query();
        Aggregate { statement, wall: self.wall, row: PhantomData }
    }
}

impl<E: Identified> Scoped<E> {
    /// Keeps the row with this id, if it exists for the viewer.
    #[must_use]
    pub fn id(self, id: Uuid) -> Self {
        self.filter(Expr::col((E::default(), E::id_column())).eq(id))
    }

    /// The ids, as a subquery for the scope of a table that hangs on this one.
    #[must_use]
    pub fn ids(self) -> SelectStatement {
        self.values_of(E::id_column())
    }
}

/// Sums over scoped rows, one `T` for each group.
#[derive(Debug)]
pub struct Aggregate<T> {
    pub(super) statement: SelectStatement,
    pub(super) wall: Wall,
    row: PhantomData<fn() -> T>,
}
