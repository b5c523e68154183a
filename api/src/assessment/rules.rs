//! Rules of assessment: no database, no clock.

use std::collections::HashSet;

use chrono::NaiveDate;
use plumbline_entity::{assessment_window, enrolment};

use super::mutations::create_framework::GradeInput;
use crate::{
    graphql::{AtField, UserError},
    organisation::rules::check_name,
};

/// Checks that a judgement is dated inside its window and not in the future.
///
/// # Errors
/// What is wrong, in words for the person who recorded it.
pub fn check_day(window: &assessment_window::Model, day: NaiveDate, today: NaiveDate) -> Result<(), String> {
    if day > today {
        return Err(format!("{day} is in the future."));
    }
    if day < window.opens_on || day > window.closes_on {
        return Err(format!(
            "{day} lies outside the window, which runs from {} to {}.",
            window.opens_on, window.closes_on
        ));
    }
    Ok(())
}

/// The class in which a pupil is judged who is judged on a day: where they were on that day, else the
/// one they came to later, else the one they left last. `places` are those of an academic year, the
/// latest first.
#[must_use]
pub fn place_on(places: &[enrolment::Model], day: NaiveDate) -> Option<&enrolment::Model> {
    let there = |place: &&enrolment::Model| place.starts_on <= day && place.ends_on.is_none_or(|last| day <= last);
    let later = |place: &&enrolment::Model| place.starts_on > day;
    places.iter().find(there).or_else(|| places.iter().rev().find(later)).or(places.first())
}

/// A grade's code, name and rank.
pub type ScaleEntry = (String, String, Option<i16>);

/// Checks the grades of a framework, the lowest first, and its codes that are not grades; answers
/// them with their ranks.
///
/// # Errors
/// All that is wrong, at once.
pub fn check_scale(grades: &[GradeInput], other_codes: &[GradeInput]) -> Result<Vec<ScaleEntry>, Vec<UserError>> {
    const FEWEST: usize = 2;
    const MOST: usize = 30;
    let mut errors = Vec::new();
    if !(FEWEST..=MOST).contains(&grades.len()) {
        let message = format!("A framework has {FEWEST} to {MOST} grades, not {}.", grades.len());
        errors.push(UserError::invalid("grades", message));
    }
    if other_codes.len() > MOST {
        let message = format!("A framework has at most {MOST} codes that are not grades, not {}.", other_codes.len());
        errors.push(UserError::invalid("otherCodes", message));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let ranked = grades.iter().enumerate().map(|(at, grade)| ("grades", at, grade, i16::try_from(at).ok()));
    let unranked = other_codes.iter().enumerate().map(|(at, code)| ("otherCodes", at, code, None));
    let (mut scale, mut seen) = (Vec::new(), HashSet::new());
    for (list, at, given, rank) in ranked.chain(unranked) {
        let path = |field: &str| format!("{list}.{at}.{field}");
        let entry = check_grade_code(&given.code)
            .at(&path("code"))
            .and_then(|code| Ok((code, check_name(&given.name).at(&path("name"))?, rank)));
        match entry {
            Err(error) => errors.push(error),
            Ok((code, ..)) if !seen.insert(code.clone()) => {
                errors.push(UserError::duplicate(&path("code"), format!("The code `{code}` is given twice.")));
            }
            Ok(entry) => scale.push(entry),
        }
    }
    if errors.is_empty() { Ok(scale) } else { Err(errors) }
}

fn check_grade_code(code: &str) -> Result<String, String> {
    const LONGEST: usize = 10;
    let code = code.trim();
    let length = code.chars().count();
    if (1..=LONGEST).contains(&length) && !code.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Ok(code.to_owned())
    } else {
        Err(format!("The code of a grade has 1 to {LONGEST} characters and no spaces, such as EXS."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumbline_entity::year_group::YearGroup;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn grades(codes: &[&str]) -> Vec<GradeInput> {
        codes.iter().map(|code| GradeInput { code: (*code).to_owned(), name: "A grade".to_owned() }).collect()
    }

    #[test]
    fn grades_are_ranked_in_their_order_and_other_codes_are_not() {
        let scale = check_scale(&grades(&["WTS", " EXS ", "GDS"]), &grades(&["A"])).expect("sound");
        let ranks: Vec<(&str, Option<i16>)> = scale.iter().map(|(code, _, rank)| (code.as_str(), *rank)).collect();
        assert_eq!(ranks, [("WTS", Some(0)), ("EXS", Some(1)), ("GDS", Some(2)), ("A", None)]);
    }

    #[test]
    fn all_that_is_wrong_with_a_scale_is_told_at_once() {
        let wrong = |given: &[&str], other: &[&str]| {
            let errors = check_scale(&grades(given), &grades(other)).expect_err("wrong");
            errors.into_iter().map(|error| error.field.join(".")).collect::<Vec<_>>()
        };
        assert_eq!(wrong(&["WTS"], &[]), ["grades"]);
        assert_eq!(
            wrong(&["WTS", "two words", "longer than ten"], &["WTS"]),
            ["grades.1.code", "grades.2.code", "otherCodes.0.code"]
        );
    }

    #[test]
    fn a_pupil_is_judged_where_they_are_on_the_day() {
        let place = |class: u128, from: &str, until: Option<&str>| enrolment::Model {
            id: Uuid::now_v7(),
            trust_id: Uuid::nil(),
            school_id: Uuid::nil(),
            pupil_id: Uuid::nil(),
            class_id: Uuid::from_u128(class),
            academic_year_id: Uuid::nil(),
            year_group: YearGroup::Year4,
            starts_on: day(from),
            ends_on: until.map(day),
            version: 1,
        };
        let places = [place(2, "2026-01-05", Some("2026-05-01")), place(1, "2025-09-15", Some("2025-12-19"))];
        let class_on = |text: &str| place_on(&places, day(text)).map(|place| place.class_id.as_u128());
        assert_eq!(class_on("2025-10-01"), Some(1));
        assert_eq!(class_on("2025-12-25"), Some(2), "between two classes: the one they come to");
        assert_eq!(class_on("2026-02-01"), Some(2));
        assert_eq!(class_on("2025-09-02"), Some(1), "before the first: the first");
        assert_eq!(class_on("2026-07-01"), Some(2), "after the last: the last");
        assert_eq!(place_on(&[], day("2026-07-01")), None);
    }
}
