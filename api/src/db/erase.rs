//! Erasing rows for good: of pupils who have a right to it, and of what may be kept no longer. Everything else is ended,
//! superseded or withdrawn.

use std::cmp::Reverse;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, IntoActiveModel, ModelTrait, QueryFilter};

use super::sealed::Handle;
use super::{Identified, Permit, Tx, witness::uuid_in};
use crate::error::Result;

impl Tx {
    /// Erases rows that the caller read in this transaction to change them. The figures that counted them are counted anew,
    /// and the audit names them. Those that refer to them must be gone before.
    ///
    /// # Errors
    /// A constraint of the database, or a permit for another place.
    pub async fn erase<E, A>(&self, permit: &Permit<E>, rows: &[E::Model]) -> Result<()>
    where
        E: Identified<ActiveModel = A, Model: IntoActiveModel<A>>,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        const AT_ONCE: usize = 1_000;
        self.were_read_to_change::<E>(rows)?;
        for row in rows {
            permit.covers(&row.clone().into_active_model())?;
        }
        self.announce_access(permit);
        self.written_here().rows::<E>(rows);
        self.touch_gone::<E>(rows);
        // The latest first: a row may refer to an earlier one of its own table.
        let mut ids: Vec<_> = rows.iter().filter_map(|row| uuid_in(row.get(E::id_column()))).collect();
        ids.sort_unstable_by_key(|id| Reverse(*id));
        for ids in ids.chunks(AT_ONCE) {
            let these = Expr::col(E::id_column()).is_in(ids.iter().copied());
            #[expect(clippy::disallowed_methods, reason = "the one place in which rows are erased")]
            let delete = E::delete_many().filter(these);
            delete.exec(&self.executor()).await?;
        }
        Ok(())
    }
}
