//! What is planted in the demo's judgements and in what its classes were taught, so that there is something true to find.
//!
//! Attainment is a number in standard deviations, cut into grades by thresholds (see `attainment.rs`). An effect
//! moves what a teacher sees, or what a pupil can do, by a part of a standard deviation. One query finds each effect
//! again. `moderationAgreement` is asked of the summer windows, because only they have exercises. Signs are as in its
//! answer: moderated minus first grade.

use uuid::Uuid;

use super::{
    calendar::LAST_YEAR,
    fixed::{MATHEMATICS, SUBJECTS, WRITING},
    pupils::Pupil,
    rolls::{Class, has_parallel_classes},
    schools::School,
    staff::Person,
};

/// How generous the lenient school is, in standard deviations, at EXS and GDS in writing.
const LENIENT_BY: f64 = 0.85;
/// How severe the severe teacher is, at every threshold and in every subject: about a whole boundary.
const SEVERE_BY: f64 = 1.00;
/// How much less the cohort that dips attains in mathematics.
const DIPS_BY: f64 = 0.95;
/// How much less teachers see in the writing of disadvantaged pupils than is there.
const OVERLOOKED_BY: f64 = 0.45;

/// A school, with everything that a query may name it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlantedSchool {
    /// Its id in the database.
    pub id: Uuid,
    /// Its invented unique reference number.
    pub urn: i32,
    /// Its name.
    pub name: String,
}

/// The size of the figure that an effect leads to. Both numbers have the sign of the effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// What to expect.
    pub about: f64,
    /// What every seed should reach: the smallest figure that any of a dozen seeds gave, less a margin.
    pub least: f64,
}

impl Size {
    /// Whether a figure has the sign of the effect and at least its least size.
    #[must_use]
    pub fn found_in(self, figure: f64) -> bool {
        if self.about < 0.0 { figure <= self.least } else { figure >= self.least }
    }
}

/// The planted effects of a demo.
#[derive(Clone, Debug, PartialEq)]
pub struct PlantedEffects {
    /// A school that gives EXS and GDS for less, in writing, in all years.
    pub lenient_school: LenientSchool,
    /// A teacher who gives a grade less than others would, in all subjects and years.
    pub severe_teacher: SevereTeacher,
    /// A cohort that attains less in mathematics in the last two years.
    pub dipping_cohort: DippingCohort,
    /// Pupils in whose writing teachers see less than is there, across the trust.
    pub overlooked_group: OverlookedGroup,
    /// A class that missed a strand two years ago; none in a demo of fewer than three years.
    pub curriculum_gap: Option<CurriculumGap>,
}

/// (a) The lenient school: in writing its EXS and GDS begin 0.85 standard deviations lower, in all
/// years, so moderators lower what it gave.
///
/// `moderationAgreement(where: { subject: "writing", academicYear: 2025, window: SUMMER }, by: [SCHOOL])`:
/// its `shift` lies clearly below 0 and below every other school's, its `generosity` at EXS is
/// about +0.2.
#[derive(Clone, Debug, PartialEq)]
pub struct LenientSchool {
    /// The school.
    pub school: PlantedSchool,
    /// The code of the subject.
    pub subject: &'static str,
    /// Moderated minus first grade.
    pub shift: Size,
    /// (lowered - raised) / judged at the boundary of EXS.
    pub generosity_at_exs: Size,
}

/// (b) The severe teacher: every threshold of theirs lies a whole deviation higher, in all
/// subjects and years, so moderators raise what they gave.
///
/// `moderationAgreement(where: { subject: "writing", academicYear: 2025, window: SUMMER }, by: [CLASS])`:
/// the `shift` of the class lies clearly above 0, that of its parallel class near 0. A class has
/// few moderated pupils in one year: ask for mathematics too, or for earlier years.
#[derive(Clone, Debug, PartialEq)]
pub struct SevereTeacher {
    /// The school, of two forms.
    pub school: PlantedSchool,
    /// The name of the class that the teacher has in every year.
    pub class: String,
    /// The class beside it, of the same year group, taught as others teach.
    pub parallel_class: String,
    /// The ids of the class, one for each year, oldest year first.
    pub class_ids: Vec<Uuid>,
    /// The teacher's id.
    pub teacher: Uuid,
    /// Moderated minus first grade, over the writing exercises of all years.
    pub shift: Size,
}

/// (c) The cohort that dips: in the last two years its pupils attain 0.95 standard deviations less
/// in mathematics; reading and writing stay as they were, and so does agreement.
///
/// `judgements` or the cells show it; agreement does not. In summer 2025/26 the mean rank in mathematics of the
/// pupils of the school and `year_group` lies well below their mean rank in reading. Two years earlier it did not for
/// the same pupils.
#[derive(Clone, Debug, PartialEq)]
pub struct DippingCohort {
    /// The school.
    pub school: PlantedSchool,
    /// The code of the subject.
    pub subject: &'static str,
    /// Its year group in the last year: 5. The year before it was in 4.
    pub year_group: i16,
    /// The academic year in which it was in Reception.
    pub reception: i16,
    /// Mean rank in mathematics minus mean rank in reading, last summer.
    pub difference: Size,
}

/// (d) The overlooked group: teachers see 0.45 standard deviations less in disadvantaged pupils'
/// writing than is there, in every school and year, so moderators raise them more than others.
///
/// `moderationAgreement(where: { subject: "writing", academicYear: 2025, window: SUMMER }, by: [DISADVANTAGED])`:
/// the `shift` of YES lies above that of NO.
#[derive(Clone, Debug, PartialEq)]
pub struct OverlookedGroup {
    /// The attribute by which cells are split.
    pub attribute: &'static str,
    /// Its value for the group.
    pub value: &'static str,
    /// The code of the subject.
    pub subject: &'static str,
    /// Shift of the group minus shift of the others.
    pub difference: Size,
}

/// (e) The gap: two years before the last, a class passed over its unit on fractions and was never taught them, while the class beside it
/// was. Two years later its pupils are to build on them.
///
/// `readiness(where: { classId, planId })`, of `needed_in` and the plan of its year group that serves the strand: the objective of the
/// strand for Year 3 was missed by nearly all of the class, and `missedIn` names the class that never had it.
#[derive(Clone, Debug, PartialEq)]
pub struct CurriculumGap {
    /// The school, of two forms.
    pub school: PlantedSchool,
    /// The name of the class that missed it.
    pub class: String,
    /// Its id.
    pub class_id: Uuid,
    /// The name of the class beside it, which was taught it.
    pub parallel_class: String,
    /// The code of the subject.
    pub subject: &'static str,
    /// The strand.
    pub strand: &'static str,
    /// The calendar year in which the academic year began in which it was missed.
    pub academic_year: i16,
    /// The name of the class in which most of its pupils are in the last year.
    pub needed_in: String,
    /// Its id.
    pub needed_in_id: Uuid,
    /// Of the pupils of that class, how many missed it.
    pub missed: Size,
}

/// Where the effects are, among the schools and classes that were made.
#[derive(Debug)]
pub(super) struct Planted {
    /// Whether there are any.
    there: bool,
    lenient: usize,
    severe: usize,
    dipping: usize,
    dipping_reception: i16,
    /// The school and the place of the year of the class that missed a strand; none where there are fewer than three years.
    gap: Option<(usize, usize)>,
}

const SEVERE_CLASS: &str = "4B";
const PARALLEL_CLASS: &str = "4A";
const DIPPING_YEAR_GROUP: i16 = 5;
/// The class that missed a strand, the class beside it, and the class in which its pupils are two years later.
const GAP_CLASSES: [&str; 3] = ["3A", "3B", "5A"];
/// What it missed.
const GAP_STRAND: &str = "Fractions";

impl Planted {
    /// The first two schools of two forms become the lenient and the severe one; in the first of the others a cohort
    /// dips. A class of the first school misses a strand, where there are years enough for it to be missed. Where nothing is planted, the
    /// same are what nothing is found of.
    pub(super) fn new(schools: &[School], years: usize, there: bool) -> Self {
        let mut parallel =
            schools.iter().enumerate().filter(|(_, school)| has_parallel_classes(school)).map(|(at, _)| at);
        let (lenient, severe) = (parallel.next().unwrap_or(0), parallel.next().unwrap_or(0));
        let dipping = (0..schools.len()).find(|at| *at != lenient && *at != severe).unwrap_or(0);
        let gap = years.checked_sub(3).map(|year| (lenient, year));
        Self { there, lenient, severe, dipping, dipping_reception: LAST_YEAR - DIPPING_YEAR_GROUP, gap }
    }

    /// How much lower the thresholds of WTS, EXS and GDS lie for the teacher of a class, in standard deviations.
    pub(super) fn leniency(&self, class: &Class, subject: usize) -> [f64; 3] {
        if !self.there {
            [0.0; 3]
        } else if class.school == self.severe && class.name == SEVERE_CLASS {
            [-SEVERE_BY; 3]
        } else if class.school == self.lenient && subject == WRITING {
            [0.0, LENIENT_BY, LENIENT_BY]
        } else {
            [0.0; 3]
        }
    }

    /// How much less a teacher sees in the work of a pupil than is there.
    pub(super) fn overlooked(&self, disadvantaged: bool, subject: usize) -> f64 {
        if self.there && disadvantaged && subject == WRITING { OVERLOOKED_BY } else { 0.0 }
    }

    /// How much less a pupil attains than they would.
    pub(super) fn dip(&self, pupil: &Pupil, school: usize, subject: usize, year: i16) -> f64 {
        let dips = self.there && school == self.dipping && pupil.reception == self.dipping_reception;
        if dips && subject == MATHEMATICS && year + 1 >= LAST_YEAR { DIPS_BY } else { 0.0 }
    }

    /// Whether a class passes over a strand of a subject and is never taught it.
    pub(super) fn misses(&self, class: &Class, subject: &str, strand: &str) -> bool {
        self.there
            && self.gap == Some((class.school, class.year))
            && class.name == GAP_CLASSES[0]
            && subject == SUBJECTS[MATHEMATICS].0
            && strand == GAP_STRAND
    }

    fn gap(&self, school: impl Fn(usize) -> PlantedSchool, classes: &[Class]) -> Option<CurriculumGap> {
        let (at, year) = self.gap?;
        let [class, parallel_class, needed_in] = GAP_CLASSES;
        let id = |name: &str, year: usize| {
            let of_that_name = |class: &&Class| class.school == at && class.year == year && class.name == name;
            classes.iter().find(of_that_name).map(|class| class.id)
        };
        Some(CurriculumGap {
            school: school(at),
            class: class.to_owned(),
            class_id: id(class, year)?,
            parallel_class: parallel_class.to_owned(),
            subject: SUBJECTS[MATHEMATICS].0,
            strand: GAP_STRAND,
            academic_year: LAST_YEAR - 2,
            needed_in: needed_in.to_owned(),
            needed_in_id: id(needed_in, year + 2)?,
            missed: Size { about: 28.0, least: 20.0 },
        })
    }

    /// The planted effects with ids, names and the figures to expect, as the console and the tests are told them.
    pub(super) fn told(&self, schools: &[School], classes: &[Class], people: &[Person]) -> PlantedEffects {
        let school = |at: usize| {
            let School { id, urn, ref name, .. } = schools[at];
            PlantedSchool { id, urn, name: name.clone() }
        };
        let severe = || classes.iter().filter(|class| class.school == self.severe && class.name == SEVERE_CLASS);
        PlantedEffects {
            lenient_school: LenientSchool {
                school: school(self.lenient),
                subject: "writing",
                shift: Size { about: -0.35, least: -0.15 },
                generosity_at_exs: Size { about: 0.18, least: 0.08 },
            },
            severe_teacher: SevereTeacher {
                school: school(self.severe),
                class: SEVERE_CLASS.to_owned(),
                parallel_class: PARALLEL_CLASS.to_owned(),
                class_ids: severe().map(|class| class.id).collect(),
                teacher: severe().next().map(|class| people[class.teacher].id).unwrap_or_default(),
                shift: Size { about: 0.65, least: 0.3 },
            },
            dipping_cohort: DippingCohort {
                school: school(self.dipping),
                subject: "mathematics",
                year_group: DIPPING_YEAR_GROUP,
                reception: self.dipping_reception,
                difference: Size { about: -0.65, least: -0.25 },
            },
            overlooked_group: OverlookedGroup {
                attribute: "DISADVANTAGED",
                value: "YES",
                subject: "writing",
                difference: Size { about: 0.27, least: 0.08 },
            },
            curriculum_gap: self.gap(school, classes),
        }
    }
}
