//! Questions about things by their ids, about the lists below them, and about oneself.

use std::collections::{BTreeMap, HashSet};

use plumbline_entity::academic_year;
use plumbline_entity::appointment::Role;
use plumbline_entity::client_application::ClientScope;
use plumbline_tests::TestApp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::expected::Between;
use super::questions::Selection;
use super::run::{Asked, Place, Run, without_cursors};
use super::shape::Kind;

impl Run<'_> {
    /// Things by their ids, one or many, own and foreign, of this trust and the other, and of none.
    pub(super) async fn things(&mut self, asked: &Asked<'_>) {
        let mut asking = self.asking(asked);
        let many = *asking.chance.pick(&[1, 1, 2, 6]);
        let kinds = [asking.a_kind(), asking.a_kind()];
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
            self.tally.thing(*kind, !expected.is_null());
        }
        self.tally.asks(selections.values().flat_map(Selection::parts));
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
    pub(super) async fn below(&mut self, asked: &Asked<'_>) {
        let rows = asked.expecting.rows;
        let mut asking = self.asking(asked);
        let parent = loop {
            let kind = asking.a_kind();
            if !kind.shape().lists.is_empty() {
                break kind;
            }
        };
        let id = asking.an_id(parent);
        let below = *asking.chance.pick(&parent.shape().lists);
        let (kind, list) = (below.1, asking.below(below));
        self.tally.next();
        self.tally.asks(list.parts());
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
                self.tally.thing(parent, false);
                return;
            }
            let Ok(page) = asked.expecting.page(&list, Some(id), between) else { return };
            self.expect(asked, &query, &json!({ "data": { "it": { "l": page.json } } }), &without_cursors(&answer));
            self.tally.rows_of(kind, page.ids.len(), if at.is_none() { page.withheld } else { 0 });
            let info = &answer["data"]["it"]["l"]["pageInfo"];
            let (Some(true), Some(row)) = (info["hasNextPage"].as_bool(), page.ids.last()) else { return };
            at = Some(Place {
                order: None,
                cursor: info["endCursor"].as_str().expect("a cursor").to_owned(),
                row: *row,
            });
        }
    }

    /// What does not exist for somebody is answered with the same bytes as what never was.
    pub(super) async fn same_as_nothing(&mut self, asked: &Asked<'_>) {
        let kind = *self.chance.pick(Kind::ALL);
        let foreign = asked.expecting.rows[&kind].keys().filter(|id| !asked.expecting.sight.has(kind, **id));
        let foreign: Vec<Uuid> = foreign.copied().collect();
        let Some(id) = self.chance.pick_any(&foreign).copied() else { return };
        let never = self.chance.id();
        self.tally.next();
        self.tally.thing(kind, false);
        let query = |id: Uuid| format!("{{ it: node(id: {}) {{ __typename id }} }}", json!(kind.id(id)));
        let (got, expected) = (self.send(asked, &query(id)).await, self.send(asked, &query(never)).await);
        self.expect(asked, &query(id), &expected, &got);
        self.expect(asked, &query(id), &json!({ "data": { "it": null } }), &got);
    }

    /// How far the judging of a subject and window has come, of those whom somebody sees.
    pub(super) async fn progress(&mut self, asked: &Asked<'_>) {
        let (sight, world) = (asked.expecting.sight, asked.expecting.who.facts.world);
        let (Some(window), Some(subject)) =
            (self.chance.pick_any(&world.assessment_window).cloned(), self.chance.pick_any(&world.subject).cloned())
        else {
            return;
        };
        let by_school = self.chance.percent(30);
        let (window_id, subject_id) = (Kind::AssessmentWindow.id(window.id), Kind::Subject.id(subject.id));
        let query = format!(
            "{{ judgementProgress(windowId: {}, subjectId: {}, by: {}) {{ school {{ id }} class {{ id }} pupils judged missing }} }}",
            json!(window_id),
            json!(subject_id),
            if by_school { "SCHOOL" } else { "CLASS" }
        );
        self.tally.next();
        let mut answer = self.send(asked, &query).await;
        let by_mis = !asked.expecting.who.synchronises().is_empty();
        let (seen, known) = (sight.has(Kind::AssessmentWindow, window.id), sight.has(Kind::Subject, subject.id));
        if !seen || !known {
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer:#}");
            return;
        }
        if by_mis {
            // It sees pupils and no judgements: all would seem to be missing.
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer:#}");
            return;
        }
        let day = TestApp::now().date_naive().min(window.closes_on).max(window.opens_on);
        let current = world.judgement.iter().filter(|row| row.is_current && sight.has(Kind::Judgement, row.id));
        let judged: HashSet<Uuid> = current
            .filter(|row| row.window_id == window.id && row.subject_id == subject.id)
            .map(|row| row.pupil_id)
            .collect();
        let there = world.enrolment.iter().filter(|row| {
            let runs = row.starts_on <= day && row.ends_on.is_none_or(|last| day <= last);
            row.academic_year_id == window.academic_year_id && runs && sight.has(Kind::Enrolment, row.id)
        });
        let mut places: BTreeMap<(Uuid, Option<Uuid>), HashSet<Uuid>> = BTreeMap::new();
        for row in there {
            let class = Some(row.class_id).filter(|_| !by_school);
            places.entry((row.school_id, class)).or_default().insert(row.pupil_id);
        }
        let row = |((school, class), pupils): ((Uuid, Option<Uuid>), HashSet<Uuid>)| {
            let judged = pupils.intersection(&judged).count();
            json!({
                "school": { "id": Kind::School.id(school) }, "class": class.map(|id| json!({ "id": Kind::Class.id(id) })),
                "pupils": pupils.len(), "judged": judged, "missing": pupils.len() - judged,
            })
        };
        let mut expected: Vec<Value> = places.into_iter().map(row).collect();
        if let Some(rows) = answer["data"]["judgementProgress"].as_array_mut() {
            assert!(rows.is_sorted_by_key(|row| std::cmp::Reverse(row["missing"].as_i64())), "{rows:?}");
            rows.sort_by_key(ToString::to_string);
        }
        expected.sort_by_key(ToString::to_string);
        self.expect(asked, &query, &json!({ "data": { "judgementProgress": expected } }), &answer);
    }

    /// What somebody is told of themselves.
    pub(super) async fn viewer(&mut self, asked: &Asked<'_>) {
        let (who, world) = (asked.expecting.who, asked.expecting.who.facts.world);
        let person = world.staff_member.iter().find(|row| Some(row.id) == asked.asker.person);
        let client = world.client_application.iter().find(|row| Some(row.id) == asked.asker.client);
        let mut roles: Vec<Role> = who.held.iter().map(|held| held.role).collect();
        if person.is_none() && who.client.as_ref().is_some_and(|client| client.has(ClientScope::Compare)) {
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
        let query = "{ viewer { name email roles schools { name } clientApplication { clientId } accessGrants { purpose }
            staffMember { email } appointments { role } classes { name } } trust { name } currentAcademicYear { year } }";
        let mut answer = self.send(asked, query).await;
        if let Some(grants) = answer["data"]["viewer"]["accessGrants"].as_array_mut() {
            grants.sort_by_key(ToString::to_string);
        }
        let mut held = who.held.clone();
        held.sort_by_key(|held| (std::cmp::Reverse(held.starts_on), held.id));
        let class = |id: Uuid| &world.class.iter().find(|row| row.id == id).expect("a class").name;
        let taught = held.iter().filter(|held| held.role == Role::ClassTeacher).filter_map(|held| held.class_id);
        let mut classes: Vec<&String> =
            taught.collect::<std::collections::BTreeSet<_>>().into_iter().map(class).collect();
        classes.sort();
        let today = TestApp::now().date_naive();
        let is_now = |row: &&academic_year::Model| {
            row.trust_id == who.trust && who.belongs() && (row.starts_on..=row.ends_on).contains(&today)
        };
        let year = world.academic_year.iter().filter(is_now).map(|row| row.year).max();
        let trust = world.trust.iter().find(|row| row.id == who.trust && who.belongs());
        let expected = json!({
            "viewer": {
                "name": name,
                "email": person.map(|person| &person.email),
                "roles": roles,
                "schools": schools.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
                "clientApplication": client.map(|client| json!({ "clientId": client.client_id })),
                "staffMember": person.map(|person| json!({ "email": person.email })),
                "appointments": held.iter().map(|held| json!({ "role": held.role })).collect::<Vec<_>>(),
                "classes": classes.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
                "accessGrants": grants.iter().map(|purpose| json!({ "purpose": purpose })).collect::<Vec<_>>(),
            },
            "trust": trust.map(|trust| json!({ "name": trust.name })),
            "currentAcademicYear": year.map(|year| json!({ "year": year })),
        });
        self.tally.next();
        self.expect(asked, query, &json!({ "data": expected }), &answer);
    }
}
