//! Keyset paging: a page begins after the last row of the previous one, found by its values and not by counting.

use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, WindowStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ModelTrait, Order, QueryOrder, QuerySelect, QueryTrait, Value};

use super::{Identified, Scoped};

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

    pub(super) fn statement(&self, rows: Scoped<E>) -> SelectStatement {
        let mut select = self.bounded(rows).select;
        for (column, order) in self.orders() {
            select = select.order_by(column, order);
        }
        // One more than asked for tells whether there is a next page.
        select.limit(self.limit + 1).into_query()
    }

    /// Numbers the rows of each parent and keeps the first ones of each: one statement for any
    /// number of parents.
    pub(super) fn statement_by_parent(&self, rows: Scoped<E>, parent: E::Column) -> SelectStatement {
        let mut window = WindowStatement::partition_by((E::default(), parent));
        for (column, order) in self.orders() {
            sea_orm::sea_query::OrderedStatement::order_by(&mut window, (E::default(), column), order);
        }
        let mut numbered = self.bounded(rows).select.into_query();
        numbered.expr_window_as(Func::cust("ROW_NUMBER"), window, PLACE);
        let mut outer = Query::select();
        outer
            .expr(Expr::cust("*"))
            .from_subquery(numbered, "numbered")
            .and_where(Expr::col(PLACE).lte(self.limit + 1))
            .order_by(PLACE, Order::Asc);
        outer
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

const PLACE: &str = "place_in_parent";
