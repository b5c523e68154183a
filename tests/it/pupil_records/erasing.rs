//! A pupil is erased: nothing of them is left but what is said to stay, and what was counted with them is right.

use std::collections::BTreeMap;

use plumbline::audit;
use plumbline::organisation::Pupil;
use plumbline::pupil_records::{Holding, TABLES, export};
use plumbline_tests::{Attempt, Size, TestApp, World, db_test, global_id};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NAME, where_it_stands, with_everything_of};

/// All ids and words by which rows are of a pupil, from what is given to a person who asks.
fn marks(given: &Value) -> Vec<String> {
    let erased = TABLES.iter().filter(|(_, holding)| *holding == Holding::Erased);
    let rows = erased.flat_map(|(table, _)| given["held"][table].as_array().expect(table));
    rows.map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

/// An id as a snapshot of the database shows it.
fn as_kept(app: &TestApp, id: &str) -> Vec<String> {
    let id: Uuid = id.parse().unwrap();
    if app.db.is_postgres() {
        vec![id.to_string()]
    } else {
        // As text, as in JSON, and as the bytes of a blob.
        vec![id.to_string(), json!(id.as_bytes()).to_string(), json!(id).to_string()]
    }
}

db_test! {
    async fn every_table_says_what_it_holds_of_pupils(app) {
        // What callers have spent is shared by instances on PostgreSQL alone.
        let there = TABLES.iter().filter(|(table, _)| app.db.is_postgres() || *table != "caller_cost");
        let declared: Vec<String> = there.map(|(table, _)| (*table).to_owned()).collect();
        assert_eq!(app.tables().await, declared, "a new table gets a line in `TABLES` of api/src/pupil_records/tables.rs");
        // A table with a column for a pupil, or for what is of one, is erased, or says why it stays.
        for (table, holding) in TABLES {
            let of_pupils = app.columns(table).await.iter().any(|column| ["pupil_id", "judgement_id", "work_id"].contains(&column.as_str()));
            let says = matches!(holding, Holding::Erased | Holding::Stays(_) | Holding::Dropped(_));
            assert!(!of_pupils || says, "{table} has rows of pupils, and is {holding:?}");
        }
    }

    async fn nothing_of_a_pupil_is_left_but_what_is_said_to_stay(app) {
        let world = World::build(&app, Size { schools: 2, classes: 2, pupils: 8 }).await;
        let pupil = with_everything_of(&app, &world).await;
        let (school, id) = (&world.schools[0], global_id::<Pupil>(pupil));
        let given = export::export(&app.db, pupil, TestApp::now()).await.unwrap().unwrap();
        for (table, holding) in TABLES {
            let there = given["held"][table].as_array().map_or(0, Vec::len) > 0;
            let known = given["notGiven"][table].is_string();
            match holding {
                Holding::Erased => assert!(there, "{table} is not given: {:#}", given["held"]),
                Holding::Stays(_) => assert!(given["held"][table].is_array(), "{table} is not given"),
                _ => assert!(known && !there, "{table}"),
            }
        }
        assert!(given.to_string().contains(NAME) && given["named"].as_object().unwrap().values().any(|name| name == "Class 1"));
        let mut marks = marks(&given);
        assert_eq!(marks.len(), 14, "each row of theirs: {marks:?}");
        let before: BTreeMap<String, i64> = counts(&app).await;

        let erase = Attempt::new(&app, "erasePupil", "school { name }", json!({
            "pupilId": id, "confirmPupilId": id, "expectedVersion": 3, "reason": "REQUEST_UPHELD", "idempotencyKey": "erase",
        }));
        for email in [&world.schools[1].head, &school.classes[1].teacher, &world.lead, &world.analyst, &world.moderator, &world.nobody] {
            erase.refused(email, "NOT_FOUND pupilId").await;
        }
        erase.refused(&school.classes[0].teacher, "FORBIDDEN").await;
        let other = json!(global_id::<Pupil>(school.classes[0].pupils[0]));
        erase.with("confirmPupilId", other).refused(&school.head, "INVALID confirmPupilId").await;
        let stale = erase.with("expectedVersion", json!(2)).with("idempotencyKey", json!("stale")).by(&school.head).await;
        assert_eq!(stale.user_errors("erasePupil"), ["STALE expectedVersion"]);
        assert_eq!(erase.done(&school.head).await, json!({ "name": "School 1" }));
        assert_eq!(erase.done(&school.head).await, json!({ "name": "School 1" }), "the same key again");
        erase.with("idempotencyKey", json!("again")).refused(&school.head, "NOT_FOUND pupilId").await;

        // Neither an id of theirs, nor a name, nor a number stands anywhere, but where it is said to.
        let texts: Vec<String> = marks.drain(..).flat_map(|id| as_kept(&app, &id)).collect();
        let kept = where_it_stands(&app, &texts).await;
        let stays: Vec<&str> = TABLES.iter().filter(|(_, holding)| matches!(holding, Holding::Stays(_))).map(|(table, _)| *table).collect();
        assert!(kept.iter().all(|table| stays.contains(&table.as_str())), "{kept:?}");
        assert_eq!(where_it_stands(&app, &[NAME.to_owned(), "936209225009".to_owned()]).await, Vec::<String>::new());

        // Exact counts are right without them; those that were published stay.
        app.assert_cells_are_right(world.trust).await;
        let after = counts(&app).await;
        assert_eq!(after["judgement_cell"], before["judgement_cell"] - 2);
        assert_eq!(after["agreement_cell"], before["agreement_cell"] - 2, "it was compared with the agreed grade and with the second one");
        assert_eq!(after["agreement_edition_cell"], before["agreement_edition_cell"]);
        assert_eq!(after["sample_stratum"], before["sample_stratum"]);
        // The audit is what was written, and says who did it.
        assert!(audit::verify(&app.db, None, |_| ()).await.unwrap().is_ok());
        let entry = app.sign_in(&world.lead).await.ask_with(
            "query($id: ID!) { auditEntries(filter: { kind: { eq: WRITE }, pupil: { includes: $id }, operation: { eq: \"erasePupil\" } }) { nodes { staffMember { email } } } }",
            json!({ "id": id })).await;
        assert_eq!(entry.of("auditEntries")["nodes"], json!([{ "staffMember": { "email": school.head } }]));
        // Whoever asks for their data is told that it was erased, when and why.
        let given = export::export(&app.db, pupil, TestApp::now()).await.unwrap().unwrap();
        assert_eq!(given["held"]["pupil_erasure"][0]["reason"], "REQUEST_UPHELD");
        assert_eq!(given["held"]["pupil"], Value::Null);
        assert!(export::export(&app.db, Uuid::now_v7(), TestApp::now()).await.unwrap().is_none());
    }

    async fn a_schools_mis_erases_nobody(app) {
        let world = World::build(&app, Size::default()).await;
        let office = plumbline_tests::Office::of(&app, &world).await;
        office.register("mis", &["SYNCHRONISE"], Some(&[world.schools[0].id])).await;
        let id = global_id::<Pupil>(world.schools[0].classes[0].pupils[0]);
        let input = json!({ "pupilId": id, "confirmPupilId": id, "expectedVersion": 1, "reason": "REQUEST_UPHELD" });
        let erase = Attempt::new(&app, "erasePupil", "school { id }", input);
        let answer = erase.through(&app.sign_in_client("mis")).await;
        assert_eq!(answer.user_errors("erasePupil"), ["FORBIDDEN"]);
        assert_eq!(app.rows("pupil").await, 32);
    }
}

/// How many pupils are counted in tables of counts.
async fn counts(app: &TestApp) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for (table, column) in [
        ("judgement_cell", "pupils"),
        ("agreement_cell", "pupils"),
        ("agreement_edition_cell", "pupils"),
        ("sample_stratum", "size"),
    ] {
        let all = if table == "sample_stratum" { "" } else { " WHERE attribute = 'ALL'" };
        let sql = format!("SELECT CAST(COALESCE(SUM({column}), 0) AS BIGINT) AS n FROM {table}{all}");
        counts.insert(table.to_owned(), app.number(&sql).await);
    }
    counts
}
