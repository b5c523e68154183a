//! What all of a trust read is kept for a moment: never for anybody else, and never for longer.

use std::time::{Duration, Instant};

use plumbline::organisation::School;
use plumbline_tests::{Caller, Size, World, db_test, global_id};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

async fn name(caller: &Caller, school: &str) -> (Value, u64) {
    let answer = caller.ask_with("query($id: ID!) { school(id: $id) { name } }", json!({ "id": school })).await;
    (answer.of("school")["name"].clone(), answer.statements)
}

db_test! {
    async fn a_school_that_was_just_read_is_not_read_again_and_who_renames_it_reads_the_new_name(app) {
        let world = World::build(&app, Size::default()).await;
        let (lead, head) = (app.sign_in(&world.lead).await, app.sign_in(&world.schools[0].head).await);
        let school = global_id::<School>(world.schools[0].id);
        let (old, first) = name(&head, &school).await;
        // On a machine that stands still for a second it is read again.
        let mut again = Vec::new();
        for _ in 0..10 {
            again.push(name(&lead, &school).await.1);
        }
        assert!(again.contains(&(first - 1)), "{first} statements, then {again:?}");
        for nth in 0..5 {
            let new = format!("Renamed {nth}");
            let input = json!({ "schoolId": school, "expectedVersion": nth + 1, "name": new });
            let answer = lead.mutate("updateSchool", input, "school { name }").await;
            assert_eq!(answer.user_errors("updateSchool"), Vec::<String>::new());
            assert_eq!(name(&head, &school).await.0, json!(new), "{old} is forgotten at once");
        }
    }

    async fn what_is_kept_exists_for_nobody_else(app) {
        let world = World::build(&app, Size::default()).await;
        let other = World::build_another(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let school = global_id::<School>(world.schools[0].id);
        for stranger in [&other.lead, &other.schools[0].head, &world.nobody] {
            assert_ne!(name(&head, &school).await.0, Value::Null);
            assert_eq!(name(&app.sign_in(stranger).await, &school).await.0, Value::Null, "{stranger}");
        }
    }

    async fn what_changes_elsewhere_is_seen_within_a_second(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let school = global_id::<School>(world.schools[0].id);
        let _ = name(&head, &school).await;
        app.raw.execute_unprepared("UPDATE school SET name = 'Changed by another instance'").await.unwrap();
        let changed = Instant::now();
        while name(&head, &school).await.0 != "Changed by another instance" {
            assert!(changed.elapsed() < Duration::from_millis(1_500), "it is a second old at most");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
