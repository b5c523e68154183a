//! What of a first grade and the one that it is compared with a figure averages.

/// What of a pair of grades a figure averages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// By how many grades it moved: above 0, it was raised.
    Shift,
    /// 1 where both are the same.
    Exact,
    /// 1 where both are the same or next to each other.
    WithinOne,
    /// The square of how many grades lie between them: what coefficients with quadratic weights are made of.
    Apart,
    /// Whether the boundary below the grade of this rank was crossed: 1 downwards, -1 upwards.
    Boundary(usize),
}

impl Value {
    /// The value of a pair of ranks.
    pub fn of(self, first: usize, second: usize) -> f64 {
        // Ranks are few: at most some tens.
        #[expect(clippy::cast_precision_loss, reason = "ranks are below a hundred")]
        let (from, to) = (first as f64, second as f64);
        match self {
            Self::Shift => to - from,
            Self::Exact => f64::from(u8::from(first == second)),
            Self::WithinOne => f64::from(u8::from(first.abs_diff(second) <= 1)),
            Self::Apart => (to - from).powi(2),
            Self::Boundary(rank) => match (first >= rank, second >= rank) {
                (false, true) => -1.0,
                (true, false) => 1.0,
                _ => 0.0,
            },
        }
    }
}
