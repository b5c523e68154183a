//! The root field `moderationAgreement`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_graphql::{Context, Object};
use plumbline_entity::{grade, judgement_cell::GroupAttribute, year_group::YearGroup};
use sea_orm::Iterable;
use uuid::Uuid;

use super::figures::{Count, Figures, Stratum, figures, shrunken_shifts};
use super::keys::{AgreementDimension, Dimensions, Place, RowKey};
use super::linkage::linked_schools;
use super::store;
use super::types::{
    Agreement, AgreementBoundary, AgreementKey, AgreementMatrixCell, AgreementPopulation, AgreementResult,
    AgreementRow, ModerationAgreement, ModerationAgreementWhere,
};
use crate::{
    app::App,
    auth::Viewer,
    comparison::{
        frame::{NoFigureReason, NotComparable, Withheld},
        policy::sees_whole_trust,
    },
    curriculum::subject_by_code,
    disclosure::Release,
    error::{Error, Result},
    graphql::RequestContext,
};

/// The query `moderationAgreement`.
#[derive(Default)]
pub struct AgreementQuery;

#[Object]
impl AgreementQuery {
    /// How far first judgements agree with moderated ones: agreement, kappa, shift, generosity at each
    /// grade boundary. Trust analysts and leads compare all schools, under disclosure control; senior
    /// leaders see their school and class teachers their classes, once the exercise is released.
    #[graphql(directive = crate::graphql::cost::cost::apply(100))]
    async fn moderation_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which moderation.", name = "where")] wanted: ModerationAgreementWhere,
        #[graphql(desc = "By what rows are made; nothing gives one row for all.", default)] by: Vec<AgreementDimension>,
    ) -> async_graphql::Result<ModerationAgreement> {
        Ok(answer(ctx.app()?, ctx.viewer()?, &wanted, Dimensions::read(&by)?).await?)
    }
}

async fn answer(
    app: &App,
    viewer: &Viewer,
    wanted: &ModerationAgreementWhere,
    dimensions: Dimensions,
) -> Result<ModerationAgreement> {
    let db = &app.db;
    let (Some(subject), Some(window)) = (
        subject_by_code(db, viewer, &wanted.subject).await?,
        store::window(db, viewer, wanted.academic_year, wanted.window).await?,
    ) else {
        return Ok(nothing_there());
    };
    let exercises = store::exercises(db, viewer, subject.id, window.id, wanted.level).await?;
    let frameworks: BTreeSet<Uuid> = exercises.iter().map(|exercise| exercise.framework_id).collect();
    let framework = match frameworks.iter().copied().collect::<Vec<_>>().as_slice() {
        [] => return Ok(nothing_there()),
        [framework] => *framework,
        _ => {
            let message =
                "The exercises of this window use different frameworks, whose grades cannot be counted together.";
            return Err(Error::bad_input(message));
        }
    };
    let ids: Vec<Uuid> = exercises.iter().map(|exercise| exercise.id).collect();
    let grades = store::ranked_grades(db, viewer, framework).await?;
    let phase_of = phase_of(&store::phases(db, viewer).await?);
    let cells = store::moderated(db, viewer, &ids, dimensions.attribute).await?;
    let design = Design::new(&grades, store::strata(db, viewer, &ids).await?);
    let mut rows: BTreeMap<RowKey, Vec<Count>> = BTreeMap::new();
    for cell in &cells {
        let place = Place {
            school: cell.school_id,
            class: cell.class_id,
            year_group: cell.year_group,
            phase: phase_of.get(&cell.year_group).copied(),
            group: &cell.group_value,
        };
        if let Some(count) = design.count(cell) {
            rows.entry(dimensions.key(&place)).or_default().push(count);
        }
    }
    let moderated: u32 = rows.values().flatten().map(|count| count.pupils).sum();
    let (shown, withheld, moderated) = if sees_whole_trust(viewer) {
        let counts = store::lattice_counts(db, viewer, &ids).await?;
        let decision = app.releases.decide(&counts, &phase_of, app.config.disclosure.threshold).await?;
        let releases = decision.rows(dimensions);
        let withheld: Vec<(RowKey, Withheld)> = releases
            .iter()
            .filter_map(|(key, release)| match release {
                Release::Shown => None,
                Release::Withheld(reason) => Some((key.clone(), Withheld { reason: (*reason).into() })),
            })
            .collect();
        rows.retain(|key, _| releases.get(key).is_some_and(|release| release.is_shown()));
        (rows, withheld, decision.total().map(i64::from))
    } else {
        (rows, Vec::new(), Some(i64::from(moderated)))
    };
    let judged = store::judged(db, viewer, &ids).await?;
    let linked = linked_schools(&judged.iter().map(|pair| (pair.school_id, pair.moderator_id)).collect::<Vec<_>>());
    let grade_ids: Vec<Uuid> = grades.iter().map(|grade| grade.id).collect();
    let judgeable = store::judgeable(db, viewer, window.id, subject.id, &grade_ids).await?;
    let sampled = store::sampled(db, viewer, &ids).await?;
    let population = AgreementPopulation {
        pupils: judgeable.pupils.or(Some(0)).filter(|pupils| {
            let small = 1..i64::from(app.config.disclosure.threshold);
            !(sees_whole_trust(viewer) && small.contains(pupils))
        }),
        schools: judgeable.schools,
        // Where the number moderated would give a child away, so would the number drawn.
        sampled: moderated.is_some().then(|| i64::try_from(sampled).unwrap_or(i64::MAX)),
        moderated,
    };
    let counts_by_grade = !sees_whole_trust(viewer) || dimensions.attribute == GroupAttribute::All;
    let compared = Compared { dimensions, grades: &grades, design: &design, linked: &linked, counts_by_grade };
    Ok(ModerationAgreement { population, rows: compared.rows(shown, withheld) })
}

const fn nothing_there() -> ModerationAgreement {
    let population = AgreementPopulation { pupils: Some(0), schools: 0, sampled: Some(0), moderated: Some(0) };
    ModerationAgreement { population, rows: Vec::new() }
}

/// The phase of each year group: the first that spans it.
fn phase_of(phases: &[plumbline_entity::phase::Model]) -> BTreeMap<YearGroup, Uuid> {
    let spans = |year_group: &YearGroup, phase: &plumbline_entity::phase::Model| {
        (phase.lowest_year_group..=phase.highest_year_group).contains(year_group)
    };
    let found = YearGroup::iter().filter_map(|year| Some((year, phases.iter().find(|phase| spans(&year, phase))?.id)));
    found.collect()
}

type StratumKey = (Uuid, Uuid, YearGroup, Uuid);

/// The sample design: strata with their weights, and grades with their ranks.
struct Design {
    strata: Vec<Stratum>,
    places: HashMap<StratumKey, usize>,
    ranks: HashMap<Uuid, usize>,
}

impl Design {
    fn new(
        grades: &[grade::Model],
        (strata, moderated): (Vec<store::StratumRow>, Vec<store::ModeratedInStratum>),
    ) -> Self {
        let counted: HashMap<StratumKey, i64> = moderated
            .into_iter()
            .map(|row| ((row.exercise_id, row.school_id, row.year_group, row.first_grade_id), row.pupils))
            .collect();
        let mut design = Self {
            strata: Vec::with_capacity(strata.len()),
            places: HashMap::with_capacity(strata.len()),
            // Ranks count on from 0 without gaps, whatever the numbers in the framework.
            ranks: grades.iter().enumerate().map(|(rank, grade)| (grade.id, rank)).collect(),
        };
        for row in strata {
            let key = (row.exercise_id, row.school_id, row.year_group, row.grade_id);
            let moderated = counted.get(&key).copied().unwrap_or(0);
            design.places.insert(key, design.strata.len());
            design.strata.push(Stratum {
                size: u32::try_from(row.size).unwrap_or(0),
                moderated: u32::try_from(moderated).unwrap_or(0),
            });
        }
        design
    }

    fn count(&self, cell: &store::Moderated) -> Option<Count> {
        let key = (cell.exercise_id, cell.school_id, cell.year_group, cell.first_grade_id);
        Some(Count {
            stratum: *self.places.get(&key)?,
            first: *self.ranks.get(&cell.first_grade_id)?,
            moderated: *self.ranks.get(&cell.moderated_grade_id)?,
            pupils: u32::try_from(cell.pupils).ok()?,
        })
    }
}

/// What turns counts into the rows of an answer.
struct Compared<'a> {
    dimensions: Dimensions,
    grades: &'a [grade::Model],
    design: &'a Design,
    linked: &'a BTreeSet<Uuid>,
    /// Counts by grade stand outside the lattice on which disclosure control decides: split by pupil
    /// group as well, a sum over shown rows could tell a withheld one.
    counts_by_grade: bool,
}

impl Compared<'_> {
    fn rows(&self, shown: BTreeMap<RowKey, Vec<Count>>, withheld: Vec<(RowKey, Withheld)>) -> Vec<AgreementRow> {
        let schools: BTreeSet<Uuid> = shown.keys().filter_map(|key| key.school).collect();
        let apart = |key: &RowKey| schools.len() > 1 && key.school.is_some_and(|school| !self.linked.contains(&school));
        let (apart, compared): (Vec<_>, Vec<_>) = shown.into_iter().partition(|(key, _)| apart(key));
        let compared: Vec<(RowKey, Figures)> = compared
            .into_iter()
            .map(|(key, counts)| (key, figures(self.grades.len(), &self.design.strata, &counts)))
            .collect();
        let shrunken = shrunken_shifts(&compared.iter().map(|(_, figures)| figures).collect::<Vec<_>>());
        let mut rows: BTreeMap<RowKey, AgreementResult> = BTreeMap::new();
        for ((key, figures), shrunken) in compared.into_iter().zip(shrunken) {
            rows.insert(key, AgreementResult::Agreement(self.agreement(figures, shrunken)));
        }
        let reason = NoFigureReason::NoSharedJudge;
        rows.extend(apart.into_iter().map(|(key, _)| (key, AgreementResult::NotComparable(NotComparable { reason }))));
        rows.extend(withheld.into_iter().map(|(key, withheld)| (key, AgreementResult::Withheld(withheld))));
        let attribute = self.dimensions.attribute;
        rows.into_iter().map(|(key, result)| AgreementRow { key: AgreementKey { key, attribute }, result }).collect()
    }

    fn agreement(&self, figures: Figures, shrunken: Option<crate::statistics::Estimate>) -> Agreement {
        let code = |rank: usize| self.grades.get(rank).map(|grade| grade.code.clone()).unwrap_or_default();
        let boundaries = figures.boundaries.iter().map(|boundary| AgreementBoundary {
            grade: code(boundary.rank),
            raised: self.counts_by_grade.then_some(boundary.raised),
            lowered: self.counts_by_grade.then_some(boundary.lowered),
            generosity: boundary.generosity.map(Into::into),
        });
        let matrix = figures.matrix.iter().map(|(from, to, count)| AgreementMatrixCell {
            from: code(*from),
            to: code(*to),
            count: *count,
        });
        Agreement {
            n: figures.n,
            exact: figures.exact.map(Into::into),
            within_one: figures.within_one.map(Into::into),
            weighted_kappa: figures.kappa.map(Into::into),
            ac2: figures.ac2.map(Into::into),
            shift: figures.shift.map(Into::into),
            shrunken_shift: shrunken.map(Into::into),
            boundaries: boundaries.collect(),
            matrix: self.counts_by_grade.then(|| matrix.collect()),
        }
    }
}
