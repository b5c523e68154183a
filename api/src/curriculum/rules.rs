//! Rules of the curriculum: no database, no clock.

use plumbline_entity::subject;

use crate::rulebook::{Faults, Ruled, values};

impl Ruled for subject::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("code", values::code(&self.code));
        faults.at("name", values::name(&mut self.name));
    }
}
