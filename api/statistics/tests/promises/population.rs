//! Populations that are known, and samples of them.

use plumbline_statistics::AgreementMatrix;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// How the sample was drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drawn {
    /// Each work stands for as many as any other.
    Evenly,
    /// Strata by first grade, the borderline one drawn three times as often.
    Unevenly,
    /// Strata by first grade, all of which are drawn whole.
    Wholly,
}

/// A population and how it is sampled.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub grades: usize,
    pub agreement: f64,
    /// Of those that do not agree, how many are two steps off.
    pub two_steps: f64,
    /// How much more often a step goes up than down: 0 evenly, 1 always up.
    pub lean: f64,
    pub n: usize,
    pub drawn: Drawn,
}

/// How often each first grade is given.
pub fn prevalence(grades: usize) -> &'static [f64] {
    match grades {
        3 => &[0.25, 0.55, 0.20],
        6 => &[0.05, 0.15, 0.25, 0.30, 0.15, 0.10],
        _ => &[0.10, 0.25, 0.45, 0.20],
    }
}

impl Setting {
    /// The chance of each pair, given the first grade.
    pub fn second(&self, first: usize) -> Vec<f64> {
        let mut chances = vec![0.0; self.grades];
        let disagree = 1.0 - self.agreement;
        chances[first] += self.agreement;
        for (steps, share) in [(1, 1.0 - self.two_steps), (2, self.two_steps)] {
            for up in [true, false] {
                let share = disagree * share * if up { (1.0 + self.lean) / 2.0 } else { (1.0 - self.lean) / 2.0 };
                // Where the scale ends, the step goes the other way.
                let there = |up: bool, steps: usize| {
                    if up { Some(first + steps).filter(|to| *to < self.grades) } else { first.checked_sub(steps) }
                };
                let to = there(up, steps).or_else(|| there(!up, steps)).or_else(|| there(!up, 1)).unwrap_or(first);
                chances[to] += share;
            }
        }
        chances
    }

    /// How large each stratum is, and how much of it is drawn.
    pub fn strata(&self) -> Vec<(f64, usize)> {
        let shares = prevalence(self.grades);
        // The grade in the middle of those above is borderline.
        let weights: Vec<f64> = shares
            .iter()
            .enumerate()
            .map(|(grade, share)| if grade == self.grades / 2 { 3.0 * share } else { *share })
            .collect();
        let total: f64 = weights.iter().sum();
        let mut left = self.n;
        let mut drawn: Vec<usize> =
            weights.iter().map(|weight| (weight / total * self.n as f64).floor() as usize).collect();
        left -= drawn.iter().sum::<usize>();
        for grade in (0..self.grades).rev().cycle().take(left) {
            drawn[grade] += 1;
        }
        let size = |share: f64, drawn: usize| match self.drawn {
            Drawn::Wholly => drawn as f64,
            Drawn::Evenly | Drawn::Unevenly => share * 30.0 * self.n as f64,
        };
        shares.iter().zip(drawn).map(|(share, drawn)| (size(*share, drawn), drawn)).collect()
    }

    /// A sample: by stratum, the pairs that came of it.
    pub fn draw(&self, random: &mut ChaCha8Rng) -> Vec<(f64, Vec<(usize, usize)>)> {
        let pick = |chances: &[f64], random: &mut ChaCha8Rng| {
            let mut at: f64 = random.random();
            chances
                .iter()
                .position(|chance| {
                    at -= chance;
                    at < 0.0
                })
                .unwrap_or(chances.len() - 1)
        };
        match self.drawn {
            Drawn::Evenly => {
                let firsts: Vec<usize> = (0..self.n).map(|_| pick(prevalence(self.grades), random)).collect();
                let pairs = firsts.into_iter().map(|first| (first, pick(&self.second(first), random))).collect();
                vec![(30.0 * self.n as f64, pairs)]
            }
            Drawn::Unevenly | Drawn::Wholly => {
                let of = |(first, (size, drawn)): (usize, (f64, usize))| {
                    (size, (0..drawn).map(|_| (first, pick(&self.second(first), random))).collect())
                };
                self.strata().into_iter().enumerate().map(of).collect()
            }
        }
    }

    /// The population's own figure: each pair with its chance.
    pub fn truth(&self, of: impl Fn(usize, usize) -> f64) -> f64 {
        let shares: Vec<f64> = match self.drawn {
            Drawn::Evenly => prevalence(self.grades).to_vec(),
            // A stratum from which nothing is drawn is out of reach of any estimate.
            Drawn::Unevenly | Drawn::Wholly => {
                let kept: Vec<f64> =
                    self.strata().iter().map(|(size, drawn)| if *drawn > 0 { *size } else { 0.0 }).collect();
                let total: f64 = kept.iter().sum();
                kept.into_iter().map(|size| size / total).collect()
            }
        };
        shares
            .iter()
            .enumerate()
            .map(|(first, share)| {
                share
                    * self
                        .second(first)
                        .iter()
                        .enumerate()
                        .map(|(second, chance)| chance * of(first, second))
                        .sum::<f64>()
            })
            .sum()
    }

    pub fn matrix(&self) -> AgreementMatrix {
        let mut matrix = AgreementMatrix::new(self.grades).expect("it is defined");
        for first in 0..self.grades {
            for second in 0..self.grades {
                let at = self.truth(|i, j| f64::from(u8::from((i, j) == (first, second))));
                matrix.add(first, second, at);
            }
        }
        matrix
    }
}

/// The settings for a number of judgements.
pub fn settings(n: usize, ways: &[Drawn]) -> Vec<Setting> {
    let mut all = Vec::new();
    for grades in [3, 4, 6] {
        for agreement in [0.5, 0.7, 0.8, 0.9, 0.95, 0.98] {
            for two_steps in [0.02, 0.2] {
                for lean in [0.0, 0.6] {
                    for drawn in ways.iter().copied() {
                        all.push(Setting { grades, agreement, two_steps, lean, n, drawn });
                    }
                }
            }
        }
    }
    all
}
