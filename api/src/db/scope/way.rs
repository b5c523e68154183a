//! A way in which rows may be seen.

use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, IdenStatic as _};

/// A way in which rows of `E` may be seen: a condition on their own columns, and perhaps columns that must each name one of
/// the rows of another table.
#[derive(Clone, Debug)]
pub struct Way<E: EntityTrait> {
    own: Condition,
    hanging: Vec<(E::Column, SelectStatement)>,
}

impl<E: EntityTrait> From<Condition> for Way<E> {
    fn from(own: Condition) -> Self {
        Self { own, hanging: Vec::new() }
    }
}

impl<E: EntityTrait> Way<E> {
    /// The rows whose column has one of these values.
    #[must_use]
    pub fn hanging(column: E::Column, values: SelectStatement) -> Self {
        Self { own: Condition::all(), hanging: vec![(column, values)] }
    }

    /// Of these rows, those that another way leads to as well.
    #[must_use]
    pub fn and(mut self, other: impl Into<Self>) -> Self {
        let Self { own, hanging } = other.into();
        self.own = Condition::all().add(own).add(self.own);
        self.hanging.extend(hanging);
        self
    }

    /// As a condition on any statement.
    pub(in crate::db) fn condition(self) -> Condition {
        let hanging = self.hanging.into_iter().map(|(column, values)| column.in_subquery(values));
        hanging.fold(self.own, |all, one| Condition::all().add(all).add(one))
    }

    /// As a condition for PostgreSQL where a page of the rows is wanted. For `IN (SELECT ..)` it reads all pupils of the
    /// trust beside those of the school, as soon as the school has more than a few hundred. The values of an array it looks up
    /// in the index of the column, one by one.
    pub(in crate::db) fn looked_up(self) -> Condition {
        self.in_arrays(|column| Expr::col((E::default(), column)))
    }

    /// The same where a page is wanted of the rows whose column `parent` is that of a `given` parent. Whether anything can be seen below
    /// it is then asked of the parent, before any row is read.
    pub(in crate::db) fn looked_up_below(self, parent: E::Column, given: &Expr) -> Condition {
        self.in_arrays(|column| match column.as_str() == parent.as_str() {
            true => given.clone(),
            false => Expr::col((E::default(), column)),
        })
    }

    fn in_arrays(self, named: impl Fn(E::Column) -> Expr) -> Condition {
        let hanging = self.hanging.into_iter().map(|(column, values)| {
            let values = Expr::SubQuery(None, Box::new(values.into()));
            Expr::cust_with_exprs("$1 = ANY (ARRAY $2)", [named(column), values])
        });
        hanging.fold(self.own, |all, one| Condition::all().add(all).add(one))
    }
}
