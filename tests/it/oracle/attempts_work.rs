//! Random attempts to change rows of pupils and of their work.

use std::cmp::Reverse;

use chrono::{Days, NaiveDate};
use plumbline_entity::moderation_exercise::ExerciseState;
use plumbline_entity::{assessment_window, enrolment, judgement};
use plumbline_tests::TestApp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::attempts::{Attempt, Trying, any_row, input};
use super::leave::What;
use super::shape::Kind;

/// Cells follow whatever they count.
const CELLS: &[&str] = &["judgement", "judgement_cell", "agreement_cell"];

/// Where something of a pupil is held, and where it is kept that they were erased.
const ERASED: &[&str] = &[
    "pupil_erasure",
    "pupil",
    "pupil_characteristics",
    "enrolment",
    "former_name",
    "former_upn",
    "pupil_merge",
    "judgement",
    "sampled_work",
    "second_judgement",
    "moderation_outcome",
    "judgement_cell",
    "agreement_cell",
    "agreement_edition_work",
    "adaptation",
    "insecure_pupil",
];
const MERGED: &[&str] = &[
    "pupil_merge",
    "pupil",
    "pupil_characteristics",
    "enrolment",
    "former_name",
    "former_upn",
    "judgement",
    "judgement_cell",
    "agreement_cell",
];
const UNMERGED: &[&str] = &[
    "pupil",
    "pupil_merge",
    "pupil_characteristics",
    "enrolment",
    "former_name",
    "former_upn",
    "judgement",
    "judgement_cell",
    "agreement_cell",
    "adaptation",
    "insecure_pupil",
];

impl Trying<'_> {
    fn of_roll(&self, name: &'static str, object: &'static str, fields: Value, school: Uuid, mark: &str) -> Attempt {
        let may = self.who.may_write(What::Roll, Some(school), None);
        let (input, mark) = (input(fields), mark.to_owned());
        Attempt { name, object, input, names: Vec::new(), may, school: Some(school), tables: &[], mark }
    }

    pub(super) fn create_pupil(&mut self) -> Option<Attempt> {
        let (class, name) = (any_row!(self, class)?, self.fresh());
        let year = self.world.academic_year.iter().find(|row| row.id == class.academic_year_id)?;
        let digits = format!("3002{:08}", self.chance.below(100_000_000));
        let upn = plumbline::organisation::rules::upn_of(&digits)?;
        let fields = json!({
            "upn": upn, "givenName": "New", "familyName": name, "dateOfBirth": "2016-05-05", "sex": "MALE",
            "classId": Kind::Class.id(class.id), "yearGroup": class.lowest_year_group, "startsOn": year.starts_on,
        });
        let attempt = self.of_roll("createPupil", "pupil { id }", fields, class.school_id, &name);
        Some(Attempt { names: vec![(Kind::Class, class.id)], tables: &["pupil", "enrolment"], ..attempt })
    }

    pub(super) fn update_pupil(&mut self) -> Option<Attempt> {
        let (pupil, name) = (any_row!(self, pupil)?, self.fresh());
        let school = self.who.school_of(pupil.id)?;
        let sex = *self.chance.pick(&["FEMALE", "MALE"]);
        let fields = json!({ "pupilId": Kind::Pupil.id(pupil.id), "expectedVersion": pupil.version, "familyName": name, "sex": sex });
        Some(Attempt {
            names: vec![(Kind::Pupil, pupil.id)],
            tables: &["pupil", "former_name", "judgement_cell", "agreement_cell"],
            ..self.of_roll("updatePupil", "pupil { id }", fields, school, &name)
        })
    }

    pub(super) fn correct_upn(&mut self) -> Option<Attempt> {
        let pupil = any_row!(self, pupil)?;
        let school = self.who.school_of(pupil.id)?;
        let digits = format!("3003{:08}", self.chance.below(100_000_000));
        let upn = plumbline::organisation::rules::upn_of(&digits)?;
        let fields = json!({ "pupilId": Kind::Pupil.id(pupil.id), "expectedVersion": pupil.version, "upn": upn });
        Some(Attempt {
            names: vec![(Kind::Pupil, pupil.id)],
            tables: &["pupil", "former_upn"],
            ..self.of_roll("correctUpn", "pupil { id }", fields, school, &upn)
        })
    }

    pub(super) fn erase_pupil(&mut self) -> Option<Attempt> {
        let pupil = any_row!(self, pupil)?;
        let school = self.who.school_of(pupil.id)?;
        let id = Kind::Pupil.id(pupil.id);
        let fields = json!({
            "pupilId": id, "confirmPupilId": id, "expectedVersion": pupil.version, "reason": "REQUEST_UPHELD",
        });
        let mark = format!("id: {}", pupil.id);
        Some(Attempt {
            names: vec![(Kind::Pupil, pupil.id)],
            may: self.who.may_write(What::Erasure, Some(school), None),
            // What is erased may lie in the schools that the pupil has left.
            school: None,
            tables: ERASED,
            ..self.of_roll("erasePupil", "school { id }", fields, school, &mark)
        })
    }

    pub(super) fn merge_pupils(&mut self) -> Option<Attempt> {
        let pupil = any_row!(self, pupil)?;
        // Somebody born on the same day, in half of the tries: the others are refused for that.
        let alike = self.chance.percent(50);
        let others = self.world.pupil.iter().filter(|row| row.id != pupil.id);
        let others: Vec<_> = others.filter(|row| !alike || row.date_of_birth == pupil.date_of_birth).collect();
        let other = (*self.chance.pick_any(&others)?).clone();
        let schools = [pupil.id, other.id].map(|id| self.who.school_of(id));
        let fields = json!({
            "pupilId": Kind::Pupil.id(pupil.id), "expectedVersion": pupil.version,
            "duplicateId": Kind::Pupil.id(other.id), "duplicateVersion": other.version,
        });
        let may = schools.iter().all(|school| self.who.may_write(What::Erasure, *school, None));
        let mark = format!("id: {}", other.id);
        Some(Attempt {
            names: vec![(Kind::Pupil, pupil.id), (Kind::Pupil, other.id)],
            may,
            school: None,
            tables: MERGED,
            ..self.of_roll("mergePupils", "pupil { id }", fields, schools[0]?, &mark)
        })
    }

    pub(super) fn unmerge_pupils(&mut self) -> Option<Attempt> {
        let merge = any_row!(self, pupil_merge)?;
        let kept = self.world.pupil.iter().find(|row| row.id == merge.pupil_id)?.clone();
        let school = self.who.school_of(kept.id)?;
        let fields = json!({
            "pupilId": Kind::Pupil.id(kept.id), "expectedVersion": kept.version, "duplicateId": Kind::Pupil.id(merge.id),
        });
        let may = [school, merge.school_id].iter().all(|of| self.who.may_write(What::Erasure, Some(*of), None));
        let mark = format!("id: {}", merge.id);
        Some(Attempt {
            names: vec![(Kind::Pupil, kept.id)],
            may,
            school: None,
            tables: UNMERGED,
            ..self.of_roll("unmergePupils", "pupils { id }", fields, school, &mark)
        })
    }

    pub(super) fn record_pupil_characteristics(&mut self) -> Option<Attempt> {
        let (pupil, year) = (any_row!(self, pupil)?, any_row!(self, academic_year)?);
        let school = self.who.school_of(pupil.id)?;
        let recorded = self.who.facts.recorded.get(&(pupil.id, year.id));
        let fields = json!({
            "pupilId": Kind::Pupil.id(pupil.id), "academicYearId": Kind::AcademicYear.id(year.id),
            "expectedVersion": recorded.map(|row| row.version), "freeSchoolMeals": true, "everSixFreeSchoolMeals": true,
            "everInCare": false, "serviceChild": true, "disadvantaged": true, "pupilPremium": true,
            "sen": *self.chance.pick(&["NONE", "SUPPORT", "PLAN"]), "firstLanguage": "OTHER",
        });
        let mark = pupil.id.to_string();
        Some(Attempt {
            names: vec![(Kind::Pupil, pupil.id), (Kind::AcademicYear, year.id)],
            tables: &["pupil_characteristics", "judgement_cell", "agreement_cell"],
            ..self.of_roll("recordPupilCharacteristics", "characteristics { id }", fields, school, &mark)
        })
    }

    pub(super) fn enrol_pupil(&mut self) -> Option<Attempt> {
        let (class, pupil) = (any_row!(self, class)?, any_row!(self, pupil)?);
        let year = self.world.academic_year.iter().find(|row| row.id == class.academic_year_id)?;
        let fields = json!({
            "pupilId": Kind::Pupil.id(pupil.id), "classId": Kind::Class.id(class.id),
            "yearGroup": class.lowest_year_group, "startsOn": year.ends_on - Days::new(1),
        });
        let mark = format!("class_id: {}", class.id);
        let attempt = self.of_roll("enrolPupil", "enrolment { id }", fields, class.school_id, &mark);
        Some(Attempt {
            names: vec![(Kind::Class, class.id), (Kind::Pupil, pupil.id)],
            tables: &["enrolment"],
            ..attempt
        })
    }

    pub(super) fn end_enrolment(&mut self) -> Option<Attempt> {
        let place = any_row!(self, enrolment)?;
        let year = self.world.academic_year.iter().find(|row| row.id == place.academic_year_id)?;
        // What has ended ends earlier: to end it as it did would change nothing.
        let earlier = |ended: NaiveDate| ended.pred_opt().filter(|day| *day >= place.starts_on);
        let ends_on = place.ends_on.map_or(Some(year.ends_on), earlier)?;
        let fields =
            json!({ "enrolmentId": Kind::Enrolment.id(place.id), "expectedVersion": place.version, "endsOn": ends_on });
        let mark = format!("ends_on: Some({ends_on})");
        Some(Attempt {
            names: vec![(Kind::Enrolment, place.id)],
            tables: &["enrolment"],
            ..self.of_roll("endEnrolment", "enrolment { id }", fields, place.school_id, &mark)
        })
    }

    /// The place in which a pupil is judged on a day of a year: where they were that day, else the place that they
    /// came to next, else the one that they left last.
    fn judged_at(&self, pupil: Uuid, year: Uuid, day: NaiveDate) -> Option<&enrolment::Model> {
        let mut places = self.who.facts.places_of(pupil).to_vec();
        places.retain(|place| place.academic_year_id == year);
        places.sort_by_key(|place| Reverse(place.starts_on));
        let there = places.iter().find(|place| place.starts_on <= day && place.ends_on.is_none_or(|last| day <= last));
        let next = places.iter().rev().find(|place| place.starts_on > day);
        there.or(next).or(places.first()).copied()
    }

    fn judge(&mut self) -> Option<(Attempt, Value)> {
        let place = any_row!(self, enrolment)?;
        // One that has opened: no day of another may be given.
        let today = TestApp::now().date_naive();
        let windows = self.world.assessment_window.iter().filter(|row| row.academic_year_id == place.academic_year_id);
        let windows: Vec<&assessment_window::Model> = windows.filter(|row| row.opens_on <= today).collect();
        let window = (*self.chance.pick_any(&windows)?).clone();
        let day = self.chance.day(window.opens_on, window.closes_on).min(today);
        let at = self.judged_at(place.pupil_id, place.academic_year_id, day)?.clone();
        let subjects: Vec<Uuid> =
            self.world.subject.iter().filter(|row| row.trust_id == place.trust_id).map(|row| row.id).collect();
        let subject = *self.chance.pick(&subjects);
        let framework =
            self.world.grade.iter().find(|row| row.trust_id == place.trust_id && row.code == "EXS")?.framework_id;
        let judged = json!({ "pupilId": Kind::Pupil.id(place.pupil_id), "gradeCode": "EXS", "judgedOn": day });
        let fields = json!({
            "windowId": Kind::AssessmentWindow.id(window.id), "subjectId": Kind::Subject.id(subject),
            "frameworkId": Kind::Framework.id(framework), "reason": "It was forgotten",
        });
        let same = |row: &&judgement::Model| {
            row.pupil_id == place.pupil_id && row.window_id == window.id && row.subject_id == subject && row.is_current
        };
        // Whoever supersedes a judgement also writes in the class where it was made.
        let earlier = self.world.judgement.iter().find(same).filter(|row| self.sight.has(Kind::Judgement, row.id));
        let may = |school, class| self.who.may_write(What::Judgement, Some(school), Some(class));
        let supersedes = earlier.is_none_or(|row| may(row.school_id, row.class_id));
        let mut attempt = self.of_roll("recordJudgement", "judgement { id }", fields, at.school_id, "");
        attempt.mark = format!("pupil_id: {}", place.pupil_id);
        attempt.names = vec![
            (Kind::AssessmentWindow, window.id),
            (Kind::Subject, subject),
            (Kind::Framework, framework),
            (Kind::Pupil, place.pupil_id),
        ];
        attempt.tables = CELLS;
        attempt.may = may(at.school_id, at.class_id) && supersedes;
        // The judgement that is superseded may lie in another school that they lead.
        attempt.school = earlier.is_none().then_some(at.school_id);
        Some((attempt, judged))
    }

    pub(super) fn record_judgement(&mut self) -> Option<Attempt> {
        let (mut attempt, judged) = self.judge()?;
        attempt.input["judgement"] = judged;
        Some(attempt)
    }

    pub(super) fn record_judgements(&mut self) -> Option<Attempt> {
        let (mut attempt, judged) = self.judge()?;
        attempt.name = "recordJudgements";
        attempt.object = "judgements { id }";
        attempt.input["judgements"] = json!([judged]);
        Some(attempt)
    }

    pub(super) fn withdraw_judgement(&mut self) -> Option<Attempt> {
        let judgement = any_row!(self, judgement)?;
        let may = |row: &judgement::Model| self.who.may_write(What::Judgement, Some(row.school_id), Some(row.class_id));
        // What it superseded stands again, the latest that was not withdrawn: that is changed as well.
        let (mut earlier, mut allowed, mut elsewhere) =
            (judgement.supersedes_id.filter(|_| judgement.is_current), may(&judgement), false);
        while let Some(row) = earlier.and_then(|id| self.world.judgement.iter().find(|row| row.id == id)) {
            let stands = row.withdrawn_at.is_none();
            allowed &= self.sight.has(Kind::Judgement, row.id) && (!stands || may(row));
            elsewhere |= stands;
            earlier = row.supersedes_id.filter(|_| !stands);
        }
        let fields = json!({ "judgementId": Kind::Judgement.id(judgement.id), "reason": "of another pupil" });
        let mut attempt = self.of_roll("withdrawJudgement", "judgement { id }", fields, judgement.school_id, "");
        attempt.mark = "withdrawn_because: Some(\"of another pupil\")".to_owned();
        attempt.names = vec![(Kind::Judgement, judgement.id)];
        attempt.tables = CELLS;
        attempt.may = allowed;
        attempt.school = (!elsewhere).then_some(judgement.school_id);
        Some(attempt)
    }

    pub(super) fn create_moderation_exercise(&mut self) -> Option<Attempt> {
        let (subject, window) = (any_row!(self, subject)?.id, any_row!(self, assessment_window)?.id);
        let (framework, title) = (any_row!(self, framework)?.id, self.fresh());
        let fields = json!({
            "title": title, "subjectId": Kind::Subject.id(subject), "windowId": Kind::AssessmentWindow.id(window),
            "frameworkId": Kind::Framework.id(framework), "seed": "7",
        });
        let names = vec![(Kind::Subject, subject), (Kind::AssessmentWindow, window), (Kind::Framework, framework)];
        let may = self.who.may_write(What::OfTheTrust, None, None);
        let object = "moderationExercise { id }";
        let tables = &["moderation_exercise"];
        Some(Attempt {
            name: "createModerationExercise",
            object,
            input: fields,
            names,
            may,
            school: None,
            tables,
            mark: title,
        })
    }

    pub(super) fn draw_sample(&mut self) -> Option<Attempt> {
        let exercise = any_row!(self, moderation_exercise)?;
        let fields =
            json!({ "exerciseId": Kind::ModerationExercise.id(exercise.id), "expectedVersion": exercise.version });
        let may = self.who.may_write(What::OfTheTrust, None, None);
        Some(Attempt {
            name: "drawSample",
            object: "moderationExercise { id }",
            input: fields,
            names: vec![(Kind::ModerationExercise, exercise.id)],
            may,
            school: None,
            tables: &["moderation_exercise", "exercise_step", "sample_stratum", "sampled_work"],
            mark: exercise.id.to_string(),
        })
    }

    pub(super) fn advance_moderation_exercise(&mut self) -> Option<Attempt> {
        let exercise = any_row!(self, moderation_exercise)?;
        let state = match exercise.state {
            ExerciseState::Judging => "DISCUSSING",
            ExerciseState::Discussing => "RELEASED",
            ExerciseState::Released => "CLOSED",
            ExerciseState::Draft | ExerciseState::Closed => "JUDGING",
        };
        let fields = json!({
            "exerciseId": Kind::ModerationExercise.id(exercise.id), "expectedVersion": exercise.version, "state": state,
            "reason": self.chance.percent(50).then(|| self.fresh()),
        });
        let may = self.who.may_write(What::OfTheTrust, None, None);
        Some(Attempt {
            name: "advanceModerationExercise",
            object: "moderationExercise { id }",
            input: fields,
            names: vec![(Kind::ModerationExercise, exercise.id)],
            may,
            school: None,
            tables: &[
                "moderation_exercise",
                "exercise_step",
                "agreement_edition",
                "agreement_edition_cell",
                "agreement_edition_work",
            ],
            mark: exercise.id.to_string(),
        })
    }

    fn a_work(&mut self) -> Option<plumbline_entity::sampled_work::Model> {
        let seen = self.chance.percent(60);
        let works = self.world.sampled_work.iter().filter(|row| !seen || self.sight.has(Kind::SampledWork, row.id));
        let works: Vec<_> = works.collect();
        self.chance.pick_any(&works).map(|row| (*row).clone())
    }

    pub(super) fn record_second_judgement(&mut self) -> Option<Attempt> {
        let (work, rationale) = (self.a_work()?, self.fresh());
        let fields = json!({ "workId": Kind::SampledWork.id(work.id), "gradeCode": "EXS", "rationale": rationale });
        Some(Attempt {
            name: "recordSecondJudgement",
            object: "secondJudgement { id }",
            input: fields,
            names: vec![(Kind::SampledWork, work.id)],
            may: self.who.may_write(What::SecondJudgement, Some(work.school_id), None),
            school: None,
            tables: &["second_judgement", "agreement_cell"],
            mark: rationale,
        })
    }

    pub(super) fn record_moderation_outcome(&mut self) -> Option<Attempt> {
        let work = self.a_work()?;
        let known = self.world.moderation_outcome.iter().find(|row| row.work_id == work.id);
        let fields = json!({
            "workId": Kind::SampledWork.id(work.id), "decision": "UNRESOLVED", "expectedVersion": known.map(|row| row.version),
        });
        Some(Attempt {
            name: "recordModerationOutcome",
            object: "moderationOutcome { id }",
            input: input(fields),
            names: vec![(Kind::SampledWork, work.id)],
            may: self.who.may_write(What::OfTheTrust, Some(work.school_id), None),
            school: None,
            tables: &["moderation_outcome", "agreement_cell"],
            mark: work.id.to_string(),
        })
    }
}
