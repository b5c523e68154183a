//! `exerciseSample`: how much is drawn for an exercise, and from where; of a draft, how much would be.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Context, SimpleObject};
use chrono::NaiveDate;
use plumbline_entity::{
    appointment, appointment::Role, grade, judgement_cell, judgement_cell::GroupAttribute, moderation_exercise,
    moderation_exercise::ExerciseState, sample_stratum, year_group::YearGroup,
};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, Condition, FromQueryResult, QuerySelect as _};
use uuid::Uuid;

use super::{
    policy::runs_exercises,
    rules::{StratumKey, grades_at_boundary, rule_of, sizes_of_sample},
    types::ModerationExercise,
};
use crate::{
    db::{Db, PreviewingASample, Read as _, Reason as _, Scoped},
    error::{Error, Result},
    graphql::{Ref, RequestContext as _, cost::list_size, load, runs_on},
    organisation::School,
};

/// How much is drawn for an exercise, and from where.
#[derive(SimpleObject)]
pub struct ExerciseSample {
    /// Whether it is drawn; of a draft, it is what would be drawn now.
    is_drawn: bool,
    /// Judgements from which it is drawn.
    judgements: i64,
    /// Works that are drawn.
    works: i64,
    /// Moderators who hold their appointment today.
    moderators: i64,
    /// Works for each moderator if they are spread evenly, rounded up; null while there is no moderator.
    works_per_moderator: Option<i64>,
    /// From where, in the order of ids.
    #[graphql(directive = list_size::apply(Some(20), None, None))]
    schools: Vec<SchoolSample>,
}

/// How much is drawn from a school.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SchoolSample {
    #[graphql(skip)]
    school: Uuid,
    /// Classes with work to draw from.
    classes: i64,
    /// Judgements from which it is drawn.
    judgements: i64,
    /// Works that are drawn.
    works: i64,
    /// Moderators who may judge them: those who hold no appointment in the school.
    moderators: i64,
}

#[async_graphql::ComplexObject]
impl SchoolSample {
    /// The school; null where you may not see it.
    async fn school(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<School>> {
        Ok(load(ctx, self.school).await?)
    }
}

#[derive(FromQueryResult)]
struct Judged {
    school_id: Uuid,
    class_id: Uuid,
    year_group: YearGroup,
    grade_id: Uuid,
    pupils: i64,
}

/// How much is drawn for an exercise. Four statements at the most, whatever the trust.
///
/// # Errors
/// There is no such exercise, or the viewer does not run exercises. Or the database failed.
pub async fn sample_of(ctx: &Context<'_>, exercise: Ref<ModerationExercise>) -> Result<ExerciseSample> {
    let viewer = ctx.viewer()?;
    if !runs_exercises(viewer) {
        return Err(Error::Forbidden(
            "How much is drawn from which school is told to those who run exercises: trust leads.".to_owned(),
        ));
    }
    let found: Option<ModerationExercise> = load(ctx, exercise.uuid()).await?;
    let Some(ModerationExercise(exercise)) = found else {
        return Err(Error::bad_input("There is no exercise of this id that you may see."));
    };
    let db = ctx.db()?;
    let is_drawn = exercise.state != ExerciseState::Draft;
    let strata = if is_drawn { drawn(ctx, &exercise).await? } else { to_be_drawn(ctx, &exercise).await? };
    let held = || Scoped::<appointment::Entity>::of(viewer).filter(today(viewer.today()));
    let moderate = held().filter(appointment::COLUMN.role.eq(Role::Moderator));
    let theirs = held()
        .filter(appointment::Column::StaffMemberId.in_subquery(moderate.values_of(appointment::Column::StaffMemberId)));
    let appointments = db.all(theirs).await?;
    let moderators: BTreeSet<Uuid> = appointments.iter().map(|held| held.staff_member_id).collect();
    let mut from: BTreeMap<Uuid, SchoolSample> = BTreeMap::new();
    let mut classes: BTreeSet<Uuid> = BTreeSet::new();
    for stratum in strata {
        let school = from.entry(stratum.school).or_insert_with(|| {
            let of_it = appointments.iter().filter(|held| held.school_id == Some(stratum.school));
            let own: BTreeSet<Uuid> = of_it.map(|held| held.staff_member_id).collect();
            let moderators = count(moderators.difference(&own).count());
            SchoolSample { school: stratum.school, classes: 0, judgements: 0, works: 0, moderators }
        });
        school.classes += i64::from(stratum.class.is_some_and(|class| classes.insert(class)));
        school.judgements += count(stratum.size);
        school.works += count(stratum.drawn);
    }
    let schools: Vec<SchoolSample> = from.into_values().collect();
    let works: i64 = schools.iter().map(|school| school.works).sum();
    let moderators = count(moderators.len());
    Ok(ExerciseSample {
        is_drawn,
        judgements: schools.iter().map(|school| school.judgements).sum(),
        works,
        moderators,
        works_per_moderator: (moderators > 0).then(|| (works + moderators - 1) / moderators),
        schools,
    })
}

fn today(day: NaiveDate) -> Condition {
    runs_on(appointment::Column::StartsOn, appointment::Column::EndsOn, day.into())
}

/// A stratum of which something is drawn, or is to be.
struct Stratum {
    school: Uuid,
    class: Option<Uuid>,
    size: usize,
    drawn: usize,
}

async fn drawn(ctx: &Context<'_>, exercise: &moderation_exercise::Model) -> Result<Vec<Stratum>> {
    let strata =
        Scoped::<sample_stratum::Entity>::of(ctx.viewer()?).filter(sample_stratum::COLUMN.exercise_id.eq(exercise.id));
    let whole = |number: i32| usize::try_from(number).unwrap_or_default();
    let stratum = |row: sample_stratum::Model| Stratum {
        school: row.school_id,
        class: row.class_id,
        size: whole(row.size),
        drawn: whole(row.drawn),
    };
    Ok(ctx.db()?.all(strata).await?.into_iter().map(stratum).collect())
}

async fn to_be_drawn(ctx: &Context<'_>, exercise: &moderation_exercise::Model) -> Result<Vec<Stratum>> {
    let db = ctx.db()?;
    let grades =
        Scoped::<grade::Entity>::of(ctx.viewer()?).filter(grade::COLUMN.framework_id.eq(exercise.framework_id));
    let grades = db.all(grades).await?;
    let sizes = sizes(db, exercise, &grades).await?;
    let at_boundary = grades_at_boundary(&grades, exercise.boundary_grade_id);
    let drawn = sizes_of_sample(&sizes, &rule_of(exercise, at_boundary));
    let stratum = |(key, size): (StratumKey, usize)| Stratum {
        school: key.school,
        class: Some(key.class),
        size,
        drawn: drawn.get(&key).copied().unwrap_or_default(),
    };
    Ok(sizes.into_iter().map(stratum).collect())
}

/// How many judgements there are in each stratum. From the cells: they count the current judgements.
async fn sizes(
    db: &Db,
    exercise: &moderation_exercise::Model,
    grades: &[grade::Model],
) -> Result<BTreeMap<StratumKey, usize>> {
    use judgement_cell::Column as C;
    let ranked = grades.iter().filter(|grade| grade.rank.is_some()).map(|grade| grade.id);
    let wanted = Condition::all()
        .add(C::TrustId.eq(exercise.trust_id))
        .add(C::WindowId.eq(exercise.window_id))
        .add(C::SubjectId.eq(exercise.subject_id))
        .add(C::Attribute.eq(GroupAttribute::All))
        .add(C::GradeId.is_in(ranked));
    let judged = PreviewingASample.of::<judgement_cell::Entity>().filter(wanted).aggregate::<Judged>(|select| {
        let pupils = Expr::col((judgement_cell::Entity, C::Pupils)).sum();
        let by = [C::SchoolId, C::ClassId, C::YearGroup, C::GradeId];
        by.into_iter().fold(select.column_as(pupils, "pupils"), |select, column| select.column(column).group_by(column))
    });
    let strata = db.figures(judged).await?.into_iter().map(|row| {
        let key =
            StratumKey { school: row.school_id, class: row.class_id, year_group: row.year_group, grade: row.grade_id };
        (key, usize::try_from(row.pupils).unwrap_or_default())
    });
    Ok(strata.collect())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
