//! Rules of the organisation: no database, no clock.

mod phases;
mod places;
mod rows;

use chrono::{Datelike, NaiveDate};
use plumbline_entity::{academic_year, appointment, appointment::Role, class, school, year_group::YearGroup};

use crate::rulebook::{Fault, values};

pub use crate::rulebook::values::upn_of;
pub use phases::phase_of;
pub use places::{Held, place_to_leave, refuse_two_at_a_time};

/// Checks that an appointment names what its role needs, and nothing else.
fn place_of_role(row: &appointment::Model) -> Result<(), Fault> {
    let (needs_school, needs_phase, needs_subject, needs_class) = match row.role {
        Role::ClassTeacher => (true, false, false, true),
        Role::SubjectLeader => (true, false, true, false),
        Role::PhaseLeader => (true, true, false, false),
        Role::Senco | Role::SeniorLeader => (true, false, false, false),
        // A moderator may come from a school; the others are of the whole trust.
        Role::Moderator | Role::TrustLead | Role::TrustAnalyst => (false, false, false, false),
    };
    let given = [
        ("schoolId", row.school_id, needs_school),
        ("phaseId", row.phase_id, needs_phase),
        ("subjectId", row.subject_id, needs_subject),
        ("classId", row.class_id, needs_class),
    ];
    let misfit = given.into_iter().find(|(_, given, needed)| given.is_some() != *needed);
    misfit.map_or(Ok(()), |(field, _, needed)| {
        let (role, verb) = (row.role.code(), if needed { "needs" } else { "does not take" });
        Err(Fault::invalid(field, format!("An appointment as {role} {verb} `{field}`.")))
    })
}

/// Checks that nobody is given what they hold: `held` is what they are appointed to.
///
/// # Errors
/// Since when they hold it.
pub fn not_held_already(new: &appointment::Model, held: &[appointment::Model]) -> Result<(), Fault> {
    let what = |row: &appointment::Model| {
        (row.staff_member_id, row.role, row.school_id, row.phase_id, row.subject_id, row.class_id)
    };
    let overlaps = |held: &appointment::Model| {
        held.ends_on.is_none_or(|last| last >= new.starts_on) && new.ends_on.is_none_or(|last| held.starts_on <= last)
    };
    held.iter().find(|held| what(held) == what(new) && overlaps(held)).map_or(Ok(()), |held| {
        let message = format!("They hold this appointment already, since {}; end it first.", held.starts_on);
        Err(Fault::duplicate("role", message))
    })
}

/// Checks that the lowest age of a school is no more than the highest.
fn ages(lowest: Option<i16>, highest: Option<i16>) -> Result<(), String> {
    match (lowest, highest) {
        (Some(low), Some(high)) if low > high => Err("The lowest age is above the highest; swap them.".to_owned()),
        _ => Ok(()),
    }
}

/// Checks that a day lies in an academic year.
///
/// # Errors
/// It does not.
pub fn in_year(day: NaiveDate, year: &academic_year::Model) -> Result<(), String> {
    if (year.starts_on..=year.ends_on).contains(&day) {
        Ok(())
    } else {
        Err(format!("{day} lies outside the academic year, which runs from {} to {}.", year.starts_on, year.ends_on))
    }
}

/// The first and the last day of the academic year that starts in a calendar year, where nothing else is said: 1 September
/// and 31 August.
#[must_use]
pub fn usual_days(year: i16) -> (NaiveDate, NaiveDate) {
    let day = |year: i32, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    (day(year.into(), 9, 1), day(i32::from(year) + 1, 8, 31))
}

/// Checks that a day lies in the calendar year in which an academic year `starts` or `ends`.
fn edge_of_year(day: NaiveDate, in_year: i32, year: i16, edge: &str) -> Result<(), String> {
    if day.year() == in_year { Ok(()) } else { Err(format!("The academic year {year} {edge} on a day in {in_year}.")) }
}

/// Checks that a class takes pupils of a year group.
fn takes(class: &class::Model, year_group: YearGroup) -> Result<(), String> {
    let (lowest, highest) = (class.lowest_year_group, class.highest_year_group);
    if (lowest..=highest).contains(&year_group) {
        return Ok(());
    }
    let takes = if lowest == highest { format!("{lowest} alone") } else { format!("{lowest} to {highest}") };
    Err(format!("The class takes {takes}. Choose another class or another year group."))
}

/// Checks a pupil's date of birth.
fn birth(day: NaiveDate, today: NaiveDate) -> Result<(), String> {
    const OLDEST: i32 = 26;
    if day > today {
        return Err(format!("{day} is in the future."));
    }
    if day.year() < today.year() - OLDEST {
        return Err(format!("{day} is more than {OLDEST} years ago: too long for a pupil."));
    }
    Ok(())
}

/// Checks that a pupil is recorded as disadvantaged where what else is recorded says so.
fn disadvantage(disadvantaged: bool, ever_six: bool, ever_in_care: bool) -> Result<(), String> {
    let because = match (ever_six, ever_in_care) {
        _ if disadvantaged => return Ok(()),
        (false, false) => return Ok(()),
        (true, _) => "eligible for free school meals in the last six years (`everSixFreeSchoolMeals`)",
        (false, true) => "looked after at some time (`everInCare`)",
    };
    Err(format!("A pupil who was {because} is disadvantaged in the sense of the performance tables: make this true."))
}

/// The last day with which an appointment ends at once: yesterday, or where it has not begun before
/// today, the day before its first.
#[must_use]
pub fn ends_at_once(first: NaiveDate, today: NaiveDate) -> NaiveDate {
    let before = |day: NaiveDate| day.pred_opt().unwrap_or(day);
    before(today).max(before(first))
}

/// Checks the last day with which an appointment is ended. The day before its first takes it back as if it had not
/// been: somebody who was appointed by mistake today loses it today.
///
/// # Errors
/// It lies earlier than that, or on a day that cannot be meant.
pub fn last_day(first: NaiveDate, last: NaiveDate) -> Result<(), String> {
    let earliest = first.pred_opt().unwrap_or(first);
    if last < earliest {
        return Err(format!(
            "The appointment began on {first}: it can end on {earliest} at the earliest, which takes it back."
        ));
    }
    values::day(last)
}

/// Local authority and establishment number of a school, as in 936/2092.
#[must_use]
pub fn laestab(school: &school::Model) -> String {
    format!("{:03}/{:04}", school.la_code, school.establishment_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_pupil_is_born_in_the_past_and_not_too_long_ago() {
        let today = day("2026-07-01");
        assert!(birth(day("2017-02-03"), today).is_ok());
        assert!(birth(day("2026-07-02"), today).is_err());
        assert!(birth(day("1917-02-03"), today).is_err());
    }

    #[test]
    fn ever_six_or_care_makes_a_pupil_disadvantaged() {
        assert!(disadvantage(false, false, false).is_ok());
        assert!(disadvantage(true, false, false).is_ok());
        for (ever_six, in_care) in [(true, false), (false, true), (true, true)] {
            assert!(disadvantage(true, ever_six, in_care).is_ok());
            assert!(disadvantage(false, ever_six, in_care).is_err());
        }
    }

    #[test]
    fn an_appointment_of_today_can_be_taken_back_today() {
        let today = day("2026-07-01");
        assert!(last_day(today, day("2026-06-30")).is_ok());
        assert!(last_day(today, day("2026-06-29")).is_err());
        assert!(last_day(today, day("9026-06-29")).is_err());
    }

    #[test]
    fn an_appointment_ends_at_once_whenever_it_began() {
        let today = day("2026-07-01");
        for (first, last) in [("2025-09-01", "2026-06-30"), ("2026-07-01", "2026-06-30"), ("2026-09-01", "2026-08-31")]
        {
            let last_one = day(last);
            assert_eq!(ends_at_once(day(first), today), last_one);
            assert!(last_day(day(first), last_one).is_ok());
        }
    }
}
