//! What comes over HTTP before GraphQL begins.

use axum::body::Body;
use axum::http::{Request, header};
use plumbline_tests::{Size, World, db_test};
use serde_json::json;
use tower::ServiceExt as _;

db_test! {
    async fn a_token_must_be_one_and_sound(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let token = head.token();
        let ask = |values: Vec<String>| {
            let mut request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
            for value in values {
                request = request.header(header::AUTHORIZATION, value);
            }
            request.body(Body::from(json!({ "query": "{ trust { name } }" }).to_string())).unwrap()
        };
        assert_eq!(head.send(ask(vec![format!("Bearer {token}")])).await.of("trust")["name"], "Test Trust");
        let damaged = format!("Bearer {}x", &token[..token.len() - 2]);
        for values in [vec![], vec![damaged], vec![token.to_owned()], vec![format!("Basic {token}")], vec!["Bearer ".into()]] {
            let answer = head.send(ask(values.clone())).await;
            assert_eq!((answer.status.as_u16(), answer.error_code()), (401, "UNAUTHENTICATED"), "{values:?}");
        }
        let nobody = app.sign_in_as(uuid::Uuid::now_v7()).ask("{ trust { name } }").await;
        assert_eq!(nobody.status.as_u16(), 401, "a sound token for nobody");
        let response = app.router.clone().oneshot(ask(vec![])).await.unwrap();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer realm=\"plumbline\"");
        assert!(response.headers().contains_key("x-request-id"));
    }

    async fn an_appointment_that_ends_bites_at_once(app) {
        use sea_orm::ConnectionTrait;
        let world = World::build(&app, Size::default()).await;
        let teacher = app.sign_in(&world.schools[0].classes[0].teacher).await;
        assert_eq!(teacher.ask("{ pupils { totalCount } }").await.of("pupils")["totalCount"], 8);
        app.raw.execute_unprepared("UPDATE appointment SET ends_on = '2026-06-30' WHERE role = 'CLASS_TEACHER'").await.unwrap();
        assert_eq!(teacher.ask("{ pupils { totalCount } }").await.of("pupils")["totalCount"], 0);
        app.raw.execute_unprepared("UPDATE appointment SET ends_on = '2026-07-01' WHERE role = 'CLASS_TEACHER'").await.unwrap();
        assert_eq!(teacher.ask("{ pupils { totalCount } }").await.of("pupils")["totalCount"], 8, "the last day counts");
        app.raw.execute_unprepared("UPDATE appointment SET ends_on = NULL, starts_on = '2026-07-02' WHERE role = 'CLASS_TEACHER'").await.unwrap();
        assert_eq!(teacher.ask("{ pupils { totalCount } }").await.of("pupils")["totalCount"], 0, "not yet begun");
    }

    async fn bodies_that_are_no_request_are_refused_in_words(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        for (body, status) in [
            ("", 400),
            ("{", 400),
            ("[]", 400),
            (r#"[{"query":"{ trust { name } }"}]"#, 400),
            (r#"{"query": 7}"#, 400),
        ] {
            let answer = head.post(body.to_owned()).await;
            assert_eq!((answer.status.as_u16(), answer.error_code()), (status, "BAD_USER_INPUT"), "{body}");
            assert!(answer.body.get("data").is_none());
        }
        let limit = app.app.config.limits.body_bytes;
        let padded = |bytes: usize| {
            let body = json!({ "query": "{ trust { name } }" }).to_string();
            format!("{body}{}", " ".repeat(bytes - body.len()))
        };
        assert_eq!(head.post(padded(limit)).await.status.as_u16(), 200);
        assert_eq!(head.post(padded(limit + 1)).await.status.as_u16(), 413);
        let text = Request::post("/graphql").header(header::CONTENT_TYPE, "text/plain").body(Body::from("{}")).unwrap();
        assert_eq!(head.send(text).await.status.as_u16(), 415);
    }

    async fn the_page_and_all_its_files_come_from_the_binary(app) {
        let get = async |path: &str| {
            let response = app.router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
            let (status, kind) = (response.status().as_u16(), response.headers().get(header::CONTENT_TYPE).cloned());
            let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            (status, kind.map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default(), String::from_utf8_lossy(&bytes).into_owned())
        };
        let (status, kind, page) = get("/").await;
        assert_eq!((status, kind.as_str()), (200, "text/html; charset=utf-8"));
        assert!(!page.contains("http://") && !page.contains("https://"), "nothing from elsewhere");
        let files = page.split('"').filter(|part| part.starts_with("/graphiql/"));
        let files: Vec<&str> = files.collect();
        assert_eq!(files.len(), 7);
        for file in files {
            assert_eq!(get(file).await.0, 200, "{file}");
        }
        assert_eq!(get("/graphiql/other.js").await.0, 404);
        assert_eq!(get("/healthz").await, (200, "text/plain; charset=utf-8".into(), "ok\n".into()));
        assert_eq!(get("/readyz").await.2, "ready\n");
    }
}
