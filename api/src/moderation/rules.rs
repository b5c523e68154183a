//! Rules of moderation: no database, no clock.

mod sample;

use plumbline_entity::{exercise_step, grade, moderation_exercise, moderation_outcome, second_judgement};
use uuid::Uuid;

use super::decisions::{check_decision, fits_agreement};
use crate::rulebook::{Faults, Ruled, values};

pub use sample::{Boundary, Candidate, DrawnStratum, DrawnWork, SampleRule, StratumKey, draw_sample, sizes_of_sample};

impl Ruled for moderation_exercise::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("title", values::name(&mut self.title));
        faults.at("samplePercent", values::SAMPLE_PERCENT.check(self.sample_percent));
        faults.at("minimumPerClass", values::MINIMUM_PER_CLASS.check(self.minimum_per_class));
        if let Some(most) = self.maximum_per_class
            && faults.at("maximumPerClass", values::MAXIMUM_PER_CLASS.check(most))
            && most < self.minimum_per_class
        {
            let message = format!("The most of a class is below its least number, {}.", self.minimum_per_class);
            faults.at("maximumPerClass", Err(message));
        }
        match (self.boundary_grade_id, self.boundary_percent) {
            (Some(_), Some(percent)) => {
                faults.at("boundaryPercent", values::SAMPLE_PERCENT.check(percent));
            }
            (Some(_), None) => {
                faults.at("boundaryPercent", Err("Say which share is drawn at the boundary.".to_owned()));
            }
            (None, Some(_)) => {
                let message = "Say at which boundary this share is drawn: the grade above it.";
                faults.at("boundaryGradeId", Err(message.to_owned()));
            }
            (None, None) => {}
        }
    }
}

/// The grades on both sides of the boundary below a grade, of those of its framework; `None` where it has no rank or none is below it, and
/// for no grade.
#[must_use]
pub fn grades_at_boundary(grades: &[grade::Model], above: Option<Uuid>) -> Option<[Uuid; 2]> {
    let above = above?;
    let rank = grades.iter().find(|grade| grade.id == above)?.rank?;
    let below = grades.iter().filter(|grade| grade.rank.is_some_and(|other| other < rank));
    below.max_by_key(|grade| grade.rank).map(|below| [below.id, above])
}

/// By which rule the sample of an exercise is drawn, given the grades on both sides of its boundary, if it has one.
#[must_use]
pub fn rule_of(exercise: &moderation_exercise::Model, at_boundary: Option<[Uuid; 2]>) -> SampleRule {
    let small = |number: i16| u8::try_from(number).unwrap_or_default();
    SampleRule {
        percent: small(exercise.sample_percent),
        at_boundary: at_boundary
            .zip(exercise.boundary_percent)
            .map(|(grades, percent)| Boundary { grades, percent: small(percent) }),
        least: usize::from(small(exercise.minimum_per_class)),
        most: exercise.maximum_per_class.map(|most| usize::from(small(most))),
    }
}

/// Beside whether it is a step back, which is taken for a reason.
impl Ruled<bool> for exercise_step::Model {
    fn rule(&mut self, back: bool, faults: &mut Faults) {
        match &mut self.taken_because {
            Some(reason) => {
                faults.at("reason", values::reason(reason));
            }
            None if back => {
                let message = format!("Say why the exercise goes back to {}.", self.state.code());
                faults.at("reason", Err(message));
            }
            None => {}
        }
    }
}

impl Ruled for second_judgement::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("rationale", values::rationale(&mut self.rationale));
    }
}

/// The rank of a grade; none where there is no grade, or it has none.
pub type Rank = Option<i16>;

/// Beside the ranks of the first judgement and of the agreed grade.
impl Ruled<(Rank, Rank)> for moderation_outcome::Model {
    fn rule(&mut self, (first, agreed): (Rank, Rank), faults: &mut Faults) {
        if faults.at("agreedGradeCode", fits_agreement(self.decision, self.agreed_grade_id.is_some())) {
            faults.telling_at("decision", check_decision(self.decision, first, agreed));
        }
    }
}
