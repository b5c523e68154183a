//! No list reads the trust: PostgreSQL says how many rows of each table were read for it.
//!
//! On request, in a trust of 100 schools and six years:
//! `cargo test --release -p plumbline-tests --test it mechanisms::plans -- --ignored`.

use std::collections::{BTreeMap, BTreeSet};

use plumbline::demo::{DemoOptions, fill};
use plumbline_entity::appointment::Role;
use plumbline_tests::{Caller, TestApp};
use sea_orm::{ConnectionTrait as _, DbBackend, Iterable as _, QueryResult, Statement};
use serde_json::Value;

/// So many rows of a table may be read for any page.
const FEW: i64 = 2_000;
/// Of a large table, a list may read this part for a page: one school is less than that, and what a page shows is next to nothing.
const PART: f64 = 0.1;

/// How many rows of a table were read so far, and how many there are.
#[derive(Clone, Copy)]
struct Rows {
    read: i64,
    there: i64,
}

/// What PostgreSQL has counted, table by table. The service has one connection here, which is made to tell all that it has counted; that of
/// the audit is another one, which tells when it likes.
async fn counted(app: &TestApp) -> BTreeMap<String, Rows> {
    let tx = app.db.begin().await.unwrap();
    tx.run("SELECT pg_stat_force_next_flush()", []).await.unwrap();
    tx.commit().await.unwrap();
    let sql = "SELECT relname::text AS name, COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0) AS read, n_live_tup AS there
               FROM pg_stat_user_tables WHERE relname <> 'audit_entry'";
    let rows = app.raw.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    let of =
        |row: &QueryResult| Rows { read: row.try_get("", "read").unwrap(), there: row.try_get("", "there").unwrap() };
    rows.iter().map(|row| (row.try_get("", "name").unwrap(), of(row))).collect()
}

/// The lists of a type: each with the orders in which it comes.
fn lists<'t>(schema: &'t Value, of: &str) -> Vec<(&'t str, &'t str, Vec<&'t str>)> {
    let types = schema["types"].as_array().unwrap();
    let named = |name: &str| types.iter().find(|one| one["name"] == name);
    let unwrapped = |of: &'t Value| if of["kind"] == "NON_NULL" { &of["ofType"] } else { of };
    let fields = named(of).into_iter().flat_map(|found| found["fields"].as_array()).flatten();
    let list = |field: &'t Value| {
        let connection = unwrapped(&field["type"])["name"].as_str()?.strip_suffix("Connection")?;
        let order = field["args"].as_array()?.iter().find(|argument| argument["name"] == "order");
        let orders =
            order.and_then(|order| named(unwrapped(&order["type"])["name"].as_str()?)?["enumValues"].as_array());
        let orders = orders.into_iter().flatten().filter_map(|value| value["name"].as_str()).collect();
        Some((field["name"].as_str()?, connection, orders))
    };
    fields.filter_map(list).collect()
}

const SCHEMA: &str = "{ __schema { types { name fields { name type { kind name ofType { name } } args { name type { kind name ofType { name } } } } \
                      enumValues { name } } } }";

/// Every list of the schema and every list below what it lists, in every order.
fn every_list(schema: &Value) -> Vec<String> {
    let mut questions = Vec::new();
    for (root, of, orders) in lists(schema, "Query") {
        questions.push(format!("{{ {root}(first: 50) {{ nodes {{ __typename }} }} }}"));
        questions.extend(
            orders.iter().map(|order| format!("{{ {root}(first: 50, order: {order}) {{ nodes {{ __typename }} }} }}")),
        );
        questions.push(format!("{{ {root}(last: 50) {{ nodes {{ __typename }} }} }}"));
        for (below, _, orders) in lists(schema, of) {
            let below = |order: &str| {
                format!(
                    "{{ {root}(first: 5) {{ nodes {{ {below}(first: 6{order}) {{ nodes {{ __typename }} }} }} }} }}"
                )
            };
            questions.push(below(""));
            questions.extend(orders.iter().map(|order| below(&format!(", order: {order}"))));
        }
    }
    questions
}

/// Asks everything as somebody, and tells what read too much.
async fn reads_too_much(app: &TestApp, who: &str, caller: &Caller, questions: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut before = counted(app).await;
    for question in questions {
        let answer = caller.ask(question).await;
        assert!(answer.body.get("errors").is_none(), "{who}: {question}: {:#}", answer.body);
        let after = counted(app).await;
        for (table, Rows { read, there }) in &after {
            let read = read - before.get(table).map_or(0, |before| before.read);
            if read > FEW.max((*there as f64 * PART) as i64) {
                found.push(format!("{who}: {question} reads {read} rows of {table}, which has {there}"));
            }
        }
        before = after;
    }
    found
}

async fn lists_read_what_they_show(options: DemoOptions) {
    let Some(app) = TestApp::on_postgres().await else { return };
    let trust = fill(&app.db, &options, |_| ()).await.unwrap();
    app.raw.execute_unprepared("ANALYZE").await.unwrap();
    let app = app.on_one_connection().await.with_endless_budgets();
    let schema = app.sign_in("lead@demo.example").await.ask(SCHEMA).await["data"]["__schema"].clone();
    let questions = every_list(&schema);
    assert!(questions.len() > 60, "{questions:#?}");
    let mut found = Vec::new();
    let accounts = trust.accounts.iter().map(|account| (account.role.code(), account.email.as_str()));
    let callers: Vec<_> = accounts.chain([("SENCO", "senco.larkfield@demo.example")]).collect();
    let roles: BTreeSet<&str> = callers.iter().map(|(role, _)| *role).collect();
    assert_eq!(roles.len(), Role::iter().count(), "every role asks: {roles:?}");
    for (role, email) in callers {
        found.extend(reads_too_much(&app, role, &app.sign_in(email).await, &questions).await);
    }
    assert!(found.is_empty(), "{} lists read too much: {found:#?}", found.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_reads_a_trust_of_24_schools() {
    lists_read_what_they_show(DemoOptions { schools: 24, years: 2, seed: 1, effects: true }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "fills a database with 1.7 million judgements"]
async fn no_list_reads_a_trust_of_a_hundred_schools_and_six_years() {
    lists_read_what_they_show(DemoOptions { schools: 100, years: 6, seed: 1, effects: true }).await;
}
