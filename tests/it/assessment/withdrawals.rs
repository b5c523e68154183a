//! What should never have been recorded is withdrawn, and stays to be seen.

use plumbline::assessment::Judgement;
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{Attempt, Size, World, db_test, global_id};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{judge_class, judgements};

const FIELDS: &str = "judgement { isCurrent withdrawnAt withdrawnBecause withdrawnBy { email } grade { code } }";

db_test! {
    async fn a_withdrawn_judgement_stays_with_its_reason_and_is_counted_no_more(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        judge_class(&app, &world, class, Term::Summer, "writing", &["EXS"]).await;
        let head = app.sign_in(&school.head).await;
        let id = first(&head.ask("{ judgements { nodes { id } } }").await);
        let withdraw = Attempt::new(&app, "withdrawJudgement", FIELDS, json!({
            "judgementId": id, "reason": " Of another pupil ", "idempotencyKey": "withdraw",
        }));
        for email in [&school.classes[1].teacher, &world.schools[1].head, &world.lead, &world.analyst, &world.moderator, &world.nobody] {
            withdraw.refused(email, "NOT_FOUND judgementId").await;
        }
        withdraw.with("reason", json!("  ")).refused(&class.teacher, "INVALID reason").await;
        withdraw.with("reason", json!("x".repeat(501))).refused(&class.teacher, "INVALID reason").await;
        let unknown = json!(global_id::<Judgement>(Uuid::now_v7()));
        withdraw.with("judgementId", unknown).refused(&class.teacher, "NOT_FOUND judgementId").await;
        let withdrawn = withdraw.done(&class.teacher).await;
        assert_eq!(withdrawn, json!({
            "isCurrent": false, "withdrawnAt": "2026-07-01T10:00:00+00:00", "withdrawnBecause": "Of another pupil",
            "withdrawnBy": { "email": class.teacher }, "grade": { "code": "EXS" },
        }));
        assert_eq!(withdraw.done(&class.teacher).await, withdrawn, "the same key again");
        withdraw.with("idempotencyKey", Value::Null).refused(&class.teacher, "WRONG_STATE judgementId").await;
        let counts = "{ all: judgements { totalCount } current: judgements(filter: { isCurrent: { eq: true } }) { totalCount } }";
        let answer = head.ask(counts).await;
        assert_eq!(answer.body["data"], json!({ "all": { "totalCount": 8 }, "current": { "totalCount": 7 } }));
        app.assert_cells_are_right(world.trust).await;
        let counted = "SELECT CAST(SUM(pupils) AS BIGINT) AS n FROM judgement_cell WHERE attribute = 'ALL'";
        assert_eq!(app.number(counted).await, 7);
        // The pupil can be judged again: there is no current judgement to supersede.
        judge_class(&app, &world, class, Term::Summer, "writing", &["GDS"]).await;
        assert_eq!(app.number(counted).await, 8);
        app.assert_cells_are_right(world.trust).await;
    }

    async fn what_a_withdrawn_judgement_superseded_stands_again(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let mut input = judgements(&world, class, Term::Summer, "writing", &["WTS"]);
        input["judgements"].as_array_mut().unwrap().truncate(1);
        let mut ids = Vec::new();
        for grade in ["WTS", "EXS", "GDS"] {
            input["judgements"][0]["gradeCode"] = json!(grade);
            let recorded = Attempt::new(&app, "recordJudgements", "judgements { id }", input.clone()).done(&class.teacher).await;
            ids.push(recorded[0]["id"].clone());
        }
        let withdraw = |id: &Value| Attempt::new(&app, "withdrawJudgement", FIELDS, json!({ "judgementId": id, "reason": "Of another pupil" }));
        let head = app.sign_in(&school.head).await;
        // One that is superseded already: nothing else follows.
        withdraw(&ids[1]).done(&school.head).await;
        let current = "{ judgements(filter: { isCurrent: { eq: true } }) { nodes { grade { code } } } }";
        let stands = async || head.ask(current).await.of("judgements")["nodes"].clone();
        assert_eq!(stands().await, json!([{ "grade": { "code": "GDS" } }]));
        withdraw(&ids[2]).done(&class.teacher).await;
        assert_eq!(stands().await, json!([{ "grade": { "code": "WTS" } }]), "the one between was withdrawn");
        app.assert_cells_are_right(world.trust).await;
        withdraw(&ids[0]).done(&class.teacher).await;
        assert_eq!(stands().await, json!([]));
        assert_eq!(app.number("SELECT COUNT(*) AS n FROM judgement_cell").await, 0);
    }

    async fn what_was_drawn_for_moderation_is_not_withdrawn(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        world.judge(&app, class, |_| "EXS").await;
        world.draw(&app.sign_in(&world.lead).await, "Writing, summer", 100, 6).await;
        let head = app.sign_in(&school.head).await;
        let id = first(&head.ask("{ judgements { nodes { id } } }").await);
        let withdraw = Attempt::new(&app, "withdrawJudgement", FIELDS, json!({ "judgementId": id, "reason": "Of another pupil" }));
        let answer = withdraw.refused(&school.head, "WRONG_STATE judgementId").await;
        let message = answer.of("withdrawJudgement")["userErrors"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("It was drawn for moderation"), "{message}");
        // Whoever is told so without seeing the sample leaves a trace.
        let refusals = "SELECT COUNT(*) AS n FROM audit_entry WHERE kind = 'REFUSAL' AND operation = 'withdrawJudgement'";
        assert_eq!(app.number(refusals).await, 1);
    }
}

fn first(answer: &plumbline_tests::Answer) -> Value {
    answer.of("judgements")["nodes"][0]["id"].clone()
}
