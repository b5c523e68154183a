//! What was taught in the classes of the demo: most of what was planned, some of it again later, and who was not yet secure in it.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use plumbline_entity::{
    insecure_pupil, objective, plan_step::PlanStepOutcome, taught_objective, taught_objective::TeachingDepth,
};
use uuid::Uuid;

use super::{
    calendar::{afternoon, half_terms, present},
    planning::{Making, Subject, Unit},
    rolls::Seat,
};
use crate::planning::rules::core_key;

/// How often a class is taught what a plan serves: in reading, writing and mathematics, and in other subjects.
const TAUGHT: [f64; 2] = [0.96, 0.89];
/// How often a class is taught what it has no plan for.
const TAUGHT_UNPLANNED: f64 = 0.35;
/// How often what was taught comes again later in the year.
const REVISITED: f64 = 0.36;

impl Making<'_> {
    /// What of a plan was taught in a class.
    pub(super) fn teach(&mut self, unit: &Unit<'_>, class: usize, taken_up: PlanStepOutcome) {
        let passed_over = taken_up == PlanStepOutcome::PassedOver;
        let weeks = weeks_of(&unit.times);
        let count = unit.objectives.len();
        for (at, row) in unit.objectives.iter().enumerate() {
            let often = match passed_over {
                true => TAUGHT_UNPLANNED,
                false => TAUGHT[usize::from(!unit.subject.is_core())],
            };
            let taught = self.teaching.hits(often);
            // The objectives of a unit follow each other.
            let week = (at * weeks.len() + self.teaching.below(weeks.len())) / count;
            let day = weeks[week] + Days::new(1 + self.teaching.below(4) as u64);
            let missed = self.world.planted.misses(&self.world.rolls.classes[class], unit.subject.code, &row.strand);
            if taught && !missed {
                self.record(row, class, (!passed_over).then_some(unit), day);
            }
        }
    }

    /// What a class was taught although no plan of its year group serves it.
    pub(super) fn teach_unplanned(&mut self, subject: Subject, objectives: &[&objective::Model], classes: &[usize]) {
        let weeks = weeks_of(&half_terms(self.world.calendar.years[self.year].year));
        for (row, class) in objectives.iter().flat_map(|row| classes.iter().map(move |class| (row, *class))) {
            let taught = self.teaching.hits(TAUGHT_UNPLANNED);
            let day = self.teaching.pick(&weeks) + Days::new(1 + self.teaching.below(4) as u64);
            let missed = self.world.planted.misses(&self.world.rolls.classes[class], subject.code, &row.strand);
            if taught && !missed {
                self.record(row, class, None, day);
            }
        }
    }

    /// Records what was taught on a day and, of some, that it was taught again.
    fn record(&mut self, row: &objective::Model, class: usize, unit: Option<&Unit<'_>>, day: NaiveDate) {
        let depth = match self.teaching.share() {
            share if share < 0.3 => TeachingDepth::Met,
            share if share < 0.72 => TeachingDepth::Practised,
            _ => TeachingDepth::Secure,
        };
        self.taught(row, class, unit, day, depth);
        let again = self.teaching.hits(REVISITED);
        let depth = if self.teaching.hits(0.6) { TeachingDepth::Secure } else { TeachingDepth::Practised };
        let weeks = weeks_of(&half_terms(self.world.calendar.years[self.year].year));
        let later: Vec<NaiveDate> = weeks.into_iter().filter(|monday| *monday > day + Days::new(14)).collect();
        if again && !later.is_empty() {
            let day = self.teaching.pick(&later[..later.len().min(8)]) + Days::new(1 + self.teaching.below(4) as u64);
            let unit = unit.filter(|unit| day <= unit.plan.ends_on);
            self.taught(row, class, unit, day, depth);
        }
    }

    fn taught(
        &mut self,
        row: &objective::Model,
        class: usize,
        unit: Option<&Unit<'_>>,
        day: NaiveDate,
        depth: TeachingDepth,
    ) {
        let world = self.world;
        let of_class = &world.rolls.classes[class];
        if day > present() {
            return;
        }
        let taught = taught_objective::Model {
            id: self.ids.next(),
            trust_id: world.trust,
            school_id: world.schools[self.school].id,
            subject_id: row.subject_id,
            class_id: of_class.id,
            plan_id: unit.map(|unit| unit.plan.id),
            objective_id: row.id,
            objective_key: row.key,
            core_key: core_key(row),
            taught_on: day,
            depth,
            recorded_by_id: Some(world.staff.people[of_class.teacher].id),
            recorded_at: afternoon(&mut self.teaching, day),
            supersedes_id: None,
            is_current: true,
            withdrawn_at: None,
            withdrawn_because: None,
        };
        if depth == TeachingDepth::Secure {
            self.insecure(&taught, class);
        }
        self.made.taught.push(taught);
    }

    /// The few who were not yet secure: of two who are drawn, whoever finds learning harder.
    fn insecure(&mut self, taught: &taught_objective::Model, class: usize) {
        let seats = self.seats.get(&class).map(Vec::as_slice).unwrap_or_default();
        let there: Vec<&Seat> = seats.iter().filter(|seat| seat.taken_on(taught.taught_on)).copied().collect();
        let mut named: BTreeSet<Uuid> = BTreeSet::new();
        for _ in 0..self.teaching.pick(&[0, 0, 0, 1, 1]) {
            if there.is_empty() {
                return;
            }
            let drawn = [(); 2].map(|()| &self.world.rolls.pupils[self.teaching.pick(&there).pupil]);
            let [one, other] = drawn;
            let weaker = if one.ability[0] < other.ability[0] { one } else { other };
            if named.insert(weaker.id) {
                self.made.insecure.push(insecure_pupil::Model {
                    id: self.ids.next(),
                    trust_id: taught.trust_id,
                    school_id: taught.school_id,
                    subject_id: taught.subject_id,
                    class_id: taught.class_id,
                    taught_objective_id: taught.id,
                    pupil_id: weaker.id,
                });
            }
        }
    }
}

/// The Mondays of the weeks of some half-terms.
fn weeks_of(times: &[(NaiveDate, NaiveDate)]) -> Vec<NaiveDate> {
    let mondays = times.iter().flat_map(|(from, until)| from.iter_weeks().take_while(move |monday| monday <= until));
    mondays.collect()
}
