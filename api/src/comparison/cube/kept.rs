//! Rows from the protected counts of editions: for those who see no pupils.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use moka::sync::Cache;
use plumbline_entity::{agreement_edition, year_group::YearGroup};
use uuid::Uuid;

use super::exact::ranks;
use super::figures::{Count, Stratum};
use super::keys::{Dimensions, Place, RowKey};
use super::query::Question;
use super::rows::{Comparison, Counted, Outcome};
use super::store;
use super::types::AgreementPopulation;
use crate::{
    app::App,
    auth::Viewer,
    comparison::phases::phase_of,
    disclosure::lots,
    error::{Error, Result},
};

/// How many answers are kept.
const KEPT: u64 = 512;

/// Answers from editions, which do not change: each is made once.
#[derive(Clone)]
pub struct Answers {
    made: Cache<Asked, Arc<BTreeMap<RowKey, Outcome>>>,
}

impl Default for Answers {
    fn default() -> Self {
        Self { made: Cache::new(KEPT) }
    }
}

/// All that an answer from editions depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Asked {
    editions: Vec<Uuid>,
    dimensions: Dimensions,
    grades: Vec<Uuid>,
    phases: Vec<(YearGroup, Uuid)>,
    threshold: u32,
}

/// What the viewer is answered, from the latest edition of each exercise.
pub(super) async fn answer(
    app: &App,
    viewer: &Viewer,
    question: &Question,
    editions: &[agreement_edition::Model],
    dimensions: Dimensions,
) -> Result<(AgreementPopulation, Arc<BTreeMap<RowKey, Outcome>>)> {
    if !dimensions.are_for_those_who_see_no_pupils() {
        return Err(Error::bad_input(
            "Pupil groups are compared by trust, PHASE, YEAR_GROUP or SCHOOL. In a class, or in a year group or phase \
             of a school, they are for those who see its pupils: nearly every group there is of a few.",
        ));
    }
    let phase_of = phase_of(&store::phases(&app.db, viewer).await?);
    let asked = Asked {
        editions: editions.iter().map(|edition| edition.id).collect(),
        dimensions,
        grades: question.grades.iter().map(|grade| grade.id).collect(),
        phases: phase_of.iter().map(|(year_group, phase)| (*year_group, *phase)).collect(),
        threshold: app.config.disclosure.threshold,
    };
    let made = match app.answers.made.get(&asked) {
        Some(made) => made,
        None => {
            let cells = store::protected(&app.db, viewer, &asked.editions, dimensions.attribute).await?;
            let made = Arc::new(outcomes(question, &cells, &phase_of, &asked));
            app.answers.made.insert(asked, Arc::clone(&made));
            made
        }
    };
    Ok((population(editions, app.config.disclosure.threshold), made))
}

fn outcomes(
    question: &Question,
    cells: &[store::Protected],
    phase_of: &BTreeMap<YearGroup, Uuid>,
    asked: &Asked,
) -> BTreeMap<RowKey, Outcome> {
    let ranks = ranks(&question.grades);
    let mut rows: BTreeMap<RowKey, Weighted> = BTreeMap::new();
    let mut linked = BTreeSet::new();
    for cell in cells {
        let place = Place {
            school: cell.school_id,
            class: cell.class_id,
            year_group: cell.year_group,
            phase: phase_of.get(&cell.year_group).copied(),
            group: &cell.group_value,
        };
        if cell.is_linked {
            linked.insert(cell.school_id);
        }
        rows.entry(asked.dimensions.key(&place)).or_default().add(cell, &ranks);
    }
    let comparison = Comparison {
        ranks: question.grades.len(),
        linked: &linked,
        threshold: asked.threshold,
        added_variance: lots::ADDED_VARIANCE,
    };
    comparison.outcomes(rows.into_iter().map(|(key, row)| (key, row.counted())).collect())
}

/// The counts of a row; each weight is a stratum of its own.
#[derive(Default)]
struct Weighted {
    stratum_of: BTreeMap<i32, usize>,
    counts: HashMap<(usize, usize, usize), u32>,
}

impl Weighted {
    fn add(&mut self, cell: &store::Protected, ranks: &HashMap<Uuid, usize>) {
        let next = self.stratum_of.len();
        let stratum = *self.stratum_of.entry(cell.weight).or_insert(next);
        let (first, moderated) = (ranks.get(&cell.first_grade_id), ranks.get(&cell.moderated_grade_id));
        if let (Some(first), Some(moderated)) = (first, moderated) {
            *self.counts.entry((stratum, *first, *moderated)).or_default() += cell.pupils.unsigned_abs();
        }
    }

    fn counted(self) -> Counted<'static> {
        let mut strata = vec![Stratum { size: 0.0, moderated: 0.0 }; self.stratum_of.len()];
        let weights: HashMap<usize, i32> = self.stratum_of.into_iter().map(|(weight, at)| (at, weight)).collect();
        let mut counts: Vec<Count> = self
            .counts
            .into_iter()
            .map(|((stratum, first, moderated), pupils)| Count { stratum, first, moderated, pupils })
            .collect();
        counts.sort_unstable_by_key(|count| (count.stratum, count.first, count.moderated));
        for count in &counts {
            if let (Some(stratum), Some(weight)) = (strata.get_mut(count.stratum), weights.get(&count.stratum)) {
                stratum.moderated += f64::from(count.pupils);
                stratum.size += f64::from(count.pupils) * f64::from(*weight) / 1000.0;
            }
        }
        (Cow::Owned(strata), counts)
    }
}

/// What the editions were made of; a number that is small is not told.
fn population(editions: &[agreement_edition::Model], threshold: u32) -> AgreementPopulation {
    let most = |of: fn(&agreement_edition::Model) -> i32| editions.iter().map(of).max().unwrap_or(0);
    let sum = |of: fn(&agreement_edition::Model) -> i32| editions.iter().map(of).map(i64::from).sum::<i64>();
    let told = |count: i64| Some(count).filter(|count| *count == 0 || *count >= i64::from(threshold));
    AgreementPopulation {
        // Exercises of one subject and window judge the same pupils.
        pupils: told(i64::from(most(|edition| edition.pupils))),
        schools: i64::from(most(|edition| edition.schools)),
        sampled: told(sum(|edition| edition.sampled)),
        moderated: told(sum(|edition| edition.moderated)),
    }
}
