//! First judgements: of every pupil in every window and subject, by the teacher of their class.

use chrono::{Days, NaiveDate};
use plumbline_entity::judgement;
use plumbline_entity::year_group::YearGroup;
use uuid::Uuid;

use super::{
    attainment::{TEACHER_ERROR, grade_of, level},
    calendar::{Window, afternoon, moment, school_day},
    chance::{Chance, Ids, Purpose},
    fixed::{ABSENT, LEFT, NOT_ASSESSED},
    rolls::Seat,
    world::World,
};

/// What was judged in one window and subject.
pub(super) struct Assessed {
    /// The place of the window in the calendar.
    pub(super) window: usize,
    /// The place of the subject in the list.
    pub(super) subject: usize,
    /// Judgements, superseded ones before those that supersede them.
    pub(super) judgements: Vec<judgement::Model>,
    /// For each current judgement with a grade: what is needed to judge the work again.
    pub(super) works: Vec<Work>,
}

/// A judged pupil's work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub(super) judgement: Uuid,
    pub(super) class: usize,
    pub(super) year_group: i16,
    /// The level that the work shows, before anybody's error in seeing it.
    pub(super) level: f64,
    /// The grade that the teacher gave, 0 to 3.
    pub(super) first: usize,
    /// Whether the pupil is disadvantaged.
    pub(super) disadvantaged: bool,
}

struct Judging<'a> {
    world: &'a World,
    window: &'a Window,
    subject: usize,
    chance: Chance,
    ids: Ids,
    assessed: Assessed,
}

impl World {
    /// The first judgements of a window and subject.
    pub(super) fn assess(&self, window: usize, subject: usize) -> Assessed {
        let number = (window * 3 + subject) as u64;
        let at = &self.calendar.windows[window];
        let mut judging = Judging {
            world: self,
            window: at,
            subject,
            chance: Chance::new(self.options.seed, Purpose::Judgements, number),
            ids: Ids::new(self.options.seed, 1_000 + number, moment(at.opens_on)),
            assessed: Assessed { window, subject, judgements: Vec::new(), works: Vec::new() },
        };
        for seat in self.seats_of(at.year) {
            judging.judge(seat);
        }
        judging.assessed
    }
}

impl Judging<'_> {
    fn judge(&mut self, seat: &Seat) {
        let opens = self.window.opens_on;
        if seat.taken_on(opens) {
            match self.chance.share() {
                share if share < 0.006 => self.record(seat, ABSENT, None),
                share if share < 0.009 => self.record(seat, NOT_ASSESSED, None),
                // Of a pupil who came less than three weeks ago the teacher knows too little.
                _ if seat.from + Days::new(21) > opens => self.record(seat, NOT_ASSESSED, None),
                _ => self.grade(seat),
            }
        } else if seat.left && self.left_since_the_last(seat) {
            self.record(seat, LEFT, None);
        }
    }

    /// Whether the pupil left in the ten weeks before the window, so that a pupil who left is recorded as such once.
    fn left_since_the_last(&self, seat: &Seat) -> bool {
        let opens = self.window.opens_on;
        seat.until.is_some_and(|until| until < opens && until + Days::new(70) >= opens)
    }

    fn grade(&mut self, seat: &Seat) {
        let (pupil, class) = (&self.world.rolls.pupils[seat.pupil], &self.world.rolls.classes[seat.class]);
        let year = self.world.calendar.years[self.window.year].year;
        let (subject, planted) = (self.subject, &self.world.planted);
        let school = (class.school, &self.world.schools[class.school]);
        let disadvantaged = pupil.circumstances.recorded(seat.year_group).disadvantaged();
        let level = level(self.world.options.seed, pupil, school, subject, year, self.window.term)
            - planted.dip(pupil, class.school, subject, year)
            + 0.12 * self.chance.normal();
        let seen = level + self.world.staff.people[class.teacher].generosity
            - planted.overlooked(disadvantaged, subject)
            + TEACHER_ERROR * self.chance.normal();
        let first = grade_of(seen, planted.leniency(class, subject));
        // About one judgement in a hundred is superseded within the window.
        let earlier = self.chance.hits(0.01).then(|| match first {
            3 => 2,
            lower => lower + self.chance.below(2),
        });
        let earlier = earlier.filter(|earlier| *earlier != first);
        self.record(seat, first, earlier);
        let judgement = self.assessed.judgements.last().map(|judgement| judgement.id).unwrap_or_default();
        let (class, year_group) = (seat.class, seat.year_group);
        self.assessed.works.push(Work { judgement, class, year_group, level, first, disadvantaged });
    }

    fn record(&mut self, seat: &Seat, grade: usize, earlier: Option<usize>) {
        let mut day = school_day(&mut self.chance, self.window.opens_on, 2);
        let mut supersedes = None;
        if let Some(earlier) = earlier {
            let first_day = self.window.opens_on;
            supersedes = Some(self.push(seat, earlier, first_day, None, false));
            day = day.max(first_day.succ_opt().unwrap_or(first_day));
        }
        self.push(seat, grade, day, supersedes, true);
    }

    fn push(&mut self, seat: &Seat, grade: usize, day: NaiveDate, supersedes: Option<Uuid>, current: bool) -> Uuid {
        let class = &self.world.rolls.classes[seat.class];
        let id = self.ids.next();
        self.assessed.judgements.push(judgement::Model {
            id,
            trust_id: self.world.trust,
            school_id: self.world.schools[class.school].id,
            class_id: class.id,
            pupil_id: self.world.rolls.pupils[seat.pupil].id,
            year_group: YearGroup::from_number(seat.year_group).unwrap_or(YearGroup::Reception),
            window_id: self.window.id,
            subject_id: self.world.subjects[self.subject],
            grade_id: self.world.grades[grade],
            judged_by_id: Some(self.world.staff.people[class.teacher].id),
            judged_on: day,
            recorded_at: afternoon(&mut self.chance, day),
            supersedes_id: supersedes,
            is_late: false,
            recorded_because: None,
            is_current: current,
            withdrawn_at: None,
            withdrawn_by_id: None,
            withdrawn_because: None,
        });
        id
    }
}
