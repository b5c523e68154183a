//! What is counted of intervals.

/// How often an interval was given, how often it held the truth, and how wide it was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub rounds: f64,
    pub given: f64,
    pub held: f64,
    pub width: f64,
}

impl Tally {
    pub fn add(&mut self, interval: Option<(f64, f64)>, truth: f64) {
        self.rounds += 1.0;
        if let Some((low, high)) = interval {
            self.given += 1.0;
            self.held += f64::from(u8::from(low - 1e-9 <= truth && truth <= high + 1e-9));
            self.width += high - low;
        }
    }

    pub fn coverage(&self) -> Option<f64> {
        (self.given > 0.2 * self.rounds).then(|| self.held / self.given)
    }
}
