//! A PostgreSQL that only reads, as a standby does after a failover.

use plumbline::organisation::Class;
use plumbline_tests::{Console, Fault, Remote, Size, TestApp, World, global_id};
use sea_orm::ConnectionTrait as _;
use serde_json::json;

/// Costs more than what an instance counts by itself before it settles with the others.
const FIGURES: &str =
    "{ schools(first: 100) { totalCount nodes { classes(first: 100) { totalCount nodes { id } } } } }";

async fn only_reads(app: &TestApp, on: bool) {
    let name = app.database.url.rsplit('/').next().unwrap();
    let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = {on}");
    app.raw.execute_unprepared(&sql).await.unwrap();
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'plumbline%'";
    app.raw.execute_unprepared(sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_no_writing_is_answered_by_a_database_that_only_reads() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let world = World::build(&app, Size::default()).await;
    let console = Console::new(&app.database.url);
    let environment = [("PLUMBLINE_LIMITS__COST_BUCKET", "200000")];
    let service = Remote::serve(&console, &world.schools[0].head, &environment).await;
    let rename = |version: i32| {
        let class = global_id::<Class>(world.schools[0].classes[0].id);
        service.mutate(
            "updateClass",
            json!({ "classId": class, "expectedVersion": version, "name": format!("Kite {version}") }),
            "class { name }",
        )
    };
    assert_eq!(rename(1).await.of("updateClass")["class"]["name"], "Kite 1");
    let mut fault = Fault::begins("PostgreSQL: it only reads");
    only_reads(&app, true).await;
    fault.happens();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(service.get("/readyz").await.0, 503);
    for _ in 0..4 {
        let (_, answer) = service.ask(FIGURES, json!({})).await;
        assert_eq!(answer.status, 200, "{:#}", answer.body);
        assert_eq!(answer.of("schools")["totalCount"], 2);
    }
    let refused = rename(2).await;
    assert_eq!((refused.status.as_u16(), refused.error_code()), (503, "UNAVAILABLE"), "{:#}", refused.body);
    // What must be recorded cannot be answered.
    let (_, pupils) = service.ask("{ pupils(first: 1) { nodes { upn } } }", json!({})).await;
    assert_eq!(pupils.status, 503, "{:#}", pupils.body);
    only_reads(&app, false).await;
    let mended = std::time::Instant::now();
    let mut back = rename(2).await;
    for _ in 0..20 {
        if back.status == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        back = rename(2).await;
    }
    assert_eq!(back.of("updateClass")["class"]["name"], "Kite 2", "{:#}", back.body);
    fault.back_after(mended.elapsed());
    fault.kept(2, 0, 0);
    assert_eq!(service.get("/readyz").await.0, 200);
}
