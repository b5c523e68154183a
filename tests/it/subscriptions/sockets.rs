//! What a client may say over a WebSocket, and what is answered.

use plumbline_tests::{Attempt, Size, Socket, World, db_test};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{RECORDED, judge_one, summer};

db_test! {
    /// gql for Python looks for the header letter by letter.
    async fn the_header_that_names_the_protocol_is_spelt_as_the_client_spells_it(app) {
        let at = app.listen().await;
        for spelt in ["Sec-WebSocket-Protocol", "sec-websocket-protocol"] {
            let mut stream = TcpStream::connect(at.address).await.unwrap();
            let request = format!(
                "GET /graphql HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                 Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{spelt}: graphql-transport-ws\r\n\r\n", at.address
            );
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut head = vec![0; 1_000];
            let read = stream.read(&mut head).await.unwrap();
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            assert!(head.starts_with("HTTP/1.1 101") && head.contains(&format!("{spelt}: graphql-transport-ws\r\n")), "{head}");
        }
    }

    async fn queries_and_mutations_go_over_a_socket_through_the_same_gate_as_over_http(app) {
        let world = World::build(&app, Size::default()).await;
        let (at, head) = (app.listen().await, app.sign_in(&world.schools[0].head).await);
        let mut socket = Socket::let_in(&at, head.token()).await;
        socket.subscribe("q", "query($first: Int) { classes(first: $first) { nodes { name } } }", json!({ "first": 1 })).await;
        assert_eq!(socket.data("q").await, json!({ "classes": { "nodes": [{ "name": "Class 1" }] } }));
        assert_eq!(socket.message().await, json!({ "type": "complete", "id": "q" }));
        let mutation = "mutation($input: UpdateClassInput!) { updateClass(input: $input) { class { name } userErrors { code } } }";
        let class = head.ask("{ classes(first: 1) { nodes { id version } } }").await.of("classes")["nodes"][0].clone();
        let input = json!({ "classId": class["id"], "expectedVersion": class["version"], "name": "Owls" });
        socket.subscribe("m", mutation, json!({ "input": input })).await;
        assert_eq!(socket.data("m").await["updateClass"], json!({ "class": { "name": "Owls" }, "userErrors": [] }));
        assert_eq!(socket.message().await["type"], "complete");
        // What HTTP refuses is refused here with the same words and places.
        for query in [
            "{ nope }",
            "{",
            "query($id: String!) { node(id: $id) { id } }",
            "{ classes(first: 1000) { totalCount } }",
            "subscription { judgementRecorded { id } }",
        ] {
            let over_http = head.ask(query).await;
            socket.subscribe("x", query, json!({})).await;
            let refused = over_http.body.get("data").is_none();
            let message = if refused { socket.message().await } else { socket.answer().await };
            let (kind, payload) = if refused { ("error", &over_http["errors"]) } else { ("next", &over_http.body) };
            assert_eq!((&message["type"], &message["payload"]), (&json!(kind), payload), "{query}");
            if !refused {
                assert_eq!(socket.message().await, json!({ "type": "complete", "id": "x" }));
            }
        }
        socket.subscribe("depth", &format!("{{ {} }}", "a { ".repeat(100) + &"}".repeat(100)), json!({})).await;
        assert_eq!(socket.error("depth").await, "GRAPHQL_VALIDATION_FAILED");
        Attempt::new(&app, "updateClass", "class { name }", json!({
            "classId": class["id"], "expectedVersion": 2, "name": "Larks",
        })).done(&world.schools[0].head).await;
    }

    async fn a_document_that_is_known_is_named_by_its_hash(app) {
        use plumbline::protocol::trusted::{hash_of, in_hexadecimal};
        let world = World::build(&app, Size::default()).await;
        let class = &world.schools[0].classes[0];
        let (at, teacher) = (app.listen().await, app.sign_in(&class.teacher).await);
        let mut socket = Socket::let_in(&at, teacher.token()).await;
        let hash = in_hexadecimal(&hash_of(RECORDED));
        let known = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
        let ask = |id: &str, query: Value| {
            let payload = json!({ "query": query, "extensions": known, "variables": summer(&world) });
            json!({ "type": "subscribe", "id": id, "payload": payload })
        };
        socket.say(ask("1", Value::Null)).await;
        assert_eq!(socket.error("1").await, "PERSISTED_QUERY_NOT_FOUND");
        socket.say(ask("1", json!(RECORDED))).await;
        app.followed_by(1).await;
        socket.say(json!({ "type": "complete", "id": "1" })).await;
        app.followed_by(0).await;
        socket.say(ask("2", Value::Null)).await;
        app.followed_by(1).await;
        let told = judge_one(&world, &teacher, class, 0, "EXS").await;
        assert_eq!(socket.data("2").await["judgementRecorded"]["id"], told);
    }

    async fn a_ping_is_answered_and_a_pong_is_taken(app) {
        let at = app.listen().await;
        let mut socket = Socket::open(&at).await;
        socket.say(json!({ "type": "pong" })).await;
        socket.say(json!({ "type": "ping", "payload": { "at": 7 } })).await;
        assert_eq!(socket.message().await, json!({ "type": "pong", "payload": { "at": 7 } }));
    }

    async fn a_token_may_come_in_the_header_or_in_the_first_message(app) {
        let world = World::build(&app, Size::default()).await;
        let (at, head) = (app.listen().await, app.sign_in(&world.schools[0].head).await);
        let bearer = format!("Bearer {}", head.token());
        let headers = [("sec-websocket-protocol", "graphql-transport-ws"), ("authorization", bearer.as_str())];
        let mut socket = Socket::open_with(&at, &headers).await.unwrap();
        socket.say(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.message().await, json!({ "type": "connection_ack" }));
        socket.subscribe("1", "{ viewer { roles } }", json!({})).await;
        assert_eq!(socket.data("1").await["viewer"]["roles"], json!(["SENIOR_LEADER"]));
        let mut socket = Socket::open(&at).await;
        socket.say(json!({ "type": "connection_init", "payload": { "Authorization": bearer } })).await;
        assert_eq!(socket.message().await, json!({ "type": "connection_ack" }));
        // Two tokens, or one in the address, or a header that is none.
        let mut socket = Socket::open_with(&at, &headers).await.unwrap();
        socket.init(head.token()).await;
        assert_eq!(socket.closed().await.0, 4403);
        for headers in [&headers[..], &headers[..1]] {
            // A token in the address is refused at once, whatever stands in the header or in the first message.
            let asked = format!("access_token={}", head.token());
            assert_eq!(Socket::open_asking(&at, &asked, headers).await.err(), Some(400));
            assert!(Socket::open_asking(&at, "token=x", headers).await.is_ok(), "not a token's place");
        }
        let headers = [("sec-websocket-protocol", "graphql-transport-ws"), ("authorization", "Bearer nonsense")];
        assert_eq!(Socket::open_with(&at, &headers).await.err(), Some(401));
    }

    async fn what_is_no_longer_wanted_stops_and_its_id_is_free_again(app) {
        let world = World::build(&app, Size::default()).await;
        let class = &world.schools[0].classes[0];
        let (at, teacher) = (app.listen().await, app.sign_in(&class.teacher).await);
        let mut socket = Socket::let_in(&at, teacher.token()).await;
        socket.subscribe("1", RECORDED, summer(&world)).await;
        app.followed_by(1).await;
        socket.say(json!({ "type": "complete", "id": "1" })).await;
        app.followed_by(0).await;
        let mut other = Socket::let_in(&at, teacher.token()).await;
        other.subscribe("1", RECORDED, summer(&world)).await;
        app.followed_by(1).await;
        judge_one(&world, &teacher, class, 0, "EXS").await;
        assert!(other.data("1").await.is_object(), "it came through");
        drop(other);
        app.followed_by(0).await;
        socket.subscribe("1", RECORDED, summer(&world)).await;
        app.followed_by(1).await;
        let told = judge_one(&world, &teacher, class, 1, "EXS").await;
        assert_eq!(socket.data("1").await["judgementRecorded"]["id"], told);
        drop(socket);
        app.followed_by(0).await;
    }

    async fn a_subscription_may_be_written_as_the_specification_lets_it(app) {
        let world = World::build(&app, Size::default()).await;
        let class = &world.schools[0].classes[0];
        let (at, teacher) = (app.listen().await, app.sign_in(&class.teacher).await);
        let mut socket = Socket::let_in(&at, teacher.token()).await;
        let fragments = "subscription($windowId: ID!) { ... { ...Told } }
            fragment Told on Subscription { told: judgementRecorded(windowId: $windowId) { id ...Grade } }
            fragment Grade on Judgement { grade { code } }";
        socket.subscribe("1", fragments, summer(&world)).await;
        app.followed_by(1).await;
        let id = judge_one(&world, &teacher, class, 0, "EXS").await;
        assert_eq!(socket.data("1").await, json!({ "told": { "id": id, "grade": { "code": "EXS" } } }));
        // One field at the root, and not `__typename`: that is the specification's.
        for query in [
            "subscription($windowId: ID!) { a: judgementRecorded(windowId: $windowId) { id } b: judgementRecorded(windowId: $windowId) { id } }",
            "subscription { __typename }",
        ] {
            socket.subscribe("2", query, summer(&world)).await;
            assert_eq!(socket.error("2").await, "GRAPHQL_VALIDATION_FAILED", "{query}");
        }
        let wrong = json!({ "windowId": world.judgements_input(&[])["subjectId"] });
        socket.subscribe("3", RECORDED, wrong).await;
        assert_eq!(socket.error("3").await, "BAD_USER_INPUT", "the id of a subject is none of a window");
    }
}
