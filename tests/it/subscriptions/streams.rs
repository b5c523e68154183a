//! Server-sent events: one operation a stream.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use futures_util::StreamExt as _;
use plumbline_tests::{Caller, Instance, Size, TestApp, World, db_test};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{RECORDED, judge_one, summer};

/// An event stream as it comes in.
struct Events {
    body: BodyDataStream,
    text: String,
}

async fn request(app: &plumbline::protocol::Service, request: Request<Body>) -> Response {
    plumbline::protocol::router(app.clone()).oneshot(request).await.unwrap()
}

fn post(caller: &Caller, query: &str, variables: Value) -> Request<Body> {
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream")
        .header(header::AUTHORIZATION, format!("Bearer {}", caller.token()))
        .body(Body::from(json!({ "query": query, "variables": variables }).to_string()))
        .unwrap()
}

impl Events {
    async fn of(app: &plumbline::protocol::Service, asked: Request<Body>) -> Self {
        let response = request(app, asked).await;
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers();
        assert_eq!(headers[header::CONTENT_TYPE], "text/event-stream");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert!(headers.get(header::CONTENT_ENCODING).is_none(), "compressed, it would be held back");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next block: an event, or a comment; none at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let more = tokio::time::timeout(Duration::from_secs(20), self.body.next()).await.expect("more in time");
            self.text.push_str(std::str::from_utf8(&more?.unwrap()).unwrap());
        }
    }

    /// The next `next` event, without what it cost.
    async fn answer(&mut self) -> Value {
        let mut answer = self.next().await;
        answer.as_object_mut().unwrap().remove("extensions");
        answer
    }

    /// The next `next` event.
    async fn next(&mut self) -> Value {
        loop {
            let block = self.block().await.expect("an event");
            if let Some(data) = block.strip_prefix("event: next\ndata: ") {
                return serde_json::from_str(data).unwrap();
            }
            assert!(block.starts_with(':'), "{block}");
        }
    }

    /// The rest is `complete`, and then nothing.
    async fn completes(&mut self) {
        let block = self.block().await.expect("an event");
        assert!(block.starts_with("event: complete\ndata:"), "{block}");
        assert_eq!(self.block().await, None);
    }
}

db_test! {
    async fn a_subscription_is_answered_event_by_event(app) {
        let world = World::build(&app, Size::default()).await;
        let class = &world.schools[0].classes[0];
        let teacher = app.sign_in(&class.teacher).await;
        let mut events = Events::of(&app.app, post(&teacher, RECORDED, summer(&world))).await;
        app.followed_by(1).await;
        for (pupil, grade) in [(0, "EXS"), (1, "GDS")] {
            let id = judge_one(&world, &teacher, class, pupil, grade).await;
            let told = events.next().await;
            assert_eq!(told["data"]["judgementRecorded"]["id"], id, "{told:#}");
            assert_eq!(told["data"]["judgementRecorded"]["grade"]["code"], grade);
        }
        assert_eq!(app.app.sockets.count(), 1);
        drop(events);
        app.followed_by(0).await;
        assert_eq!(app.app.sockets.count(), 0);
    }

    async fn a_query_has_one_event_and_what_is_wrong_is_said_in_the_stream(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let mut events = Events::of(&app.app, post(&head, "{ schools { totalCount } }", json!({}))).await;
        assert_eq!(events.answer().await, json!({ "data": { "schools": { "totalCount": 2 } } }));
        events.completes().await;
        for query in ["{ nope }", "subscription { judgementRecorded { id } }", "{ classes(first: 1000) { totalCount } }"] {
            let mut events = Events::of(&app.app, post(&head, query, json!({}))).await;
            assert_eq!(events.answer().await, head.ask(query).await.body, "{query}");
            events.completes().await;
        }
        let address = "/graphql?query=%7B%20viewer%20%7B%20roles%20%7D%20%7D";
        let get = |address: &str| Request::get(address).header(header::ACCEPT, "text/event-stream")
            .header(header::AUTHORIZATION, format!("Bearer {}", head.token())).body(Body::empty()).unwrap();
        let mut events = Events::of(&app.app, get(address)).await;
        assert_eq!(events.next().await["data"]["viewer"]["roles"], json!(["SENIOR_LEADER"]));
        let mutation = "/graphql?query=mutation%7BupdateClass(input:%7BclassId:%22x%22,expectedVersion:1%7D)%7B__typename%7D%7D";
        assert_eq!(request(&app.app, get(mutation)).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    async fn what_is_no_request_is_refused_by_its_status(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let with = |change: fn(&mut Request<Body>)| {
            let mut asked = post(&head, RECORDED, summer(&world));
            change(&mut asked);
            asked
        };
        for (asked, status, words) in [
            (with(|r| { r.headers_mut().remove(header::AUTHORIZATION); }), 401, "bearer token"),
            (with(|r| { r.headers_mut().insert(header::CONTENT_TYPE, "text/plain".parse().unwrap()); }), 415, "application/json"),
            (with(|r| *r.body_mut() = Body::from("[]")), 400, "Batches"),
            (with(|r| { r.headers_mut().insert("x-graphql-event-stream-token", "t".parse().unwrap()); }), 405, "single connection mode"),
            (with(|r| *r.method_mut() = axum::http::Method::PUT), 405, "single connection mode"),
            (with(|r| *r.method_mut() = axum::http::Method::DELETE), 405, "single connection mode"),
            // A client that also takes JSON gets JSON, and no subscription.
            (with(|r| { r.headers_mut().insert(header::ACCEPT, "application/json, text/event-stream".parse().unwrap()); }), 406, "text/event-stream"),
        ] {
            let response = request(&app.app, asked).await;
            let got = response.status().as_u16();
            let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
            let text = String::from_utf8_lossy(&body).into_owned();
            assert!(got == status && text.contains(words), "{status} {words}: {got} {text}");
        }
        assert_eq!(app.app.sockets.count(), 0);
    }

    async fn streams_count_like_sockets_and_are_kept_alive(app) {
        let world = World::build(&app, Size::default()).await;
        let here = app.instance(|config| {
            config.subscriptions.connections = 2;
            config.subscriptions.connections_per_caller = 1;
            config.subscriptions.keep_alive_milliseconds = 100;
        }).await;
        let (head, lead) = (app.sign_in(&world.schools[0].head).await, app.sign_in(&world.lead).await);
        let ask = |caller: &Caller| post(caller, RECORDED, summer(&world));
        let mut first = Events::of(&here.app, ask(&head)).await;
        assert!(first.block().await.unwrap().starts_with(':'), "a comment, so that nobody takes it for dead");
        let refused = request(&here.app, ask(&head)).await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        let _second = Events::of(&here.app, ask(&lead)).await;
        let refused = request(&here.app, ask(&app.sign_in(&world.schools[1].head).await)).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key(header::RETRY_AFTER));
        drop(first);
        here.followed_by(1).await;
        assert_eq!(here.app.sockets.count(), 1);
    }

    async fn a_stream_ends_with_its_token_and_is_cut_off_when_the_service_stops(app) {
        let world = World::build(&app, Size::default()).await;
        let class = &world.schools[0].classes[0];
        let teacher = app.sign_in(&class.teacher).await;
        let here: Instance = app.instance(|_| ()).await;
        let person = plumbline_tests::find_staff_by_email(&app.db, &class.teacher).await.unwrap().unwrap();
        let token = app.app.keys.issue(person.id, TestApp::now(), chrono::Duration::seconds(2)).unwrap();
        let mut asked = post(&teacher, RECORDED, summer(&world));
        asked.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        let mut short = Events::of(&here.app, asked).await;
        let mut long = Events::of(&here.app, post(&teacher, RECORDED, summer(&world))).await;
        assert_eq!(short.next().await["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        short.completes().await;
        here.followed_by(1).await;
        here.app.sockets.stop();
        let mut last = long.block().await;
        while last.as_deref().is_some_and(|block| block.starts_with(':')) {
            last = long.block().await;
        }
        assert_eq!(last, None, "without `complete`: a client is to come again");
    }
}
