//! Metrics are told at an address of their own, if one is set, and nowhere else.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use plumbline::protocol::metrics_router;
use plumbline_tests::{Console, db_test, get};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::runtime::Handle;
use tower::ServiceExt as _;

#[tokio::test]
async fn metrics_are_told_at_an_address_of_their_own_and_the_api_at_its_own() {
    let console = Console::new("sqlite:plumbline.sqlite");
    let environment = [("PLUMBLINE_METRICS_LISTEN", "127.0.0.1:0")];
    let mut child = console.launch(&["serve", "--create", "--listen", "127.0.0.1:0"], &environment).await;
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    for _ in 0..2 {
        let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await.expect("in time").unwrap();
        said.push(line.expect("a line"));
    }
    let address = |line: &str| line.split_once("http://").unwrap().1.split('/').next().unwrap().to_owned();
    let (api, metrics) = (address(&said[0]), address(&said[1]));
    assert!(said[0].starts_with("plumbline serves") && said[1].ends_with("/metrics"), "{said:?}");
    let told = get(&metrics, "/metrics").await;
    assert!(told.starts_with("HTTP/1.1 200") && told.contains("application/openmetrics-text"), "{told}");
    assert!(told.contains("plumbline_log_lines_dropped_total 0\n"), "{told}");
    assert!(get(&metrics, "/healthz").await.ends_with("ok\n"));
    assert!(get(&metrics, "/readyz").await.ends_with("ready\n"));
    assert!(get(&api, "/metrics").await.starts_with("HTTP/1.1 404"), "the API is for everybody");
    assert!(get(&metrics, "/graphql").await.starts_with("HTTP/1.1 404"), "nothing else is there");
    child.kill().await.unwrap();
}

db_test! {
    async fn health_is_told_whatever_the_workers_do(app) {
        let router = metrics_router(app.app.clone(), Handle::current(), || 0);
        // Both of them are at work, and do not yield.
        for _ in 0..4 {
            tokio::spawn(async { std::thread::sleep(Duration::from_secs(3)) });
        }
        let asks = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let started = Instant::now();
                for path in ["/healthz", "/metrics"] {
                    let request = Request::get(path).body(Body::empty()).unwrap();
                    assert_eq!(router.clone().oneshot(request).await.unwrap().status(), 200, "{path}");
                }
                let at_once = started.elapsed();
                let request = Request::get("/readyz").body(Body::empty()).unwrap();
                (at_once, router.oneshot(request).await.unwrap().status().as_u16(), started.elapsed())
            })
        });
        let (at_once, ready, later) = tokio::task::block_in_place(|| asks.join().unwrap());
        assert!(at_once < Duration::from_secs(1), "{at_once:?}");
        // That it cannot be asked just now is so.
        assert!(ready == 503 || later > Duration::from_secs(1), "{ready} after {later:?}");
    }
}
