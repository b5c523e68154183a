//! Asks the service and the second implementation the same questions, and lays the answers side by side.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use plumbline_entity::appointment::Role;
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
use super::values::rows;
use super::world::World;

/// A cursor that the service gave to somebody, in which order, and the row that it stands for.
#[derive(Clone)]
struct Place {
    order: Option<&'static str>,
    cursor: String,
    row: Uuid,
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
    let mut app = first;
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
        app = TestApp::like(&app).await;
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
        let rows = rows(world);
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
            match self.chance.below(4) {
                0 => self.viewer(&asked).await,
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
        let kind = if self.chance.percent(70) {
            *self.chance.pick(&OFTEN)
        } else {
            let listed: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| kind.shape().list.is_some()).collect();
            *self.chance.pick(&listed)
        };
        let rows = asked.expecting.rows;
        let list = Asking { rows, sight: asked.expecting.sight, chance: self.chance }.root(kind);
        let borrowed = self.borrowed(asked, &list);
        let backwards = matches!(list.args.size, Size::Last(_));
        self.tally.next();
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
            self.tally.rows(page.ids.len(), if at.is_none() { page.withheld } else { 0 });
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

    /// Things by their ids, one or many, own and foreign, of this trust and the other, and of none.
    async fn things(&mut self, asked: &Asked<'_>) {
        let mut asking = Asking { rows: asked.expecting.rows, sight: asked.expecting.sight, chance: self.chance };
        let many = *asking.chance.pick(&[1, 1, 2, 6]);
        let kinds = [*asking.chance.pick(&Kind::ALL), *asking.chance.pick(&Kind::ALL)];
        let mut wanted = Vec::new();
        for _ in 0..many {
            let kind = *asking.chance.pick(&kinds);
            wanted.push((kind, asking.an_id(kind)));
        }
        let mut selections = BTreeMap::new();
        for (kind, _) in &wanted {
            let depth = asking.chance.between(0, 2);
            selections.entry(*kind).or_insert_with(|| asking.selection(*kind, depth));
        }
        // Lists of different types that go by one alias cannot stand in one selection.
        for (kind, selection) in &mut selections {
            for list in &mut selection.lists {
                list.alias = format!("{}{}", list.alias, format!("{kind:?}").to_lowercase());
            }
        }
        // Nor can a field that may be null in one and not in another.
        let fragment = |kind: &Kind| {
            let selection = &selections[kind];
            format!("... on {kind:?} {{ __typename {} }}", selection.text())
        };
        self.tally.next();
        for (kind, id) in &wanted {
            let expected = asked.expecting.thing(&selections[kind], *id);
            self.tally.thing(!expected.is_null());
        }
        let typed = |kind: &Kind, id: Uuid| {
            let mut thing = asked.expecting.thing(&selections[kind], id);
            if let Some(fields) = thing.as_object_mut() {
                fields.insert("__typename".into(), json!(format!("{kind:?}")));
            }
            thing
        };
        if let [(kind, id)] = wanted.as_slice() {
            let one = kind.shape().one.filter(|_| self.chance.percent(50));
            let (field, body) = match one {
                Some(field) => (field, format!("__typename {}", selections[kind].text())),
                None => ("node", fragment(kind)),
            };
            let query = format!("{{ it: {field}(id: {}) {{ {body} }} }}", json!(kind.id(*id)));
            let answer = self.send(asked, &query).await;
            self.expect(asked, &query, &json!({ "data": { "it": typed(kind, *id) } }), &without_cursors(&answer));
            return;
        }
        // Each type apart, for fields of one name and different types do not go together.
        for kind in selections.keys() {
            let ids: Vec<_> = wanted.iter().map(|(kind, id)| kind.id(*id)).collect();
            let query = format!("{{ it: nodes(ids: {}) {{ id {} }} }}", json!(ids), fragment(kind));
            let expected: Vec<Value> = wanted
                .iter()
                .map(|(other, id)| match asked.expecting.sight.has(*other, *id) {
                    true if other == kind => typed(kind, *id),
                    true => json!({ "id": other.id(*id) }),
                    false => Value::Null,
                })
                .collect();
            let answer = self.send(asked, &query).await;
            self.expect(asked, &query, &json!({ "data": { "it": expected } }), &without_cursors(&answer));
        }
    }

    /// A list below a thing, read to its end by its cursors.
    async fn below(&mut self, asked: &Asked<'_>) {
        let rows = asked.expecting.rows;
        let parents: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| !kind.shape().lists.is_empty()).collect();
        let parent = *self.chance.pick(&parents);
        let mut asking = Asking { rows, sight: asked.expecting.sight, chance: self.chance };
        let id = asking.an_id(parent);
        let below = *asking.chance.pick(parent.shape().lists);
        let (kind, list) = (below.1, asking.below(below));
        self.tally.next();
        let mut at: Option<Place> = None;
        for _ in 0..5 {
            let row = at.as_ref().map(|place| &rows[&kind][&place.row]);
            let between = Between { after: row, before: None };
            let cursor = at.as_ref().map(|place| place.cursor.as_str());
            let query = format!(
                "{{ it: node(id: {}) {{ ... on {parent:?} {{ {} }} }} }}",
                json!(parent.id(id)),
                list.text(cursor, None)
            );
            let answer = self.send(asked, &query).await;
            if !asked.expecting.sight.has(parent, id) {
                self.expect(asked, &query, &json!({ "data": { "it": null } }), &answer);
                self.tally.thing(false);
                return;
            }
            let Ok(page) = asked.expecting.page(&list, Some(id), between) else { return };
            self.expect(asked, &query, &json!({ "data": { "it": { "l": page.json } } }), &without_cursors(&answer));
            self.tally.rows(page.ids.len(), if at.is_none() { page.withheld } else { 0 });
            let info = &answer["data"]["it"]["l"]["pageInfo"];
            let (Some(true), Some(row)) = (info["hasNextPage"].as_bool(), page.ids.last()) else { return };
            at = Some(Place {
                order: None,
                cursor: info["endCursor"].as_str().expect("a cursor").to_owned(),
                row: *row,
            });
        }
    }

    /// What does not exist for somebody is answered with the bytes of what never was.
    async fn same_as_nothing(&mut self, asked: &Asked<'_>) {
        let kind = *self.chance.pick(&Kind::ALL);
        let foreign = asked.expecting.rows[&kind].keys().filter(|id| !asked.expecting.sight.has(kind, **id));
        let foreign: Vec<Uuid> = foreign.copied().collect();
        let Some(id) = self.chance.pick_any(&foreign).copied() else { return };
        let never = self.chance.id();
        self.tally.next();
        self.tally.thing(false);
        let query = |id: Uuid| format!("{{ it: node(id: {}) {{ __typename id }} }}", json!(kind.id(id)));
        let (got, expected) = (self.send(asked, &query(id)).await, self.send(asked, &query(never)).await);
        self.expect(asked, &query(id), &expected, &got);
        self.expect(asked, &query(id), &json!({ "data": { "it": null } }), &got);
    }

    /// What somebody is told of themselves.
    async fn viewer(&mut self, asked: &Asked<'_>) {
        let (who, world) = (asked.expecting.who, asked.expecting.who.facts.world);
        let person = world.staff_member.iter().find(|row| Some(row.id) == asked.asker.person);
        let client = world.client_application.iter().find(|row| Some(row.id) == asked.asker.client);
        let mut roles: Vec<Role> = who.held.iter().map(|held| held.role).collect();
        if person.is_none()
            && who
                .client
                .as_ref()
                .is_some_and(|client| client.has(plumbline_entity::client_application::ClientScope::Compare))
        {
            roles.push(Role::TrustAnalyst);
        }
        roles.sort_unstable();
        roles.dedup();
        let mut schools: Vec<&String> =
            world.school.iter().filter(|row| who.schools().contains(&row.id)).map(|row| &row.name).collect();
        schools.sort();
        let mut grants: Vec<String> = who.grants.iter().map(|grant| grant.purpose.clone()).collect();
        grants.sort();
        let name = person.map_or_else(
            || client.expect("somebody").name.clone(),
            |person| format!("{} {}", person.given_name, person.family_name),
        );
        let query = "{ viewer { name email roles schools { name } clientApplication { clientId } accessGrants { purpose } } trust { name } }";
        let mut answer = self.send(asked, query).await;
        if let Some(grants) = answer["data"]["viewer"]["accessGrants"].as_array_mut() {
            grants.sort_by_key(ToString::to_string);
        }
        let trust = world.trust.iter().find(|row| row.id == who.trust && who.belongs());
        let expected = json!({
            "viewer": {
                "name": name,
                "email": person.map(|person| &person.email),
                "roles": roles,
                "schools": schools.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
                "clientApplication": client.map(|client| json!({ "clientId": client.client_id })),
                "accessGrants": grants.iter().map(|purpose| json!({ "purpose": purpose })).collect::<Vec<_>>(),
            },
            "trust": trust.map(|trust| json!({ "name": trust.name })),
        });
        self.tally.next();
        self.expect(asked, query, &json!({ "data": expected }), &answer);
    }

    pub(super) async fn send(&mut self, asked: &Asked<'_>, query: &str) -> Value {
        self.tally.requests += 1;
        let started = Instant::now();
        let body = asked.caller.ask(query).await.body;
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
fn without_cursors(answer: &Value) -> Value {
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
