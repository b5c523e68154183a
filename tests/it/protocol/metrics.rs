//! Metrics: what is counted is what was asked, and no label names anybody.

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use plumbline::protocol::trusted::{self, hash_of, in_hexadecimal};
use plumbline::protocol::{Service, metrics_router};
use plumbline_tests::{Size, TestApp, World, db_test, written};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// What a scraper reads.
async fn scraped(service: &Service) -> String {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let response =
        metrics_router(service.clone(), tokio::runtime::Handle::current(), || 7).oneshot(request).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let text = String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
    assert!(text.lines().all(|line| line.starts_with("# ") || line.starts_with("plumbline_")), "{text}");
    assert!(text.ends_with("# EOF\n"), "{text}");
    text
}

/// The value of a metric, by its name and labels.
fn value<'t>(text: &'t str, metric: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '))
}

fn operations(kind: &str, name: &str, outcome: &str) -> String {
    format!("plumbline_operations_total{{kind=\"{kind}\",operation=\"{name}\",outcome=\"{outcome}\"}}")
}

/// The names of metrics in a text.
fn named(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with("plumbline_")).map(str::to_owned).collect()
}

db_test! {
    async fn what_was_asked_is_counted_and_nobody_is_named(app) {
        let world = World::build(&app, Size::default()).await;
        let (head, lead) = (app.sign_in(&world.schools[0].head).await, app.sign_in(&world.lead).await);
        for _ in 0..3 {
            head.ask("query AnnSecret { pupils { nodes { givenName familyName upn } } }").await;
        }
        let year = lead.mutate("createAcademicYear", json!({ "year": 2026 }), "academicYear { id }").await;
        assert_eq!(year.user_errors("createAcademicYear"), Vec::<String>::new());
        head.ask("query AnnSecret { bobSecret }").await;
        app.stranger().ask("{ __typename }").await;
        let text = "query ShownOnTheFront { trust { name } }";
        let document = [("ShownOnTheFront".to_owned(), text.to_owned(), hash_of(text))];
        trusted::add(&app.db, world.trust, "front", &document, TestApp::now()).await.unwrap();
        let hash = in_hexadecimal(&hash_of(text));
        let shown = head.post(json!({ "documentId": format!("sha256:{hash}") }).to_string()).await;
        assert_eq!(shown.of("trust")["name"], "Test Trust");

        let text = scraped(&app.app).await;
        for (kind, name, outcome, count) in [
            ("query", "", "ok", "3"),
            ("query", "ShownOnTheFront", "ok", "1"),
            ("mutation", "", "ok", "1"),
            ("unknown", "", "refused", "1"),
            ("unknown", "", "unauthenticated", "1"),
        ] {
            assert_eq!(value(&text, &operations(kind, name, outcome)), Some(count), "{kind} {name} {outcome}: {text}");
        }
        assert_eq!(text.matches("plumbline_operations_total{").count(), 5, "{text}");
        assert_eq!(value(&text, "plumbline_operation_seconds_count{kind=\"query\"}"), Some("4"));
        assert_eq!(value(&text, "plumbline_log_lines_dropped_total"), Some("7"));
        assert_eq!(value(&text, "plumbline_requests_under_way"), Some("0"));
        assert_eq!(value(&text, "plumbline_requests_most"), Some("256"));
        assert_eq!(value(&text, "plumbline_subscriptions_open"), Some("0"));
        let pool = if app.db.is_postgres() { "all" } else { "read" };
        assert_eq!(value(&text, &format!("plumbline_database_connections_most{{pool=\"{pool}\"}}")), Some("6"));
        assert!(value(&text, &format!("plumbline_database_connections{{pool=\"{pool}\",state=\"busy\"}}")).is_some());
        for secret in ["@", "Secret", "Family", "Given", "pupils", "Test Trust", &hash, &world.trust.to_string()] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }

        // What the page for operators and the dashboard name is there.
        let told = named(&text);
        for file in ["docs/operations.md", "docs/grafana-dashboard.json"] {
            let page = std::fs::read_to_string(written::root().join(file)).unwrap();
            let names = named(&page);
            assert!(names.len() > 5, "{file}");
            // A role and an entity of Rust are named alike.
            for name in names.iter().filter(|name| !["plumbline_viewer"].contains(&name.as_str())) {
                assert!(told.contains(name), "{file} names {name}, which is not told");
            }
        }
    }
}

#[test]
fn the_dashboard_can_be_imported() {
    let text = std::fs::read_to_string(written::root().join("docs/grafana-dashboard.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    assert_eq!(panels.len(), 7);
    for panel in panels {
        assert_eq!(panel["datasource"]["uid"], "${source}", "whoever imports it says which");
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty() && targets.iter().all(|target| target["expr"].is_string()), "{panel:#}");
    }
}
