//! The demo at the console: it says how far it is, then who can sign in, and shows a question that is answered when
//! pasted.

use std::time::Duration;

use plumbline_tests::{Console, db_test, post};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("`{before}` in {text}")).1;
    rest.split_once(after).unwrap_or_else(|| panic!("`{after}` in {rest}")).0
}

/// What the command that was printed asks, as curl would send it.
async fn paste(printed: &str) -> Value {
    let address = between(printed, "curl -s http://", "/graphql");
    let (token, body) = (between(printed, "-H 'Authorization: ", "'"), between(printed, "-d '", "'"));
    let answer = post(address, token.strip_prefix("Bearer ").unwrap(), &[], body).await;
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or_else(|_| panic!("{answer}"))
}

db_test! {
    async fn it_says_how_far_it_is_and_prints_a_question_that_is_answered(app) {
        let database = app.database.empty_like().await;
        let console = Console::new(&database.url);
        let demo = ["demo", "--schools", "3", "--years", "1", "--listen", "127.0.0.1:0"];
        let mut child = console.launch_as_it_comes(&demo).await;
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut printed = String::new();
        while !printed.contains("Stop with Ctrl-C.") {
            let line = tokio::time::timeout(Duration::from_secs(120), lines.next_line()).await.expect("in time").unwrap();
            printed += &format!("{}\n", line.expect("more to be said"));
        }
        let answer = paste(&printed).await;
        let rows = answer["data"]["moderationAgreement"]["rows"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
        let shown = rows.iter().filter(|row| row["result"]["differenceToRest"]["estimate"].is_number());
        assert!(shown.count() >= 2 && answer.get("errors").is_none(), "{answer:#}");
        child.start_kill().unwrap();
        let mut progress = String::new();
        child.stderr.take().unwrap().read_to_string(&mut progress).await.unwrap();
        assert!(progress.lines().count() >= 5, "{progress}");
        let other: Vec<&str> = progress.lines().filter(|line| !line.starts_with("demo: ")).collect();
        assert_eq!(other, Vec::<&str>::new(), "nothing stands between the lines of its progress");
    }
}
