//! Each mutation beside its like: the same input several times at once.

use serde_json::{Value, json};

use super::arena::{Arena, Shot};
use super::records::{erased, merged, unmerged};
use crate::access::changes::change;
use plumbline_tests::access_table::Spot;
use plumbline_tests::global_id_of;

/// What is to come of several that are alike.
pub enum Comes {
    /// One is done, and the others are refused with one of these codes.
    Once(&'static [&'static str]),
    /// Each is done: the later one supersedes, or no rule says that there is one.
    Each,
}

/// A mutation beside its like.
pub struct Line {
    pub shot: Shot,
    pub comes: Comes,
}

/// What several of a mutation at once come to; `None` if it has no line here. Each mutation must have one. The inputs
/// are those of the table of access, with what makes those of a round differ from those of the others.
#[rustfmt::skip]
pub async fn alike(arena: &Arena, mutation: &str, round: usize) -> Option<Line> {
    use Comes::{Each, Once};
    let (spots, sound) = change(mutation)?;
    let at = arena.targets.iter().find(|at| spots.contains(&at.spot) && at.spot != Spot::OtherTrust).expect("a place");
    let mut input = sound(at);
    let world = arena.world();
    let (lead, head, teacher) = (&world.lead, &world.schools[0].head, &world.schools[0].classes[0].teacher);
    let named = format!("New {mutation} {round}");
    let serial = arena.serial();
    let (mutation, who, set, comes): (&'static str, &String, Value, Comes) = match mutation {
        "createSchool" => ("createSchool", lead, json!({ "urn": 100_000 + serial, "name": named }), Once(&["DUPLICATE"])),
        "updateSchool" => ("updateSchool", lead, json!({ "name": named }), Once(&["STALE"])),
        "createAcademicYear" => ("createAcademicYear", lead, json!({ "year": arena.new_year().await }), Once(&["DUPLICATE"])),
        "createPhase" => ("createPhase", lead, json!({ "name": named }), Once(&["DUPLICATE"])),
        "updatePhase" => ("updatePhase", lead, json!({ "name": named }), Once(&["STALE"])),
        "createSubject" => ("createSubject", lead, json!({ "code": format!("s{serial}") }), Once(&["DUPLICATE"])),
        "createClass" => ("createClass", head, json!({ "name": named }), Once(&["DUPLICATE"])),
        "updateClass" => ("updateClass", head, json!({ "name": named }), Once(&["STALE"])),
        "createStaffMember" => ("createStaffMember", lead, json!({ "email": format!("new{serial}@test.example") }), Once(&["DUPLICATE"])),
        "updateStaffMember" => ("updateStaffMember", lead, json!({ "familyName": named }), Once(&["STALE"])),
        "createAppointment" => ("createAppointment", lead, json!({ "staffMemberId": arena.newcomer(&[]).await.0 }), Once(&["DUPLICATE"])),
        "endAppointment" => {
            let (_, _, appointment) = arena.appointed(&world.serving(0, "SENCO")).await;
            ("endAppointment", lead, json!({ "appointmentId": appointment }), Once(&["WRONG_STATE", "STALE"]))
        }
        "createPupil" => ("createPupil", head, json!({ "upn": arena.upn() }), Once(&["DUPLICATE"])),
        "updatePupil" => ("updatePupil", head, json!({ "givenName": named }), Once(&["STALE"])),
        "correctUpn" => ("correctUpn", head, json!({ "upn": arena.upn() }), Once(&["STALE"])),
        "erasePupil" => ("erasePupil", head, erased(&arena.pupil(0, "2026-05-01").await.0), Once(&["NOT_FOUND"])),
        "mergePupils" => {
            let (pupil, duplicate) = (arena.pupil(0, "2026-05-01").await.0, arena.pupil(0, "2026-05-01").await.0);
            ("mergePupils", head, merged(&pupil, &duplicate), Once(&["NOT_FOUND"]))
        }
        "unmergePupils" => {
            let (pupil, gone) = arena.one_of_two(head).await;
            ("unmergePupils", head, unmerged(&pupil, &gone), Once(&["NOT_FOUND"]))
        }
        // Of a pupil of whom nothing is recorded yet: the hardest of its cases.
        "recordPupilCharacteristics" => {
            let pupil = arena.pupil(0, "2026-06-01").await.0;
            ("recordPupilCharacteristics", head, json!({ "pupilId": pupil, "expectedVersion": null }), Once(&["STALE", "DUPLICATE"]))
        }
        "enrolPupil" => ("enrolPupil", head, json!({ "pupilId": arena.pupil(0, "2026-05-01").await.0 }), Once(&["DUPLICATE"])),
        "endEnrolment" => ("endEnrolment", head, json!({ "enrolmentId": arena.pupil(0, "2026-05-01").await.1 }), Once(&["STALE"])),
        "createFramework" => ("createFramework", lead, json!({ "edition": named }), Once(&["DUPLICATE"])),
        "createAssessmentWindow" => {
            let set = arena.days_of_a_window().await;
            ("createAssessmentWindow", lead, set, Once(&["DUPLICATE"]))
        }
        "recordJudgement" => ("recordJudgement", teacher, json!({}), Each),
        "recordJudgements" => ("recordJudgements", teacher, json!({}), Each),
        "withdrawJudgement" => {
            let (pupil, _) = arena.pupil(0, "2026-05-01").await;
            let judged = arena.does(teacher, "recordJudgement", arena.judgement(&pupil, false), "judgement { id }").await;
            ("withdrawJudgement", teacher, json!({ "judgementId": judged["id"] }), Once(&["WRONG_STATE"]))
        }
        "createModerationExercise" => ("createModerationExercise", lead, json!({ "title": format!("{named} {serial}") }), Once(&["DUPLICATE"])),
        "drawSample" => ("drawSample", lead, json!({ "exerciseId": arena.draft().await }), Once(&["STALE"])),
        "advanceModerationExercise" => ("advanceModerationExercise", lead, json!({ "exerciseId": arena.drawn().await }), Once(&["STALE"])),
        "recordSecondJudgement" => ("recordSecondJudgement", &world.moderator, json!({ "workId": arena.work(round).await }), Each),
        // The first outcome of the work, which nobody has recorded yet.
        "recordModerationOutcome" => {
            let exercise = arena.drawn().await;
            let (_, exercise) = plumbline::graphql::decode_id(exercise.as_str()?).expect("an id");
            let sql = format!("SELECT id AS id FROM sampled_work WHERE exercise_id = {} ORDER BY id LIMIT 1", arena.app.literal(exercise));
            let work = global_id_of("SampledWork", arena.app.id(&sql).await);
            ("recordModerationOutcome", lead, json!({ "workId": work }), Once(&["STALE"]))
        }
        "registerClient" => ("registerClient", lead, json!({ "clientId": format!("new{serial}") }), Once(&["DUPLICATE"])),
        "revokeClient" => {
            let client = arena.office().await.register(&format!("spare{serial}"), &["READ_STAFF"], None).await;
            ("revokeClient", lead, json!({ "clientApplicationId": client["id"] }), Once(&["WRONG_STATE"]))
        }
        "createAccessGrant" => ("createAccessGrant", lead, json!({}), Each),
        "revokeAccessGrant" => {
            let office = arena.office().await;
            let grant = office.grant(&office.person(&world.analyst).await, None, false).await;
            ("revokeAccessGrant", lead, json!({ "accessGrantId": grant["id"] }), Once(&["WRONG_STATE"]))
        }
        "removeSchool" => {
            let school = json!({ "urn": 700_000 + serial, "laCode": 936, "establishmentNumber": 2092, "name": named, "educationPhase": "PRIMARY" });
            let made = arena.does(lead, "createSchool", school, "school { id }").await;
            ("removeSchool", lead, json!({ "schoolId": made["id"] }), Once(&["NOT_FOUND"]))
        }
        "updateAcademicYear" => ("updateAcademicYear", lead, json!({ "endsOn": format!("2026-08-{}", 10 + round % 20) }), Once(&["STALE"])),
        "removeAcademicYear" => {
            let year = arena.new_year().await;
            let made = arena.does(lead, "createAcademicYear", json!({ "year": year }), "academicYear { id }").await;
            ("removeAcademicYear", lead, json!({ "academicYearId": made["id"] }), Once(&["NOT_FOUND"]))
        }
        "removePhase" => {
            let phase = json!({ "name": named, "lowestYearGroup": "YEAR_3", "highestYearGroup": "YEAR_4" });
            let made = arena.does(lead, "createPhase", phase, "phase { id }").await;
            ("removePhase", lead, json!({ "phaseId": made["id"] }), Once(&["NOT_FOUND"]))
        }
        "updateSubject" => ("updateSubject", lead, json!({ "name": named }), Once(&["STALE"])),
        "removeSubject" => {
            let made = arena.does(lead, "createSubject", json!({ "code": format!("r{serial}"), "name": named }), "subject { id }").await;
            ("removeSubject", lead, json!({ "subjectId": made["id"] }), Once(&["NOT_FOUND"]))
        }
        "removeClass" => ("removeClass", head, json!({ "classId": arena.mixed_class().await.0 }), Once(&["NOT_FOUND"])),
        "removeStaffMember" => ("removeStaffMember", lead, json!({ "staffMemberId": arena.newcomer(&[]).await.0 }), Once(&["NOT_FOUND"])),
        "removePupilCharacteristics" => {
            let pupil = arena.pupil(0, "2026-06-01").await.0;
            let made = arena.does(head, "recordPupilCharacteristics", arena.characteristics(&pupil), "characteristics { id }").await;
            ("removePupilCharacteristics", head, json!({ "characteristicsId": made["id"] }), Once(&["NOT_FOUND"]))
        }
        "updateEnrolment" => ("updateEnrolment", head, json!({ "enrolmentId": arena.pupil(0, "2026-05-01").await.1, "startsOn": "2026-05-02" }), Once(&["STALE"])),
        "removeEnrolment" => ("removeEnrolment", head, json!({ "enrolmentId": arena.moved(round).await.1 }), Once(&["NOT_FOUND"])),
        "updateFramework" => ("updateFramework", lead, json!({ "name": named }), Once(&["STALE"])),
        "updateGrade" => ("updateGrade", lead, json!({ "name": named }), Once(&["STALE"])),
        "removeFramework" => {
            let grades = json!([{ "code": "LOW", "name": "Low" }, { "code": "HIGH", "name": "High" }]);
            let framework = json!({ "code": format!("f{serial}"), "edition": "1", "name": named, "grades": grades });
            let made = arena.does(lead, "createFramework", framework, "framework { id }").await;
            ("removeFramework", lead, json!({ "frameworkId": made["id"] }), Once(&["NOT_FOUND"]))
        }
        "updateAssessmentWindow" => ("updateAssessmentWindow", lead, json!({ "closesOn": null, "daysOfGrace": 300 + round % 60 }), Once(&["STALE"])),
        "removeAssessmentWindow" => ("removeAssessmentWindow", lead, json!({ "windowId": arena.window().await }), Once(&["NOT_FOUND"])),
        "updateModerationExercise" => ("updateModerationExercise", lead, json!({ "exerciseId": arena.draft().await, "title": format!("{named} {serial}") }), Once(&["STALE"])),
        "removeModerationExercise" => ("removeModerationExercise", lead, json!({ "exerciseId": arena.draft().await }), Once(&["NOT_FOUND"])),
        "createCurriculum" => ("createCurriculum", lead, json!({ "subjectId": arena.new_subject().await, "schoolId": null, "standing": "CORE" }), Once(&["DUPLICATE"])),
        "updateCurriculum" => ("updateCurriculum", lead, json!({ "curriculumId": arena.curriculum().await }), Once(&["STALE"])),
        "removeCurriculum" => ("removeCurriculum", lead, json!({ "curriculumId": arena.curriculum().await }), Once(&["NOT_FOUND"])),
        "draftCurriculumVersion" => ("draftCurriculumVersion", lead, json!({ "curriculumId": arena.curriculum().await }), Once(&["WRONG_STATE"])),
        "updateCurriculumVersion" => ("updateCurriculumVersion", lead, json!({ "curriculumVersionId": arena.written().await.0, "rationale": named }), Once(&["STALE"])),
        "publishCurriculumVersion" => ("publishCurriculumVersion", lead, json!({ "curriculumVersionId": arena.written().await.0 }), Once(&["STALE"])),
        "removeCurriculumVersion" => ("removeCurriculumVersion", lead, json!({ "curriculumVersionId": arena.written().await.0 }), Once(&["NOT_FOUND"])),
        "createObjective" => {
            let (draft, objective) = arena.written().await;
            ("createObjective", lead, json!({ "curriculumVersionId": draft, "buildsOn": [objective] }), Once(&["DUPLICATE"]))
        }
        "updateObjective" => ("updateObjective", lead, json!({ "objectiveId": arena.written().await.1 }), Once(&["STALE"])),
        "removeObjective" => ("removeObjective", lead, json!({ "objectiveId": arena.written().await.1 }), Once(&["NOT_FOUND"])),
        "createPlan" => ("createPlan", teacher, json!({ "title": named }), Each),
        "updatePlan" => ("updatePlan", teacher, json!({ "planId": arena.plan().await, "title": named }), Once(&["STALE"])),
        "removePlan" => ("removePlan", teacher, json!({ "planId": arena.plan().await }), Once(&["NOT_FOUND"])),
        "createPlanStep" => ("createPlanStep", head, json!({ "planId": arena.plan().await }), Each),
        "updatePlanStep" => ("updatePlanStep", teacher, json!({ "planStepId": arena.task().await.1, "what": named }), Once(&["STALE"])),
        "completePlanStep" => ("completePlanStep", teacher, json!({ "planStepId": arena.task().await.1 }), Once(&["STALE"])),
        "takeUpPlan" => ("takeUpPlan", teacher, json!({ "planId": arena.plan().await }), Each),
        "createAdaptation" => ("createAdaptation", teacher, json!({}), Each),
        "updateAdaptation" => ("updateAdaptation", teacher, json!({ "what": named }), Once(&["STALE"])),
        "removeAdaptation" => ("removeAdaptation", teacher, json!({ "adaptationId": arena.adaptation().await }), Once(&["NOT_FOUND"])),
        "recordCoverage" => ("recordCoverage", teacher, json!({ "taughtOn": arena.school_day().await }), Once(&["DUPLICATE"])),
        "correctCoverage" => ("correctCoverage", teacher, json!({ "taughtObjectiveId": arena.taught().await }), Once(&["WRONG_STATE"])),
        "withdrawCoverage" => ("withdrawCoverage", teacher, json!({ "taughtObjectiveId": arena.taught().await }), Once(&["WRONG_STATE"])),
        "createFocus" => ("createFocus", head, json!({ "title": named }), Each),
        "updateFocus" => ("updateFocus", head, json!({ "title": named }), Once(&["STALE"])),
        "removeFocus" => ("removeFocus", head, json!({ "focusId": arena.focus().await }), Once(&["NOT_FOUND"])),
        _ => return None,
    };
    arena.set_up(&mut input, &set).await;
    Some(Line { shot: Shot { mutation, who: who.clone(), input }, comes })
}
