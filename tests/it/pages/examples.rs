//! The clients in `examples`, run as they stand against the demo.

use std::path::Path;
use std::time::Duration;

use plumbline::demo::{DemoOptions, fill};
use plumbline::protocol::trusted;
use plumbline_entity::appointment::Role;
use plumbline_tests::{TestApp, db_test, npm, python, written};
use tokio::process::Command;

/// What a client says, run for a role of the demo.
async fn said(mut command: Command, url: &str, token: &str) -> String {
    command.args([url, token]);
    npm::run(command, Duration::from_secs(120)).await
}

db_test! {
    async fn the_example_clients_list_page_record_and_are_told(app) {
        let trust = fill(&app.db, &DemoOptions { schools: 3, years: 1, seed: 7, effects: true }, |_| ()).await.unwrap();
        let teacher = app.sign_in_as(trust.account(Role::ClassTeacher).unwrap().staff_member);
        let service = app.listen().await;
        let example = |file: &str| written::root().join("examples").join(file);
        let path = |file: &Path| file.to_str().unwrap().to_owned();
        let python = python::python(&path(&example("python/school.py"))).await;
        let node = npm::node(&path(&example("node/school.mjs"))).await;
        for command in [python, node] {
            let said = said(command, &service.url("/graphql"), teacher.token()).await;
            let lines: Vec<&str> = said.lines().collect();
            assert_eq!(lines.len(), 4, "{said}");
            assert!(lines[0].contains(" teaches ") && lines[0].ends_with(" pupils"), "{said}");
            assert!(lines[1].starts_with("recorded EXS for ") && lines[2] == "told of EXS", "{said}");
            assert!(lines[3].starts_with("refused, GRAPHQL_VALIDATION_FAILED: "), "{said}");
        }
    }

    async fn the_example_offices_cache_find_again_and_are_told_of_other_tabs(app) {
        let trust = fill(&app.db, &DemoOptions { schools: 3, years: 1, seed: 7, effects: true }, |_| ()).await.unwrap();
        let head = app.sign_in_as(trust.account(Role::SeniorLeader).unwrap().staff_member);
        let service = app.listen().await;
        let example = |file: &str| written::root().join("examples").join(file);
        let path = |file: &Path| file.to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(example("documents/school.graphql")).unwrap();
        let document = [("School".to_owned(), text.clone(), trusted::hash_of(&text))];
        let id = app.id("SELECT id AS id FROM trust").await;
        trusted::add(&app.db, id, "office", &document, TestApp::now()).await.unwrap();
        let python = python::python(&path(&example("python/office.py"))).await;
        let node = npm::node(&path(&example("node/office.mjs"))).await;
        for command in [python, node] {
            let said = said(command, &service.url("/graphql"), head.token()).await;
            let lines: Vec<&str> = said.lines().collect();
            assert_eq!(lines.len(), 6, "{said}");
            let (school, read) = lines[0].rsplit_once(", ").unwrap();
            assert_eq!((read, lines[1]), ("read", format!("{school}, not changed since").as_str()));
            assert!(lines[2].starts_with("Pupil "), "{said}");
            assert_eq!(lines[3..], ["the first tab saved", "the second tab was too late: version 1 later", "the second tab saved"]);
        }
    }
}
