//! `updatePupil`: a senior leader mends what is recorded of a pupil for good.

use async_graphql::InputObject;
use chrono::NaiveDate;
use plumbline_entity::{pupil, pupil::Sex};
use sea_orm::ActiveValue;

use crate::{
    db::Tx,
    graphql::{Acting, Change, Date, Ref, Refusal, mutation},
    organisation::{Pupil, store},
    rulebook::Ruled as _,
};

/// What to change of a pupil; what is left out stays as it is.
#[derive(InputObject)]
pub struct UpdatePupilInput {
    /// The pupil.
    pupil_id: Ref<Pupil>,
    /// The `version` of the pupil as you read it.
    expected_version: i32,
    /// Given name, 1 to 100 characters.
    given_name: Option<String>,
    /// Family name, 1 to 100 characters.
    family_name: Option<String>,
    /// Date of birth.
    date_of_birth: Option<Date>,
    /// Sex as recorded in the school census.
    sex: Option<Sex>,
}

impl Change for UpdatePupilInput {
    type Changed = pupil::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<pupil::Model, Refusal> {
        let pupil = by.to_change(tx, self.pupil_id, "pupilId").await?;
        let permit = by.may_on::<pupil::Entity>(store::school_of_pupil(tx, by, pupil.id).await?, pupil.id)?;
        let wanted = pupil::Model {
            given_name: self.given_name,
            family_name: self.family_name,
            date_of_birth: self.date_of_birth.map(NaiveDate::from),
            sex: self.sex,
            ..pupil.clone()
        }
        .changed_from(&pupil, by.today())?;
        // What was not given is not written: it may be out of the sight of who changes the rest.
        let changes = pupil::ActiveModel {
            given_name: set_if_given(wanted.given_name),
            family_name: set_if_given(wanted.family_name),
            date_of_birth: set_if_given(wanted.date_of_birth),
            sex: set_if_given(wanted.sex),
            ..Default::default()
        };
        Ok(tx.update(&permit, pupil, self.expected_version, changes).await??)
    }
}

fn set_if_given<T>(value: Option<T>) -> ActiveValue<Option<T>>
where
    Option<T>: Into<sea_orm::Value>,
{
    value.map_or(ActiveValue::NotSet, |value| ActiveValue::Set(Some(value)))
}

mutation! {
    /// Mends what is recorded of a pupil for good. For senior leaders of the school where the pupil is on
    /// roll, or was last.
    UpdatePupil { update_pupil: UpdatePupilInput => UpdatePupilPayload { pupil: Pupil, "The pupil as they are now." } }
}
