//! Rules of assessment: no database, no clock.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use plumbline_entity::{academic_year, assessment_window, enrolment, framework, grade, judgement};
use uuid::Uuid;

use crate::{
    organisation::rules::in_year,
    rulebook::{Fault, Faults, Ruled, values},
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

/// The last day on which teachers record judgements of a window: its last, and the days of grace after it.
#[must_use]
pub fn records_until(window: &assessment_window::Model) -> NaiveDate {
    let grace = Days::new(u64::try_from(window.days_of_grace).unwrap_or_default());
    window.closes_on.checked_add_days(grace).unwrap_or(NaiveDate::MAX)
}

/// The day of a window that is nearest to today: today itself while it runs.
#[must_use]
pub fn nearest_day(window: &assessment_window::Model, today: NaiveDate) -> NaiveDate {
    today.min(window.closes_on).max(window.opens_on)
}

/// Whether only those who lead a school still record in a window.
#[must_use]
pub fn is_closed(window: &assessment_window::Model, today: NaiveDate) -> bool {
    today > records_until(window)
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

/// The judgements of a pupil in a subject and window, as far as somebody sees them.
#[derive(Clone, Debug)]
pub struct Lineage(pub Vec<judgement::Model>);

impl Lineage {
    /// The judgement with this id.
    #[must_use]
    pub fn find(&self, id: Uuid) -> Option<&judgement::Model> {
        self.0.iter().find(|row| row.id == id)
    }

    /// Which judgement stands again if `withdrawn` is withdrawn: none if it does not stand itself, else the latest of those
    /// that it superseded, one after the other, that was not withdrawn.
    ///
    /// # Errors
    /// One of those is out of sight.
    pub fn stands_again(&self, withdrawn: &judgement::Model) -> Result<Option<&judgement::Model>, OutOfSight> {
        let mut earlier = withdrawn.supersedes_id.filter(|_| withdrawn.is_current);
        // No judgement supersedes a later one, so it ends; should rows be wrong, it ends too.
        for _ in 0..self.0.len() {
            let Some(id) = earlier else { return Ok(None) };
            let row = self.find(id).ok_or(OutOfSight)?;
            if row.withdrawn_at.is_none() {
                return Ok(Some(row));
            }
            earlier = row.supersedes_id;
        }
        if earlier.is_none() { Ok(None) } else { Err(OutOfSight) }
    }
}

/// A judgement that would stand again is out of sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfSight;

/// Beside which a judgement is checked that is withdrawn.
#[derive(Clone, Copy, Debug)]
pub struct Withdrawal;

/// As it is withdrawn.
impl Ruled<Withdrawal> for judgement::Model {
    fn rule(&mut self, _: Withdrawal, faults: &mut Faults) {
        faults.at("reason", values::if_given(self.withdrawn_because.as_mut(), values::reason));
    }
}

impl Ruled for framework::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("code", values::code(&self.code));
        faults.at("edition", values::name(&mut self.edition));
        faults.at("name", values::name(&mut self.name));
    }
}

impl Ruled for grade::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("code", values::grade_code(&mut self.code));
        faults.at("name", values::name(&mut self.name));
    }
}

/// The scale of a framework: its grades, the lowest first, which rank from 0 in that order; and its codes that are not
/// grades and have no rank.
impl Ruled for Vec<grade::Model> {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        const FEWEST: usize = 2;
        const MOST: usize = 30;
        let grades = self.iter().filter(|grade| grade.rank.is_some()).count();
        let others = self.len() - grades;
        if !(FEWEST..=MOST).contains(&grades) {
            faults.at("grades", Err(format!("A framework has {FEWEST} to {MOST} grades, not {grades}.")));
        }
        if others > MOST {
            let message = format!("A framework has at most {MOST} codes that are not grades, not {others}.");
            faults.at("otherCodes", Err(message));
        }
        if others > MOST || grades > MOST {
            return;
        }
        let (mut ranked, mut unranked, mut seen) = (0_i16.., 0_i16.., HashSet::new());
        for grade in self {
            let (list, at) =
                if grade.rank.is_some() { ("grades", ranked.next()) } else { ("otherCodes", unranked.next()) };
            faults.below(&format!("{list}.{}", at.unwrap_or_default()), |faults| {
                grade.rule((), faults);
                if !seen.insert(grade.code.clone()) {
                    let message = format!("The code `{}` is given twice.", grade.code);
                    faults.extend([Fault::duplicate("code", message)]);
                }
                if grade.rank.is_some() && grade.rank != at {
                    faults.at("rank", Err("Grades rank from 0, in the order of the framework.".to_owned()));
                }
            });
        }
    }
}

/// Beside its academic year.
impl Ruled<&academic_year::Model> for assessment_window::Model {
    fn rule(&mut self, year: &academic_year::Model, faults: &mut Faults) {
        faults.at("opensOn", in_year(self.opens_on, year));
        faults.at("closesOn", in_year(self.closes_on, year));
        faults.at("closesOn", values::order(Some(self.opens_on), Some(self.closes_on)));
        faults.at("daysOfGrace", values::DAYS_OF_GRACE.check(self.days_of_grace));
    }
}

/// Beside its window and the day on which it is recorded.
impl Ruled<(&assessment_window::Model, NaiveDate)> for judgement::Model {
    fn rule(&mut self, (window, today): (&assessment_window::Model, NaiveDate), faults: &mut Faults) {
        faults.at("judgedOn", check_day(window, self.judged_on, today));
        faults.at("reason", values::if_given(self.recorded_because.as_mut(), values::reason));
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

    fn scale(grades: &[&str], others: &[&str]) -> Vec<grade::Model> {
        let ranked = grades.iter().zip(0..).map(|(code, rank)| (*code, Some(rank)));
        let row = |(code, rank): (&str, Option<i16>)| grade::Model {
            id: Uuid::nil(),
            trust_id: Uuid::nil(),
            framework_id: Uuid::nil(),
            code: code.to_owned(),
            name: "A grade".to_owned(),
            rank,
            version: 1,
        };
        ranked.chain(others.iter().map(|code| (*code, None))).map(row).collect()
    }

    #[test]
    fn grades_rank_in_their_order_and_other_codes_do_not() {
        let sound = scale(&["WTS", " EXS ", "GDS"], &["A"]).checked(()).expect("sound");
        let codes: Vec<&str> = sound.iter().map(|grade| grade.code.as_str()).collect();
        assert_eq!(codes, ["WTS", "EXS", "GDS", "A"]);
        let mut slipped = sound;
        slipped[1].rank = Some(2);
        assert!(slipped.checked(()).is_err_and(|faults| faults.to_string().starts_with("grades.1.rank: ")));
    }

    #[test]
    fn all_that_is_wrong_with_a_scale_is_told_at_once() {
        let wrong = |given: &[&str], other: &[&str]| {
            let faults = scale(given, other).checked(()).expect_err("wrong");
            faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>()
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
