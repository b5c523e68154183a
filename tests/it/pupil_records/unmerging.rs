//! Two records that were merged are two again, as long as nothing new hangs on the merge.

use plumbline::graphql::decode_id;
use plumbline::organisation::rules::upn_of;
use plumbline::organisation::{AcademicYear, Class, Pupil};
use plumbline::pupil_records::export;
use plumbline_tests::{Attempt, Size, TestApp, World, db_test, global_id};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NAME, where_it_stands, with_everything_of};

/// A record in the first class of the first school: the id by which callers know it, and the id that it has.
async fn record(app: &TestApp, world: &World, number: &str, born: &str) -> (String, Uuid) {
    let school = &world.schools[0];
    let input = json!({
        "upn": upn_of(number), "givenName": "Ada", "familyName": "Double", "dateOfBirth": born, "sex": "FEMALE",
        "classId": global_id::<Class>(school.classes[0].id), "yearGroup": "YEAR_3", "startsOn": "2026-06-01",
    });
    let made = Attempt::new(app, "createPupil", "pupil { id }", input).done(&school.head).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let (_, uuid) = decode_id(&async_graphql::ID::from(id.as_str())).unwrap();
    (id, uuid)
}

async fn merge(app: &TestApp, world: &World, (kept, version): (&str, i32), (gone, gone_version): (&str, i32)) {
    let input = json!({
        "pupilId": kept, "expectedVersion": version, "duplicateId": gone, "duplicateVersion": gone_version });
    Attempt::new(app, "mergePupils", "pupil { id }", input).done(&world.schools[0].head).await;
}

fn unmerge<'a>(app: &'a TestApp, kept: &str, version: i32, gone: &str) -> Attempt<'a> {
    let input = json!({ "pupilId": kept, "expectedVersion": version, "duplicateId": gone });
    Attempt::new(app, "unmergePupils", "pupils { id upn version }", input)
}

/// All that is held of a pupil, without who read it and how often it was changed.
async fn held(app: &TestApp, pupil: Uuid) -> Value {
    let mut held = export::export(&app.db, pupil, TestApp::now()).await.unwrap().unwrap()["held"].clone();
    held.as_object_mut().unwrap().remove("audit_entry");
    for table in held.as_object_mut().unwrap().values_mut() {
        for row in table.as_array_mut().unwrap() {
            row.as_object_mut().unwrap().remove("version");
        }
    }
    held
}

db_test! {
    async fn two_records_are_two_again_with_all_that_was_of_each(app) {
        let world = World::build(&app, Size { schools: 2, classes: 2, pupils: 8 }).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let duplicate = with_everything_of(&app, &world).await;
        let gone = global_id::<Pupil>(duplicate);
        let (kept, id) = record(&app, &world, "936209225003", "2017-02-15").await;
        let before = [held(&app, id).await, held(&app, duplicate).await];
        merge(&app, &world, (&kept, 1), (&gone, 3)).await;
        assert_ne!(held(&app, id).await, before[0]);

        let undo = unmerge(&app, &kept, 2, &gone).with("idempotencyKey", json!("undo"));
        for email in [&world.schools[1].head, &world.lead, &world.analyst, &world.moderator, &world.nobody] {
            undo.refused(email, "NOT_FOUND pupilId").await;
        }
        undo.refused(&class.teacher, "FORBIDDEN").await;
        let other = json!(global_id::<Pupil>(class.pupils[0]));
        undo.with("duplicateId", other).refused(&school.head, "NOT_FOUND duplicateId").await;
        let stale = undo.with("expectedVersion", json!(1)).with("idempotencyKey", Value::Null).by(&school.head).await;
        assert_eq!(stale.user_errors("unmergePupils"), ["STALE expectedVersion"]);

        let done = undo.done(&school.head).await;
        let expected = json!([
            { "id": kept, "upn": upn_of("936209225003"), "version": 3 },
            { "id": gone, "upn": upn_of("936209225009"), "version": 4 },
        ]);
        assert_eq!(done, expected);
        assert_eq!(undo.done(&school.head).await, expected, "the same key again");
        assert_eq!([held(&app, id).await, held(&app, duplicate).await], before);
        undo.with("idempotencyKey", Value::Null).with("expectedVersion", json!(3)).refused(&school.head, "NOT_FOUND duplicateId").await;
        app.assert_cells_are_right(world.trust).await;
        assert!(plumbline::audit::verify(&app.db, None, |_| ()).await.unwrap().is_ok());
        // And they can be merged once more, the other way round.
        merge(&app, &world, (&gone, 4), (&kept, 3)).await;
    }

    async fn it_is_refused_once_something_new_hangs_on_the_merge(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let head = &school.head;
        let (kept, _) = record(&app, &world, "936209225003", "2017-02-15").await;
        let (gone, _) = record(&app, &world, "936209225004", "2017-02-15").await;
        merge(&app, &world, (&kept, 1), (&gone, 1)).await;
        let undo = async |version: i32, hangs: &str| {
            let answer = unmerge(&app, &kept, version, &gone).refused(head, "WRONG_STATE duplicateId").await;
            let message = answer.of("unmergePupils")["userErrors"][0]["message"].clone();
            assert_eq!(message, format!("It cannot be undone: since the merge, {hangs} were added, changed or taken away."));
        };
        let judged = world.judgements_input(&[json!({ "pupilId": kept, "gradeCode": "GDS" })]);
        Attempt::new(&app, "recordJudgements", "judgements { id }", judged).done(&class.teacher).await;
        undo(2, "judgements").await;
        let characteristics = json!({
            "pupilId": kept, "academicYearId": global_id::<AcademicYear>(world.year), "freeSchoolMeals": true,
            "everSixFreeSchoolMeals": true, "everInCare": true, "serviceChild": true, "disadvantaged": true,
            "pupilPremium": true, "sen": "PLAN", "firstLanguage": "OTHER",
        });
        Attempt::new(&app, "recordPupilCharacteristics", "characteristics { id }", characteristics).done(head).await;
        undo(2, "characteristics and judgements").await;
        let corrected = json!({ "pupilId": kept, "expectedVersion": 2, "upn": upn_of("936209225005") });
        Attempt::new(&app, "correctUpn", "pupil { id }", corrected).done(head).await;
        undo(3, "characteristics, judgements and corrected numbers").await;
        let there = app.sign_in(head).await.ask_with(
            "query($id: ID!) { pupil(id: $id) { enrolments { nodes { id version } } } }", json!({ "id": kept })).await;
        let place = there.of("pupil")["enrolments"]["nodes"][0].clone();
        let ended = json!({ "enrolmentId": place["id"], "expectedVersion": place["version"], "endsOn": "2026-06-30" });
        Attempt::new(&app, "endEnrolment", "enrolment { id }", ended).done(head).await;
        undo(3, "places, characteristics, judgements and corrected numbers").await;
        // A name is of whoever stays, whichever of the two they are.
        let renamed = json!({ "pupilId": kept, "expectedVersion": 3, "givenName": "Adah" });
        Attempt::new(&app, "updatePupil", "pupil { id }", renamed).done(head).await;
        undo(4, "places, characteristics, judgements and corrected numbers").await;
    }

    async fn a_name_that_was_corrected_since_is_kept_by_whoever_stayed(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let (kept, _) = record(&app, &world, "936209225003", "2017-02-15").await;
        let (gone, _) = record(&app, &world, "936209225004", "2017-02-15").await;
        merge(&app, &world, (&kept, 1), (&gone, 1)).await;
        let renamed = json!({ "pupilId": kept, "expectedVersion": 2, "givenName": "Adah" });
        Attempt::new(&app, "updatePupil", "pupil { id }", renamed).done(head).await;
        let undo = unmerge(&app, &kept, 3, &gone);
        // Its number may be somebody else's by now.
        let (taker, _) = record(&app, &world, "936209225004", "2017-03-15").await;
        undo.refused(head, "DUPLICATE duplicateId").await;
        let corrected = json!({ "pupilId": taker, "expectedVersion": 1, "upn": upn_of("936209225006") });
        Attempt::new(&app, "correctUpn", "pupil { id }", corrected).done(head).await;
        undo.done(head).await;
        let names = app.sign_in(head).await.ask_with(
            "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Pupil { givenName } } }", json!({ "ids": [kept, gone] })).await;
        assert_eq!(*names.of("nodes"), json!([{ "givenName": "Adah" }, { "givenName": "Ada" }]));
    }

    async fn merges_are_undone_the_last_one_first(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let (one, first) = record(&app, &world, "936209225003", "2017-02-15").await;
        let (two, second) = record(&app, &world, "936209225004", "2017-02-15").await;
        let (three, third) = record(&app, &world, "936209225005", "2017-02-15").await;
        let before = [held(&app, first).await, held(&app, second).await, held(&app, third).await];
        merge(&app, &world, (&two, 1), (&three, 1)).await;
        let between = held(&app, second).await;
        merge(&app, &world, (&one, 1), (&two, 2)).await;
        // The audit knows the pupil by all three ids, and whoever asks is told so.
        let merged = held(&app, first).await;
        let known_as: Vec<_> = merged["pupil_merge"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
        assert_eq!(known_as, [json!(second), json!(third)]);
        let wrong = unmerge(&app, &one, 2, &three);
        let answer = wrong.refused(head, "WRONG_STATE duplicateId").await;
        assert!(answer.of("unmergePupils")["userErrors"][0]["message"].as_str().unwrap().contains("other merges"), "{:#}", answer.body);
        unmerge(&app, &one, 2, &two).done(head).await;
        assert_eq!(held(&app, second).await, between);
        unmerge(&app, &two, 3, &three).done(head).await;
        assert_eq!([held(&app, first).await, held(&app, second).await, held(&app, third).await], before);
    }

    async fn a_merge_of_an_earlier_build_cannot_be_undone(app) {
        let world = World::build(&app, Size::default()).await;
        let (kept, _) = record(&app, &world, "936209225003", "2017-02-15").await;
        let (gone, _) = record(&app, &world, "936209225004", "2017-02-15").await;
        merge(&app, &world, (&kept, 1), (&gone, 1)).await;
        app.raw.execute_unprepared("UPDATE pupil_merge SET record = NULL").await.unwrap();
        unmerge(&app, &kept, 2, &gone).refused(&world.schools[0].head, "WRONG_STATE duplicateId").await;
    }

    async fn what_a_merge_kept_is_erased_with_the_pupil(app) {
        let world = World::build(&app, Size { schools: 2, classes: 2, pupils: 8 }).await;
        let head = &world.schools[0].head;
        let duplicate = with_everything_of(&app, &world).await;
        let (kept, id) = record(&app, &world, "936209225003", "2017-02-15").await;
        merge(&app, &world, (&kept, 1), (&global_id::<Pupil>(duplicate), 3)).await;
        assert!(held(&app, id).await["pupil_merge"].to_string().contains(NAME), "whoever asks is given it");
        assert_eq!(where_it_stands(&app, &[NAME.to_owned()]).await, ["judgement", "pupil_merge"], "and in the reason of a withdrawal");
        let erase = json!({ "pupilId": kept, "confirmPupilId": kept, "expectedVersion": 2, "reason": "REQUEST_UPHELD" });
        Attempt::new(&app, "erasePupil", "school { name }", erase).done(head).await;
        assert_eq!(where_it_stands(&app, &[NAME.to_owned(), upn_of("936209225009").unwrap()]).await, Vec::<String>::new());
        assert_eq!(app.rows("pupil_merge").await, 1, "that they were merged stays");
    }
}
