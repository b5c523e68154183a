//! Agreement weights over an ordered scale.

/// How much credit a pair of grades gets, from 0 (none) to 1 (the same grade).
///
/// With k grades DECLARED on the scale and two of them `steps` apart. Grades that nobody used count
/// in k: dropping them, as R's `irr::kappa2` does, changes the linear and quadratic weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgreementWeights {
    /// 1 for the same grade, otherwise 0: unweighted kappa (Cohen 1960), AC1 (Gwet 2008).
    Identity,
    /// `1 - steps / (k - 1)` (Cicchetti & Allison 1971).
    Linear,
    /// `1 - (steps / (k - 1))²` (Fleiss & Cohen 1973); the usual choice for ordered grades.
    Quadratic,
}

impl AgreementWeights {
    /// The weight of two grades by their places on a scale of `categories` grades; from 0 to 1.
    #[must_use]
    pub fn weight(self, first: usize, second: usize, categories: usize) -> f64 {
        let steps = first.abs_diff(second);
        if steps == 0 {
            return 1.0;
        }
        let widest = categories.saturating_sub(1);
        if steps > widest {
            return 0.0;
        }
        let distance = steps as f64 / widest as f64;
        match self {
            Self::Identity => 0.0,
            Self::Linear => 1.0 - distance,
            Self::Quadratic => 1.0 - distance * distance,
        }
    }
}
