//! Whatever goes wrong with the answer, a mutation says whether it was done.

use plumbline::organisation::{Class, rules::upn_of};
use plumbline_tests::{Size, TestApp, World, db_test, global_id};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

const CREATE: &str = "mutation($input: CreatePupilInput!) { mine: createPupil(input: $input) { \
                      pupil { upn characteristics { nodes { id } } enrolments { nodes { id } } } \
                      userErrors { code } } }";

fn pupil(world: &World, upn: &str) -> Value {
    json!({ "input": {
        "upn": upn, "givenName": "Bea", "familyName": "Oak", "dateOfBirth": "2017-11-30", "sex": "FEMALE",
        "classId": global_id::<Class>(world.schools[0].classes[0].id), "yearGroup": "YEAR_3", "startsOn": "2026-06-01",
        "idempotencyKey": upn,
    } })
}

async fn there(app: &TestApp, upn: &str) -> i64 {
    app.number(&format!("SELECT COUNT(*) AS n FROM pupil WHERE upn = '{upn}'")).await
}

/// No entry that says that something was read can be kept.
async fn keep_no_reads(app: &TestApp) {
    let sql = if app.db.is_postgres() {
        "CREATE FUNCTION no_reads() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
         CREATE TRIGGER no_reads BEFORE INSERT ON audit_entry FOR EACH ROW WHEN (NEW.kind = 'READ') EXECUTE FUNCTION no_reads()"
    } else {
        "CREATE TRIGGER no_reads BEFORE INSERT ON audit_entry WHEN NEW.kind = 'READ' BEGIN SELECT RAISE(ABORT, 'no'); END"
    };
    app.raw.execute_unprepared(sql).await.unwrap();
}

db_test! {
    async fn a_mutation_says_that_it_was_done_although_its_answer_failed(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let upns: Vec<String> = (0..3).map(|nth| upn_of(&format!("93620922500{nth}")).unwrap()).collect();
        let done = json!({ "mine": "COMMITTED" });

        // A field of the answer fails: nothing of it is left, but what became of the mutation.
        app.raw.execute_unprepared("ALTER TABLE pupil_characteristics RENAME TO put_away").await.unwrap();
        let answer = head.ask_with(CREATE, pupil(&world, &upns[0])).await;
        assert_eq!(answer.error_code(), "INTERNAL", "{:#}", answer.body);
        assert_eq!(answer["data"]["mine"], json!({ "pupil": null, "userErrors": [] }), "{:#}", answer.body);
        assert_eq!(answer["errors"][0]["extensions"]["outcomes"], done, "{:#}", answer.body);
        assert_eq!(there(&app, &upns[0]).await, 1);
        let again = head.ask_with(CREATE, pupil(&world, &upns[0])).await;
        assert_eq!(again["errors"][0]["extensions"]["outcomes"], done, "its key was used for it: {:#}", again.body);
        assert_eq!(there(&app, &upns[0]).await, 1);
        app.raw.execute_unprepared("ALTER TABLE put_away RENAME TO pupil_characteristics").await.unwrap();
        let again = head.ask_with(CREATE, pupil(&world, &upns[0])).await;
        assert_eq!(again.of("mine")["pupil"]["upn"], json!(upns[0]), "and once all is well it is answered");

        // It fails itself: nothing was changed, and it says so.
        app.raw.execute_unprepared("ALTER TABLE enrolment RENAME TO put_away").await.unwrap();
        let answer = head.ask_with(CREATE, pupil(&world, &upns[1])).await;
        assert_eq!(answer["errors"][0]["extensions"]["outcomes"], json!({ "mine": "NOT_COMMITTED" }), "{:#}", answer.body);
        assert_eq!(there(&app, &upns[1]).await, 0);
        app.raw.execute_unprepared("ALTER TABLE put_away RENAME TO enrolment").await.unwrap();

        // The answer is withheld, because that it was read cannot be recorded.
        keep_no_reads(&app).await;
        let answer = head.ask_with(CREATE, pupil(&world, &upns[2])).await;
        assert_eq!((answer.status.as_u16(), answer.error_code()), (500, "INTERNAL"), "{:#}", answer.body);
        assert!(answer.body.get("data").is_none());
        assert_eq!(answer["errors"][0]["extensions"]["outcomes"], done, "{:#}", answer.body);
        assert_eq!(there(&app, &upns[2]).await, 1);

        // A question has none.
        let answer = head.ask("{ pupils(first: 1) { nodes { upn } } }").await;
        assert!(answer["errors"][0]["extensions"].get("outcomes").is_none(), "{:#}", answer.body);
    }
}
