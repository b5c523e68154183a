//! The root field `moderationAgreement`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_graphql::{Context, Object};
use plumbline_entity::{agreement_edition, grade, moderation_exercise};
use uuid::Uuid;

use super::keys::{AgreementDimension, Dimensions, RowKey};
use super::rows::{Outcome, answered};
use super::types::{
    AgreementEdition, AgreementPopulation, AgreementUnderWay, ModerationAgreement, ModerationAgreementWhere,
};
use super::{exact, protected, store};
use crate::{
    audit::Trail,
    auth::Viewer,
    comparison::{
        Basis as App,
        frame::FigurePrecision,
        policy::{sees_exact_figures, sees_whole_trust},
    },
    curriculum::subject_by_code,
    error::{Error, Result},
    graphql::RequestContext,
};

/// The query `moderationAgreement`.
#[derive(Default)]
pub struct AgreementQuery;

#[Object]
impl AgreementQuery {
    /// How far first judgements agree with moderated ones: agreement, kappa, shift, generosity at each
    /// grade boundary. Trust analysts and leads compare all schools, from protected editions; senior
    /// leaders see their school and class teachers their classes, exactly. All of them once the exercise is released.
    #[graphql(directive = crate::graphql::cost::cost::apply(100))]
    async fn moderation_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which moderation.", name = "where")] wanted: ModerationAgreementWhere,
        #[graphql(desc = "By what rows are made; nothing gives one row for all.", default)] by: Vec<AgreementDimension>,
    ) -> async_graphql::Result<ModerationAgreement> {
        Ok(answer(ctx.app()?, ctx.viewer()?, ctx.trail()?, &wanted, Dimensions::read(&by)?).await?)
    }
}

/// A question in ids: exercises whose grades can be counted together.
pub(super) struct Question {
    pub subject: Uuid,
    pub window: Uuid,
    pub exercises: Vec<moderation_exercise::Model>,
    /// The grades that have a rank, lowest first.
    pub grades: Vec<grade::Model>,
}

impl Question {
    pub(super) fn ids(&self) -> Vec<Uuid> {
        self.exercises.iter().map(|exercise| exercise.id).collect()
    }

    /// The exercises of which there is no edition.
    fn under_way(&self, editions: &[agreement_edition::Model]) -> Vec<&moderation_exercise::Model> {
        let made =
            |exercise: &&moderation_exercise::Model| editions.iter().any(|edition| edition.exercise_id == exercise.id);
        self.exercises.iter().filter(|exercise| !made(exercise)).collect()
    }
}

/// Finds what is asked about; `None` where there is no such moderation for the viewer.
async fn question(app: &App, viewer: &Viewer, wanted: &ModerationAgreementWhere) -> Result<Option<Question>> {
    let db = &app.db;
    let (Some(subject), Some(window)) = (
        subject_by_code(db, viewer, &wanted.subject).await?,
        store::window(db, viewer, wanted.academic_year, wanted.window).await?,
    ) else {
        return Ok(None);
    };
    let exercises = store::exercises(db, viewer, subject.id, window.id, wanted.level).await?;
    let frameworks: BTreeSet<Uuid> = exercises.iter().map(|exercise| exercise.framework_id).collect();
    let framework = match frameworks.iter().copied().collect::<Vec<_>>().as_slice() {
        [] => return Ok(None),
        [framework] => *framework,
        _ => {
            let message =
                "The exercises of this window use different frameworks, whose grades cannot be counted together.";
            return Err(Error::bad_input(message));
        }
    };
    let grades = store::ranked_grades(db, viewer, framework).await?;
    Ok(Some(Question { subject: subject.id, window: window.id, exercises, grades }))
}

async fn answer(
    app: &App,
    viewer: &Viewer,
    trail: &Trail,
    wanted: &ModerationAgreementWhere,
    dimensions: Dimensions,
) -> Result<ModerationAgreement> {
    let is_protected = sees_whole_trust(viewer) && !sees_exact_figures(viewer);
    let precision = if is_protected { FigurePrecision::Protected } else { FigurePrecision::Exact };
    let Some(question) = question(app, viewer, wanted).await? else {
        return Ok(nothing_there(precision));
    };
    let mut answer = nothing_there(precision);
    let outcomes: Arc<BTreeMap<RowKey, Outcome>>;
    if is_protected {
        let editions = store::latest_editions(&app.db, viewer, &question.ids()).await?;
        let without = question.under_way(&editions);
        let ids: Vec<Uuid> = without.iter().map(|exercise| exercise.id).collect();
        let progress = store::progress(&app.db, &ids).await?;
        (answer.population, outcomes) = protected::answer(app, viewer, &question, &editions, dimensions).await?;
        answer.editions = editions.iter().map(|edition| told(&question, edition)).collect();
        answer.under_way = without.into_iter().map(|exercise| under_way(exercise, &progress)).collect();
    } else {
        if sees_whole_trust(viewer) {
            trail.gave_exact_figures();
        }
        let exact = exact::answer(&app.db, viewer, &question, dimensions).await?;
        (answer.population, outcomes) = (exact.0, Arc::new(exact.1));
    }
    answer.rows = answered(&outcomes, &question.grades, dimensions.attribute);
    Ok(answer)
}

const fn nothing_there(precision: FigurePrecision) -> ModerationAgreement {
    let population = AgreementPopulation { pupils: Some(0), schools: 0, sampled: Some(0), moderated: Some(0) };
    ModerationAgreement { precision, editions: Vec::new(), under_way: Vec::new(), population, rows: Vec::new() }
}

fn told(question: &Question, edition: &agreement_edition::Model) -> AgreementEdition {
    let exercise = question.exercises.iter().find(|exercise| exercise.id == edition.exercise_id);
    AgreementEdition {
        exercise: exercise.map(|exercise| exercise.title.clone()).unwrap_or_default(),
        number: edition.number,
        as_of: edition.made_at,
    }
}

/// How far an exercise has come, in steps of ten per cent: too coarse to tell whose work was judged last.
fn under_way(exercise: &moderation_exercise::Model, progress: &BTreeMap<Uuid, store::Progress>) -> AgreementUnderWay {
    let share = progress.get(&exercise.id).map_or(0, |progress| match progress.sampled {
        0 => 0,
        sampled => progress.judged * 10 / sampled * 10,
    });
    AgreementUnderWay {
        exercise: exercise.title.clone(),
        state: exercise.state,
        judged_percent: i32::try_from(share).unwrap_or(0),
    }
}
