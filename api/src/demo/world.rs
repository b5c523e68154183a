//! The trust of a demo, made in memory: all of it but the judgements, which follow window by window.

use uuid::Uuid;

use super::{
    DemoOptions,
    calendar::{Calendar, LAST_YEAR, day, moment},
    chance::Ids,
    effects::Planted,
    fixed::{CLIENTS, GRADES, PHASES, SUBJECTS},
    rolls::{Rolls, Seat, rolls},
    schools::{School, schools},
    staff::{Staff, staff},
};

/// The trust of a demo.
#[derive(Debug)]
pub(super) struct World {
    pub(super) options: DemoOptions,
    pub(super) trust: Uuid,
    /// When it was set up, in milliseconds since 1970: ids are made as if then.
    pub(super) founded: i64,
    pub(super) calendar: Calendar,
    pub(super) phases: Vec<Uuid>,
    pub(super) subjects: Vec<Uuid>,
    pub(super) framework: Uuid,
    pub(super) grades: Vec<Uuid>,
    pub(super) schools: Vec<School>,
    pub(super) rolls: Rolls,
    pub(super) staff: Staff,
    pub(super) clients: Vec<Uuid>,
    pub(super) planted: Planted,
}

impl World {
    /// The trust of these options: the same on every machine, ids and all.
    pub(super) fn new(options: DemoOptions) -> Self {
        let DemoOptions { schools: count, years, seed, effects } = options;
        let founded = moment(day(LAST_YEAR + 1 - years as i16, 9, 1));
        let ids = |number| Ids::new(seed, number, founded);
        let mut first = ids(0);
        let trust = first.next();
        let calendar = Calendar::new(years as usize, &mut first);
        let mut some = |count: usize| -> Vec<Uuid> { (0..count).map(|_| first.next()).collect() };
        let (phases, subjects, grades) = (some(PHASES.len()), some(SUBJECTS.len()), some(GRADES.len()));
        let framework = some(1).pop().unwrap_or_default();
        let schools = schools(seed, count as usize, &mut ids(1));
        let mut rolls = rolls(seed, &calendar, &schools, [ids(2), ids(3), ids(4)]);
        let staff = staff(seed, &calendar, &schools, &mut rolls.classes, [ids(5), ids(6)]);
        let clients = some(CLIENTS.len());
        let planted = Planted::new(&schools, years as usize, effects);
        Self {
            options,
            trust,
            founded,
            calendar,
            phases,
            subjects,
            framework,
            grades,
            schools,
            rolls,
            staff,
            clients,
            planted,
        }
    }

    /// The places of pupils in the classes of a year.
    pub(super) fn seats_of(&self, year: usize) -> &[Seat] {
        let begins = self.rolls.years[year];
        let ends = self.rolls.years.get(year + 1).copied().unwrap_or(self.rolls.seats.len());
        &self.rolls.seats[begins..ends]
    }
}
