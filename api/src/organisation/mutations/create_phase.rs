//! `createPhase`: a trust lead adds a phase.

use async_graphql::InputObject;
use plumbline_entity::{phase, year_group::YearGroup};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{Acting, AtField, Change, Refusal, UnlessTaken, mutation},
    organisation::{Phase, rules},
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
        rules::check_span(self.lowest_year_group, self.highest_year_group).at("lowestYearGroup")?;
        let row = phase::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(by.trust()),
            name: Set(rules::check_name(&self.name).at("name")?),
            lowest_year_group: Set(self.lowest_year_group),
            highest_year_group: Set(self.highest_year_group),
            version: Set(1),
        };
        tx.insert(&permit, row).await.unless_taken("name", "The trust has a phase of this name.")
    }
}

mutation! {
    /// Adds a phase: a run of year groups that are led together. For trust leads.
    CreatePhase { create_phase: CreatePhaseInput => CreatePhasePayload {
        /// The new phase.
        phase: Phase
    } }
}
