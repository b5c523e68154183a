//! From the counts of each row to what is answered of it: pure.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use plumbline_entity::{grade, judgement_cell::GroupAttribute};
use uuid::Uuid;

use super::figures::{Boundary, Count, Figures, Sample, Stratum, figures, shrunken_shifts};
use super::keys::RowKey;
use super::types::{Agreement, AgreementBoundary, AgreementKey, AgreementMatrixCell, AgreementResult, AgreementRow};
use crate::{
    comparison::frame::{NoFigureReason, NotComparable, Withheld},
    statistics::Estimate,
};

/// What is answered of a row.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// Its figures, and its shift drawn towards those of the other rows.
    Figures(Box<Figures>, Option<Estimate>),
    /// It counts too few pupils.
    TooFew,
    /// No moderator links its school to the others.
    Apart,
}

/// The counts of a row with the strata that they lie in.
pub(super) type Counted<'a> = (Cow<'a, [Stratum]>, Vec<Count>);

/// How rows are compared.
pub(super) struct Comparison<'a> {
    /// How many grades the scale has.
    pub ranks: usize,
    /// The schools that a chain of moderators links.
    pub linked: &'a BTreeSet<Uuid>,
    /// Fewer judgements than this are withheld; 0 where the viewer sees the pupils.
    pub threshold: u32,
    /// What disclosure control has added to the variance.
    pub added_variance: f64,
}

impl Comparison<'_> {
    /// Works out what is answered of each row.
    pub(super) fn outcomes(&self, rows: BTreeMap<RowKey, Counted<'_>>) -> BTreeMap<RowKey, Outcome> {
        let mut outcomes = BTreeMap::new();
        let schools: BTreeSet<Uuid> = rows.keys().filter_map(|key| key.school).collect();
        let apart = |key: &RowKey| schools.len() > 1 && key.school.is_some_and(|school| !self.linked.contains(&school));
        let mut compared: Vec<(RowKey, Figures)> = Vec::with_capacity(rows.len());
        for (key, (strata, counts)) in rows {
            let pupils: u32 = counts.iter().map(|count| count.pupils).sum();
            if pupils < self.threshold {
                outcomes.insert(key, Outcome::TooFew);
            } else if apart(&key) {
                outcomes.insert(key, Outcome::Apart);
            } else {
                let sample = Sample { strata: &strata, counts: &counts, added_variance: self.added_variance };
                compared.push((key, figures(self.ranks, sample)));
            }
        }
        let shrunken = shrunken_shifts(&compared.iter().map(|(_, figures)| figures).collect::<Vec<_>>());
        for ((key, figures), shrunken) in compared.into_iter().zip(shrunken) {
            outcomes.insert(key, Outcome::Figures(Box::new(figures), shrunken));
        }
        outcomes
    }
}

/// Rows as they are answered, in the order of their keys.
pub(super) fn answered(
    outcomes: &BTreeMap<RowKey, Outcome>,
    grades: &[grade::Model],
    attribute: GroupAttribute,
) -> Vec<AgreementRow> {
    let row = |(key, outcome): (&RowKey, &Outcome)| AgreementRow {
        key: AgreementKey { key: key.clone(), attribute },
        result: match outcome {
            Outcome::Figures(figures, shrunken) => AgreementResult::Agreement(agreement(figures, *shrunken, grades)),
            Outcome::TooFew => AgreementResult::Withheld(Withheld { reason: NoFigureReason::SmallCount }),
            Outcome::Apart => AgreementResult::NotComparable(NotComparable { reason: NoFigureReason::NoSharedJudge }),
        },
    };
    outcomes.iter().map(row).collect()
}

fn agreement(figures: &Figures, shrunken: Option<Estimate>, grades: &[grade::Model]) -> Agreement {
    let code = |rank: usize| grades.get(rank).map(|grade| grade.code.clone()).unwrap_or_default();
    let boundary = |boundary: &Boundary| AgreementBoundary {
        grade: code(boundary.rank),
        raised: boundary.raised,
        lowered: boundary.lowered,
        generosity: boundary.generosity.map(Into::into),
    };
    let pair = |&(from, to, count): &(usize, usize, u32)| AgreementMatrixCell { from: code(from), to: code(to), count };
    Agreement {
        n: figures.n,
        exact: figures.exact.map(Into::into),
        within_one: figures.within_one.map(Into::into),
        weighted_kappa: figures.kappa.map(Into::into),
        ac2: figures.ac2.map(Into::into),
        shift: figures.shift.map(Into::into),
        shrunken_shift: shrunken.map(Into::into),
        boundaries: figures.boundaries.iter().map(boundary).collect(),
        matrix: figures.matrix.iter().map(pair).collect(),
    }
}
