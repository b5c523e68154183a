//! The rows of a demo's tables, except those of judgements and moderation.

use std::collections::BTreeSet;

use plumbline_entity::{
    academic_year, appointment, assessment_window, class, client_application, client_application::ClientScope,
    enrolment, framework, grade, phase, pupil, pupil_characteristics, school, school::EducationPhase, staff_member,
    subject, year_group::YearGroup,
};

use super::{
    calendar::moment,
    chance::Ids,
    fixed::{CLIENTS, GRADES, PHASES, SUBJECTS},
    rolls::Seat,
    world::World,
};
use crate::auth::Issuer;

pub(super) fn year_group(number: i16) -> YearGroup {
    YearGroup::from_number(number).unwrap_or(YearGroup::Reception)
}

impl World {
    pub(super) fn school_rows(&self) -> Vec<school::Model> {
        let row = |school: &super::schools::School| school::Model {
            id: school.id,
            trust_id: self.trust,
            urn: school.urn,
            la_code: school.la_code,
            establishment_number: school.establishment_number,
            name: school.name.clone(),
            education_phase: EducationPhase::Primary,
            lowest_age: Some(4),
            highest_age: Some(11),
            opened_on: None,
            closed_on: None,
            version: 1,
        };
        self.schools.iter().map(row).collect()
    }

    pub(super) fn year_rows(&self) -> Vec<academic_year::Model> {
        let row = |year: &super::calendar::Year| academic_year::Model {
            id: year.id,
            trust_id: self.trust,
            year: year.year,
            starts_on: year.starts_on,
            ends_on: year.ends_on,
            version: 1,
        };
        self.calendar.years.iter().map(row).collect()
    }

    pub(super) fn window_rows(&self) -> Vec<assessment_window::Model> {
        let row = |window: &super::calendar::Window| assessment_window::Model {
            id: window.id,
            trust_id: self.trust,
            academic_year_id: self.calendar.years[window.year].id,
            term: window.term,
            opens_on: window.opens_on,
            closes_on: window.closes_on,
            days_of_grace: window.days_of_grace,
            version: 1,
        };
        self.calendar.windows.iter().map(row).collect()
    }

    pub(super) fn phase_rows(&self) -> Vec<phase::Model> {
        let row = |(id, (name, lowest, highest)): (&uuid::Uuid, (&str, i16, i16))| phase::Model {
            id: *id,
            trust_id: self.trust,
            name: name.to_owned(),
            lowest_year_group: year_group(lowest),
            highest_year_group: year_group(highest),
            version: 1,
        };
        self.phases.iter().zip(PHASES).map(row).collect()
    }

    pub(super) fn subject_rows(&self) -> Vec<subject::Model> {
        let row = |(id, (code, name)): (&uuid::Uuid, (&str, &str))| subject::Model {
            id: *id,
            trust_id: self.trust,
            code: code.to_owned(),
            name: name.to_owned(),
            version: 1,
        };
        self.subjects.iter().zip(SUBJECTS).map(row).collect()
    }

    pub(super) fn framework_row(&self) -> framework::Model {
        framework::Model {
            id: self.framework,
            trust_id: self.trust,
            code: "ks-ta".to_owned(),
            edition: "2025".to_owned(),
            name: "Teacher assessment".to_owned(),
            version: 1,
        }
    }

    pub(super) fn grade_rows(&self) -> Vec<grade::Model> {
        let row = |(id, (code, name, rank)): (&uuid::Uuid, (&str, &str, Option<i16>))| grade::Model {
            id: *id,
            trust_id: self.trust,
            framework_id: self.framework,
            code: code.to_owned(),
            name: name.to_owned(),
            rank,
            version: 1,
        };
        self.grades.iter().zip(GRADES).map(row).collect()
    }

    pub(super) fn class_rows(&self) -> Vec<class::Model> {
        let row = |class: &super::rolls::Class| class::Model {
            id: class.id,
            trust_id: self.trust,
            school_id: self.schools[class.school].id,
            academic_year_id: self.calendar.years[class.year].id,
            name: class.name.clone(),
            lowest_year_group: year_group(class.lowest),
            highest_year_group: year_group(class.highest),
            version: 1,
        };
        self.rolls.classes.iter().map(row).collect()
    }

    pub(super) fn staff_rows(&self) -> Vec<staff_member::Model> {
        let row = |person: &super::staff::Person| staff_member::Model {
            id: person.id,
            trust_id: self.trust,
            email: person.email.clone(),
            given_name: person.given_name.to_owned(),
            family_name: person.family_name.to_owned(),
            version: 1,
        };
        self.staff.people.iter().map(row).collect()
    }

    pub(super) fn appointment_rows(&self) -> Vec<appointment::Model> {
        let row = |post: &super::staff::Post| appointment::Model {
            id: post.id,
            trust_id: self.trust,
            staff_member_id: self.staff.people[post.person].id,
            role: post.role,
            school_id: post.school.map(|at| self.schools[at].id),
            phase_id: post.phase.map(|at| self.phases[at]),
            subject_id: post.subject.map(|at| self.subjects[at]),
            class_id: post.class.map(|at| self.rolls.classes[at].id),
            starts_on: post.from,
            ends_on: post.until,
            version: 1,
        };
        self.staff.posts.iter().map(row).collect()
    }

    /// Two clients of the issuer `development`: one compares all schools, the other is the MIS of the first school.
    pub(super) fn client_rows(&self) -> Vec<client_application::Model> {
        let school = serde_json::json!([self.schools[0].id]);
        let shown = [(ClientScope::Compare, None), (ClientScope::Synchronise, Some(school))];
        let row = |((at, (client_id, name)), (scope, schools)): ((usize, (&str, &str)), _)| client_application::Model {
            id: self.clients[at],
            trust_id: self.trust,
            name: name.split(',').next().unwrap_or_default().to_owned(),
            issuer: Issuer::Development.name().to_owned(),
            client_id: client_id.to_owned(),
            scopes: serde_json::json!([scope]),
            school_ids: schools,
            trusted_documents_only: false,
            registered_at: self.calendar.years[0].starts_on.and_time(chrono::NaiveTime::MIN).and_utc(),
            registered_by_id: Some(self.staff.people[self.staff.lead].id),
            revoked_at: None,
            version: 1,
        };
        CLIENTS.into_iter().enumerate().zip(shown).map(row).collect()
    }

    pub(super) fn pupil_rows(&self) -> Vec<pupil::Model> {
        let row = |pupil: &super::pupils::Pupil| pupil::Model {
            id: pupil.id,
            trust_id: self.trust,
            upn: Some(pupil.upn.clone()),
            given_name: Some(pupil.given_name.to_owned()),
            family_name: Some(pupil.family_name.to_owned()),
            date_of_birth: Some(pupil.born_on),
            sex: Some(pupil.sex),
            version: 1,
        };
        self.rolls.pupils.iter().map(row).collect()
    }

    pub(super) fn enrolment_rows(&self, year: usize) -> Vec<enrolment::Model> {
        let row = |seat: &Seat| {
            let class = &self.rolls.classes[seat.class];
            enrolment::Model {
                id: seat.id,
                trust_id: self.trust,
                school_id: self.schools[class.school].id,
                pupil_id: self.rolls.pupils[seat.pupil].id,
                class_id: class.id,
                academic_year_id: self.calendar.years[year].id,
                year_group: year_group(seat.year_group),
                starts_on: seat.from,
                ends_on: seat.until,
                version: 1,
            }
        };
        self.seats_of(year).iter().map(row).collect()
    }

    /// What is recorded of each pupil who was on roll in a year.
    pub(super) fn characteristics_rows(&self, year: usize) -> Vec<pupil_characteristics::Model> {
        let starts_on = self.calendar.years[year].starts_on;
        let mut ids = Ids::new(self.options.seed, 100 + year as u64, moment(starts_on));
        let mut seen = BTreeSet::new();
        let row = |seat: &Seat| {
            let pupil = &self.rolls.pupils[seat.pupil];
            let recorded = pupil.circumstances.recorded(seat.year_group);
            pupil_characteristics::Model {
                id: ids.next(),
                trust_id: self.trust,
                pupil_id: pupil.id,
                academic_year_id: self.calendar.years[year].id,
                free_school_meals: Some(recorded.free_school_meals),
                ever_six_free_school_meals: Some(recorded.ever_six),
                ever_in_care: Some(recorded.ever_in_care),
                service_child: Some(recorded.service_child),
                disadvantaged: Some(recorded.disadvantaged()),
                pupil_premium: Some(recorded.pupil_premium()),
                sen: Some(recorded.sen),
                first_language: Some(pupil.circumstances.first_language),
                version: 1,
            }
        };
        self.seats_of(year).iter().filter(|seat| seen.insert(seat.pupil)).map(row).collect()
    }
}
