//! Each change, tried by each at each place, on a database that nothing else has changed.

use std::collections::{BTreeMap, BTreeSet};

use plumbline_tests::access_table::{Line, Spot};
use plumbline_tests::sdl::Sdl;
use plumbline_tests::{Caller, Prepared, Seat, Stage, TestApp};
use serde_json::{Value, json};

use super::changes::{Targets, change};

/// A change at all places where it can be tried.
pub struct Tries {
    /// The mutation.
    pub mutation: String,
    document: String,
    /// The inputs by place.
    pub inputs: Vec<(Spot, Value)>,
}

/// The word for a change that was carried out.
pub const DONE: &str = "done";

/// All changes of the schema.
pub async fn tries(app: &TestApp, stage: &Stage) -> Vec<Tries> {
    let targets = Targets::all(app, stage).await;
    let sdl = Sdl::of_the_service();
    let tries = sdl.fields("Mutation").into_iter().filter_map(|field| {
        let (spots, input) = change(&field.name)?;
        let targets = targets.iter().filter(|target| spots.contains(&target.spot));
        let inputs = targets.map(|target| (target.spot, input(target))).collect();
        Some(Tries { document: document(&sdl, &field.name, &field.of), mutation: field.name, inputs })
    });
    tries.collect()
}

/// The document of a mutation that asks for the ids of what it changed.
fn document(sdl: &Sdl, mutation: &str, payload: &str) -> String {
    let changed = sdl.fields(payload).into_iter().find(|field| field.name != "userErrors").unwrap();
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ changed: {} userErrors {{ code message }} }} }}",
        changed.selected()
    )
}

impl Tries {
    /// The id of what somebody changed, if they may.
    pub async fn changed_by(&self, caller: &Caller, input: &Value) -> Option<Value> {
        let answer = caller.ask_with(&self.document, json!({ "input": input })).await;
        let changed = &answer.body["data"][&self.mutation]["changed"];
        Some(if changed.is_string() { changed.clone() } else { changed["id"].clone() }).filter(Value::is_string)
    }

    /// What somebody is answered: that it is done, or the codes with which it is refused.
    pub async fn by(&self, caller: &Caller, input: &Value) -> String {
        let answer = caller.ask_with(&self.document, json!({ "input": input })).await;
        if answer.error_code() != "no error" {
            return answer.error_code().to_owned();
        }
        let payload = answer.of(&self.mutation);
        let codes: BTreeSet<&str> =
            payload["userErrors"].as_array().unwrap().iter().filter_map(|error| error["code"].as_str()).collect();
        if codes.is_empty() {
            return DONE.to_owned();
        }
        assert!(payload["changed"].is_null(), "{}: refused, and yet something comes: {payload:#}", self.mutation);
        // An input that is wrong for another reason hides whether they may. Such an input is not sound.
        for unsound in ["INVALID", "DUPLICATE", "STALE", "WRONG_STATE", "IDEMPOTENCY_CONFLICT"] {
            assert!(!codes.contains(unsound), "{}: the input is not sound: {payload:#} {input:#}", self.mutation);
        }
        codes.into_iter().collect::<Vec<_>>().join(", ")
    }
}

/// The database on which changes are tried: the same until one is carried out, then another copy.
pub struct Bench<'p> {
    prepared: &'p Prepared,
    app: TestApp,
    /// All tables as they were at first.
    before: Vec<(String, Vec<Value>)>,
}

impl<'p> Bench<'p> {
    /// A first copy.
    pub async fn set(prepared: &'p Prepared) -> Self {
        let app = prepared.fresh().await;
        let before = app.everything().await;
        Self { prepared, app, before }
    }

    /// Tries one change as one person. A change that is refused leaves all tables as they were.
    pub async fn attempt(&mut self, tries: &Tries, input: &Value, seat: &Seat) -> String {
        let written = self.prepared.written(&self.app).await;
        let came = tries.by(&seat.at(&self.app), input).await;
        let changed = match written {
            Some(_) => self.prepared.written(&self.app).await != written,
            None => self.app.everything().await != self.before,
        };
        assert_eq!(changed, came == DONE, "whether anything changed: {} by {}, {came}", tries.mutation, seat.title);
        if changed {
            self.app = self.prepared.fresh().await;
        }
        came
    }
}

/// Runs all changes as all who stand in the table.
pub async fn run(prepared: &Prepared, stage: &Stage, tries: &[Tries]) -> Vec<Line> {
    let mut bench = Bench::set(prepared).await;
    let mut lines = Vec::new();
    for change in tries {
        let mut cells = Vec::new();
        let (mut abroad, mut possible) = (BTreeSet::new(), BTreeSet::new());
        for seat in &stage.seats {
            let mut came: BTreeMap<String, Vec<Spot>> = BTreeMap::new();
            for (spot, input) in &change.inputs {
                let outcome = bench.attempt(change, input, seat).await;
                if *spot == Spot::OtherTrust {
                    assert_ne!(outcome, DONE, "{} in another trust, by {}", change.mutation, seat.title);
                    abroad.insert(outcome);
                    continue;
                }
                if outcome == DONE {
                    possible.insert(*spot);
                }
                came.entry(outcome).or_default().push(*spot);
            }
            cells.push(put(came));
        }
        for (spot, input) in change.inputs.iter().filter(|(spot, _)| !possible.contains(spot)) {
            let mut done = false;
            for seat in &stage.beside {
                done = done || bench.attempt(change, input, seat).await == DONE;
            }
            assert!(
                done,
                "{} at {}: nobody can do it, so the refusals say nothing: {input:#}",
                change.mutation,
                spot.name()
            );
        }
        let abroad = if abroad.is_empty() {
            "names none".to_owned()
        } else {
            abroad.into_iter().collect::<Vec<_>>().join(" or ")
        };
        lines.push(Line { about: vec![format!("**{}**", change.mutation), abroad], cells });
    }
    lines
}

/// In words: where it was done, then each code, with its places if there are several codes.
fn put(mut came: BTreeMap<String, Vec<Spot>>) -> String {
    let names = |spots: &[Spot]| spots.iter().map(|spot| spot.name()).collect::<Vec<_>>().join(", ");
    let done = came.remove(DONE);
    if done.is_none() && came.len() == 1 {
        return came.into_keys().collect();
    }
    let done = done.map(|spots| if came.is_empty() { DONE.to_owned() } else { format!("{DONE}: {}", names(&spots)) });
    let refused = came.iter().map(|(code, spots)| format!("{code}: {}", names(spots)));
    done.into_iter().chain(refused).collect::<Vec<_>>().join("; ")
}

/// What comes of the changes of some people, in words, everywhere but in their own class.
pub async fn sample(prepared: &Prepared, stage: &Stage, tries: &[Tries], titles: &[&str]) -> Vec<String> {
    let mut bench = Bench::set(prepared).await;
    let mut came = Vec::new();
    for change in tries {
        for seat in stage.seats.iter().filter(|seat| titles.contains(&seat.title)) {
            for (spot, input) in change.inputs.iter().filter(|(spot, _)| *spot != Spot::Class) {
                let outcome = bench.attempt(change, input, seat).await;
                came.push(format!("{}, {}, {}: {outcome}", change.mutation, seat.title, spot.name()));
            }
        }
    }
    came
}
