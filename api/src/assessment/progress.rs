//! How far the judging of a subject and window has come, class by class or school by school: what is missing.

use std::collections::HashMap;

use async_graphql::{Context, Enum, Object, Result};
use chrono::NaiveDate;
use plumbline_entity::{assessment_window, enrolment, judgement};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, Condition, FromQueryResult, QuerySelect};
use uuid::Uuid;

use super::{AssessmentWindow, rules};
use crate::{
    curriculum::Subject,
    db::{Aggregate, Read, Scoped},
    error::Error,
    graphql::{Ref, RequestContext, Wraps, always, load, runs_on},
    organisation::{Class, School},
};

/// Most rows of one answer: more than any school has classes.
const MOST_ROWS: usize = 500;

/// By what progress is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ProgressBy {
    /// A row for each class.
    #[default]
    Class,
    /// A row for each school.
    School,
}

/// How many of the pupils of a class or school have a judgement in a subject and window, of those whom you see.
pub struct JudgementProgress {
    place: Place,
    judged: i64,
}

/// How many of the pupils of a class or school have a judgement in a subject and window, of those whom you see.
#[Object]
impl JudgementProgress {
    /// The school.
    async fn school(&self, ctx: &Context<'_>) -> Result<School> {
        Ok(always(ctx, self.place.school_id).await?)
    }

    /// The class; null where progress is told by school.
    async fn class(&self, ctx: &Context<'_>) -> Result<Option<Class>> {
        match self.place.class_id {
            Some(class) => Ok(load(ctx, class).await?),
            None => Ok(None),
        }
    }

    /// Pupils who are in it today, or on the nearest day of the window.
    async fn pupils(&self) -> i64 {
        self.place.pupils
    }

    /// Those of them who have a current judgement, or a code such as the one for absent.
    async fn judged(&self) -> i64 {
        self.judged
    }

    /// Those of them who have none yet: `pupils(filter: { withoutJudgements: .. })` names them.
    async fn missing(&self) -> i64 {
        self.place.pupils - self.judged
    }
}

/// How many pupils are in a place.
#[derive(Clone, Debug, FromQueryResult)]
struct Place {
    school_id: Uuid,
    class_id: Option<Uuid>,
    pupils: i64,
}

/// What progress is asked of.
pub(super) struct Asked {
    pub(super) window: Ref<AssessmentWindow>,
    pub(super) subject: Ref<Subject>,
    pub(super) school: Option<Ref<School>>,
    pub(super) by: ProgressBy,
}

/// The progress of each place where the viewer sees pupils, those with the most missing first. Two statements.
///
/// # Errors
/// There is no such window or subject, there are too many rows for an answer, or the database failed.
pub(super) async fn progress(ctx: &Context<'_>, asked: Asked) -> crate::error::Result<Vec<JudgementProgress>> {
    let (db, viewer) = (ctx.db()?, ctx.viewer()?);
    let (window, subject) = tokio::try_join!(
        load::<AssessmentWindow>(ctx, asked.window.uuid()),
        load::<Subject>(ctx, asked.subject.uuid())
    )?;
    let unknown = |what: &str| Error::bad_input(format!("There is no such {what} that you may see."));
    let window = window.ok_or_else(|| unknown("assessment window"))?;
    let subject = subject.ok_or_else(|| unknown("subject"))?;
    let day = rules::nearest_day(window.row(), viewer.today());
    let in_school = asked.school.map(|school| enrolment::Column::SchoolId.eq(school.uuid()));
    let places = |judged: Option<Condition>| {
        let wanted = Condition::all().add_option(in_school.clone()).add_option(judged);
        counted(Scoped::of(viewer), window.row(), day, wanted, asked.by)
    };
    let judgements = Scoped::<judgement::Entity>::of(viewer);
    if !judgements.may_be_seen() && Scoped::<enrolment::Entity>::of(viewer).may_be_seen() {
        // To whoever sees pupils and no judgement, all would seem to be missing.
        return Err(Error::Forbidden("You may not ask who is judged: you see no judgements.".to_owned()));
    }
    let judged = judgements
        .filter(judgement::COLUMN.window_id.eq(window.row().id))
        .filter(judgement::COLUMN.subject_id.eq(subject.row().id))
        .filter(judgement::COLUMN.is_current.eq(true))
        .values_of(judgement::Column::PupilId);
    let judged = Condition::all().add(enrolment::Column::PupilId.in_subquery(judged));
    let (all, judged) = tokio::try_join!(db.figures(places(None)), db.figures(places(Some(judged))))?;
    if all.len() > MOST_ROWS {
        let message = format!("These are more than {MOST_ROWS} rows. Name a `schoolId`, or ask by SCHOOL.");
        return Err(Error::bad_input(message));
    }
    let judged: HashMap<_, _> =
        judged.into_iter().map(|place| ((place.school_id, place.class_id), place.pupils)).collect();
    let row = |place: Place| {
        let judged = judged.get(&(place.school_id, place.class_id)).copied().unwrap_or(0);
        JudgementProgress { place, judged }
    };
    let mut rows: Vec<_> = all.into_iter().map(row).collect();
    rows.sort_by_key(|row| (row.judged - row.place.pupils, row.place.school_id, row.place.class_id));
    Ok(rows)
}

/// Counts the pupils who are in places of the window's academic year on a day.
fn counted(
    places: Scoped<enrolment::Entity>,
    window: &assessment_window::Model,
    day: NaiveDate,
    wanted: Condition,
    by: ProgressBy,
) -> Aggregate<Place> {
    use enrolment::Column as C;
    let places = places
        .filter(enrolment::COLUMN.academic_year_id.eq(window.academic_year_id))
        .filter(runs_on(C::StartsOn, C::EndsOn, day.into()))
        .filter(wanted);
    places.aggregate(|select| {
        let pupils = Expr::col((enrolment::Entity, C::PupilId)).count_distinct();
        let select = select.column(C::SchoolId).column_as(pupils, "pupils").group_by(C::SchoolId);
        match by {
            ProgressBy::Class => select.column(C::ClassId).group_by(C::ClassId),
            ProgressBy::School => select.expr_as(Expr::null().cast_as("uuid"), "class_id"),
        }
    })
}
