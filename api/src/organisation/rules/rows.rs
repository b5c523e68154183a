//! What a row of the organisation must fulfil, whoever makes it.

use chrono::NaiveDate;
use plumbline_entity::{
    academic_year, appointment, class, enrolment, phase, pupil, pupil_characteristics, school, school_predecessor,
    staff_member, trust,
};

use super::{ages, birth, disadvantage, edge_of_year, in_year, place_of_role, takes};
use crate::rulebook::{Fault, Faults, Ruled, values};

impl Ruled for trust::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("name", values::name(&mut self.name));
    }
}

impl Ruled for school::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("urn", values::urn(self.urn));
        faults.at("laCode", values::LA_CODE.check(self.la_code));
        faults.at("establishmentNumber", values::ESTABLISHMENT_NUMBER.check(self.establishment_number));
        faults.at("name", values::name(&mut self.name));
        faults.at("highestAge", values::if_given(self.highest_age, |age| values::AGE.check(age)));
        faults.at("lowestAge", values::if_given(self.lowest_age, |age| values::AGE.check(age)));
        faults.at("lowestAge", ages(self.lowest_age, self.highest_age));
        faults.at("openedOn", values::if_given(self.opened_on, values::day));
        faults.at("closedOn", values::if_given(self.closed_on, values::day));
        faults.at("closedOn", values::order(self.opened_on, self.closed_on));
    }
}

impl Ruled for school_predecessor::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("urn", values::urn(self.urn));
    }
}

impl Ruled for academic_year::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        let starts = i32::from(self.year);
        faults.at("year", values::ACADEMIC_YEAR.check(self.year));
        faults.at("startsOn", edge_of_year(self.starts_on, starts, self.year, "starts"));
        faults.at("endsOn", edge_of_year(self.ends_on, starts + 1, self.year, "ends"));
    }
}

impl Ruled for phase::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("name", values::name(&mut self.name));
        faults.at("lowestYearGroup", values::span(self.lowest_year_group, self.highest_year_group));
    }
}

impl Ruled for class::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("name", values::name(&mut self.name));
        faults.at("lowestYearGroup", values::span(self.lowest_year_group, self.highest_year_group));
    }
}

impl Ruled for staff_member::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("email", values::email(&mut self.email));
        faults.at("givenName", values::name(&mut self.given_name));
        faults.at("familyName", values::name(&mut self.family_name));
    }
}

/// Beside its class, where it has one.
impl Ruled<Option<&class::Model>> for appointment::Model {
    fn rule(&mut self, class: Option<&class::Model>, faults: &mut Faults) {
        let elsewhere = class.filter(|class| Some(class.school_id) != self.school_id);
        let elsewhere = elsewhere.map(|_| Fault::invalid("classId", "The class is of another school."));
        faults.extend(place_of_role(self).err().or(elsewhere));
        faults.at("startsOn", values::day(self.starts_on));
        faults.at("endsOn", values::if_given(self.ends_on, values::day));
        faults.at("endsOn", values::order(Some(self.starts_on), self.ends_on));
    }
}

/// Beside the day on which it is recorded. What the viewer may not read is not there, and is not changed either.
impl Ruled<NaiveDate> for pupil::Model {
    fn rule(&mut self, today: NaiveDate, faults: &mut Faults) {
        faults.at("upn", values::if_given(self.upn.as_mut(), values::upn));
        faults.at("givenName", values::if_given(self.given_name.as_mut(), values::name));
        faults.at("familyName", values::if_given(self.family_name.as_mut(), values::name));
        faults.at("dateOfBirth", values::if_given(self.date_of_birth, |day| birth(day, today)));
    }
}

/// Beside its academic year.
impl Ruled<&academic_year::Model> for enrolment::Model {
    fn rule(&mut self, year: &academic_year::Model, faults: &mut Faults) {
        faults.at("startsOn", in_year(self.starts_on, year));
        faults.at("endsOn", values::order(Some(self.starts_on), self.ends_on));
        faults.at("endsOn", values::if_given(self.ends_on, |day| in_year(day, year)));
    }
}

/// Beside its class and the academic year of that.
impl Ruled<(&class::Model, &academic_year::Model)> for enrolment::Model {
    fn rule(&mut self, (class, year): (&class::Model, &academic_year::Model), faults: &mut Faults) {
        faults.at("yearGroup", takes(class, self.year_group));
        self.rule(year, faults);
    }
}

impl Ruled for pupil_characteristics::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        let [disadvantaged, ever_six, ever_in_care] =
            [self.disadvantaged, self.ever_six_free_school_meals, self.ever_in_care].map(|holds| holds == Some(true));
        faults.at("disadvantaged", disadvantage(disadvantaged, ever_six, ever_in_care));
    }
}

#[cfg(test)]
mod tests {
    use plumbline_entity::{appointment::Role, school::EducationPhase, year_group::YearGroup};
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    /// The fields at which something is wrong with a row.
    fn told<Beside, R: Ruled<Beside>>(row: R, beside: Beside) -> Vec<String> {
        row.checked(beside).err().into_iter().flatten().map(|fault| fault.field).collect()
    }

    fn school() -> school::Model {
        school::Model {
            id: Uuid::nil(),
            trust_id: Uuid::nil(),
            urn: 138_764,
            la_code: 936,
            establishment_number: 2_092,
            name: " Riverside ".to_owned(),
            education_phase: EducationPhase::Primary,
            lowest_age: Some(4),
            highest_age: None,
            opened_on: Some(day("2012-09-01")),
            closed_on: None,
            version: 1,
        }
    }

    #[test]
    fn a_school_is_told_all_that_is_wrong_with_it_at_once() {
        assert_eq!(school().checked(()).map(|school| school.name).as_deref(), Ok("Riverside"));
        let wrong = school::Model {
            urn: 1,
            la_code: 0,
            establishment_number: -1,
            name: String::new(),
            lowest_age: Some(26),
            highest_age: Some(99),
            opened_on: Some(day("1500-01-01")),
            closed_on: Some(day("1499-01-01")),
            ..school()
        };
        let all = "urn laCode establishmentNumber name highestAge lowestAge openedOn closedOn";
        assert_eq!(told(wrong, ()).join(" "), all);
        assert_eq!(told(school::Model { lowest_age: Some(12), highest_age: Some(11), ..school() }, ()), ["lowestAge"]);
        assert_eq!(told(school::Model { closed_on: Some(day("2012-08-31")), ..school() }, ()), ["closedOn"]);
    }

    #[test]
    fn a_class_teacher_is_appointed_to_a_class_of_the_school_and_an_analyst_to_no_school() {
        let (some, other) = (Some(Uuid::from_u128(1)), Uuid::from_u128(2));
        let row = |role, school, class| appointment::Model {
            id: Uuid::nil(),
            trust_id: Uuid::nil(),
            staff_member_id: Uuid::nil(),
            role,
            school_id: school,
            phase_id: None,
            subject_id: None,
            class_id: class,
            starts_on: day("2026-07-01"),
            ends_on: None,
            version: 1,
        };
        let class = class::Model {
            id: Uuid::from_u128(1),
            trust_id: Uuid::nil(),
            school_id: other,
            academic_year_id: Uuid::nil(),
            name: "4B".to_owned(),
            lowest_year_group: YearGroup::Year5,
            highest_year_group: YearGroup::Year4,
            version: 1,
        };
        assert_eq!(told(row(Role::ClassTeacher, some, some), None), [""; 0]);
        assert_eq!(told(row(Role::ClassTeacher, some, None), None), ["classId"]);
        assert_eq!(told(row(Role::ClassTeacher, some, some), Some(&class)), ["classId"]);
        assert_eq!(told(row(Role::TrustAnalyst, some, None), None), ["schoolId"]);
        let back = appointment::Model { ends_on: Some(day("2026-06-30")), ..row(Role::TrustLead, None, None) };
        assert_eq!(told(back, None), ["endsOn"]);
        assert_eq!(told(class, ()), ["lowestYearGroup"]);
    }

    #[test]
    fn an_academic_year_runs_from_september_unless_it_is_said_otherwise() {
        let year = |year: i16, starts_on: &str, ends_on: &str| academic_year::Model {
            id: Uuid::nil(),
            trust_id: Uuid::nil(),
            year,
            starts_on: day(starts_on),
            ends_on: day(ends_on),
            version: 1,
        };
        assert_eq!(super::super::usual_days(2025), (day("2025-09-01"), day("2026-08-31")));
        assert_eq!(told(year(2025, "2025-08-25", "2026-08-31"), ()), [""; 0]);
        assert_eq!(told(year(2025, "2024-09-01", "2025-12-31"), ()), ["startsOn", "endsOn"]);
        assert_eq!(told(year(2101, "2101-09-01", "2102-08-31"), ()), ["year"]);
    }
}
