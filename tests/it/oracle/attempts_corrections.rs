//! Random attempts to correct what there is, and to remove it.

use std::collections::HashSet;

use chrono::Days;
use plumbline_entity::moderation_exercise::ExerciseState;
use serde_json::{Value, json};
use uuid::Uuid;

use super::attempts::{Attempt, Trying, any_row, input};
use super::leave::What;
use super::shape::Kind;

/// The table of a type that is removed, and what goes with it.
type Tables = &'static [&'static str];

/// A row of a table of the world on which nothing hangs, mostly; else any.
macro_rules! spare_row {
    ($trying:expr, $table:ident, $hangs:expr) => {{
        let hangs: HashSet<Uuid> = $hangs;
        let free: Vec<_> = $trying.world.$table.iter().filter(|row| !hangs.contains(&row.id)).cloned().collect();
        if $trying.chance.percent(80) && !free.is_empty() {
            Some($trying.chance.pick(&free).clone())
        } else {
            any_row!($trying, $table)
        }
    }};
}

pub(super) use spare_row;

impl Trying<'_> {
    fn removing(&self, name: &'static str, field: &str, kind: Kind, id: Uuid, tables: Tables) -> Attempt {
        Attempt {
            name,
            object: "removedId",
            input: input(json!({ (field): kind.id(id) })),
            names: vec![(kind, id)],
            may: self.who.may_write(What::OfTheTrust, None, None),
            school: None,
            tables,
            mark: format!("id: {id}"),
        }
    }

    fn correcting(
        &self,
        name: &'static str,
        object: &'static str,
        (kind, id): (Kind, Uuid),
        fields: Value,
        tables: Tables,
        mark: String,
    ) -> Attempt {
        let may = self.who.may_write(What::OfTheTrust, None, None);
        Attempt { name, object, input: input(fields), names: vec![(kind, id)], may, school: None, tables, mark }
    }

    pub(super) fn remove_school(&mut self) -> Option<Attempt> {
        let world = self.world;
        let hangs = world.class.iter().map(|row| row.school_id);
        let hangs = hangs.chain(world.appointment.iter().filter_map(|row| row.school_id));
        let hangs = hangs.chain(world.access_grant.iter().filter_map(|row| row.school_id));
        let hangs = hangs.chain(world.curriculum.iter().filter_map(|row| row.school_id));
        let hangs = hangs.chain(world.plan.iter().map(|row| row.school_id));
        let hangs = hangs.chain(world.focus.iter().map(|row| row.school_id));
        let school = spare_row!(self, school, hangs.collect())?;
        Some(self.removing("removeSchool", "schoolId", Kind::School, school.id, &["school"]))
    }

    pub(super) fn remove_academic_year(&mut self) -> Option<Attempt> {
        let world = self.world;
        let hangs = world.class.iter().map(|row| row.academic_year_id);
        let hangs = hangs.chain(world.assessment_window.iter().map(|row| row.academic_year_id));
        let hangs = hangs.chain(world.pupil_characteristics.iter().map(|row| row.academic_year_id));
        let hangs = hangs.chain(world.plan.iter().map(|row| row.academic_year_id));
        let year = spare_row!(self, academic_year, hangs.collect())?;
        Some(self.removing("removeAcademicYear", "academicYearId", Kind::AcademicYear, year.id, &["academic_year"]))
    }

    pub(super) fn remove_phase(&mut self) -> Option<Attempt> {
        let phase = spare_row!(self, phase, self.world.appointment.iter().filter_map(|row| row.phase_id).collect())?;
        Some(self.removing("removePhase", "phaseId", Kind::Phase, phase.id, &["phase"]))
    }

    pub(super) fn remove_subject(&mut self) -> Option<Attempt> {
        let world = self.world;
        let hangs = world.judgement.iter().map(|row| row.subject_id);
        let hangs = hangs.chain(world.moderation_exercise.iter().map(|row| row.subject_id));
        let hangs = hangs.chain(world.appointment.iter().filter_map(|row| row.subject_id));
        let hangs = hangs.chain(world.curriculum.iter().map(|row| row.subject_id));
        let hangs = hangs.chain(world.plan.iter().map(|row| row.subject_id));
        let hangs = hangs.chain(world.focus.iter().map(|row| row.subject_id));
        let subject = spare_row!(self, subject, hangs.collect())?;
        Some(self.removing("removeSubject", "subjectId", Kind::Subject, subject.id, &["subject"]))
    }

    pub(super) fn remove_framework(&mut self) -> Option<Attempt> {
        let world = self.world;
        let of = |grade: Uuid| world.grade.iter().find(|row| row.id == grade).expect("a grade").framework_id;
        let hangs = world.judgement.iter().map(|row| of(row.grade_id));
        let hangs = hangs.chain(world.moderation_exercise.iter().map(|row| row.framework_id));
        let framework = spare_row!(self, framework, hangs.collect())?;
        let tables = &["framework", "grade"];
        Some(self.removing("removeFramework", "frameworkId", Kind::Framework, framework.id, tables))
    }

    pub(super) fn remove_assessment_window(&mut self) -> Option<Attempt> {
        let world = self.world;
        let hangs = world.judgement.iter().map(|row| row.window_id);
        let hangs = hangs.chain(world.moderation_exercise.iter().map(|row| row.window_id));
        let window = spare_row!(self, assessment_window, hangs.collect())?;
        let tables = &["assessment_window"];
        Some(self.removing("removeAssessmentWindow", "windowId", Kind::AssessmentWindow, window.id, tables))
    }

    pub(super) fn remove_class(&mut self) -> Option<Attempt> {
        let world = self.world;
        let hangs = world.enrolment.iter().map(|row| row.class_id);
        let hangs = hangs.chain(world.appointment.iter().filter_map(|row| row.class_id));
        let hangs = hangs.chain(world.plan_step.iter().filter_map(|row| row.class_id));
        let hangs = hangs.chain(world.adaptation.iter().map(|row| row.class_id));
        let hangs = hangs.chain(world.taught_objective.iter().map(|row| row.class_id));
        let class = spare_row!(self, class, hangs.collect())?;
        Some(Attempt {
            may: self.who.may_write(What::Roll, Some(class.school_id), None),
            school: Some(class.school_id),
            ..self.removing("removeClass", "classId", Kind::Class, class.id, &["class", "coverage_cell"])
        })
    }

    pub(super) fn remove_staff_member(&mut self) -> Option<Attempt> {
        let world = self.world;
        let hangs = world.appointment.iter().map(|row| row.staff_member_id);
        let hangs = hangs.chain(world.plan.iter().map(|row| row.author_id));
        let hangs =
            hangs.chain(world.plan_step.iter().flat_map(|row| [Some(row.staff_member_id), row.raised_by_id]).flatten());
        let hangs = hangs.chain(world.adaptation.iter().map(|row| row.author_id));
        let hangs = hangs.chain(world.taught_objective.iter().filter_map(|row| row.recorded_by_id));
        let person = spare_row!(self, staff_member, hangs.collect())?;
        Some(Attempt {
            may: self.who.may_write(What::Account, None, None),
            ..self.removing("removeStaffMember", "staffMemberId", Kind::StaffMember, person.id, &["staff_member"])
        })
    }

    pub(super) fn remove_pupil_characteristics(&mut self) -> Option<Attempt> {
        let recorded = any_row!(self, pupil_characteristics)?;
        let school = self.who.school_of(recorded.pupil_id)?;
        let tables = &["pupil_characteristics", "judgement_cell", "agreement_cell"];
        let (name, field) = ("removePupilCharacteristics", "characteristicsId");
        Some(Attempt {
            may: self.who.may_write(What::Roll, Some(school), None),
            ..self.removing(name, field, Kind::PupilCharacteristics, recorded.id, tables)
        })
    }

    pub(super) fn remove_enrolment(&mut self) -> Option<Attempt> {
        let judged: HashSet<_> = self.world.judgement.iter().map(|row| (row.pupil_id, row.class_id)).collect();
        let several = |pupil: Uuid| self.who.facts.places_of(pupil).len() > 1;
        let hangs = self.world.enrolment.iter();
        let hangs = hangs.filter(|row| !several(row.pupil_id) || judged.contains(&(row.pupil_id, row.class_id)));
        let place = spare_row!(self, enrolment, hangs.map(|row| row.id).collect())?;
        Some(Attempt {
            may: self.who.may_write(What::Roll, Some(place.school_id), None),
            school: Some(place.school_id),
            ..self.removing("removeEnrolment", "enrolmentId", Kind::Enrolment, place.id, &["enrolment"])
        })
    }

    pub(super) fn remove_moderation_exercise(&mut self) -> Option<Attempt> {
        let drawn = self.world.moderation_exercise.iter().filter(|row| row.state != ExerciseState::Draft);
        let exercise = spare_row!(self, moderation_exercise, drawn.map(|row| row.id).collect())?;
        let (kind, tables) = (Kind::ModerationExercise, &["moderation_exercise"]);
        Some(self.removing("removeModerationExercise", "exerciseId", kind, exercise.id, tables))
    }

    pub(super) fn update_academic_year(&mut self) -> Option<Attempt> {
        let year = any_row!(self, academic_year)?;
        let ends_on = year.ends_on - Days::new(1);
        let fields = json!({
            "academicYearId": Kind::AcademicYear.id(year.id), "expectedVersion": year.version, "endsOn": ends_on });
        let named = (Kind::AcademicYear, year.id);
        let mark = format!("ends_on: {ends_on}");
        Some(self.correcting(
            "updateAcademicYear",
            "academicYear { id }",
            named,
            fields,
            &["academic_year", "coverage_cell"],
            mark,
        ))
    }

    pub(super) fn update_subject(&mut self) -> Option<Attempt> {
        let (subject, name) = (any_row!(self, subject)?, self.fresh());
        let fields =
            json!({ "subjectId": Kind::Subject.id(subject.id), "expectedVersion": subject.version, "name": name });
        let named = (Kind::Subject, subject.id);
        Some(self.correcting("updateSubject", "subject { id }", named, fields, &["subject"], name))
    }

    pub(super) fn update_framework(&mut self) -> Option<Attempt> {
        let (framework, name) = (any_row!(self, framework)?, self.fresh());
        let fields = json!({
            "frameworkId": Kind::Framework.id(framework.id), "expectedVersion": framework.version, "name": name });
        let named = (Kind::Framework, framework.id);
        Some(self.correcting("updateFramework", "framework { id }", named, fields, &["framework"], name))
    }

    pub(super) fn update_grade(&mut self) -> Option<Attempt> {
        let (grade, name) = (any_row!(self, grade)?, self.fresh());
        let fields = json!({ "gradeId": Kind::Grade.id(grade.id), "expectedVersion": grade.version, "name": name });
        Some(self.correcting("updateGrade", "grade { id }", (Kind::Grade, grade.id), fields, &["grade"], name))
    }

    pub(super) fn update_assessment_window(&mut self) -> Option<Attempt> {
        let (window, days) = (any_row!(self, assessment_window)?, self.chance.between(100, 366));
        let fields = json!({
            "windowId": Kind::AssessmentWindow.id(window.id), "expectedVersion": window.version, "daysOfGrace": days });
        let (named, mark) = ((Kind::AssessmentWindow, window.id), format!("days_of_grace: {days}"));
        let tables = &["assessment_window"];
        Some(self.correcting("updateAssessmentWindow", "assessmentWindow { id }", named, fields, tables, mark))
    }

    pub(super) fn update_enrolment(&mut self) -> Option<Attempt> {
        let place = any_row!(self, enrolment)?;
        let starts_on = place.starts_on + Days::new(1);
        let fields = json!({
            "enrolmentId": Kind::Enrolment.id(place.id), "expectedVersion": place.version, "startsOn": starts_on });
        let (named, mark) = ((Kind::Enrolment, place.id), format!("starts_on: {starts_on}"));
        Some(Attempt {
            may: self.who.may_write(What::Roll, Some(place.school_id), None),
            school: Some(place.school_id),
            ..self.correcting("updateEnrolment", "enrolment { id }", named, fields, &["enrolment"], mark)
        })
    }

    pub(super) fn update_moderation_exercise(&mut self) -> Option<Attempt> {
        let (exercise, title) = (any_row!(self, moderation_exercise)?, self.fresh());
        let id = Kind::ModerationExercise.id(exercise.id);
        let fields = json!({ "exerciseId": id, "expectedVersion": exercise.version, "title": title });
        let named = (Kind::ModerationExercise, exercise.id);
        let (object, tables) = ("moderationExercise { id }", &["moderation_exercise"]);
        Some(self.correcting("updateModerationExercise", object, named, fields, tables, title))
    }
}
