//! `unmergePupils`: two records that were merged are two again, as long as nothing new hangs on the merge.

use std::collections::BTreeSet;

use async_graphql::InputObject;
use plumbline_entity::{
    adaptation, enrolment, former_name, former_upn, insecure_pupil, judgement, pupil, pupil_characteristics,
    pupil_merge,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use uuid::Uuid;

use crate::{
    db::{Covers, Erasing, Identified, Read as _, Reason as _, Stale, Tx},
    error::Error,
    graphql::{Acting, Change, Many, Ref, Refusal, UnlessTaken as _, UserError, UserErrorCode, mutation},
    organisation::{Pupil, store::school_of_pupil},
    pupil_records::{
        held::Held,
        undoing::{MergeRecord, Standing},
    },
};

/// Two records that are to be two again.
#[derive(InputObject)]
pub struct UnmergePupilsInput {
    /// The pupil whose record stayed.
    pupil_id: Ref<Pupil>,
    /// The `version` of that pupil as you read it.
    expected_version: i32,
    /// The record that was merged into it, by the id that it had.
    duplicate_id: Ref<Pupil>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for UnmergePupilsInput {
    type Changed = Many<pupil::Model>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Many<pupil::Model>, Refusal> {
        let kept = by.to_change(tx, self.pupil_id, "pupilId").await?;
        by.may_in_school::<pupil_merge::Entity>(school_of_pupil(tx, by, kept.id).await?)?;
        let merge = Erasing
            .of::<pupil_merge::Entity>()
            .filter(pupil_merge::COLUMN.pupil_id.eq(kept.id))
            .rows()
            .id(self.duplicate_id.uuid());
        let Some(merge) = tx.one(merge.to_change()).await? else {
            let message = "No record of this id was merged into that of the pupil.";
            return Err(UserError::new(UserErrorCode::NotFound, "duplicateId", message).into());
        };
        by.may_in_school::<pupil_merge::Entity>(merge.school_id)?;
        if kept.version != self.expected_version {
            return Err(Refusal::from(Stale(kept)));
        }
        let held = Held::of(tx, by.trust(), kept.id).await?;
        let held = held.ok_or_else(|| UserError::not_found("pupilId", "pupil"))?;
        let record = as_kept(&merge)?;
        refuse_what_hangs(&held, &record, merge.id)?;
        let again = bring_back(tx, merge, &held, record).await?;
        // Who read the record before reads another one now.
        let permit = Erasing.permit::<pupil::Entity>(by.trust());
        let version = held.pupil.version;
        let counts = <pupil::ActiveModel as Default>::default();
        let kept = tx.count_up(&permit, held.pupil, version, counts).await??;
        Ok(Many(vec![kept, again]))
    }
}

/// What the merge did, if it was kept.
fn as_kept(merge: &pupil_merge::Model) -> Result<MergeRecord, Refusal> {
    let Some(record) = merge.record.clone() else {
        let message = "It cannot be undone: an earlier build carried it out, and did not keep what it did.";
        return Err(UserError::wrong_state("duplicateId", message).into());
    };
    serde_json::from_value(record).map_err(|error| Error::internal(error).into())
}

/// Refuses to undo a merge on which something new hangs: nobody knows of which of the two it is.
fn refuse_what_hangs(held: &Held, record: &MergeRecord, merge: Uuid) -> Result<(), Refusal> {
    let changed = Standing::of(held, merge).changed_since(&record.after);
    let Some((last, others)) = changed.split_last() else { return Ok(()) };
    let all = if others.is_empty() { (*last).to_owned() } else { format!("{} and {last}", others.join(", ")) };
    let message = format!("It cannot be undone: since the merge, {all} were added, changed or taken away.");
    Err(UserError::wrong_state("duplicateId", message).into())
}

/// The record that was gone is there again, with all that was of it.
async fn bring_back(
    tx: &Tx,
    merge: pupil_merge::Model,
    held: &Held,
    record: MergeRecord,
) -> Result<pupil::Model, Refusal> {
    let (trust, again) = (merge.trust_id, merge.id);
    let row = record.pupil.again(again, trust).into_active_model();
    let made = tx.insert(&Erasing.permit::<pupil::Entity>(trust), row).await;
    let made = made.unless_taken_unseen(
        "duplicateId",
        "Another pupil of the trust has the UPN of that record by now. Correct it with correctUpn first.",
    )?;

    let places = Erasing.permit::<enrolment::Entity>(trust);
    let back = enrolment::ActiveModel { pupil_id: Set(again), ..Default::default() };
    move_back(tx, trust, &held.enrolments, |row| row.id, &record.moved.places, back).await?;
    for was in &record.stretched {
        let Some(row) = held.enrolments.iter().find(|row| row.id == was.id) else { continue };
        let days =
            enrolment::ActiveModel { starts_on: Set(was.starts_on), ends_on: Set(was.ends_on), ..Default::default() };
        tx.update(&places, row.clone(), row.version, days).await??;
    }
    let gone = record.doubled.iter().map(|place| place.again(again, trust).into_active_model());
    tx.insert_many(&places, gone.collect()).await?;

    let back = pupil_characteristics::ActiveModel { pupil_id: Set(again), ..Default::default() };
    move_back(tx, trust, &held.characteristics, |row| row.id, &record.moved.characteristics, back).await?;
    let gone = record.repeated.iter().map(|row| row.again(again, trust).into_active_model());
    tx.insert_many(&Erasing.permit::<pupil_characteristics::Entity>(trust), gone.collect()).await?;

    let back = judgement::ActiveModel { pupil_id: Set(again), ..Default::default() };
    move_back(tx, trust, &held.judgements, |row| row.id, &record.moved.judgements, back).await?;
    let back = former_name::ActiveModel { pupil_id: Set(again), ..Default::default() };
    move_back(tx, trust, &held.former_names, |row| row.id, &record.moved.names, back).await?;
    let back = former_upn::ActiveModel { pupil_id: Set(again), ..Default::default() };
    move_back(tx, trust, &held.former_upns, |row| row.id, &record.moved.numbers, back).await?;
    let back = pupil_merge::ActiveModel { pupil_id: Set(again), ..Default::default() };
    move_back(tx, trust, &held.merges, |row| row.id, &record.moved.merges, back).await?;

    let back = adaptation::ActiveModel { pupil_id: Set(Some(again)), ..Default::default() };
    move_back(tx, trust, &held.adaptations, |row| row.id, &record.moved.adaptations, back).await?;
    let back = insecure_pupil::ActiveModel { pupil_id: Set(again), ..Default::default() };
    move_back(tx, trust, &held.insecure, |row| row.id, &record.moved.insecure, back).await?;
    let gone = record.twice_insecure.iter().map(|row| row.again(again, trust).into_active_model());
    tx.insert_many(&Erasing.permit::<insecure_pupil::Entity>(trust), gone.collect()).await?;

    // Its number is no former one of the pupil who stays.
    let number: Vec<_> = held.former_upns.iter().filter(|row| row.id == record.number).cloned().collect();
    tx.erase(&Erasing.permit::<former_upn::Entity>(trust), &number).await?;
    tx.erase(&Erasing.permit::<pupil_merge::Entity>(trust), &[merge]).await?;
    // Judgements are grouped by what is recorded of whoever has them.
    tx.count_anew::<pupil::Entity>(again);
    tx.count_anew::<pupil::Entity>(held.pupil.id);
    Ok(made)
}

/// Gives the rows that a merge moved back to whom they were of.
async fn move_back<E, A>(
    tx: &Tx,
    trust: Uuid,
    held: &[E::Model],
    id: impl Fn(&E::Model) -> Uuid,
    moved: &BTreeSet<Uuid>,
    back: A,
) -> Result<(), Refusal>
where
    E: Identified<ActiveModel = A, Model: IntoActiveModel<A>>,
    A: ActiveModelTrait<Entity = E> + Send,
    Erasing: Covers<E>,
{
    let rows: Vec<E::Model> = held.iter().filter(|row| moved.contains(&id(row))).cloned().collect();
    if rows.is_empty() {
        return Ok(());
    }
    Ok(tx.amend_many(&Erasing.permit::<E>(trust), &rows, back).await?)
}

mutation! {
    /// Undoes a merge of two records: what was of the one that was gone is of it again, with its id, number and names. Refused
    /// once a place, characteristics, a judgement or a corrected number was added or changed since the merge, for it may be of
    /// either. Works in moderation go with their judgements. For whoever may merge the two.
    UnmergePupils { unmerge_pupils: UnmergePupilsInput => UnmergePupilsPayload {
        pupils: [Pupil], "The pupil whose record stayed, and the one whose record is there again."
    } }
}
