//! Connections, bodies and headers: slow senders are cut, too many are turned away, pages of other origins are kept
//! out.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use plumbline::config::Limits;
use plumbline_tests::{Listening, Size, TestApp, World, db_test, npm};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tower::ServiceExt as _;

use super::{by, encoded, exchange, through};

/// Sends bytes and reads until the server ends the connection: what it said, and after how long it ended.
async fn send(server: &Listening, bytes: &[u8]) -> (String, Duration) {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let started = Instant::now();
    stream.write_all(bytes).await.unwrap();
    let mut said = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut said)).await;
    // A connection that is reset has ended too.
    let _ = read.expect("the server ends the connection");
    (String::from_utf8_lossy(&said).into_owned(), started.elapsed())
}

/// Locks the table of classes, so that whoever writes there waits.
async fn hold_classes(app: &TestApp) -> sea_orm::DatabaseConnection {
    let mut one = sea_orm::ConnectOptions::new(&app.database.url);
    one.max_connections(1);
    let holding = sea_orm::Database::connect(one).await.unwrap();
    let lock = if app.db.is_postgres() { "BEGIN; LOCK TABLE class" } else { "BEGIN IMMEDIATE" };
    holding.execute_unprepared(lock).await.unwrap();
    holding
}

db_test! {
    async fn slow_senders_are_cut(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let impatient = app.with_limits(Limits { header_milliseconds: 400, body_milliseconds: 400, ..Limits::default() });
        let server = impatient.listen().await;
        let auth = format!("authorization: Bearer {}", head.token());
        let nothing_more = [
            String::new(),
            "POST /gra".to_owned(),
            format!("POST /graphql HTTP/1.1\r\nhost: a\r\n{auth}\r\n"),
            "PRI * HTTP/2.0\r\n\r\nSM".to_owned(),
        ];
        for begun in nothing_more {
            let (said, after) = send(&server, begun.as_bytes()).await;
            assert!(!said.contains("200 OK"), "{begun}: {said}");
            assert!(after >= Duration::from_millis(300) && after < Duration::from_secs(15), "{begun}: {after:?}");
        }
        let head = format!("POST /graphql HTTP/1.1\r\nhost: a\r\n{auth}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"query\": ");
        let (said, _) = send(&server, head.as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 408") && said.contains("TIMEOUT"), "{said}");
        // None of them holds anybody else up.
        let whole = format!("GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: a\r\n{auth}\r\nconnection: close\r\n\r\n");
        let (said, _) = send(&server, whole.as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 200") && said.contains("\"Query\""), "{said}");
    }

    async fn connections_beyond_the_limit_take_the_turn_of_one_that_says_nothing(app) {
        let few = app.with_limits(Limits { connections: 1, header_milliseconds: 60_000, ..Limits::default() });
        let server = few.listen().await;
        let ask = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
        let mut first = TcpStream::connect(server.address).await.unwrap();
        first.write_all(ask.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        first.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        let mut second = TcpStream::connect(server.address).await.unwrap();
        second.write_all(ask.as_bytes()).await.unwrap();
        let answered = tokio::time::timeout(Duration::from_secs(5), second.read_exact(&mut answer)).await;
        answered.expect("the turn of the first").unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        let mut rest = Vec::new();
        first.read_to_end(&mut rest).await.unwrap();
        assert!(String::from_utf8_lossy(&rest).ends_with("ok\n"), "it was answered whole, and then closed");
    }

    async fn a_request_that_is_under_way_gives_way_to_nobody(app) {
        let world = World::build(&app, Size::default()).await;
        let one = app.with_limits(Limits { connections: 1, header_milliseconds: 60_000, ..Limits::default() });
        let (server, holding) = (one.listen().await, hold_classes(&app).await);
        let token = app.sign_in(&world.schools[0].head).await.token().to_owned();
        let class = plumbline_tests::global_id::<plumbline::organisation::Class>(world.schools[0].classes[0].id);
        let rename = format!("mutation {{ updateClass(input: {{ classId: \"{class}\", expectedVersion: 1, name: \"Kite\" }}) {{ class {{ name }} }} }}");
        let address = server.address.to_string();
        let first = tokio::spawn(async move {
            plumbline_tests::post(&address, &token, &[], &json!({ "query": rename }).to_string()).await
        });
        while one.app.turns.running() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut second = TcpStream::connect(server.address).await.unwrap();
        second.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let mut answer = [0; 12];
        let waiting = tokio::time::timeout(Duration::from_millis(500), second.read_exact(&mut answer)).await;
        assert!(waiting.is_err(), "it waits");
        holding.execute_unprepared("ROLLBACK").await.unwrap();
        let said = first.await.unwrap();
        assert!(said.contains("Kite"), "{said}");
        second.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }

    async fn those_who_connect_and_say_nothing_keep_nobody_out(app) {
        let few = app.with_limits(Limits { connections: 100, header_milliseconds: 60_000, ..Limits::default() });
        let server = few.listen().await;
        let mut mute = Vec::new();
        for round in 0..3 {
            for _ in 0..100 {
                mute.push(TcpStream::connect(server.address).await.unwrap());
            }
            let asked = Instant::now();
            let said = plumbline_tests::get(&server.address.to_string(), "/healthz").await;
            assert!(said.starts_with("HTTP/1.1 200"), "{said}");
            assert!(asked.elapsed() < Duration::from_secs(2), "round {round}: {:?}", asked.elapsed());
        }
    }

    async fn more_requests_than_may_be_under_way_are_turned_away(app) {
        let world = World::build(&app, Size::default()).await;
        let one = app.with_limits(Limits { requests: 1, requests_waiting: 0, ..Limits::default() });
        let head = one.sign_in(&world.schools[0].head).await;
        let holding = hold_classes(&app).await;
        let class = plumbline_tests::global_id::<plumbline::organisation::Class>(world.schools[0].classes[0].id);
        let rename = json!({ "classId": class, "expectedVersion": 1, "name": "Kestrel" });
        let first = tokio::spawn({
            let head = head.clone();
            async move { head.mutate("updateClass", rename, "class { name }").await }
        });
        let ask = || through(&one.router, by(&head, "GET", &format!("/graphql?query={}", encoded("{ __typename }")), &[]), "");
        while one.app.turns.running() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let turned_away = ask().await;
        assert_eq!((turned_away.status, turned_away.header("retry-after")), (503, "1"), "{:#}", turned_away.body);
        holding.execute_unprepared("ROLLBACK").await.unwrap();
        assert_eq!(first.await.unwrap().of("updateClass")["class"]["name"], "Kestrel");
        assert_eq!(ask().await.status, 200, "its turn is free again");
    }

    async fn http_2_is_spoken_without_tls(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let server = app.listen().await;
        let mut script = npm::node("h2c.mjs").await;
        script.arg(server.url("")).arg(head.token());
        let said: serde_json::Value = serde_json::from_str(npm::run(script, Duration::from_secs(30)).await.trim()).unwrap();
        let data = [json!({ "trust": { "name": "Test Trust" } }), json!({ "pupils": { "totalCount": 16 } }), json!({ "__typename": "Query" })];
        let expected: Vec<_> = data.into_iter().map(|data| json!({ "status": 200, "data": data })).collect();
        assert_eq!(said, json!(expected));
    }

    async fn an_answer_to_get_is_kept_and_asked_after(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let other = app.sign_in(&world.schools[1].head).await;
        let address = format!("/graphql?query={}", encoded("{ classes { nodes { name } } pupils { nodes { familyName } } }"));
        let first = exchange(&app, by(&head, "GET", &address, &[]), "").await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\"") && tag.len() > 20, "{tag}");
        assert_eq!((first.header("cache-control"), first.header("vary")), ("private, no-cache", "authorization, plumbline-trust, accept"));
        for asked in [tag.clone(), format!("\"x\", {tag}"), "*".to_owned()] {
            let again = exchange(&app, by(&head, "GET", &address, &[("if-none-match", &asked)]), "").await;
            assert_eq!((again.status, again.header("etag"), again.body.is_null()), (304, tag.as_str(), true), "{asked}");
        }
        let theirs = exchange(&app, by(&other, "GET", &address, &[("if-none-match", &tag)]), "").await;
        assert_eq!(theirs.status, 200, "somebody else sees other pupils");
        app.raw.execute_unprepared("UPDATE class SET name = name || ' renamed'").await.unwrap();
        let changed = exchange(&app, by(&head, "GET", &address, &[("if-none-match", &tag)]), "").await;
        assert_eq!((changed.status, changed.header("etag") == tag), (200, false));
        let wrong = exchange(&app, by(&head, "GET", "/graphql?query=%7Bnothing%7D", &[]), "").await;
        assert_eq!((wrong.header("etag"), wrong.header("cache-control")), ("", "no-store"), "errors are not kept");
        let body = json!({ "query": "{ __typename }" }).to_string();
        let post = exchange(&app, by(&head, "POST", "/graphql", &[("content-type", "application/json")]), body).await;
        assert_eq!((post.header("etag"), post.header("cache-control")), ("", "no-store"));
    }

    async fn long_answers_are_compressed_for_those_who_ask(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let address = format!("/graphql?query={}", encoded("{ pupils(first: 100) { nodes { id givenName familyName } } }"));
        let answer = exchange(&app, by(&head, "GET", &address, &[("accept-encoding", "gzip")]), "").await;
        assert_eq!(answer.header("content-encoding"), "gzip");
        let answer = exchange(&app, by(&head, "GET", &address, &[]), "").await;
        assert_eq!(answer.header("content-encoding"), "");
    }

    async fn pages_of_other_origins_ask_only_where_they_are_named(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let named = app.set_up(|config| config.cors.origins = vec!["https://front.example.org".to_owned()]);
        let preflight = |origin: &str| {
            let headers = [("origin", origin), ("access-control-request-method", "POST"), ("access-control-request-headers", "authorization,content-type")];
            headers.iter().fold(Request::builder().method("OPTIONS").uri("/graphql"), |request, (name, value)| request.header(*name, *value))
        };
        let allowed = through(&named.router, preflight("https://front.example.org"), "").await;
        assert_eq!((allowed.status, allowed.header("access-control-allow-origin")), (200, "https://front.example.org"));
        assert_eq!(allowed.header("access-control-allow-credentials"), "", "never with cookies");
        for origin in ["https://front.example.org.evil.example", "http://front.example.org", "https://other.example.org", "null"] {
            assert_eq!(through(&named.router, preflight(origin), "").await.header("access-control-allow-origin"), "", "{origin}");
        }
        let usual = exchange(&app, preflight("https://front.example.org"), "").await;
        assert_eq!((usual.status, usual.header("access-control-allow-origin")), (405, ""), "none as it comes");
        let body = json!({ "query": "{ __typename }" }).to_string();
        let headers = [("content-type", "application/json"), ("origin", "https://front.example.org")];
        let answer = through(&named.router, by(&head, "POST", "/graphql", &headers), body).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "https://front.example.org"));
    }

    async fn the_page_cannot_be_framed_and_tells_nobody_where_it_is(app) {
        let response = app.router.clone().oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
        for (name, value) in [("x-frame-options", "DENY"), ("referrer-policy", "no-referrer"), ("x-content-type-options", "nosniff"), ("cross-origin-opener-policy", "same-origin")] {
            assert_eq!(header(name), value);
        }
    }
}
