//! Traces tell a collector which steps a request took, and no name of a pupil. No request waits for the collector.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::{Router, body::Bytes, http::HeaderMap, routing::post as on_post};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use plumbline_tests::{Console, Remote, Size, World, db_test, post};
use prost::Message as _;
use serde_json::json;
use tokio::net::TcpListener;

/// A collector of traces, and what it was handed.
#[derive(Clone, Default)]
struct Collector {
    received: Arc<Mutex<Vec<Bytes>>>,
}

impl Collector {
    /// Begins to listen. Returns the setting that names it.
    async fn listen(&self) -> String {
        let received = Arc::clone(&self.received);
        let take = move |headers: HeaderMap, body: Bytes| async move {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            received.lock().unwrap().push(body);
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/v1/traces", on_post(take))).await });
        format!("http://{address}/v1/traces")
    }

    fn spans(&self) -> Vec<Span> {
        let received = self.received.lock().unwrap();
        let requests = received.iter().map(|body| ExportTraceServiceRequest::decode(body.clone()).expect("OTLP"));
        let scopes = requests.flat_map(|request| request.resource_spans).flat_map(|of| of.scope_spans);
        scopes.flat_map(|of| of.spans).collect()
    }

    /// Whether a text is in anything that was handed over.
    fn was_told(&self, text: &str) -> bool {
        let holds = |body: &Bytes| body.windows(text.len()).any(|window| window == text.as_bytes());
        self.received.lock().unwrap().iter().any(holds)
    }
}

fn attribute(span: &Span, name: &str) -> Option<String> {
    let found = span.attributes.iter().find(|attribute| attribute.key == name)?;
    Some(match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => text.clone(),
        other => format!("{other:?}"),
    })
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

db_test! {
    async fn a_request_is_traced_with_its_steps_from_the_span_of_its_caller_and_no_name_is_told(app) {
        let world = World::build(&app, Size::default()).await;
        let collector = Collector::default();
        let endpoint = collector.listen().await;
        let console = Console::new(&app.database.url);
        let token = console.run(&["token", "--as", &world.schools[0].head]).await;
        let mut service = Remote::serve(&console, &world.schools[0].head, &[("PLUMBLINE_TRACES__ENDPOINT", &endpoint)]).await;
        let body = json!({ "query": "query Secret($name: String!) { pupils(filter: { familyName: { startsWith: $name } }) { nodes { givenName familyName upn } } }",
            "variables": { "name": "Family0-0-01" } }).to_string();
        // Even a caller who would rather not be traced is: it is not theirs to say.
        let (parent, id) = (format!("00-{TRACE}-{CALLER}-00"), "traced-42");
        let headers = [("traceparent", parent.as_str()), ("x-request-id", id)];
        let answer = post(&service.address, token.output.trim(), &headers, &body).await;
        assert!(answer.contains("Family0-0-01"), "{answer}");
        service.get("/healthz").await;
        service.stop().await;

        let spans = collector.spans();
        let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
        let found = |name: &str| spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("{name}: {names:?}"));
        let operation = found("query");
        assert_eq!((hex(&operation.trace_id), hex(&operation.parent_span_id)), (TRACE.to_owned(), CALLER.to_owned()));
        assert_eq!(operation.kind, SpanKind::Server as i32);
        for (name, expected) in [("graphql.operation.type", "query"), ("plumbline.outcome", "ok"), ("plumbline.request_id", id)] {
            assert_eq!(attribute(operation, name).as_deref(), Some(expected), "{name}");
        }
        assert_eq!(attribute(operation, "http.response.status_code").as_deref(), Some("200"));
        assert_eq!(attribute(operation, "graphql.operation.name"), None, "its document is nobody's we know");
        assert!(spans.iter().all(|span| span.trace_id == operation.trace_id), "nothing is traced but requests: {names:?}");
        for step in ["identify", "wait", "body", "admit", "execute", "audit"] {
            assert_eq!(found(step).parent_span_id, operation.span_id, "{step}");
        }
        let read = found("SELECT pupil");
        assert_eq!(read.parent_span_id, found("execute").span_id);
        assert_eq!(attribute(read, "db.system.name").as_deref(), Some(if app.db.is_postgres() { "postgresql" } else { "sqlite" }));
        let setting = [("PLUMBLINE_TRACES__ENDPOINT", endpoint.as_str())];
        let looked = console.run_with(&["doctor"], &setting).await;
        assert!(looked.output.contains(&format!("good  traces        {endpoint} takes them")), "{looked:?}");
        for text in ["Family0", "Given", "999200", "Secret", "startsWith", token.output.trim()] {
            assert!(!collector.was_told(text), "{text}");
        }
    }

    async fn a_share_of_none_traces_nothing(app) {
        let world = World::build(&app, Size::default()).await;
        let collector = Collector::default();
        let endpoint = collector.listen().await;
        let console = Console::new(&app.database.url);
        let none = [("PLUMBLINE_TRACES__ENDPOINT", endpoint.as_str()), ("PLUMBLINE_TRACES__SHARE", "0")];
        let mut service = Remote::serve(&console, &world.lead, &none).await;
        assert!(service.ask("{ schools { nodes { name } } }", json!({})).await.1.of("schools").is_object());
        service.stop().await;
        assert_eq!(collector.spans(), []);
    }

    async fn requests_are_answered_and_the_service_stops_though_no_collector_takes_anything(app) {
        let world = World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        // It takes connections and answers none of them.
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        for endpoint in [format!("http://{}/v1/traces", silent.local_addr().unwrap()), "http://127.0.0.1:1/v1/traces".to_owned()] {
            let mut service = Remote::serve(&console, &world.lead, &[("PLUMBLINE_TRACES__ENDPOINT", &endpoint)]).await;
            for _ in 0..20 {
                assert!(service.ask("{ schools { nodes { name } } }", json!({})).await.1.of("schools").is_object());
            }
            let took = service.stop().await;
            assert!(took < Duration::from_secs(10), "{took:?}");
            let looked = console.run_with(&["doctor"], &[("PLUMBLINE_TRACES__ENDPOINT", &endpoint)]).await;
            assert!(looked.output.contains(&format!("MEND  traces        {endpoint}: ")), "{looked:?}");
        }
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_in_words() {
    let console = Console::new("sqlite:plumbline.sqlite");
    let said = console.run_with(&["serve", "--create"], &[("PLUMBLINE_TRACES__ENDPOINT", "collector:4317")]).await;
    let expected =
        "plumbline: configuration: traces.endpoint must be an address such as http://127.0.0.1:4318/v1/traces";
    assert_eq!(said.failure(), expected);
}
