//! The reads and writes of moderation.

use plumbline_entity::{
    exercise_step, grade, judgement, moderation_exercise, moderation_exercise::ExerciseState, sample_stratum,
    sampled_work,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, IntoActiveModel as _};
use uuid::Uuid;

use super::{
    rules::{Candidate, DrawnStratum, DrawnWork, StratumKey},
    states::is_back,
};
use crate::{
    assessment::store::hold_draws,
    db::{DrawingASample, Permit, Read, Reason, Tx},
    error::{Error, Result},
    graphql::{Acting, Refusal},
    rulebook::Ruled as _,
};

/// The judgements from which an exercise may draw: the current ones of its subject and window, with grades of its
/// framework. The service reads them for itself, because those who draw a sample read no judgements.
///
/// # Errors
/// The database failed.
pub async fn candidates(tx: &Tx, exercise: &moderation_exercise::Model) -> Result<Vec<Candidate>> {
    hold_draws(tx, exercise.window_id, exercise.subject_id).await?;
    let grades = DrawingASample
        .of::<grade::Entity>()
        .filter(grade::COLUMN.framework_id.eq(exercise.framework_id))
        .filter(grade::Column::Rank.is_not_null());
    let wanted = Condition::all()
        .add(judgement::COLUMN.trust_id.eq(exercise.trust_id))
        .add(judgement::COLUMN.window_id.eq(exercise.window_id))
        .add(judgement::COLUMN.subject_id.eq(exercise.subject_id))
        .add(judgement::COLUMN.is_current.eq(true))
        .add(judgement::Column::GradeId.in_subquery(grades.ids()));
    let judgements = tx.all(DrawingASample.of::<judgement::Entity>().filter(wanted).rows().to_look_at()).await?;
    Ok(judgements
        .into_iter()
        .map(|row| Candidate {
            judgement: row.id,
            school: row.school_id,
            class: row.class_id,
            year_group: row.year_group,
            grade: row.grade_id,
        })
        .collect())
}

/// Keeps the step by which an exercise came into the state that it has now.
///
/// # Errors
/// A step back has no reason. Or the viewer does not run exercises, or the database failed.
pub async fn keep_step(
    tx: &Tx,
    by: &Acting<'_>,
    exercise: &moderation_exercise::Model,
    from: ExerciseState,
    reason: Option<String>,
) -> Result<(), Refusal> {
    let step = exercise_step::Model {
        id: Uuid::now_v7(),
        trust_id: exercise.trust_id,
        exercise_id: exercise.id,
        previous_state: from,
        state: exercise.state,
        taken_because: reason,
        taken_by_id: by.viewer.staff_member(),
        taken_at: by.now,
    };
    let step = step.checked(is_back(from, exercise.state))?;
    tx.insert(&by.may_in_trust()?, step.into_active_model()).await?;
    Ok(())
}

/// Leave to write a sample.
pub struct SamplePermits {
    /// For the strata.
    pub strata: Permit<sample_stratum::Entity>,
    /// For the works.
    pub works: Permit<sampled_work::Entity>,
}

/// Writes a sample that was drawn.
///
/// The works are written in the order of their codes, which is random. Ids rise in the order in which rows are made.
/// If the works were made stratum by stratum, their ids would tell a moderator which works had the same first grade.
///
/// # Errors
/// The database failed.
pub async fn keep_sample(
    tx: &Tx,
    permits: &SamplePermits,
    exercise: &moderation_exercise::Model,
    sample: Vec<DrawnStratum>,
) -> Result<()> {
    let (mut strata, mut works) = (Vec::with_capacity(sample.len()), Vec::new());
    for drawn in sample {
        let stratum = Uuid::now_v7();
        strata.push(sample_stratum::ActiveModel {
            id: Set(stratum),
            trust_id: Set(exercise.trust_id),
            exercise_id: Set(exercise.id),
            school_id: Set(drawn.key.school),
            class_id: Set(Some(drawn.key.class)),
            year_group: Set(drawn.key.year_group),
            grade_id: Set(drawn.key.grade),
            size: Set(i32::try_from(drawn.size).map_err(Error::internal)?),
            drawn: Set(i32::try_from(drawn.works.len()).map_err(Error::internal)?),
        });
        works.extend(drawn.works.into_iter().map(|work| (stratum, drawn.key, work)));
    }
    works.sort_unstable_by(|(.., one), (.., next)| one.code.cmp(&next.code));
    let work = |(stratum, key, work): (Uuid, StratumKey, DrawnWork)| sampled_work::ActiveModel {
        id: Set(Uuid::now_v7()),
        trust_id: Set(exercise.trust_id),
        exercise_id: Set(exercise.id),
        stratum_id: Set(stratum),
        judgement_id: Set(work.judgement),
        school_id: Set(key.school),
        class_id: Set(key.class),
        year_group: Set(key.year_group),
        code: Set(work.code),
    };
    tx.insert_many(&permits.strata, strata).await?;
    tx.insert_many(&permits.works, works.into_iter().map(work).collect()).await
}
