//! The same key twice does nothing twice.

use plumbline::organisation::{AcademicYear, School};
use plumbline_tests::{Size, World, db_test, global_id};
use serde_json::json;

db_test! {
    async fn a_repeat_answers_the_same_and_another_input_is_a_conflict(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let input = |name: &str, key: &str| json!({
            "schoolId": global_id::<School>(world.schools[0].id), "academicYearId": global_id::<AcademicYear>(world.year),
            "name": name, "lowestYearGroup": "YEAR_5", "idempotencyKey": key,
        });
        let first = head.mutate("createClass", input("Kestrel", "k1"), "class { id name }").await;
        let again = head.mutate("createClass", input("Kestrel", "k1"), "class { id name }").await;
        assert_eq!(first.body, again.body);
        let other = head.mutate("createClass", input("Merlin", "k1"), "class { id }").await;
        assert_eq!(other.user_errors("createClass"), ["IDEMPOTENCY_CONFLICT idempotencyKey"]);
        assert_eq!(app.rows("class").await, 5);
        // The same key of another caller is another key.
        let lead = app.sign_in(&world.schools[1].head).await;
        let mut theirs = input("Kestrel", "k1");
        theirs["schoolId"] = json!(global_id::<School>(world.schools[1].id));
        assert_eq!(lead.mutate("createClass", theirs, "class { id }").await.user_errors("createClass"), Vec::<String>::new());
        assert_eq!(app.rows("class").await, 6);
        for key in ["", &"k".repeat(201)] {
            assert_eq!(head.mutate("createClass", input("Hobby", key), "").await.user_errors("createClass"), ["INVALID idempotencyKey"]);
        }
        assert_eq!(head.mutate("createClass", input("Hobby", &"k".repeat(200)), "").await.user_errors("createClass"), Vec::<String>::new());
    }

    async fn of_many_repeats_at_once_one_is_carried_out(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let input = json!({
            "schoolId": global_id::<School>(world.schools[0].id), "academicYearId": global_id::<AcademicYear>(world.year),
            "name": "Kestrel", "lowestYearGroup": "YEAR_5", "idempotencyKey": "same",
        });
        let calls = (0..8).map(|_| {
            let (head, input) = (head.clone(), input.clone());
            tokio::spawn(async move { head.mutate("createClass", input, "class { id }").await })
        });
        let mut answers = Vec::new();
        for call in calls.collect::<Vec<_>>() {
            answers.push(call.await.unwrap().body);
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
        assert_eq!(app.rows("class").await, 5);
    }

    async fn a_refused_mutation_changes_nothing_and_leaves_its_key_free(app) {
        let world = World::build(&app, Size::default()).await;
        let before = app.snapshot("class").await;
        let input = json!({
            "schoolId": global_id::<School>(world.schools[0].id), "academicYearId": global_id::<AcademicYear>(world.year),
            "name": "Kestrel", "lowestYearGroup": "YEAR_5", "idempotencyKey": "k",
        });
        for (email, error) in [
            (&world.schools[1].head, "FORBIDDEN"),
            (&world.schools[0].classes[0].teacher, "FORBIDDEN"),
            (&world.lead, "FORBIDDEN"),
            (&world.analyst, "FORBIDDEN"),
            (&world.nobody, "NOT_FOUND schoolId"),
        ] {
            let answer = app.sign_in(email).await.mutate("createClass", input.clone(), "class { id }").await;
            assert_eq!(answer.user_errors("createClass"), [error], "{email}");
            assert!(answer.of("createClass")["class"].is_null());
        }
        assert_eq!(app.snapshot("class").await, before);
        assert_eq!(app.rows("idempotency_key").await, 0);
        let head = app.sign_in(&world.schools[0].head).await;
        let mut wrong = input.clone();
        wrong["name"] = json!("  ");
        assert_eq!(head.mutate("createClass", wrong, "").await.user_errors("createClass"), ["INVALID name"]);
        assert_eq!(head.mutate("createClass", input, "").await.user_errors("createClass"), Vec::<String>::new());
    }
}
