//! What the audit costs a read: the same question, with the audit and without, side by side in one run.
//!
//! ```console
//! cargo bench -p plumbline-tests --bench audit
//! ```
//!
//! 16 callers ask for 50 pupils with their class and last six judgements, in turns of a second with the
//! audit and without; what is compared are turns that follow each other. Nothing goes over a network,
//! which would make the audit's share smaller.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use plumbline::app::{App, Clock};
use plumbline::audit::{Log, verify};
use plumbline::auth::{SigningKey, TokenKeys};
use plumbline::comparison::cells;
use plumbline::config::Config;
use plumbline::db::Db;
use plumbline::demo::{DemoOptions, fill};
use plumbline::graphql::router;
use plumbline_entity::appointment::Role;
use plumbline_tests::{TestApp, TestDatabase};
use tower::ServiceExt as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const QUESTION: &str = "{ pupils(first: 50) { nodes { givenName familyName
    enrolments(first: 1) { nodes { class { name } } }
    judgements(first: 6) { nodes { grade { code } subject { code } window { term } } } } } }";
const CALLERS: usize = 16;
const CONNECTIONS: u32 = 8;

#[tokio::main(worker_threads = 2)]
async fn main() {
    let turns = std::env::var("TURNS").ok().and_then(|turns| turns.parse().ok()).unwrap_or(30);
    measure("SQLite", TestDatabase::sqlite().await, turns).await;
    if let Some(database) = TestDatabase::postgres().await {
        measure("PostgreSQL", database, turns).await;
    }
}

async fn measure(name: &str, database: TestDatabase, turns: usize) {
    let db = Db::connect(&database.url, CONNECTIONS, cells::settle).await.expect("a database");
    let options = DemoOptions { schools: 3, years: 3, seed: 1 };
    let trust = fill(&db, &options, |_| {}).await.expect("the demo");
    let leader = trust.accounts.iter().find(|account| account.role == Role::SeniorLeader).expect("a senior leader");
    let keys = TokenKeys::new(&SigningKey::generate().expect("a key")).expect("keys");
    let token = keys.issue(leader.staff_member, TestApp::now(), chrono::Duration::hours(12)).expect("a token");
    let clock = Clock::Fixed(TestApp::now());
    let with = App::new(Config { database_url: database.url.clone(), ..Config::default() }, db.clone(), keys, clock);
    let without = App { audit: Log::keeping_nothing(clock), ..with.clone() };
    let (with, without) = (router(with), router(without));
    for router in [&with, &without] {
        turn(router, &token).await;
    }
    let (mut ratios, mut sums) = (Vec::new(), [Turn::default(), Turn::default()]);
    for nth in 0..turns {
        // Neither always goes first.
        let (a, b) = if nth % 2 == 0 {
            let a = turn(&with, &token).await;
            (a, turn(&without, &token).await)
        } else {
            let b = turn(&without, &token).await;
            (turn(&with, &token).await, b)
        };
        ratios.push(a.rate() / b.rate());
        sums[0].add(a);
        sums[1].add(b);
    }
    ratios.sort_by(f64::total_cmp);
    let at = |share: f64| ratios[((ratios.len() - 1) as f64 * share).round() as usize];
    let chain = verify(&db, None, |_| {}).await.expect("the database").expect("a sound chain");
    println!(
        "{name}: throughput with the audit / without: median {:.3} (quartiles {:.3} to {:.3}, {turns} pairs); \
         all turns together {:.3} ({:.0}/s against {:.0}/s); {} entries, {:.1} requests a transaction",
        at(0.5),
        at(0.25),
        at(0.75),
        sums[0].rate() / sums[1].rate(),
        sums[0].rate(),
        sums[1].rate(),
        chain.entries,
        chain.entries as f64 / (db.statements_apart() as f64 / statements_of_one(&db)),
    );
    for (label, mut sum) in ["with", "without"].into_iter().zip(sums) {
        sum.took.sort();
        let at = |share: f64| sum.took[((sum.took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        println!("{name}: {label}: median {:.2} ms, 99 in 100 within {:.2} ms", at(0.5), at(0.99));
    }
    alone(name, "with", &with, &token).await;
    alone(name, "without", &without, &token).await;
}

/// Statements in one transaction of the log: the end of the chain, the rows, and on PostgreSQL the lock.
fn statements_of_one(db: &Db) -> f64 {
    if db.is_postgres() { 3.0 } else { 2.0 }
}

/// One caller alone, who waits for every commit.
async fn alone(name: &str, label: &str, router: &Router, token: &str) {
    let mut took = Vec::new();
    for _ in 0..400 {
        let started = Instant::now();
        ask(router, token).await;
        took.push(started.elapsed());
    }
    took.sort();
    println!("{name}: {label}, one caller alone: median {:.2} ms", took[took.len() / 2].as_secs_f64() * 1e3);
}

#[derive(Default)]
struct Turn {
    answers: u64,
    lasted: Duration,
    took: Vec<Duration>,
}

impl Turn {
    fn rate(&self) -> f64 {
        self.answers as f64 / self.lasted.as_secs_f64()
    }

    fn add(&mut self, other: Self) {
        self.answers += other.answers;
        self.lasted += other.lasted;
        self.took.extend(other.took);
    }
}

async fn turn(router: &Router, token: &str) -> Turn {
    let (over, answers, started) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Instant::now());
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (over, answers, router, token) =
                (Arc::clone(&over), Arc::clone(&answers), router.clone(), token.to_owned());
            tokio::spawn(async move {
                let mut took = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let asked = Instant::now();
                    ask(&router, &token).await;
                    took.push(asked.elapsed());
                    answers.fetch_add(1, Ordering::Relaxed);
                }
                took
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    over.store(true, Ordering::Relaxed);
    let mut took = Vec::new();
    for caller in callers {
        took.extend(caller.await.expect("a caller"));
    }
    Turn { answers: answers.load(Ordering::Relaxed), lasted: started.elapsed(), took }
}

async fn ask(router: &Router, token: &str) {
    let body = serde_json::json!({ "query": QUESTION }).to_string();
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = router.clone().oneshot(request.body(Body::from(body)).expect("a request")).await.expect("an answer");
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
    assert!(bytes.len() > 10_000 && !bytes.windows(8).any(|part| part == b"\"errors\""), "50 pupils");
}
