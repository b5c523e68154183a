//! Rows from true counts: for those who see the pupils, and for those whom a grant gives exact figures.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use plumbline_entity::{grade, year_group::YearGroup};
use uuid::Uuid;

use super::figures::{Count, Stratum};
use super::keys::{Dimensions, Place, RowKey};
use super::query::Question;
use super::rows::{Comparison, Counted, Outcome};
use super::store;
use super::types::AgreementPopulation;
use crate::{
    auth::Viewer,
    comparison::{editions::linked_schools, phases::phase_of},
    db::Db,
    error::Result,
};

/// What the viewer is answered, from the cells that they may see.
pub(super) async fn answer(
    db: &Db,
    viewer: &Viewer,
    question: &Question,
    dimensions: Dimensions,
) -> Result<(AgreementPopulation, BTreeMap<RowKey, Outcome>)> {
    let ids = question.ids();
    let phase_of = phase_of(&store::phases(db, viewer).await?);
    let cells = store::moderated(db, viewer, &ids, dimensions.attribute).await?;
    let design = Design::new(&question.grades, store::strata(db, viewer, &ids).await?);
    let mut rows: BTreeMap<RowKey, Counted<'_>> = BTreeMap::new();
    for cell in &cells {
        let place = Place {
            school: cell.school_id,
            class: cell.class_id,
            year_group: cell.year_group,
            phase: phase_of.get(&cell.year_group).copied(),
            group: &cell.group_value,
        };
        if let Some(count) = design.count(cell) {
            let row = rows.entry(dimensions.key(&place));
            row.or_insert_with(|| (Cow::Borrowed(&design.strata), Vec::new())).1.push(count);
        }
    }
    let moderated: u32 = rows.values().flat_map(|(_, counts)| counts).map(|count| count.pupils).sum();
    let judged = store::judged(db, viewer, &ids).await?;
    let linked = linked_schools(&judged.iter().map(|pair| (pair.school_id, pair.moderator_id)).collect::<Vec<_>>());
    let grade_ids: Vec<Uuid> = question.grades.iter().map(|grade| grade.id).collect();
    let judgeable = store::judgeable(db, viewer, question.window, question.subject, &grade_ids).await?;
    let sampled = store::sampled(db, viewer, &ids).await?;
    let population = AgreementPopulation {
        pupils: Some(judgeable.pupils.unwrap_or(0)),
        schools: judgeable.schools,
        sampled: Some(i64::try_from(sampled).unwrap_or(i64::MAX)),
        moderated: Some(i64::from(moderated)),
    };
    let comparison = Comparison { ranks: question.grades.len(), linked: &linked, threshold: 0, added_variance: 0.0 };
    Ok((population, comparison.outcomes(rows)))
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
            ranks: ranks(grades),
        };
        for row in strata {
            let key = (row.exercise_id, row.school_id, row.year_group, row.grade_id);
            let moderated = counted.get(&key).copied().unwrap_or(0);
            design.places.insert(key, design.strata.len());
            let moderated = u32::try_from(moderated).unwrap_or(0);
            design.strata.push(Stratum { size: f64::from(row.size), moderated: f64::from(moderated) });
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

/// The rank of each grade, counted on from 0 without gaps, whatever the numbers in the framework.
pub(super) fn ranks(grades: &[grade::Model]) -> HashMap<Uuid, usize> {
    grades.iter().enumerate().map(|(rank, grade)| (grade.id, rank)).collect()
}
