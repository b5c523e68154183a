//! The reads and writes of assessment.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use plumbline_entity::{enrolment, grade, judgement, moderation_outcome, pupil, sampled_work};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, FromQueryResult, Order, QuerySelect as _};
use uuid::Uuid;

use crate::{
    assessment::rules::Lineage,
    db::{Event, PlacesOfPupil, Read, Reason, Scoped, Tx, WhetherItWasDrawn, WhetherItWasModerated},
    error::{Error, Result},
    graphql::{Acting, Changed, Many, Refusal, UnlessTaken, UserError, UserErrorCode},
};

/// A judgement that passed all checks.
#[derive(Clone, Debug)]
pub struct SoundJudgement {
    /// Where and in which year group the pupil is taught.
    pub enrolment: enrolment::Model,
    /// The grade or code.
    pub grade: Uuid,
    /// The day of the judgement.
    pub judged_on: NaiveDate,
}

/// To what judgements belong that are recorded together.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The assessment window.
    pub window: Uuid,
    /// The subject.
    pub subject: Uuid,
    /// Whether teachers do not record in the window any more.
    pub is_late: bool,
    /// Why they are recorded late, or in the place of one that was moderated.
    pub reason: Option<String>,
}

/// Records judgements of one window and subject, of different pupils. Each supersedes the current judgement of its
/// pupil, if there is one. Takes a few statements for each class, however many pupils.
///
/// # Errors
/// Refused if the viewer may not judge in the class of a new judgement or of one that it supersedes, or if the pupil
/// has a current judgement that the viewer does not see. Or the database failed.
pub async fn record(
    tx: &Tx,
    by: &Acting<'_>,
    recording: &Recording,
    judgements: Vec<SoundJudgement>,
) -> Result<Many<judgement::Model>, Refusal> {
    let Recording { window, subject, is_late, ref reason } = *recording;
    // If two people judge a class at once, the second waits and supersedes what the first recorded.
    let classes: BTreeSet<Uuid> = judgements.iter().map(|sound| sound.enrolment.class_id).collect();
    for class in classes {
        tx.lock(&format!("judgements {class} {window} {subject}")).await?;
    }
    let superseded = supersede(tx, by, recording, &judgements).await?;
    let mut by_class: BTreeMap<(Uuid, Uuid), Vec<judgement::ActiveModel>> = BTreeMap::new();
    let mut ids = Vec::with_capacity(judgements.len());
    for SoundJudgement { enrolment, grade, judged_on } in judgements {
        let id = Uuid::now_v7();
        ids.push(id);
        by_class.entry((enrolment.school_id, enrolment.class_id)).or_default().push(judgement::ActiveModel {
            id: Set(id),
            trust_id: Set(by.trust()),
            school_id: Set(enrolment.school_id),
            class_id: Set(enrolment.class_id),
            pupil_id: Set(enrolment.pupil_id),
            year_group: Set(enrolment.year_group),
            window_id: Set(window),
            subject_id: Set(subject),
            grade_id: Set(grade),
            judged_by_id: Set(by.viewer.staff_member()),
            judged_on: Set(judged_on),
            recorded_at: Set(by.now),
            supersedes_id: Set(superseded.get(&enrolment.pupil_id).copied()),
            is_late: Set(is_late),
            recorded_because: Set(reason.clone()),
            is_current: Set(true),
            ..Default::default()
        });
    }
    for ((school, class), rows) in by_class {
        let permit = by.may_in_class::<judgement::Entity>(school, class)?;
        // Somebody judged the pupil in another class meanwhile, or the viewer does not see the current judgement.
        let message = "A pupil was judged in this window in another school, or by somebody else just now: look again.";
        tx.insert_many(&permit, rows).await.unless_taken("", message)?;
    }
    tx.announce(Event::recorded::<judgement::Entity>(by.trust(), &[window, subject], &ids));
    let recorded = Many::reread(tx, by.viewer, &ids).await?;
    recorded.ok_or_else(|| Error::internal("judgements vanished while they were recorded").into())
}

/// Marks the current judgements of these pupils as superseded. Returns their ids by pupil.
async fn supersede(
    tx: &Tx,
    by: &Acting<'_>,
    recording: &Recording,
    judgements: &[SoundJudgement],
) -> Result<HashMap<Uuid, Uuid>, Refusal> {
    let Recording { window, subject, .. } = *recording;
    let same = Condition::all()
        .add(judgement::Column::PupilId.is_in(judgements.iter().map(|sound| sound.enrolment.pupil_id)))
        .add(judgement::COLUMN.window_id.eq(window))
        .add(judgement::COLUMN.subject_id.eq(subject))
        .add(judgement::COLUMN.is_current.eq(true));
    let current = Scoped::<judgement::Entity>::of(by.viewer).filter(same);
    let current = tx.all(current.order_by(judgement::Column::Id, Order::Asc).to_change()).await?;
    refuse_moderated(tx, by, recording, judgements, &current).await?;
    let superseded = current.iter().map(|row| (row.pupil_id, row.id)).collect();
    let mut by_class: BTreeMap<(Uuid, Uuid), Vec<judgement::Model>> = BTreeMap::new();
    for row in current {
        by_class.entry((row.school_id, row.class_id)).or_default().push(row);
    }
    for ((school, class), rows) in by_class {
        let permit = by.may_in_class::<judgement::Entity>(school, class).map_err(|_| elsewhere())?;
        let changes = judgement::ActiveModel { is_current: Set(false), ..Default::default() };
        tx.amend_many(&permit, &rows, changes).await?;
    }
    Ok(superseded)
}

/// Refuses to supersede what was moderated, to those who judged it or do not lead the school, and to all without a reason. A
/// judgement of the same pupil, subject and window that came after the one that was drawn counts as well. `judgements` are those of the
/// request, in whose order the refusals name their places.
async fn refuse_moderated(
    tx: &Tx,
    by: &Acting<'_>,
    recording: &Recording,
    judgements: &[SoundJudgement],
    current: &[judgement::Model],
) -> Result<(), Refusal> {
    let pupils: Vec<Uuid> = current.iter().map(|row| row.pupil_id).collect();
    let moderated = moderated_among(tx, &pupils, recording.window, recording.subject).await?;
    let leads = |row: &judgement::Model| {
        by.may_in_school::<judgement::Entity>(row.school_id).is_ok() && row.judged_by_id != by.viewer.staff_member()
    };
    let mut errors = Vec::new();
    for row in current.iter().filter(|row| moderated.contains(&row.pupil_id) && !leads(row)) {
        let at = judgements.iter().position(|sound| sound.enrolment.pupil_id == row.pupil_id).unwrap_or_default();
        let message = "It was moderated. Only somebody who leads the school and did not make the judgement that stands can \
                       supersede it, with a reason; whoever leads can also withdraw it.";
        errors.push(UserError::wrong_state(&format!("judgements.{at}.pupilId"), message).telling());
    }
    if errors.is_empty() && recording.reason.is_none() && !moderated.is_empty() {
        let message = "It was moderated: say why it is superseded.";
        errors.push(UserError::invalid("reason", message).telling());
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// A pupil for some judgement of whom an outcome of moderation stands.
#[derive(Debug, FromQueryResult)]
struct Moderated {
    pupil_id: Uuid,
}

/// Those of these pupils for some judgement of whom, in a subject and window, an outcome of moderation stands.
///
/// # Errors
/// The database failed.
pub async fn moderated_among(tx: &Tx, pupils: &[Uuid], window: Uuid, subject: Uuid) -> Result<HashSet<Uuid>> {
    if pupils.is_empty() {
        return Ok(HashSet::new());
    }
    let outcomes = WhetherItWasModerated.of::<moderation_outcome::Entity>();
    let works = WhetherItWasModerated
        .of::<sampled_work::Entity>()
        .filter(sampled_work::Column::Id.in_subquery(outcomes.values_of(moderation_outcome::Column::WorkId)));
    let judged = WhetherItWasModerated
        .of::<judgement::Entity>()
        .filter(judgement::Column::PupilId.is_in(pupils.iter().copied()))
        .filter(judgement::COLUMN.window_id.eq(window))
        .filter(judgement::COLUMN.subject_id.eq(subject))
        .filter(judgement::Column::Id.in_subquery(works.values_of(sampled_work::Column::JudgementId)));
    let moderated = judged.aggregate::<Moderated>(|select| select.column(judgement::Column::PupilId).distinct());
    Ok(tx.figures(moderated).await?.into_iter().map(|moderated| moderated.pupil_id).collect())
}

/// All judgements of the pupil, subject and window of a judgement that the viewer sees, to be changed. Until the transaction
/// ends nobody judges the class in them, and no sample is drawn from them.
///
/// # Errors
/// The database failed.
pub async fn lineage(tx: &Tx, by: &Acting<'_>, named: &judgement::Model) -> Result<Lineage> {
    tx.lock(&format!("judgements {} {} {}", named.class_id, named.window_id, named.subject_id)).await?;
    hold_draws(tx, named.window_id, named.subject_id).await?;
    let same = Condition::all()
        .add(judgement::COLUMN.pupil_id.eq(named.pupil_id))
        .add(judgement::COLUMN.window_id.eq(named.window_id))
        .add(judgement::COLUMN.subject_id.eq(named.subject_id));
    let rows = Scoped::<judgement::Entity>::of(by.viewer).filter(same);
    Ok(Lineage(tx.all(rows.order_by(judgement::Column::Id, Order::Asc).to_change()).await?))
}

/// Waits until no sample is being drawn from the judgements of a window and subject, and none of them is being taken back,
/// and keeps it so until the transaction ends. A judgement says the same for as long as it is there, so those who draw do
/// not hold each of them.
///
/// # Errors
/// The database failed.
pub async fn hold_draws(tx: &Tx, window: Uuid, subject: Uuid) -> Result<()> {
    tx.lock(&format!("draws {window} {subject}")).await
}

/// Refuses a judgement that was drawn for moderation.
///
/// # Errors
/// It was drawn: `WRONG_STATE`, with what to do instead. Or the database failed.
pub async fn refuse_drawn(tx: &Tx, judgement: Uuid) -> Result<(), Refusal> {
    let works = WhetherItWasDrawn.of::<sampled_work::Entity>().filter(sampled_work::COLUMN.judgement_id.eq(judgement));
    let drawn = tx.figures(works.counted()).await?.iter().any(|works| works.count > 0);
    if !drawn {
        return Ok(());
    }
    let message = "It was drawn for moderation, and what is moderated stays as it was drawn. Record another judgement of the \
                   pupil, which supersedes it (once an outcome is agreed, whoever leads the school does); or ask a trust lead to \
                   record the work as UNRESOLVED.";
    Err(UserError::wrong_state("judgementId", message).telling().into())
}

fn elsewhere() -> UserError {
    let message =
        "A pupil was judged in this window in another class; only those who teach or lead there can supersede it.";
    UserError::new(UserErrorCode::Forbidden, "", message)
}

/// For each of these pupils whom the viewer sees: all of their enrolments in an academic year, the latest first. All
/// are needed, because nobody may judge a pupil in a class that the pupil has left for one out of the viewer's sight.
/// Empty for a pupil who has no place in that year.
///
/// # Errors
/// The database failed.
pub async fn enrolments_in(
    tx: &Tx,
    by: &Acting<'_>,
    pupils: &[Uuid],
    academic_year: Uuid,
) -> Result<HashMap<Uuid, Vec<enrolment::Model>>> {
    // The pupils first: from then on nobody enrols them elsewhere, so that none of their places is missed.
    let seen = Scoped::<pupil::Entity>::of(by.viewer).filter(pupil::Column::Id.is_in(pupils.iter().copied()));
    let seen = tx.all(seen.order_by(pupil::Column::Id, Order::Asc)).await?;
    let mut by_pupil: HashMap<Uuid, Vec<enrolment::Model>> = seen.iter().map(|pupil| (pupil.id, Vec::new())).collect();
    let wanted = Condition::all()
        .add(enrolment::Column::PupilId.is_in(by_pupil.keys().copied()))
        .add(enrolment::COLUMN.academic_year_id.eq(academic_year));
    let places = PlacesOfPupil.of::<enrolment::Entity>().filter(wanted).rows();
    for place in tx.all(places.order_by(enrolment::Column::Id, Order::Asc)).await? {
        by_pupil.entry(place.pupil_id).or_default().push(place);
    }
    for places in by_pupil.values_mut() {
        places.sort_by_key(|place| Reverse(place.starts_on));
    }
    Ok(by_pupil)
}

/// The grades and codes of a framework, by code.
///
/// # Errors
/// The database failed.
pub async fn grades_of(tx: &Tx, by: &Acting<'_>, framework: Uuid) -> Result<HashMap<String, grade::Model>> {
    let rows = Scoped::<grade::Entity>::of(by.viewer).filter(grade::COLUMN.framework_id.eq(framework));
    Ok(tx.all(rows).await?.into_iter().map(|grade| (grade.code.clone(), grade)).collect())
}

/// The grade of a framework with this code. Codes that are no grades, such as the one for absent, are refused.
///
/// # Errors
/// There is no such grade: refused at `field`, with the codes of the grades. Or the database failed.
pub async fn ranked_grade(
    tx: &Tx,
    by: &Acting<'_>,
    framework: Uuid,
    code: &str,
    field: &str,
) -> Result<grade::Model, Refusal> {
    let grades = grades_of(tx, by, framework).await?;
    if let Some(grade) = grades.get(code).filter(|grade| grade.rank.is_some()) {
        return Ok(grade.clone());
    }
    let mut known: Vec<&grade::Model> = grades.values().filter(|grade| grade.rank.is_some()).collect();
    known.sort_by_key(|grade| grade.rank);
    let known = known.iter().map(|grade| grade.code.as_str()).collect::<Vec<_>>().join(", ");
    Err(UserError::invalid(field, format!("`{code}` is no grade of this framework; its grades are {known}.")).into())
}
