//! Rules of moderation: no database, no clock.

mod sample;

use plumbline_entity::{moderation_exercise, moderation_outcome, second_judgement};

use super::decisions::{check_decision, fits_agreement};
use crate::rulebook::{Faults, Ruled, values};

pub use sample::{Candidate, DrawnStratum, DrawnWork, StratumKey, draw_sample};

impl Ruled for moderation_exercise::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("title", values::name(&mut self.title));
        faults.at("samplePercent", values::SAMPLE_PERCENT.check(self.sample_percent));
        faults.at("minimumPerClass", values::MINIMUM_PER_CLASS.check(self.minimum_per_class));
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
