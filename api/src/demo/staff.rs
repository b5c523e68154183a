//! The people of the trust, and what they are appointed as. Addresses are easy to guess, on
//! purpose: `head.larkfield@demo.example`, `teacher.larkfield.1@demo.example`.

use chrono::NaiveDate;
use plumbline_entity::{appointment::Role, pupil::Sex};
use uuid::Uuid;

use super::{
    calendar::Calendar,
    chance::{Chance, Ids, Purpose},
    fixed::{PHASES, SUBJECTS, WRITING},
    names,
    rolls::Class,
    schools::School,
};

/// How far moderators differ in what they see in the same work, in standard deviations of pupils.
const MODERATORS_DIFFER_BY: f64 = 0.2;

/// A member of staff.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) id: Uuid,
    pub(super) email: String,
    pub(super) given_name: &'static str,
    pub(super) family_name: &'static str,
    /// How much more than others they see in the same work, in standard deviations.
    pub(super) generosity: f64,
    /// How much more than others they see in the work of other schools, as a moderator; in standard deviations. It is more than as a teacher:
    /// colleagues of a school come to judge alike.
    pub(super) as_moderator: f64,
    /// The school in which they teach or lead.
    pub(super) school: Option<usize>,
}

/// An appointment.
#[derive(Debug)]
pub(super) struct Post {
    pub(super) id: Uuid,
    pub(super) person: usize,
    pub(super) role: Role,
    pub(super) school: Option<usize>,
    pub(super) phase: Option<usize>,
    pub(super) subject: Option<usize>,
    pub(super) class: Option<usize>,
    pub(super) from: NaiveDate,
    pub(super) until: Option<NaiveDate>,
}

/// Everybody.
#[derive(Debug)]
pub(super) struct Staff {
    pub(super) people: Vec<Person>,
    pub(super) posts: Vec<Post>,
    /// Runs the trust's moderation.
    pub(super) lead: usize,
    /// Compares its schools.
    pub(super) analyst: usize,
    /// The head of each school.
    pub(super) heads: Vec<usize>,
    /// For each school: its leader of writing, its leader of upper key stage 2, and its SENCO.
    pub(super) leaders: Vec<[usize; 3]>,
    /// One class teacher of each school, who judges other schools' work.
    pub(super) moderators: Vec<usize>,
}

struct Hiring<'a> {
    seed: u64,
    from: NaiveDate,
    staff: Staff,
    people_ids: Ids,
    post_ids: Ids,
    schools: &'a [School],
}

/// The staff of a trust. Sets the teacher of each class.
pub(super) fn staff(seed: u64, calendar: &Calendar, schools: &[School], classes: &mut [Class], ids: [Ids; 2]) -> Staff {
    let [people_ids, post_ids] = ids;
    let from = calendar.years.first().map(|year| year.starts_on).unwrap_or_default();
    let none = Staff {
        people: vec![],
        posts: vec![],
        lead: 0,
        analyst: 0,
        heads: vec![],
        leaders: vec![],
        moderators: vec![],
    };
    let mut hiring = Hiring { seed, from, staff: none, people_ids, post_ids, schools };
    hiring.staff.analyst = hiring.hire("analyst".to_owned(), None);
    hiring.appoint(hiring.staff.analyst, Role::TrustAnalyst, None, None);
    hiring.staff.lead = hiring.hire("lead".to_owned(), None);
    hiring.appoint(hiring.staff.lead, Role::TrustLead, None, None);
    for school in 0..schools.len() {
        hiring.staff_of_school(school, calendar, classes);
    }
    // After all others: how generous a person is follows from their place in the list, and the planted effects from
    // that.
    for school in 0..schools.len() {
        hiring.leaders_of_school(school);
    }
    hiring.staff
}

impl Hiring<'_> {
    fn hire(&mut self, address: String, school: Option<usize>) -> usize {
        let at = self.staff.people.len();
        let mut chance = Chance::new(self.seed, Purpose::Staff, at as u64);
        let sex = if chance.hits(0.82) { Sex::Female } else { Sex::Male };
        let (given_name, family_name) = names::person(&mut chance, sex, false);
        self.staff.people.push(Person {
            id: self.people_ids.next(),
            email: format!("{address}@demo.example"),
            given_name,
            family_name,
            generosity: 0.06 * chance.normal(),
            as_moderator: MODERATORS_DIFFER_BY * Chance::new(self.seed, Purpose::Severity, at as u64).normal(),
            school,
        });
        at
    }

    /// An appointment without an end: the demo must work whatever today's date is.
    fn appoint(&mut self, person: usize, role: Role, school: Option<usize>, subject: Option<usize>) {
        let id = self.post_ids.next();
        let from = self.from;
        self.staff.posts.push(Post { id, person, role, school, phase: None, subject, class: None, from, until: None });
    }

    /// Leaders without a class of their own, so that the demo shows each role by itself.
    fn leaders_of_school(&mut self, school: usize) {
        let slug = self.schools[school].slug.clone();
        let leaders = ["writing", "ks2", "senco"].map(|what| self.hire(format!("{what}.{slug}"), Some(school)));
        let [writing, ks2, senco] = leaders;
        self.appoint(writing, Role::SubjectLeader, Some(school), Some(WRITING));
        self.appoint(ks2, Role::PhaseLeader, Some(school), None);
        if let Some(post) = self.staff.posts.last_mut() {
            post.phase = Some(PHASES.len() - 1);
        }
        self.appoint(senco, Role::Senco, Some(school), None);
        self.staff.leaders.push(leaders);
    }

    fn staff_of_school(&mut self, school: usize, calendar: &Calendar, classes: &mut [Class]) {
        let slug = self.schools[school].slug.clone();
        let head = self.hire(format!("head.{slug}"), Some(school));
        self.staff.heads.push(head);
        self.appoint(head, Role::SeniorLeader, Some(school), None);
        let names = class_names(school, calendar.last(), classes);
        let mut teachers = Vec::new();
        for number in 1..=names.len() {
            let moderates = number == names.len();
            let address =
                if moderates { format!("moderator{}", school + 1) } else { format!("teacher.{slug}.{number}") };
            teachers.push(self.hire(address, Some(school)));
        }
        for (name, teacher) in names.iter().zip(&teachers) {
            self.appoint_to_classes(school, name, *teacher, calendar, classes);
        }
        for subject in (0..SUBJECTS.len()).filter(|subject| *subject != WRITING) {
            self.appoint(teachers[subject % teachers.len()], Role::SubjectLeader, Some(school), Some(subject));
        }
        self.staff.moderators.extend(teachers.last());
        self.appoint(teachers[teachers.len() - 1], Role::Moderator, None, None);
    }

    /// Appoints a teacher to the class of one name in all years, each year with an appointment of its own.
    fn appoint_to_classes(
        &mut self,
        school: usize,
        name: &str,
        person: usize,
        calendar: &Calendar,
        classes: &mut [Class],
    ) {
        for (at, class) in classes.iter_mut().enumerate() {
            if class.school != school || class.name != name {
                continue;
            }
            class.teacher = person;
            let year = &calendar.years[class.year];
            let until = (class.year != calendar.last()).then_some(year.ends_on);
            let (id, from) = (self.post_ids.next(), year.starts_on);
            let role = Role::ClassTeacher;
            let (school, class) = (Some(school), Some(at));
            let post = Post { id, person, role, school, phase: None, subject: None, class, from, until };
            self.staff.posts.push(post);
        }
    }
}

/// The names of a school's classes in a year, youngest first.
fn class_names(school: usize, year: usize, classes: &[Class]) -> Vec<String> {
    let of_school = classes.iter().filter(|class| class.school == school && class.year == year);
    of_school.map(|class| class.name.clone()).collect()
}
