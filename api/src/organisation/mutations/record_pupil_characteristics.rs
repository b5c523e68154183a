//! `recordPupilCharacteristics`: a senior leader records what holds of a pupil in an academic year.

use async_graphql::InputObject;
use plumbline_entity::{
    pupil_characteristics,
    pupil_characteristics::{FirstLanguage, SenProvision},
};
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    db::{Stale, Tx},
    graphql::{Acting, Change, Ref, Refusal, UnlessTaken, UserError, mutation},
    organisation::{AcademicYear, Pupil, PupilCharacteristics, store},
    rulebook::Ruled as _,
};

/// What holds of a pupil in an academic year: all of it, each time.
#[derive(InputObject)]
pub struct RecordPupilCharacteristicsInput {
    /// The pupil.
    pupil_id: Ref<Pupil>,
    /// The academic year for which it holds.
    academic_year_id: Ref<AcademicYear>,
    /// The `version` of what is recorded for that year as you read it; left out if nothing is.
    expected_version: Option<i32>,
    /// Eligible for free school meals now.
    free_school_meals: bool,
    /// Eligible for free school meals at any time in the last six years.
    ever_six_free_school_meals: bool,
    /// Looked after, or left care by adoption or another order.
    ever_in_care: bool,
    /// A parent serves in the armed forces.
    service_child: bool,
    /// Disadvantaged in the sense of the school performance tables: true where either of the above is.
    disadvantaged: bool,
    /// Attracts the pupil premium.
    pupil_premium: bool,
    /// Provision for special educational needs.
    sen: SenProvision,
    /// First language.
    first_language: FirstLanguage,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for RecordPupilCharacteristicsInput {
    type Changed = pupil_characteristics::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<pupil_characteristics::Model, Refusal> {
        let pupil = by.named(tx, self.pupil_id, "pupilId").await?;
        let school = store::school_of_pupil(tx, by, pupil.id).await?;
        let permit = by.may_on::<pupil_characteristics::Entity>(school, pupil.id)?;
        let year = by.named(tx, self.academic_year_id, "academicYearId").await?;
        store::refuse_year_after_the_last(tx, pupil.id, &year).await?;
        let recorded = store::characteristics_of(tx, by, pupil.id, year.id).await?;
        let row = pupil_characteristics::Model {
            id: recorded.as_ref().map_or_else(Uuid::now_v7, |recorded| recorded.id),
            trust_id: by.trust(),
            pupil_id: pupil.id,
            academic_year_id: year.id,
            free_school_meals: Some(self.free_school_meals),
            ever_six_free_school_meals: Some(self.ever_six_free_school_meals),
            ever_in_care: Some(self.ever_in_care),
            service_child: Some(self.service_child),
            disadvantaged: Some(self.disadvantaged),
            pupil_premium: Some(self.pupil_premium),
            sen: Some(self.sen),
            first_language: Some(self.first_language),
            version: 1,
        }
        .checked(())?
        .into_active_model()
        .reset_all();
        match (recorded, self.expected_version) {
            (Some(recorded), Some(version)) => Ok(tx.update(&permit, recorded, version, row).await??),
            (Some(recorded), None) => Err(Stale(recorded).into()),
            (None, Some(_)) => {
                let message = "Nothing is recorded of the pupil for that year; leave the version out.";
                Err(UserError::invalid("expectedVersion", message).into())
            }
            (None, None) => {
                let message = "Somebody recorded it at the same moment; read it, and try again with its version.";
                tx.insert(&permit, row).await.unless_taken("academicYearId", message)
            }
        }
    }
}

mutation! {
    /// Records what holds of a pupil in an academic year, or changes it. For senior leaders of the school
    /// where the pupil is on roll, or was last; of a year in which the pupil has a place, or of one before it.
    RecordPupilCharacteristics { record_pupil_characteristics: RecordPupilCharacteristicsInput => RecordPupilCharacteristicsPayload {
        characteristics: PupilCharacteristics, "What is recorded of the pupil for that year now."
    } }
}
