//! The statements of `moderationAgreement`: a fixed number, in two turns. Subqueries find what is asked about, so no
//! statement of the first turn waits for another. The statements on cells take the ids that the first turn finds.

use std::collections::{BTreeMap, BTreeSet};

use plumbline_entity::{
    academic_year, agreement_cell, agreement_cell::AgreementBasis, agreement_edition, agreement_edition_cell,
    assessment_window, grade, judgement_cell, judgement_cell::GroupAttribute, moderation_exercise,
    moderation_exercise::ExerciseState, phase, sample_stratum, sampled_work, second_judgement, subject,
    year_group::YearGroup,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, QuerySelect, RelationDef};
use uuid::Uuid;

use super::{moderators::Moderators, types::ModerationAgreementWhere};
use crate::{
    auth::Viewer,
    comparison::{
        cube::{Basis, Cell, Dimension, Dimensions, phases, summed},
        policy::{own_released_works, sees_whole_trust},
    },
    db::{Db, HowModeratorsDiffer, ModeratorsInCommon, ProgressOfExercises, Read, Reason, Scoped, WholeStrata},
    error::{Error, Result},
    graphql::check_text,
};

/// A question in ids: exercises whose grades can be counted together.
#[derive(Clone)]
pub struct Question {
    /// The subject.
    pub subject: Uuid,
    /// The assessment window.
    pub window: Uuid,
    /// The exercises, in the order in which they were made.
    pub exercises: Vec<moderation_exercise::Model>,
    /// The grades that have a rank, lowest first.
    pub grades: Vec<grade::Model>,
    /// The phase of each year group.
    pub phases: BTreeMap<YearGroup, Uuid>,
    /// The latest edition of each exercise that has one, for those who are answered from editions.
    pub editions: Vec<agreement_edition::Model>,
}

impl Question {
    /// The ids of its exercises.
    pub fn ids(&self) -> Vec<Uuid> {
        self.exercises.iter().map(|exercise| exercise.id).collect()
    }

    /// Whether an exercise of it is released: until then the schools do not see what was drawn of them.
    pub fn is_released(&self) -> bool {
        self.exercises.iter().any(|exercise| matches!(exercise.state, ExerciseState::Released | ExerciseState::Closed))
    }

    /// The exercises of which there is no edition.
    pub fn under_way(&self) -> impl Iterator<Item = &moderation_exercise::Model> {
        let made = |exercise: Uuid| self.editions.iter().any(|edition| edition.exercise_id == exercise);
        self.exercises.iter().filter(move |exercise| !made(exercise.id))
    }
}

/// Finds what the question asks about; `None` if the viewer sees no such moderation.
///
/// # Errors
/// The exercises use several frameworks, the code of the subject is no text, or the database failed.
pub async fn question(
    db: &Db,
    viewer: &Viewer,
    wanted: &ModerationAgreementWhere,
    basis: Basis,
) -> Result<Option<Question>> {
    check_text(&wanted.subject)?;
    let exercises = || exercises(viewer, wanted);
    let latest_editions = async {
        match basis {
            Basis::Seen | Basis::Granted => Ok(Vec::new()),
            Basis::Editions => latest_editions(db, viewer, exercises()).await,
        }
    };
    let (mut exercises, grades, phases, editions) = tokio::try_join!(
        db.all(exercises()),
        ranked_grades(db, viewer, exercises()),
        phases(db, Scoped::<phase::Entity>::of(viewer)),
        latest_editions,
    )?;
    exercises.sort_unstable_by_key(|exercise| exercise.id);
    let frameworks: BTreeSet<Uuid> = exercises.iter().map(|exercise| exercise.framework_id).collect();
    if frameworks.len() > 1 {
        let message = "The exercises of this window use different frameworks, whose grades cannot be counted together.";
        return Err(Error::bad_input(message));
    }
    let Some((subject, window)) = exercises.first().map(|exercise| (exercise.subject_id, exercise.window_id)) else {
        return Ok(None);
    };
    Ok(Some(Question { subject, window, exercises, grades, phases, editions }))
}

/// Refuses a subject or an academic year that the trust does not have, and names those that it has: a slip of the pen would be answered
/// as if nothing had been moderated.
///
/// # Errors
/// There is no such subject or year among those that the viewer sees, or the database failed.
pub async fn refuse_unknown(db: &Db, viewer: &Viewer, wanted: &ModerationAgreementWhere) -> Result<()> {
    let (subjects, years) = tokio::try_join!(
        db.all(Scoped::<subject::Entity>::of(viewer)),
        db.all(Scoped::<academic_year::Entity>::of(viewer))
    )?;
    let mut codes: Vec<String> = subjects.into_iter().map(|subject| subject.code).collect();
    codes.sort_unstable();
    if !codes.is_empty() && !codes.contains(&wanted.subject) {
        let message = format!("There is no subject `{}`. Those of the trust are {}.", wanted.subject, codes.join(", "));
        return Err(Error::bad_input(message));
    }
    let mut starts: Vec<i16> = years.into_iter().map(|year| year.year).collect();
    starts.sort_unstable();
    if !starts.is_empty() && !starts.iter().any(|year| i32::from(*year) == wanted.academic_year) {
        let starts: Vec<String> = starts.iter().map(i16::to_string).collect();
        return Err(Error::bad_input(format!(
            "There is no academic year {}. Those of the trust start in {}.",
            wanted.academic_year,
            starts.join(", ")
        )));
    }
    Ok(())
}

/// The exercises of a subject and window at a level.
fn exercises(viewer: &Viewer, wanted: &ModerationAgreementWhere) -> Scoped<moderation_exercise::Entity> {
    use moderation_exercise::Column as C;
    let years = Scoped::<academic_year::Entity>::of(viewer)
        .filter(academic_year::COLUMN.year.eq(i16::try_from(wanted.academic_year).unwrap_or(0)));
    let windows = Scoped::<assessment_window::Entity>::of(viewer)
        .filter(assessment_window::Column::AcademicYearId.in_subquery(years.ids()))
        .filter(assessment_window::COLUMN.term.eq(wanted.window));
    let subjects = Scoped::<subject::Entity>::of(viewer).filter(subject::COLUMN.code.eq(wanted.subject.as_str()));
    Scoped::<moderation_exercise::Entity>::of(viewer)
        .filter(C::SubjectId.in_subquery(subjects.ids()))
        .filter(C::WindowId.in_subquery(windows.ids()))
        .filter(moderation_exercise::COLUMN.level.eq(wanted.level))
}

/// The grades of the exercises' framework that have a rank, lowest first.
async fn ranked_grades(
    db: &Db,
    viewer: &Viewer,
    exercises: Scoped<moderation_exercise::Entity>,
) -> Result<Vec<grade::Model>> {
    let frameworks = exercises.values_of(moderation_exercise::Column::FrameworkId);
    let wanted =
        Condition::all().add(grade::Column::FrameworkId.in_subquery(frameworks)).add(grade::Column::Rank.is_not_null());
    let mut grades = db.all(Scoped::<grade::Entity>::of(viewer).filter(wanted)).await?;
    grades.sort_by_key(|grade| grade.rank);
    Ok(grades)
}

/// What a cell of true counts is counted by, beside its place: with the school and year group, its stratum.
#[derive(Debug, FromQueryResult)]
pub struct Drawn {
    /// The exercise.
    pub exercise_id: Uuid,
    /// With which grade the first one is compared.
    pub basis: AgreementBasis,
    /// Who judged a second time; the nil UUID where nobody did.
    pub moderator_id: Uuid,
    /// The grade of the first judgement.
    pub first_grade_id: Uuid,
    /// The grade that it is compared with.
    pub moderated_grade_id: Uuid,
}

/// The cells of some exercises, as far as the viewer may see them.
async fn moderated(db: &Db, viewer: &Viewer, exercises: &[Uuid], dimensions: Dimensions) -> Result<Vec<Cell<Drawn>>> {
    use agreement_cell::Column as C;
    let cells = Scoped::<agreement_cell::Entity>::of(viewer).filter(C::ExerciseId.is_in(exercises.iter().copied()));
    let of_stratum = [Dimension::School, Dimension::Class, Dimension::YearGroup];
    let by = [C::ExerciseId, C::Basis, C::ModeratorId, C::FirstGradeId, C::ModeratedGradeId];
    db.figures(summed(cells, dimensions, &of_stratum, &by)).await
}

/// The latest edition of each of some exercises, as far as the viewer may see them.
async fn latest_editions(
    db: &Db,
    viewer: &Viewer,
    exercises: Scoped<moderation_exercise::Entity>,
) -> Result<Vec<agreement_edition::Model>> {
    let editions = Scoped::<agreement_edition::Entity>::of(viewer)
        .filter(agreement_edition::Column::ExerciseId.in_subquery(exercises.ids()));
    let mut latest: BTreeMap<Uuid, agreement_edition::Model> = BTreeMap::new();
    for edition in db.all(editions).await? {
        match latest.get(&edition.exercise_id) {
            Some(later) if later.number > edition.number => {}
            _ => _ = latest.insert(edition.exercise_id, edition),
        }
    }
    Ok(latest.into_values().collect())
}

/// What a protected cell is counted by, beside its place.
#[derive(Debug, FromQueryResult)]
pub struct Protected {
    /// With which grade the first one is compared.
    pub basis: AgreementBasis,
    /// The grade of the first judgement.
    pub first_grade_id: Uuid,
    /// The grade that it is compared with.
    pub moderated_grade_id: Uuid,
    /// How many judgements each of these stands for, in thousandths.
    pub weight: i32,
    /// Whether a chain of moderators links the school to the others.
    pub is_linked: bool,
}

/// The cells of some editions.
pub async fn protected(
    db: &Db,
    viewer: &Viewer,
    editions: &[Uuid],
    dimensions: Dimensions,
) -> Result<Vec<Cell<Protected>>> {
    use agreement_edition_cell::Column as C;
    let cells =
        Scoped::<agreement_edition_cell::Entity>::of(viewer).filter(C::EditionId.is_in(editions.iter().copied()));
    let by = [C::Basis, C::FirstGradeId, C::ModeratedGradeId, C::Weight, C::IsLinked];
    db.figures(summed(cells, dimensions, &[], &by)).await
}

/// How much of a sample was judged.
#[derive(Debug, FromQueryResult)]
pub struct Progress {
    /// The exercise.
    pub exercise_id: Uuid,
    /// How many works were drawn.
    pub sampled: i64,
    /// How many of them were judged a second time.
    pub judged: i64,
}

/// How far exercises have come, over all schools. This counts rows that the viewer may not see; the viewer is told
/// tenths alone.
pub async fn progress(db: &Db, exercises: &[Uuid]) -> Result<BTreeMap<Uuid, Progress>> {
    if exercises.is_empty() {
        return Ok(BTreeMap::new());
    }
    let works = ProgressOfExercises
        .of::<sampled_work::Entity>()
        .filter(sampled_work::Column::ExerciseId.is_in(exercises.iter().copied()));
    let judgements = sampled_work::Entity::belongs_to(second_judgement::Entity)
        .from(sampled_work::Column::Id)
        .to(second_judgement::Column::WorkId);
    let current = Condition::all().add(second_judgement::COLUMN.is_current.eq(true));
    let judgements = RelationDef::from(judgements).on_condition(move |_, _| current.clone());
    let counted = works.aggregate(|select| {
        select
            .join(JoinType::LeftJoin, judgements)
            .column(sampled_work::Column::ExerciseId)
            .column_as(Expr::col((sampled_work::Entity, sampled_work::Column::Id)).count_distinct(), "sampled")
            .column_as(
                Expr::col((second_judgement::Entity, second_judgement::Column::WorkId)).count_distinct(),
                "judged",
            )
            .group_by(sampled_work::Column::ExerciseId)
    });
    let counted: Vec<Progress> = db.figures(counted).await?;
    Ok(counted.into_iter().map(|progress| (progress.exercise_id, progress)).collect())
}

/// How many judgements there are in a stratum: an exercise, school, class, year group and first grade.
#[derive(Debug, FromQueryResult)]
pub struct StratumRow {
    /// The exercise.
    pub exercise_id: Uuid,
    /// The school.
    pub school_id: Uuid,
    /// The class; none in samples that were drawn by school.
    pub class_id: Option<Uuid>,
    /// The year group.
    pub year_group: YearGroup,
    /// The first grade.
    pub first_grade_id: Uuid,
    /// How many.
    pub judgements: i64,
}

/// The strata of some exercises, read for the whole trust whoever asks: the weight of a judgement in the viewer's own
/// class depends on its whole stratum. Only weights are made from them.
async fn strata(db: &Db, exercises: &[Uuid]) -> Result<Vec<StratumRow>> {
    use sample_stratum::Column as S;
    let drawn = WholeStrata.of::<sample_stratum::Entity>().filter(S::ExerciseId.is_in(exercises.iter().copied()));
    let sizes = drawn.aggregate(|select| {
        let select = select.columns([S::ExerciseId, S::SchoolId, S::ClassId, S::YearGroup]);
        select.column_as(S::GradeId, "first_grade_id").column_as(Expr::col(S::Size).cast_as("bigint"), "judgements")
    });
    db.figures(sizes).await
}

/// How much of a stratum was moderated, by one basis.
#[derive(Debug, FromQueryResult)]
pub struct ModeratedRow {
    /// The stratum, and how many of its judgements have the grade.
    #[sea_orm(nested)]
    pub of: StratumRow,
    /// Which grade.
    pub basis: AgreementBasis,
}

/// How much of the strata was moderated, for the whole trust as in [`strata`].
async fn moderated_in_strata(db: &Db, exercises: &[Uuid]) -> Result<Vec<ModeratedRow>> {
    use agreement_cell::Column as C;
    let keys = [C::ExerciseId, C::SchoolId, C::ClassId, C::YearGroup, C::FirstGradeId, C::Basis];
    let cells = WholeStrata
        .of::<agreement_cell::Entity>()
        .filter(C::ExerciseId.is_in(exercises.iter().copied()))
        .filter(C::Attribute.eq(GroupAttribute::All));
    let moderated = cells.aggregate(|select| {
        let select = select.columns(keys).column_as(Expr::col(C::Pupils).sum().cast_as("bigint"), "judgements");
        keys.into_iter().fold(select, QuerySelect::group_by)
    });
    db.figures(moderated).await
}

/// A school and a moderator who judged its work.
#[derive(Debug, FromQueryResult)]
struct Moderated {
    school_id: Uuid,
    moderator_id: Uuid,
}

/// Who judged work of which school. Read for the whole trust whoever asks, and used only to find which schools are
/// linked.
async fn judged(db: &Db, exercises: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
    let judgements = ModeratorsInCommon
        .of::<second_judgement::Entity>()
        .filter(second_judgement::Column::ExerciseId.is_in(exercises.iter().copied()))
        .filter(second_judgement::COLUMN.is_current.eq(true));
    let works = second_judgement::Entity::belongs_to(sampled_work::Entity)
        .from(second_judgement::Column::WorkId)
        .to(sampled_work::Column::Id);
    let pairs = judgements.aggregate(|select| {
        select
            .join(JoinType::InnerJoin, works.into())
            .column(sampled_work::Column::SchoolId)
            .column(second_judgement::Column::ModeratorId)
            .distinct()
    });
    let pairs: Vec<Moderated> = db.figures(pairs).await?;
    Ok(pairs.into_iter().map(|pair| (pair.school_id, pair.moderator_id)).collect())
}

/// What a cell of all judgements is counted by, beside its place.
#[derive(Debug, FromQueryResult)]
pub struct Judged {
    /// The grade.
    pub grade_id: Uuid,
}

/// What there was to sample: the ranked judgements of the window and subject, as far as the viewer may see them.
async fn judgeable(db: &Db, viewer: &Viewer, question: &Question, dimensions: Dimensions) -> Result<Vec<Cell<Judged>>> {
    use judgement_cell::Column as C;
    let cells = Scoped::<judgement_cell::Entity>::of(viewer)
        .filter(C::WindowId.eq(question.window))
        .filter(C::SubjectId.eq(question.subject))
        .filter(C::GradeId.is_in(question.grades.iter().map(|grade| grade.id)));
    let of_stratum = [Dimension::School, Dimension::Class, Dimension::YearGroup];
    // Not everybody who may see the pupils may see them by group.
    db.figures(summed(cells, dimensions.of_places(), &of_stratum, &[C::GradeId])).await
}

/// How many works were drawn, as far as the viewer may see their cells.
async fn sampled(db: &Db, viewer: &Viewer, exercises: &[Uuid]) -> Result<u64> {
    use sampled_work::Column as C;
    let mut works =
        ProgressOfExercises.of::<sampled_work::Entity>().filter(C::ExerciseId.is_in(exercises.iter().copied()));
    if !sees_whole_trust(viewer) {
        works = works.filter(own_released_works(viewer));
    }
    Ok(db.figures(works.counted()).await?.first().map_or(0, |works| works.count.unsigned_abs()))
}

/// How far moderators differ in the exercises, as it was worked out with their latest editions. Read for the whole trust whoever
/// asks: a class alone does not tell it.
async fn moderators(db: &Db, exercises: &[Uuid]) -> Result<Moderators> {
    use agreement_edition::Column as C;
    #[derive(FromQueryResult)]
    struct Edition {
        exercise_id: Uuid,
        number: i32,
        moderators: Option<serde_json::Value>,
    }
    let editions = HowModeratorsDiffer
        .of::<agreement_edition::Entity>()
        .filter(C::ExerciseId.is_in(exercises.iter().copied()))
        .aggregate(|select| select.columns([C::ExerciseId, C::Number, C::Moderators]));
    let mut editions: Vec<Edition> = db.figures(editions).await?;
    editions.sort_unstable_by_key(|edition| edition.number);
    let latest: BTreeMap<Uuid, Edition> = editions.into_iter().map(|edition| (edition.exercise_id, edition)).collect();
    Ok(Moderators::together(latest.into_values().filter_map(|edition| kept(edition.moderators))))
}

/// How far moderators differ, as it is kept with an edition; none in editions of earlier builds.
pub fn kept(moderators: Option<serde_json::Value>) -> Option<Moderators> {
    serde_json::from_value(moderators?)
        .inspect_err(|error| tracing::warn!(%error, "an edition's moderators are not read"))
        .ok()
}

/// All that exact figures are made of.
pub struct Counted {
    /// What was moderated.
    pub cells: Vec<Cell<Drawn>>,
    /// The strata that were drawn from.
    pub strata: Vec<StratumRow>,
    /// How much of them was moderated.
    pub moderated_in_strata: Vec<ModeratedRow>,
    /// Schools, each with a moderator who judged its work.
    pub judged: Vec<(Uuid, Uuid)>,
    /// What there was to sample.
    pub judgeable: Vec<Cell<Judged>>,
    /// How many works were drawn.
    pub sampled: u64,
    /// How far moderators differ.
    pub moderators: Moderators,
}

/// Reads everything from which exact figures are made, all at once.
///
/// # Errors
/// The database failed.
pub async fn counted(db: &Db, viewer: &Viewer, question: &Question, dimensions: Dimensions) -> Result<Counted> {
    let ids = question.ids();
    let (cells, strata, moderated_in_strata, judged, judgeable, sampled, moderators) = tokio::try_join!(
        moderated(db, viewer, &ids, dimensions),
        strata(db, &ids),
        moderated_in_strata(db, &ids),
        judged(db, &ids),
        judgeable(db, viewer, question, dimensions),
        sampled(db, viewer, &ids),
        moderators(db, &ids),
    )?;
    Ok(Counted { cells, strata, moderated_in_strata, judged, judgeable, sampled, moderators })
}
