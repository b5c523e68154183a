//! Metrics are told at an address of their own, if one is set, and nowhere else.

use std::time::Duration;

use plumbline_tests::{Console, get};
use tokio::io::{AsyncBufReadExt as _, BufReader};

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
    assert!(get(&api, "/metrics").await.starts_with("HTTP/1.1 404"), "the API is for everybody");
    assert!(get(&metrics, "/graphql").await.starts_with("HTTP/1.1 404"), "nothing else is there");
    child.kill().await.unwrap();
}
