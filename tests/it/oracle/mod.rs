//! The oracle: `docs/authorization.md` implemented a second time, in memory and apart from the service. Both are
//! asked the same random questions in the same random worlds.
//!
//! | File | What is in it |
//! | --- | --- |
//! | `world`, `making*`, `chance` | all tables as lists; random ones, repeatable by their seed |
//! | `facts`, `rules*`, `comparing` | who may see what, row by row, as the document says it |
//! | `shape`, `values` | what can be asked, read from the schema; rows as it shows them, read from their columns |
//! | `complete` | that all of the schema is asked about |
//! | `questions`, `expected` | random questions, and the answer that each must have |
//! | `run`, `things`, `agreement`, `tables`, `tally` | asking, comparing, counting what was covered |
//! | `leave`, `attempts*`, `writes` | who may write what; random changes tried; what came of them |
//! | `found` | what it found, each as a test of its own |
//!
//! A new type needs a line in `tables!` of `world`, one in `ORDERS` of `shape`, its rows in `making*` and its rule
//! in `rules`; a new field, filter or list mostly none. A test says which line is missing.
//!
//! A failure says with which `PLUMBLINE_ORACLE_SEED` it comes again. `PLUMBLINE_ORACLE_PAIRS` says how
//! many pairs of a viewer and a question to ask: 4,000 on SQLite and 2,000 on PostgreSQL, unless it is set;
//! of a viewer and a change, `PLUMBLINE_ORACLE_TRIES`: 240 and 120. It stops at 4 differences, or at
//! `PLUMBLINE_ORACLE_ENOUGH`.

mod agreement;
mod attempts;
mod attempts_corrections;
mod attempts_curriculum;
mod attempts_planning;
mod attempts_work;
mod chance;
mod comparing;
mod complete;
mod expected;
mod facts;
mod found;
mod leave;
mod making;
mod making_curriculum;
mod making_planning;
mod making_staff;
mod making_work;
mod questions;
mod rules;
mod rules_planning;
mod run;
mod shape;
mod tables;
mod tally;
mod things;
mod values;
mod world;
mod writes;

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
    let usual = if app.db.is_postgres() { 2000 } else { 4000 };
    usize::try_from(number("PLUMBLINE_ORACLE_PAIRS", usual)).expect("a number of pairs")
}

db_test! {
    async fn everybody_is_answered_what_the_document_says_and_nothing_else(app) {
        let (pairs, enough) = (pairs(&app), usize::try_from(number("PLUMBLINE_ORACLE_ENOUGH", 4)).expect("a number"));
        let started = std::time::Instant::now();
        let tally = run::ask(app, seed(), pairs, enough).await;
        tally.assert_alike();
        println!("{:.1} s {tally:#?}", started.elapsed().as_secs_f64());
        // The test does not pass empty: most questions have an answer, and most answers leave something out.
        assert!(pairs < 3000 || tally.unasked.is_empty(), "nobody asked for {:?}", tally.unasked);
        if pairs >= 1000 {
            assert!(tally.answered * 100 > tally.pairs * 40, "{tally:#?}");
            assert!(tally.withholding * 100 > tally.pairs * 40, "{tally:#?}");
            assert!(tally.refused > 0 && tally.borrowed > 0 && tally.counted > 0 && tally.of_several > 0, "{tally:#?}");
            for role in making_staff::ROLES {
                assert!(tally.viewers.contains_key(role.code()), "nobody was a {}", role.code());
            }
            for kind in shape::Kind::ALL {
                assert!(tally.has_met(*kind), "no {kind:?} was shown, or none withheld: `making` has rows of it, and `rules` says whose");
            }
        }
    }

    async fn everybody_changes_what_the_document_lets_them_and_nothing_else(app) {
        let usual = if app.db.is_postgres() { 120 } else { 240 };
        let tries = usize::try_from(number("PLUMBLINE_ORACLE_TRIES", usual)).expect("a number of tries");
        let started = std::time::Instant::now();
        let tried = writes::try_all(app, seed(), tries).await;
        assert!(tried.differences.is_empty(), "The service and the document differ:{}", tried.differences.concat());
        println!("{:.1} s {tried:#?}", started.elapsed().as_secs_f64());
        let sum = |at: usize| tried.by_mutation.values().map(|counts| counts[at]).sum::<usize>();
        if tries >= 120 {
            assert!(sum(0) * 5 > tried.tries && sum(1) * 5 > tried.tries, "{tried:#?}");
        }
        if tries >= 2000 {
            for (mutation, _) in attempts::MUTATIONS {
                let [done, refused, _] = tried.by_mutation.get(mutation).copied().unwrap_or_default();
                assert!(done > 0 && refused > 0, "{mutation} was never done, or never refused: {tried:#?}");
            }
        }
    }
}
