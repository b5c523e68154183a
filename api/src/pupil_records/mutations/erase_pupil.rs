//! `erasePupil`: all that is held of a pupil is erased, for good.

use async_graphql::InputObject;
use plumbline_entity::{pupil_erasure, pupil_erasure::ErasureReason, school};
use sea_orm::IntoActiveModel as _;

use crate::{
    db::{Stale, Tx},
    graphql::{Acting, Change, Ref, Refusal, UserError, mutation},
    organisation::{Pupil, School, store::school_of_pupil},
    pupil_records::held::Held,
};

/// A pupil of whom nothing is to be kept.
#[derive(InputObject)]
pub struct ErasePupilInput {
    /// The pupil.
    pupil_id: Ref<Pupil>,
    /// The same id once more: it cannot be undone.
    confirm_pupil_id: Ref<Pupil>,
    /// The `version` of the pupil as you read it.
    expected_version: i32,
    /// Why.
    reason: ErasureReason,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for ErasePupilInput {
    type Changed = school::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<school::Model, Refusal> {
        let confirmed = self.confirm_pupil_id.uuid() == self.pupil_id.uuid();
        let pupil = by.to_change(tx, self.pupil_id, "pupilId").await?;
        let school = school_of_pupil(tx, by, pupil.id).await?;
        let permit = by.may_in_school::<pupil_erasure::Entity>(school)?;
        if !confirmed {
            let message = "Give the id of the pupil once more here: what is erased cannot be brought back.";
            return Err(UserError::invalid("confirmPupilId", message).into());
        }
        if pupil.version != self.expected_version {
            return Err(Refusal::from(Stale(pupil)));
        }
        let school = by.find::<school::Entity>(tx, school, "pupilId", "school").await?;
        let held = Held::of(tx, by.trust(), pupil.id).await?;
        held.ok_or_else(|| UserError::not_found("pupilId", "pupil"))?.erase(tx).await?;
        let erasure = pupil_erasure::Model {
            id: pupil.id,
            trust_id: by.trust(),
            school_id: Some(school.id),
            reason: self.reason,
            erased_at: by.now,
            erased_by_id: by.viewer.staff_member(),
        };
        tx.insert(&permit, erasure.into_active_model()).await?;
        Ok(school)
    }
}

mutation! {
    /// Erases all that is held of a pupil, for good: the pupil, their places, what was recorded and judged of them, and their
    /// work in moderation. Exact counts are made anew without them; protected counts that were published stay. The audit
    /// keeps that it was done, by an id that leads to nobody any more. For senior leaders of the school where the
    /// pupil is on roll, or was last.
    ErasePupil { erase_pupil: ErasePupilInput => ErasePupilPayload { school: School, "The school that answered for the pupil." } }
}
