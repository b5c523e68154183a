//! Reads that begin with what the viewer may see.

use std::marker::PhantomData;

use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, SelectStatement};
use sea_orm::{
    Condition, EntityTrait, FromQueryResult, Iterable, Order, PrimaryKeyToColumn, PrimaryKeyTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use crate::auth::Viewer;

/// Which rows of a table a viewer may read, and where they may write. Implemented in the
/// `policy.rs` of the slice that owns the table; there is no default, so a table without a rule
/// does not compile.
pub trait Policy: EntityTrait {
    /// The condition under which a row exists for `viewer`. Never asked for the operator.
    fn readable(viewer: &Viewer) -> Condition;

    /// Whether `viewer` may write a row at `place`. Never asked for the operator.
    fn writable(viewer: &Viewer, place: &Place) -> bool;
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
}

impl<E: Policy> Scoped<E> {
    /// All rows that exist for `viewer`.
    #[must_use]
    pub fn of(viewer: &Viewer) -> Self {
        let rows = if viewer.is_operator() { Condition::all() } else { E::readable(viewer) };
        #[expect(clippy::disallowed_methods, reason = "the one place in which a select is given its scope")]
        let select = E::find().filter(rows);
        Self { select }
    }

    /// Keeps the rows for which `condition` holds, too.
    #[must_use]
    pub fn filter(self, condition: impl IntoCondition) -> Self {
        Self { select: self.select.filter(condition.into_condition()) }
    }

    /// Orders by a column, after the orders already given.
    #[must_use]
    pub fn order_by(self, column: E::Column, order: Order) -> Self {
        Self { select: self.select.order_by(column, order) }
    }

    /// Takes at most `limit` rows.
    #[must_use]
    pub fn limit(self, limit: u64) -> Self {
        Self { select: self.select.limit(limit) }
    }

    /// The values of one column, as a subquery for the scope of a table that hangs on this one.
    #[must_use]
    pub fn values_of(self, column: E::Column) -> SelectStatement {
        self.select.select_only().column(column).into_query()
    }

    /// Turns the rows into figures: `shape` picks columns, sums and groups over the scoped rows.
    #[must_use]
    pub fn aggregate<T: FromQueryResult>(self, shape: impl FnOnce(Select<E>) -> Select<E>) -> Aggregate<T> {
        Aggregate { statement: shape(self.select.select_only()).into_query(), row: PhantomData }
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
    row: PhantomData<fn() -> T>,
}
