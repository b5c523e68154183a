//! What builders of front ends rely on: the SDL, held against the tools that they use.

use std::path::{Path, PathBuf};
use std::time::Duration;

use plumbline_tests::npm;
use serde_json::{Value, json};
use uuid::Uuid;

const LIMIT: Duration = Duration::from_secs(120);

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

async fn said(script: &str, files: &[&Path]) -> Value {
    let mut command = npm::node(script).await;
    command.args(files);
    serde_json::from_str(npm::run(command, LIMIT).await.trim()).unwrap()
}

#[tokio::test]
async fn the_schema_keeps_the_rules_of_graphql_eslint() {
    let report = said("schema-rules.mjs", &[&file("../schema.graphql")]).await;
    assert_eq!(
        (&report["found"], &report["unused"], &report["unknown"]),
        (&json!([]), &json!([]), &json!([])),
        "{report:#}"
    );
    assert!(report["rules"].as_u64() >= Some(30), "{report}");
}

#[tokio::test]
async fn what_breaks_the_rules_of_graphql_eslint_is_found() {
    let schema = std::fs::read_to_string(file("../schema.graphql")).unwrap();
    let spoilt = changed(&schema, "\tgivenName: String", "\tGivenName: String");
    let report = said("schema-rules.mjs", &[&spoilt]).await;
    assert!(report["found"].to_string().contains("naming-convention"), "{report:#}");
}

#[tokio::test]
async fn a_field_that_has_two_types_in_a_union_or_an_interface_is_found() {
    let schema = std::fs::read_to_string(file("../schema.graphql")).unwrap();
    // The type of a scalar, whether it may be null, whether it is a list, in a union and in an interface.
    for (from, to, words) in [
        ("\treason: NoFigureReason!", "\treason: String!", "`reason` has several in the types of `AgreementResult`"),
        ("\teligible: Int\n", "\teligible: Int!\n", "`eligible` has several in the types of `PublishedResult`"),
        ("\tfamilyName: String\n", "\tfamilyName: String!\n", "`familyName` has several in the types of `Node`"),
        ("\tkeptToSchools: [School!]", "\tschools: [School!]", "`schools` has several in the types of `Node`"),
    ] {
        let report = said("schema-rules.mjs", &[&changed(&schema, from, to)]).await;
        let found = report["found"].as_array().unwrap();
        assert!(found.iter().any(|line| line.as_str().unwrap().contains(words)), "{words}: {report:#}");
    }
}

#[tokio::test]
async fn relay_compiler_and_graphql_codegen_compile_a_sample_client() {
    let made = said("clients.mjs", &[&file("../schema.graphql")]).await;
    assert_eq!(made["typescript"], 3, "{made}");
    assert_eq!(made["relay"], 8, "{made}");
}

#[tokio::test]
async fn a_sample_client_does_not_compile_against_a_schema_that_is_not_its_own() {
    let schema = std::fs::read_to_string(file("../schema.graphql")).unwrap();
    // Relay asks for the one; the sample in TypeScript uses values of the other as numbers.
    for (from, to, compiler) in [
        ("\tjudgedOn: Date!", "\tjudgedSince: Date!", "relay-compiler"),
        ("\testimate: Float!", "\testimate: String!", "tsc"),
    ] {
        let mut command = npm::node("clients.mjs").await;
        let output = command.arg(changed(&schema, from, to)).output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(&format!("bin/{compiler}")), "{compiler}: {said}");
    }
}

/// A breaking change stands in the changelog, under what is not released, by its path in backticks.
fn unannounced<'a>(changes: &'a Value, changelog: &str) -> Vec<&'a Value> {
    let unreleased = changelog.split("\n## ").find(|part| part.starts_with("Unreleased")).unwrap_or_default();
    let announced = |change: &Value| unreleased.contains(&format!("`{}`", change["path"].as_str().unwrap()));
    changes.as_array().unwrap().iter().filter(|change| !announced(change)).collect()
}

#[tokio::test]
async fn a_change_that_breaks_clients_of_the_last_release_is_announced() {
    let changes = said("sdl-changes.mjs", &[&file("released.graphql"), &file("../schema.graphql")]).await;
    let changelog = std::fs::read_to_string(file("../CHANGELOG.md")).unwrap();
    assert_eq!(
        unannounced(&changes, &changelog),
        Vec::<&Value>::new(),
        "name its path in CHANGELOG.md, under Unreleased"
    );
}

#[tokio::test]
async fn a_field_that_is_gone_is_a_breaking_change_until_it_is_announced() {
    let schema = std::fs::read_to_string(file("../schema.graphql")).unwrap();
    let later = changed(&schema, "\tjudgedOn: Date!", "\tjudgedSince: Date!");
    let changes = said("sdl-changes.mjs", &[&file("../schema.graphql"), &later]).await;
    assert_eq!(unannounced(&changes, "\n## Unreleased\n").len(), 1, "{changes:#}");
    assert_eq!(unannounced(&changes, "\n## Unreleased\n* `Judgement.judgedOn` is gone.\n"), Vec::<&Value>::new());
    assert_eq!(unannounced(&changes, "\n## Unreleased\n\n## 0.1.0\n* `Judgement.judgedOn`\n").len(), 1);
}

/// The schema with its first `from` made `to`, in a file of cargo's own.
fn changed(schema: &str, from: &str, to: &str) -> PathBuf {
    assert!(schema.contains(from), "{from} is not in the schema");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.graphql", Uuid::now_v7()));
    std::fs::write(&file, schema.replacen(from, to, 1)).unwrap();
    file
}
