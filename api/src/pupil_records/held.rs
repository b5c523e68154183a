//! All that is held of a pupil, and how it is erased.

use std::collections::BTreeSet;

use plumbline_entity::{
    adaptation, enrolment, former_name, former_upn, insecure_pupil, judgement, moderation_outcome, pupil,
    pupil_characteristics, pupil_merge, sampled_work, second_judgement,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, Order};
use uuid::Uuid;

use crate::{
    assessment::store::hold_draws,
    db::{Covers, Erasing, Identified, Read, Reason, Tx},
    error::{Error, Result},
};

/// All rows of a pupil, to be changed. Until the transaction ends, nobody else adds one.
#[derive(Clone, Debug)]
pub struct Held {
    /// The pupil.
    pub pupil: pupil::Model,
    /// What is recorded of them, by year.
    pub characteristics: Vec<pupil_characteristics::Model>,
    /// Their places in classes.
    pub enrolments: Vec<enrolment::Model>,
    /// Names that were corrected.
    pub former_names: Vec<former_name::Model>,
    /// Numbers that were corrected.
    pub former_upns: Vec<former_upn::Model>,
    /// Their judgements, with those that are superseded or withdrawn.
    pub judgements: Vec<judgement::Model>,
    /// Their works that were drawn for moderation.
    pub works: Vec<sampled_work::Model>,
    /// Second judgements of those.
    pub second_judgements: Vec<second_judgement::Model>,
    /// What was agreed on them.
    pub outcomes: Vec<moderation_outcome::Model>,
    /// How plans were adapted for them alone.
    pub adaptations: Vec<adaptation::Model>,
    /// What they were not yet secure in when it had been taught.
    pub insecure: Vec<insecure_pupil::Model>,
    /// Records that were merged into this one.
    pub merges: Vec<pupil_merge::Model>,
}

/// Rows of a table whose `column` holds one of these ids.
async fn rows<E>(tx: &Tx, column: E::Column, ids: &[Uuid]) -> Result<Vec<E::Model>>
where
    E: Identified,
    Erasing: Covers<E>,
{
    const AT_ONCE: usize = 1_000;
    let mut found = Vec::new();
    for ids in ids.chunks(AT_ONCE) {
        let these = Erasing.of::<E>().filter(column.is_in(ids.iter().copied())).rows();
        found.extend(tx.all(these.order_by(E::id_column(), Order::Asc).to_change()).await?);
    }
    Ok(found)
}

fn ids<M>(rows: &[M], id: impl Fn(&M) -> Uuid) -> Vec<Uuid> {
    rows.iter().map(id).collect()
}

impl Held {
    /// All that is held of a pupil; `None` if there is no such pupil in the trust.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of(tx: &Tx, trust: Uuid, pupil: Uuid) -> Result<Option<Self>> {
        let named = Erasing.of::<pupil::Entity>().filter(pupil::COLUMN.trust_id.eq(trust)).rows().id(pupil);
        // The pupil first: whoever records something of them reads them to judge by.
        let Some(pupil) = tx.one(named.to_change()).await? else { return Ok(None) };
        let this = [pupil.id];
        let judged = Erasing.of::<judgement::Entity>().filter(judgement::COLUMN.pupil_id.eq(pupil.id)).rows();
        let judged = tx.all(judged.to_look_at()).await?;
        let draws: BTreeSet<(Uuid, Uuid)> = judged.iter().map(|row| (row.window_id, row.subject_id)).collect();
        for (window, subject) in draws {
            hold_draws(tx, window, subject).await?;
        }
        let judgements = rows::<judgement::Entity>(tx, judgement::Column::PupilId, &this).await?;
        let judged = ids(&judgements, |row| row.id);
        let works = rows::<sampled_work::Entity>(tx, sampled_work::Column::JudgementId, &judged).await?;
        let drawn = ids(&works, |row| row.id);
        Ok(Some(Self {
            characteristics: rows::<pupil_characteristics::Entity>(tx, pupil_characteristics::Column::PupilId, &this)
                .await?,
            enrolments: rows::<enrolment::Entity>(tx, enrolment::Column::PupilId, &this).await?,
            former_names: rows::<former_name::Entity>(tx, former_name::Column::PupilId, &this).await?,
            former_upns: rows::<former_upn::Entity>(tx, former_upn::Column::PupilId, &this).await?,
            second_judgements: rows::<second_judgement::Entity>(tx, second_judgement::Column::WorkId, &drawn).await?,
            adaptations: rows::<adaptation::Entity>(tx, adaptation::Column::PupilId, &this).await?,
            insecure: rows::<insecure_pupil::Entity>(tx, insecure_pupil::Column::PupilId, &this).await?,
            outcomes: rows::<moderation_outcome::Entity>(tx, moderation_outcome::Column::WorkId, &drawn).await?,
            merges: rows::<pupil_merge::Entity>(tx, pupil_merge::Column::PupilId, &this).await?,
            pupil,
            judgements,
            works,
        }))
    }

    /// Erases all of it. Protected counts that were published stay, and so do the sizes of strata that were drawn from; exact
    /// counts are made anew from what is left. What came of keys of callers for these rows is forgotten.
    ///
    /// # Errors
    /// The database failed; then none of the transaction should be kept.
    pub async fn erase(&self, tx: &Tx) -> Result<()> {
        let trust = self.pupil.trust_id;
        erase::<second_judgement::Entity, _>(tx, trust, &self.second_judgements).await?;
        erase::<moderation_outcome::Entity, _>(tx, trust, &self.outcomes).await?;
        let works_of_pupil = "DELETE FROM agreement_edition_work WHERE work_id IN (
            SELECT w.id FROM sampled_work w JOIN judgement j ON j.id = w.judgement_id WHERE j.pupil_id = $1)";
        tx.run(works_of_pupil, [self.pupil.id.into()]).await?;
        erase::<sampled_work::Entity, _>(tx, trust, &self.works).await?;
        erase::<judgement::Entity, _>(tx, trust, &self.judgements).await?;
        erase::<adaptation::Entity, _>(tx, trust, &self.adaptations).await?;
        erase::<insecure_pupil::Entity, _>(tx, trust, &self.insecure).await?;
        erase::<enrolment::Entity, _>(tx, trust, &self.enrolments).await?;
        erase::<pupil_characteristics::Entity, _>(tx, trust, &self.characteristics).await?;
        erase::<former_name::Entity, _>(tx, trust, &self.former_names).await?;
        erase::<former_upn::Entity, _>(tx, trust, &self.former_upns).await?;
        self.forget_merged(tx).await?;
        erase::<pupil::Entity, _>(tx, trust, std::slice::from_ref(&self.pupil)).await?;
        self.forget_keys(tx).await
    }

    /// That records were merged into this one stays, and under which ids; what they held goes.
    async fn forget_merged(&self, tx: &Tx) -> Result<()> {
        let known: Vec<_> = self.merges.iter().filter(|merge| merge.record.is_some()).cloned().collect();
        if known.is_empty() {
            return Ok(());
        }
        let forgotten = pupil_merge::ActiveModel { record: Set(None), ..Default::default() };
        tx.amend_many(&Erasing.permit::<pupil_merge::Entity>(self.pupil.trust_id), &known, forgotten).await
    }

    /// The ids of all rows.
    #[must_use]
    pub fn ids(&self) -> Vec<Uuid> {
        let mut all = vec![self.pupil.id];
        all.extend(ids(&self.characteristics, |row| row.id));
        all.extend(ids(&self.enrolments, |row| row.id));
        all.extend(ids(&self.former_names, |row| row.id));
        all.extend(ids(&self.former_upns, |row| row.id));
        all.extend(ids(&self.judgements, |row| row.id));
        all.extend(ids(&self.works, |row| row.id));
        all.extend(ids(&self.second_judgements, |row| row.id));
        all.extend(ids(&self.outcomes, |row| row.id));
        all.extend(ids(&self.adaptations, |row| row.id));
        all.extend(ids(&self.insecure, |row| row.id));
        all
    }

    /// How many rows of each table it is.
    #[must_use]
    pub fn sizes(&self) -> Vec<(&'static str, usize)> {
        vec![
            ("pupil", 1),
            ("pupil_characteristics", self.characteristics.len()),
            ("enrolment", self.enrolments.len()),
            ("former_name", self.former_names.len()),
            ("former_upn", self.former_upns.len()),
            ("judgement", self.judgements.len()),
            ("sampled_work", self.works.len()),
            ("second_judgement", self.second_judgements.len()),
            ("moderation_outcome", self.outcomes.len()),
            ("adaptation", self.adaptations.len()),
            ("insecure_pupil", self.insecure.len()),
        ]
    }

    /// A key of a caller is kept with the ids of what was changed, and a hash of an input that may have held a name.
    async fn forget_keys(&self, tx: &Tx) -> Result<()> {
        let ids = serde_json::to_string(&self.ids()).map_err(Error::internal)?;
        let sql = if tx.is_postgres() {
            "DELETE FROM idempotency_key WHERE EXISTS (
               SELECT 1 FROM jsonb_array_elements_text(idempotency_key.result) AS r (id)
               JOIN jsonb_array_elements_text(CAST(CAST($1 AS TEXT) AS JSONB)) AS gone (id) ON gone.id = r.id)"
        } else {
            "DELETE FROM idempotency_key WHERE EXISTS (
               SELECT 1 FROM json_each(idempotency_key.result) AS r JOIN json_each($1) AS gone ON gone.value = r.value)"
        };
        tx.run(sql, [ids.into()]).await?;
        Ok(())
    }
}

async fn erase<E, A>(tx: &Tx, trust: Uuid, rows: &[E::Model]) -> Result<()>
where
    E: Identified<ActiveModel = A, Model: IntoActiveModel<A>>,
    A: ActiveModelTrait<Entity = E> + Send,
    Erasing: Covers<E>,
{
    tx.erase::<E, A>(&Erasing.permit::<E>(trust), rows).await
}
