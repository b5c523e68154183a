//! How the rows of a list hang below a parent: they name it, or rows of another table lead from them to it.

use sea_orm::sea_query::{Expr, ExprTrait, Func, SelectStatement};
use sea_orm::{Condition, EntityTrait, FromQueryResult, IdenStatic as _, JoinType, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::{Aggregate, Identified, Policy, Scoped, Way};

/// How rows of `E` hang below a parent.
#[derive(Clone, Debug)]
pub enum Below<E: EntityTrait> {
    /// They name it in a column.
    Named(E::Column),
    /// Rows of another table lead from them to it.
    Linked(Box<Link>),
}

/// Rows of another table, each of which names a row of a list and its parent.
#[derive(Clone, Debug)]
pub struct Link {
    /// Differs between links that lead elsewhere.
    name: String,
    rows: SelectStatement,
    child: Expr,
    parent: Expr,
}

/// How many rows hang below a parent.
#[derive(Debug, FromQueryResult)]
pub struct RowsBelow {
    /// The parent.
    pub parent: Uuid,
    /// How many.
    pub rows: i64,
}

impl Link {
    /// By `rows` of another table, which name the child and the parent in these columns. They lead as far as their own scope does.
    /// `name` differs between links that differ in anything.
    #[must_use]
    pub fn by<L: Policy>(name: String, rows: Scoped<L>, child: L::Column, parent: L::Column) -> Self {
        let column = |column| Expr::col((L::default(), column));
        let rows = rows.into_select().select_only().into_query();
        Self { name, rows, child: column(child), parent: column(parent) }
    }

    /// The ids of the rows below the parents for which this holds.
    fn children(&self, of: impl FnOnce(Expr) -> Expr) -> SelectStatement {
        let mut ids = self.rows.clone();
        ids.expr(self.child.clone()).and_where(of(self.parent.clone()));
        ids
    }
}

/// Rows of another table, where they are joined to what they lead to.
const LINK: &str = "link";

impl<E: Identified> Below<E> {
    /// What tells it from others.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Named(column) => column.as_str(),
            Self::Linked(link) => &link.name,
        }
    }

    /// The rows below a parent that another table of the statement names.
    pub(super) fn of_parent(&self, given: Expr, is_postgres: bool) -> Condition {
        match (self, is_postgres) {
            (Self::Named(column), true) => Condition::all().add(Expr::col((E::default(), *column)).eq(given)),
            // SQLite does not know that a parent has fewer rows than a school, and has to be told which index to take.
            (Self::Named(column), false) => {
                let named = Expr::col((E::default(), *column)).eq(given);
                let few = Func::cust("likelihood").arg(named).arg(Expr::cust("0.000001"));
                Condition::all().add(Expr::expr(few))
            }
            (Self::Linked(link), true) => {
                Way::<E>::hanging(E::id_column(), link.children(|of| of.eq(given))).looked_up()
            }
            (Self::Linked(link), false) => {
                Way::<E>::hanging(E::id_column(), link.children(|of| of.eq(given))).condition()
            }
        }
    }

    /// A way in which rows may be seen, where those below a given parent are looked for on PostgreSQL.
    pub(super) fn looked_up(&self, way: Way<E>, given: &Expr) -> Condition {
        match self {
            Self::Named(column) => way.looked_up_below(*column, given),
            Self::Linked(_) => way.looked_up(),
        }
    }

    /// Of these rows, those below any of some parents.
    #[must_use]
    pub fn of_any(&self, rows: Scoped<E>, parents: &[Uuid]) -> Scoped<E> {
        let parents = parents.iter().copied();
        match self {
            Self::Named(column) => rows.filter(Expr::col((E::default(), *column)).is_in(parents)),
            Self::Linked(link) => {
                rows.filter(Way::<E>::hanging(E::id_column(), link.children(|of| of.is_in(parents))).condition())
            }
        }
    }

    /// How many of these rows hang below each of some parents.
    #[must_use]
    pub fn counted(&self, rows: Scoped<E>, parents: &[Uuid]) -> Aggregate<RowsBelow> {
        let count = || Expr::cust("COUNT(*)");
        match self {
            Self::Named(column) => self
                .of_any(rows, parents)
                .aggregate(|select| select.column_as(*column, "parent").column_as(count(), "rows").group_by(*column)),
            Self::Linked(link) => rows.aggregate(|mut select| {
                let parent = || Expr::col((LINK, "parent"));
                let mut leads = link.rows.clone();
                leads
                    .distinct()
                    .expr_as(link.child.clone(), "child")
                    .expr_as(link.parent.clone(), "parent")
                    .and_where(link.parent.clone().is_in(parents.iter().copied()));
                let on = Expr::col((LINK, "child")).eq(Expr::col((E::default(), E::id_column())));
                QueryTrait::query(&mut select).join_subquery(JoinType::InnerJoin, leads, LINK, on);
                select.column_as(parent(), "parent").column_as(count(), "rows").group_by(parent())
            }),
        }
    }
}
