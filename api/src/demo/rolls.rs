//! Who is in which class, through the years: pupils go up a year group each year, leave after Year
//! 6, join, leave and move between the schools of the trust, at the end of a year and within it.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use uuid::Uuid;

use super::{
    calendar::{Calendar, moving_day},
    chance::{Chance, Ids, Purpose},
    names::BIRDS,
    pupils::Pupil,
    schools::{School, Size, TeachingGroup},
};

/// A class of a year.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) id: Uuid,
    pub(super) school: usize,
    pub(super) year: usize,
    pub(super) name: String,
    pub(super) lowest: i16,
    pub(super) highest: i16,
    /// The place of its teacher in the list of the trust's people.
    pub(super) teacher: usize,
}

/// A pupil's place in a class.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) id: Uuid,
    pub(super) pupil: usize,
    pub(super) class: usize,
    pub(super) year_group: i16,
    pub(super) from: NaiveDate,
    /// Last day; none while the pupil is on roll.
    pub(super) until: Option<NaiveDate>,
    /// Whether the pupil left the trust on that day.
    pub(super) left: bool,
}

impl Seat {
    /// Whether the pupil is in the class on a day.
    pub(super) fn taken_on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// Pupils, classes and seats of all years, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Rolls {
    pub(super) pupils: Vec<Pupil>,
    pub(super) classes: Vec<Class>,
    pub(super) seats: Vec<Seat>,
    /// The number of the first seat of each year.
    pub(super) years: Vec<usize>,
}

/// A pupil who changes school within the year joins only a class that stays smaller than this.
const FULL: usize = 32;

struct Making<'a> {
    seed: u64,
    schools: &'a [School],
    rolls: Rolls,
    /// The pupils on each school's roll at present.
    on_roll: Vec<Vec<usize>>,
    /// How many pupil numbers each school has given for each Reception year; with no school, how many were given
    /// elsewhere.
    numbered: BTreeMap<(Option<usize>, i16), usize>,
    pupil_ids: Ids,
    class_ids: Ids,
    seat_ids: Ids,
}

/// The rolls of all years. The three streams give the ids of pupils, classes and enrolments.
pub(super) fn rolls(seed: u64, calendar: &Calendar, schools: &[School], ids: [Ids; 3]) -> Rolls {
    let [pupil_ids, class_ids, seat_ids] = ids;
    let mut making = Making {
        seed,
        schools,
        rolls: Rolls::default(),
        on_roll: vec![Vec::new(); schools.len()],
        numbered: BTreeMap::new(),
        pupil_ids,
        class_ids,
        seat_ids,
    };
    for (at, year) in calendar.years.iter().enumerate() {
        let mut chance = Chance::new(seed, Purpose::Moves, at as u64);
        if at == 0 {
            (1..=6).rev().for_each(|older| making.take_in(year.year - older));
        } else {
            making.end_of_year(year.year, &mut chance);
        }
        making.take_in(year.year);
        let first_class = making.rolls.classes.len();
        making.rolls.years.push(making.rolls.seats.len());
        let until = (at != calendar.last()).then_some(year.ends_on);
        making.make_classes(at, year.year, year.starts_on, until);
        making.within_the_year(first_class, year.year, until, &mut chance);
    }
    making.rolls
}

impl Making<'_> {
    /// A new Reception in each school.
    fn take_in(&mut self, reception: i16) {
        for school in 0..self.schools.len() {
            let number = ((school as u64) << 16) + u64::from(reception.unsigned_abs());
            let places = self.schools[school].size.places() as f64;
            let filled = Chance::new(self.seed, Purpose::Intake, number).between(0.88, 1.01);
            for _ in 0..(places * filled) as usize {
                let pupil = self.new_pupil(school, reception, Some(school));
                self.on_roll[school].push(pupil);
            }
        }
    }

    /// A new pupil of a school, whose number was given there or elsewhere.
    fn new_pupil(&mut self, school: usize, reception: i16, numbered_at: Option<usize>) -> usize {
        let number = self.numbered.entry((numbered_at, reception)).or_default();
        *number += 1;
        // Authority 979 stands for all the schools elsewhere, a thousand pupils to each of them.
        let (authority, establishment) = match numbered_at {
            Some(school) => (self.schools[school].la_code, i32::from(self.schools[school].establishment_number)),
            None => (979, 2_000 + (*number / 1000) as i32),
        };
        let digits = format!("{authority:03}{establishment:04}{:02}{:03}", reception % 100, *number % 1000);
        let at = self.rolls.pupils.len();
        let mut chance = Chance::new(self.seed, Purpose::Pupil, at as u64);
        let pupil = Pupil::new(self.pupil_ids.next(), &digits, reception, &self.schools[school], &mut chance);
        self.rolls.pupils.push(pupil);
        at
    }

    /// Year 6 leaves. Of the others a few leave or change school; new pupils come for most of them.
    fn end_of_year(&mut self, year: i16, chance: &mut Chance) {
        let before = std::mem::replace(&mut self.on_roll, vec![Vec::new(); self.schools.len()]);
        for (school, pupils) in before.into_iter().enumerate() {
            for pupil in pupils {
                let reception = self.rolls.pupils[pupil].reception;
                if year - reception > 6 {
                    continue;
                }
                let (leaves, moves) = (chance.hits(0.010), chance.hits(0.004));
                let to = if moves { chance.below(self.schools.len()) } else { school };
                if !leaves {
                    self.on_roll[to].push(pupil);
                }
                if (leaves || to != school) && chance.hits(0.9) {
                    let other = self.new_pupil(school, reception, None);
                    self.on_roll[school].push(other);
                }
            }
        }
    }

    /// Divides each school's pupils into classes.
    fn make_classes(&mut self, at: usize, year: i16, from: NaiveDate, until: Option<NaiveDate>) {
        for school in 0..self.schools.len() {
            let size = self.schools[school].size;
            let mut birds = BIRDS.iter();
            for group in size.teaching_groups() {
                let pupils = self.pupils_of(school, year, &group);
                for part in 0..group.classes {
                    // Parts differ by one pupil at most.
                    let bounds = [part, part + 1].map(|part| part * pupils.len() / group.classes);
                    let members = &pupils[bounds[0]..bounds[1]];
                    let name = match birds.as_slice().first() {
                        Some(bird) if group.lowest != group.highest => {
                            birds.next();
                            (*bird).to_owned()
                        }
                        _ => class_name(group.lowest, part, group.classes),
                    };
                    self.make_class(school, at, name, members, year, (from, until));
                }
            }
        }
    }

    /// The pupils of a teaching group: by age where classes are of mixed age, else by lot.
    fn pupils_of(&self, school: usize, year: i16, group: &TeachingGroup) -> Vec<usize> {
        let taught = |pupil: &usize| {
            let year_group = self.rolls.pupils[*pupil].year_group(year);
            (group.lowest..=group.highest).contains(&year_group)
        };
        let mut pupils: Vec<usize> = self.on_roll[school].iter().copied().filter(taught).collect();
        let mixed = group.lowest != group.highest;
        pupils.sort_by_key(|pupil| {
            let pupil = &self.rolls.pupils[*pupil];
            let oldest_last = mixed.then_some((-pupil.reception, std::cmp::Reverse(pupil.born_on)));
            (oldest_last, pupil.lot)
        });
        pupils
    }

    fn make_class(
        &mut self,
        school: usize,
        at: usize,
        name: String,
        members: &[usize],
        year: i16,
        (from, until): (NaiveDate, Option<NaiveDate>),
    ) {
        let year_groups = || members.iter().map(|pupil| self.rolls.pupils[*pupil].year_group(year));
        let (lowest, highest) = (year_groups().min().unwrap_or(0), year_groups().max().unwrap_or(0));
        let class = self.rolls.classes.len();
        let id = self.class_ids.next();
        self.rolls.classes.push(Class { id, school, year: at, name, lowest, highest, teacher: 0 });
        for pupil in members {
            let year_group = self.rolls.pupils[*pupil].year_group(year);
            self.seat(*pupil, class, year_group, from, until);
        }
    }

    fn seat(&mut self, pupil: usize, class: usize, year_group: i16, from: NaiveDate, until: Option<NaiveDate>) {
        let id = self.seat_ids.next();
        self.rolls.seats.push(Seat { id, pupil, class, year_group, from, until, left: false });
    }

    /// A few leave or change school within the year; where one leaves the trust, another may come.
    fn within_the_year(&mut self, first_class: usize, year: i16, until: Option<NaiveDate>, chance: &mut Chance) {
        let seats = self.rolls.years.last().copied().unwrap_or_default()..self.rolls.seats.len();
        let mut sizes: Vec<usize> = vec![0; self.rolls.classes.len()];
        self.rolls.seats[seats.clone()].iter().for_each(|seat| sizes[seat.class] += 1);
        for seat in seats {
            if !chance.hits(0.014) {
                continue;
            }
            let day = moving_day(chance, year);
            let Seat { pupil, class, year_group, .. } = self.rolls.seats[seat];
            let school = self.rolls.classes[class].school;
            let to =
                if chance.hits(0.4) { self.place_elsewhere(first_class, school, year_group, &sizes) } else { None };
            self.rolls.seats[seat].until = Some(day - Days::new(1));
            self.rolls.seats[seat].left = to.is_none();
            self.on_roll[school].retain(|other| *other != pupil);
            sizes[class] -= 1;
            if let Some(to) = to {
                sizes[to] += 1;
                self.on_roll[self.rolls.classes[to].school].push(pupil);
                self.seat(pupil, to, year_group, day, until);
            } else if chance.hits(0.9) {
                let other = self.new_pupil(school, year - year_group, None);
                self.on_roll[school].push(other);
                sizes[class] += 1;
                let day = moving_day(chance, year).max(day);
                self.seat(other, class, year_group, day, until);
            }
        }
    }

    /// The emptiest class of a year group in another school, if it has a place.
    fn place_elsewhere(&self, first: usize, school: usize, year_group: i16, sizes: &[usize]) -> Option<usize> {
        let classes = self.rolls.classes.iter().enumerate().skip(first);
        let fits =
            classes.filter(|(_, class)| class.school != school && (class.lowest..=class.highest).contains(&year_group));
        let emptiest = fits.map(|(at, _)| at).min_by_key(|at| (sizes[*at], *at));
        emptiest.filter(|at| sizes[*at] + 1 < FULL)
    }
}

/// What a class of one year group is called: 4B, or Year 4 where it is the only one.
fn class_name(year_group: i16, part: usize, classes: usize) -> String {
    let letter = char::from(b'A' + part as u8);
    match (year_group, classes) {
        (0, 1) => "Reception".to_owned(),
        (0, _) => format!("R{letter}"),
        (_, 1) => format!("Year {year_group}"),
        _ => format!("{year_group}{letter}"),
    }
}

/// Whether a school's every year group has two classes of its own.
pub(super) fn has_parallel_classes(school: &School) -> bool {
    school.size == Size::Two
}
