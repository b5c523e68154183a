//! Whatever schemathesis makes of the schema and asks is answered or refused, and never a fault.
//!
//! As many requests on each database as `PLUMBLINE_FUZZ_REQUESTS` says, else 1,400, some six for each root field and viewer; from the seed
//! `PLUMBLINE_FUZZ_SEED`, else 1:
//!
//! ```console
//! PLUMBLINE_FUZZ_REQUESTS=100000 cargo test -p plumbline-tests --test it protocol::fuzzing -- --nocapture
//! ```

use std::path::Path;
use std::time::Duration;

use plumbline_tests::{Size, TestApp, World, db_test, npm, python::python};
use serde_json::{Value, json};

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

db_test! {
    async fn whatever_the_schema_allows_is_answered_or_refused_and_never_a_fault(app) {
        let world = World::build(&app, Size::default()).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, |at| ["WTS", "EXS", "GDS"][at % 3]).await;
        }
        let lead = app.sign_in(&world.lead).await;
        world.draw(&lead, "Writing, summer", 100, 6).await;
        // The test is about what requests do, and not about how many somebody may make.
        let server = app.with_limits(TestApp::plenty()).listen().await;
        let requests = number("PLUMBLINE_FUZZ_REQUESTS", 1_400) / 2;
        for email in [&world.schools[0].head, &world.lead] {
            let mut fuzz = python("fuzz.py").await;
            fuzz.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql"));
            fuzz.args([server.url("/graphql"), app.sign_in(email).await.token().to_owned()]);
            fuzz.args([requests.to_string(), number("PLUMBLINE_FUZZ_SEED", 1).to_string()]);
            let said = npm::run(fuzz, Duration::from_secs(60 + requests)).await;
            let report: Value = serde_json::from_str(said.trim()).unwrap();
            println!("{email}: {report}");
            assert_eq!(report["wrong"], json!([]), "{report:#}");
            assert!(report["requests"].as_u64() >= Some(requests), "{report:#}");
            // Not all are refused at the door: many reach the database, and some mutations reach what they refuse.
            assert!(report["outcomes"]["answered"].as_u64() >= Some(requests / 5), "{report:#}");
            assert!(report["outcomes"]["refused as data"].as_u64() > Some(0), "{report:#}");
        }
    }
}
