//! `createPhase`: a trust lead adds a phase.

use async_graphql::InputObject;
use plumbline_entity::{phase, year_group::YearGroup};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Refusal, UnlessTaken, mutation},
    organisation::Phase,
    rulebook::Ruled as _,
};

/// A phase to add.
#[derive(InputObject)]
pub struct CreatePhaseInput {
    /// The name of the phase, 1 to 100 characters, unique in the trust.
    name: String,
    /// Its youngest year group.
    lowest_year_group: YearGroup,
    /// Its oldest year group.
    highest_year_group: YearGroup,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for CreatePhaseInput {
    type Changed = phase::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<phase::Model, Refusal> {
        let permit = by.may_in_trust::<phase::Entity>()?;
        let row = phase::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            name: self.name,
            lowest_year_group: self.lowest_year_group,
            highest_year_group: self.highest_year_group,
            version: 1,
        }
        .checked(())?;
        tx.insert(&permit, row.into_active_model()).await.unless_taken("name", "The trust has a phase of this name.")
    }
}

mutation! {
    /// Adds a phase: a run of year groups that are led together. For trust leads.
    CreatePhase { create_phase: CreatePhaseInput => CreatePhasePayload {
        /// The new phase.
        phase: Phase
    } }
}
