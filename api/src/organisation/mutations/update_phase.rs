//! `updatePhase`: a trust lead renames a phase or changes its year groups.

use async_graphql::InputObject;
use plumbline_entity::{appointment, phase, year_group::YearGroup};
use sea_orm::ActiveValue::Set;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Ref, Refusal, UnlessTaken, mutation},
    organisation::{Phase, store},
    rulebook::Ruled as _,
};

/// What to change of a phase; what is left out stays as it is.
#[derive(InputObject)]
pub struct UpdatePhaseInput {
    /// The phase.
    phase_id: Ref<Phase>,
    /// The `version` of the phase as you read it.
    expected_version: i32,
    /// The name of the phase, 1 to 100 characters, unique in the trust.
    name: Option<String>,
    /// Its youngest year group.
    lowest_year_group: Option<YearGroup>,
    /// Its oldest year group.
    highest_year_group: Option<YearGroup>,
}

impl Change for UpdatePhaseInput {
    type Changed = phase::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<phase::Model, Refusal> {
        let phase = by.named(tx, self.phase_id, "phaseId").await?;
        let permit = by.may_in_trust::<phase::Entity>()?;
        let wanted = phase::Model {
            name: self.name.unwrap_or_else(|| phase.name.clone()),
            lowest_year_group: self.lowest_year_group.unwrap_or(phase.lowest_year_group),
            highest_year_group: self.highest_year_group.unwrap_or(phase.highest_year_group),
            ..phase.clone()
        }
        .changed_from(&phase, ())?;
        let (lowest, highest) = (wanted.lowest_year_group, wanted.highest_year_group);
        if (lowest, highest) != (phase.lowest_year_group, phase.highest_year_group) {
            // They say what the leaders of the phase see: to change them is to appoint.
            by.may_in_trust::<appointment::Entity>()?;
            store::refuse_own_phase(tx, by, phase.id).await?;
        }
        let changes = phase::ActiveModel {
            name: Set(wanted.name),
            lowest_year_group: Set(lowest),
            highest_year_group: Set(highest),
            ..Default::default()
        };
        let updated = tx.update(&permit, phase, self.expected_version, changes).await;
        Ok(updated.unless_taken("name", "The trust has a phase of this name.")??)
    }
}

mutation! {
    /// Renames a phase or changes its year groups; its leaders see the new ones at once. For trust leads; who leads
    /// it, now or later, leaves its year groups to another.
    UpdatePhase { update_phase: UpdatePhaseInput => UpdatePhasePayload {
        /// The phase as it is now.
        phase: Phase
    } }
}
