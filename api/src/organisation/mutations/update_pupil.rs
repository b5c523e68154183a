//! `updatePupil`: a senior leader mends what is recorded of a pupil for good. A name that they had is kept.

use async_graphql::InputObject;
use chrono::NaiveDate;
use plumbline_entity::{former_name, pupil, pupil::Sex};
use sea_orm::{ActiveValue, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    db::{NameBefore, Read as _, Reason as _, Tx},
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
        let school = store::school_of_pupil(tx, by, pupil.id).await?;
        let permit = by.may_on::<pupil::Entity>(school, pupil.id)?;
        let keeps = by.may_on::<former_name::Entity>(school, pupil.id)?;
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
        let former = former_name(tx, by, &changes, pupil.id).await?;
        let pupil = tx.update(&permit, pupil, self.expected_version, changes).await??;
        if let Some(former) = former {
            tx.insert(&keeps, former.into_active_model()).await?;
        }
        Ok(pupil)
    }
}

/// The name that a change takes away, to be kept. Read past the field rules: a school's MIS changes names that it does not read.
async fn former_name(
    tx: &Tx,
    by: &Acting<'_>,
    changes: &pupil::ActiveModel,
    pupil: Uuid,
) -> Result<Option<former_name::Model>, Refusal> {
    let (given, family) = (given(&changes.given_name), given(&changes.family_name));
    if given.is_none() && family.is_none() {
        return Ok(None);
    }
    let before = tx.one(NameBefore.of::<pupil::Entity>().rows().id(pupil).to_look_at()).await?;
    let Some((given_name, family_name)) = before.and_then(|before| before.given_name.zip(before.family_name)) else {
        return Ok(None);
    };
    let differs = given.is_some_and(|name| *name != given_name) || family.is_some_and(|name| *name != family_name);
    Ok(differs.then(|| former_name::Model {
        id: Uuid::now_v7(),
        trust_id: by.trust(),
        pupil_id: pupil,
        given_name,
        family_name,
        replaced_at: by.now,
        replaced_by_id: by.viewer.staff_member(),
    }))
}

const fn given(value: &ActiveValue<Option<String>>) -> Option<&String> {
    match value {
        ActiveValue::Set(value) => value.as_ref(),
        ActiveValue::Unchanged(_) | ActiveValue::NotSet => None,
    }
}

fn set_if_given<T>(value: Option<T>) -> ActiveValue<Option<T>>
where
    Option<T>: Into<sea_orm::Value>,
{
    value.map_or(ActiveValue::NotSet, |value| ActiveValue::Set(Some(value)))
}

mutation! {
    /// Mends what is recorded of a pupil for good. A name that they had is kept with the pupil, for a person who asks what is
    /// held of them. For senior leaders of the school where the pupil is on roll, or was last.
    UpdatePupil { update_pupil: UpdatePupilInput => UpdatePupilPayload { pupil: Pupil, "The pupil as they are now." } }
}
