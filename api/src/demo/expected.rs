//! The agreement of each school in the long run: the figures that it would have on average if its teachers and the
//! moderators judged the same work again and again. They are worked out from the same numbers as the demo's
//! judgements, without the chance of the single judgement, so that tests can hold intervals against the truth.

use std::collections::BTreeMap;

use plumbline_entity::assessment_window::Term;
use statrs::function::erf::erfc;

use super::{
    DemoOptions,
    attainment::{MODERATOR_ERROR, PANEL_ERROR, TEACHER_ERROR, THRESHOLDS},
    exercises::{DISCUSSED_IF_DIFFERENT, DISCUSSED_IF_EQUAL, NOT_AGREED},
    fixed::SUBJECTS,
    judgements::Work,
    world::World,
};

/// How likely each grade is, 0 to 3.
type Grades = [f64; 4];

/// What is true of a school's first judgements in a subject, last summer.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpectedAgreement {
    /// The school's unique reference number.
    pub urn: i32,
    /// Moderated minus first grade.
    pub shift: f64,
    /// (lowered - raised) / judged at the boundaries of WTS, EXS and GDS.
    pub generosity: [f64; 3],
}

/// What is true of each school's first judgements in a subject, last summer. Empty for an unknown subject.
#[must_use]
pub fn expected_agreement(options: DemoOptions, subject: &str) -> Vec<ExpectedAgreement> {
    let world = World::new(options);
    let windows = world.calendar.windows.iter();
    let summer = windows.clone().rposition(|window| window.term == Term::Summer);
    let (Some(window), Some(subject)) = (summer, SUBJECTS.iter().position(|(code, _)| *code == subject)) else {
        return Vec::new();
    };
    let mut of_schools: BTreeMap<usize, Vec<[Grades; 4]>> = BTreeMap::new();
    for work in world.assess(window, subject).works {
        let school = world.rolls.classes[work.class].school;
        of_schools.entry(school).or_default().push(world.changes(&work, subject));
    }
    let mean = |works: &[[Grades; 4]], value: &dyn Fn(usize, usize) -> f64| {
        let pairs = (0..4).flat_map(|first| (0..4).map(move |moderated| (first, moderated)));
        let sum: f64 = pairs
            .map(|(first, moderated)| {
                value(first, moderated) * works.iter().map(|work| work[first][moderated]).sum::<f64>()
            })
            .sum();
        sum / works.len() as f64
    };
    let expected = |(school, works): (usize, Vec<[Grades; 4]>)| ExpectedAgreement {
        urn: world.schools[school].urn,
        shift: mean(&works, &|first, moderated| moderated as f64 - first as f64),
        generosity: [1, 2, 3].map(|grade| {
            mean(&works, &|first, moderated| {
                f64::from(u8::from(first >= grade)) - f64::from(u8::from(moderated >= grade))
            })
        }),
    };
    of_schools.into_iter().map(expected).collect()
}

impl World {
    /// How likely each pair of a first and a moderated grade is for a work.
    fn changes(&self, work: &Work, subject: usize) -> [Grades; 4] {
        let class = &self.rolls.classes[work.class];
        let view = work.level + self.staff.people[class.teacher].generosity
            - self.planted.overlooked(work.disadvantaged, subject);
        let first = likely(view, TEACHER_ERROR, self.planted.leniency(class, subject));
        let second = self.second(work.level, class.school);
        let panel = likely(work.level, PANEL_ERROR, [0.0; 3]);
        let mut changes = [[0.0; 4]; 4];
        for (from, of_first) in changes.iter_mut().enumerate() {
            for (judged, likely) in second.iter().enumerate() {
                let differ = judged != from;
                let agreed = if differ { DISCUSSED_IF_DIFFERENT * (1.0 - NOT_AGREED) } else { DISCUSSED_IF_EQUAL };
                of_first[judged] += first[from] * likely * (1.0 - agreed);
                for (to, share) in panel.iter().enumerate() {
                    of_first[to] += first[from] * likely * agreed * share;
                }
            }
        }
        changes
    }

    /// How likely each second grade is, from the moderators of other schools, who take turns.
    fn second(&self, level: f64, school: usize) -> Grades {
        let people = || self.staff.moderators.iter().map(|at| &self.staff.people[*at]);
        let others: Vec<f64> =
            people().filter(|person| person.school != Some(school)).map(|person| person.as_moderator).collect();
        let mut second = [0.0; 4];
        for generosity in &others {
            let grades = likely(level + generosity, MODERATOR_ERROR, [0.0; 3]);
            for (sum, share) in second.iter_mut().zip(grades) {
                *sum += share / others.len() as f64;
            }
        }
        second
    }
}

/// How likely each grade is for a judge who sees a level with an error.
fn likely(level: f64, error: f64, leniency: [f64; 3]) -> Grades {
    let mut reached = [1.0, 0.0, 0.0, 0.0, 0.0];
    for (at, (threshold, lower)) in THRESHOLDS.iter().zip(leniency).enumerate() {
        let above = (level - (threshold - lower)) / error;
        reached[at + 1] = 0.5 * erfc(-above / std::f64::consts::SQRT_2);
    }
    [0, 1, 2, 3].map(|grade| reached[grade] - reached[grade + 1])
}
