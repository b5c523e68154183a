//! Documents that are made to bring a server down. They are refused before any database is asked, so one database is
//! enough.

use std::collections::BTreeMap;

use plumbline_tests::{Size, TestApp, World, bombs::bombs};
use serde_json::json;

use super::{by, exchange};

const FORM: [(&str, &str); 2] = [("content-type", "application/json"), ("accept", "application/graphql-response+json")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_bombs_are_refused_and_none_is_a_fault() {
    let app = TestApp::on_sqlite().await;
    let world = World::build(&app, Size::default()).await;
    let head = app.sign_in(&world.schools[0].head).await;
    let bombs = bombs();
    assert_eq!(bombs.len(), 1_000);
    let mut kinds = BTreeMap::new();
    for bomb in &bombs {
        let answer =
            exchange(&app, by(&head, "POST", "/graphql", &FORM), json!({ "query": bomb.document }).to_string()).await;
        assert_eq!(answer.status, 400, "{bomb:?} {:#}", answer.body);
        assert!(
            ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "COST_LIMIT"].contains(&answer.code()),
            "{bomb:?} {:#}",
            answer.body
        );
        let errors = answer.body["errors"].as_array().unwrap();
        assert!(errors.len() <= 10);
        for error in errors {
            let message = error["message"].as_str().unwrap();
            assert!(message.chars().count() <= 500 && !message.contains('\n'), "{message}");
        }
        *kinds.entry(bomb.kind).or_insert(0) += 1;
    }
    assert!(kinds.len() >= 26 && kinds.values().all(|count| *count >= 10), "{kinds:#?}");
    // The service goes on as before.
    assert_eq!(head.ask("{ trust { name } }").await.of("trust")["name"], "Test Trust");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_bombs_are_refused() {
    let app = TestApp::on_sqlite().await;
    let world = World::build(&app, Size::default()).await;
    let head = app.sign_in(&world.schools[0].head).await;
    for nesting in [200, 1_000, 200_000] {
        let variables = format!("{}{}", "[".repeat(nesting), "]".repeat(nesting));
        let body = format!(r#"{{"query": "{{ trust {{ name }} }}", "variables": {{"a": {variables}}}}}"#);
        let answer = exchange(&app, by(&head, "POST", "/graphql", &FORM), body).await;
        assert_eq!((answer.status, answer.code()), (400, "BAD_USER_INPUT"), "{nesting}");
    }
    let objects = format!(r#"{{"query": {}"#, r#"{"query": "#.repeat(10_000));
    assert_eq!(exchange(&app, by(&head, "POST", "/graphql", &FORM), objects).await.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_documents_that_are_slow_to_look_at_hold_nobody_up() {
    let app = TestApp::on_sqlite().await;
    // Documents up to the limits of a body and of tokens: a cost that grows with the square of their size would show.
    let world = World::build(&app, Size::default()).await;
    let head = app.sign_in(&world.schools[0].head).await;
    let documents = [
        format!("{{ {} }}", "__typename ".repeat(14_000)),
        format!("{{ {} }}", "nothing ".repeat(14_000)),
        format!(
            "{{ trust {{ {} }} }}",
            (0..7_000).map(|at| format!("x: {} ", ["id", "name"][at % 2])).collect::<String>()
        ),
        format!("{{ pupils({}) {{ totalCount }} }}", "first: 1 ".repeat(4_000)),
        format!("query ({}) {{ __typename }}", (0..3_500).map(|at| format!("$v{at}: Int ")).collect::<String>()),
        format!("{{ pupils(filter: {{ {} }}) {{ totalCount }} }}", "a: 1 ".repeat(4_000)),
        "}".repeat(14_000),
        format!("{{ a{} }}", " ".repeat(900_000)),
        format!("# {}\n{{", "x".repeat(900_000)),
        "\u{1F4A3}".repeat(200_000),
        format!("{{ pupils(after: \"{}", "\\n".repeat(200_000)),
    ];
    let started = std::time::Instant::now();
    for document in &documents {
        let answer =
            exchange(&app, by(&head, "POST", "/graphql", &FORM), json!({ "query": document }).to_string()).await;
        assert_eq!(answer.status, 400, "{}", &document[..document.floor_char_boundary(40)]);
    }
    // A build for tests is some twenty times slower than a release build, and its machine is shared.
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}
