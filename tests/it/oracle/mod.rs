//! The oracle: `docs/authorization.md` implemented a second time, in memory and apart from the
//! service, and the two asked the same random questions in the same random worlds.
//!
//! | File | What is in it |
//! | --- | --- |
//! | `world`, `making*`, `chance` | all tables as lists; random ones, repeatable by their seed |
//! | `facts`, `rules` | who may see what, row by row, as the document says it |
//! | `shape`, `values` | the types of the schema, and rows as it shows them |
//! | `questions`, `expected` | random questions, and the answer that each must have |
//! | `run`, `agreement`, `tables`, `tally` | asking, comparing, counting what was covered |
//! | `found` | what it found, each as a test of its own |
//!
//! A failure says with which `PLUMBLINE_ORACLE_SEED` it comes again. `PLUMBLINE_ORACLE_PAIRS` says how
//! many pairs of a viewer and a question to ask: 3,000 on SQLite and 1,000 on PostgreSQL, unless it is set.

mod agreement;
mod chance;
mod expected;
mod facts;
mod found;
mod making;
mod making_staff;
mod making_work;
mod questions;
mod rules;
mod run;
mod shape;
mod tables;
mod tally;
mod values;
mod world;

use plumbline_tests::{TestApp, db_test};

/// A number from the environment.
fn number(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} must be a whole number, but is {text:?}")),
        Err(_) => otherwise,
    }
}

fn seed() -> u64 {
    number("PLUMBLINE_ORACLE_SEED", 20_260_701)
}

fn pairs(app: &TestApp) -> usize {
    let usual = if app.db.is_postgres() { 1000 } else { 3000 };
    usize::try_from(number("PLUMBLINE_ORACLE_PAIRS", usual)).expect("a number of pairs")
}

db_test! {
    async fn everybody_is_answered_what_the_document_says_and_nothing_else(app) {
        let pairs = pairs(&app);
        let started = std::time::Instant::now();
        let tally = run::ask(app, seed(), pairs).await;
        println!("{:.1} s {tally:#?}", started.elapsed().as_secs_f64());
        tally.assert_alike();
        // Not an empty truth: most questions have an answer, and most keep something back.
        if pairs >= 1000 {
            assert!(tally.answered * 100 > tally.pairs * 40, "{tally:#?}");
            assert!(tally.withholding * 100 > tally.pairs * 40, "{tally:#?}");
            assert!(tally.refused > 0 && tally.borrowed > 0 && tally.counted > 0 && tally.of_several > 0, "{tally:#?}");
            for role in making_staff::ROLES {
                assert!(tally.viewers.contains_key(role.code()), "nobody was a {}", role.code());
            }
        }
    }
}
