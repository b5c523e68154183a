//! What pupils can do, and how teachers and moderators see it.
//!
//! A pupil's level in a subject is a number in standard deviations of a year group, relative to
//! what is expected at that age. A judge sees the level with an error and cuts it into grades.

use plumbline_entity::{assessment_window::Term, pupil::Sex, pupil_characteristics::FirstLanguage};

use super::{
    chance::{Chance, Purpose},
    fixed::{MATHEMATICS, READING, WRITING},
    pupils::Pupil,
    schools::School,
};

/// Where WTS, EXS and GDS begin.
pub(super) const THRESHOLDS: [f64; 3] = [-1.92, -0.80, 0.88];
/// The standard deviation of a class teacher's error in seeing a level.
pub(super) const TEACHER_ERROR: f64 = 0.38;
/// The standard deviation of a moderator's error: they see a few pieces of work.
pub(super) const MODERATOR_ERROR: f64 = 0.38;
/// The standard deviation of the error of a panel that discusses a work.
pub(super) const PANEL_ERROR: f64 = 0.20;

/// The grade of a level: 0 for BLW to 3 for GDS, where thresholds are lowered by `leniency`.
pub(super) fn grade_of(level: f64, leniency: [f64; 3]) -> usize {
    let reached = THRESHOLDS.iter().zip(leniency).filter(|(threshold, lower)| level >= *threshold - lower);
    reached.count()
}

/// The level of a pupil in a window, before what happens on the day.
pub(super) fn level(seed: u64, pupil: &Pupil, school: (usize, &School), subject: usize, year: i16, term: Term) -> f64 {
    let (number, school) = school;
    let year_group = pupil.year_group(year);
    pupil.ability[subject]
        + pupil.growth * f64::from(year_group - 3)
        + school.attainment[subject]
        + cohort(seed, number, pupil.reception)
        + gaps(pupil, subject, year_group)
        + 0.035 * f64::from(year_group - 3)
        + match subject {
            READING => 0.05,
            WRITING => -0.08,
            _ => 0.02,
        }
        + match term {
            Term::Autumn => -0.16,
            Term::Spring => -0.08,
            Term::Summer => 0.0,
        }
}

/// Cohorts of a school differ.
fn cohort(seed: u64, school: usize, reception: i16) -> f64 {
    let number = ((school as u64) << 16) + u64::from(reception.unsigned_abs());
    0.08 * Chance::new(seed, Purpose::Cohort, number).normal()
}

/// How much more or less than others a pupil's groups attain, roughly as in the country's results.
fn gaps(pupil: &Pupil, subject: usize, year_group: i16) -> f64 {
    let circumstances = &pupil.circumstances;
    let disadvantaged = if circumstances.recorded(year_group).disadvantaged() { -0.38 } else { 0.0 };
    let sex = match (subject, pupil.sex) {
        (WRITING, Sex::Female) => 0.12,
        (WRITING, Sex::Male) => -0.12,
        (READING, Sex::Female) => 0.06,
        (READING, Sex::Male) => -0.06,
        (_, Sex::Female) => -0.03,
        (_, Sex::Male) => 0.03,
    };
    let language = if circumstances.first_language == FirstLanguage::Other {
        // The gap closes as English is learned.
        let begins = if subject == MATHEMATICS { -0.12 } else { -0.36 };
        begins + 0.06 * f64::from(year_group)
    } else {
        0.0
    };
    disadvantaged + circumstances.need() + sex + language + age(pupil, year_group)
}

/// The oldest of a year group are ahead of the youngest; the gap narrows as they go up the school.
fn age(pupil: &Pupil, year_group: i16) -> f64 {
    use chrono::Datelike;
    // Months from September: 0 is the oldest, 11 the youngest.
    let month = (pupil.born_on.month() + 3) % 12;
    (5.5 - f64::from(month)) * (0.05 - 0.005 * f64::from(year_group))
}
