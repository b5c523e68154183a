//! What the audit costs a read: the same question, with the audit and without, side by side in one run.
//!
//! ```console
//! cargo bench -p plumbline-tests --bench audit
//! ```
//!
//! 16 callers ask for 50 pupils with their class and last six judgements, in turns of a second with the
//! audit and without. Compared are the answers a second, and the time that processors spent on an answer:
//! of this process, and of PostgreSQL's for this database. The second holds on a machine that has
//! other things to do as well. Nothing goes over a network, which would make the audit's share smaller.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use plumbline::app;
use plumbline::audit::{Entry, Log, commit, verify};
use plumbline::auth::{SigningKey, TokenKeys};
use plumbline::clock::Clock;
use plumbline::comparison::cells;
use plumbline::config::Config;
use plumbline::db::Db;
use plumbline::demo::{DemoOptions, fill};
use plumbline::protocol::{Service, router};
use plumbline_entity::{appointment::Role, audit_entry::AuditKind};
use plumbline_tests::{TestApp, TestDatabase};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
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
    let options = DemoOptions { schools: 3, years: 3, seed: 1, effects: true };
    let trust = fill(&db, &options, |_| {}).await.expect("the demo");
    let leader = trust.accounts.iter().find(|account| account.role == Role::SeniorLeader).expect("a senior leader");
    let keys = TokenKeys::new(&SigningKey::generate().expect("a key")).expect("keys");
    let token = keys.issue(leader.staff_member, TestApp::now(), chrono::Duration::hours(12)).expect("a token");
    let lead = trust.accounts.iter().find(|account| account.role == Role::TrustLead).expect("a trust lead");
    let lead = keys.issue(lead.staff_member, TestApp::now(), chrono::Duration::hours(12)).expect("a token");
    let clock = Clock::Fixed(TestApp::now());
    let with = app::service(
        Config { database_url: database.url.clone(), limits: TestApp::plenty(), ..Config::default() },
        db.clone(),
        keys,
        clock,
    );
    let without = Service { audit: Log::keeping_nothing(clock), ..with.clone() };
    let (with, without) = (router(with), router(without));
    let processors = Processors { database: database.raw().await };
    for router in [&with, &without] {
        turn(router, &token, &processors).await;
    }
    let (mut ratios, mut spent, mut sums) = (Vec::new(), Vec::new(), [Turn::default(), Turn::default()]);
    for nth in 0..turns {
        // Neither always goes first.
        let (a, b) = if nth % 2 == 0 {
            let a = turn(&with, &token, &processors).await;
            (a, turn(&without, &token, &processors).await)
        } else {
            let b = turn(&without, &token, &processors).await;
            (turn(&with, &token, &processors).await, b)
        };
        ratios.push(a.rate() / b.rate());
        spent.push(a.spent_on_each() / b.spent_on_each());
        sums[0].add(a);
        sums[1].add(b);
    }
    let at = |share: f64, of: &mut Vec<f64>| {
        of.sort_by(f64::total_cmp);
        of[((of.len() - 1) as f64 * share).round() as usize]
    };
    let chain = verify(&db, None, |_| {}).await.expect("the database").expect("a sound chain");
    println!(
        "{name}: throughput with the audit / without: median {:.3} (quartiles {:.3} to {:.3}, {turns} pairs); \
         all turns together {:.3} ({:.0}/s against {:.0}/s); {} entries, {:.1} requests a transaction",
        at(0.5, &mut ratios),
        at(0.25, &mut ratios),
        at(0.75, &mut ratios),
        sums[0].rate() / sums[1].rate(),
        sums[0].rate(),
        sums[1].rate(),
        chain.entries,
        chain.entries as f64 / (db.statements_apart() as f64 / statements_of_one(&db)),
    );
    println!(
        "{name}: processor time of an answer with the audit / without: median {:.3} (quartiles {:.3} to {:.3}); \
         all turns together {:.3} ({:.2} ms against {:.2} ms)",
        at(0.5, &mut spent),
        at(0.25, &mut spent),
        at(0.75, &mut spent),
        sums[0].spent_on_each() / sums[1].spent_on_each(),
        sums[0].spent_on_each() * 1e3,
        sums[1].spent_on_each() * 1e3,
    );
    for (label, mut sum) in ["with", "without"].into_iter().zip(sums) {
        sum.took.sort();
        let at = |share: f64| sum.took[((sum.took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        println!("{name}: {label}: median {:.2} ms, 99 in 100 within {:.2} ms", at(0.5), at(0.99));
    }
    alone(name, "with", &with, &token).await;
    alone(name, "without", &without, &token).await;
    let first = post(&with, &token, "{ pupils(first: 1) { nodes { id } } }").await;
    let first: serde_json::Value = serde_json::from_slice(&first).expect("JSON");
    let pupil = first["data"]["pupils"]["nodes"][0]["id"].as_str().expect("a pupil");
    along_the_chain(name, &db, &with, &lead, pupil).await;
}

/// How many changes a second the chain lets through, as each holds its end until it is committed; how
/// fast a walk along it is, and how fast a pupil is found in it.
async fn along_the_chain(name: &str, db: &Db, caller: &Router, lead: &str, pupil: &str) {
    let (over, commits, started) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Instant::now());
    let writers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (over, commits, db) = (Arc::clone(&over), Arc::clone(&commits), db.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let tx = db.begin().await.expect("a transaction");
                    let entry = Entry::at_console(AuditKind::Console, None, "bench", TestApp::now());
                    commit(tx, entry).await.expect("a commit");
                    commits.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(3)).await;
    over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("a writer");
    }
    let commits = commits.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64();
    let started = Instant::now();
    let entries = verify(db, None, |_| {}).await.expect("the database").expect("a sound chain").entries;
    let walked = entries as f64 / started.elapsed().as_secs_f64();
    let query = format!("{{ auditEntries(filter: {{ pupil: {{ includes: \"{pupil}\" }} }}) {{ totalCount }} }}");
    let started = Instant::now();
    let found = post(caller, lead, &query).await;
    let took = started.elapsed().as_secs_f64() * 1e3;
    println!(
        "{name}: {commits:.0} changes/s through the chain by {CALLERS} writers; a walk along {entries} entries does \
         {walked:.0}/s; finding a pupil in them takes {took:.0} ms: {}",
        String::from_utf8_lossy(&found)
    );
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
    spent: Duration,
    took: Vec<Duration>,
}

impl Turn {
    fn rate(&self) -> f64 {
        self.answers as f64 / self.lasted.as_secs_f64()
    }

    /// Seconds of processors.
    fn spent_on_each(&self) -> f64 {
        self.spent.as_secs_f64() / self.answers as f64
    }

    fn add(&mut self, other: Self) {
        self.spent += other.spent;
        self.answers += other.answers;
        self.lasted += other.lasted;
        self.took.extend(other.took);
    }
}

/// What processors have spent: on the threads of this process, and on PostgreSQL's processes for a database.
struct Processors {
    database: DatabaseConnection,
}

impl Processors {
    async fn spent(&self) -> Duration {
        let mut files: Vec<String> = Vec::new();
        for thread in std::fs::read_dir("/proc/self/task").expect("Linux").flatten() {
            files.push(format!("{}/schedstat", thread.path().display()));
        }
        if self.database.get_database_backend() == DbBackend::Postgres {
            let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()";
            let rows = self.database.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
            for row in rows.expect("the sessions") {
                files.push(format!("/proc/{}/schedstat", row.try_get::<i32>("", "pid").expect("a pid")));
            }
        }
        let first = |file: &String| std::fs::read_to_string(file).ok()?.split(' ').next()?.parse::<u64>().ok();
        Duration::from_nanos(files.iter().filter_map(first).sum())
    }
}

async fn turn(router: &Router, token: &str, processors: &Processors) -> Turn {
    let before = processors.spent().await;
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
    let (answers, lasted) = (answers.load(Ordering::Relaxed), started.elapsed());
    Turn { answers, lasted, spent: processors.spent().await.saturating_sub(before), took }
}

async fn ask(router: &Router, token: &str) {
    let bytes = post(router, token, QUESTION).await;
    assert!(bytes.len() > 10_000 && !bytes.windows(8).any(|part| part == b"\"errors\""), "50 pupils");
}

async fn post(router: &Router, token: &str, query: &str) -> Vec<u8> {
    let body = serde_json::json!({ "query": query }).to_string();
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = router.clone().oneshot(request.body(Body::from(body)).expect("a request")).await.expect("an answer");
    axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body").to_vec()
}
