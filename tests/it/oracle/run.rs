//! Asks the service and the second implementation the same questions, and lays the answers side by side.

use std::collections::HashMap;
use std::time::Instant;

use plumbline_tests::{Caller, TestApp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::chance::Chance;
use super::expected::{Between, CURSOR, Expecting, Refused};
use super::facts::Facts;
use super::making;
use super::questions::{Asking, List, Size};
use super::rules::{Asker, Who};
use super::shape::Kind;
use super::tally::Tally;
use super::world::World;

/// A cursor that the service gave to somebody, in which order, and the row that it stands for.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) order: Option<&'static str>,
    pub(super) cursor: String,
    pub(super) row: Uuid,
}

/// A world, and what has been asked in it so far.
pub struct Run<'a> {
    pub app: &'a TestApp,
    pub chance: &'a mut Chance,
    pub tally: &'a mut Tally,
    /// With which seed the world can be made again.
    pub seed: u64,
    places: HashMap<Kind, Vec<Place>>,
    /// Comparisons that were answered, by what the viewer sees and what was asked.
    pub(super) answers: HashMap<String, Value>,
}

/// Somebody who asks, and what the world is to them.
pub struct Asked<'a> {
    pub caller: Caller,
    pub asker: Asker,
    pub expecting: Expecting<'a>,
}

/// Asks so many pairs of a viewer and a question at least, in as many worlds as they take; after
/// `enough` differences nothing more.
pub async fn ask(first: TestApp, seed: u64, pairs: usize, enough: usize) -> Tally {
    let mut tally = Tally::up_to(enough);
    // Questions are made by chance, and some are dear.
    let mut app = first.with_endless_budgets();
    let mut seed = seed;
    while tally.pairs < pairs && tally.differences.len() < enough {
        let started = Instant::now();
        let mut chance = Chance::new(seed);
        let world = making::random(&mut chance).fill(&app).await;
        tally.making += started.elapsed().as_secs_f64();
        let mut run = Run {
            app: &app,
            chance: &mut chance,
            tally: &mut tally,
            seed,
            places: HashMap::new(),
            answers: HashMap::new(),
        };
        run.world(&world, pairs).await;
        tally.worlds += 1;
        seed += 1;
        app = TestApp::like(&app).await.with_endless_budgets();
    }
    tally
}

/// Who can ask in a world: all staff, all client applications of the issuer of the tests, and some of
/// them for some of the staff.
pub fn askers(world: &World, chance: &mut Chance) -> Vec<Asker> {
    let clients = world.client_application.iter();
    let clients: Vec<_> = clients.filter(|row| row.issuer == "development" && row.revoked_at.is_none()).collect();
    let mut askers: Vec<Asker> =
        world.staff_member.iter().map(|row| Asker { person: Some(row.id), client: None }).collect();
    askers.extend(clients.iter().map(|row| Asker { person: None, client: Some(row.id) }));
    for person in &world.staff_member {
        let theirs: Vec<_> = clients.iter().filter(|client| client.trust_id == person.trust_id).collect();
        if let Some(client) = chance.pick_any(&theirs) {
            askers.push(Asker { person: Some(person.id), client: Some(client.id) });
        }
    }
    askers
}

/// Signs an asker in.
pub async fn sign_in(app: &TestApp, world: &World, asker: Asker) -> Caller {
    let client = asker.client.map(|id| world.client_application.iter().find(|row| row.id == id).expect("a client"));
    let person = asker.person.map(|id| world.staff_member.iter().find(|row| row.id == id).expect("a person"));
    match (person, client) {
        (Some(person), None) => app.sign_in_as(person.id),
        (Some(person), Some(client)) => app.sign_in_through(&person.email, &client.client_id).await,
        (None, Some(client)) => app.sign_in_client(&client.client_id),
        (None, None) => app.stranger(),
    }
}

impl Run<'_> {
    async fn world(&mut self, world: &World, pairs: usize) {
        let facts = Facts::of(world, TestApp::now().date_naive());
        let rows = world.rows();
        for asker in askers(world, self.chance) {
            let who = Who::of(&facts, asker, TestApp::now());
            let sight = who.sight();
            self.tally.met(&who);
            let caller = sign_in(self.app, world, asker).await;
            let asked = Asked { caller, asker, expecting: Expecting { rows: &rows, who: &who, sight: &sight } };
            // Those to whom nearly nothing exists are soon asked out.
            let much =
                sight.of(Kind::Pupil).len() + sight.of(Kind::SampledWork).len() + sight.of(Kind::StaffMember).len() > 1;
            for _ in 0..if much { 5 } else { 1 } {
                self.list(&asked).await;
            }
            for _ in 0..if much { 2 } else { 1 } {
                self.things(&asked).await;
            }
            self.below(&asked).await;
            match self.chance.below(5) {
                0 => self.viewer(&asked).await,
                2 => self.progress(&asked).await,
                1 => self.same_as_nothing(&asked).await,
                _ if who.belongs() => self.agreement(&asked).await,
                _ => {}
            }
            self.tables(&asked).await;
            if self.tally.pairs >= pairs || self.tally.differences.len() >= self.tally.enough {
                return;
            }
        }
    }

    /// A list at the root, read page by page to its end; or from the place of a cursor that somebody
    /// else was given, perhaps of a row that does not exist for this viewer.
    async fn list(&mut self, asked: &Asked<'_>) {
        // What has the most rules is asked most.
        const OFTEN: [Kind; 9] = [
            Kind::Pupil,
            Kind::Pupil,
            Kind::Judgement,
            Kind::Judgement,
            Kind::Enrolment,
            Kind::SampledWork,
            Kind::SecondJudgement,
            Kind::StaffMember,
            Kind::Appointment,
        ];
        // Until each type was shown to somebody and withheld from somebody, and each operator asked by, what is left is asked more.
        let all: Vec<Kind> = Kind::ALL.iter().copied().filter(|kind| kind.shape().list.is_some()).collect();
        let unmet: Vec<Kind> = all.iter().copied().filter(|kind| !self.tally.has_met(*kind)).collect();
        let asking = self.asking(asked);
        let is_new = |kind: &Kind| unmet.contains(kind) || asking.unasked(*kind).is_some();
        let new: Vec<Kind> = all.iter().copied().filter(is_new).collect();
        let kind = if self.chance.percent(if new.is_empty() { 70 } else { 40 }) {
            *self.chance.pick(&OFTEN)
        } else {
            let of = match self.chance.below(10) {
                0..4 if !unmet.is_empty() => unmet,
                0..7 if !new.is_empty() => new,
                _ => all,
            };
            *self.chance.pick(&of)
        };
        let rows = asked.expecting.rows;
        let list = self.asking(asked).root(kind);
        let borrowed = self.borrowed(asked, &list);
        let backwards = matches!(list.args.size, Size::Last(_));
        self.tally.next();
        self.tally.asks(list.parts());
        let mut at = borrowed;
        // Most lists end within these pages; of the others the rest is left.
        for _ in 0..6 {
            let row = at.as_ref().map(|place| &rows[&kind][&place.row]);
            let between =
                if backwards { Between { before: row, after: None } } else { Between { after: row, before: None } };
            let cursor = at.as_ref().map(|place| place.cursor.as_str());
            let text = if backwards { list.text(None, cursor) } else { list.text(cursor, None) };
            let query = format!("{{ {text} }}");
            let answer = self.send(asked, &query).await;
            let page = match asked.expecting.page(&list, None, between) {
                Ok(page) => page,
                Err(Refused) => {
                    let code = answer["errors"][0]["extensions"]["code"].clone();
                    self.expect(
                        asked,
                        &query,
                        &json!({ "code": "FORBIDDEN", "data": null }),
                        &json!({ "code": code, "data": answer["data"] }),
                    );
                    self.tally.refused += 1;
                    return;
                }
            };
            let expected = json!({ "data": { "l": page.json } });
            let got = without_cursors(&answer);
            self.expect(asked, &query, &expected, &got);
            self.tally.rows_of(kind, page.ids.len(), if at.is_none() { page.withheld } else { 0 });
            let info = &answer["data"]["l"]["pageInfo"];
            self.remember(asked, &list, &page.ids, &answer["data"]["l"]);
            let (more, next, last) = if backwards {
                ("hasPreviousPage", "startCursor", page.ids.first())
            } else {
                ("hasNextPage", "endCursor", page.ids.last())
            };
            let (Some(true), Some(row)) = (info[more].as_bool(), last) else { return };
            let cursor = info[next].as_str().expect("a cursor").to_owned();
            at = Some(Place { order: None, cursor, row: *row });
        }
    }

    /// What makes questions for somebody.
    pub(super) fn asking<'r>(&'r mut self, asked: &'r Asked<'_>) -> Asking<'r> {
        let Expecting { rows, who, sight } = asked.expecting;
        Asking { rows, sight, who, unasked: &self.tally.unasked, chance: self.chance }
    }

    /// A cursor of the same list and order from somebody else.
    fn borrowed(&mut self, asked: &Asked<'_>, list: &List) -> Option<Place> {
        if !self.chance.percent(20) {
            return None;
        }
        let Ok(order) = asked.expecting.order(list) else { return None };
        let order = order.map(|order| order.0);
        let places: Vec<Place> =
            self.places.get(&list.kind)?.iter().filter(|place| place.order == order).cloned().collect();
        let place = self.chance.pick_any(&places).cloned();
        self.tally.borrowed += usize::from(place.is_some());
        place
    }

    fn remember(&mut self, asked: &Asked<'_>, list: &List, ids: &[Uuid], page: &Value) {
        let order = asked.expecting.order(list).ok().flatten().map(|order| order.0);
        let edges = page["edges"].as_array().into_iter().flatten();
        let places = self.places.entry(list.kind).or_default();
        for (row, edge) in ids.iter().zip(edges).take(2) {
            let cursor = edge["cursor"].as_str().expect("a cursor").to_owned();
            places.push(Place { order, cursor, row: *row });
        }
    }

    pub(super) async fn send(&mut self, asked: &Asked<'_>, query: &str) -> Value {
        self.tally.requests += 1;
        let started = Instant::now();
        let mut body = asked.caller.ask(query).await.body;
        // What it cost and what is left of the caller's budget is no part of the answer.
        body.as_object_mut().expect("an answer").remove("extensions");
        self.tally.waiting += started.elapsed().as_secs_f64();
        body
    }

    /// Notes where the two differ, with all that is needed to see it again.
    pub(super) fn expect(&mut self, asked: &Asked<'_>, question: &str, expected: &Value, got: &Value) {
        self.tally.compared += 1;
        // One difference of a viewer is enough to begin with: the next is mostly the same.
        if expected == got || self.tally.differences.iter().any(|(asker, _)| *asker == asked.asker) {
            return;
        }
        let seen = report(self.seed, asked, question, &difference(expected, got, "answer"));
        self.tally.differences.push((asked.asker, seen));
    }
}

/// All that is needed to see a difference again.
pub fn report(seed: u64, asked: &Asked<'_>, question: &str, difference: &str) -> String {
    let who = asked.expecting.who;
    let held = who.held.iter().map(|held| format!("\n    {held:?}"));
    let grants = who.grants.iter().map(|grant| format!("\n    {grant:?}"));
    let standing: String = held.chain(grants).collect();
    format!(
        "\n  again: PLUMBLINE_ORACLE_SEED={seed}\n  viewer: {:?}{standing}\n    {:?}\n  question: {question}\n  where: {difference}\n",
        asked.asker, who.client,
    )
}

/// The same answer with each cursor replaced, for only the service can write them.
pub(super) fn without_cursors(answer: &Value) -> Value {
    match answer {
        Value::Array(items) => items.iter().map(without_cursors).collect(),
        Value::Object(fields) => {
            let replaced = fields.iter().map(|(name, value)| {
                let is_cursor = matches!(name.as_str(), "cursor" | "startCursor" | "endCursor") && value.is_string();
                (name.clone(), if is_cursor { json!(CURSOR) } else { without_cursors(value) })
            });
            Value::Object(replaced.collect())
        }
        other => other.clone(),
    }
}

/// The first places in which two answers differ.
fn difference(expected: &Value, got: &Value, at: &str) -> String {
    let cut = |value: &Value| value.to_string().chars().take(700).collect::<String>();
    match (expected, got) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            let parts = a.iter().filter(|(name, value)| b[*name] != **value);
            parts
                .map(|(name, value)| difference(value, &b[name], &format!("{at}.{name}")))
                .collect::<Vec<_>>()
                .join("\n")
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let parts = a.iter().zip(b).enumerate().filter(|(_, (a, b))| a != b);
            parts.map(|(nth, (a, b))| difference(a, b, &format!("{at}[{nth}]"))).collect::<Vec<_>>().join("\n")
        }
        _ => format!("{at}\n      expected {}\n      got      {}", cut(expected), cut(got)),
    }
}
