//! The clients that others have written: `graphql-ws` and `graphql-sse` from npm.

use std::time::Duration;

use plumbline_tests::{Size, World, db_test, npm};
use serde_json::{Value, json};

use super::{RECORDED, judge_one, summer};

/// What a script is given, as one argument.
fn arguments(address: &str, token: &str, world: &World) -> String {
    json!({ "url": address, "token": token, "query": RECORDED, "variables": summer(world) }).to_string()
}

db_test! {
    async fn the_client_graphql_ws_works(app) {
        let world = World::build(&app, Size::default()).await;
        let class = &world.schools[0].classes[0];
        let (at, teacher) = (app.listen().await, app.sign_in(&class.teacher).await);
        let mut node = npm::node("graphql-ws-client.mjs").await;
        let url = format!("ws://{}/graphql", at.address);
        node.arg(arguments(&url, teacher.token(), &world));
        let mut script = npm::start(node);
        assert_eq!(script.line().await, r#"query {"viewer":{"roles":["CLASS_TEACHER"]}}"#);
        assert_eq!(script.line().await, "refused GRAPHQL_VALIDATION_FAILED");
        app.followed_by(1).await;
        for (pupil, grade) in [(0, "EXS"), (1, "GDS")] {
            let id = judge_one(&world, &teacher, class, pupil, grade).await;
            assert_eq!(told(&script.line().await), id);
        }
        assert_eq!(script.line().await, "disposed");
        app.followed_by(0).await;
        assert_eq!(script.line().await, "closed 4403 with another token");
        assert!(script.child.wait().await.unwrap().success());
    }

    async fn the_client_graphql_ws_connects_again_when_the_service_was_restarted(app) {
        let world = World::build(&app, Size::default()).await;
        let class = &world.schools[0].classes[0];
        let teacher = app.sign_in(&class.teacher).await;
        let here = app.instance(|_| ()).await;
        let url = format!("ws://{}/graphql", here.listening.address);
        let mut node = npm::node("graphql-ws-restart.mjs").await;
        node.arg(arguments(&url, teacher.token(), &world));
        let mut script = npm::start(node);
        here.followed_by(1).await;
        let caller = here.asked_by(&teacher);
        let id = judge_one(&world, &caller, class, 0, "EXS").await;
        assert_eq!(told(&script.line().await), id);
        let address = here.listening.address;
        here.app.sockets.stop();
        tokio::time::timeout(Duration::from_secs(10), here.app.sockets.closed()).await.unwrap();
        assert_eq!(script.line().await, "closed 1001");
        drop(here);
        // The same address, a new service.
        let again = app.instance_on(address).await;
        again.followed_by(1).await;
        let id = judge_one(&world, &again.asked_by(&teacher), class, 1, "GDS").await;
        assert_eq!(told(&script.line().await), id);
    }

    async fn the_client_graphql_sse_works(app) {
        let world = World::build(&app, Size::default()).await;
        let class = &world.schools[0].classes[0];
        let (at, teacher) = (app.listen().await, app.sign_in(&class.teacher).await);
        let mut node = npm::node("graphql-sse-client.mjs").await;
        node.arg(arguments(&at.url("/graphql"), teacher.token(), &world));
        let mut script = npm::start(node);
        assert_eq!(script.line().await, r#"query {"viewer":{"roles":["CLASS_TEACHER"]}}"#);
        assert_eq!(script.line().await, "refused GRAPHQL_VALIDATION_FAILED");
        app.followed_by(1).await;
        for (pupil, grade) in [(0, "EXS"), (1, "GDS")] {
            let id = judge_one(&world, &teacher, class, pupil, grade).await;
            assert_eq!(told(&script.line().await), id);
        }
        assert_eq!(script.line().await, "disposed");
        app.followed_by(0).await;
        assert_eq!(script.line().await, "single connection: 405");
        assert!(script.child.wait().await.unwrap().success());
    }
}

/// The id of the judgement in a line of a script.
fn told(line: &str) -> Value {
    let answer: Value = serde_json::from_str(line.strip_prefix("next ").expect(line)).expect(line);
    answer["data"]["judgementRecorded"]["id"].clone()
}
