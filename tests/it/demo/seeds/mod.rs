//! What holds for one seed may not hold for others. So the tests look for what is planted in many demos, and check
//! that where nothing is planted nothing is found more often than the intervals promise.
//!
//! A few seeds are looked at in every run, other ones each time. The test prints which ones, and
//! `PLUMBLINE_SEEDS="17 203"` looks at those again. On request all are looked at, and a table is printed:
//!
//! ```sh
//! cargo test --release -p plumbline-tests --test it -- --ignored --nocapture demo::seeds
//! ```

mod look;
mod tally;

use futures_util::StreamExt as _;
use futures_util::stream::iter;
use plumbline::demo::DemoOptions;
use plumbline_tests::TestApp;

use look::{Apart, ByKind, Seen, look, standing_apart};
use tally::{Tally, most};

/// The seeds that are looked at on request: of trusts of 8 schools, and of 50.
const SMALL: std::ops::RangeInclusive<u64> = 1..=24;
const LARGE: std::ops::RangeInclusive<u64> = 1..=3;

/// Three years, because in one year a class has too few moderated pupils to tell its teacher from chance.
fn demo(schools: u32, seed: u64) -> DemoOptions {
    DemoOptions { schools, years: 3, seed, effects: true }
}

/// The seeds that `PLUMBLINE_SEEDS` names.
fn named() -> Vec<u64> {
    let named = std::env::var("PLUMBLINE_SEEDS").unwrap_or_default();
    named.split_whitespace().map(|seed| seed.parse().expect("PLUMBLINE_SEEDS: numbers")).collect()
}

/// The seeds that are named, else `count` new ones. Prints which ones.
fn seeds(count: u64) -> Vec<u64> {
    let new = || (0..count).map(|_| rand::random_range(1_000..1_000_000)).collect();
    let seeds: Vec<u64> = Some(named()).filter(|named| !named.is_empty()).unwrap_or_else(new);
    let list = seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    println!("to look at these demos again: PLUMBLINE_SEEDS=\"{list}\"");
    seeds
}

async fn on_sqlite(options: DemoOptions, recount: bool) -> Seen {
    tokio::spawn(async move { look(&TestApp::on_sqlite().await, options, recount).await }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_planted_is_found_on_a_few_seeds_and_nothing_else_on_sqlite() {
    let mut tally = Tally::default();
    for seed in seeds(3) {
        tally.add(on_sqlite(demo(8, seed), false).await);
    }
    tally.hold(&Tally::A_FEW);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_planted_is_found_on_a_seed_and_nothing_else_on_postgres() {
    let mut tally = Tally::default();
    for seed in seeds(1) {
        let Some(app) = TestApp::on_postgres().await else { return };
        tally.add(look(&app, demo(8, seed), true).await);
    }
    tally.hold(&Tally::A_FEW);
}

/// Looks at two demos at a time.
async fn look_at_all(schools: u32, seeds: Vec<u64>) {
    let mut tally = Tally::default();
    let mut seen = iter(seeds.into_iter().map(|seed| on_sqlite(demo(schools, seed), true))).buffered(2);
    while let Some(seen) = seen.next().await {
        tally.add(seen);
    }
    tally.hold(&Tally::ALL);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: on request, as the head of this file says"]
async fn what_is_planted_is_found_on_nine_seeds_of_ten_and_nothing_else_in_8_schools() {
    look_at_all(8, Some(named()).filter(|named| !named.is_empty()).unwrap_or_else(|| SMALL.collect())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: on request, as the head of this file says"]
async fn what_is_planted_is_found_on_nine_seeds_of_ten_and_nothing_else_in_50_schools() {
    look_at_all(50, Some(named()).filter(|named| !named.is_empty()).unwrap_or_else(|| LARGE.collect())).await;
}

/// How many rows stand apart where nothing is planted; two demos at a time.
async fn apart_without_effects(seeds: Vec<u64>) -> ByKind {
    let look = |seed| async move {
        let options = DemoOptions { effects: false, ..demo(8, seed) };
        tokio::spawn(async move { standing_apart(&TestApp::on_sqlite().await, options).await }).await.unwrap()
    };
    let mut all = ByKind::new();
    let mut seen = iter(seeds.into_iter().map(look)).buffered(2);
    while let Some(seen) = seen.next().await {
        for (kind, apart) in seen {
            let sum = all.entry(kind).or_default();
            *sum = sum.and(apart);
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_is_planted_few_stand_apart() {
    for (kind, Apart { rows, outside, .. }) in apart_without_effects(seeds(2)).await {
        let at_most = most(rows, 0.06, 0.000_1);
        assert!(rows >= 8 && outside <= at_most, "{kind:?}: {outside} of {rows}, where chance gives {at_most} at most");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: on request, as the head of this file says"]
async fn where_nothing_is_planted_one_in_twenty_stands_apart_over_forty_seeds() {
    let seeds = Some(named()).filter(|named| !named.is_empty()).unwrap_or_else(|| (201..=240).collect());
    println!(
        "| figures | rows by | outside | of | share | protection adds to the variance |\n| --- | --- | --- | --- | --- | --- |"
    );
    let all = apart_without_effects(seeds).await;
    for ((precision, by), Apart { rows, outside, added }) in &all {
        let of = *rows as f64;
        println!(
            "| {precision} | {by} | {outside} | {rows} | {:.1} % | {:.2} |",
            100.0 * *outside as f64 / of,
            added / of
        );
    }
    let Apart { rows, outside, .. } = all[&("PROTECTED", "SCHOOL")];
    let share = outside as f64 / rows as f64;
    assert!((0.03..=0.06).contains(&share), "{share:.3} of schools stand apart");
}
