//! How an exercise came to where it is: each step is kept, and one back has its reason.

use plumbline_tests::{Attempt, Size, World, db_test, judge_all};
use serde_json::{Value, json};

db_test! {
    async fn a_step_back_is_taken_for_a_reason_and_all_steps_are_told(app) {
        let world = World::build(&app, Size::default()).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, |_| "EXS").await;
        }
        let lead = app.sign_in(&world.lead).await;
        let exercise = world.draw(&lead, "Writing, summer", 100, 6).await;
        let moderator = app.sign_in(&world.moderator).await;
        judge_all(&app, &moderator, |_, _| "EXS".into()).await;
        world.advance(&lead, &exercise, &["DISCUSSING"]).await;
        let step = Attempt::new(&app, "advanceModerationExercise", "moderationExercise { state version }", json!({
            "exerciseId": exercise, "expectedVersion": 3, "state": "JUDGING", "reason": "Two works were not judged." }));
        for email in [&world.analyst, &world.schools[0].head, &world.schools[0].classes[0].teacher, &world.moderator] {
            step.refused(email, "FORBIDDEN").await;
        }
        step.with("reason", Value::Null).refused(&world.lead, "INVALID reason").await;
        step.with("reason", json!("  ")).refused(&world.lead, "INVALID reason").await;
        step.with("reason", json!("x".repeat(501))).refused(&world.lead, "INVALID reason").await;
        step.with("state", json!("CLOSED")).refused(&world.lead, "WRONG_STATE state").await;
        assert_eq!(step.done(&world.lead).await, json!({ "state": "JUDGING", "version": 4 }));
        step.stale(&world.lead).await;
        // A step on needs none, and keeps one that is given.
        let on = Attempt::new(&app, "advanceModerationExercise", "moderationExercise { state }", json!({
            "exerciseId": exercise, "expectedVersion": 4, "state": "DISCUSSING" }));
        on.done(&world.lead).await;
        // Everybody of the trust knows how far it has come, and how it came there.
        let query = "query($id: ID!) { node(id: $id) { ... on ModerationExercise { steps(order: EARLIEST) {
            nodes { previousState state takenBecause takenAt exercise { title } } } } } }";
        for email in [&world.lead, &world.schools[1].classes[0].teacher, &world.moderator] {
            let told = app.sign_in(email).await.ask_with(query, json!({ "id": exercise })).await;
            let steps = told.of("node")["steps"]["nodes"].as_array().expect("steps").clone();
            let way: Vec<(&str, &str, Option<&str>)> = steps
                .iter()
                .map(|step| (step["previousState"].as_str().unwrap(), step["state"].as_str().unwrap(), step["takenBecause"].as_str()))
                .collect();
            assert_eq!(way, [
                ("DRAFT", "JUDGING", None),
                ("JUDGING", "DISCUSSING", Some("It goes on from there.")),
                ("DISCUSSING", "JUDGING", Some("Two works were not judged.")),
                ("JUDGING", "DISCUSSING", None),
            ], "{email}");
            assert!(steps.iter().all(|step| step["exercise"]["title"] == "Writing, summer"));
        }
        let nobody = app.sign_in(&world.nobody).await.ask_with(query, json!({ "id": exercise })).await;
        assert!(nobody.of("node").is_null());
    }
}
