//! Reading and writing past the scope of any viewer. Each time a reason must be named.

use std::marker::PhantomData;

use sea_orm::sea_query::{Expr, IntoCondition, SelectStatement};
use sea_orm::{EntityTrait, FromQueryResult, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::{Aggregate, Identified, Permit, Place, Policy, Scoped};

pub(super) mod sealed {
    /// Reasons are made in one file alone.
    pub trait Listed {}
}

/// A reason that covers `E`: why the service reads rows of `E` that its viewer may not see. All reasons
/// stand in `reasons.rs`.
pub trait Covers<E: EntityTrait>: sealed::Listed {}

/// A reason for which rows may be handed out: the service decides by them, or gives them to the person to whom they
/// belong. All other reasons give subqueries and figures alone.
pub trait GivesRows: sealed::Listed {}

/// A reason for which the service writes.
pub trait Writes: sealed::Listed {}

/// What to do with a reason.
pub trait Reason: sealed::Listed + Sized {
    /// All rows of a table that the reason covers, in all trusts. The caller narrows them.
    #[must_use]
    fn of<E: Policy>(self) -> Unscoped<E, Self>
    where
        Self: Covers<E>,
    {
        #[expect(clippy::disallowed_methods, reason = "the one place in which a select has no scope but a reason")]
        let select = E::find();
        Unscoped { select, reason: PhantomData }
    }

    /// Leave to write rows of a table that the reason covers, in one trust. For public rows, in no trust.
    #[must_use]
    fn permit<E: Policy>(self, trust: Uuid) -> Permit<E>
    where
        Self: Covers<E> + Writes,
    {
        Permit::given(Place::trust(trust))
    }
}

impl<R: sealed::Listed> Reason for R {}

/// A select over rows that were chosen for a reason and by no viewer's scope.
///
/// Rows are handed out only for a reason that says so:
///
/// ```compile_fail
/// # async fn rows(db: plumbline::db::Db) {
/// use plumbline::db::{EverAppointed, Read, Reason};
/// use plumbline_entity::appointment;
/// // Who was ever appointed is a subquery's to ask, and nobody's to read.
/// let everyone = db.all(EverAppointed.of::<appointment::Entity>().rows()).await;
/// # }
/// ```
///
/// and nothing at all of a table that it does not name:
///
/// ```compile_fail
/// # fn pupils() {
/// use plumbline::db::{EverAppointed, Reason};
/// let pupils = EverAppointed.of::<plumbline_entity::pupil::Entity>();
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Unscoped<E: EntityTrait, R> {
    select: Select<E>,
    reason: PhantomData<R>,
}

/// How many.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Count {
    /// How many.
    pub count: i64,
}

impl<E: Policy, R> Unscoped<E, R> {
    /// Keeps only the rows for which `condition` holds as well.
    #[must_use]
    pub fn filter(self, condition: impl IntoCondition) -> Self {
        Self { select: self.select.filter(condition.into_condition()), ..self }
    }

    /// The values of one column, as a subquery.
    #[must_use]
    pub fn values_of(self, column: E::Column) -> SelectStatement {
        self.select.select_only().column(column).into_query()
    }

    /// Turns the rows into figures. `shape` picks columns, sums and groups.
    #[must_use]
    pub fn aggregate<T: FromQueryResult>(self, shape: impl FnOnce(Select<E>) -> Select<E>) -> Aggregate<T> {
        Aggregate::past_scope(shape(self.select.select_only()).into_query())
    }

    /// How many rows there are.
    #[must_use]
    pub fn counted(self) -> Aggregate<Count> {
        self.aggregate(|select| select.column_as(Expr::cust("COUNT(*)"), "count"))
    }

    /// One figure if there is a row, and none if there is none.
    #[must_use]
    pub fn any(self) -> Aggregate<Count> {
        self.aggregate(|select| select.column_as(Expr::cust("CAST(1 AS BIGINT)"), "count").limit(1))
    }

    /// The rows themselves.
    #[must_use]
    pub fn rows(self) -> Scoped<E>
    where
        R: GivesRows,
    {
        Scoped::past_scope(self.select)
    }
}

impl<E: Identified, R> Unscoped<E, R> {
    /// The ids, as a subquery.
    #[must_use]
    pub fn ids(self) -> SelectStatement {
        self.values_of(E::id_column())
    }
}
