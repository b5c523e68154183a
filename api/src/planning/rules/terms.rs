//! The terms of a school year.

use chrono::{Datelike as _, NaiveDate};

/// The last days of the autumn and of the spring term of the academic year that begins on a day: 31 December, and Easter Sunday of the
/// calendar year after, before or near which schools in England close. What is later lies in the summer term.
#[must_use]
pub fn ends_of_terms(begins: NaiveDate) -> (NaiveDate, NaiveDate) {
    let year = begins.year();
    let autumn = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(begins);
    (autumn, easter(year + 1).unwrap_or(autumn))
}

/// Easter Sunday of a year of the Gregorian calendar (the algorithm of Meeus, Jones and Butcher: Nature, 20 April 1876; Meeus,
/// Astronomical Algorithms, 1991, chapter 8). `None` for years that no date can hold.
fn easter(year: i32) -> Option<NaiveDate> {
    let golden = year % 19;
    let (century, of_century) = (year / 100, year % 100);
    let sun = (century - (century + 8) / 25 + 1) / 3;
    let moon = (19 * golden + century - century / 4 - sun + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * weekday) / 451;
    let days = moon + weekday - 7 * late + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(days / 31).ok()?, u32::try_from(days % 31 + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_falls_where_the_almanacs_have_it() {
        for known in [
            "1961-04-02",
            "2000-04-23",
            "2008-03-23",
            "2019-04-21",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2038-04-25",
        ] {
            let known: NaiveDate = known.parse().expect("a day");
            assert_eq!(easter(known.year()), Some(known));
        }
    }

    #[test]
    fn the_spring_term_ends_in_the_calendar_year_after_the_year_began() {
        let begins: NaiveDate = "2025-09-01".parse().expect("a day");
        let (autumn, spring) = ends_of_terms(begins);
        assert_eq!((autumn.to_string().as_str(), spring.to_string().as_str()), ("2025-12-31", "2026-04-05"));
    }
}
