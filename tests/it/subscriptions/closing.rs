//! Why a WebSocket is closed, each reason with its code.

use std::time::{Duration, Instant};

use plumbline_tests::{Console, Heard, Size, Socket, TestApp, World, db_test, tell_to_stop};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};

use super::{RECORDED, summer};

const OURS: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

db_test! {
    async fn what_breaks_the_protocol_closes_the_socket_with_its_code(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let here = app.instance(|config| config.subscriptions.init_milliseconds = 300).await;
        let at = &here.listening;
        let closed_by = async |message: Message| {
            let mut socket = Socket::let_in(at, head.token()).await;
            socket.send(message).await;
            socket.closed().await.0
        };
        for (message, code) in [
            (Message::text("nonsense"), 4400),
            (Message::text(r#"{"type":"start"}"#), 4400),
            (Message::text(r#"{"type":"subscribe","id":"1","payload":{"query":7}}"#), 4400),
            (Message::binary(br#"{"type":"ping"}"#.as_slice()), 4400),
            (Message::text(r#"{"type":"connection_init"}"#), 4429),
        ] {
            assert_eq!(closed_by(message.clone()).await, code, "{message}");
        }
        let mut socket = Socket::open(at).await;
        socket.subscribe("1", "{ trust { name } }", json!({})).await;
        assert_eq!(socket.closed().await, (4401, "Unauthorized: wait for connection_ack".to_owned()));
        let mut socket = Socket::let_in(at, head.token()).await;
        socket.subscribe("1", RECORDED, summer(&world)).await;
        socket.subscribe("1", RECORDED, summer(&world)).await;
        assert_eq!(socket.closed().await, (4409, "Subscriber for 1 already exists".to_owned()));
        let started = Instant::now();
        let mut socket = Socket::open(at).await;
        assert_eq!(socket.closed().await, (4408, "Connection initialisation timeout".to_owned()));
        assert!((Duration::from_millis(250)..Duration::from_secs(3)).contains(&started.elapsed()));
        // A client that was let in in time stays.
        let mut socket = Socket::let_in(at, head.token()).await;
        socket.hears_nothing(Duration::from_millis(600)).await;
    }

    async fn who_hangs_up_is_answered_in_kind(app) {
        let world = World::build(&app, Size::default()).await;
        let (at, head) = (app.listen().await, app.sign_in(&world.schools[0].head).await);
        let mut socket = Socket::let_in(&at, head.token()).await;
        socket.subscribe("1", RECORDED, summer(&world)).await;
        app.followed_by(1).await;
        socket.send(Message::Close(Some(CloseFrame { code: CloseCode::Normal, reason: "Enough".into() }))).await;
        assert_eq!(socket.closed().await.0, 1000, "not cut off");
        app.followed_by(0).await;
    }

    async fn who_speaks_another_protocol_is_told_so(app) {
        let at = app.listen().await;
        for headers in [&[][..], &[("sec-websocket-protocol", "graphql-ws")], &[("sec-websocket-protocol", "soap, graphql-ws")]] {
            let mut socket = Socket::open_with(&at, headers).await.unwrap();
            assert_eq!(socket.closed().await.0, 4406, "{headers:?}");
        }
        let both = [("sec-websocket-protocol", "graphql-ws, graphql-transport-ws")];
        let mut socket = Socket::open_with(&at, &both).await.unwrap();
        socket.say(json!({ "type": "ping" })).await;
        assert_eq!(socket.message().await, json!({ "type": "pong" }));
    }

    async fn without_a_token_that_holds_nobody_is_let_in(app) {
        let world = World::build(&app, Size::default()).await;
        let at = app.listen().await;
        let head = app.sign_in(&world.schools[0].head).await;
        let nobody = app.sign_in_as(uuid::Uuid::now_v7());
        let other = TestApp::like(&app).await.sign_in_as(uuid::Uuid::now_v7());
        for payload in [
            json!(null),
            json!({}),
            json!({ "authorization": null }),
            json!({ "authorization": 7 }),
            json!({ "authorization": head.token() }),
            json!({ "authorization": "Bearer nonsense" }),
            json!({ "authorization": format!("Bearer {}", nobody.token()) }),
            json!({ "authorization": format!("Bearer {}", other.token()) }),
            json!({ "authorization": format!("Bearer {}", head.token()), "Authorization": "Bearer nonsense" }),
        ] {
            let mut socket = Socket::open(&at).await;
            socket.say(json!({ "type": "connection_init", "payload": payload })).await;
            let (code, reason) = socket.closed().await;
            assert_eq!((code, reason.as_str()), (4403, "Forbidden: A valid bearer token is needed."), "{payload}");
        }
    }

    async fn a_socket_ends_with_its_token_and_not_before(app) {
        let world = World::build(&app, Size::default()).await;
        let at = app.listen().await;
        let person = plumbline_tests::find_staff_by_email(&app.db, &world.schools[0].head).await.unwrap().unwrap();
        let token = app.app.keys.issue(person.id, TestApp::now(), chrono::Duration::seconds(2)).unwrap();
        let started = Instant::now();
        let mut socket = Socket::let_in(&at, &token).await;
        socket.subscribe("1", RECORDED, summer(&world)).await;
        assert_eq!(socket.heard().await, Heard::Closed(4401, "Unauthorized: the token has ended".to_owned()));
        assert!((Duration::from_millis(1_900)..Duration::from_secs(6)).contains(&started.elapsed()), "{:?}", started.elapsed());
        app.followed_by(0).await;
    }

    async fn a_client_application_that_is_revoked_is_cut_off_at_once(app) {
        let world = World::build(&app, Size::default()).await;
        let lead = app.sign_in(&world.lead).await;
        let at = app.listen().await;
        let head = app.sign_in(&world.schools[0].head).await;
        let mut bystander = Socket::let_in(&at, head.token()).await;
        // Tokens of this machine name no client application, so the test deletes the person, behind the service's
        // back. Then any change of access makes the service look.
        let mut socket = Socket::let_in(&at, app.sign_in(&world.nobody).await.token()).await;
        app.raw.execute_unprepared("DELETE FROM staff_member WHERE email = 'nobody@test.example'").await.unwrap();
        let input = json!({ "email": "new@test.example", "givenName": "New", "familyName": "Person" });
        let made = lead.mutate("createStaffMember", input, "staffMember { id }").await;
        assert_eq!(made.user_errors("createStaffMember"), Vec::<String>::new());
        assert_eq!(socket.closed().await, (4403, "Forbidden: your access was revoked".to_owned()));
        bystander.say(json!({ "type": "ping" })).await;
        assert_eq!(bystander.message().await, json!({ "type": "pong" }), "nobody else is");
    }

    async fn the_binary_closes_its_sockets_when_it_is_told_to_stop(app) {
        let console = Console::new(&app.database.url);
        let (mut child, line) = console.start(&["serve", "--listen", "127.0.0.1:0"], "plumbline serves").await;
        let address = line.rsplit("http://").next().unwrap().trim().parse().unwrap();
        let mut socket = Socket::open_at(address, &[OURS]).await.unwrap();
        socket.say(json!({ "type": "ping" })).await;
        assert_eq!(socket.message().await, json!({ "type": "pong" }));
        tell_to_stop(&child);
        assert_eq!(socket.closed().await.0, 1001);
        let ended = tokio::time::timeout(Duration::from_secs(5), child.wait()).await.expect("it does not wait for who has left");
        assert!(ended.unwrap().success());
    }

    async fn a_service_that_stops_says_so_and_lets_nobody_in(app) {
        let world = World::build(&app, Size::default()).await;
        let at = app.listen().await;
        let head = app.sign_in(&world.schools[0].head).await;
        let mut socket = Socket::let_in(&at, head.token()).await;
        let mut silent = Socket::open(&at).await;
        assert_eq!(app.app.sockets.count(), 2);
        app.app.sockets.stop();
        assert_eq!(socket.closed().await.0, 1001);
        assert_eq!(silent.closed().await.0, 1001);
        tokio::time::timeout(Duration::from_secs(5), app.app.sockets.closed()).await.unwrap();
        assert_eq!(Socket::open_with(&at, &[OURS]).await.err(), Some(503));
    }
}
