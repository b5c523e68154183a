//! The years and windows of the demo. They end with 2025/26, whatever today's date.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};
use plumbline_entity::assessment_window::Term;
use uuid::Uuid;

use super::chance::{Chance, Ids};

/// The academic year with which the demo ends: 2025/26.
pub(super) const LAST_YEAR: i16 = 2025;

/// An academic year.
#[derive(Debug)]
pub(super) struct Year {
    pub(super) id: Uuid,
    /// The calendar year in which it starts.
    pub(super) year: i16,
    pub(super) starts_on: NaiveDate,
    pub(super) ends_on: NaiveDate,
}

impl Year {
    /// As people write it: 2025/26.
    pub(super) fn label(&self) -> String {
        format!("{}/{:02}", self.year, (self.year + 1) % 100)
    }
}

/// The two weeks of a term in which judgements are made.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) id: Uuid,
    /// Its place in the list of years.
    pub(super) year: usize,
    pub(super) term: Term,
    pub(super) opens_on: NaiveDate,
    pub(super) closes_on: NaiveDate,
    /// For how many days after that its teachers record.
    pub(super) days_of_grace: i16,
}

/// All years and windows, oldest first.
#[derive(Debug)]
pub(super) struct Calendar {
    pub(super) years: Vec<Year>,
    pub(super) windows: Vec<Window>,
}

impl Calendar {
    /// The last `count` years.
    pub(super) fn new(count: usize, ids: &mut Ids) -> Self {
        let first = LAST_YEAR + 1 - count as i16;
        let year = |year: i16, id| Year { id, year, starts_on: day(year, 9, 1), ends_on: day(year + 1, 8, 31) };
        let years: Vec<Year> = (first..=LAST_YEAR).map(|number| year(number, ids.next())).collect();
        let windows = years.iter().enumerate().flat_map(|(at, year)| windows_of(at, year.year)).collect::<Vec<_>>();
        let windows = windows.into_iter().map(|window| Window { id: ids.next(), ..window }).collect();
        Self { years, windows }
    }

    /// The last year's place in the list.
    pub(super) fn last(&self) -> usize {
        self.years.len() - 1
    }
}

fn windows_of(at: usize, year: i16) -> [Window; 3] {
    let window = |term, opens: NaiveDate| Window {
        id: Uuid::nil(),
        year: at,
        term,
        opens_on: monday(opens),
        closes_on: monday(opens) + Days::new(11),
        // The last of all is open for a year: whoever tries the demo can record.
        days_of_grace: if year == LAST_YEAR && term == Term::Summer { 366 } else { 7 },
    };
    [
        window(Term::Autumn, day(year, 12, 1)),
        window(Term::Spring, day(year + 1, 3, 14)),
        window(Term::Summer, day(year + 1, 6, 19)),
    ]
}

/// A day of the calendar.
pub(super) fn day(year: i16, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(i32::from(year), month, day).unwrap_or_default()
}

/// The Monday on or after a day.
pub(super) fn monday(day: NaiveDate) -> NaiveDate {
    let gone = day.weekday().num_days_from_monday();
    day + Days::new(u64::from((7 - gone) % 7))
}

/// A school day in the `weeks` weeks that begin with the first Monday on or after `from`.
pub(super) fn school_day(chance: &mut Chance, from: NaiveDate, weeks: usize) -> NaiveDate {
    let at = chance.below(weeks * 5) as u64;
    monday(from) + Days::new(at / 5 * 7 + at % 5)
}

/// A day on which a pupil may change school: in term, never within a window.
pub(super) fn moving_day(chance: &mut Chance, year: i16) -> NaiveDate {
    let from = chance.pick(&[day(year, 10, 1), day(year + 1, 1, 10), day(year + 1, 4, 20)]);
    school_day(chance, from, 6)
}

/// The half-terms of an academic year: the first Monday and the last Friday of each. All lie where schools in England are open in every
/// year, whenever Easter is.
pub(super) fn half_terms(year: i16) -> [(NaiveDate, NaiveDate); 6] {
    let weeks = |from: NaiveDate, weeks: u64| (monday(from), monday(from) + Days::new(weeks * 7 - 3));
    [
        weeks(day(year, 9, 4), 6),
        weeks(day(year, 10, 30), 6),
        weeks(day(year + 1, 1, 5), 5),
        weeks(day(year + 1, 2, 20), 4),
        weeks(day(year + 1, 4, 23), 4),
        weeks(day(year + 1, 6, 1), 6),
    ]
}

/// The day up to which the demo tells what was done: the Friday of the first week of the last window. What is planned goes on after it.
pub(super) fn present() -> NaiveDate {
    monday(day(LAST_YEAR + 1, 6, 19)) + Days::new(4)
}

/// A day, or the Monday after it if it lies in a weekend.
pub(super) fn weekday(day: NaiveDate) -> NaiveDate {
    match day.weekday().num_days_from_monday() {
        0..=4 => day,
        _ => monday(day),
    }
}

/// A time in the afternoon of a day, at which something was recorded.
pub(super) fn afternoon(chance: &mut Chance, day: NaiveDate) -> DateTime<Utc> {
    let seconds = 15 * 3600 + chance.below(3 * 3600) as u32;
    day.and_time(NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default()).and_utc()
}

/// Midnight of a day in milliseconds since 1970, for ids.
pub(super) fn moment(day: NaiveDate) -> i64 {
    day.and_time(NaiveTime::default()).and_utc().timestamp_millis()
}
