//! Keyset paging: a page begins after the last row of the previous one, found by its values and not by counting.

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Iterable, JoinType, ModelTrait, Order, QueryOrder, QuerySelect, QueryTrait,
    Select, Value,
};
use uuid::Uuid;

use super::{Below, Identified, Scoped, Way};

/// Which way a key sorts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A column that a list is sorted by. It must not be null.
#[derive(Clone, Copy, Debug)]
pub struct OrderKey<C> {
    /// The column.
    pub column: C,
    /// Which way.
    pub direction: Direction,
}

/// Which page of a sorted list is wanted. The id is added as the last key, so that the order is total.
#[derive(Clone, Debug)]
pub struct Keyset<E: EntityTrait> {
    keys: Vec<OrderKey<E::Column>>,
    limit: u64,
    backwards: bool,
    after: Option<Vec<Value>>,
    before: Option<Vec<Value>>,
}

/// A page of rows, and whether there are more on either side of it.
#[derive(Clone, Debug)]
pub struct PageRows<M> {
    /// The rows, in the order asked for.
    pub rows: Vec<M>,
    /// Whether rows come before the first one.
    pub has_previous: bool,
    /// Whether rows come after the last one.
    pub has_next: bool,
}

impl<M> PageRows<M> {
    /// No page at all: where only the number of rows is wanted.
    #[must_use]
    pub const fn empty() -> Self {
        Self { rows: Vec::new(), has_previous: false, has_next: false }
    }
}

impl<E: Identified> Keyset<E> {
    /// The first `limit` rows between `after` and `before`; the last ones if `backwards`.
    #[must_use]
    pub fn new(mut keys: Vec<OrderKey<E::Column>>, limit: u64, backwards: bool) -> Self {
        keys.push(OrderKey { column: E::id_column(), direction: Direction::Ascending });
        Self { keys, limit, backwards, after: None, before: None }
    }

    /// Begins after, and ends before, the rows that have these values of the keys.
    #[must_use]
    pub fn between(mut self, after: Option<Vec<Value>>, before: Option<Vec<Value>>) -> Self {
        self.after = after;
        self.before = before;
        self
    }

    /// How many keys a cursor of this order holds.
    #[must_use]
    pub fn width(&self) -> usize {
        self.keys.len()
    }

    /// The values of the keys in a row: what a cursor holds.
    pub fn position(&self, row: &E::Model) -> Vec<Value> {
        self.keys.iter().map(|key| row.get(key.column)).collect()
    }

    /// The rows of a page, and one more, which tells whether there is a next page.
    ///
    /// If rows may be seen in several ways, the first ones of each way are found, and of all these the first ones are
    /// taken. A way has an index that gives it its scope and its order; all ways together have none.
    pub(super) fn statement(&self, rows: Scoped<E>, is_postgres: bool) -> SelectStatement {
        let rows = self.bounded(rows);
        let mut ways = rows.clone().each_way(if is_postgres { Way::looked_up } else { Way::condition }).into_iter();
        let Some(first) = ways.next() else { return self.first(rows.into_select()).into_query() };
        let Some(second) = ways.next() else { return self.first(first).into_query() };
        let mut ids = in_brackets(self.first_ids(first));
        for way in std::iter::once(second).chain(ways) {
            ids.union(UnionType::Distinct, in_brackets(self.first_ids(way)));
        }
        self.first(rows.found(ids, is_postgres)).into_query()
    }

    /// The first rows of the order, and one more.
    fn first(&self, rows: Select<E>) -> Select<E> {
        self.in_order(rows).limit(self.limit + 1)
    }

    fn in_order(&self, rows: Select<E>) -> Select<E> {
        self.orders().fold(rows, |rows, (column, order)| rows.order_by(column, order))
    }

    fn first_ids(&self, rows: Select<E>) -> SelectStatement {
        self.first(rows.select_only().column(E::id_column())).into_query()
    }

    /// The first rows of each of these parents, and one more: one statement for any number of parents. It stops reading the
    /// rows of a parent at the limit.
    pub(super) fn statement_by_parent(
        &self,
        rows: Scoped<E>,
        below: &Below<E>,
        parents: &[Uuid],
        is_postgres: bool,
    ) -> SelectStatement {
        let parent = || Expr::col((PARENTS, PARENT));
        let of_parent = below.of_parent(parent(), is_postgres);
        let rows = self.bounded(rows);
        let mut pages = if is_postgres {
            let rows = rows.filter(of_parent);
            let mut ways = rows.clone().each_way(|way| below.looked_up(way, &parent()));
            let only = ways.pop().filter(|_| ways.is_empty());
            let page = self.first(only.unwrap_or_else(|| rows.into_select())).into_query();
            let mut pages = Query::select();
            pages.columns(E::Column::iter().map(|column| (PAGE, column))).join_lateral(
                JoinType::InnerJoin,
                page,
                PAGE,
                Condition::all().add(Expr::val(true)),
            );
            for (column, order) in self.orders() {
                pages.order_by((PAGE, column), order);
            }
            pages
        } else {
            // SQLite has no LATERAL. It looks each id up, for which PostgreSQL would read the whole table.
            let ids = self.first_ids(rows.clone().filter(of_parent).into_select());
            self.in_order(rows.found(ids, is_postgres)).into_query()
        };
        pages.from_values(parents.iter().copied(), PARENTS).expr_as(parent(), OF_PARENT);
        pages
    }

    /// The rows of a page: those read without the surplus one, which no caller is given.
    pub(super) fn shown<'r>(&self, rows: &'r [E::Model]) -> &'r [E::Model] {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        rows.get(..limit).unwrap_or(rows)
    }

    /// Cuts the surplus row off, and puts a backward page into forward order.
    #[must_use]
    pub fn page_rows(&self, mut rows: Vec<E::Model>) -> PageRows<E::Model> {
        let more = rows.len() as u64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        if self.backwards {
            rows.reverse();
            PageRows { rows, has_previous: more, has_next: self.before.is_some() }
        } else {
            PageRows { rows, has_previous: self.after.is_some(), has_next: more }
        }
    }

    fn orders(&self) -> impl Iterator<Item = (E::Column, Order)> {
        self.keys.iter().map(|key| {
            let ascending = (key.direction == Direction::Ascending) != self.backwards;
            (key.column, if ascending { Order::Asc } else { Order::Desc })
        })
    }

    fn bounded(&self, mut rows: Scoped<E>) -> Scoped<E> {
        if let Some(after) = &self.after {
            rows = rows.filter(self.beyond(after, Direction::Ascending));
        }
        if let Some(before) = &self.before {
            rows = rows.filter(self.beyond(before, Direction::Descending));
        }
        rows
    }

    /// The rows beyond `position` in the order of the keys `(a, b, id)`, written out so that each key may sort its own
    /// way: `a > x OR (a = x AND (b < y OR (b = y AND id > z)))`.
    fn beyond(&self, position: &[Value], towards: Direction) -> Condition {
        let mut condition: Option<Condition> = None;
        for (key, value) in self.keys.iter().zip(position).rev() {
            let column = (E::default(), key.column);
            let past = if key.direction == towards {
                Expr::col(column).gt(value.clone())
            } else {
                Expr::col(column).lt(value.clone())
            };
            condition = Some(match condition {
                None => Condition::all().add(past),
                Some(rest) => {
                    let level = Condition::all().add(key.column.eq(value.clone())).add(rest);
                    Condition::any().add(past).add(level)
                }
            });
        }
        condition.unwrap_or_else(Condition::all)
    }
}

/// A select with a limit, as SQLite takes it in a union.
fn in_brackets(select: SelectStatement) -> SelectStatement {
    let mut whole = Query::select();
    whole.expr(Expr::cust("*")).from_subquery(select, "way");
    whole
}

/// A page, where it is joined to its parent.
const PAGE: &str = "page";
/// Ids of parents as a table; both databases call its one column so.
const PARENTS: &str = "parents";
const PARENT: &str = "column1";
/// The column of a row that tells below which parent it was found.
pub(super) const OF_PARENT: &str = "of_parent";
