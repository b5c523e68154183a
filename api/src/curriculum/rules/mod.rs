//! Rules of the curriculum: no database, no clock.

pub mod changes;
pub mod graph;
pub mod in_force;

use plumbline_entity::{curriculum, curriculum_version, objective, subject};

use crate::rulebook::{Faults, Ruled, values};

impl Ruled for subject::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("code", values::code(&self.code));
        faults.at("name", values::name(&mut self.name));
    }
}

impl Ruled for curriculum::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("aim", values::if_given(self.aim.as_mut(), |aim| values::text(aim, "An aim", MOST_OF_A_RATIONALE)));
    }
}

/// Most characters of a rationale or an aim.
const MOST_OF_A_RATIONALE: usize = 4_000;
/// Most characters of a statement, and of the reason for its place.
const MOST_OF_A_STATEMENT: usize = 1_000;
/// Most objectives on which one builds.
pub const MOST_LINKS: usize = 30;
/// The places in a sequence.
pub const POSITION: values::Number = values::Number::new("The place in the sequence", 1, 100_000);

impl Ruled for curriculum_version::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        version_texts(&mut self.rationale, &mut self.source, &mut self.licence, faults);
    }
}

/// What a version says of itself.
pub fn version_texts(
    rationale: &mut String,
    source: &mut Option<String>,
    licence: &mut Option<String>,
    faults: &mut Faults,
) {
    faults.at("rationale", values::text(rationale, "A rationale", MOST_OF_A_RATIONALE));
    faults.at("source", values::if_given(source.as_mut(), |text| values::text(text, "A source", 300)));
    faults.at("licence", values::if_given(licence.as_mut(), |text| values::text(text, "A licence", 300)));
}

impl Ruled for objective::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("code", values::long_code(&self.code));
        faults.at("strand", values::name(&mut self.strand));
        faults.at("lowestYearGroup", values::span(self.lowest_year_group, self.highest_year_group));
        faults.at("position", POSITION.check(self.position));
        faults.at("statement", values::text(&mut self.statement, "A statement", MOST_OF_A_STATEMENT));
        let reason = self.reason.as_mut();
        faults.at("reason", values::if_given(reason, |text| values::text(text, "A reason", MOST_OF_A_STATEMENT)));
    }
}
