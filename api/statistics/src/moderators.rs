//! How far moderators differ: what a row owes to whoever happened to judge it.
//!
//! Works that one moderator judged are no independent readings of a class or school: what is severe about the moderator is in all of them.
//! A fair school whose forty works were judged by one moderator looked severe or generous in 29.5 of 100 cases where moderators differ by a
//! fifth of a pupil's deviation. As surveys do with their interviewers (Kish 1962), the variance between moderators is estimated once, over
//! all that can tell it, and enters every interval by how much of a row each moderator judged.

use std::collections::{BTreeMap, BTreeSet};

/// Judgements of one unit, such as a school, by one moderator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JudgedBy {
    /// The number of the unit.
    pub unit: usize,
    /// The number of the moderator.
    pub moderator: usize,
    /// How many judgements.
    pub n: f64,
    /// The sum of a value over them: of the step that the grade moved, or of 1 for each that stayed.
    pub sum: f64,
    /// The sum of the squares of that value.
    pub squares: f64,
}

/// How far moderators differ in a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModeratorEffect {
    /// The variance between moderators over that of single judgements of one unit by one moderator; 0 or more.
    pub ratio: f64,
    /// How many differences between moderators tell it: moderators less the groups within which they can be compared.
    pub degrees: f64,
}

impl ModeratorEffect {
    /// The intra-moderator correlation: of the variance of a judgement, the share that is its moderator's; from 0 to below 1.
    #[must_use]
    pub fn correlation(&self) -> f64 {
        self.ratio / (1.0 + self.ratio)
    }
}

/// Estimates how far moderators differ, from units that several of them judged.
///
/// Model: a value is what is its unit's, plus what is its moderator's, plus the rest. Units are taken out first, so that a moderator to
/// whom a generous school fell is not taken for a severe one. Then R, what moderators explain of the rest, has the expectation
/// `tr · σ²_m + r · σ²_e` (Henderson's method 3), which gives both variances.
///
/// `None` where no unit was judged by two moderators, or where each judgement has a unit and moderator of its own: nothing then tells them apart.
///
/// Sources: Henderson 1953 (Biometrics 9:226), method 3; Searle, Casella & McCulloch 1992, Variance Components, 5.3 and 5.4.
#[must_use]
pub fn moderator_effect(judged: &[JudgedBy]) -> Option<ModeratorEffect> {
    let sound = |cell: &&JudgedBy| cell.n > 0.0 && [cell.n, cell.sum, cell.squares].iter().all(|of| of.is_finite());
    let cells: Vec<&JudgedBy> = judged.iter().filter(sound).collect();
    let mut units: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    let mut at: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for cell in &cells {
        let (n, sum) = units.entry(cell.unit).or_default();
        (*n, *sum) = (*n + cell.n, *sum + cell.sum);
        *at.entry((cell.unit, cell.moderator)).or_default() += cell.n;
    }
    let moderators: Vec<usize> = cells.iter().map(|cell| cell.moderator).collect::<BTreeSet<_>>().into_iter().collect();
    let place = |moderator: usize| moderators.binary_search(&moderator).ok();
    let size = moderators.len();
    // Z' M Z and Z' M y, M taking out the units.
    let mut links = vec![vec![0.0; size]; size];
    let mut apart = vec![0.0; size];
    for cell in &cells {
        let (n, sum) = *units.get(&cell.unit)?;
        let own = place(cell.moderator)?;
        apart[own] += cell.sum - cell.n * sum / n;
        links[own][own] += cell.n;
    }
    let mut by_unit: BTreeMap<usize, Vec<(usize, f64)>> = BTreeMap::new();
    for ((unit, moderator), n) in at {
        by_unit.entry(unit).or_default().push((place(moderator)?, n));
    }
    for (unit, of) in &by_unit {
        let (all, _) = *units.get(unit)?;
        for (one, n) in of {
            for (other, m) in of {
                links[*one][*other] -= n * m / all;
            }
        }
    }
    let trace: f64 = (0..size).map(|own| links[own][own]).sum();
    let (explained, degrees) = explained(links, apart);
    let n: f64 = units.values().map(|(n, _)| n).sum();
    let squares: f64 = cells.iter().map(|cell| cell.squares).sum();
    let of_units: f64 = units.values().map(|(n, sum)| sum * sum / n).sum();
    let left = n - units.len() as f64 - degrees;
    if degrees < 1.0 || left < 1.0 {
        return None;
    }
    let element = ((squares - of_units - explained) / left).max(0.0);
    let between = ((explained - degrees * element) / trace).max(0.0);
    let ratio = between / element;
    Some(ModeratorEffect { ratio, degrees }).filter(|_| ratio.is_finite())
}

/// `b' A⁻ b` and the rank of A, for a matrix that is not negative: by elimination from the last row on, leaving out rows that hang on others. Moderators who
/// share no unit with anybody, and one of each group of those who do, hang on the others.
fn explained(mut matrix: Vec<Vec<f64>>, mut of: Vec<f64>) -> (f64, f64) {
    let largest = matrix.iter().enumerate().map(|(own, row)| row[own]).fold(0.0, f64::max);
    let (mut explained, mut rank) = (0.0, 0.0);
    while let (Some(row), Some(value)) = (matrix.pop(), of.pop()) {
        // Columns of rows that were taken out before are done with.
        let (others, done) = row.split_at(matrix.len());
        let Some(by) = done.first().copied() else { break };
        if by <= 1e-9 * largest {
            continue;
        }
        explained += value * value / by;
        rank += 1.0;
        // What is left of the other rows, in the columns before this one.
        for ((left, rest), factor) in matrix.iter_mut().zip(&mut of).zip(others) {
            let factor = factor / by;
            *rest -= factor * value;
            for (cell, other) in left.iter_mut().zip(others) {
                *cell -= factor * other;
            }
        }
    }
    (explained, rank)
}
