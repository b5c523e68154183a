//! What a request may take, beyond what its document looks like: its answer, its memory, its time, and what its caller
//! has under way.

use std::time::Duration;

use axum::body::Body;
use plumbline::config::Limits;
use plumbline_tests::{Caller, Listening, SetUp, Size, TestApp, World, db_test, global_id};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::{Exchange, by, through};

const FORM: [(&str, &str); 2] = [("content-type", "application/json"), ("accept", "application/json")];

async fn ask(set_up: &SetUp<'_>, caller: &Caller, query: &str) -> Exchange {
    through(&set_up.router, by(caller, "POST", "/graphql", &FORM), json!({ "query": query }).to_string()).await
}

/// Aliases of a field, each of so many letters.
fn aliases(field: &str, many: usize, letters: usize) -> String {
    (0..many).map(|at| format!("{:x<letters$}:{field} ", format!("a{at}"))).collect()
}

/// A question whose answer takes some megabytes: one pupil a hundred times, under long names.
fn large(world: &World) -> Value {
    let pupil = global_id::<plumbline::organisation::Pupil>(world.schools[0].classes[0].pupils[0]);
    let query = format!(
        "query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Pupil {{ {} }} }} }}",
        aliases("familyName", 100, 310)
    );
    json!({ "query": query, "variables": { "ids": vec![pupil; 100] } })
}

/// A request as it goes over a wire.
fn wire(caller: &Caller, body: &Value) -> Vec<u8> {
    let (body, token) = (body.to_string(), caller.token());
    let head = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\naccept: application/json";
    format!("{head}\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Connects as somebody who takes in little at a time.
async fn narrow(server: &Listening) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    socket.connect(server.address).await.unwrap()
}

/// Waits until something holds.
async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not within 10 s: {what}");
}

db_test! {
    async fn an_answer_beyond_its_limit_is_an_error_that_says_so(app) {
        let world = World::build(&app, Size::default()).await;
        let set_up = app.with_limits(Limits { answer_bytes: 65_536, ..Limits::default() });
        let head = set_up.sign_in(&world.schools[0].head).await;
        let within = ask(&set_up, &head, &format!("{{ pupils {{ nodes {{ {} }} }} }}", aliases("familyName", 40, 60))).await;
        assert_eq!((within.status, within.body["errors"].is_null()), (200, true), "{:#}", within.body);
        let beyond = ask(&set_up, &head, &format!("{{ pupils {{ nodes {{ {} }} }} trust {{ name }} }}", aliases("familyName", 90, 60))).await;
        assert_eq!((beyond.status, beyond.code()), (200, "ANSWER_LIMIT"), "{:#}", beyond.body);
        let message = beyond.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("The answer is larger than 65536 bytes. Ask for smaller pages"), "{message}");
        assert_eq!(beyond.body["errors"].as_array().unwrap().len(), 1, "{:#}", beyond.body["errors"]);
        let text = beyond.body.to_string();
        assert!(text.len() < 2_000, "nothing is made in vain: {} bytes", text.len());
    }

    async fn a_long_key_costs_as_often_as_it_stands_in_the_answer(app) {
        let world = World::build(&app, Size::default()).await;
        let set_up = app.with_limits(Limits::default());
        let head = set_up.sign_in(&world.schools[0].head).await;
        for (letters, cost) in [(63, 1 + 10 * 2), (64, 1 + 10 * 3), (640, 1 + 10 * 12)] {
            let answer = ask(&set_up, &head, &format!("{{ pupils(first: 10) {{ nodes {{ {}: id }} }} }}", "k".repeat(letters))).await;
            assert_eq!(answer.body["extensions"]["cost"]["requested"], cost, "{letters}");
        }
    }

    async fn a_mutation_that_is_written_twice_is_carried_out_once(app) {
        let world = World::build(&app, Size::default()).await;
        let set_up = app.with_limits(Limits::default());
        let lead = set_up.sign_in(&world.lead).await;
        let create = "createSubject(input: { code: \"latin\", name: \"Latin\" }) { userErrors { code } subject { code } }";
        let answer = ask(&set_up, &lead, &format!("mutation {{ {create} {create} ...F }} fragment F on Mutation {{ {create} }}")).await;
        assert_eq!(answer.body["data"]["createSubject"], json!({ "userErrors": [], "subject": { "code": "latin" } }), "{:#}", answer.body);
    }

    async fn a_request_that_waits_for_its_turn_is_answered(app) {
        let world = World::build(&app, Size::default()).await;
        let set_up = app.with_limits(Limits { requests: 1, requests_waiting: 10, ..Limits::default() });
        let head = set_up.sign_in(&world.schools[0].head).await;
        let together = (0..5).map(|_| ask(&set_up, &head, "{ pupils { nodes { id } } }"));
        let answers = futures_util::future::join_all(together).await;
        assert!(answers.iter().all(|answer| answer.status == 200), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
    }

    async fn a_caller_with_too_much_under_way_is_refused_and_nobody_else(app) {
        let world = World::build(&app, Size::default()).await;
        let set_up = app.with_limits(Limits { requests_per_caller: 2, ..Limits::default() });
        let (head, other) = (set_up.sign_in(&world.schools[0].head).await, set_up.sign_in(&world.schools[1].head).await);
        let server = set_up.listen().await;
        // Two requests whose bodies do not come. Once the service asks for the rest, they are under way.
        let mut slow = Vec::new();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            let bytes = String::from_utf8(wire(&head, &json!({ "query": "{ __typename }" }))).unwrap();
            let bytes = bytes.replacen("\r\n", "\r\nexpect: 100-continue\r\n", 1);
            stream.write_all(&bytes.as_bytes()[..bytes.len() - 1]).await.unwrap();
            let mut asked_for = [0; 25];
            stream.read_exact(&mut asked_for).await.unwrap();
            assert_eq!(&asked_for, b"HTTP/1.1 100 Continue\r\n\r\n");
            slow.push(stream);
        }
        let refused = ask(&set_up, &head, "{ __typename }").await;
        assert_eq!((refused.status, refused.code(), refused.header("retry-after")), (429, "RATE_LIMITED", "1"), "{:#}", refused.body);
        assert!(refused.body["errors"][0]["message"].as_str().unwrap().starts_with("You have 2 requests under way"));
        assert_eq!(ask(&set_up, &other, "{ __typename }").await.status, 200);
        slow[0].write_all(b"}").await.unwrap();
        let mut answer = [0; 12];
        slow[0].read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        assert_eq!(ask(&set_up, &head, "{ __typename }").await.status, 200, "one of them has been answered");
    }

    async fn who_sends_slowly_holds_no_turn(app) {
        let world = World::build(&app, Size::default()).await;
        let set_up = app.with_limits(Limits { requests: 1, requests_waiting: 0, ..Limits::default() });
        let head = set_up.sign_in(&world.schools[0].head).await;
        let server = set_up.listen().await;
        let mut slow = Vec::new();
        for _ in 0..5 {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(&wire(&head, &json!({ "query": "{ __typename }" }))[..250]).await.unwrap();
            slow.push(stream);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(ask(&set_up, &head, "{ trust { name } }").await.status, 200);
    }

    async fn an_answer_that_nobody_reads_is_given_up(app) {
        let world = World::build(&app, Size::default()).await;
        let limits = Limits { unread_milliseconds: 400, leaving_milliseconds: 1_000, requests_per_caller: 1, ..Limits::default() };
        let set_up = app.with_limits(limits);
        let head = set_up.sign_in(&world.schools[0].head).await;
        let server = set_up.listen().await;
        let mut stream = narrow(&server).await;
        stream.write_all(&wire(&head, &large(&world))).await.unwrap();
        let mut begins = [0; 12];
        stream.read_exact(&mut begins).await.unwrap();
        assert_eq!(&begins, b"HTTP/1.1 200");
        // The answer counts as under way as long as it is kept.
        assert_eq!(ask(&set_up, &head, "{ __typename }").await.status, 429);
        tokio::time::sleep(Duration::from_millis(1_600)).await;
        assert_eq!(ask(&set_up, &head, "{ __typename }").await.status, 200, "it was given up");
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest).await;
        assert!(ended.is_err() || rest.len() < 3_000_000, "the connection was closed: {} bytes", rest.len());
    }

    async fn a_large_answer_arrives_whole(app) {
        let world = World::build(&app, Size::default()).await;
        let set_up = app.with_limits(Limits::default());
        let head = set_up.sign_in(&world.schools[0].head).await;
        let answer = through(&set_up.router, by(&head, "POST", "/graphql", &FORM), Body::from(large(&world).to_string())).await;
        assert_eq!(answer.status, 200);
        let length: usize = answer.header("content-length").parse().unwrap();
        assert!(length > 3_000_000, "{length}");
        let nodes = answer.body["data"]["nodes"].as_array().unwrap();
        assert!(nodes.len() == 100 && nodes.iter().all(|node| node == &nodes[0] && node.as_object().unwrap().len() == 100));
        until("its turn is free", || set_up.app.turns.running() == 0).await;
        // And compressed: what compresses it asks once more after the end.
        let packed = through(&set_up.router, by(&head, "POST", "/graphql", &FORM).header("accept-encoding", "gzip"), Body::from(large(&world).to_string())).await;
        assert_eq!((packed.status, packed.header("content-encoding")), (200, "gzip"));
    }
}

/// Locks the table of pupils against readers. SQLite has no such thing.
async fn lock_pupils(app: &TestApp) -> sea_orm::DatabaseConnection {
    let mut one = sea_orm::ConnectOptions::new(&app.database.url);
    one.max_connections(1);
    let locking = sea_orm::Database::connect(one).await.unwrap();
    locking.execute_unprepared("BEGIN; LOCK TABLE pupil IN ACCESS EXCLUSIVE MODE").await.unwrap();
    locking
}

db_test! {
    async fn a_question_ends_when_nobody_waits_for_it(app) {
        if !app.db.is_postgres() {
            return;
        }
        let world = World::build(&app, Size::default()).await;
        let set_up = app.with_limits(Limits { request_milliseconds: 1_000, ..Limits::default() });
        let head = set_up.sign_in(&world.schools[0].head).await;
        let server = set_up.listen().await;
        let question = json!({ "query": "{ pupils { nodes { familyName } } }" });
        let locking = lock_pupils(&app).await;
        // Who leaves:
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(&wire(&head, &question)).await.unwrap();
        until("it runs", || set_up.app.turns.running() == 1).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        drop(stream);
        until("it ended, though the table is locked", || set_up.app.turns.running() == 0).await;
        // Who is told that it takes too long:
        let late = ask(&set_up, &head, "{ pupils { nodes { familyName } } }").await;
        assert_eq!((late.status, late.code()), (504, "TIMEOUT"), "{:#}", late.body);
        until("it ended as well", || set_up.app.turns.running() == 0).await;
        locking.execute_unprepared("ROLLBACK").await.unwrap();
        let answer = ask(&set_up, &head, "{ pupils { totalCount } }").await;
        assert_eq!(answer.body["data"]["pupils"]["totalCount"], 16, "its connections are sound: {:#}", answer.body);
    }
}
