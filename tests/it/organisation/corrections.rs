//! A slip of the pen: what was made is corrected, and removed while nothing hangs on it.

use plumbline::assessment::{AssessmentWindow, Framework, Grade};
use plumbline::curriculum::Subject;
use plumbline::organisation::{AcademicYear, Class, Enrolment, Phase, School};
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{Attempt, Office, Size, World, db_test, global_id, global_id_of};
use serde_json::{Value, json};

/// What a refusal says hangs on the row.
fn hangs(answer: &plumbline_tests::Answer, mutation: &str) -> String {
    answer.of(mutation)["userErrors"][0]["message"].as_str().expect("a message").to_owned()
}

db_test! {
    async fn a_trust_lead_removes_what_was_made_by_mistake(app) {
        let world = World::build(&app, Size::default()).await;
        let grade = |code: &str| json!({ "code": code, "name": code });
        let lead = &world.lead;
        let make = async |mutation: &'static str, object: &'static str, input: Value| {
            Attempt::new(&app, mutation, object, input).done(lead).await["id"].clone()
        };
        let year = make("createAcademicYear", "academicYear { id }", json!({ "year": 2026 })).await;
        let window = make("createAssessmentWindow", "assessmentWindow { id }", json!({
            "academicYearId": year, "term": "AUTUMN", "opensOn": "2026-11-01", "closesOn": "2026-12-18" })).await;
        let subject = make("createSubject", "subject { id }", json!({ "code": "wrting", "name": "Writing" })).await;
        let phase = make("createPhase", "phase { id }", json!({
            "name": "Juniros", "lowestYearGroup": "YEAR_3", "highestYearGroup": "YEAR_6" })).await;
        let framework = make("createFramework", "framework { id }", json!({
            "code": "ks", "edition": "1", "name": "KS", "grades": [grade("LOW"), grade("HIGH")], "otherCodes": [grade("A")] })).await;
        let school = make("createSchool", "school { id }", json!({
            "urn": 123_456, "laCode": 936, "establishmentNumber": 2092, "name": "Twice", "educationPhase": "PRIMARY" })).await;
        let person = make("createStaffMember", "staffMember { id }", json!({
            "email": "slip@test.example", "givenName": "A", "familyName": "Slip" })).await;
        let exercise = make("createModerationExercise", "moderationExercise { id }", json!({
            "title": "Slip", "subjectId": subject, "windowId": window, "frameworkId": framework })).await;
        let before = app.everything().await;
        let remove = |mutation: &'static str, object: &'static str, field: &str, id: &Value| {
            Attempt::new(&app, mutation, object, json!({ (field): id, "idempotencyKey": mutation }))
        };
        // The year has a window, and an exercise hangs on window, subject and framework.
        for (mutation, object, field, id, names) in [
            ("removeAcademicYear", "removedId", "academicYearId", &year, "assessment windows"),
            ("removeAssessmentWindow", "removedId", "windowId", &window, "moderation exercises"),
            ("removeSubject", "removedId", "subjectId", &subject, "moderation exercises"),
            ("removeFramework", "removedId", "frameworkId", &framework, "moderation exercises"),
        ] {
            let answer = remove(mutation, object, field, id).refused(lead, &format!("WRONG_STATE {field}")).await;
            assert!(hangs(&answer, mutation).contains(names), "{}", hangs(&answer, mutation));
        }
        assert_eq!(app.everything().await, before);
        for (mutation, object, field, id) in [
            ("removeModerationExercise", "removedId", "exerciseId", &exercise),
            ("removeAssessmentWindow", "removedId", "windowId", &window),
            ("removeAcademicYear", "removedId", "academicYearId", &year),
            ("removeSubject", "removedId", "subjectId", &subject),
            ("removePhase", "removedId", "phaseId", &phase),
            ("removeFramework", "removedId", "frameworkId", &framework),
            ("removeSchool", "removedId", "schoolId", &school),
            ("removeStaffMember", "removedId", "staffMemberId", &person),
        ] {
            let attempt = remove(mutation, object, field, id);
            for email in [&world.schools[0].classes[0].teacher, &world.analyst, &world.nobody] {
                let code = attempt.by(email).await.user_errors(mutation).join(", ");
                assert!(code == "FORBIDDEN" || code == format!("NOT_FOUND {field}"), "{mutation} by {email}: {code}");
            }
            assert_eq!(attempt.done(lead).await, *id);
            assert_eq!(attempt.done(lead).await, *id, "the same key again does nothing twice");
            attempt.with("idempotencyKey", Value::Null).refused(lead, &format!("NOT_FOUND {field}")).await;
            let gone = app.sign_in(lead).await.ask_with("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
            assert!(gone.of("node").is_null());
        }
    }

    async fn what_something_hangs_on_says_what_that_is(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        world.judge(&app, class, |_| "EXS").await;
        let teacher = app.id(&format!("SELECT id AS id FROM staff_member WHERE email = '{}'", class.teacher)).await;
        for (mutation, object, field, id, who, names) in [
            ("removeSubject", "removedId", "subjectId", global_id::<Subject>(world.subjects["writing"]), &world.lead, "judgements that hang"),
            ("removeFramework", "removedId", "frameworkId", global_id::<Framework>(world.framework), &world.lead, "judgements that hang"),
            ("removeAcademicYear", "removedId", "academicYearId", global_id::<AcademicYear>(world.year), &world.lead, "classes, assessment windows"),
            ("removeSchool", "removedId", "schoolId", global_id::<School>(school.id), &world.lead, "classes, enrolments and appointments"),
            ("removeClass", "removedId", "classId", global_id::<Class>(class.id), &school.head, "enrolments, appointments and judgements"),
            ("removeStaffMember", "removedId", "staffMemberId", global_id_of("StaffMember", teacher), &world.lead, "appointments and judgements"),
        ] {
            let answer = Attempt::new(&app, mutation, object, json!({ (field): id })).refused(who, &format!("WRONG_STATE {field}")).await;
            assert!(hangs(&answer, mutation).contains(names), "{mutation}: {}", hangs(&answer, mutation));
        }
        // An application is kept to its schools by a list of them.
        let office = Office::of(&app, &world).await;
        let school = json!({ "urn": 123_456, "laCode": 936, "establishmentNumber": 2092, "name": "New", "educationPhase": "PRIMARY" });
        let school = office.does("createSchool", school, "school { id }").await["id"].clone();
        let (_, id) = plumbline::graphql::decode_id(school.as_str().unwrap()).unwrap();
        office.register("kept", &["READ_PUPILS"], Some(&[id])).await;
        let answer = Attempt::new(&app, "removeSchool", "removedId", json!({ "schoolId": school })).refused(&world.lead, "WRONG_STATE schoolId").await;
        assert!(hangs(&answer, "removeSchool").contains("client applications that are kept to it"), "{:#}", answer.body);
        let phase = global_id::<Phase>(world.phases[0]);
        Attempt::new(&app, "removePhase", "removedId", json!({ "phaseId": phase })).done(&world.lead).await;
    }

    async fn a_trust_lead_corrects_subjects_years_frameworks_and_grades(app) {
        let world = World::build(&app, Size::default()).await;
        let subject = Attempt::new(&app, "updateSubject", "subject { code name version }", json!({
            "subjectId": global_id::<Subject>(world.subjects["writing"]), "expectedVersion": 1, "code": "english-writing" }));
        let year = Attempt::new(&app, "updateAcademicYear", "academicYear { startsOn endsOn version }", json!({
            "academicYearId": global_id::<AcademicYear>(world.year), "expectedVersion": 1, "endsOn": "2026-08-15" }));
        let framework = Attempt::new(&app, "updateFramework", "framework { code edition name version }", json!({
            "frameworkId": global_id::<Framework>(world.framework), "expectedVersion": 1, "edition": "2026" }));
        let grade = Attempt::new(&app, "updateGrade", "grade { code name rank version }", json!({
            "gradeId": global_id::<Grade>(world.grades["EXS"]), "expectedVersion": 1, "name": " Expected standard " }));
        for update in [&subject, &year, &framework, &grade] {
            for email in [&world.schools[0].head, &world.schools[0].classes[0].teacher, &world.analyst] {
                update.refused(email, "FORBIDDEN").await;
            }
            let stranger = update.by(&world.nobody).await;
            assert!(stranger.body.to_string().contains("NOT_FOUND"), "{:#}", stranger.body);
        }
        subject.with("code", json!("reading")).refused(&world.lead, "DUPLICATE code").await;
        subject.with("code", json!("Writing")).refused(&world.lead, "INVALID code").await;
        year.with("endsOn", json!("2026-07-15")).refused(&world.lead, "WRONG_STATE endsOn").await;
        year.with("startsOn", json!("2025-09-02")).refused(&world.lead, "WRONG_STATE startsOn").await;
        year.with("endsOn", json!("2025-12-31")).refused(&world.lead, "INVALID endsOn").await;
        framework.with("edition", json!("")).refused(&world.lead, "INVALID edition").await;
        grade.with("code", json!("GDS")).refused(&world.lead, "DUPLICATE code").await;
        grade.with("code", json!("A B")).refused(&world.lead, "INVALID code").await;
        assert_eq!(subject.done(&world.lead).await, json!({ "code": "english-writing", "name": "writing", "version": 2 }));
        assert_eq!(year.done(&world.lead).await, json!({ "startsOn": "2025-09-01", "endsOn": "2026-08-15", "version": 2 }));
        assert_eq!(framework.done(&world.lead).await["edition"], "2026");
        assert_eq!(grade.done(&world.lead).await, json!({ "code": "EXS", "name": "Expected standard", "rank": 1, "version": 2 }));
        for update in [&subject, &year, &framework, &grade] {
            update.stale(&world.lead).await;
        }
    }

    async fn a_trust_lead_corrects_an_exercise_until_its_sample_is_drawn(app) {
        let world = World::build(&app, Size::default()).await;
        world.judge(&app, &world.schools[0].classes[0], |_| "EXS").await;
        let judgements = world.judgements_input(&[]);
        let made = Attempt::new(&app, "createModerationExercise", "moderationExercise { id }", json!({
            "title": "Wirting", "subjectId": judgements["subjectId"], "windowId": judgements["windowId"],
            "frameworkId": judgements["frameworkId"] })).done(&world.lead).await;
        let update = Attempt::new(&app, "updateModerationExercise", "moderationExercise { title samplePercent version }", json!({
            "exerciseId": made["id"], "expectedVersion": 1, "title": "Writing", "samplePercent": 50 }));
        for email in [&world.schools[0].head, &world.moderator, &world.analyst] {
            update.refused(email, "FORBIDDEN").await;
        }
        update.with("samplePercent", json!(101)).refused(&world.lead, "INVALID samplePercent").await;
        assert_eq!(update.done(&world.lead).await, json!({ "title": "Writing", "samplePercent": 50, "version": 2 }));
        update.stale(&world.lead).await;
        let draw = json!({ "exerciseId": made["id"], "expectedVersion": 2 });
        Attempt::new(&app, "drawSample", "moderationExercise { id }", draw).done(&world.lead).await;
        let drawn = update.with("expectedVersion", json!(3));
        drawn.with("samplePercent", json!(60)).refused(&world.lead, "WRONG_STATE exerciseId").await;
        assert_eq!(drawn.with("title", json!("Writing, summer")).done(&world.lead).await["title"], "Writing, summer");
        Attempt::new(&app, "removeModerationExercise", "removedId", json!({ "exerciseId": made["id"] }))
            .refused(&world.lead, "WRONG_STATE exerciseId").await;
    }

    async fn a_senior_leader_corrects_a_pupils_place_and_removes_a_mistaken_one(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let pupil = class.pupils[0];
        let place = global_id::<Enrolment>(app.id(&format!("SELECT id AS id FROM enrolment WHERE pupil_id = {}", app.literal(pupil))).await);
        let update = Attempt::new(&app, "updateEnrolment", "enrolment { startsOn endsOn yearGroup version }", json!({
            "enrolmentId": place, "expectedVersion": 1, "startsOn": "2025-09-03", "endsOn": "2026-01-30" }));
        update.refused(&world.schools[1].head, "NOT_FOUND enrolmentId").await;
        update.refused(&class.teacher, "FORBIDDEN").await;
        for email in [&world.lead, &world.analyst, &world.nobody] {
            update.refused(email, "NOT_FOUND enrolmentId").await;
        }
        update.with("startsOn", json!("2025-08-31")).refused(&school.head, "INVALID startsOn").await;
        update.with("yearGroup", json!("YEAR_6")).refused(&school.head, "INVALID yearGroup").await;
        update.with("endsOn", json!("2025-09-01")).refused(&school.head, "INVALID endsOn").await;
        assert_eq!(update.done(&school.head).await, json!({
            "startsOn": "2025-09-03", "endsOn": "2026-01-30", "yearGroup": "YEAR_3", "version": 2 }));
        update.stale(&school.head).await;

        // The pupil goes to the other school; the first cannot take its own end back then.
        let there = &world.schools[1];
        let mut enrol = json!({ "pupilId": global_id_of("Pupil", pupil), "classId": global_id::<Class>(school.classes[1].id),
                            "yearGroup": "YEAR_4", "startsOn": "2026-02-02" });
        let second = Attempt::new(&app, "enrolPupil", "enrolment { id version }", enrol.clone()).done(&school.head).await;
        let refused = app.sign_in(&school.head).await.ask_with(
            "mutation($input: UpdateEnrolmentInput!) { updateEnrolment(input: $input) { userErrors { code field } } }",
            json!({ "input": { "enrolmentId": place, "expectedVersion": 2, "endsOn": null } })).await;
        assert_eq!(refused.user_errors("updateEnrolment"), ["WRONG_STATE endsOn"]);

        // A place that should never have been: it goes, and the first can go on.
        let remove = Attempt::new(&app, "removeEnrolment", "removedId", json!({ "enrolmentId": second["id"] }));
        remove.refused(&there.head, "NOT_FOUND enrolmentId").await;
        remove.refused(&school.classes[1].teacher, "FORBIDDEN").await;
        assert_eq!(remove.done(&school.head).await, second["id"]);
        let only = Attempt::new(&app, "removeEnrolment", "removedId", json!({ "enrolmentId": place }));
        let answer = only.refused(&school.head, "WRONG_STATE enrolmentId").await;
        assert!(hangs(&answer, "removeEnrolment").starts_with("It is the only place"));
        let opened = app.sign_in(&school.head).await.ask_with(
            "mutation($input: UpdateEnrolmentInput!) { updateEnrolment(input: $input) { enrolment { endsOn } userErrors { code field } } }",
            json!({ "input": { "enrolmentId": place, "expectedVersion": 2, "endsOn": null } })).await;
        assert!(opened.of("updateEnrolment")["enrolment"]["endsOn"].is_null(), "{:#}", opened.body);

        // One in which the pupil was judged stays.
        enrol["startsOn"] = json!("2026-06-01");
        Attempt::new(&app, "enrolPupil", "enrolment { id }", enrol).done(&school.head).await;
        let mut judgement = world.judgements_input(&[json!({ "pupilId": global_id_of("Pupil", pupil), "gradeCode": "EXS", "judgedOn": "2026-05-04" })]);
        judgement["windowId"] = json!(global_id::<AssessmentWindow>(world.windows[&Term::Summer]));
        Attempt::new(&app, "recordJudgements", "judgements { id }", judgement).done(&school.head).await;
        let answer = only.refused(&school.head, "WRONG_STATE enrolmentId").await;
        assert!(hangs(&answer, "removeEnrolment").contains("judgements of the pupil in the class"));
        // Nor do its days leave the judgement out.
        let version = app.number(&format!("SELECT CAST(version AS BIGINT) AS n FROM enrolment WHERE class_id = {} AND pupil_id = {}",
            app.literal(class.id), app.literal(pupil))).await;
        let days = Attempt::new(&app, "updateEnrolment", "enrolment { startsOn endsOn }", json!({
            "enrolmentId": place, "expectedVersion": version, "startsOn": "2026-05-05" }));
        days.refused(&school.head, "WRONG_STATE startsOn").await;
        days.with("startsOn", Value::Null).with("endsOn", json!("2026-05-03")).refused(&school.head, "WRONG_STATE endsOn").await;
        days.with("startsOn", json!("2026-05-04")).with("endsOn", json!("2026-05-04")).done(&school.head).await;
    }

    async fn what_is_recorded_of_the_wrong_pupil_is_removed(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let pupil = app.literal(class.pupils[0]);
        let id = app.id(&format!("SELECT id AS id FROM pupil_characteristics WHERE pupil_id = {pupil}")).await;
        let remove = Attempt::new(&app, "removePupilCharacteristics", "removedId", json!({
            "characteristicsId": global_id_of("PupilCharacteristics", id) }));
        remove.refused(&class.teacher, "FORBIDDEN").await;
        for email in [&world.schools[1].head, &world.lead, &world.analyst, &world.nobody] {
            remove.refused(email, "NOT_FOUND characteristicsId").await;
        }
        world.judge(&app, class, |_| "EXS").await;
        remove.done(&school.head).await;
        remove.refused(&school.head, "NOT_FOUND characteristicsId").await;
        app.assert_cells_are_right(world.trust).await;
    }
}
