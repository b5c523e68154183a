//! Whoever creates a row must see the row that it hangs on, and be allowed to write below it.

use plumbline::assessment::{AssessmentWindow, Framework};
use plumbline::curriculum::Subject;
use plumbline::organisation::rules::upn_of;
use plumbline::organisation::{AcademicYear, Class, Phase, Pupil};
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{Attempt, Office, Size, TestApp, World, db_test, global_id};
use serde_json::{Value, json};

/// Tries an input with one parent replaced by that of another school or trust, each time as the same person.
async fn tried(create: &Attempt<'_>, by: &str, exchanged: &[(&str, Value, &str)]) {
    for (field, parent, refusal) in exchanged {
        create.with(field, parent.clone()).refused(by, refusal).await;
    }
    create.done(by).await;
}

async fn two_trusts(app: &TestApp) -> (World, World) {
    (World::build(app, Size::default()).await, World::build_another(app, Size::default()).await)
}

fn class(world: &World, school: usize) -> Value {
    json!(global_id::<Class>(world.schools[school].classes[0].id))
}

fn pupil(world: &World, school: usize) -> Value {
    json!(global_id::<Pupil>(world.schools[school].classes[0].pupils[0]))
}

fn year(world: &World) -> Value {
    json!(global_id::<AcademicYear>(world.year))
}

fn subject(world: &World) -> Value {
    json!(global_id::<Subject>(world.subjects["writing"]))
}

fn window(world: &World) -> Value {
    json!(global_id::<AssessmentWindow>(world.windows[&Term::Summer]))
}

fn framework(world: &World) -> Value {
    json!(global_id::<Framework>(world.framework))
}

db_test! {
    async fn a_class_is_opened_in_the_own_school_and_in_a_year_of_the_own_trust(app) {
        let (here, there) = two_trusts(&app).await;
        let create = Attempt::new(&app, "createClass", "class { id }", json!({
            "schoolId": here.school(0), "academicYearId": year(&here), "name": "New", "lowestYearGroup": "YEAR_5",
        }));
        tried(&create, &here.schools[0].head, &[
            ("schoolId", json!(here.school(1)), "FORBIDDEN"),
            ("schoolId", json!(there.school(0)), "NOT_FOUND schoolId"),
            ("academicYearId", year(&there), "NOT_FOUND academicYearId"),
        ]).await;
    }

    async fn a_pupil_comes_into_a_class_of_the_own_school(app) {
        let (here, there) = two_trusts(&app).await;
        let create = Attempt::new(&app, "createPupil", "pupil { id }", json!({
            "upn": upn_of("936209225001"), "givenName": "Bea", "familyName": "Oak", "dateOfBirth": "2017-11-30", "sex": "FEMALE",
            "classId": class(&here, 0), "yearGroup": "YEAR_3", "startsOn": "2026-06-01",
        }));
        tried(&create, &here.schools[0].head, &[
            ("classId", class(&here, 1), "FORBIDDEN"), ("classId", class(&there, 0), "NOT_FOUND classId"),
        ]).await;
    }

    async fn a_pupil_whom_one_does_not_see_is_not_enrolled_and_no_pupil_elsewhere(app) {
        let (here, there) = two_trusts(&app).await;
        let sibling = global_id::<Class>(here.schools[0].classes[1].id);
        let enrol = Attempt::new(&app, "enrolPupil", "enrolment { id }", json!({
            "pupilId": pupil(&here, 0), "classId": sibling, "yearGroup": "YEAR_4", "startsOn": "2026-06-01",
        }));
        tried(&enrol, &here.schools[0].head, &[
            ("pupilId", pupil(&here, 1), "NOT_FOUND pupilId"),
            ("pupilId", pupil(&there, 0), "NOT_FOUND pupilId"),
            ("classId", class(&here, 1), "FORBIDDEN"),
            ("classId", class(&there, 0), "NOT_FOUND classId"),
        ]).await;
    }

    async fn characteristics_are_of_a_pupil_of_the_own_school_and_a_year_of_the_own_trust(app) {
        let (here, there) = two_trusts(&app).await;
        let record = Attempt::new(&app, "recordPupilCharacteristics", "characteristics { id }", json!({
            "pupilId": pupil(&here, 0), "academicYearId": year(&here), "expectedVersion": 1, "freeSchoolMeals": false,
            "everSixFreeSchoolMeals": false, "everInCare": false, "serviceChild": true, "disadvantaged": false,
            "pupilPremium": false, "sen": "NONE", "firstLanguage": "ENGLISH",
        }));
        tried(&record, &here.schools[0].head, &[
            ("pupilId", pupil(&here, 1), "NOT_FOUND pupilId"),
            ("pupilId", pupil(&there, 0), "NOT_FOUND pupilId"),
            ("academicYearId", year(&there), "NOT_FOUND academicYearId"),
        ]).await;
    }

    async fn a_judgement_hangs_on_what_is_all_of_the_own_trust_and_a_pupil_of_the_own_class(app) {
        let (here, there) = two_trusts(&app).await;
        let judgement = |pupil: Value| json!({ "pupilId": pupil, "gradeCode": "EXS" });
        let record = Attempt::new(&app, "recordJudgement", "judgement { id }", json!({
            "windowId": window(&here), "subjectId": subject(&here), "frameworkId": framework(&here), "judgement": judgement(pupil(&here, 0)),
        }));
        let sibling = json!(global_id::<Pupil>(here.schools[0].classes[1].pupils[0]));
        tried(&record, &here.schools[0].classes[0].teacher, &[
            ("windowId", window(&there), "NOT_FOUND windowId"),
            ("subjectId", subject(&there), "NOT_FOUND subjectId"),
            ("frameworkId", framework(&there), "NOT_FOUND frameworkId"),
            ("judgement", judgement(sibling), "NOT_FOUND judgement.pupilId"),
            ("judgement", judgement(pupil(&here, 1)), "NOT_FOUND judgement.pupilId"),
            ("judgement", judgement(pupil(&there, 0)), "NOT_FOUND judgement.pupilId"),
        ]).await;
        // One pupil out of sight among many: none is recorded.
        let many = Attempt::new(&app, "recordJudgements", "judgements { id }", json!({
            "windowId": window(&here), "subjectId": subject(&here), "frameworkId": framework(&here),
            "judgements": [judgement(pupil(&here, 0)), judgement(pupil(&there, 0))],
        }));
        many.refused(&here.schools[0].classes[0].teacher, "NOT_FOUND judgements.1.pupilId").await;
    }

    async fn an_appointment_hangs_on_what_is_all_of_the_own_trust(app) {
        let (here, there) = two_trusts(&app).await;
        let (own, foreign) = (Office::of(&app, &here).await, Office::of(&app, &there).await);
        let appoint = Attempt::new(&app, "createAppointment", "appointment { id }", json!({
            "staffMemberId": own.person(&here.nobody).await, "role": "CLASS_TEACHER", "schoolId": here.school(0), "classId": class(&here, 0),
        }));
        let stranger = foreign.person(&there.nobody).await;
        tried(&appoint, &here.lead, &[
            ("staffMemberId", stranger, "NOT_FOUND staffMemberId"),
            ("schoolId", json!(there.school(0)), "NOT_FOUND schoolId"),
            ("classId", class(&there, 0), "NOT_FOUND classId"),
            ("classId", class(&here, 1), "INVALID classId"),
        ]).await;
        let leads = appoint.with("classId", Value::Null);
        tried(&leads.with("role", json!("PHASE_LEADER")).with("phaseId", json!(global_id::<Phase>(here.phases[0]))), &here.lead, &[
            ("phaseId", json!(global_id::<Phase>(there.phases[0])), "NOT_FOUND phaseId"),
        ]).await;
        tried(&leads.with("role", json!("SUBJECT_LEADER")).with("subjectId", subject(&here)), &here.lead, &[
            ("subjectId", subject(&there), "NOT_FOUND subjectId"),
        ]).await;
    }

    async fn windows_and_exercises_hang_on_what_is_all_of_the_own_trust(app) {
        let (here, there) = two_trusts(&app).await;
        let next = Office::of(&app, &here).await.does("createAcademicYear", json!({ "year": 2026 }), "academicYear { id }").await;
        let open = Attempt::new(&app, "createAssessmentWindow", "assessmentWindow { id }", json!({
            "academicYearId": next["id"], "term": "AUTUMN", "opensOn": "2026-09-01", "closesOn": "2026-12-31",
        }));
        tried(&open, &here.lead, &[("academicYearId", year(&there), "NOT_FOUND academicYearId")]).await;
        let exercise = Attempt::new(&app, "createModerationExercise", "moderationExercise { id }", json!({
            "title": "New", "subjectId": subject(&here), "windowId": window(&here), "frameworkId": framework(&here),
        }));
        tried(&exercise, &here.lead, &[
            ("subjectId", subject(&there), "NOT_FOUND subjectId"),
            ("windowId", window(&there), "NOT_FOUND windowId"),
            ("frameworkId", framework(&there), "NOT_FOUND frameworkId"),
        ]).await;
    }
}
