//! `createPhase`, `updatePhase` and `removePhase`: a trust lead adds a phase, renames it, changes its year groups, takes a
//! mistaken one away.

use plumbline_entity::{appointment, phase, year_group::YearGroup};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Refusal, UnlessTaken, inputs, mutation, removal},
    organisation::{Phase, store},
    rulebook::Ruled as _,
};

inputs! {
    phase, "phase":
    /// A phase to add.
    create CreatePhaseInput {}
    update UpdatePhaseInput of phase_id: Phase
    both {
        /// The name of the phase, 1 to 100 characters, unique in the trust.
        name: String,
        /// Its youngest year group.
        lowest_year_group: YearGroup,
        /// Its oldest year group.
        highest_year_group: YearGroup,
    }
}

const NAME_TAKEN: &str = "The trust has a phase of this name.";

impl Change for CreatePhaseInput {
    type Changed = phase::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<phase::Model, Refusal> {
        let permit = by.may_in_trust::<phase::Entity>()?;
        let phase = phase::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            name: self.name,
            lowest_year_group: self.lowest_year_group,
            highest_year_group: self.highest_year_group,
            version: 1,
        };
        tx.insert(&permit, phase.checked(())?.into_active_model()).await.unless_taken("name", NAME_TAKEN)
    }
}

impl Change for UpdatePhaseInput {
    type Changed = phase::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<phase::Model, Refusal> {
        let phase = by.to_change(tx, self.phase_id, "phaseId").await?;
        let permit = by.may_in_trust::<phase::Entity>()?;
        let wanted = self.over(&phase).changed_from(&phase, ())?;
        if (wanted.lowest_year_group, wanted.highest_year_group) != (phase.lowest_year_group, phase.highest_year_group)
        {
            // They say what the leaders of the phase see: to change them is to appoint.
            by.may_in_trust::<appointment::Entity>()?;
            store::refuse_own_phase(tx, by, phase.id).await?;
        }
        Ok(tx.update_to(&permit, phase, self.expected_version, wanted).await.unless_taken("name", NAME_TAKEN)??)
    }
}

removal! {
    /// A phase to remove.
    RemovePhaseInput of phase_id("phaseId"): Phase
    for |by, phase| by.may_in_trust();
    hangs { "appointments": appointment::PhaseId }
}

mutation! {
    /// Adds a phase: a run of year groups that are led together. For trust leads.
    CreatePhase { create_phase: CreatePhaseInput => CreatePhasePayload { phase: Phase, "The new phase." } }

    /// Renames a phase or changes its year groups; its leaders see the new ones at once. For trust leads; who leads
    /// it, now or later, leaves its year groups to another.
    UpdatePhase { update_phase: UpdatePhaseInput => UpdatePhasePayload { phase: Phase, "The phase as it is now." } }

    /// Removes a phase to which nobody was ever appointed. Comparisons by phase have no row of it from then on; its year groups
    /// stay in those by year group. For trust leads.
    RemovePhase { remove_phase: RemovePhaseInput => RemovePhasePayload { removed_id: (Phase), "The id by which it was known." } }
}
