//! From which place a pupil comes into a class.

use chrono::NaiveDate;
use plumbline_entity::{class, enrolment};

use crate::rulebook::Fault;

/// A pupil's place in a class, with the last day of the class's academic year.
#[derive(Clone, Debug)]
pub struct Held {
    /// The place.
    pub place: enrolment::Model,
    /// The last day of its academic year, on which it ends if it does not end before.
    pub year_ends_on: NaiveDate,
}

impl Held {
    /// The last day of the place.
    fn last(&self) -> NaiveDate {
        self.place.ends_on.map_or(self.year_ends_on, |last| last.min(self.year_ends_on))
    }
}

/// The place that a pupil leaves to come into a class on a day, of all that they ever had; none where
/// they hold none then in the class's academic year.
///
/// A pupil is of the school of their latest place that has begun. It keeps them over the end of the year: another
/// school can take them only once that one has let them go, by ending the place before its year ends. Else a school
/// that a pupil has left could take them back before the present one has enrolled them for the new year.
///
/// # Errors
/// The pupil cannot come into the class on that day.
pub fn place_to_leave<'a>(
    places: &'a [Held],
    class: &class::Model,
    day: NaiveDate,
) -> Result<Option<&'a enrolment::Model>, Fault> {
    let elsewhere = |held: &&Held| held.place.school_id != class.school_id;
    if places.iter().filter(elsewhere).any(|held| held.last() >= day) {
        let message = "The pupil is on roll in another school of the trust on that day or later: \
                       that school has to end the enrolment first.";
        return Err(Fault::wrong_state("pupilId", message));
    }
    let latest = places.iter().filter(|held| held.place.starts_on <= day).max_by_key(|held| held.place.starts_on);
    if latest.filter(elsewhere).is_some_and(|held| held.last() == held.year_ends_on) {
        let message = "The pupil is of another school of the trust, to the end of its academic year: that school has to end \
                       the enrolment on an earlier day before another can take them.";
        return Err(Fault::wrong_state("pupilId", message));
    }
    let mut present = None;
    let of_the_year = places.iter().filter(|held| held.place.academic_year_id == class.academic_year_id);
    for place in of_the_year.filter(|held| held.last() >= day).map(|held| &held.place) {
        if place.class_id == class.id {
            let message = format!("The pupil is in this class already, from {}.", place.starts_on);
            return Err(Fault::duplicate("classId", message));
        }
        if place.starts_on >= day {
            let message = format!("The pupil comes into another class on {}: choose a later day.", place.starts_on);
            return Err(Fault::invalid("startsOn", message));
        }
        present = Some(place);
    }
    Ok(present)
}

/// Refuses a place that has a day in common with another of the pupil's. `places` are all that they ever had, the place itself
/// as it was among them; `year_ends_on` is the last day of its academic year, `field` where the refusal is told.
///
/// # Errors
/// The pupil is elsewhere on one of its days.
pub fn refuse_two_at_a_time(
    places: &[Held],
    wanted: &enrolment::Model,
    year_ends_on: NaiveDate,
    field: &str,
) -> Result<(), Fault> {
    let wanted = Held { place: wanted.clone(), year_ends_on };
    let meets = |held: &&Held| {
        held.place.id != wanted.place.id
            && held.place.starts_on <= wanted.last()
            && wanted.place.starts_on <= held.last()
    };
    match places.iter().find(meets) {
        None => Ok(()),
        // Where that is, another school's staff need not know.
        Some(_) => {
            let message = "The pupil has another place on some of these days, here or in another school of the trust.";
            Err(Fault::wrong_state(field, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use plumbline_entity::year_group::YearGroup;
    use uuid::Uuid;

    use super::*;
    use crate::organisation::rules::takes;
    use crate::rulebook::Kind;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn place(school: u128, class: u128, from: &str, until: Option<&str>) -> enrolment::Model {
        enrolment::Model {
            id: Uuid::now_v7(),
            trust_id: Uuid::nil(),
            school_id: Uuid::from_u128(school),
            pupil_id: Uuid::nil(),
            class_id: Uuid::from_u128(class),
            academic_year_id: Uuid::nil(),
            year_group: YearGroup::Year4,
            starts_on: day(from),
            ends_on: until.map(day),
            version: 1,
        }
    }

    #[test]
    fn a_pupil_leaves_one_class_of_the_school_for_another() {
        let class = class::Model {
            id: Uuid::from_u128(10),
            trust_id: Uuid::nil(),
            school_id: Uuid::from_u128(1),
            academic_year_id: Uuid::nil(),
            name: "4B".to_owned(),
            lowest_year_group: YearGroup::Year4,
            highest_year_group: YearGroup::Year4,
            version: 1,
        };
        let held = |places: &[enrolment::Model]| -> Vec<Held> {
            let held = |place: &enrolment::Model| Held { place: place.clone(), year_ends_on: day("2026-08-31") };
            places.iter().map(held).collect()
        };
        let leave = |places: &[enrolment::Model]| {
            let place = place_to_leave(&held(places), &class, day("2026-01-05")).map(|place| place.cloned());
            place.map(|place| place.map(|place| place.class_id.as_u128()))
        };
        let kind = |places: &[enrolment::Model]| leave(places).map_err(|error| error.kind);
        assert_eq!(leave(&[]), Ok(None));
        assert_eq!(leave(&[place(1, 11, "2025-09-01", None)]), Ok(Some(11)));
        assert_eq!(leave(&[place(2, 20, "2025-09-01", Some("2026-01-04"))]), Ok(None));
        assert_eq!(kind(&[place(2, 20, "2025-09-01", None)]), Err(Kind::WrongState));
        assert_eq!(kind(&[place(1, 10, "2025-09-01", None)]), Err(Kind::Duplicate));
        assert_eq!(kind(&[place(1, 11, "2026-02-01", None)]), Err(Kind::Invalid));

        // The next academic year: the school they are of keeps them over its beginning, unless it has let them go.
        let next = class::Model { academic_year_id: Uuid::from_u128(1), ..class.clone() };
        let come = |places: &[enrolment::Model], on: &str| {
            place_to_leave(&held(places), &next, day(on)).map(|place| place.is_some()).map_err(|error| error.kind)
        };
        let before = place(1, 11, "2025-09-01", Some("2026-01-04"));
        for (ends_on, comes) in [
            (None, Err(Kind::WrongState)),
            (Some("2026-08-31"), Err(Kind::WrongState)),
            (Some("2026-08-30"), Ok(false)),
        ] {
            let present = place(2, 20, "2026-01-05", ends_on);
            assert_eq!(come(&[before.clone(), present.clone()], "2026-09-01"), comes, "{ends_on:?}");
            assert_eq!(come(&[present, before.clone()], "2026-09-01"), comes, "in whatever order they come");
        }
        assert_eq!(come(&[place(1, 11, "2025-09-01", None)], "2026-09-01"), Ok(false), "their own school goes on");
        let later = Held { year_ends_on: day("2027-08-31"), place: place(2, 21, "2026-10-01", None) };
        let both = [held(&[before]), vec![later]].concat();
        assert_eq!(place_to_leave(&both, &next, day("2026-09-01")).err().map(|e| e.kind), Some(Kind::WrongState));
        assert!(takes(&class, YearGroup::Year4).is_ok());
        assert!(takes(&class, YearGroup::Year5).is_err_and(|message| message.contains("Year 4 alone")));
    }
}
