//! Reads that begin with what the viewer may see.

use std::marker::PhantomData;

use plumbline_entity::client_application::ClientScope;
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, LockType, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, IdenStatic, Iterable, Order, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use super::{Area, Bounds, Identified, Policy, Way, any_of, nothing, wall::Wall};
use crate::viewer::Viewer;

/// What a client application leaves of the rows that its viewer may read: only the tables for which it is registered,
/// and only the rows of its schools.
fn left_by_client<E: Policy>(viewer: &Viewer) -> Condition {
    let Some(client) = viewer.client_application() else { return Condition::all() };
    let by_itself = viewer.staff_member().is_none();
    let registered = match E::area() {
        Area::Frame => return Condition::all(),
        Area::Teaching => true,
        Area::Staff | Area::Audit => client.has(ClientScope::ReadStaff),
        Area::Pupils(_) => client.has(ClientScope::ReadPupils) || (by_itself && client.has(ClientScope::Synchronise)),
        Area::Moderation => client.has(ClientScope::Moderate),
        Area::Comparison => client.has(ClientScope::Compare),
        Area::Service => false,
    };
    match (registered, &client.schools) {
        (false, _) => nothing(),
        (true, None) => Condition::all(),
        (true, Some(schools)) => E::location().within(&Bounds::schools(viewer.trust(), schools.as_slice())),
    }
}

/// What a transaction reads rows for. Until it ends, it holds them accordingly: on PostgreSQL by locks on the rows, on
/// SQLite as the only writer. Outside of transactions nothing is held (docs/adr/0024-what-is-judged-by-is-held.md).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Claim {
    /// To judge by them: nobody else changes them meanwhile.
    #[default]
    Judge,
    /// To change them, or to judge by what hangs on them: nobody else changes them or judges by them meanwhile.
    Change,
    /// To show them, or to judge by what is right whenever it was read: they are not held.
    Look,
}

impl Claim {
    /// The lock on each row. A row without a version says the same for as long as it is there, so nobody needs to hold it
    /// to judge by it.
    pub(in crate::db) fn lock<E: Policy>(self) -> Option<LockType> {
        match self {
            Self::Judge if E::Column::iter().any(|column| column.as_str() == "version") => Some(LockType::Share),
            // Not FOR UPDATE, for which whoever adds a row that refers to this one would have to wait.
            Self::Change => Some(LockType::NoKeyUpdate),
            Self::Judge | Self::Look => None,
        }
    }
}

/// A select over the rows of `E` that a viewer may read, and no others.
///
/// It is made from a [`Viewer`], and only here. It can be narrowed and never widened. The handles that run queries
/// ([`Db`](crate::db::Db), [`Tx`](crate::db::Tx)) take nothing else:
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
    /// The rows before their scope. Whoever runs it takes it by [`Scoped::into_select`] or [`Scoped::each_way`].
    select: Select<E>,
    /// Each way in which a row may be seen.
    ways: Vec<Way<E>>,
    pub(in crate::db) wall: Wall,
    pub(in crate::db) claim: Claim,
}

/// Replaces each column that the viewer may not read by null, in the rows in which they may not read it.
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
        let select = masked::<E>(select, viewer).filter(left_by_client::<E>(viewer));
        Self { select, ways: E::readers().ways(viewer), wall: Wall::of(viewer), claim: Claim::Judge }
    }

    /// Rows that were chosen for a [reason](super::Reason) of the service's own.
    pub(super) fn past_scope(select: Select<E>) -> Self {
        Self { select, ways: vec![Condition::all().into()], wall: Wall::Service, claim: Claim::Judge }
    }

    /// The select with its scope: the rows that may be seen in one way or another.
    pub(in crate::db) fn into_select(self) -> Select<E> {
        self.select.filter(any_of(self.ways.into_iter().map(Way::condition)))
    }

    /// A select for each way in which rows may be seen. A row that may be seen in several ways is in several. No database
    /// finds the first rows of an order by an index if they may be seen in one way *or* another; of each way alone it does.
    pub(in crate::db) fn each_way(self, condition: impl Fn(Way<E>) -> Condition) -> Vec<Select<E>> {
        let Self { select, ways, .. } = self;
        ways.into_iter().map(|way| select.clone().filter(condition(way))).collect()
    }

    /// The rows whose ids are among `ids`, which were found within this scope. PostgreSQL looks the values of an array up one by one,
    /// where for `IN (SELECT ..)` it reads a table of ten thousand rows.
    pub(in crate::db) fn found(self, ids: SelectStatement, is_postgres: bool) -> Select<E>
    where
        E: Identified,
    {
        let id = E::id_column();
        if !is_postgres {
            return self.select.filter(id.in_subquery(ids));
        }
        let (id, ids) = (Expr::col((E::default(), id)), Expr::SubQuery(None, Box::new(ids.into())));
        self.select.filter(Expr::cust_with_exprs("$1 = ANY (ARRAY $2)", [id, ids]))
    }

    /// In a transaction: to change these rows, or to judge by what hangs on them ([`Claim::Change`]).
    #[must_use]
    pub fn to_change(self) -> Self {
        Self { claim: Claim::Change, ..self }
    }

    /// In a transaction: not to hold these rows ([`Claim::Look`]).
    #[must_use]
    pub fn to_look_at(self) -> Self {
        Self { claim: Claim::Look, ..self }
    }

    /// Whether the service reads for itself. Then no viewer is shown the rows.
    pub(in crate::db) fn for_service(&self) -> bool {
        self.wall == Wall::Service
    }

    /// Whether there is a way at all in which a row may be seen: if there is none, no row is.
    #[must_use]
    pub fn may_be_seen(&self) -> bool {
        !self.ways.is_empty()
    }

    /// Keeps only the rows for which `condition` holds as well.
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

    /// The values of one column, as a subquery for the scope of a table whose rows hang on these.
    #[must_use]
    pub fn values_of(self, column: E::Column) -> SelectStatement {
        self.into_select().select_only().column(column).into_query()
    }

    /// Turns the rows into figures. `shape` picks columns, sums and groups over the scoped rows.
    #[must_use]
    pub fn aggregate<T: FromQueryResult>(self, shape: impl FnOnce(Select<E>) -> Select<E>) -> Aggregate<T> {
        let wall = self.wall.clone();
        let statement = shape(self.into_select().select_only()).into_query();
        Aggregate { statement, wall, row: PhantomData }
    }
}

impl<E: Identified> Scoped<E> {
    /// Keeps the row with this id, if it exists for the viewer.
    #[must_use]
    pub fn id(self, id: Uuid) -> Self {
        self.filter(Expr::col((E::default(), E::id_column())).eq(id))
    }

    /// The ids, as a subquery for the scope of a table whose rows hang on these.
    #[must_use]
    pub fn ids(self) -> SelectStatement {
        self.values_of(E::id_column())
    }
}

/// Sums over scoped rows, one `T` for each group.
#[derive(Debug)]
pub struct Aggregate<T> {
    pub(in crate::db) statement: SelectStatement,
    pub(in crate::db) wall: Wall,
    row: PhantomData<fn() -> T>,
}

impl<T> Aggregate<T> {
    /// Figures over rows that were chosen for a [reason](super::Reason) of the service's own.
    pub(super) const fn past_scope(statement: SelectStatement) -> Self {
        Self { statement, wall: Wall::Service, row: PhantomData }
    }
}
