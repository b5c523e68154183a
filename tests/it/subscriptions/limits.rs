//! Every limit of sockets and streams is crossed.

use std::time::Duration;

use plumbline::organisation::Pupil;
use plumbline_tests::{Size, Socket, World, db_test, global_id};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::{RECORDED, summer};

const OURS: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

db_test! {
    async fn no_more_sockets_are_open_than_may_be_in_all_and_of_one_caller(app) {
        let world = World::build(&app, Size::default()).await;
        let here = app.instance(|config| {
            config.subscriptions.connections = 3;
            config.subscriptions.connections_per_caller = 2;
        }).await;
        let at = &here.listening;
        let (head, lead) = (app.sign_in(&world.schools[0].head).await, app.sign_in(&world.lead).await);
        let first = Socket::let_in(at, head.token()).await;
        let _second = Socket::let_in(at, head.token()).await;
        let mut third = Socket::open(at).await;
        assert_eq!(Socket::open_with(at, &[OURS]).await.err(), Some(503), "three are open, whoever's");
        third.init(head.token()).await;
        let (code, reason) = third.closed().await;
        assert_eq!(code, 4429);
        assert!(reason.contains("You have 2 WebSockets"), "{reason}");
        drop(third);
        let _other = opened(at, lead.token()).await;
        drop(first);
        let _again = opened(at, head.token()).await;
    }

    async fn no_more_operations_are_under_way_on_a_socket_than_may_be(app) {
        let world = World::build(&app, Size::default()).await;
        let here = app.instance(|config| config.subscriptions.operations_per_socket = 2).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let mut socket = Socket::let_in(&here.listening, head.token()).await;
        for id in ["1", "2"] {
            socket.subscribe(id, RECORDED, summer(&world)).await;
        }
        socket.subscribe("3", RECORDED, summer(&world)).await;
        assert_eq!(socket.error("3").await, "RATE_LIMITED");
        socket.say(json!({ "type": "complete", "id": "1" })).await;
        socket.subscribe("3", "{ viewer { roles } }", json!({})).await;
        assert!(socket.data("3").await["viewer"].is_object());
    }

    async fn a_message_may_be_as_long_as_a_body_and_no_longer(app) {
        let world = World::build(&app, Size::default()).await;
        let here = app.instance(|config| config.limits.body_bytes = 4_096).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let padded = |bytes: usize| {
            let message = json!({ "type": "ping" }).to_string();
            Message::text(format!("{message}{}", " ".repeat(bytes - message.len())))
        };
        let mut socket = Socket::let_in(&here.listening, head.token()).await;
        socket.send(padded(4_096)).await;
        assert_eq!(socket.message().await, json!({ "type": "pong" }));
        socket.send(padded(4_097)).await;
        assert_eq!(socket.closed().await, (1009, "A message may have 4096 bytes".to_owned()));
    }

    async fn a_page_of_another_origin_opens_no_socket_unless_it_is_listed(app) {
        let here = app.instance(|config| config.cors.origins = vec!["https://board.example.org".to_owned()]).await;
        let at = &here.listening;
        let own = format!("http://{}", at.address);
        for (origin, refused) in [
            (own.as_str(), None),
            ("https://board.example.org", None),
            ("https://evil.example", Some(403)),
            ("null", Some(403)),
        ] {
            assert_eq!(Socket::open_with(at, &[OURS, ("origin", origin)]).await.err(), refused, "{origin}");
        }
    }

    async fn what_is_told_is_charged_and_who_has_spent_all_is_told_so(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 40 }).await;
        let class = &world.schools[0].classes[0];
        let here = app.instance(|config| {
            config.limits.cost_per_request = 2_000;
            config.limits.cost_bucket = 2_000;
            config.limits.cost_restored_per_second = 1;
        }).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let mut socket = Socket::let_in(&here.listening, head.token()).await;
        let pupils: String = (0..60).map(|at| format!("p{at}: pupil {{ id }} ")).collect();
        let query = format!("subscription($windowId: ID!) {{ judgementRecorded(windowId: $windowId) {{ id {pupils} }} }}");
        socket.subscribe("1", &query, summer(&world)).await;
        here.followed_by(1).await;
        let teacher = here.asked_by(&app.sign_in(&class.teacher).await);
        let some = |pupils: &[uuid::Uuid]| {
            let judged = pupils.iter().map(|pupil| json!({ "pupilId": global_id::<Pupil>(*pupil), "gradeCode": "EXS" }));
            world.judgements_input(&judged.collect::<Vec<_>>())
        };
        let answer = teacher.mutate("recordJudgements", some(&class.pupils[..1]), "judgements { id }").await;
        assert_eq!(answer.user_errors("recordJudgements"), Vec::<String>::new());
        assert!(socket.data("1").await["judgementRecorded"]["p59"]["id"].is_string());
        // 61 objects each: 39 of them are more than what is left of 2,000.
        let answer = teacher.mutate("recordJudgements", some(&class.pupils[1..]), "judgements { id }").await;
        assert_eq!(answer.user_errors("recordJudgements"), Vec::<String>::new());
        let message = socket.message().await;
        assert_eq!((&message["type"], &message["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("RATE_LIMITED")));
        assert!(message["payload"][0]["extensions"]["retryAfter"].as_u64() > Some(0), "{message:#}");
        socket.subscribe("2", "{ viewer { roles } }", json!({})).await;
        assert!(socket.data("2").await["viewer"].is_object(), "what is left may be spent");
    }

    async fn who_does_not_answer_a_ping_is_gone(app) {
        let world = World::build(&app, Size::default()).await;
        let here = app.instance(|config| config.subscriptions.keep_alive_milliseconds = 200).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let mut alive = Socket::let_in(&here.listening, head.token()).await;
        // It does not read, and so it does not answer.
        let dead = Socket::let_in(&here.listening, head.token()).await;
        alive.hears_nothing(Duration::from_millis(900)).await;
        assert_eq!(here.app.sockets.count(), 1);
        drop(dead);
        alive.say(json!({ "type": "ping" })).await;
        assert_eq!(alive.message().await, json!({ "type": "pong" }));
    }

    async fn who_reads_too_slowly_is_told_that_events_were_missed_and_holds_no_memory(app) {
        let world = World::build(&app, Size::default()).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, |_| "EXS").await;
        }
        let lead = app.sign_in(&world.lead).await;
        let exercise = world.draw(&lead, "Writing, summer", 100, 6).await;
        let here = app.instance(|config| config.subscriptions.events_waiting = 4).await;
        let fields: String = (0..190).map(|at| format!("why{at}: rationale ")).collect();
        let query = format!("subscription($exerciseId: ID!) {{ secondJudgementRecorded(exerciseId: $exerciseId) {{ id {fields} }} }}");
        let mut slow = Socket::narrow(&here.listening).await;
        slow.init(lead.token()).await;
        assert_eq!(slow.message().await, json!({ "type": "connection_ack" }));
        slow.subscribe("1", &query, json!({ "exerciseId": exercise })).await;
        here.followed_by(1).await;
        // Through the same instance: on SQLite there is no other that would tell.
        let moderator = here.asked_by(&app.sign_in(&world.moderator).await);
        // Each answer is some 380 KB, and nobody reads them: 23 MB, far more than the buffers on the way hold.
        let judged = 60;
        let works = moderator.ask("{ sampledWorks(first: 1) { nodes { id } } }").await.of("sampledWorks")["nodes"].clone();
        let input = json!({ "workId": works[0]["id"], "gradeCode": "EXS", "rationale": "Seen. ".repeat(333) });
        for _ in 0..judged {
            let answer = moderator.mutate("recordSecondJudgement", input.clone(), "secondJudgement { id }").await;
            assert_eq!(answer.user_errors("recordSecondJudgement"), Vec::<String>::new());
        }
        let mut told = 0;
        let code = loop {
            let message = slow.message().await;
            match message["type"].as_str() {
                Some("next") => told += 1,
                Some("error") => break message["payload"][0]["extensions"]["code"].clone(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(code, "EVENTS_MISSED");
        assert!(told < judged, "{told} of {judged}");
        slow.subscribe("1", "{ viewer { roles } }", json!({})).await;
        assert!(slow.data("1").await["viewer"].is_object(), "the socket lives on, and the id is free");
    }
}

/// Opens a socket once there is room: one that was dropped a moment ago may still be counted.
async fn opened(at: &plumbline_tests::Listening, token: &str) -> Socket {
    for _ in 0..100 {
        if let Ok(mut socket) = Socket::open_with(at, &[OURS]).await {
            socket.init(token).await;
            if let plumbline_tests::Heard::Message(_) = socket.heard().await {
                return socket;
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("there is no room");
}
