//! A name of a pupil is corrected, and the one that they had is kept.

use plumbline::organisation::Pupil;
use plumbline::pupil_records::export;
use plumbline_tests::{Attempt, Office, Size, TestApp, World, db_test, global_id};
use serde_json::{Value, json};

db_test! {
    async fn a_name_that_a_pupil_had_is_kept_and_shown_to_whoever_asks_what_is_held(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, pupil) = (&world.schools[0], world.schools[0].classes[0].pupils[0]);
        let id = global_id::<Pupil>(pupil);
        let update = |version: i32, fields: Value| {
            let mut input = fields;
            input["pupilId"] = json!(id);
            input["expectedVersion"] = json!(version);
            Attempt::new(&app, "updatePupil", "pupil { id }", input)
        };
        let before = app.sign_in(&school.head).await.ask_with(
            "query($id: ID!) { pupil(id: $id) { givenName familyName } }", json!({ "id": id })).await.of("pupil").clone();
        update(1, json!({ "familyName": before["familyName"], "sex": "MALE" })).done(&school.head).await;
        assert_eq!(app.rows("former_name").await, 0, "nothing of the name was changed");
        let version = app.sign_in(&school.head).await.ask_with(
            "query($id: ID!) { pupil(id: $id) { version } }", json!({ "id": id })).await.of("pupil")["version"].clone();
        let version = i32::try_from(version.as_i64().unwrap()).unwrap();
        update(version, json!({ "familyName": "Oak" })).done(&school.head).await;
        let stale = update(1, json!({ "familyName": "Ash" })).by(&school.head).await;
        assert_eq!(stale.user_errors("updatePupil"), ["STALE expectedVersion"]);
        assert_eq!(app.rows("former_name").await, 1);
        // A school's MIS, which reads no names, changes them too.
        Office::of(&app, &world).await.register("mis", &["SYNCHRONISE"], Some(&[school.id])).await;
        let mis = app.sign_in_client("mis");
        let answer = update(version + 1, json!({ "givenName": "Wren" })).through(&mis).await;
        assert_eq!(answer.user_errors("updatePupil"), Vec::<String>::new());

        let given = export::export(&app.db, pupil, TestApp::now()).await.unwrap().unwrap();
        let names: Vec<_> = given["held"]["former_name"].as_array().unwrap().iter()
            .map(|row| (row["given_name"].clone(), row["family_name"].clone(), row["replaced_by_id"].is_null())).collect();
        let expected = [
            (before["givenName"].clone(), before["familyName"].clone(), false),
            (before["givenName"].clone(), json!("Oak"), true),
        ];
        assert_eq!(names, expected);
    }
}
