//! `recordJudgement` and `recordJudgements`: a teacher judges pupils of their class, one or many.

use std::collections::{HashMap, HashSet};

use async_graphql::InputObject;
use chrono::NaiveDate;
use plumbline_entity::{assessment_window, enrolment, grade, judgement};
use uuid::Uuid;

use crate::{
    assessment::{
        AssessmentWindow, Framework, Judgement, rules,
        store::{self, Recording, SoundJudgement},
    },
    curriculum::Subject,
    db::Tx,
    graphql::{Acting, AtField as _, Change, Date, Many, Ref, Refusal, UserError, UserErrorCode, mutation},
    organisation::Pupil,
    rulebook::values,
};

/// Judgements of one subject and window.
#[derive(InputObject)]
pub struct RecordJudgementsInput {
    /// The assessment window.
    window_id: Ref<AssessmentWindow>,
    /// The subject.
    subject_id: Ref<Subject>,
    /// The framework that the grades are of.
    framework_id: Ref<Framework>,
    /// The judgements, 1 to 500, each of another pupil.
    judgements: Vec<JudgementInput>,
    /// Why it is recorded now, 1 to 500 characters, without naming a person: needed once the window has closed, and to supersede
    /// a judgement that was moderated.
    reason: Option<String>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

/// The judgement of a pupil.
#[derive(InputObject)]
pub struct JudgementInput {
    /// The pupil, who must be enrolled in a class in the academic year of the window.
    pupil_id: Ref<Pupil>,
    /// The code of the grade, such as EXS, or of what is not a grade, such as A for absent.
    grade_code: String,
    /// The day of the judgement, inside the window; today, if it is left out.
    judged_on: Option<Date>,
}

/// The judgement of one pupil in a subject and window.
#[derive(InputObject)]
pub struct RecordJudgementInput {
    /// The assessment window.
    window_id: Ref<AssessmentWindow>,
    /// The subject.
    subject_id: Ref<Subject>,
    /// The framework that the grade is of.
    framework_id: Ref<Framework>,
    /// The judgement.
    judgement: JudgementInput,
    /// Why it is recorded now, 1 to 500 characters, without naming a person: needed once the window has closed, and to supersede
    /// a judgement that was moderated.
    reason: Option<String>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

const MOST_JUDGEMENTS: usize = 500;

impl Change for RecordJudgementsInput {
    type Changed = Many<judgement::Model>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Many<judgement::Model>, Refusal> {
        let count = self.judgements.len();
        if !(1..=MOST_JUDGEMENTS).contains(&count) {
            let message =
                format!("Give 1 to {MOST_JUDGEMENTS} judgements, not {count}; send the rest in further requests.");
            return Err(UserError::invalid("judgements", message).into());
        }
        let window = by.named(tx, self.window_id, "windowId").await?;
        let subject = by.named(tx, self.subject_id, "subjectId").await?;
        let framework = by.named(tx, self.framework_id, "frameworkId").await?;
        let pupils: Vec<Uuid> = self.judgements.iter().map(|given| given.pupil_id.uuid()).collect();
        let reason = self.reason.map(sound_reason).transpose()?;
        let known = Known {
            enrolments: store::enrolments_in(tx, by, &pupils, window.academic_year_id).await?,
            grades: store::grades_of(tx, by, framework.id).await?,
            window,
        };
        let sound = known.check(&self.judgements, by)?;
        let is_late = rules::is_closed(&known.window, by.today());
        if is_late {
            refuse_late(&known.window, &sound, reason.as_deref(), by)?;
        }
        store::record(tx, by, &Recording { window: known.window.id, subject: subject.id, is_late, reason }, sound).await
    }
}

impl Change for RecordJudgementInput {
    type Changed = judgement::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<judgement::Model, Refusal> {
        let many = RecordJudgementsInput {
            window_id: self.window_id,
            subject_id: self.subject_id,
            framework_id: self.framework_id,
            judgements: vec![self.judgement],
            reason: self.reason,
            idempotency_key: None,
        };
        let recorded = many.apply(tx, by).await.map_err(|refusal| match refusal {
            Refusal::Outcome(errors) => Refusal::Outcome(errors.into_iter().map(of_the_only_one).collect()),
            refusal => refusal,
        })?;
        recorded.0.into_iter().next().ok_or_else(|| UserError::not_found("judgement", "judgement").into())
    }
}

fn sound_reason(mut reason: String) -> Result<String, UserError> {
    values::reason(&mut reason).at("reason")?;
    Ok(reason)
}

/// Refuses judgements of a window that has closed: those of teachers, and those without a reason.
fn refuse_late(
    window: &assessment_window::Model,
    judgements: &[SoundJudgement],
    reason: Option<&str>,
    by: &Acting<'_>,
) -> Result<(), Refusal> {
    let leads = |sound: &SoundJudgement| by.may_in_school::<judgement::Entity>(sound.enrolment.school_id).is_ok();
    let until = rules::records_until(window);
    if !judgements.iter().all(leads) {
        let message = format!(
            "Teachers recorded in this window until {until}; those who lead the school still can, with a reason."
        );
        return Err(UserError::wrong_state("windowId", message).into());
    }
    if reason.is_none() {
        let message = format!("Teachers recorded in this window until {until}: say why this is recorded now.");
        return Err(UserError::invalid("reason", message).into());
    }
    Ok(())
}

/// `judgements.0.gradeCode` of many is `judgement.gradeCode` of one.
fn of_the_only_one(mut error: UserError) -> UserError {
    if error.field.first().is_some_and(|part| part == "judgements") {
        error.field.drain(..error.field.len().min(2));
        error.field.insert(0, "judgement".to_owned());
    }
    error
}

/// What the judgements of a request are checked against.
struct Known {
    window: assessment_window::Model,
    enrolments: HashMap<Uuid, Vec<enrolment::Model>>,
    grades: HashMap<String, grade::Model>,
}

impl Known {
    /// Checks all, and tells all that is wrong at once.
    fn check(&self, given: &[JudgementInput], by: &Acting<'_>) -> Result<Vec<SoundJudgement>, Vec<UserError>> {
        let (mut sound, mut errors, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for (at, judgement) in given.iter().enumerate() {
            let path = |field: &str| format!("judgements.{at}.{field}");
            if !seen.insert(judgement.pupil_id.uuid()) {
                errors.push(UserError::duplicate(&path("pupilId"), "This pupil is judged twice in the request."));
                continue;
            }
            match self.check_one(judgement, by, &path) {
                Ok(one) => sound.push(one),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(sound) } else { Err(errors) }
    }

    fn check_one(
        &self,
        given: &JudgementInput,
        by: &Acting<'_>,
        path: &impl Fn(&str) -> String,
    ) -> Result<SoundJudgement, UserError> {
        let Some(enrolments) = self.enrolments.get(&given.pupil_id.uuid()) else {
            return Err(UserError::not_found(&path("pupilId"), "pupil"));
        };
        let Some(grade) = self.grades.get(&given.grade_code) else {
            let mut codes: Vec<&str> = self.grades.keys().map(String::as_str).collect();
            codes.sort_unstable();
            let message =
                format!("`{}` is no code of this framework; its codes are {}.", given.grade_code, codes.join(", "));
            return Err(UserError::invalid(&path("gradeCode"), message));
        };
        let judged_on = given.judged_on.map_or_else(|| by.today(), NaiveDate::from);
        rules::check_day(&self.window, judged_on, by.today())
            .map_err(|message| UserError::invalid(&path("judgedOn"), message))?;
        let may =
            |place: &&enrolment::Model| by.may_in_class::<judgement::Entity>(place.school_id, place.class_id).is_ok();
        // The answer is the same whether the pupils are elsewhere or nowhere: the school that they left need not know.
        match rules::place_on(enrolments, judged_on).filter(may) {
            Some(place) => Ok(SoundJudgement { enrolment: place.clone(), grade: grade.id, judged_on }),
            None => {
                let message = "The pupil is in no class on that day in which you may judge; those who teach or lead in their \
                               class can.";
                Err(UserError::new(UserErrorCode::Forbidden, &path("pupilId"), message))
            }
        }
    }
}

mutation! {
    /// Records judgements of several pupils in one subject and window, all or none. Each supersedes the
    /// current one of its pupil. For class teachers, in their classes, until the window has closed and its days of grace have
    /// passed; and for senior leaders, in their school, then with a reason. Whoever made a judgement that was moderated does
    /// not supersede it: senior leaders can, with a reason, and they alone withdraw what stands in its place.
    RecordJudgements { record_judgements: RecordJudgementsInput => RecordJudgementsPayload {
        judgements: [Judgement], "The judgements as recorded, in the order of the input; all or none."
    } }

    /// Records the judgement of a pupil in a subject and window; it supersedes the current one. For class
    /// teachers, in their classes, and senior leaders, in their school, as `recordJudgements` says.
    RecordJudgement { record_judgement: RecordJudgementInput => RecordJudgementPayload {
        judgement: Judgement, "The judgement as recorded."
    } }
}
