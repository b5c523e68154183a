//! GraphQL over HTTP: the public audit suite, and what it does not look at.

use std::time::Duration;

use plumbline_tests::{Size, World, db_test, npm};
use serde_json::json;

use super::{by, encoded, exchange};

const RESPONSE: (&str, &str) = ("accept", "application/graphql-response+json");
const JSON: (&str, &str) = ("accept", "application/json");
const BODY: (&str, &str) = ("content-type", "application/json");

db_test! {
    async fn the_audit_of_graphql_over_http_finds_nothing(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let server = app.listen().await;
        let mut audit = npm::node("graphql-http-audit.mjs").await;
        audit.arg(server.url("/graphql")).arg(head.token());
        let said = npm::run(audit, Duration::from_secs(60)).await;
        let report: serde_json::Value = serde_json::from_str(said.trim()).unwrap();
        assert_eq!((&report["audits"], &report["ok"]), (&61.into(), &61.into()), "{report:#}");
    }

    async fn a_query_goes_over_get_with_its_operation_and_variables(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let query = encoded("query Trust { trust { name } } query Pupils($first: Int!) { pupils(first: $first) { nodes { id } } }");
        let variables = encoded(r#"{"first": 3}"#);
        let ask = async |rest: String| exchange(&app, by(&head, "GET", &format!("/graphql?query={query}{rest}"), &[]), "").await;
        let answer = ask("&operationName=Trust".to_owned()).await;
        assert_eq!((answer.status, &answer.body["data"]["trust"]["name"]), (200, &json!("Test Trust")));
        let answer = ask(format!("&operationName=Pupils&variables={variables}")).await;
        assert_eq!(answer.body["data"]["pupils"]["nodes"].as_array().unwrap().len(), 3);
        assert_eq!(ask(String::new()).await.body["errors"][0]["message"], "The document has several operations: say which in `operationName`.");
        assert_eq!(ask("&operationName=Other".to_owned()).await.code(), "BAD_USER_INPUT");
        for rest in ["&variables=%7B", "&variables=%5B%5D", "&extensions=7", "&operationName=Pupils&variables=%7B%7D"] {
            let answer = ask(rest.to_owned()).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{rest}");
        }
    }

    async fn what_editors_proxies_and_clients_add_is_taken_or_named(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let text = json!({ "query": "{ trust { name } }" }).to_string();
        let ask = async |address: &str, headers: &[(&str, &str)], body: Vec<u8>| {
            exchange(&app, by(&head, "POST", address, &[&[BODY], headers].concat()), body).await
        };
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for (address, headers, body) in [
            ("/graphql", &[][..], marked),
            ("/graphql", &[("accept", "")], text.clone().into_bytes()),
            ("/graphql", &[("content-encoding", "identity")], text.clone().into_bytes()),
            ("/graphql/", &[], text.clone().into_bytes()),
        ] {
            let answer = ask(address, headers, body).await;
            assert_eq!((answer.status, &answer.body["data"]["trust"]["name"]), (200, &json!("Test Trust")), "{address} {headers:?}");
        }
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let answer = ask("/graphql", &[], wide).await;
        assert_eq!((answer.status, answer.code()), (400, "BAD_USER_INPUT"));
        assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains("byte order mark of UTF-16"));
        let answer = ask("/graphql", &[("content-encoding", "gzip")], text.into_bytes()).await;
        assert_eq!((answer.status, answer.code()), (415, "BAD_USER_INPUT"));
        assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains("`content-encoding: gzip`"));
        let request = axum::http::Request::get("/graph").body(axum::body::Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(app.router.clone(), request).await.unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        assert!(status == 404 && body.starts_with(b"There is nothing at this address. The API is at /graphql"));
    }

    async fn a_time_without_its_zone_is_told_that_it_needs_one(app) {
        let world = World::build(&app, Size::default()).await;
        let lead = app.sign_in(&world.lead).await;
        let query = "query($at: DateTime!) { auditEntries(filter: { at: { gte: $at } }) { nodes { id } } }";
        for at in ["2025-09-01T00:00:00", "2025-09-01", "yesterday"] {
            let answer = lead.ask_with(query, json!({ "at": at })).await;
            let message = answer["errors"][0]["message"].as_str().unwrap();
            assert!(answer.error_code() == "BAD_USER_INPUT" && message.contains("with its time zone, such as 2025-09-01T00:00:00Z"), "{at}: {message}");
        }
        for at in ["2025-09-01T00:00:00Z", "2025-09-01T00:00:00+01:00"] {
            let answer = lead.ask_with(query, json!({ "at": at })).await;
            assert!(answer["errors"].is_null(), "{at}: {:#}", answer.body);
        }
    }

    async fn the_schema_is_handed_out_as_it_is_committed(app) {
        let request = axum::http::Request::get("/schema.graphql").body(axum::body::Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(app.router.clone(), request).await.unwrap();
        assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (200, &"application/graphql; charset=utf-8".parse().unwrap()));
        let body = axum::body::to_bytes(response.into_body(), 10_000_000).await.unwrap();
        assert_eq!(String::from_utf8(body.to_vec()).unwrap(), plumbline::cli::schema::sdl());
    }

    async fn a_mutation_over_get_is_not_carried_out(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let class = plumbline_tests::global_id::<plumbline::organisation::Class>(world.schools[0].classes[0].id);
        let mutation = |rest: &str| format!("mutation Rename {{ updateClass(input: {{ classId: \"{class}\", expectedVersion: 1, name: \"Kestrel\" }}) {{ class {{ name }} }} }} {rest}");
        let before = app.snapshot("class").await;
        for (document, name) in [(mutation(""), ""), (mutation("query Sound { trust { name } }"), "&operationName=Rename")] {
            for method in ["GET", "HEAD"] {
                for accept in [JSON, RESPONSE] {
                    let address = format!("/graphql?query={}{name}", encoded(&document));
                    let answer = exchange(&app, by(&head, method, &address, &[accept, BODY]), "").await;
                    assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{method} {accept:?} {:#}", answer.body);
                }
            }
        }
        assert_eq!(app.snapshot("class").await, before);
        let post = exchange(&app, by(&head, "POST", "/graphql", &[BODY]), json!({ "query": mutation("") }).to_string()).await;
        assert_eq!(post.body["data"]["updateClass"]["class"]["name"], "Kestrel", "the same over POST");
    }

    async fn no_page_of_somebody_elses_can_send_what_runs(app) {
        // A browser sends these three types, or none, to another origin without asking first.
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let body = json!({ "query": "{ trust { name } }" }).to_string();
        for kind in ["text/plain", "text/plain; charset=application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql"] {
            let answer = exchange(&app, by(&head, "POST", "/graphql", &[("content-type", kind)]), body.clone()).await;
            assert_eq!((answer.status, answer.code()), (415, "BAD_USER_INPUT"), "{kind}");
            assert!(answer.body.get("data").is_none());
        }
        let twice = [BODY, ("content-type", "text/plain")];
        assert_eq!(exchange(&app, by(&head, "POST", "/graphql", &twice), body.clone()).await.status, 415, "two types");
        assert_eq!(exchange(&app, by(&head, "POST", "/graphql", &[]), body.clone()).await.status, 415, "no type");
        assert_eq!(exchange(&app, by(&head, "POST", "/graphql", &[BODY]), body).await.status, 200);
    }

    async fn other_methods_and_other_forms_are_refused_with_what_there_is(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let body = json!({ "query": "{ trust { name } }" }).to_string();
        for method in ["PUT", "PATCH", "DELETE"] {
            let answer = exchange(&app, by(&head, method, "/graphql", &[BODY]), body.clone()).await;
            assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, POST"), "{method}");
        }
        for accept in ["text/html", "application/xml", "application/json;q=0"] {
            let answer = exchange(&app, by(&head, "POST", "/graphql", &[BODY, ("accept", accept)]), body.clone()).await;
            assert_eq!((answer.status, answer.code()), (406, "BAD_USER_INPUT"), "{accept}");
        }
        let answer = exchange(&app, by(&head, "POST", "/graphql", &[BODY, RESPONSE]), body).await;
        assert_eq!(answer.header("content-type"), "application/graphql-response+json; charset=utf-8");
        assert_eq!(answer.header("vary"), "authorization, plumbline-trust, accept");
    }

    async fn the_status_tells_what_became_of_it_where_the_form_allows(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        for (body, with_response, with_json) in [
            (json!({ "query": "{" }), 400, 200),
            (json!({ "query": "{ nothing }" }), 400, 200),
            (json!({ "query": "query($id: ID!) { pupil(id: $id) { id } }" }), 400, 200),
            (json!({ "query": "{ trust { name } }", "operationName": "Other" }), 400, 200),
            (json!({ "query": "{ pupil(id: \"made up\") { id } }" }), 200, 200),
            (json!({}), 400, 400),
            (json!([]), 400, 400),
            (json!({ "query": "{ trust { name } }", "extensions": [] }), 400, 400),
        ] {
            for (accept, status) in [(RESPONSE, with_response), (JSON, with_json)] {
                let answer = exchange(&app, by(&head, "POST", "/graphql", &[BODY, accept]), body.to_string()).await;
                assert_eq!(answer.status, status, "{accept:?} {body} {:#}", answer.body);
                assert_eq!(answer.body.get("data").is_some(), with_response == 200, "data only where something ran: {body}");
            }
        }
        let stranger = app.stranger();
        let answer = exchange(&app, by(&stranger, "POST", "/graphql", &[BODY, JSON]), json!({ "query": "{" }).to_string()).await;
        assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"), "nothing is said of a stranger's document");
    }
}
