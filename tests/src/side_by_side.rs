//! Measuring two ways of doing one thing side by side, in one run: what counts is their ratio.

use std::time::{Duration, Instant};

use crate::Caller;

/// How a comparison is made.
#[derive(Clone, Copy, Debug)]
pub struct Measuring {
    /// Callers who ask at once, each again as soon as it is answered.
    pub callers: usize,
    /// How often each way has its turn.
    pub rounds: usize,
    /// How long a turn lasts.
    pub turn: Duration,
}

impl Default for Measuring {
    fn default() -> Self {
        Self { callers: 16, rounds: 9, turn: Duration::from_millis(1500) }
    }
}

/// Answers a second of each way: the medians over the rounds, in the order of the ways. The ways take turns, so that
/// whatever else the machine does disturbs all of them alike.
///
/// # Panics
/// An answer held errors.
pub async fn answers_a_second(measuring: Measuring, ways: &[(&str, Caller)], query: &str) -> Vec<f64> {
    let mut rates: Vec<Vec<f64>> = vec![Vec::new(); ways.len()];
    for round in 0..=measuring.rounds {
        for (at, (_, caller)) in ways.iter().enumerate() {
            let rate = turn(measuring, caller, query).await;
            // The first round warms up.
            if round > 0 {
                rates[at].push(rate);
            }
        }
    }
    let medians: Vec<f64> = rates.into_iter().map(median).collect();
    for ((name, _), rate) in ways.iter().zip(&medians) {
        println!("{name:<40} {rate:>9.0} answers/s   {:>6.3} of the first", rate / medians[0]);
    }
    medians
}

async fn turn(measuring: Measuring, caller: &Caller, query: &str) -> f64 {
    let began = Instant::now();
    let asking = (0..measuring.callers).map(|_| {
        let (caller, query, until) = (caller.clone(), query.to_owned(), began + measuring.turn);
        tokio::spawn(async move {
            let mut answers = 0_u32;
            while Instant::now() < until {
                let answer = caller.ask(&query).await;
                assert!(answer.body["errors"].is_null(), "{:#}", answer.body);
                answers += 1;
            }
            answers
        })
    });
    let mut answers = 0;
    for asked in asking.collect::<Vec<_>>() {
        answers += asked.await.expect("a caller");
    }
    f64::from(answers) / began.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
