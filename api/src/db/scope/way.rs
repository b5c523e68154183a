//! A way in which rows may be seen.

use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait};

/// A way in which rows of `E` may be seen: a condition on their own columns, and perhaps a column that must name one of the
/// rows of another table.
#[derive(Clone, Debug)]
pub struct Way<E: EntityTrait> {
    own: Condition,
    hanging: Option<(E::Column, SelectStatement)>,
}

impl<E: EntityTrait> From<Condition> for Way<E> {
    fn from(own: Condition) -> Self {
        Self { own, hanging: None }
    }
}

impl<E: EntityTrait> Way<E> {
    /// The rows whose column has one of these values.
    #[must_use]
    pub fn hanging(column: E::Column, values: SelectStatement) -> Self {
        Self { own: Condition::all(), hanging: Some((column, values)) }
    }

    /// Of these rows, those for which a condition holds.
    #[must_use]
    pub fn and(mut self, condition: Condition) -> Self {
        self.own = Condition::all().add(condition).add(self.own);
        self
    }

    /// As a condition on any statement.
    pub(in crate::db) fn condition(self) -> Condition {
        match self.hanging {
            None => self.own,
            Some((column, values)) => Condition::all().add(self.own).add(column.in_subquery(values)),
        }
    }

    /// As a condition for PostgreSQL where a page of the rows is wanted. For `IN (SELECT ..)` it reads all pupils of the
    /// trust beside those of the school, as soon as the school has more than a few hundred. The values of an array it looks up
    /// in the index of the column, one by one.
    pub(in crate::db) fn looked_up(self) -> Condition {
        match self.hanging {
            None => self.own,
            Some((column, values)) => {
                let values = Expr::SubQuery(None, Box::new(values.into()));
                let column = Expr::col((E::default(), column));
                Condition::all().add(self.own).add(Expr::cust_with_exprs("$1 = ANY (ARRAY $2)", [column, values]))
            }
        }
    }
}
