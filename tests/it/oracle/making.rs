//! Random worlds: two trusts side by side, with everything in them on which a rule may depend.

use chrono::{Days, NaiveDate};
use plumbline_entity::{
    academic_year, assessment_window, assessment_window::Term, class, enrolment, framework, grade, phase,
    published_outcome, pupil, pupil::Sex, pupil_characteristics, pupil_characteristics::FirstLanguage,
    pupil_characteristics::SenProvision, school, school::EducationPhase, school_predecessor, subject, trust,
    year_group::YearGroup,
};

use super::chance::{Chance, day};
use super::making_curriculum::curricula;
use super::making_planning::planning;
use super::making_staff::staff;
use super::making_work::work;
use super::world::World;

/// Names that sort, begin and contain alike, and some with characters that a search treats specially.
const NAMES: &[&str] =
    &["Abel", "Abbot", "abel", "Bell", "Bellamy", "Cole", "Collins", "Dow", "O_Neil", "Per%", "Zane", "Zoë", "ZOË"];

/// A name of a person.
pub fn name(chance: &mut Chance) -> String {
    (*chance.pick(NAMES)).to_owned()
}

/// A trust as it is being made.
pub struct Making<'a> {
    /// What is made so far.
    pub world: &'a mut World,
    /// Where chance comes from.
    pub chance: &'a mut Chance,
    /// The trust.
    pub trust: uuid::Uuid,
    /// Which of the trusts.
    pub nth: usize,
}

/// A world of two trusts.
pub fn random(chance: &mut Chance) -> World {
    let mut world = World::default();
    for nth in 0..2 {
        let trust = chance.id();
        world.trust.push(trust::Model { id: trust, name: format!("Trust {nth}"), version: 1 });
        let mut making = Making { world: &mut world, chance: &mut *chance, trust, nth };
        making.frame();
        making.schools();
        making.pupils();
        staff(&mut making);
        work(&mut making);
        curricula(&mut making);
        planning(&mut making);
    }
    published(&mut world, chance);
    world
}

/// Rows of this trust in a table of the world, copied so that others can be made from them.
macro_rules! of_trust {
    ($making:expr, $table:ident) => {
        $making.world.$table.iter().filter(|row| row.trust_id == $making.trust).cloned().collect::<Vec<_>>()
    };
}
pub(super) use of_trust;

impl Making<'_> {
    fn frame(&mut self) {
        // Years that ended on both sides of 365 days before the day of the requests, and years that begin on both
        // sides of that day.
        let ended = *self.chance.pick(&["2025-08-31", "2025-07-01", "2025-06-30"]);
        let begins = *self.chance.pick(&["2026-09-01", "2026-07-01", "2026-07-02"]);
        let years = [
            (2023, "2023-09-01", "2024-08-31"),
            (2024, "2024-09-01", ended),
            (2025, "2025-09-01", "2026-08-31"),
            (2026, begins, "2027-08-31"),
        ];
        for (year, starts, ends) in years {
            let id = self.chance.id();
            let (starts_on, ends_on) = (day(starts), day(ends));
            self.world.academic_year.push(academic_year::Model {
                id,
                trust_id: self.trust,
                year,
                starts_on,
                ends_on,
                version: 1,
            });
            let terms = [(Term::Autumn, 9, 12), (Term::Spring, 1, 3), (Term::Summer, 4, 6)];
            for (term, from, until) in terms.into_iter().filter(|_| (2024..=2025).contains(&year)) {
                let calendar = i32::from(year) + i32::from(from < 9);
                let first = |month| NaiveDate::from_ymd_opt(calendar, month, 1).expect("a day");
                let opens_on = first(from);
                let closes_on = first(until) + Days::new(26);
                let window = assessment_window::Model {
                    id: self.chance.id(),
                    trust_id: self.trust,
                    academic_year_id: id,
                    term,
                    opens_on,
                    closes_on,
                    days_of_grace: *self.chance.pick(&[7, 366, 366]),
                    version: 1,
                };
                if self.chance.percent(80) {
                    self.world.assessment_window.push(window);
                }
            }
        }
        for code in ["art", "reading", "writing"] {
            let id = self.chance.id();
            self.world.subject.push(subject::Model {
                id,
                trust_id: self.trust,
                code: code.into(),
                name: code.into(),
                version: 1,
            });
        }
        for (name, edition) in [("Teacher assessment", "2018"), ("Phonics", "2012")] {
            let id = self.chance.id();
            let (code, edition) = (name[..2].to_lowercase(), edition.to_owned());
            self.world.framework.push(framework::Model {
                id,
                trust_id: self.trust,
                code,
                edition,
                name: name.into(),
                version: 1,
            });
            for (code, rank) in [("WTS", Some(0)), ("EXS", Some(1)), ("GDS", Some(2)), ("A", None)] {
                let (code, name) = (code.to_owned(), code.to_owned());
                self.world.grade.push(grade::Model {
                    id: self.chance.id(),
                    trust_id: self.trust,
                    framework_id: id,
                    code,
                    name,
                    rank,
                    version: 1,
                });
            }
        }
        for nth in 0..self.chance.between(2, 4) {
            let low = i16::try_from(self.chance.between(1, 5)).expect("small");
            let high = i16::try_from(self.chance.between(usize::try_from(low).expect("small"), 6)).expect("small");
            self.world.phase.push(phase::Model {
                id: self.chance.id(),
                trust_id: self.trust,
                name: format!("Phase {nth}"),
                lowest_year_group: YearGroup::from_number(low).expect("a year group"),
                highest_year_group: YearGroup::from_number(high).expect("a year group"),
                version: 1,
            });
        }
    }

    fn schools(&mut self) {
        for nth in 0..self.chance.between(1, 4) {
            let number = i16::try_from(10 * self.nth + nth).expect("small");
            let id = self.chance.id();
            self.world.school.push(school::Model {
                id,
                trust_id: self.trust,
                // Both trusts have a school of the same number, which the Department would not give.
                urn: 900_000 + i32::try_from(nth).expect("small"),
                la_code: 7,
                establishment_number: 20 + number,
                name: format!("School {nth}"),
                education_phase: EducationPhase::Primary,
                lowest_age: Some(4),
                highest_age: self.chance.percent(80).then_some(11),
                opened_on: self.chance.percent(50).then(|| day("2001-09-01")),
                closed_on: None,
                version: 1,
            });
            if self.chance.percent(30) {
                let urn = 800_000 + i32::from(number);
                self.world.school_predecessor.push(school_predecessor::Model {
                    school_id: id,
                    urn,
                    trust_id: self.trust,
                });
            }
            for year in of_trust!(self, academic_year).into_iter().filter(|year| (2024..=2026).contains(&year.year)) {
                for nth_class in 0..self.chance.between(usize::from(year.year < 2026), 3) {
                    let low = i16::try_from(self.chance.between(1, 5)).expect("small");
                    let high = low + i16::from(self.chance.percent(30));
                    self.world.class.push(class::Model {
                        id: self.chance.id(),
                        trust_id: self.trust,
                        school_id: id,
                        academic_year_id: year.id,
                        name: format!("{} {nth_class}", self.chance.pick(&["Fox", "Kite", "Owl"])),
                        lowest_year_group: YearGroup::from_number(low).expect("a year group"),
                        highest_year_group: YearGroup::from_number(high).expect("a year group"),
                        version: 1,
                    });
                }
            }
        }
    }

    fn pupils(&mut self) {
        let years = of_trust!(self, academic_year);
        let classes = of_trust!(self, class);
        let schools = of_trust!(self, school);
        for nth in 0..self.chance.between(8, 14) * schools.len() {
            let id = self.chance.id();
            let upn =
                plumbline::organisation::rules::upn_of(&format!("{:03}2{nth:08}", 200 + self.nth)).expect("a UPN");
            self.world.pupil.push(pupil::Model {
                id,
                trust_id: self.trust,
                upn: Some(upn),
                given_name: Some(name(self.chance)),
                family_name: Some(name(self.chance)),
                date_of_birth: Some(self.chance.day(day("2015-01-01"), day("2015-01-20"))),
                sex: Some(*self.chance.pick(&[Sex::Female, Sex::Male])),
                version: 1,
            });
            let mut school = self.chance.pick(&schools).id;
            let needs = self.chance.percent(45);
            for year in &years {
                if self.chance.percent(75) {
                    self.characteristics(id, year.id, needs);
                }
                if self.chance.percent(25) {
                    school = self.chance.pick(&schools).id;
                }
                self.year_of(id, year, school, &classes);
            }
        }
    }

    /// The places that a pupil has in a year: none, one, or several one after the other, perhaps of two schools.
    fn year_of(
        &mut self,
        pupil: uuid::Uuid,
        year: &academic_year::Model,
        school: uuid::Uuid,
        classes: &[class::Model],
    ) {
        let mut here: Vec<&class::Model> =
            classes.iter().filter(|class| class.academic_year_id == year.id && class.school_id == school).collect();
        let mut starts_on = year.starts_on;
        let mut places = *self.chance.pick(&[0, 1, 1, 1, 2]);
        let latest = year.ends_on - Days::new(2);
        while places > 0 && !here.is_empty() && starts_on <= latest {
            places -= 1;
            let class = here.swap_remove(self.chance.below(here.len()));
            let moves = places > 0 || self.chance.percent(15);
            let ends_on = moves.then(|| self.chance.day(starts_on, latest));
            self.world.enrolment.push(enrolment::Model {
                id: self.chance.id(),
                trust_id: self.trust,
                school_id: class.school_id,
                pupil_id: pupil,
                class_id: class.id,
                academic_year_id: year.id,
                year_group: *self.chance.pick(&[class.lowest_year_group, class.highest_year_group]),
                starts_on,
                ends_on,
                version: 1,
            });
            let Some(last) = ends_on else { return };
            starts_on = last + Days::new(1);
            if self.chance.percent(40) {
                here =
                    classes.iter().filter(|other| other.academic_year_id == year.id && other.id != class.id).collect();
            }
        }
    }

    fn characteristics(&mut self, pupil: uuid::Uuid, year: uuid::Uuid, needs: bool) {
        let sen = if needs {
            *self.chance.pick(&[SenProvision::Support, SenProvision::Plan, SenProvision::None])
        } else {
            SenProvision::None
        };
        let (meals, care) = (self.chance.percent(30), self.chance.percent(10));
        self.world.pupil_characteristics.push(pupil_characteristics::Model {
            id: self.chance.id(),
            trust_id: self.trust,
            pupil_id: pupil,
            academic_year_id: year,
            free_school_meals: Some(meals),
            ever_six_free_school_meals: Some(meals),
            ever_in_care: Some(care),
            service_child: Some(self.chance.percent(10)),
            disadvantaged: Some(meals || care),
            pupil_premium: Some(meals),
            sen: Some(sen),
            first_language: Some(*self.chance.pick(&[
                FirstLanguage::English,
                FirstLanguage::Other,
                FirstLanguage::Unclassified,
            ])),
            version: i32::try_from(self.chance.between(1, 3)).expect("small"),
        });
    }
}

/// Public figures of some schools, which belong to no trust.
fn published(world: &mut World, chance: &mut Chance) {
    use published_outcome::{Ks2Measure, PublishedStatus};
    for urn in 900_000..900_003 {
        world.published_outcome.push(published_outcome::Model {
            id: chance.id(),
            urn,
            converted_urn: None,
            la_code: 7,
            school_name: format!("Published {urn}"),
            special: false,
            year: 2018,
            measure: Ks2Measure::RwmExpected,
            eligible: Some(30),
            percentage: Some(60),
            status: PublishedStatus::Published,
            instead: None,
        });
    }
}
