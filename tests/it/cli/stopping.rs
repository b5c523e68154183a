//! A service that is told to stop says so first, and goes on answering until nobody is sent to it any more.

use std::time::{Duration, Instant};

use plumbline_tests::{Console, Remote, Size, World, db_test, tell_to_stop};
use serde_json::json;

const QUESTION: &str = "{ schools { totalCount } }";

db_test! {
    async fn readiness_turns_before_the_door_closes(app) {
        let world = World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let patient = [("PLUMBLINE_STOPPING__UNREADY_MILLISECONDS", "3000")];
        let mut service = Remote::serve(&console, &world.schools[0].head, &patient).await;
        assert_eq!(service.get("/readyz").await.0, 200);
        tell_to_stop(&service.child);
        let told = Instant::now();
        while told.elapsed() < Duration::from_millis(2_000) {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let (status, _, body) = service.get("/readyz").await;
            assert_eq!((status, body.as_str()), (503, "the service is stopping\n"));
            assert_eq!(service.ask(QUESTION, json!({})).await.1.of("schools")["totalCount"], 2);
        }
        tokio::time::timeout(Duration::from_secs(10), service.child.wait()).await.expect("it ends").unwrap();
        let took = told.elapsed();
        assert!(took >= Duration::from_millis(2_900) && took < Duration::from_secs(8), "{took:?}");
    }

    async fn whoever_says_it_twice_means_now(app) {
        let world = World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let patient = [("PLUMBLINE_STOPPING__UNREADY_MILLISECONDS", "60000")];
        let mut service = Remote::serve(&console, &world.schools[0].head, &patient).await;
        assert_eq!(service.get("/readyz").await.0, 200);
        tell_to_stop(&service.child);
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(service.ask(QUESTION, json!({})).await.1.status, 200);
        tell_to_stop(&service.child);
        tokio::time::timeout(Duration::from_secs(10), service.child.wait()).await.expect("it ends").unwrap();
    }
}
