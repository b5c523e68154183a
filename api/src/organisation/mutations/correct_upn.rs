//! `correctUpn`: a senior leader or the school's MIS corrects the number of a pupil, and the old one is kept.

use async_graphql::InputObject;
use plumbline_entity::{former_upn, pupil};
use sea_orm::{ActiveValue::Set, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    db::Tx,
    error::Error,
    graphql::{Acting, Change, Ref, Refusal, UnlessTaken, UserError, mutation},
    organisation::{Pupil, Upn, store},
};

/// The right number of a pupil.
#[derive(InputObject)]
pub struct CorrectUpnInput {
    /// The pupil.
    pupil_id: Ref<Pupil>,
    /// The `version` of the pupil as you read it.
    expected_version: i32,
    /// The right unique pupil number; unique in the trust.
    upn: Upn,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for CorrectUpnInput {
    type Changed = pupil::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<pupil::Model, Refusal> {
        let pupil = by.to_change(tx, self.pupil_id, "pupilId").await?;
        let school = store::school_of_pupil(tx, by, pupil.id).await?;
        let permit = by.may_on::<pupil::Entity>(school, pupil.id)?;
        let keeps = by.may_on::<former_upn::Entity>(school, pupil.id)?;
        let wrong = pupil.upn.clone().ok_or_else(|| Error::internal("whoever corrects a UPN reads it"))?;
        if pupil.version == self.expected_version && wrong == self.upn.0 {
            return Err(UserError::invalid("upn", "The pupil has this UPN already.").into());
        }
        let former = former_upn::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            pupil_id: pupil.id,
            upn: wrong,
            replaced_at: by.now,
            replaced_by_id: by.viewer.staff_member(),
        };
        let changes = pupil::ActiveModel { upn: Set(Some(self.upn.0)), ..Default::default() };
        let updated = tx.update(&permit, pupil, self.expected_version, changes).await;
        let pupil = updated.unless_taken_unseen("upn", "A pupil of the trust has this UPN already.")??;
        tx.insert(&keeps, former.into_active_model()).await?;
        Ok(pupil)
    }
}

mutation! {
    /// Corrects the unique pupil number of a pupil; the wrong one is kept with the pupil, for a person who asks what is
    /// held of them. For senior leaders of the school where the pupil is on roll, or was last, and the school's MIS.
    CorrectUpn { correct_upn: CorrectUpnInput => CorrectUpnPayload { pupil: Pupil, "The pupil as they are now." } }
}
