//! Random attempts to change something: each mutation of the schema, at own and at foreign places.

use plumbline_entity::appointment::Role;
use plumbline_entity::client_application::ClientScope;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::chance::Chance;
use super::leave::What;
use super::rules::{Sight, Who};
use super::shape::Kind;
use super::world::World;

/// A mutation that somebody tries.
pub struct Attempt {
    pub name: &'static str,
    /// The changed thing in the payload, as `class`.
    pub object: &'static str,
    pub input: Value,
    /// What the input names: whoever tries must see all of it.
    pub names: Vec<(Kind, Uuid)>,
    /// Whether they may, by their roles and their client application.
    pub may: bool,
    /// The school that all written rows must belong to, if they belong to a school.
    pub school: Option<Uuid>,
    /// The tables that it may change. In the first, `mark` is to be found afterwards.
    pub tables: &'static [&'static str],
    pub mark: String,
}

/// What the tries are made from.
pub struct Trying<'a> {
    pub world: &'a World,
    pub who: &'a Who<'a, 'a>,
    pub sight: &'a Sight,
    pub chance: &'a mut Chance,
}

/// The fields of an input; nulls are left out.
pub fn input(fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("an object") };
    Value::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
}

/// Makes a try of one mutation, if the world has what it needs.
type Make = fn(&mut Trying<'_>) -> Option<Attempt>;

/// Every mutation of the schema, and how it is tried.
pub const MUTATIONS: &[(&str, Make)] = &[
    ("createSchool", |trying| trying.create_school()),
    ("updateSchool", |trying| trying.update_school()),
    ("createAcademicYear", |trying| trying.create_academic_year()),
    ("createPhase", |trying| trying.create_phase()),
    ("updatePhase", |trying| trying.update_phase()),
    ("createSubject", |trying| trying.create_subject()),
    ("createFramework", |trying| trying.create_framework()),
    ("createAssessmentWindow", |trying| trying.create_assessment_window()),
    ("createClass", |trying| trying.create_class()),
    ("updateClass", |trying| trying.update_class()),
    ("createStaffMember", |trying| trying.create_staff_member()),
    ("updateStaffMember", |trying| trying.update_staff_member()),
    ("createAppointment", |trying| trying.create_appointment()),
    ("endAppointment", |trying| trying.end_appointment()),
    ("createAccessGrant", |trying| trying.create_access_grant()),
    ("revokeAccessGrant", |trying| trying.revoke_access_grant()),
    ("registerClient", |trying| trying.register_client()),
    ("revokeClient", |trying| trying.revoke_client()),
    ("createPupil", |trying| trying.create_pupil()),
    ("updatePupil", |trying| trying.update_pupil()),
    ("correctUpn", |trying| trying.correct_upn()),
    ("erasePupil", |trying| trying.erase_pupil()),
    ("mergePupils", |trying| trying.merge_pupils()),
    ("unmergePupils", |trying| trying.unmerge_pupils()),
    ("recordPupilCharacteristics", |trying| trying.record_pupil_characteristics()),
    ("enrolPupil", |trying| trying.enrol_pupil()),
    ("endEnrolment", |trying| trying.end_enrolment()),
    ("recordJudgement", |trying| trying.record_judgement()),
    ("recordJudgements", |trying| trying.record_judgements()),
    ("withdrawJudgement", |trying| trying.withdraw_judgement()),
    ("createModerationExercise", |trying| trying.create_moderation_exercise()),
    ("drawSample", |trying| trying.draw_sample()),
    ("advanceModerationExercise", |trying| trying.advance_moderation_exercise()),
    ("recordSecondJudgement", |trying| trying.record_second_judgement()),
    ("recordModerationOutcome", |trying| trying.record_moderation_outcome()),
    ("removeSchool", |trying| trying.remove_school()),
    ("updateAcademicYear", |trying| trying.update_academic_year()),
    ("removeAcademicYear", |trying| trying.remove_academic_year()),
    ("removePhase", |trying| trying.remove_phase()),
    ("updateSubject", |trying| trying.update_subject()),
    ("removeSubject", |trying| trying.remove_subject()),
    ("updateFramework", |trying| trying.update_framework()),
    ("updateGrade", |trying| trying.update_grade()),
    ("removeFramework", |trying| trying.remove_framework()),
    ("updateAssessmentWindow", |trying| trying.update_assessment_window()),
    ("removeAssessmentWindow", |trying| trying.remove_assessment_window()),
    ("removeClass", |trying| trying.remove_class()),
    ("removeStaffMember", |trying| trying.remove_staff_member()),
    ("removePupilCharacteristics", |trying| trying.remove_pupil_characteristics()),
    ("updateEnrolment", |trying| trying.update_enrolment()),
    ("removeEnrolment", |trying| trying.remove_enrolment()),
    ("updateModerationExercise", |trying| trying.update_moderation_exercise()),
    ("removeModerationExercise", |trying| trying.remove_moderation_exercise()),
    ("createCurriculum", |trying| trying.create_curriculum()),
    ("updateCurriculum", |trying| trying.update_curriculum()),
    ("removeCurriculum", |trying| trying.remove_curriculum()),
    ("draftCurriculumVersion", |trying| trying.draft_curriculum_version()),
    ("updateCurriculumVersion", |trying| trying.update_curriculum_version()),
    ("publishCurriculumVersion", |trying| trying.publish_curriculum_version()),
    ("removeCurriculumVersion", |trying| trying.remove_curriculum_version()),
    ("createObjective", |trying| trying.create_objective()),
    ("updateObjective", |trying| trying.update_objective()),
    ("removeObjective", |trying| trying.remove_objective()),
    ("createPlan", |trying| trying.create_plan()),
    ("updatePlan", |trying| trying.update_plan()),
    ("removePlan", |trying| trying.remove_plan()),
    ("createPlanStep", |trying| trying.create_plan_step()),
    ("updatePlanStep", |trying| trying.update_plan_step()),
    ("completePlanStep", |trying| trying.complete_plan_step()),
    ("takeUpPlan", |trying| trying.take_up_plan()),
    ("createAdaptation", |trying| trying.create_adaptation()),
    ("updateAdaptation", |trying| trying.update_adaptation()),
    ("removeAdaptation", |trying| trying.remove_adaptation()),
    ("recordCoverage", |trying| trying.record_coverage()),
    ("correctCoverage", |trying| trying.correct_coverage()),
    ("withdrawCoverage", |trying| trying.withdraw_coverage()),
    ("createFocus", |trying| trying.create_focus()),
    ("updateFocus", |trying| trying.update_focus()),
    ("removeFocus", |trying| trying.remove_focus()),
];

/// Picks a row of a table of the world: mostly of the trust of whoever tries, otherwise of any.
macro_rules! any_row {
    ($trying:expr, $table:ident) => {{
        let own = $trying.chance.percent(85);
        let trust = $trying.who.trust;
        let rows: Vec<_> = $trying.world.$table.iter().filter(|row| !own || row.trust_id == trust).collect();
        $trying.chance.pick_any(&rows).map(|row| (*row).clone())
    }};
}
pub(super) use any_row;

impl Trying<'_> {
    /// A text that nothing else in the world has.
    pub fn fresh(&mut self) -> String {
        format!("fresh{}", &self.chance.id().simple().to_string()[..12])
    }

    fn of_trust(&self, name: &'static str, object: &'static str, fields: Value, mark: &str) -> Attempt {
        let may = self.who.may_write(What::OfTheTrust, None, None);
        let (input, mark) = (input(fields), mark.to_owned());
        Attempt { name, object, input, names: Vec::new(), may, school: None, tables: &[], mark }
    }

    fn of_access(&self, name: &'static str, object: &'static str, fields: Value, mark: &str) -> Attempt {
        Attempt { may: self.who.may_write(What::Access, None, None), ..self.of_trust(name, object, fields, mark) }
    }

    fn create_school(&mut self) -> Option<Attempt> {
        let name = self.fresh();
        let urn = (0..)
            .map(|_| 100_000 + self.chance.below(700_000))
            .find(|urn| self.world.school.iter().all(|school| usize::try_from(school.urn) != Ok(*urn)))?;
        let fields = json!({ "urn": urn.to_string(), "laCode": 7, "establishmentNumber": 99, "name": name, "educationPhase": "PRIMARY" });
        Some(Attempt { tables: &["school"], ..self.of_trust("createSchool", "school { id }", fields, &name) })
    }

    fn update_school(&mut self) -> Option<Attempt> {
        let (school, name) = (any_row!(self, school)?, self.fresh());
        let fields = json!({ "schoolId": Kind::School.id(school.id), "expectedVersion": school.version, "name": name });
        Some(Attempt {
            names: vec![(Kind::School, school.id)],
            may: self.who.may_write(What::OfTheTrust, Some(school.id), None),
            tables: &["school"],
            ..self.of_trust("updateSchool", "school { id }", fields, &name)
        })
    }

    fn create_academic_year(&mut self) -> Option<Attempt> {
        let years: Vec<i16> = (1995..2020)
            .filter(|year| {
                self.world.academic_year.iter().all(|row| row.trust_id != self.who.trust || row.year != *year)
            })
            .collect();
        let year = *self.chance.pick_any(&years)?;
        let attempt = self.of_trust(
            "createAcademicYear",
            "academicYear { id }",
            json!({ "year": year }),
            &format!("year: {year}"),
        );
        Some(Attempt { tables: &["academic_year"], ..attempt })
    }

    fn create_phase(&mut self) -> Option<Attempt> {
        let name = self.fresh();
        let fields = json!({ "name": name, "lowestYearGroup": "YEAR_1", "highestYearGroup": "YEAR_4" });
        Some(Attempt { tables: &["phase"], ..self.of_trust("createPhase", "phase { id }", fields, &name) })
    }

    fn update_phase(&mut self) -> Option<Attempt> {
        let (phase, name) = (any_row!(self, phase)?, self.fresh());
        let fields = json!({ "phaseId": Kind::Phase.id(phase.id), "expectedVersion": phase.version, "name": name });
        let names = vec![(Kind::Phase, phase.id)];
        Some(Attempt { names, tables: &["phase"], ..self.of_trust("updatePhase", "phase { id }", fields, &name) })
    }

    fn create_subject(&mut self) -> Option<Attempt> {
        let code = self.fresh();
        let attempt = self.of_trust("createSubject", "subject { id }", json!({ "code": code, "name": code }), &code);
        Some(Attempt { tables: &["subject"], ..attempt })
    }

    fn create_framework(&mut self) -> Option<Attempt> {
        let code = self.fresh();
        let grades = json!([{ "code": "LOW", "name": "Low" }, { "code": "HIGH", "name": "High" }]);
        let fields = json!({ "code": code, "edition": "2026", "name": "A framework", "grades": grades });
        Some(Attempt {
            tables: &["framework", "grade"],
            ..self.of_trust("createFramework", "framework { id }", fields, &code)
        })
    }

    fn create_assessment_window(&mut self) -> Option<Attempt> {
        let year = any_row!(self, academic_year)?;
        let term = *self.chance.pick(&["AUTUMN", "SPRING", "SUMMER"]);
        let fields = json!({
            "academicYearId": Kind::AcademicYear.id(year.id), "term": term, "opensOn": year.starts_on, "closesOn": year.ends_on,
        });
        let names = vec![(Kind::AcademicYear, year.id)];
        let mark = year.id.to_string();
        let attempt = self.of_trust("createAssessmentWindow", "assessmentWindow { id }", fields, &mark);
        Some(Attempt { names, tables: &["assessment_window"], ..attempt })
    }

    fn create_class(&mut self) -> Option<Attempt> {
        let (school, year, name) = (any_row!(self, school)?, any_row!(self, academic_year)?, self.fresh());
        let fields = json!({
            "schoolId": Kind::School.id(school.id), "academicYearId": Kind::AcademicYear.id(year.id), "name": name,
            "lowestYearGroup": "YEAR_2",
        });
        Some(Attempt {
            names: vec![(Kind::School, school.id), (Kind::AcademicYear, year.id)],
            may: self.who.may_write(What::Roll, Some(school.id), None),
            school: Some(school.id),
            tables: &["class", "coverage_cell"],
            ..self.of_trust("createClass", "class { id }", fields, &name)
        })
    }

    fn update_class(&mut self) -> Option<Attempt> {
        let (class, name) = (any_row!(self, class)?, self.fresh());
        let fields = json!({ "classId": Kind::Class.id(class.id), "expectedVersion": class.version, "name": name });
        Some(Attempt {
            names: vec![(Kind::Class, class.id)],
            may: self.who.may_write(What::Roll, Some(class.school_id), None),
            school: Some(class.school_id),
            tables: &["class", "coverage_cell"],
            ..self.of_trust("updateClass", "class { id }", fields, &name)
        })
    }

    fn create_staff_member(&mut self) -> Option<Attempt> {
        let name = self.fresh();
        let fields = json!({ "email": format!("{name}@new.example"), "givenName": "New", "familyName": name });
        Some(Attempt {
            may: self.who.may_write(What::Account, None, None),
            tables: &["staff_member"],
            ..self.of_trust("createStaffMember", "staffMember { id }", fields, &name)
        })
    }

    fn update_staff_member(&mut self) -> Option<Attempt> {
        let (person, name) = (self.somebody()?, self.fresh());
        let fields = json!({ "staffMemberId": Kind::StaffMember.id(person.id), "expectedVersion": person.version, "familyName": name });
        Some(Attempt {
            names: vec![(Kind::StaffMember, person.id)],
            may: self.who.may_rename(person.id),
            tables: &["staff_member"],
            ..self.of_trust("updateStaffMember", "staffMember { id }", fields, &name)
        })
    }

    /// A member of staff, mostly one whom the person who tries can see.
    fn somebody(&mut self) -> Option<plumbline_entity::staff_member::Model> {
        let seen = self.chance.percent(60);
        let rows = self.world.staff_member.iter().filter(|row| !seen || self.sight.has(Kind::StaffMember, row.id));
        let rows: Vec<_> = rows.collect();
        self.chance.pick_any(&rows).map(|row| (*row).clone())
    }

    fn create_appointment(&mut self) -> Option<Attempt> {
        let person = self.somebody()?;
        let role = *self.chance.pick(&super::making_staff::ROLES);
        let school = match role {
            Role::Moderator | Role::TrustLead | Role::TrustAnalyst => None,
            _ => Some(any_row!(self, school)?.id),
        };
        let classes: Vec<Uuid> =
            self.world.class.iter().filter(|row| Some(row.school_id) == school).map(|row| row.id).collect();
        let class = if role == Role::ClassTeacher { Some(*self.chance.pick_any(&classes)?) } else { None };
        let subject = if role == Role::SubjectLeader { Some(any_row!(self, subject)?.id) } else { None };
        let phase = if role == Role::PhaseLeader { Some(any_row!(self, phase)?.id) } else { None };
        // So far ahead that nobody holds it yet.
        let starts_on = format!("2031-01-{:02}", self.chance.between(1, 28));
        let fields = json!({
            "staffMemberId": Kind::StaffMember.id(person.id), "role": role.code(), "startsOn": starts_on,
            "schoolId": school.map(|id| Kind::School.id(id)), "classId": class.map(|id| Kind::Class.id(id)),
            "subjectId": subject.map(|id| Kind::Subject.id(id)), "phaseId": phase.map(|id| Kind::Phase.id(id)),
        });
        let mut names = vec![(Kind::StaffMember, person.id)];
        names.extend(school.map(|id| (Kind::School, id)));
        names.extend(class.map(|id| (Kind::Class, id)));
        names.extend(subject.map(|id| (Kind::Subject, id)));
        names.extend(phase.map(|id| (Kind::Phase, id)));
        let mark = format!("starts_on: {starts_on}");
        Some(Attempt {
            names,
            may: self.who.may_write(What::Appointment, school, None),
            school,
            tables: &["appointment"],
            ..self.of_trust("createAppointment", "appointment { id }", fields, &mark)
        })
    }

    fn end_appointment(&mut self) -> Option<Attempt> {
        let held = any_row!(self, appointment)?;
        let ends_on = "2027-07-31";
        let fields = json!({ "appointmentId": Kind::Appointment.id(held.id), "expectedVersion": held.version, "endsOn": ends_on });
        Some(Attempt {
            names: vec![(Kind::Appointment, held.id)],
            may: self.who.may_write(What::Appointment, held.school_id, None),
            school: held.school_id,
            tables: &["appointment"],
            ..self.of_trust("endAppointment", "appointment { id }", fields, &format!("ends_on: Some({ends_on})"))
        })
    }

    fn create_access_grant(&mut self) -> Option<Attempt> {
        let (person, purpose) = (self.somebody()?, self.fresh());
        let school = if self.chance.percent(50) { any_row!(self, school).map(|row| row.id) } else { None };
        let fields = json!({
            "staffMemberId": Kind::StaffMember.id(person.id), "schoolId": school.map(|id| Kind::School.id(id)),
            "withNames": true, "purpose": purpose, "expiresAt": "2026-12-01T00:00:00Z",
        });
        let mut names = vec![(Kind::StaffMember, person.id)];
        names.extend(school.map(|id| (Kind::School, id)));
        let attempt = self.of_access("createAccessGrant", "accessGrant { id }", fields, &purpose);
        Some(Attempt { names, tables: &["access_grant"], ..attempt })
    }

    fn revoke_access_grant(&mut self) -> Option<Attempt> {
        let grant = any_row!(self, access_grant)?;
        let fields = json!({ "accessGrantId": Kind::AccessGrant.id(grant.id), "expectedVersion": grant.version });
        let names = vec![(Kind::AccessGrant, grant.id)];
        let attempt = self.of_access("revokeAccessGrant", "accessGrant { id }", fields, "revoked_at: Some(2026-07-01");
        Some(Attempt { names, tables: &["access_grant"], ..attempt })
    }

    fn register_client(&mut self) -> Option<Attempt> {
        let client = self.fresh();
        let scope = *self.chance.pick(&[ClientScope::Compare, ClientScope::ReadPupils, ClientScope::WriteStaff]);
        let school = if self.chance.percent(50) { any_row!(self, school).map(|row| row.id) } else { None };
        let fields = json!({
            "name": client, "issuer": "development", "clientId": client, "scopes": [scope.code()],
            "schoolIds": school.map(|id| vec![Kind::School.id(id)]),
        });
        let names = school.map(|id| (Kind::School, id)).into_iter().collect();
        let attempt = self.of_access("registerClient", "clientApplication { id }", fields, &client);
        Some(Attempt { names, tables: &["client_application"], ..attempt })
    }

    fn revoke_client(&mut self) -> Option<Attempt> {
        // Not the one through which is asked: it would be shut out before the next try.
        let client = any_row!(self, client_application)?;
        let fields =
            json!({ "clientApplicationId": Kind::ClientApplication.id(client.id), "expectedVersion": client.version });
        let names = vec![(Kind::ClientApplication, client.id)];
        let attempt = self.of_access("revokeClient", "clientApplication { id }", fields, "revoked_at: Some(2026-07-01");
        Some(Attempt { names, tables: &["client_application"], ..attempt })
    }
}
