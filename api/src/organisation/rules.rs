//! Rules of the organisation: no database, no clock.

mod places;

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use plumbline_entity::{academic_year, appointment::Role, class, year_group::YearGroup};

pub use places::{Held, place_to_leave};

/// The letters of a UPN's check letter, in the order of their values.
const UPN_LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";

/// Checks a unique pupil number: its form and its check letter (DfE, UPN guide: the sum of each
/// character's value times its position, 2 to 13, modulo 23; the last letter of a temporary number
/// counts by its place in the alphabet of check letters).
///
/// # Errors
/// What is wrong, in words for the person who typed it.
pub fn check_upn(upn: &str) -> Result<(), String> {
    let bytes = upn.as_bytes();
    if bytes.len() != 13 {
        return Err(format!("A UPN has 13 characters, this one has {}.", bytes.len()));
    }
    let mut sum = 0_usize;
    for (position, byte) in bytes.iter().enumerate().skip(1) {
        let value = match byte {
            b'0'..=b'9' => usize::from(byte - b'0'),
            _ if position == 12 => letter_value(*byte)
                .ok_or("The last character of a UPN is a digit, or the letter of a temporary UPN.")?,
            _ => {
                return Err("A UPN is a letter and 12 digits; only the last may be a letter again (a temporary UPN)."
                    .to_owned());
            }
        };
        sum += value * (position + 1);
    }
    let right = UPN_LETTERS.get(sum % 23).copied().unwrap_or_default();
    if bytes.first() == Some(&right) {
        Ok(())
    } else {
        Err("The first letter of this UPN does not fit its digits: one of them is mistyped.".to_owned())
    }
}

/// The UPN of these twelve digits, with its check letter.
#[must_use]
pub fn upn_of(digits: &str) -> Option<String> {
    UPN_LETTERS.iter().map(|letter| format!("{}{digits}", char::from(*letter))).find(|upn| check_upn(upn).is_ok())
}

fn letter_value(letter: u8) -> Option<usize> {
    UPN_LETTERS.iter().position(|known| *known == letter)
}

/// Checks that an appointment names what its role needs, and nothing else.
///
/// # Errors
/// The field that is missing or too much, and why.
pub fn check_appointment(
    role: Role,
    school: bool,
    phase: bool,
    subject: bool,
    class: bool,
) -> Result<(), (&'static str, String)> {
    let (needs_school, needs_phase, needs_subject, needs_class) = match role {
        Role::ClassTeacher => (true, false, false, true),
        Role::SubjectLeader => (true, false, true, false),
        Role::PhaseLeader => (true, true, false, false),
        Role::Senco | Role::SeniorLeader => (true, false, false, false),
        // A moderator may come from a school; the others are of the whole trust.
        Role::Moderator | Role::TrustLead | Role::TrustAnalyst => (false, false, false, false),
    };
    let given = [
        ("schoolId", school, needs_school),
        ("phaseId", phase, needs_phase),
        ("subjectId", subject, needs_subject),
        ("classId", class, needs_class),
    ];
    for (field, given, needed) in given {
        if given != needed {
            let role = role.code();
            let verb = if needed { "needs" } else { "does not take" };
            return Err((field, format!("An appointment as {role} {verb} `{field}`.")));
        }
    }
    Ok(())
}

/// Checks that a span of year groups begins with its youngest.
///
/// # Errors
/// What is wrong.
pub fn check_span(lowest: YearGroup, highest: YearGroup) -> Result<(), String> {
    if lowest <= highest {
        Ok(())
    } else {
        Err("The youngest year group comes after the oldest; swap them.".to_owned())
    }
}

/// A name without the spaces around it.
///
/// # Errors
/// It is empty, longer than 100 characters, or holds a line break or another control character.
pub fn check_name(name: &str) -> Result<String, String> {
    const LONGEST: usize = 100;
    let name = name.trim();
    match name.chars().count() {
        0 => Err("A name is needed.".to_owned()),
        length if length > LONGEST => Err(format!("A name has at most {LONGEST} characters, this one has {length}.")),
        _ if name.chars().any(char::is_control) => Err("A name is one line of text, without tabs.".to_owned()),
        _ => Ok(name.to_owned()),
    }
}

/// The name that an update gives, or the one there is if it gives none.
///
/// # Errors
/// As [`check_name`].
pub fn check_new_name(given: Option<&str>, current: &str) -> Result<String, String> {
    given.map_or_else(|| Ok(current.to_owned()), check_name)
}

/// Checks a short name that files and filters use.
///
/// # Errors
/// It is not 1 to 40 lower-case letters, digits and hyphens.
pub fn check_code(code: &str) -> Result<String, String> {
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=40).contains(&code.len()) && code.chars().all(sound) {
        Ok(code.to_owned())
    } else {
        Err("A code has 1 to 40 lower-case letters, digits and hyphens, such as `writing`.".to_owned())
    }
}

/// An email address in lower case, as it is kept. Only its shape is looked at: whether it can be
/// reached shows when somebody writes to it.
///
/// # Errors
/// It is no address of the shape `name@place.uk`.
pub fn check_email(email: &str) -> Result<String, String> {
    const LONGEST: usize = 254;
    let email = email.trim().to_lowercase();
    let shaped = email.split_once('@').is_some_and(|(name, place)| {
        let labels = place.split('.').collect::<Vec<_>>();
        !name.is_empty() && !place.contains('@') && labels.len() > 1 && labels.iter().all(|label| !label.is_empty())
    });
    if shaped && email.len() <= LONGEST && !email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Ok(email)
    } else {
        Err("This is not an email address, such as ann.lee@school.example.".to_owned())
    }
}

/// A number within its range, small enough for its column.
///
/// # Errors
/// It lies outside; `what` begins the sentence that says so.
pub fn check_number(number: i32, range: RangeInclusive<i16>, what: &str) -> Result<i16, String> {
    let (least, most) = (*range.start(), *range.end());
    let small = i16::try_from(number).ok().filter(|number| range.contains(number));
    small.ok_or_else(|| format!("{what} is {least} to {most}, not {number}."))
}

/// Checks the statutory ages of a school: each 0 to 25, the lowest no more than the highest.
///
/// # Errors
/// What is wrong.
pub fn check_ages(lowest: Option<i32>, highest: Option<i32>) -> Result<(Option<i16>, Option<i16>), String> {
    let age = |age: Option<i32>| age.map(|age| check_number(age, 0..=25, "The age of a pupil")).transpose();
    let (lowest, highest) = (age(lowest)?, age(highest)?);
    match (lowest, highest) {
        (Some(low), Some(high)) if low > high => Err("The lowest age is above the highest; swap them.".to_owned()),
        _ => Ok((lowest, highest)),
    }
}

/// Checks that a day lies in a time that a school can mean: a slip such as 0205 for 2025 does not.
///
/// # Errors
/// It lies before 1800 or after 2199.
pub fn check_day(day: NaiveDate) -> Result<NaiveDate, String> {
    if (1800..2200).contains(&day.year()) {
        Ok(day)
    } else {
        Err(format!("{day} is no day that can be meant here; a date is written as 2025-09-01."))
    }
}

/// Checks that a time ends no earlier than it begins, both on days that can be meant.
///
/// # Errors
/// What is wrong.
pub fn check_time(from: Option<NaiveDate>, until: Option<NaiveDate>) -> Result<(), String> {
    for day in [from, until].into_iter().flatten() {
        check_day(day)?;
    }
    match (from, until) {
        (Some(from), Some(until)) if until < from => {
            Err(format!("The last day, {until}, lies before the first, {from}."))
        }
        _ => Ok(()),
    }
}

/// Checks that a day lies in an academic year.
///
/// # Errors
/// It does not.
pub fn check_in_year(day: NaiveDate, year: &academic_year::Model) -> Result<(), String> {
    if (year.starts_on..=year.ends_on).contains(&day) {
        Ok(())
    } else {
        Err(format!("{day} lies outside the academic year, which runs from {} to {}.", year.starts_on, year.ends_on))
    }
}

/// The first day of the academic year that starts in a calendar year: 1 September, or the one given.
///
/// # Errors
/// It does not lie in that calendar year.
pub fn check_first_of_year(year: i16, given: Option<NaiveDate>) -> Result<NaiveDate, String> {
    let first = given.or_else(|| NaiveDate::from_ymd_opt(i32::from(year), 9, 1));
    let sound = first.filter(|day| day.year() == i32::from(year));
    sound.ok_or_else(|| format!("The academic year {year} starts on a day in {year}."))
}

/// The last day of the academic year that starts in a calendar year: 31 August, or the one given.
///
/// # Errors
/// It does not lie in the calendar year after.
pub fn check_last_of_year(year: i16, given: Option<NaiveDate>) -> Result<NaiveDate, String> {
    let next = i32::from(year) + 1;
    let last = given.or_else(|| NaiveDate::from_ymd_opt(next, 8, 31));
    let sound = last.filter(|day| day.year() == next);
    sound.ok_or_else(|| format!("The academic year {year} ends on a day in {next}."))
}

/// Checks that a class takes pupils of a year group.
///
/// # Errors
/// It does not.
pub fn check_year_group(class: &class::Model, year_group: YearGroup) -> Result<(), String> {
    let (lowest, highest) = (class.lowest_year_group, class.highest_year_group);
    if (lowest..=highest).contains(&year_group) {
        return Ok(());
    }
    let takes = if lowest == highest { format!("{lowest} alone") } else { format!("{lowest} to {highest}") };
    Err(format!("The class takes {takes}. Choose another class or another year group."))
}

/// Checks a pupil's date of birth.
///
/// # Errors
/// It lies in the future, or too far back for a pupil.
pub fn check_birth(day: NaiveDate, today: NaiveDate) -> Result<(), String> {
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
///
/// # Errors
/// They are not, but must be.
pub fn check_disadvantaged(disadvantaged: bool, ever_six: bool, ever_in_care: bool) -> Result<(), String> {
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

/// Checks the last day of an appointment. The day before its first takes it back as if it had not
/// been: somebody who was appointed by mistake today loses it today.
///
/// # Errors
/// It lies earlier than that, or on a day that cannot be meant.
pub fn check_last_day(first: NaiveDate, last: NaiveDate) -> Result<(), String> {
    let earliest = first.pred_opt().unwrap_or(first);
    if last < earliest {
        return Err(format!(
            "The appointment began on {first}: it can end on {earliest} at the earliest, which takes it back."
        ));
    }
    check_day(last).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_numbers_are_right_and_any_one_slip_is_found() {
        for upn in ["B801200005001", "R201100018042", "T20110001804V", "P207000016049"] {
            assert_eq!(check_upn(upn), Ok(()), "{upn}");
            for at in 1..12 {
                let mut slipped = upn.as_bytes().to_vec();
                slipped[at] = b'0' + (slipped[at] - b'0' + 1) % 10;
                let slipped = String::from_utf8_lossy(&slipped).into_owned();
                assert!(check_upn(&slipped).is_err(), "{slipped}");
            }
        }
        assert!(check_upn("B80120000500").is_err());
        assert!(check_upn("").is_err());
        assert!(check_upn("é801200005001").is_err());
        assert_eq!(upn_of("801200005001").as_deref(), Some("B801200005001"));
    }

    #[test]
    fn a_class_teacher_is_appointed_to_a_class_and_an_analyst_to_no_school() {
        assert!(check_appointment(Role::ClassTeacher, true, false, false, true).is_ok());
        assert_eq!(
            check_appointment(Role::ClassTeacher, true, false, false, false).map_err(|(f, _)| f),
            Err("classId")
        );
        assert_eq!(
            check_appointment(Role::TrustAnalyst, true, false, false, false).map_err(|(f, _)| f),
            Err("schoolId")
        );
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_name_is_one_line_without_spaces_around_it() {
        assert_eq!(check_name("  Kingfisher ").as_deref(), Ok("Kingfisher"));
        assert_eq!(check_new_name(None, "Heron").as_deref(), Ok("Heron"));
        for bad in ["", "  ", "two\nlines", &"x".repeat(101)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_email_address_is_kept_in_lower_case() {
        assert_eq!(check_email(" Ann.Lee@School.Example ").as_deref(), Ok("ann.lee@school.example"));
        for bad in ["", "ann", "@school.example", "ann@school", "ann@school.", "a b@school.example", "a@b@c.example"] {
            assert!(check_email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_number_outside_its_range_is_refused_even_where_it_is_too_large_for_its_column() {
        assert_eq!(check_number(999, 1..=999, "A code"), Ok(999));
        assert_eq!(check_number(70_000, 1..=999, "A code"), Err("A code is 1 to 999, not 70000.".to_owned()));
        assert!(check_ages(Some(11), Some(4)).is_err());
        assert_eq!(check_ages(None, Some(11)), Ok((None, Some(11))));
    }

    #[test]
    fn a_time_does_not_end_before_it_begins() {
        assert!(check_time(Some(day("2025-09-02")), Some(day("2025-09-01"))).is_err());
        assert!(check_time(Some(day("0205-09-02")), None).is_err());
        assert!(check_time(None, Some(day("2025-09-01"))).is_ok());
    }

    #[test]
    fn a_pupil_is_born_in_the_past_and_not_too_long_ago() {
        let today = day("2026-07-01");
        assert!(check_birth(day("2017-02-03"), today).is_ok());
        assert!(check_birth(day("2026-07-02"), today).is_err());
        assert!(check_birth(day("1917-02-03"), today).is_err());
    }

    #[test]
    fn ever_six_or_care_makes_a_pupil_disadvantaged() {
        assert!(check_disadvantaged(false, false, false).is_ok());
        assert!(check_disadvantaged(true, false, false).is_ok());
        for (ever_six, in_care) in [(true, false), (false, true), (true, true)] {
            assert!(check_disadvantaged(true, ever_six, in_care).is_ok());
            assert!(check_disadvantaged(false, ever_six, in_care).is_err());
        }
    }

    #[test]
    fn an_appointment_of_today_can_be_taken_back_today() {
        let today = day("2026-07-01");
        assert!(check_last_day(today, day("2026-06-30")).is_ok());
        assert!(check_last_day(today, day("2026-06-29")).is_err());
        assert!(check_last_day(today, day("9026-06-29")).is_err());
    }

    #[test]
    fn an_appointment_ends_at_once_whenever_it_began() {
        let today = day("2026-07-01");
        for (first, last) in [("2025-09-01", "2026-06-30"), ("2026-07-01", "2026-06-30"), ("2026-09-01", "2026-08-31")]
        {
            let last = day(last);
            assert_eq!(ends_at_once(day(first), today), last);
            assert!(check_last_day(day(first), last).is_ok());
        }
    }

    #[test]
    fn an_academic_year_runs_from_september_unless_it_is_said_otherwise() {
        assert_eq!(check_first_of_year(2025, None), Ok(day("2025-09-01")));
        assert_eq!(check_last_of_year(2025, None), Ok(day("2026-08-31")));
        assert_eq!(check_first_of_year(2025, Some(day("2025-08-25"))), Ok(day("2025-08-25")));
        assert!(check_first_of_year(2025, Some(day("2024-09-01"))).is_err());
        assert!(check_last_of_year(2025, Some(day("2025-12-31"))).is_err());
    }
}
