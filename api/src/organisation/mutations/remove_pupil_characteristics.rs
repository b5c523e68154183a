//! `removePupilCharacteristics`: a senior leader takes back what was recorded of the wrong pupil, or for the wrong year.

use plumbline_entity::pupil_characteristics;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Refusal, Removed, mutation, removal, remove},
    organisation::{PupilCharacteristics, store},
};

removal! {
    /// What is recorded of a pupil for an academic year, to remove.
    RemovePupilCharacteristicsInput of characteristics_id: PupilCharacteristics
}

impl Change for RemovePupilCharacteristicsInput {
    type Changed = Removed<pupil_characteristics::Entity>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Self::Changed, Refusal> {
        let recorded = by.to_change(tx, self.characteristics_id, "characteristicsId").await?;
        let school = store::school_of_pupil(tx, by, recorded.pupil_id).await?;
        let permit = by.may_on::<pupil_characteristics::Entity>(school, recorded.pupil_id)?;
        remove(tx, &permit, recorded, "characteristicsId", Vec::new()).await
    }
}

mutation! {
    /// Removes what is recorded of a pupil for an academic year: nothing is known of that year then. For senior leaders of the school
    /// where the pupil is on roll, or was last.
    RemovePupilCharacteristics { remove_pupil_characteristics: RemovePupilCharacteristicsInput => RemovePupilCharacteristicsPayload {
        removed_id: (PupilCharacteristics), "The id by which it was known."
    } }
}
