//! A senior leader keeps the pupils of their school: who is on roll, in which class, and what is recorded each year.

use plumbline::organisation::rules::upn_of;
use plumbline::organisation::{AcademicYear, Class, Pupil, School};
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{Attempt, Office, Size, TestApp, World, db_test, global_id};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::assessment::judge_class;

/// The only enrolment of a pupil that somebody sees as open.
async fn open_enrolment(app: &TestApp, email: &str, pupil: Uuid) -> Value {
    let query = "query($id: ID!) { pupil(id: $id) { enrolments { nodes { id endsOn version class { name } } } } }";
    let answer = app.sign_in(email).await.ask_with(query, json!({ "id": global_id::<Pupil>(pupil) })).await;
    let nodes = answer.of("pupil")["enrolments"]["nodes"].as_array().unwrap().clone();
    nodes.into_iter().find(|node| node["endsOn"].is_null()).unwrap()
}

db_test! {
    async fn a_senior_leader_takes_a_pupil_on_roll_into_a_class(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, head) = (&world.schools[0], &world.schools[0].head);
        let class = &school.classes[0];
        let create = Attempt::new(&app, "createPupil", "pupil { id upn givenName enrolments { nodes { startsOn class { name } } } }", json!({
            "upn": upn_of("936209225001"), "givenName": "Bea", "familyName": "Oak", "dateOfBirth": "2017-11-30", "sex": "FEMALE",
            "classId": global_id::<Class>(class.id), "yearGroup": "YEAR_3", "startsOn": "2026-06-01", "idempotencyKey": "bea",
        }));
        for email in [&world.schools[1].head, &class.teacher, &world.lead, &world.analyst, &world.moderator] {
            create.refused(email, "FORBIDDEN").await;
        }
        create.refused(&world.nobody, "NOT_FOUND classId").await;
        for (field, value, error) in [
            ("givenName", json!(" "), "INVALID givenName"),
            ("familyName", json!("x".repeat(101)), "INVALID familyName"),
            ("dateOfBirth", json!("2026-07-02"), "INVALID dateOfBirth"),
            ("dateOfBirth", json!("1917-11-30"), "INVALID dateOfBirth"),
            ("yearGroup", json!("YEAR_4"), "INVALID yearGroup"),
            ("startsOn", json!("2025-08-31"), "INVALID startsOn"),
            ("classId", json!(global_id::<Class>(Uuid::now_v7())), "NOT_FOUND classId"),
        ] {
            create.with(field, value).refused(head, error).await;
        }
        assert_eq!(create.with("upn", json!("A936209225001")).by(head).await.error_code(), "BAD_USER_INPUT");

        let pupil = create.done(head).await;
        assert_eq!(pupil["enrolments"]["nodes"], json!([{ "startsOn": "2026-06-01", "class": { "name": "Class 1" } }]));
        assert_eq!(create.done(head).await, pupil);
        assert_eq!(app.sign_in(&class.teacher).await.ask("{ pupils { totalCount } }").await.of("pupils")["totalCount"], 9);
        create.with("givenName", json!("Ada")).refused(head, "IDEMPOTENCY_CONFLICT idempotencyKey").await;
    }

    async fn a_upn_that_is_taken_tells_nothing_of_the_pupil_who_has_it(app) {
        let world = World::build(&app, Size::default()).await;
        let _ = World::build_another(&app, Size::default()).await;
        let elsewhere = upn_of("999200100000").unwrap();
        let create = Attempt::new(&app, "createPupil", "pupil { id }", json!({
            "upn": elsewhere, "givenName": "Bea", "familyName": "Oak", "dateOfBirth": "2017-11-30", "sex": "FEMALE",
            "classId": global_id::<Class>(world.schools[0].classes[0].id), "yearGroup": "YEAR_3", "startsOn": "2026-06-01",
        }));
        let answer = create.refused(&world.schools[0].head, "DUPLICATE upn").await;
        assert!(!answer.body.to_string().contains("Family"), "{:#}", answer.body);
        // Another trust has a pupil with this number. That does not matter here.
        let theirs = upn_of("999210000000").unwrap();
        create.with("upn", json!(theirs)).done(&world.schools[0].head).await;
        assert_eq!(app.number("SELECT COUNT(*) AS n FROM pupil").await, 2 * 2 * 2 * 8 + 1);
    }

    async fn a_senior_leader_mends_a_pupil_and_the_cells_follow(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, head) = (&world.schools[0], &world.schools[0].head);
        let class = &school.classes[0];
        judge_class(&app, &world, class, Term::Summer, "writing", &["WTS", "EXS", "GDS"]).await;
        let update = Attempt::new(&app, "updatePupil", "pupil { givenName sex version }", json!({
            "pupilId": global_id::<Pupil>(class.pupils[0]), "expectedVersion": 1, "givenName": "Bo", "sex": "MALE",
        }));
        update.refused(&class.teacher, "FORBIDDEN").await;
        for email in [&world.schools[1].head, &school.classes[1].teacher, &world.lead, &world.analyst, &world.nobody] {
            update.refused(email, "NOT_FOUND pupilId").await;
        }
        update.with("givenName", json!("")).refused(head, "INVALID givenName").await;
        update.with("dateOfBirth", json!("2030-01-01")).refused(head, "INVALID dateOfBirth").await;
        let girls = "SELECT CAST(SUM(pupils) AS BIGINT) AS n FROM judgement_cell WHERE group_value = 'FEMALE'";
        let before = app.number(girls).await;
        let mended = update.done(head).await;
        assert_eq!(mended, json!({ "givenName": "Bo", "sex": "MALE", "version": 2 }));
        assert_eq!(app.number(girls).await, before - 1);
        app.assert_cells_are_right(world.trust).await;
        assert_eq!(update.with("sex", json!("FEMALE")).stale(head).await, mended);
        app.assert_cells_are_right(world.trust).await;
    }

    async fn what_is_recorded_of_a_year_is_made_once_then_changed_by_version_and_the_cells_follow(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, head) = (&world.schools[0], &world.schools[0].head);
        let class = &school.classes[0];
        judge_class(&app, &world, class, Term::Summer, "writing", &["WTS", "EXS", "GDS"]).await;
        let record = Attempt::new(&app, "recordPupilCharacteristics", "characteristics { disadvantaged sen version }", json!({
            "pupilId": global_id::<Pupil>(class.pupils[1]), "academicYearId": global_id::<AcademicYear>(world.year), "expectedVersion": 1,
            "freeSchoolMeals": false, "everSixFreeSchoolMeals": true, "everInCare": false, "serviceChild": false,
            "disadvantaged": true, "pupilPremium": true, "sen": "PLAN", "firstLanguage": "OTHER",
        }));
        record.refused(&class.teacher, "FORBIDDEN").await;
        for email in [&world.schools[1].head, &school.classes[1].teacher, &world.lead, &world.nobody] {
            record.refused(email, "NOT_FOUND pupilId").await;
        }
        let not = record.with("disadvantaged", json!(false)).refused(head, "INVALID disadvantaged").await;
        assert!(not.body.to_string().contains("everSixFreeSchoolMeals"), "it says why");
        let in_care = record.with("everSixFreeSchoolMeals", json!(false)).with("everInCare", json!(true));
        in_care.with("disadvantaged", json!(false)).refused(head, "INVALID disadvantaged").await;
        record.with("academicYearId", json!(global_id::<AcademicYear>(Uuid::now_v7()))).refused(head, "NOT_FOUND academicYearId").await;
        assert_eq!(record.with("expectedVersion", Value::Null).stale(head).await["version"], 1);
        let recorded = record.done(head).await;
        assert_eq!(recorded, json!({ "disadvantaged": true, "sen": "PLAN", "version": 2 }));
        app.assert_cells_are_right(world.trust).await;
        assert_eq!(record.with("sen", json!("NONE")).stale(head).await, recorded);

        let next = Attempt::new(&app, "createAcademicYear", "academicYear { id }", json!({ "year": 2026 })).done(&world.lead).await;
        let record = record.with("academicYearId", next["id"].clone());
        record.with("expectedVersion", Value::Null).refused(head, "INVALID academicYearId").await;
        let next_class = Attempt::new(&app, "createClass", "class { id }", json!({
            "schoolId": global_id::<School>(school.id), "academicYearId": next["id"], "name": "Next", "lowestYearGroup": "YEAR_4", "highestYearGroup": "YEAR_6",
        })).done(head).await;
        Attempt::new(&app, "enrolPupil", "enrolment { id }", json!({
            "pupilId": global_id::<Pupil>(class.pupils[1]), "classId": next_class["id"], "yearGroup": "YEAR_5", "startsOn": "2026-09-01",
        })).done(head).await;
        record.refused(head, "INVALID expectedVersion").await;
        let first = record.with("expectedVersion", Value::Null).with("idempotencyKey", json!("first"));
        assert_eq!(first.done(head).await["version"], 1);
        assert_eq!(first.done(head).await["version"], 1, "the same key again changes nothing");
        app.assert_cells_are_right(world.trust).await;
    }

    async fn a_senior_leader_moves_a_pupil_to_another_class(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, head) = (&world.schools[0], &world.schools[0].head);
        let (from, to, pupil) = (&school.classes[0], &school.classes[1], school.classes[0].pupils[0]);
        let enrol = Attempt::new(&app, "enrolPupil", "enrolment { id startsOn yearGroup class { name } }", json!({
            "pupilId": global_id::<Pupil>(pupil), "classId": global_id::<Class>(to.id), "yearGroup": "YEAR_4",
            "startsOn": "2026-06-01", "idempotencyKey": "move",
        }));
        for email in [&world.schools[1].head, &from.teacher, &world.lead] {
            enrol.refused(email, "FORBIDDEN").await;
        }
        enrol.with("pupilId", json!(global_id::<Pupil>(world.schools[1].classes[0].pupils[0]))).refused(head, "NOT_FOUND pupilId").await;
        enrol.with("classId", json!(global_id::<Class>(world.schools[1].classes[0].id))).refused(head, "FORBIDDEN").await;
        enrol.with("yearGroup", json!("YEAR_3")).refused(head, "INVALID yearGroup").await;
        enrol.with("startsOn", json!("2026-09-01")).refused(head, "INVALID startsOn").await;
        enrol.with("startsOn", json!("2025-09-01")).refused(head, "INVALID startsOn").await;
        enrol.with("classId", json!(global_id::<Class>(from.id))).with("yearGroup", json!("YEAR_3")).refused(head, "DUPLICATE classId").await;
        let moved = enrol.done(head).await;
        assert_eq!(enrol.done(head).await, moved);
        let ended = "SELECT COUNT(*) AS n FROM enrolment WHERE ends_on = '2026-05-31' AND version = 2";
        assert_eq!(app.number(ended).await, 1, "the place before ends the day before");
        assert_eq!(open_enrolment(&app, head, pupil).await["class"]["name"], "Class 2");
        assert_eq!(app.sign_in(&to.teacher).await.ask("{ pupils { totalCount } }").await.of("pupils")["totalCount"], 9);
    }

    async fn a_pupil_who_is_on_roll_in_another_school_is_not_taken_from_it(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, head) = (&world.schools[0], &world.schools[0].head);
        let (class, pupil) = (&school.classes[0], school.classes[0].pupils[0]);
        let enrolment = open_enrolment(&app, head, pupil).await;
        let end = Attempt::new(&app, "endEnrolment", "enrolment { endsOn version }", json!({
            "enrolmentId": enrolment["id"], "expectedVersion": 1, "endsOn": "2026-03-31",
        }));
        end.refused(&class.teacher, "FORBIDDEN").await;
        for email in [&world.schools[1].head, &school.classes[1].teacher, &world.lead, &world.nobody] {
            end.refused(email, "NOT_FOUND enrolmentId").await;
        }
        end.with("endsOn", json!("2025-08-31")).refused(head, "INVALID endsOn").await;
        end.with("endsOn", json!("2026-09-01")).refused(head, "INVALID endsOn").await;
        end.with("expectedVersion", json!(9)).stale(head).await;
        assert_eq!(end.done(head).await, json!({ "endsOn": "2026-03-31", "version": 2 }));
        assert_eq!(end.with("endsOn", json!("2026-03-30")).stale(head).await["version"], 2);
        end.with("expectedVersion", json!(2)).with("endsOn", json!("2026-04-30")).refused(head, "INVALID endsOn").await;

        // The pupil comes into the other school, as an import of both schools' rolls would have it.
        let insert = format!(
            "INSERT INTO enrolment SELECT {}, trust_id, (SELECT school_id FROM class WHERE id = {class}), pupil_id, {class},
                    academic_year_id, year_group, '2026-04-01', NULL, 1 FROM enrolment WHERE ends_on = '2026-03-31'",
            literal(&app, Uuid::now_v7()), class = literal(&app, world.schools[1].classes[0].id),
        );
        sea_orm::ConnectionTrait::execute_unprepared(&app.raw, &insert).await.unwrap();
        let enrol = Attempt::new(&app, "enrolPupil", "enrolment { id }", json!({
            "pupilId": global_id::<Pupil>(pupil), "classId": global_id::<Class>(class.id), "yearGroup": "YEAR_3", "startsOn": "2026-06-01",
        }));
        enrol.refused(head, "WRONG_STATE pupilId").await;
        let update = Attempt::new(&app, "updatePupil", "pupil { id }", json!({
            "pupilId": global_id::<Pupil>(pupil), "expectedVersion": 1, "givenName": "Mine",
        }));
        update.refused(head, "FORBIDDEN").await;
        update.done(&world.schools[1].head).await;

        // Nor before the other school has enrolled them for the next year, nor by the school's own system.
        let next = Attempt::new(&app, "createAcademicYear", "academicYear { id }", json!({ "year": 2026 })).done(&world.lead).await;
        let next_class = Attempt::new(&app, "createClass", "class { id }", json!({
            "schoolId": global_id::<School>(school.id), "academicYearId": next["id"], "name": "Next", "lowestYearGroup": "YEAR_4",
        })).done(head).await;
        let enrol = enrol.with("classId", next_class["id"].clone()).with("yearGroup", json!("YEAR_4")).with("startsOn", json!("2026-09-01"));
        enrol.refused(head, "WRONG_STATE pupilId").await;
        Office::of(&app, &world).await.register("mis", &["SYNCHRONISE"], Some(&[school.id])).await;
        let answer = enrol.through(&app.sign_in_client("mis")).await;
        assert_eq!(answer.user_errors("enrolPupil"), ["WRONG_STATE pupilId"]);
        let present = open_enrolment(&app, &world.schools[1].head, pupil).await;
        let release = Attempt::new(&app, "endEnrolment", "enrolment { endsOn }", json!({
            "enrolmentId": present["id"], "expectedVersion": present["version"], "endsOn": "2026-08-31",
        }));
        release.done(&world.schools[1].head).await;
        enrol.refused(head, "WRONG_STATE pupilId").await;
        release.with("expectedVersion", json!(2)).with("endsOn", json!("2026-07-22")).done(&world.schools[1].head).await;
        enrol.done(head).await;
    }
}

/// An id as SQL of the database at hand.
fn literal(app: &TestApp, id: Uuid) -> String {
    if app.db.is_postgres() { format!("'{id}'::uuid") } else { format!("x'{}'", id.simple()) }
}
