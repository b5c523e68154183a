//! A way in which rows may be seen.

use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait};

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
    /// in the index of the column, one by one; and if none of them is the one that a parent asks for, it reads nothing.
    pub(in crate::db) fn looked_up(self) -> Condition {
        let hanging = self.hanging.into_iter().map(|(column, values)| {
            let values = Expr::SubQuery(None, Box::new(values.into()));
            let column = Expr::col((E::default(), column));
            Expr::cust_with_exprs("$1 = ANY (ARRAY $2)", [column, values])
        });
        hanging.fold(self.own, |all, one| Condition::all().add(all).add(one))
    }
}
