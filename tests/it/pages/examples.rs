//! The clients in `examples`, run as they stand against the demo: each lists, pages, records and is told.

use std::path::Path;
use std::time::Duration;

use plumbline::demo::{DemoOptions, fill};
use plumbline_entity::appointment::Role;
use plumbline_tests::{db_test, npm, python, written};
use tokio::process::Command;

/// What a client says, run for a class teacher of the demo.
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
}
