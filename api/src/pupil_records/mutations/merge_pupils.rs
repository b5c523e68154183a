//! `mergePupils`: two records of one pupil become one.

use std::collections::BTreeSet;

use async_graphql::InputObject;
use plumbline_entity::{
    academic_year, adaptation, assessment_window, enrolment, former_name, former_upn, insecure_pupil, judgement, pupil,
    pupil_characteristics, pupil_merge, subject,
};
use sea_orm::{ActiveValue::Set, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    db::{Erasing, Reason, Stale, Tx},
    error::Error,
    graphql::{Acting, Change, Ref, Refusal, UserError, mutation},
    organisation::{Pupil, store::school_of_pupil},
    pupil_records::{
        held::Held,
        merging::{Conflict, Merged, merge},
        undoing::MergeRecord,
    },
};

/// Two records of one pupil.
#[derive(InputObject)]
pub struct MergePupilsInput {
    /// The pupil whose record stays, with its number, names and date of birth.
    pupil_id: Ref<Pupil>,
    /// The `version` of that pupil as you read it.
    expected_version: i32,
    /// The other record of the same pupil. It is gone afterwards, until `unmergePupils` brings it back.
    duplicate_id: Ref<Pupil>,
    /// The `version` of that record as you read it.
    duplicate_version: i32,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for MergePupilsInput {
    type Changed = pupil::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<pupil::Model, Refusal> {
        if self.pupil_id.uuid() == self.duplicate_id.uuid() {
            return Err(UserError::invalid("duplicateId", "Name another record than the one that stays.").into());
        }
        // Both in the order of their ids: of two who merge them the other way round, one waits.
        let kept_first = self.pupil_id.uuid() < self.duplicate_id.uuid();
        let (kept, duplicate) = if kept_first {
            let kept = by.to_change(tx, self.pupil_id, "pupilId").await?;
            (kept, by.to_change(tx, self.duplicate_id, "duplicateId").await?)
        } else {
            let duplicate = by.to_change(tx, self.duplicate_id, "duplicateId").await?;
            (by.to_change(tx, self.pupil_id, "pupilId").await?, duplicate)
        };
        by.may_in_school::<pupil_merge::Entity>(school_of_pupil(tx, by, kept.id).await?)?;
        let school = school_of_pupil(tx, by, duplicate.id).await?;
        let permit = by.may_in_school::<pupil_merge::Entity>(school)?;
        if kept.version != self.expected_version {
            return Err(Refusal::from(Stale(kept)));
        }
        if duplicate.version != self.duplicate_version {
            let message = "It was changed since you read it. Look at it as it is now, and try again with its version.";
            return Err(UserError::invalid("duplicateVersion", message).into());
        }
        let there = |held: Option<Held>| held.ok_or_else(|| UserError::not_found("pupilId", "pupil"));
        let kept = there(Held::of(tx, by.trust(), kept.id).await?)?;
        let duplicate = there(Held::of(tx, by.trust(), duplicate.id).await?)?;
        let merged = match merge(&kept, &duplicate) {
            Ok(merged) => merged,
            Err(conflicts) => return Err(in_words(tx, by, conflicts).await?.into()),
        };
        let number = move_all(tx, by, &kept, &duplicate, &merged).await?;
        let after = there(Held::of(tx, by.trust(), kept.pupil.id).await?)?;
        let record = MergeRecord::of(&kept, &duplicate, &merged, number, &after);
        let row = pupil_merge::Model {
            id: self.duplicate_id.uuid(),
            trust_id: by.trust(),
            school_id: school,
            pupil_id: kept.pupil.id,
            merged_at: by.now,
            merged_by_id: by.viewer.staff_member(),
            record: Some(serde_json::to_value(record).map_err(Error::internal)?),
        };
        tx.insert(&permit, row.into_active_model()).await?;
        // Who read the record before reads another one now.
        let permit = Erasing.permit::<pupil::Entity>(by.trust());
        let counts = pupil::ActiveModel::default();
        let version = kept.pupil.version;
        Ok(tx.count_up(&permit, kept.pupil, version, counts).await??)
    }
}

/// Moves what is to be moved, and erases what is left of the duplicate. Returns which former number its number is now.
async fn move_all(tx: &Tx, by: &Acting<'_>, kept: &Held, duplicate: &Held, merged: &Merged) -> Result<Uuid, Refusal> {
    let (trust, to) = (by.trust(), kept.pupil.id);
    let places = Erasing.permit::<enrolment::Entity>(trust);
    let moved = enrolment::ActiveModel { pupil_id: Set(to), ..Default::default() };
    if !merged.moved.is_empty() {
        tx.amend_many(&places, &merged.moved, moved).await?;
    }
    for (row, first, last) in &merged.stretched {
        let changes = enrolment::ActiveModel { starts_on: Set(*first), ends_on: Set(*last), ..Default::default() };
        tx.update(&places, row.clone(), row.version, changes).await??;
    }
    if !merged.characteristics.is_empty() {
        let moved = pupil_characteristics::ActiveModel { pupil_id: Set(to), ..Default::default() };
        let permit = Erasing.permit::<pupil_characteristics::Entity>(trust);
        tx.amend_many(&permit, &merged.characteristics, moved).await?;
    }
    if !duplicate.judgements.is_empty() {
        let moved = judgement::ActiveModel { pupil_id: Set(to), ..Default::default() };
        tx.amend_many(&Erasing.permit::<judgement::Entity>(trust), &duplicate.judgements, moved).await?;
    }
    if !duplicate.adaptations.is_empty() {
        let moved = adaptation::ActiveModel { pupil_id: Set(Some(to)), ..Default::default() };
        tx.amend_many(&Erasing.permit::<adaptation::Entity>(trust), &duplicate.adaptations, moved).await?;
    }
    // Who is named twice in one record of teaching is named once.
    let named: BTreeSet<Uuid> = kept.insecure.iter().map(|row| row.taught_objective_id).collect();
    let (twice, once): (Vec<_>, Vec<_>) =
        duplicate.insecure.iter().cloned().partition(|row| named.contains(&row.taught_objective_id));
    if !once.is_empty() {
        let moved = insecure_pupil::ActiveModel { pupil_id: Set(to), ..Default::default() };
        tx.amend_many(&Erasing.permit::<insecure_pupil::Entity>(trust), &once, moved).await?;
    }
    if !duplicate.former_names.is_empty() {
        let moved = former_name::ActiveModel { pupil_id: Set(to), ..Default::default() };
        tx.amend_many(&Erasing.permit::<former_name::Entity>(trust), &duplicate.former_names, moved).await?;
    }
    if !duplicate.merges.is_empty() {
        let moved = pupil_merge::ActiveModel { pupil_id: Set(to), ..Default::default() };
        tx.amend_many(&Erasing.permit::<pupil_merge::Entity>(trust), &duplicate.merges, moved).await?;
    }
    let numbers = Erasing.permit::<former_upn::Entity>(trust);
    if !duplicate.former_upns.is_empty() {
        let moved = former_upn::ActiveModel { pupil_id: Set(to), ..Default::default() };
        tx.amend_many(&numbers, &duplicate.former_upns, moved).await?;
    }
    let upn =
        duplicate.pupil.upn.clone().ok_or_else(|| Error::internal("the service reads the number of every pupil"))?;
    let former = former_upn::Model {
        id: Uuid::now_v7(),
        trust_id: trust,
        pupil_id: to,
        upn,
        replaced_at: by.now,
        replaced_by_id: by.viewer.staff_member(),
    };
    let number = former.id;
    tx.insert(&numbers, former.into_active_model()).await?;
    let rest = Held {
        enrolments: merged.doubled.clone(),
        characteristics: merged.repeated.clone(),
        former_names: Vec::new(),
        former_upns: Vec::new(),
        merges: Vec::new(),
        judgements: Vec::new(),
        works: Vec::new(),
        second_judgements: Vec::new(),
        outcomes: Vec::new(),
        adaptations: Vec::new(),
        insecure: twice,
        pupil: duplicate.pupil.clone(),
    };
    rest.erase(tx).await?;
    // Its judgements are grouped by what is recorded of the pupil who stays.
    tx.count_anew::<pupil::Entity>(to);
    Ok(number)
}

/// What stands against a merge, each by its name and with what to do first.
async fn in_words(tx: &Tx, by: &Acting<'_>, conflicts: Vec<Conflict>) -> Result<Vec<UserError>, Refusal> {
    let mut errors = Vec::new();
    for conflict in conflicts {
        let message = match conflict {
            Conflict::Births => {
                "The two were born on different days. If it is one pupil, mend the wrong day with updatePupil first."
                    .to_owned()
            }
            Conflict::Places(one, other) => format!(
                "Both have places at one time, in different classes: one from {one}, one from {other}. End one with endEnrolment first."
            ),
            Conflict::Characteristics(year) => {
                let year = by.find::<academic_year::Entity>(tx, year, "duplicateId", "academic year").await?.year;
                format!(
                    "What is recorded of the two for {year}/{:02} differs. Make it alike with recordPupilCharacteristics first.",
                    (year + 1) % 100
                )
            }
            Conflict::Judgements(window, subject) => {
                let subject = by.find::<subject::Entity>(tx, subject, "duplicateId", "subject").await?.code;
                let window = by.find::<assessment_window::Entity>(tx, window, "duplicateId", "window").await?;
                format!(
                    "Both have a judgement in {subject} in the window of {} to {}. Withdraw one with withdrawJudgement first.",
                    window.opens_on, window.closes_on
                )
            }
        };
        errors.push(UserError::wrong_state("duplicateId", message));
    }
    Ok(errors)
}

mutation! {
    /// Merges two records of one pupil: places, what was recorded and judged, and work in moderation come to the one that
    /// stays, and the number of the other is kept as a former one. What both have in one place is told by name, and
    /// nothing is done. `unmergePupils` undoes it while nothing new hangs on it. For senior leaders of the schools where the two are on
    /// roll, or were last.
    MergePupils { merge_pupils: MergePupilsInput => MergePupilsPayload { pupil: Pupil, "The pupil as they are now." } }
}
