//! The table of first against second judgements.

/// The most grades that a scale may hold here (a guard against absurd sizes).
pub const MAX_CATEGORIES: usize = 256;

/// Counts, or design weights, of judgements by first grade (row) and second grade (column).
///
/// The scale is the one DECLARED by the framework, from the lowest grade (0) to the highest (k -
/// 1). Grades that nobody was given stay in it, for linear and quadratic weights depend on its
/// length. Codes that are not grades (absent, not assessed, ...) never enter. Source of the layout:
/// Cohen 1960.
#[derive(Clone, Debug, PartialEq)]
pub struct AgreementMatrix {
    categories: usize,
    /// Row after row; always `categories * categories` finite values, none negative.
    cells: Vec<f64>,
}

impl AgreementMatrix {
    /// An empty matrix over a scale of `categories` grades. `None` for no grades, or more than
    /// [`MAX_CATEGORIES`].
    #[must_use]
    pub fn new(categories: usize) -> Option<Self> {
        (1..=MAX_CATEGORIES)
            .contains(&categories)
            .then(|| Self { categories, cells: vec![0.0; categories * categories] })
    }

    /// A matrix of ready counts or weights, row after row. `None` when it is not square, has no
    /// rows or too many, or holds a value that is negative or not finite.
    #[must_use]
    pub fn from_rows<R: AsRef<[f64]>>(rows: &[R]) -> Option<Self> {
        let mut matrix = Self::new(rows.len())?;
        for (first, row) in rows.iter().enumerate() {
            let row = row.as_ref();
            if row.len() != rows.len() {
                return None;
            }
            for (second, &weight) in row.iter().enumerate() {
                if !matrix.add(first, second, weight) {
                    return None;
                }
            }
        }
        Some(matrix)
    }

    /// Adds a judgement pair of the given weight (1 for a count; the inverse inclusion probability
    /// in a stratified sample). False, with nothing added, when a grade is off the scale or the
    /// weight is negative or not finite.
    pub fn add(&mut self, first: usize, second: usize, weight: f64) -> bool {
        if first >= self.categories || second >= self.categories || weight < 0.0 {
            return false;
        }
        let Some(cell) = self.cells.get_mut(first * self.categories + second) else {
            return false;
        };
        let sum = *cell + weight;
        if sum.is_finite() {
            *cell = sum;
        }
        sum.is_finite()
    }

    /// How many grades the declared scale has.
    #[must_use]
    pub fn categories(&self) -> usize {
        self.categories
    }

    /// Count or weight of one pair of grades; 0 off the scale.
    #[must_use]
    pub fn get(&self, first: usize, second: usize) -> f64 {
        if first >= self.categories || second >= self.categories {
            return 0.0;
        }
        let place = first * self.categories + second;
        self.cells.get(place).copied().unwrap_or(0.0)
    }

    /// Sum of all counts or weights.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.cells.iter().sum()
    }

    /// Share, from 0 to 1, of judgements whose two grades lie at most `steps` apart: 0 gives exact
    /// agreement, 1 agreement within one grade. `None` when the matrix is empty.
    /// Source: p_o of Cohen 1960; "adjacent agreement" for one step.
    #[must_use]
    pub fn agreement_within(&self, steps: usize) -> Option<f64> {
        let proportions = self.proportions()?;
        let within = proportions.filter(|(first, second, _)| first.abs_diff(*second) <= steps);
        let share: f64 = within.map(|(_, _, p)| p).sum();
        Some(share.clamp(0.0, 1.0))
    }

    /// Mean of second minus first grade, in grades; below 0 the second judge is the more severe.
    /// `None` when the matrix is empty.
    #[must_use]
    pub fn mean_shift(&self) -> Option<f64> {
        let terms = self.proportions()?.map(|(first, second, p)| (second as f64 - first as f64) * p);
        Some(terms.sum())
    }

    /// Cells as `(first, second, proportion of the total)`. `None` when the matrix is empty.
    pub(super) fn proportions(&self) -> Option<impl Iterator<Item = (usize, usize, f64)> + '_> {
        let total = self.total();
        let k = self.categories;
        let cells = self.cells.iter().enumerate();
        (total.is_finite() && total > 0.0)
            .then(move || cells.map(move |(place, cell)| (place / k, place % k, cell / total)))
    }

    /// Marginal proportions of the first and of the second judgement, lowest grade first. `None`
    /// when empty.
    pub(super) fn margins(&self) -> Option<(Vec<f64>, Vec<f64>)> {
        let total = self.total();
        let sum = |cells: &mut dyn Iterator<Item = f64>| cells.sum::<f64>() / total;
        let all = || 0..self.categories;
        (total.is_finite() && total > 0.0).then(|| {
            let rows = all().map(|i| sum(&mut all().map(|j| self.get(i, j))));
            let columns = all().map(|j| sum(&mut all().map(|i| self.get(i, j))));
            (rows.collect(), columns.collect())
        })
    }
}
