//! `moderationAgreement`: how far first judgements agree with moderated ones, by school, year group, class or pupil
//! group, weighted by the sample design; and `moderationAgreements`, the same for several windows side by side. Those who
//! see the pupils get figures from true counts; those who see none get them from the protected counts of editions.

mod figures;
mod moderators;
mod reads;
mod sample;
mod types;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_graphql::{Context, Object};
use plumbline_disclosure::lots;
use plumbline_entity::{agreement_cell::AgreementBasis, agreement_edition};

use crate::comparison::cube::{
    AnswerKey, Basis, Cell, Dimension, Dimensions, Edition, Provenance, RowKey, Rows, Rules, UnderWay, compared,
    linked_schools, tallied,
};
use crate::{
    audit::Trail,
    auth::Viewer,
    comparison::Resources,
    error::{Error, Result},
    graphql::cost::{list_size, names},
    graphql::{Each, RequestContext},
};
pub use figures::Bases;
use figures::{AgreementMeasure, Alike};
pub use moderators::{JudgedWork, Moderators};
use reads::{Protected, Question};
use sample::{Count, Design, Ranks, Represented, Strata};
use types::{
    AgreementBases, AgreementPopulation, AgreementRow, ModerationAgreement, ModerationAgreementWhere,
    ModerationAgreementsWhere,
};

/// Rows of agreement.
pub type AgreementRows = Rows<AgreementMeasure>;

/// The query `moderationAgreement`.
#[derive(Default)]
pub struct AgreementQuery;

#[Object]
impl AgreementQuery {
    /// How far first judgements agree with moderated ones: agreement, kappa, shift, generosity at each
    /// grade boundary. Trust analysts and leads compare all schools, from protected editions; senior
    /// leaders see their school and class teachers their classes, exactly. All of them once the exercise is released.
    #[graphql(directive = crate::graphql::cost::cost::apply(100), directive = crate::graphql::cost::kept::apply())]
    async fn moderation_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which moderation.", name = "where")] wanted: ModerationAgreementWhere,
        #[graphql(desc = "By what rows are made; nothing gives one row for all.", default)] by: Vec<Dimension>,
        #[graphql(
            desc = "With which grade first ones are compared. Where it is left out, each figure is compared as it is meant to be, which the \
                    answer says: reliability with the blind second judgement, direction with the agreed grade."
        )]
        basis: Option<AgreementBasis>,
    ) -> async_graphql::Result<ModerationAgreement> {
        let asked = Asked { dimensions: Dimensions::read(&by)?, bases: Bases::asked(basis) };
        Ok(answer(ctx.app()?, ctx.viewer()?, ctx.trail()?, &wanted, asked).await?)
    }

    /// `moderationAgreement` of several windows and academic years, side by side: how judging has come along. Each is the answer that
    /// is given of it alone, in the order asked for. Nothing is counted over several windows: they judge the same pupils, or others.
    #[graphql(
        directive = list_size::apply(None, names(&["where.windows"]), None),
        directive = crate::graphql::cost::cost::apply(100),
        directive = crate::graphql::cost::kept::apply()
    )]
    async fn moderation_agreements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which moderations.", name = "where")] wanted: ModerationAgreementsWhere,
        #[graphql(desc = "By what rows are made; nothing gives one row for all of a window.", default)] by: Vec<
            Dimension,
        >,
        #[graphql(desc = "With which grade first ones are compared, as in `moderationAgreement`.")] basis: Option<
            AgreementBasis,
        >,
    ) -> async_graphql::Result<Vec<ModerationAgreement>> {
        let asked = Asked { dimensions: Dimensions::read(&by)?, bases: Bases::asked(basis) };
        let (app, viewer, trail) = (ctx.app()?, ctx.viewer()?, ctx.trail()?);
        let mut answers = Vec::new();
        // One after the other: each takes several connections at once for a moment.
        for wanted in wanted.each()? {
            answers.push(answer(app, viewer, trail, &wanted, asked).await?);
        }
        Ok(answers)
    }
}

/// How rows are made and figures compared.
#[derive(Clone, Copy)]
struct Asked {
    dimensions: Dimensions,
    bases: Bases,
}

async fn answer(
    app: &Resources,
    viewer: &Viewer,
    trail: &Trail,
    wanted: &ModerationAgreementWhere,
    asked: Asked,
) -> Result<ModerationAgreement> {
    let basis = Basis::of(viewer);
    let mut answer = nothing_there(wanted, basis, asked.bases);
    basis.admit(viewer, asked.dimensions, trail)?;
    let Some(question) = reads::question(&app.db, viewer, wanted, basis).await? else {
        reads::refuse_unknown(&app.db, viewer, wanted).await?;
        return Ok(answer);
    };
    let rows = match basis {
        Basis::Seen | Basis::Granted => {
            let exact = exact(app, viewer, &question, asked).await?;
            answer.population = exact.population;
            answer.allows_for_moderators = exact.allows_for_moderators;
            Arc::new(exact.rows)
        }
        Basis::Editions => {
            let (under_way, rows) =
                tokio::try_join!(under_way(app, &question), protected(app, viewer, &question, asked))?;
            answer.allows_for_moderators = moderators_of(&question).differ_in_shift(asked.bases.direction);
            answer.population = protected_population(&question.editions, app.config.disclosure.threshold);
            answer.provenance.under_way = under_way;
            let told = |edition| Edition::told(edition, &question.exercises);
            answer.provenance.editions = question.editions.iter().map(told).collect();
            rows
        }
    };
    answer.rows = rows.iter().map(|(key, row)| AgreementRow::told(key, row, &question.grades)).collect();
    Ok(answer)
}

const fn nothing_there(wanted: &ModerationAgreementWhere, basis: Basis, bases: Bases) -> ModerationAgreement {
    let provenance = Provenance { precision: basis.precision(), editions: Vec::new(), under_way: Vec::new() };
    let population = AgreementPopulation { pupils: None, schools: None, sampled: Some(0), moderated: Some(0) };
    let told = AgreementBases { reliability: bases.reliability, direction: bases.direction };
    ModerationAgreement {
        academic_year: wanted.academic_year,
        term: wanted.window,
        provenance,
        basis: told,
        allows_for_moderators: false,
        population,
        rows: Each(Vec::new()),
    }
}

/// What is counted of a cell, if anything that is asked for is. A row of works that were agreed without a second judgement is none where
/// all is compared with second judgements.
fn asked_for(bases: Bases, count: Option<Count>) -> Option<Count> {
    count.filter(|count| bases.are_by(count.basis))
}

/// Figures from true counts.
struct Exact {
    population: AgreementPopulation,
    allows_for_moderators: bool,
    rows: AgreementRows,
}

/// From the cells that the viewer may see.
async fn exact(
    app: &Resources,
    viewer: &Viewer,
    question: &Question,
    Asked { dimensions, bases }: Asked,
) -> Result<Exact> {
    let counted = reads::counted(&app.db, viewer, question, dimensions).await?;
    let design = Design::new(counted.strata, counted.moderated_in_strata);
    let ranks = Ranks::of(&question.grades);
    let rows: BTreeMap<_, Vec<Count>> =
        tallied(&counted.cells, dimensions, &question.phases, |cell| asked_for(bases, design.count(&ranks, cell)));
    let of_direction = |count: &&Count| count.basis == bases.direction;
    let moderated: u32 = rows.values().flatten().filter(of_direction).map(|count| count.pupils).sum();
    let exercises = question.ids();
    let represented: BTreeMap<RowKey, Represented> =
        tallied(&counted.judgeable, dimensions.of_places(), &question.phases, |cell| {
            design.represented(bases.direction, &exercises, cell)
        });
    let pupils = counted.judgeable.iter().map(|cell| i64::from(cell.pupils)).sum();
    let schools: BTreeSet<_> = counted.judgeable.iter().filter_map(|cell| cell.school_id).collect();
    // Whoever sees no judgement counted none; and until the release the schools do not see what was drawn.
    let counts = !counted.judgeable.is_empty();
    let drawn = counted.sampled > 0 || question.is_released();
    let population = AgreementPopulation {
        pupils: counts.then_some(pupils),
        schools: i64::try_from(schools.len()).ok().filter(|_| counts),
        sampled: i64::try_from(counted.sampled).ok().filter(|_| drawn),
        moderated: drawn.then_some(i64::from(moderated)),
    };
    let allows_for_moderators = counted.moderators.differ_in_shift(bases.direction);
    let measure = AgreementMeasure {
        ranks: question.grades.len(),
        strata: design.strata(),
        bases,
        moderators: counted.moderators,
        alike: Alike::ByRow,
        added_variance: 0.0,
        rules: Rules::withholding(0).comparing(&linked_schools(&counted.judged), rows.keys()),
    };
    let mut rows = compared(&measure, rows);
    for (key, row) in &mut rows {
        if let Ok(figures) = row {
            figures.represented = represented.get(key).copied().and_then(Represented::share);
        }
    }
    Ok(Exact { population, allows_for_moderators, rows })
}

/// From the latest edition of each exercise.
async fn protected(app: &Resources, viewer: &Viewer, question: &Question, asked: Asked) -> Result<Arc<AgreementRows>> {
    let editions: Vec<_> = question.editions.iter().map(|edition| edition.id).collect();
    let threshold = app.config.disclosure.threshold;
    let key = AnswerKey {
        editions: editions.clone(),
        dimensions: asked.dimensions,
        grades: question.grades.iter().map(|grade| grade.id).collect(),
        phases: question.phases.clone(),
        threshold,
    };
    let make = async {
        let cells = reads::protected(&app.db, viewer, &editions, asked.dimensions).await?;
        let question = question.clone();
        // Hundreds of rows take a tenth of a second: beside the threads that serve requests.
        let made = tokio::task::spawn_blocking(move || protected_rows(&question, &cells, asked, threshold));
        made.await.map_err(Error::internal)
    };
    app.answers.agreement.or_made((key, asked.bases), make).await
}

fn protected_rows(
    question: &Question,
    cells: &[Cell<Protected>],
    Asked { dimensions, bases }: Asked,
    threshold: u32,
) -> AgreementRows {
    let ranks = Ranks::of(&question.grades);
    let rows: BTreeMap<_, Vec<Count>> =
        tallied(cells, dimensions, &question.phases, |cell| asked_for(bases, ranks.protected(cell)));
    let linked: BTreeSet<_> = cells.iter().filter(|cell| cell.of.is_linked).filter_map(|cell| cell.school_id).collect();
    let measure = AgreementMeasure {
        ranks: question.grades.len(),
        strata: Strata::Weights,
        bases,
        moderators: moderators_of(question),
        alike: Alike::ByLevel(dimensions),
        added_variance: lots::ADDED_VARIANCE,
        rules: Rules::withholding(threshold).comparing(&linked, rows.keys()),
    };
    compared(&measure, rows)
}

/// How far moderators differ, as it was worked out with the editions.
fn moderators_of(question: &Question) -> Moderators {
    Moderators::together(question.editions.iter().filter_map(|edition| reads::kept(edition.moderators.clone())))
}

/// How far the exercises have come that have no edition.
async fn under_way(app: &Resources, question: &Question) -> Result<Vec<UnderWay>> {
    let ids: Vec<_> = question.under_way().map(|exercise| exercise.id).collect();
    let progress = reads::progress(&app.db, &ids).await?;
    let told = question.under_way().map(|exercise| {
        let (sampled, judged) =
            progress.get(&exercise.id).map_or((0, 0), |progress| (progress.sampled, progress.judged));
        UnderWay::told(exercise, sampled, judged)
    });
    Ok(told.collect())
}

/// What the editions were made of. Small numbers are left out; and where there is no edition, nothing was counted.
fn protected_population(editions: &[agreement_edition::Model], threshold: u32) -> AgreementPopulation {
    let most = |of: fn(&agreement_edition::Model) -> i32| editions.iter().map(of).max().unwrap_or(0);
    let sum = |of: fn(&agreement_edition::Model) -> i32| editions.iter().map(of).map(i64::from).sum::<i64>();
    let told = |count: i64| {
        Some(count).filter(|count| !editions.is_empty() && (*count == 0 || *count >= i64::from(threshold)))
    };
    AgreementPopulation {
        // Exercises of one subject and window judge the same pupils.
        pupils: told(i64::from(most(|edition| edition.pupils))),
        schools: (!editions.is_empty()).then(|| i64::from(most(|edition| edition.schools))),
        sampled: told(sum(|edition| edition.sampled)),
        moderated: told(sum(|edition| edition.moderated)),
    }
}
