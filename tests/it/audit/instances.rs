//! Several instances on one database make one chain.

use std::sync::Arc;

use plumbline::app;
use plumbline::comparison::cells;
use plumbline::db::Db;
use plumbline::organisation::Pupil;
use plumbline::protocol::router;
use plumbline_entity::audit_entry::AuditKind;
use plumbline_tests::{Caller, Size, World, db_test, global_id};
use serde_json::json;

db_test! {
    async fn instances_that_read_and_write_at_once_make_one_sound_chain(app) {
        let world = Arc::new(World::build(&app, Size { schools: 2, classes: 2, pupils: 5 }).await);
        let before = app.audited().await;
        let other = Db::connect(&app.database.url, 6, cells::settle).await.unwrap();
        let second = app::service((*app.app.config).clone(), other.clone(), (*app.app.keys).clone(), app.app.clock);
        let second = router(second);
        let mut callers = Vec::new();
        for (nth, class) in world.schools.iter().flat_map(|school| &school.classes).enumerate() {
            let here = app.sign_in(&class.teacher).await;
            let there = Caller::new(second.clone(), Some(here.token().to_owned()), other.clone());
            for caller in [here, there] {
                let (world, pupil) = (Arc::clone(&world), class.pupils[nth]);
                callers.push(tokio::spawn(async move {
                    for at in 0..15 {
                        if at % 3 == 0 {
                            let input = world.judgements_input(&[json!({ "pupilId": global_id::<Pupil>(pupil), "gradeCode": "EXS" })]);
                            let answer = caller.mutate("recordJudgements", input, "judgements { id }").await;
                            assert_eq!(answer.user_errors("recordJudgements"), Vec::<String>::new());
                        } else {
                            assert_eq!(caller.ask("{ pupils { nodes { id } } }").await.of("pupils")["nodes"].as_array().unwrap().len(), 5);
                        }
                    }
                }));
            }
        }
        for caller in callers {
            caller.await.unwrap();
        }
        let entries = app.recorded_after(before).await;
        let of = |kind| entries.iter().filter(|entry| entry.kind() == kind).count();
        assert_eq!((of(AuditKind::Read), of(AuditKind::Write)), (8 * 10, 8 * 5), "one for each request");
        assert_eq!(app.verified().await.unwrap().entries, app.audited().await);
        other.close().await;
    }
}
