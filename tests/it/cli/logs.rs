//! Logs tell what happened to which request, and never a pupil's name.

use axum::http::StatusCode;
use plumbline_tests::{Console, Size, World, db_test, post, tell_to_stop};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

db_test! {
    async fn a_line_of_json_has_the_request_id_and_no_name(app) {
        let world = World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let environment = [("PLUMBLINE_LOG__FORMAT", "json"), ("PLUMBLINE_LOG__FILTER", "debug")];
        let token = console.run(&["token", "--as", &world.schools[0].head]).await;
        assert!(token.success, "{token:?}");
        let (mut child, line) = console.start_with(&["serve", "--listen", "127.0.0.1:0"], "plumbline serves", &environment).await;
        let address = line.rsplit('/').next().unwrap().to_owned();
        let body = json!({ "query": "query($name: String!) { pupils(filter: { familyName: { startsWith: $name } }) { nodes { givenName familyName upn } } }",
            "variables": { "name": "Family0-0-01" } }).to_string();
        let answer = post(&address, token.output.trim(), &[("x-request-id", "traced-42")], &body).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {}", StatusCode::OK.as_u16())) && answer.contains("Family0-0-01"), "{answer}");
        assert!(answer.contains("x-request-id: traced-42"), "{answer}");
        // Killed, it would lose the lines that wait to be written.
        tell_to_stop(&child);
        let mut logged = String::new();
        child.stderr.take().unwrap().read_to_string(&mut logged).await.unwrap();
        let lines: Vec<Value> = logged.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
        let answered = lines.iter().find(|line| line["message"] == "answered").unwrap_or_else(|| panic!("{logged}"));
        assert_eq!(answered["http.status"], 200);
        assert_eq!(answered["span"]["id"], "traced-42");
        let told = |name: &str| answered["span"][name].clone();
        assert_eq!((told("operation"), told("caller"), told("outcome")), (json!("query"), json!("staff"), json!("ok")));
        assert!(told("cost").as_u64().is_some_and(|cost| cost > 0), "{answered:#}");
        for name in ["Family0", "Given1", "999200"] {
            assert!(!logged.contains(name), "{name}: {logged}");
        }
    }
}
