//! The reads of `moderationAgreement`: a fixed number of statements, all on cells.

use std::collections::BTreeMap;

use plumbline_entity::{
    academic_year, agreement_cell, agreement_edition, agreement_edition_cell, assessment_window,
    assessment_window::Term, grade, judgement_cell, judgement_cell::GroupAttribute, moderation_exercise,
    moderation_exercise::ModerationLevel, phase, sample_stratum, sampled_work, second_judgement, year_group::YearGroup,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, QuerySelect, RelationDef};
use uuid::Uuid;

use crate::{
    auth::Viewer,
    comparison::policy::{ModeratedAt, sees_whole_trust, within_own},
    db::{Db, Read, Scoped},
    error::Result,
};

/// The window of a term in an academic year.
pub(super) async fn window(
    db: &Db,
    viewer: &Viewer,
    year: i32,
    term: Term,
) -> Result<Option<assessment_window::Model>> {
    let years = Scoped::<academic_year::Entity>::of(viewer)
        .filter(academic_year::COLUMN.year.eq(i16::try_from(year).unwrap_or(0)));
    let wanted = Condition::all()
        .add(assessment_window::Column::AcademicYearId.in_subquery(years.ids()))
        .add(assessment_window::COLUMN.term.eq(term));
    db.one(Scoped::<assessment_window::Entity>::of(viewer).filter(wanted)).await
}

/// The exercises of a subject and window at a level.
pub(super) async fn exercises(
    db: &Db,
    viewer: &Viewer,
    subject: Uuid,
    window: Uuid,
    level: ModerationLevel,
) -> Result<Vec<moderation_exercise::Model>> {
    let wanted = Condition::all()
        .add(moderation_exercise::COLUMN.subject_id.eq(subject))
        .add(moderation_exercise::COLUMN.window_id.eq(window))
        .add(moderation_exercise::COLUMN.level.eq(level));
    db.all(Scoped::<moderation_exercise::Entity>::of(viewer).filter(wanted)).await
}

/// The grades of a framework that have a rank, lowest first.
pub(super) async fn ranked_grades(db: &Db, viewer: &Viewer, framework: Uuid) -> Result<Vec<grade::Model>> {
    let wanted = Condition::all().add(grade::COLUMN.framework_id.eq(framework)).add(grade::Column::Rank.is_not_null());
    let mut grades = db.all(Scoped::<grade::Entity>::of(viewer).filter(wanted)).await?;
    grades.sort_by_key(|grade| grade.rank);
    Ok(grades)
}

/// The phases of the trust.
pub(super) async fn phases(db: &Db, viewer: &Viewer) -> Result<Vec<phase::Model>> {
    db.all(Scoped::<phase::Entity>::of(viewer)).await
}

/// Moderated judgements of one grade pair in a class, year group and pupil group.
#[derive(Debug, FromQueryResult)]
pub(super) struct Moderated {
    pub exercise_id: Uuid,
    pub school_id: Uuid,
    pub class_id: Uuid,
    pub year_group: YearGroup,
    pub group_value: String,
    pub first_grade_id: Uuid,
    pub moderated_grade_id: Uuid,
    pub pupils: i32,
}

/// The cells of some exercises, split by one attribute, as far as the viewer may see them.
pub(super) async fn moderated(
    db: &Db,
    viewer: &Viewer,
    exercises: &[Uuid],
    by: GroupAttribute,
) -> Result<Vec<Moderated>> {
    use agreement_cell::Column as C;
    let cells = Scoped::<agreement_cell::Entity>::of(viewer)
        .filter(C::ExerciseId.is_in(exercises.iter().copied()))
        .filter(C::Attribute.eq(by));
    let columns = [
        C::ExerciseId,
        C::SchoolId,
        C::ClassId,
        C::YearGroup,
        C::GroupValue,
        C::FirstGradeId,
        C::ModeratedGradeId,
        C::Pupils,
    ];
    db.figures(cells.aggregate(|select| select.columns(columns))).await
}

/// The latest edition of each of some exercises, as far as the viewer may see them.
pub(super) async fn latest_editions(
    db: &Db,
    viewer: &Viewer,
    exercises: &[Uuid],
) -> Result<Vec<agreement_edition::Model>> {
    let editions = Scoped::<agreement_edition::Entity>::of(viewer)
        .filter(agreement_edition::Column::ExerciseId.is_in(exercises.iter().copied()));
    let mut latest: BTreeMap<Uuid, agreement_edition::Model> = BTreeMap::new();
    for edition in db.all(editions).await? {
        match latest.get(&edition.exercise_id) {
            Some(later) if later.number > edition.number => {}
            _ => _ = latest.insert(edition.exercise_id, edition),
        }
    }
    Ok(latest.into_values().collect())
}

/// A protected cell of an edition.
#[derive(Debug, FromQueryResult)]
pub(super) struct Protected {
    pub school_id: Uuid,
    pub class_id: Uuid,
    pub year_group: YearGroup,
    pub group_value: String,
    pub first_grade_id: Uuid,
    pub moderated_grade_id: Uuid,
    pub weight: i32,
    pub is_linked: bool,
    pub pupils: i32,
}

/// The cells of some editions, split by one attribute.
pub(super) async fn protected(
    db: &Db,
    viewer: &Viewer,
    editions: &[Uuid],
    by: GroupAttribute,
) -> Result<Vec<Protected>> {
    use agreement_edition_cell::Column as C;
    let cells = Scoped::<agreement_edition_cell::Entity>::of(viewer)
        .filter(C::EditionId.is_in(editions.iter().copied()))
        .filter(C::Attribute.eq(by));
    let columns = [
        C::SchoolId,
        C::ClassId,
        C::YearGroup,
        C::GroupValue,
        C::FirstGradeId,
        C::ModeratedGradeId,
        C::Weight,
        C::IsLinked,
        C::Pupils,
    ];
    db.figures(cells.aggregate(|select| select.columns(columns))).await
}

/// How much of a sample was judged.
#[derive(Debug, FromQueryResult)]
pub(super) struct Progress {
    pub exercise_id: Uuid,
    pub sampled: i64,
    pub judged: i64,
}

/// How far exercises have come, over all their schools: counted past the viewer's own scope, who is told tenths of it.
pub(super) async fn progress(db: &Db, viewer: &Viewer, exercises: &[Uuid]) -> Result<BTreeMap<Uuid, Progress>> {
    if exercises.is_empty() {
        return Ok(BTreeMap::new());
    }
    let whole = Viewer::operator(viewer.trust(), viewer.today());
    let works = Scoped::<sampled_work::Entity>::of(&whole)
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

/// A stratum of the sample: its size, and how much of it was moderated.
#[derive(Debug, FromQueryResult)]
pub(super) struct StratumRow {
    pub exercise_id: Uuid,
    pub school_id: Uuid,
    pub year_group: YearGroup,
    pub grade_id: Uuid,
    pub size: i32,
}

/// Moderated judgements by stratum.
#[derive(Debug, FromQueryResult)]
pub(super) struct ModeratedInStratum {
    pub exercise_id: Uuid,
    pub school_id: Uuid,
    pub year_group: YearGroup,
    pub first_grade_id: Uuid,
    pub pupils: i64,
}

/// The strata of some exercises. They are read for the whole trust, whoever asks: the weight of a
/// judgement in one's own class depends on its whole stratum. Nothing but weights is made of them.
pub(super) async fn strata(
    db: &Db,
    viewer: &Viewer,
    exercises: &[Uuid],
) -> Result<(Vec<StratumRow>, Vec<ModeratedInStratum>)> {
    use agreement_cell::Column as C;
    use sample_stratum::Column as S;
    let whole = Viewer::operator(viewer.trust(), viewer.today());
    let drawn = Scoped::<sample_stratum::Entity>::of(&whole).filter(S::ExerciseId.is_in(exercises.iter().copied()));
    let columns = [S::ExerciseId, S::SchoolId, S::YearGroup, S::GradeId, S::Size];
    let strata = db.figures(drawn.aggregate(|select| select.columns(columns))).await?;
    let keys = [C::ExerciseId, C::SchoolId, C::YearGroup, C::FirstGradeId];
    let cells = Scoped::<agreement_cell::Entity>::of(&whole)
        .filter(C::ExerciseId.is_in(exercises.iter().copied()))
        .filter(C::Attribute.eq(GroupAttribute::All));
    let moderated = cells.aggregate(|select| {
        let select = select.columns(keys).column_as(Expr::col(C::Pupils).sum().cast_as("bigint"), "pupils");
        keys.into_iter().fold(select, QuerySelect::group_by)
    });
    Ok((strata, db.figures(moderated).await?))
}

/// A school and a moderator who judged its work.
#[derive(Debug, FromQueryResult)]
pub(super) struct Judged {
    pub school_id: Uuid,
    pub moderator_id: Uuid,
}

/// Who judged work of which school. Read for the whole trust, whoever asks, and used for nothing but
/// which schools are linked.
pub(super) async fn judged(db: &Db, viewer: &Viewer, exercises: &[Uuid]) -> Result<Vec<Judged>> {
    let whole = Viewer::operator(viewer.trust(), viewer.today());
    let judgements = Scoped::<second_judgement::Entity>::of(&whole)
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
    db.figures(pairs).await
}

/// What there was to sample: judgements of the window and subject.
#[derive(Debug, Default, FromQueryResult)]
pub(super) struct Judgeable {
    pub pupils: Option<i64>,
    pub schools: i64,
}

/// Pupils with a ranked judgement in the window and subject, and the schools they are of, as far as the viewer may see them.
pub(super) async fn judgeable(
    db: &Db,
    viewer: &Viewer,
    window: Uuid,
    subject: Uuid,
    grades: &[Uuid],
) -> Result<Judgeable> {
    use judgement_cell::Column as C;
    let cells = Scoped::<judgement_cell::Entity>::of(viewer)
        .filter(C::WindowId.eq(window))
        .filter(C::SubjectId.eq(subject))
        .filter(C::Attribute.eq(GroupAttribute::All))
        .filter(C::GradeId.is_in(grades.iter().copied()));
    let sums = cells.aggregate(|select| {
        select
            .column_as(Expr::col(C::Pupils).sum().cast_as("bigint"), "pupils")
            .column_as(Expr::col(C::SchoolId).count_distinct(), "schools")
    });
    Ok(db.figures(sums).await?.pop().unwrap_or_default())
}

/// How many works were drawn, as far as the viewer may see their cells.
pub(super) async fn sampled(db: &Db, viewer: &Viewer, exercises: &[Uuid]) -> Result<u64> {
    use sampled_work::Column as C;
    let whole = Viewer::operator(viewer.trust(), viewer.today());
    let mut works = Scoped::<sampled_work::Entity>::of(&whole).filter(C::ExerciseId.is_in(exercises.iter().copied()));
    if !sees_whole_trust(viewer) {
        let at =
            ModeratedAt { school: C::SchoolId, class: C::ClassId, year_group: C::YearGroup, exercise: C::ExerciseId };
        works = works.filter(within_own(viewer, at, &Condition::all()));
    }
    db.count(works).await
}
