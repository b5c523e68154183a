//! What the schools of the demo plan to teach: units of work for each year group and subject, with the objectives that they serve. All
//! words are made from the curriculum's strands and statements, or are our own.

use std::collections::HashMap;

use chrono::NaiveDate;
use plumbline_entity::{
    adaptation, appointment::Role, curriculum_version, focus, insecure_pupil, objective, plan, plan::PlanApproval,
    plan_objective, plan_step, shared_adaptation, taught_objective,
};
use uuid::Uuid;

use super::{
    calendar::{half_terms, moment},
    chance::{Chance, Ids, Purpose},
    curriculum::Curricula,
    fixed::{FOUNDATION, MATHEMATICS, PHASES, SUBJECTS},
    outlines,
    rolls::{Class, Seat},
    rows,
    staff::Post,
    world::World,
};
use crate::{curriculum::rules::in_force::in_force, planning::rules::core_key};

/// Ids of what is planned and taught in a year follow from the seed and this number, to which that of the year is added.
const IDS: u64 = 1_100_000;

/// How often an objective of another subject than mathematics is left out of all plans.
const LEFT_OUT: f64 = 0.05;
/// How often a foundation subject is planned in two units a year rather than in one.
const IN_TWO_UNITS: f64 = 0.1;
/// How often the leader of the subject writes a plan themselves.
const BY_THE_LEADER: f64 = 0.2;

/// What is planned and taught in a year.
#[derive(Debug, Default)]
pub(super) struct Planning {
    pub(super) plans: Vec<plan::Model>,
    pub(super) objectives: Vec<plan_objective::Model>,
    pub(super) steps: Vec<plan_step::Model>,
    pub(super) adaptations: Vec<adaptation::Model>,
    pub(super) shared: Vec<shared_adaptation::Model>,
    pub(super) taught: Vec<taught_objective::Model>,
    pub(super) insecure: Vec<insecure_pupil::Model>,
    pub(super) focuses: Vec<focus::Model>,
}

/// A subject, and its place among those in which is judged.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    pub(super) id: Uuid,
    pub(super) code: &'static str,
    name: &'static str,
    /// Its place in the list of all.
    at: usize,
    /// Whoever leads it in the school.
    leader: Option<usize>,
}

impl Subject {
    /// Whether its attainment is judged, and somebody leads it.
    pub(super) const fn is_core(self) -> bool {
        self.at < SUBJECTS.len()
    }
}

/// A plan while the rest is made from it.
pub(super) struct Unit<'a> {
    pub(super) plan: plan::Model,
    pub(super) subject: Subject,
    pub(super) year_group: i16,
    /// The half-terms in which it is taught.
    pub(super) times: Vec<(NaiveDate, NaiveDate)>,
    pub(super) objectives: Vec<&'a objective::Model>,
    /// Whoever wrote it, and whoever reviews it.
    pub(super) author: usize,
    pub(super) leader: usize,
    /// The classes that it is for.
    pub(super) classes: Vec<usize>,
}

/// The making of a year of a school.
pub(super) struct Making<'a> {
    pub(super) world: &'a World,
    pub(super) year: usize,
    pub(super) school: usize,
    pub(super) ids: Ids,
    pub(super) planning: Chance,
    pub(super) teaching: Chance,
    pub(super) adapting: Chance,
    /// The classes of the school in the year.
    pub(super) classes: Vec<usize>,
    /// The places in each class.
    pub(super) seats: HashMap<usize, Vec<&'a Seat>>,
    pub(super) made: Planning,
}

impl World {
    /// What is planned and taught in a year, in all schools.
    pub(super) fn planning(&self, curricula: &Curricula, year: usize) -> Planning {
        let seed = self.options.seed;
        let mut seats: HashMap<usize, Vec<&Seat>> = HashMap::new();
        for seat in self.seats_of(year) {
            seats.entry(seat.class).or_default().push(seat);
        }
        let starts_on = moment(self.calendar.years[year].starts_on);
        let mut making = Making {
            world: self,
            year,
            school: 0,
            ids: Ids::new(seed, IDS + year as u64, starts_on),
            planning: Chance::new(seed, Purpose::Planning, 0),
            teaching: Chance::new(seed, Purpose::Teaching, 0),
            adapting: Chance::new(seed, Purpose::Adaptations, 0),
            classes: Vec::new(),
            seats,
            made: Planning::default(),
        };
        for school in 0..self.schools.len() {
            let number = (year * 1_000 + school) as u64;
            making.school = school;
            let here = |(_, class): &(usize, &Class)| class.school == school && class.year == year;
            making.classes = self.rolls.classes.iter().enumerate().filter(here).map(|(at, _)| at).collect();
            making.planning = Chance::new(seed, Purpose::Planning, number);
            making.teaching = Chance::new(seed, Purpose::Teaching, number);
            making.adapting = Chance::new(seed, Purpose::Adaptations, number);
            for subject in self.taught_subjects(curricula) {
                making.of_subject(curricula, subject);
            }
            if year == self.calendar.last() {
                making.focus();
            }
        }
        making.made
    }

    /// All subjects that are taught.
    fn taught_subjects(&self, curricula: &Curricula) -> Vec<Subject> {
        let judged = self.subjects.iter().copied().zip(SUBJECTS);
        let others = curricula.subjects.iter().map(|subject| subject.id).zip(FOUNDATION);
        let all = judged.chain(others).enumerate();
        all.map(|(at, (id, (code, name)))| Subject { id, code, name, at, leader: None }).collect()
    }

    /// The objectives by which a school teaches a subject in a year.
    pub(super) fn taught_by<'a>(
        &self,
        curricula: &'a Curricula,
        subject: Uuid,
        (school, year): (usize, usize),
    ) -> Vec<&'a objective::Model> {
        let versions: Vec<curriculum_version::Model> =
            curricula.versions.iter().filter(|version| version.subject_id == subject).cloned().collect();
        let version = in_force(&versions, self.schools[school].id, self.calendar.years[year].ends_on);
        let of_version = |row: &&objective::Model| Some(row.curriculum_version_id) == version.map(|version| version.id);
        curricula.objectives.iter().filter(of_version).collect()
    }

    /// Whoever leads a subject in a school.
    fn subject_leader(&self, school: usize, subject: Subject) -> Option<usize> {
        let leads = |post: &&Post| {
            post.role == Role::SubjectLeader && post.school == Some(school) && post.subject == Some(subject.at)
        };
        self.staff.posts.iter().find(leads).map(|post| post.person)
    }
}

impl<'a> Making<'a> {
    fn of_subject(&mut self, curricula: &'a Curricula, subject: Subject) {
        let subject = Subject { leader: self.world.subject_leader(self.school, subject), ..subject };
        let taught = self.world.taught_by(curricula, subject.id, (self.school, self.year));
        for year_group in 0..=6_i16 {
            let of_year = |row: &&&objective::Model| row.lowest_year_group.number() == year_group;
            let objectives: Vec<&objective::Model> = taught.iter().filter(of_year).copied().collect();
            let in_class = |at: &usize| {
                let class = &self.world.rolls.classes[*at];
                (class.lowest..=class.highest).contains(&year_group)
            };
            let classes: Vec<usize> = self.classes.iter().copied().filter(in_class).collect();
            if objectives.is_empty() || classes.is_empty() {
                continue;
            }
            self.of_year_group(subject, year_group, objectives, &classes);
        }
    }

    /// Divides the objectives of a year group into units.
    fn of_year_group(
        &mut self,
        subject: Subject,
        year_group: i16,
        mut objectives: Vec<&'a objective::Model>,
        classes: &[usize],
    ) {
        let count = match subject.at {
            MATHEMATICS => {
                // Fractions close the year: they lean on what was measured and reckoned before.
                objectives.sort_by_key(|row| (row.strand == "Fractions", row.position));
                objectives.len()
            }
            _ if subject.is_core() => 3,
            _ if subject.code == "science" || self.planning.hits(IN_TWO_UNITS) => 2,
            _ => 1,
        };
        let count = count.min(objectives.len());
        let part = |unit: usize| unit * objectives.len() / count;
        for unit in 0..count {
            let mut serves = objectives[part(unit)..part(unit + 1)].to_vec();
            if subject.at != MATHEMATICS {
                let left_out = |_: &&objective::Model| !self.planning.hits(LEFT_OUT);
                serves.retain(left_out);
            }
            let times = match count {
                // A term, another for each subject and year group.
                1 => {
                    let term = (subject.at + year_group as usize) % 3;
                    term * 2..term * 2 + 2
                }
                _ => unit * 6 / count..(unit + 1) * 6 / count,
            };
            if !serves.is_empty() {
                let unit = self.unit(subject, year_group, serves, times, classes.to_vec());
                self.all_of(unit);
            }
            let planned = |row: &&&objective::Model| !self.made_for(row.id);
            let unplanned: Vec<&objective::Model> =
                objectives[part(unit)..part(unit + 1)].iter().filter(planned).copied().collect();
            self.teach_unplanned(subject, &unplanned, classes);
        }
    }

    /// Whether the last plan of the school serves an objective.
    fn made_for(&self, objective: Uuid) -> bool {
        let school = self.world.schools[self.school].id;
        let last = self.made.objectives.iter().rev().take(12);
        last.filter(|row| row.school_id == school).any(|row| row.objective_id == objective)
    }

    fn unit(
        &mut self,
        subject: Subject,
        year_group: i16,
        objectives: Vec<&'a objective::Model>,
        times: std::ops::Range<usize>,
        classes: Vec<usize>,
    ) -> Unit<'a> {
        let world = self.world;
        let year = &world.calendar.years[self.year];
        let times = half_terms(year.year)[times].to_vec();
        let leader = subject.leader.unwrap_or_else(|| self.leader_of(year_group));
        let teacher = world.rolls.classes[classes[self.planning.below(classes.len())]].teacher;
        let author = if subject.is_core() && self.planning.hits(BY_THE_LEADER) { leader } else { teacher };
        let plan = plan::Model {
            id: self.ids.next(),
            trust_id: world.trust,
            school_id: world.schools[self.school].id,
            subject_id: subject.id,
            academic_year_id: year.id,
            author_id: world.staff.people[author].id,
            title: outlines::title(self.school, subject.name, year_group, &objectives),
            lowest_year_group: rows::year_group(year_group),
            highest_year_group: rows::year_group(year_group),
            starts_on: times.first().map_or(year.starts_on, |time| time.0),
            ends_on: times.last().map_or(year.ends_on, |time| time.1),
            outline: outlines::outline(&mut self.planning, &objectives),
            approval: PlanApproval::NotReviewed,
            version: 1,
        };
        // Nobody reviews what they wrote.
        let leader = if leader == author { world.staff.heads[self.school] } else { leader };
        Unit { plan, subject, year_group, times, objectives, author, leader, classes }
    }

    /// Whoever leads the phase of a year group, where somebody does; else the school.
    fn leader_of(&self, year_group: i16) -> usize {
        let staff = &self.world.staff;
        if year_group >= PHASES[PHASES.len() - 1].1 { staff.leaders[self.school][1] } else { staff.heads[self.school] }
    }

    /// A plan with all that hangs on it.
    fn all_of(&mut self, mut unit: Unit<'a>) {
        self.review(&mut unit);
        for row in &unit.objectives {
            let id = self.ids.next();
            self.made.objectives.push(plan_objective::Model {
                id,
                trust_id: self.world.trust,
                school_id: unit.plan.school_id,
                subject_id: unit.plan.subject_id,
                academic_year_id: unit.plan.academic_year_id,
                plan_id: unit.plan.id,
                objective_id: row.id,
                objective_key: row.key,
                core_key: core_key(row),
            });
        }
        self.tasks(&unit);
        self.conversation(&unit);
        for class in unit.classes.clone() {
            let taken_up = self.take_up(&unit, class);
            self.adapt(&unit, class, taken_up);
            self.teach(&unit, class, taken_up);
        }
        self.made.plans.push(unit.plan);
    }
}
