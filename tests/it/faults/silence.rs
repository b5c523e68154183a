//! PostgreSQL behind a network that falls silent.

use std::time::{Duration, Instant};

use plumbline_tests::{Console, Remote, Size, TestApp, Wire, World};
use serde_json::json;

const QUESTION: &str = "{ pupils(first: 1) { totalCount } }";

/// A service whose database is at the other end of a wire; none without PostgreSQL.
async fn far_away() -> Option<(TestApp, Console, Wire, Remote)> {
    let app = TestApp::on_postgres().await?;
    let world = World::build(&app, Size::default()).await;
    let wire = Wire::to(&app.database.url).await;
    let console = Console::new(&wire.url);
    let service = Remote::serve(&console, &world.schools[0].head, &[]).await;
    Some((app, console, wire, service))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_database_shows_in_readiness_within_seconds_and_so_does_its_return() {
    let Some((_app, _console, wire, service)) = far_away().await else { return };
    assert_eq!(service.ask(QUESTION, json!({})).await.1.status, 200);
    assert_eq!(service.get("/readyz").await.0, 200);
    wire.falls_silent();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let asked = Instant::now();
    assert_eq!(service.get("/readyz").await.0, 503);
    assert_eq!(service.get("/readyz").await.0, 503);
    assert!(asked.elapsed() < Duration::from_secs(6), "each is answered after two seconds, not {:?}", asked.elapsed());
    assert_eq!(service.get("/healthz").await.0, 200);
    wire.speaks_again();
    let mended = Instant::now();
    while service.get("/readyz").await.0 != 200 {
        assert!(mended.elapsed() < Duration::from_secs(2), "it does not come back");
    }
    assert_eq!(service.ask(QUESTION, json!({})).await.1.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_whose_database_is_silent_ends_when_it_is_told_to() {
    let Some((_app, _console, wire, mut service)) = far_away().await else { return };
    assert_eq!(service.ask(QUESTION, json!({})).await.1.status, 200);
    wire.falls_silent();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(service.get("/readyz").await.0, 503);
    let took = service.stop().await;
    assert!(took < Duration::from_secs(20), "it took {took:?}");
}
