//! Random people try to change things in random places. A try that is refused must have changed nothing. After one
//! that is done, what was asked for must be there, where it belongs, and nothing else.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use plumbline::comparison::cells;
use plumbline_entity::appointment::Role;
use plumbline_entity::client_application::ClientScope;
use plumbline_tests::TestApp;
use serde_json::json;
use uuid::Uuid;

use super::attempts::{Attempt, MUTATIONS, Trying};
use super::chance::Chance;
use super::expected::Expecting;
use super::facts::Facts;
use super::making;
use super::rules::{Asker, Who};
use super::run::{Asked, askers, report, sign_in};
use super::shape::{Kind, SDL};
use super::world::World;

/// The roles that may write something.
const WRITERS: [Role; 6] =
    [Role::ClassTeacher, Role::SubjectLeader, Role::PhaseLeader, Role::SeniorLeader, Role::Moderator, Role::TrustLead];

/// Tries in a world before the next one is made.
const TRIES: usize = 120;

/// What a run of tries has covered.
#[derive(Debug, Default)]
pub struct Tried {
    pub worlds: usize,
    pub tries: usize,
    /// Tries of each mutation: done, refused for their place or what they name, refused for another reason.
    pub by_mutation: BTreeMap<&'static str, [usize; 3]>,
    /// Tries by clients, for themselves or for people, and how many of them were done.
    pub by_clients: usize,
    pub done_by_clients: usize,
    pub differences: Vec<String>,
}

/// Tries so many changes.
pub async fn try_all(first: TestApp, seed: u64, tries: usize) -> Tried {
    let mut tried = Tried::default();
    let (mut app, mut seed) = (first, seed);
    while tried.tries < tries {
        let mut chance = Chance::new(seed);
        let mut world = making::random(&mut chance).fill(&app).await;
        for _ in 0..TRIES {
            world = one(&app, &world, seed, &mut chance, &mut tried).await;
            if !tried.differences.is_empty() {
                return tried;
            }
        }
        tried.differences.extend(stale(&app, &world, seed).await);
        tried.worlds += 1;
        seed += 1;
        app = TestApp::like(&app).await;
    }
    tried
}

/// The tables of counts that are others when all is counted anew, if there are any.
async fn stale(app: &TestApp, world: &World, seed: u64) -> Option<String> {
    let tx = app.db.begin().await.expect("a transaction");
    for trust in &world.trust {
        cells::rebuild(&tx, trust.id).await.expect("the cells");
    }
    tx.commit().await.expect("the cells");
    let differences = world.differences(&World::read(app).await);
    (!differences.is_empty()).then(|| format!("\nseed {seed}: counted anew, it is otherwise: {differences:?}"))
}

/// Somebody tries something. Returns the world as it is then.
async fn one(app: &TestApp, world: &World, seed: u64, chance: &mut Chance, tried: &mut Tried) -> World {
    let facts = Facts::of(world, TestApp::now().date_naive());
    let everybody = askers(world, chance);
    // Half of the tries are meant to succeed: people who may do something, at a place where they may.
    let to_succeed = chance.percent(55);
    let asker: Asker = loop {
        let asker = *chance.pick(&everybody);
        let who = Who::of(&facts, asker, TestApp::now());
        let writes = who.client.as_ref().is_none_or(|client| {
            asker.person.is_none() || client.has(ClientScope::Write) || client.has(ClientScope::WriteStaff)
        });
        let does = who.held.iter().any(|held| WRITERS.contains(&held.role)) || !who.synchronises().is_empty();
        if writes && does || (!to_succeed && chance.percent(30)) {
            break asker;
        }
    };
    let who = Who::of(&facts, asker, TestApp::now());
    let sight = who.sight();
    let mut found = None;
    for _ in 0..if to_succeed { 60 } else { 5 } {
        let (name, make) = *chance.pick(MUTATIONS);
        found =
            make(&mut Trying { world, who: &who, sight: &sight, chance: &mut *chance }).map(|attempt| (name, attempt));
        let good = |attempt: &Attempt| attempt.may && attempt.names.iter().all(|(kind, id)| sight.has(*kind, *id));
        if found.as_ref().is_some_and(|(_, attempt)| !to_succeed || good(attempt)) {
            break;
        }
    }
    let Some((name, mut attempt)) = found else { return world.clone() };
    assert_eq!(attempt.name, name);
    if takes_a_key(name) && chance.percent(30) {
        attempt.input["idempotencyKey"] = json!(chance.id());
    }
    let caller = sign_in(app, world, asker).await;
    let answer = caller.mutate(attempt.name, attempt.input.clone(), attempt.object).await;
    let after = World::read(app).await;
    tried.tries += 1;
    tried.by_clients += usize::from(asker.client.is_some());
    let verdict = Verdict::of(&attempt, &answer.body, world, &after, &who, &sight);
    let at = match &verdict {
        Verdict::Done => {
            tried.done_by_clients += usize::from(asker.client.is_some());
            0
        }
        Verdict::Refused => 1,
        Verdict::Unsound => 2,
        Verdict::Different(why) => {
            let question = format!("{}({})", attempt.name, attempt.input);
            let rows = world.rows();
            let asked = Asked { caller, asker, expecting: Expecting { rows: &rows, who: &who, sight: &sight } };
            tried.differences.push(report(seed, &asked, &question, why));
            2
        }
    };
    tried.by_mutation.entry(name).or_default()[at] += 1;
    after
}

/// Whether an input has an `idempotencyKey`.
fn takes_a_key(mutation: &str) -> bool {
    let input = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    SDL.inputs(&input).iter().any(|field| field.name == "idempotencyKey")
}

/// How a try ended.
enum Verdict {
    Done,
    /// Because of what it names, or of its place: as it must be.
    Refused,
    /// For another reason than who asks, such as a name that is taken.
    Unsound,
    Different(String),
}

impl Verdict {
    fn of(
        attempt: &Attempt,
        body: &serde_json::Value,
        before: &World,
        after: &World,
        who: &Who<'_, '_>,
        sight: &super::rules::Sight,
    ) -> Self {
        let Some(errors) = body["data"][attempt.name]["userErrors"].as_array() else {
            return Self::Different(format!("no outcome but {body}"));
        };
        let codes: Vec<&str> = errors.iter().filter_map(|error| error["code"].as_str()).collect();
        let missing: Vec<_> = attempt.names.iter().filter(|(kind, id)| !sight.has(*kind, *id)).collect();
        let mut reasons = Vec::new();
        if !missing.is_empty() {
            reasons.push("NOT_FOUND");
        }
        if !attempt.may {
            reasons.push("FORBIDDEN");
        }
        let of_scope = codes.iter().any(|code| ["NOT_FOUND", "FORBIDDEN"].contains(code));
        let differences = before.differences(after);
        if !codes.is_empty() && !differences.is_empty() {
            return Self::Different(format!("refused with {codes:?}, and yet changed: {differences:?}"));
        }
        match (reasons.is_empty(), codes.is_empty()) {
            (false, false) if codes.iter().all(|code| reasons.contains(code)) => Self::Refused,
            (false, _) => Self::Different(format!(
                "to be refused with {reasons:?} (not there: {missing:?}); got {errors:?}, changed {differences:?}"
            )),
            (true, true) => misplaced(attempt, &differences, who)
                .or_else(|| taken_away(attempt, who))
                .map_or(Self::Done, Self::Different),
            (true, false) if of_scope => Self::Different(format!("to be done; refused: {errors:?}")),
            (true, false) => Self::Unsound,
        }
    }
}

/// For a pupil who was enrolled in another school: the school that they were taken from wrongly, if there is one. It
/// is one where they have a place on that day or later, or had their last place, and which has not let them go before
/// its academic year ends.
fn taken_away(attempt: &Attempt, who: &Who<'_, '_>) -> Option<String> {
    if attempt.name != "enrolPupil" {
        return None;
    }
    let world = who.facts.world;
    let day: NaiveDate = serde_json::from_value(attempt.input["startsOn"].clone()).expect("a day");
    let (_, pupil) = attempt.names.iter().find(|(kind, _)| *kind == Kind::Pupil)?;
    let year_ends = |year: Uuid| world.academic_year.iter().find(|row| row.id == year).expect("a year").ends_on;
    let mut places = who.facts.places_of(*pupil).to_vec();
    places.sort_by_key(|place| place.starts_on);
    let last = places.iter().rfind(|place| place.starts_on <= day);
    let elsewhere = places.iter().filter(|place| Some(place.school_id) != attempt.school);
    let mut keeps = elsewhere.filter(|place| {
        let year_ends = year_ends(place.academic_year_id);
        let ends = place.ends_on.unwrap_or(year_ends);
        ends >= day || (last.is_some_and(|last| last.id == place.id) && ends >= year_ends)
    });
    keeps.next().map(|place| format!("took a pupil away from the school {}", place.school_id))
}

/// What is wrong with the changes of a try that was done.
fn misplaced(
    attempt: &Attempt,
    differences: &[(&'static str, Vec<String>, Vec<String>)],
    who: &Who<'_, '_>,
) -> Option<String> {
    let main = differences.iter().find(|(table, _, _)| *table == attempt.tables[0]);
    let removes = attempt.name.starts_with("remove");
    let marked = |(_, lost, new): &(&str, Vec<String>, Vec<String>)| {
        if removes {
            lost.iter().any(|row| row.contains(&attempt.mark)) && new.is_empty()
        } else {
            new.iter().any(|row| row.contains(&attempt.mark))
        }
    };
    if !main.is_some_and(marked) {
        return Some(format!("done, but {:?} is not in {}: {differences:?}", attempt.mark, attempt.tables[0]));
    }
    for (table, lost, new) in differences {
        let forgets = ["erasePupil", "mergePupils"].contains(&attempt.name);
        if *table == "idempotency_key" && (forgets || attempt.input.get("idempotencyKey").is_some()) {
            continue;
        }
        if !attempt.tables.contains(table) {
            return Some(format!("changed {table}, which is none of its business: {lost:?} {new:?}"));
        }
        let cells = table.ends_with("_cell");
        for row in lost.iter().chain(new) {
            let in_trust = row.contains(&format!("trust_id: {}", who.trust));
            let of_school = row.contains("school_id: ") && !cells;
            let in_school = attempt.school.is_none_or(|school| !of_school || row.contains(&school.to_string()));
            if !in_trust || !in_school {
                return Some(format!("wrote outside its place, into {table}: {row}"));
            }
        }
    }
    None
}
