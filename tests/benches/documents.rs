//! What looking at documents costs: `cargo bench -p plumbline-tests --bench documents`.
//!
//! Ratios alone mean something: all is measured side by side in one run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::parser::parse_query;
use plumbline::config::Limits;
use plumbline::protocol::Documents;
use plumbline_tests::bombs::bombs;

/// A page of a front end: nested, with a fragment and variables.
const PAGE: &str = "query Page($first: Int = 10, $after: String, $filter: PupilFilter) {
    viewer { roles schools { name } }
    pupils(first: $first, after: $after, filter: $filter, order: NAME) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { ...Card judgements(first: 5) { nodes { grade { code name } subject { code } window { term } judgedBy { familyName } } }
                characteristics(first: 1) { nodes { disadvantaged sen firstLanguage } } }
    } }
    fragment Card on Pupil { id givenName familyName dateOfBirth sex enrolments(first: 1) { nodes { class { name school { name } } yearGroup } } }";

/// The median time of one call.
fn median(rounds: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    times.sort();
    times[rounds / 2]
}

/// A figure of this process in `/proc`, in KB; none where there is no such thing.
fn memory(figure: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(figure))?;
    line.trim_matches([':', ' ', '\t']).split_whitespace().next()?.parse().ok()
}

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let documents = Arc::new(Documents::new(&plumbline::cli::schema::sdl(), &Limits::default()).expect("a schema"));
    assert!(documents.check(PAGE).is_ok(), "{:?}", documents.check(PAGE).err());

    println!("a document of {} bytes, median of 2,000", PAGE.len());
    let parsing = median(2_000, || drop(parse_query(PAGE)));
    let checking = median(2_000, || drop(documents.check(PAGE)));
    runtime.block_on(documents.read(PAGE)).expect("it is valid");
    let hot = median(2_000, || drop(runtime.block_on(documents.read(PAGE))));
    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    println!("  async-graphql parses it (without validation):  1");
    println!("  new: parsed, validated, limits, cost:          {:.2}", ratio(checking, parsing));
    println!("  hot: found again:                              {:.4}", ratio(hot, parsing));
    println!("  so the pass costs a hot document 1 part in {:.0} of what it costs a new one", ratio(checking, hot));

    let bombs = bombs();
    let texts: Vec<&str> = bombs.iter().map(|bomb| bomb.document.as_str()).collect();
    // Once before, so that what any first call takes for itself is not put down to the bombs.
    let refused = |text: &str| runtime.block_on(documents.read(text)).is_err();
    refused(texts[0]);
    let before = memory("VmRSS");
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let mut times: Vec<(Duration, usize)> = Vec::new();
    let mut costly = 0;
    for (at, text) in texts.iter().enumerate() {
        let started = Instant::now();
        costly += usize::from(!refused(text));
        times.push((started.elapsed(), at));
    }
    times.sort();
    let at = |share: usize| times[(times.len() * share / 1000).min(times.len() - 1)];
    println!("{} bombs of up to 2 KB ({costly} of them are valid, and refused for what they cost)", texts.len());
    println!("  50 %: {:?}  99 %: {:?}  longest: {:?} ({})", at(500).0, at(990).0, at(1000).0, bombs[at(1000).1].kind);
    match before.zip(memory("VmHWM")) {
        Some((before, most)) => {
            println!("  memory at the most: {:.1} MB more", (most.saturating_sub(before)) as f64 / 1024.0)
        }
        None => println!("  memory: not known on this system"),
    }
    assert!(at(990).0 < Duration::from_millis(5), "99 % in under 5 ms");
}
