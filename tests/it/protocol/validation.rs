//! Which documents may run: those that the reference implementation takes, and no others.

use std::collections::BTreeMap;
use std::time::Duration;

use plumbline::config::Limits;
use plumbline::protocol::Documents;
use plumbline_tests::{npm, python};
use serde_json::Value;

/// Limits that none of the documents below reaches: only the rules of the specification are compared.
fn wide() -> Limits {
    Limits { depth: 100, nesting: 100, list_items: 100_000, directives: 1_000, ..Limits::default() }
}

/// Documents, each with what the reference says of it: `by_hand.txt` and those that a schema gives.
async fn compared() -> Vec<Value> {
    let mut script = python::python("documents.py").await;
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql");
    // More on request. Those that run here fit into the time that CI has.
    let changed = std::env::var("CONFORMANCE_CHANGED").unwrap_or_else(|_| "1500".to_owned());
    script.args([schema, "by_hand.txt", "600", &changed]);
    let said = npm::run(script, Duration::from_secs(600)).await;
    said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_takes_and_refuses_the_same_documents() {
    let compared = compared().await;
    let documents = Documents::new(&plumbline::cli::schema::sdl(), &wide()).unwrap();
    let (mut counts, mut differences) = (BTreeMap::new(), Vec::new());
    for one in &compared {
        let (text, refused) = (one["document"].as_str().unwrap(), one["refused"].as_str());
        let ours = documents.check(text);
        *counts.entry(refused.is_none()).or_insert(0) += 1;
        let parses = |why: &str| !why.starts_with("parse: ");
        match (&ours, refused) {
            (Ok(_), Some(why)) => differences.push(format!("taken, but: {why}\n{text}")),
            (Err(errors), None) => differences.push(format!("refused: {errors:?}\n{text}")),
            (Err(errors), Some(why)) => {
                let code = errors[0].extensions.as_ref().unwrap().get("code").unwrap().to_string();
                let expected = if parses(why) { "GRAPHQL_VALIDATION_FAILED" } else { "GRAPHQL_PARSE_FAILED" };
                if code != expected {
                    differences.push(format!("{code}, but {expected}: {why}\n{errors:?}\n{text}"));
                }
            }
            (Ok(_), None) => {}
        }
    }
    assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), compared.len(), differences.join("\n\n"));
    assert!(compared.len() >= 2_000, "{} documents", compared.len());
    assert!(counts[&true] >= 600 && counts[&false] >= 600, "{counts:?}: both kinds are there");
}
