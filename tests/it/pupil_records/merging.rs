//! Two records of one pupil become one.

use plumbline::organisation::rules::upn_of;
use plumbline::organisation::{AcademicYear, Class, Pupil};
use plumbline::pupil_records::export;
use plumbline_tests::{Attempt, Size, TestApp, World, db_test, global_id};
use serde_json::{Value, json};
use uuid::Uuid;

use super::with_everything_of;

/// A second record of a pupil of Year 3, in a class.
async fn double(app: &TestApp, world: &World, class: Uuid, year_group: &str, born: &str) -> (String, Uuid) {
    let created = Attempt::new(
        app,
        "createPupil",
        "pupil { id }",
        json!({
            "upn": upn_of("936209225003"), "givenName": "Ada", "familyName": "Double", "dateOfBirth": born, "sex": "FEMALE",
            "classId": global_id::<Class>(class), "yearGroup": year_group, "startsOn": "2026-06-01",
        }),
    );
    let id = created.done(&world.schools[0].head).await["id"].as_str().unwrap().to_owned();
    let (_, uuid) = plumbline::graphql::decode_id(&async_graphql::ID::from(id.as_str())).unwrap();
    (id, uuid)
}

db_test! {
    async fn all_of_a_duplicate_comes_to_the_one_who_stays(app) {
        let world = World::build(&app, Size { schools: 2, classes: 2, pupils: 8 }).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        // The record with everything in it is the one that goes.
        let duplicate = with_everything_of(&app, &world).await;
        let gone = global_id::<Pupil>(duplicate);
        let (kept, id) = double(&app, &world, class.id, "YEAR_3", "2017-02-15").await;
        let before = export::export(&app.db, duplicate, TestApp::now()).await.unwrap().unwrap();
        let merge = Attempt::new(&app, "mergePupils", "pupil { id upn version }", json!({
            "pupilId": kept, "expectedVersion": 1, "duplicateId": gone, "duplicateVersion": 3, "idempotencyKey": "merge",
        }));
        for email in [&world.schools[1].head, &world.lead, &world.analyst, &world.moderator, &world.nobody] {
            let answer = merge.by(email).await;
            assert!(answer.user_errors("mergePupils")[0].starts_with("NOT_FOUND"), "{email}");
        }
        merge.refused(&class.teacher, "FORBIDDEN").await;
        merge.with("duplicateId", json!(kept)).refused(&school.head, "INVALID duplicateId").await;
        merge.with("duplicateVersion", json!(2)).refused(&school.head, "INVALID duplicateVersion").await;
        assert_eq!(merge.with("expectedVersion", json!(7)).by(&school.head).await.user_errors("mergePupils"), ["STALE expectedVersion"]);
        let merged = merge.done(&school.head).await;
        assert_eq!(merged, json!({ "id": kept, "upn": upn_of("936209225003"), "version": 2 }));
        assert_eq!(merge.done(&school.head).await, merged, "the same key again");
        let after = export::export(&app.db, id, TestApp::now()).await.unwrap().unwrap();
        let rows = |given: &Value, table: &str| given["held"][table].as_array().unwrap().len();
        for table in ["judgement", "sampled_work", "second_judgement", "moderation_outcome", "pupil_characteristics"] {
            assert_eq!(rows(&after, table), rows(&before, table), "{table}");
        }
        assert_eq!(rows(&after, "former_upn"), 2, "the number of the duplicate and the one that it had before");
        assert_eq!((rows(&after, "enrolment"), rows(&after, "pupil_merge")), (1, 1), "the place in one class is one place");
        assert!(rows(&after, "audit_entry") > rows(&before, "audit_entry"), "under both ids");
        assert_eq!(export::export(&app.db, duplicate, TestApp::now()).await.unwrap(), None);
        app.assert_cells_are_right(world.trust).await;
        assert!(plumbline::audit::verify(&app.db, None, |_| ()).await.unwrap().is_ok());
    }

    async fn what_both_have_is_told_by_name_and_nothing_is_done(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let kept = global_id::<Pupil>(class.pupils[0]);
        let (duplicate, _) = double(&app, &world, school.classes[1].id, "YEAR_4", "2016-12-31").await;
        world.judge(&app, class, |_| "EXS").await;
        let judged = world.judgements_input(&[json!({ "pupilId": duplicate, "gradeCode": "GDS" })]);
        Attempt::new(&app, "recordJudgements", "judgements { id }", judged).done(&school.head).await;
        let characteristics = json!({
            "pupilId": duplicate, "academicYearId": global_id::<AcademicYear>(world.year), "freeSchoolMeals": true,
            "everSixFreeSchoolMeals": true, "everInCare": true, "serviceChild": true, "disadvantaged": true,
            "pupilPremium": true, "sen": "PLAN", "firstLanguage": "OTHER",
        });
        Attempt::new(&app, "recordPupilCharacteristics", "characteristics { id }", characteristics).done(&school.head).await;
        let merge = Attempt::new(&app, "mergePupils", "pupil { id }", json!({
            "pupilId": kept, "expectedVersion": 1, "duplicateId": duplicate, "duplicateVersion": 1,
        }));
        let each = ["WRONG_STATE duplicateId"; 4].join(", ");
        let answer = merge.refused(&school.head, &each).await;
        let errors = answer.of("mergePupils")["userErrors"].as_array().unwrap().clone();
        for (error, says) in errors.iter().zip(["different days", "places at one time", "2025/26 differs", "a judgement in writing"]) {
            assert!(error["message"].as_str().unwrap().contains(says), "{error}");
        }
    }
}
