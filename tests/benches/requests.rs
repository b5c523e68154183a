//! Whole requests, side by side: `cargo bench -p plumbline-tests --bench requests`.
//!
//! How much of a request is the document: new each time, known by its text, known by its hash. And what
//! it would cost to settle with the other instances at each request, on PostgreSQL.

use std::time::{Duration, Instant};

use plumbline::auth::{StaffKey, viewer_of};
use plumbline::protocol::trusted::{self, hash_of, in_hexadecimal};
use plumbline_tests::{Size, TestApp, World, find_staff_by_email};
use serde_json::{Value, json};

const PAGE: &str = "query Page($first: Int = 10) { pupils(first: $first, order: NAME) { totalCount pageInfo { hasNextPage endCursor }
    nodes { ...Card judgements(first: 5) { nodes { grade { code name } subject { code } window { term } judgedBy { familyName } } }
            characteristics(first: 1) { nodes { disadvantaged sen firstLanguage } } } } }
    fragment Card on Pupil { id givenName familyName dateOfBirth sex enrolments(first: 1) { nodes { class { name school { name } } yearGroup } } }";
const SMALL: &str = "{ trust { name } }";
const ROUNDS: usize = 600;

/// Medians of works that take turns, so that whatever disturbs the machine disturbs all of them.
macro_rules! medians {
    ($rounds:expr, $($work:expr),+ $(,)?) => {{
        let mut times = [$({ let _ = stringify!($work); Vec::new() }),+];
        for round in 0..$rounds {
            let mut at = 0;
            $({
                let started = Instant::now();
                let work = $work;
                work(round).await;
                times[at].push(started.elapsed());
                at += 1;
            })+
            let _ = at;
        }
        times.map(|mut times: Vec<Duration>| { times.sort(); times[times.len() / 2] })
    }};
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    run(TestApp::on_sqlite().await, "SQLite").await;
    if let Some(app) = TestApp::on_postgres().await {
        run(app, "PostgreSQL").await;
    }
}

async fn run(app: TestApp, name: &str) {
    let world = World::build(&app, Size { schools: 2, classes: 2, pupils: 30 }).await;
    let set_up = app.with_limits(TestApp::plenty());
    let head = set_up.sign_in(&world.schools[0].head).await;
    let post = async |body: Value| {
        let answer = head.post(body.to_string()).await;
        assert!(answer.body.get("errors").is_none(), "{:#}", answer.body);
    };
    for (what, text) in [("a small question", SMALL), ("a page of a front end", PAGE)] {
        let document = [("Bench".to_owned(), text.to_owned(), hash_of(text))];
        trusted::add(&app.db, world.trust, "bench", &document, TestApp::now()).await.expect("it is registered");
        let id = format!("sha256:{}", in_hexadecimal(&hash_of(text)));
        let [new, known, trusted] = medians!(
            ROUNDS,
            |round: usize| post(json!({ "query": format!("{text} # {round}") })),
            |_: usize| post(json!({ "query": text })),
            |_: usize| post(json!({ "documentId": id })),
        );
        let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
        println!(
            "{name}, {what}: known by its text 1; new each time {:.2}; trusted {:.2}",
            ratio(new, known),
            ratio(trusted, known)
        );
    }
    if app.db.is_postgres() {
        let staff =
            find_staff_by_email(&app.db, &world.schools[0].head).await.expect("the database").expect("the head").id;
        let [settle, who, small] = medians!(
            ROUNDS,
            async |_: usize| assert!(app.db.settle_cost("bench", 1.0, 1.0).await.expect("it settles") > 0.0),
            async |_: usize| drop(
                viewer_of(&app.db, StaffKey::Id(staff), None, TestApp::now(), app.app.config.time_zone)
                    .await
                    .expect("they are there")
            ),
            |_: usize| post(json!({ "query": SMALL })),
        );
        let share = |a: Duration| 100.0 * a.as_secs_f64() / small.as_secs_f64();
        println!(
            "{name}, of a small question: who asks {:.0} %; settling its cost at each request would add {:.0} %",
            share(who),
            share(settle)
        );
    }
}
