//! The number of a pupil is corrected, and the wrong one kept.

use plumbline::organisation::Pupil;
use plumbline::organisation::rules::upn_of;
use plumbline::pupil_records::export;
use plumbline_tests::{Attempt, Office, Size, TestApp, World, db_test, global_id};
use serde_json::{Value, json};

db_test! {
    async fn a_upn_is_corrected_and_the_wrong_one_is_kept(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let id = global_id::<Pupil>(class.pupils[0]);
        let head = app.sign_in(&school.head).await;
        let read = async || head.ask_with("query($id: ID!) { pupil(id: $id) { upn version } }", json!({ "id": id })).await.of("pupil").clone();
        let wrong = read().await["upn"].clone();
        let right = json!(upn_of("936209225001"));
        let correct = Attempt::new(&app, "correctUpn", "pupil { upn version }", json!({
            "pupilId": id, "expectedVersion": 1, "upn": right, "idempotencyKey": "upn",
        }));
        for email in [&world.schools[1].head, &school.classes[1].teacher, &world.lead, &world.analyst, &world.moderator, &world.nobody] {
            correct.refused(email, "NOT_FOUND pupilId").await;
        }
        correct.refused(&class.teacher, "FORBIDDEN").await;
        assert_eq!(correct.with("upn", json!("A936209225001")).by(&school.head).await.error_code(), "BAD_USER_INPUT");
        correct.with("upn", wrong.clone()).refused(&school.head, "INVALID upn").await;
        // One that is taken by a pupil of another school tells nothing of them.
        let there = global_id::<Pupil>(world.schools[1].classes[0].pupils[0]);
        let other = app.sign_in(&world.schools[1].head).await.ask_with("query($id: ID!) { pupil(id: $id) { upn } }", json!({ "id": there })).await;
        correct.with("upn", other.of("pupil")["upn"].clone()).refused(&school.head, "DUPLICATE upn").await;
        assert_eq!(correct.done(&school.head).await, json!({ "upn": right, "version": 2 }));
        assert_eq!(correct.done(&school.head).await, json!({ "upn": right, "version": 2 }), "the same key again");
        let stale = correct.with("idempotencyKey", Value::Null).by(&school.head).await;
        assert_eq!(stale.user_errors("correctUpn"), ["STALE expectedVersion"]);
        let given = export::export(&app.db, class.pupils[0], TestApp::now()).await.unwrap().unwrap();
        assert_eq!(given["held"]["former_upn"][0]["upn"], wrong);
        let entries = "SELECT COUNT(*) AS n FROM audit_entry WHERE kind = 'WRITE' AND operation = 'correctUpn'";
        assert_eq!(app.number(entries).await, 1);

        // A school's MIS, which knows pupils by their number, corrects it too.
        Office::of(&app, &world).await.register("mis", &["SYNCHRONISE"], Some(&[school.id])).await;
        let again = correct.with("idempotencyKey", Value::Null).with("expectedVersion", json!(2)).with("upn", json!(upn_of("936209225002")));
        assert_eq!(again.through(&app.sign_in_client("mis")).await.user_errors("correctUpn"), Vec::<String>::new());
        assert_eq!(app.rows("former_upn").await, 2);
    }
}
