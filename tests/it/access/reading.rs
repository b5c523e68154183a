//! All rows of the database, asked for by one viewer by every path there is.

use std::collections::{BTreeMap, BTreeSet};

use plumbline_tests::sdl::{Sdl, SdlField, in_snake_case, is_worked_out};
use plumbline_tests::{Caller, Truth, global_id_of};
use serde_json::{Value, json};
use uuid::Uuid;

/// The rows of the database by type.
pub type Truths = BTreeMap<String, Vec<Truth>>;

/// Types of which asking itself makes rows: their lists have more rows than there were at the beginning.
pub const GROWING: &[&str] = &["AuditEntry"];

/// Fields that show a column of another name: type, field, column.
const RENAMED: &[(&str, &str, &str)] =
    &[("AuditEntry", "clientApplicationId", "client_id"), ("ClientApplication", "keptToSchools", "school_ids")];

/// Lists below a type to whose rows those of another type lead: type, list, the other type. They have the rows of one day, and the oracle
/// knows which; here it is asked that they have no others.
const THROUGH: &[(&str, &str, &str)] = &[("Class", "pupils", "Enrolment"), ("School", "pupils", "Enrolment")];

/// What one viewer was answered.
#[derive(Default)]
pub struct Read {
    /// The rows that exist for them, by type and global id.
    pub seen: BTreeMap<String, BTreeMap<String, Value>>,
    /// What contradicts itself or the database.
    pub faults: Vec<String>,
}

/// Asks for all rows as one viewer: by id, by the lists, from their parents, by the links of other rows.
pub async fn read(caller: &Caller, sdl: &Sdl, truths: &Truths) -> Read {
    let mut read = Read::default();
    for (kind, rows) in truths {
        let seen = by_ids(caller, sdl, kind, rows).await;
        read.seen.insert(kind.clone(), seen);
    }
    for (kind, rows) in truths {
        read.links(sdl, kind, rows);
        read.list(caller, sdl, kind).await;
        read.single(caller, sdl, kind, rows).await;
    }
    read.foreign_and_never_there(caller, truths).await;
    read.children(caller, sdl, truths).await;
    read
}

/// The fields of a type that are asked for with a row: all but lists and those that need arguments.
fn fields_of(sdl: &Sdl, kind: &str) -> Vec<SdlField> {
    let fields = sdl.fields(kind).into_iter();
    fields.filter(|field| field.items().is_none() && !field.needs_arguments).collect()
}

/// The rows that exist for a viewer, by id.
async fn by_ids(caller: &Caller, sdl: &Sdl, kind: &str, rows: &[Truth]) -> BTreeMap<String, Value> {
    let shown = |field: SdlField| match (sdl.is_leaf(&field.of), sdl.is_node(&field.of)) {
        (true, _) => field.name,
        (_, true) => format!("{} {{ id }}", field.name),
        _ => format!("{} {{ __typename }}", field.name),
    };
    let fields = fields_of(sdl, kind).into_iter().map(shown).collect::<Vec<_>>().join(" ");
    let query = format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {kind} {{ {fields} }} }} }}");
    let ids: Vec<String> = rows.iter().map(|row| global_id_of(kind, row.id)).collect();
    let mut seen = BTreeMap::new();
    for some in ids.chunks(100) {
        let answer = caller.ask_with(&query, json!({ "ids": some })).await;
        let nodes = answer.of("nodes").as_array().unwrap().clone();
        assert_eq!(nodes.len(), some.len(), "a place for each id");
        seen.extend(some.iter().cloned().zip(nodes).filter(|(_, node)| !node.is_null()));
    }
    seen
}

/// The column that a field shows, by its name.
pub fn column_of<'c>(kind: &str, field: &str, columns: &'c [String]) -> Option<&'c String> {
    let renamed = RENAMED.iter().find(|(of, name, _)| (*of, *name) == (kind, field)).map(|(_, _, column)| *column);
    let snake = renamed.map_or_else(|| in_snake_case(field), str::to_owned);
    let names = [snake.clone(), format!("{snake}_id"), format!("{}_ids", snake.trim_end_matches('s'))];
    names.iter().find_map(|name| columns.iter().find(|column| *column == name))
}

fn ids(nodes: &Value) -> Vec<String> {
    let nodes = nodes.as_array().into_iter().flatten();
    nodes.filter_map(|node| node["id"].as_str().map(str::to_owned)).collect()
}

impl Read {
    fn sees(&self, kind: &str, id: &str) -> bool {
        self.seen.get(kind).is_some_and(|rows| rows.contains_key(id))
    }

    fn seen_of(&self, kind: &str) -> BTreeSet<String> {
        self.seen.get(kind).into_iter().flat_map(BTreeMap::keys).cloned().collect()
    }

    /// A link leads to what its row points to, exactly if that exists for the viewer.
    fn links(&mut self, sdl: &Sdl, kind: &str, rows: &[Truth]) {
        let mut faults = Vec::new();
        for row in rows {
            let Some(node) = self.seen[kind].get(&global_id_of(kind, row.id)) else { continue };
            for field in fields_of(sdl, kind).iter().filter(|field| sdl.is_node(&field.of)) {
                let value = &node[&field.name];
                // What is worked out, and stands in no column, leads to nothing that does not exist.
                if is_worked_out(kind, &field.name) && !value.is_array() {
                    if value["id"].as_str().is_some_and(|id| !self.sees(&field.of, id)) {
                        faults.push(format!("{kind}.{} leads to {value}, which does not exist", field.name));
                    }
                    continue;
                }
                let target = row.points_to.get(&format!("{}_id", in_snake_case(&field.name)));
                let exists = target.map(|id| global_id_of(&field.of, *id)).filter(|id| self.sees(&field.of, id));
                let fits = match value {
                    Value::Array(_) => ids(value).iter().all(|id| self.sees(&field.of, id)),
                    value => value["id"].as_str().map(str::to_owned) == exists,
                };
                if !fits {
                    faults.push(format!("{kind}.{} leads to {value}, but by id there is {exists:?}", field.name));
                }
            }
        }
        self.faults.append(&mut faults);
    }

    /// The root list of a type, read to its end, has exactly the rows that exist by id.
    async fn list(&mut self, caller: &Caller, sdl: &Sdl, kind: &str) {
        let lists = sdl.fields("Query").into_iter().filter(|field| field.items() == Some(kind));
        for field in lists {
            let name = field.name;
            let query = format!(
                "query($after: String) {{ {name}(first: 100, after: $after) {{ totalCount nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"
            );
            let (mut found, mut after) = (Vec::new(), Value::Null);
            loop {
                let answer = caller.ask_with(&query, json!({ "after": after })).await;
                let page = answer.of(&name);
                found.extend(ids(&page["nodes"]));
                if page["pageInfo"]["hasNextPage"] != true {
                    if page["totalCount"] != found.len() && !GROWING.contains(&kind) {
                        self.faults.push(format!("{name} counts {} and has {}", page["totalCount"], found.len()));
                    }
                    break;
                }
                after = page["pageInfo"]["endCursor"].clone();
            }
            let mut distinct: BTreeSet<String> = found.iter().cloned().collect();
            let (listed, expected) = (distinct.len(), self.seen_of(kind));
            if GROWING.contains(&kind) {
                distinct.retain(|id| expected.contains(id));
            }
            if listed != found.len() || distinct != expected {
                let by_id = expected.len();
                self.faults.push(format!("{name} has {} rows, by id there are {by_id}", found.len()));
            }
        }
    }

    /// A root field that takes an id, such as `pupil(id:)`, answers the same as `node`.
    async fn single(&mut self, caller: &Caller, sdl: &Sdl, kind: &str, rows: &[Truth]) {
        let fields = sdl.fields("Query").into_iter().filter(|field| field.of == kind && field.needs_arguments);
        for field in fields {
            let query = format!("query($id: ID!) {{ {}(id: $id) {{ id }} }}", field.name);
            let hidden = rows.iter().map(|row| global_id_of(kind, row.id)).find(|id| !self.sees(kind, id));
            let shown = self.seen_of(kind).into_iter().next();
            let never = caller.bytes(&query, json!({ "id": global_id_of(kind, Uuid::now_v7()) })).await;
            if let Some(id) = hidden
                && caller.bytes(&query, json!({ "id": id })).await != never
            {
                self.faults.push(format!("{}(id:) tells a row that may not be seen from none", field.name));
            }
            if let Some(id) = shown
                && caller.ask_with(&query, json!({ "id": id })).await.of(&field.name)["id"] != id
            {
                self.faults.push(format!("{}(id:) does not find what `nodes` finds", field.name));
            }
        }
    }

    /// `node(id:)` answers a row that the viewer may not see like one that never was, to the byte.
    async fn foreign_and_never_there(&mut self, caller: &Caller, truths: &Truths) {
        let query = "query($id: ID!) { node(id: $id) { id } }";
        let never = caller.bytes(query, json!({ "id": global_id_of("Pupil", Uuid::now_v7()) })).await;
        if caller.bytes(query, json!({ "id": global_id_of("Gadget", Uuid::now_v7()) })).await != never {
            self.faults.push("node(id:) tells a type that is not there".to_owned());
        }
        for (kind, rows) in truths {
            let hidden = rows.iter().filter(|row| !self.sees(kind, &global_id_of(kind, row.id)));
            // One of each trust, where there is one.
            let trusts: BTreeMap<Option<Uuid>, Uuid> = hidden.map(|row| (row.trust, row.id)).collect();
            for id in trusts.values() {
                if caller.bytes(query, json!({ "id": global_id_of(kind, *id) })).await != never {
                    self.faults.push(format!("node(id:) tells a {kind} that may not be seen from one that never was"));
                }
            }
        }
    }

    /// A list below a parent has the rows that exist by id and point to the parent, and no others. If a type has no
    /// list at the root, all of its rows are found below some parent.
    async fn children(&mut self, caller: &Caller, sdl: &Sdl, truths: &Truths) {
        let mut below: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for parent in truths.keys() {
            let lists =
                sdl.fields(parent).into_iter().filter_map(|field| Some((field.items()?.to_owned(), field.name)));
            for (kind, name) in lists.collect::<Vec<_>>() {
                let query = format!(
                    "query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {parent} {{ {name}(first: 100) {{ totalCount nodes {{ id }} }} }} }} }}"
                );
                let parents: Vec<String> = self.seen_of(parent).into_iter().collect();
                for some in parents.chunks(50) {
                    let answer = caller.ask_with(&query, json!({ "ids": some })).await;
                    for (id, node) in some.iter().zip(answer.of("nodes").as_array().unwrap()) {
                        let found = ids(&node[&name]["nodes"]);
                        if node[&name]["totalCount"] != found.len() {
                            self.faults.push(format!("{parent}.{name} counts other than it has"));
                        }
                        let (exact, children) = match THROUGH.iter().find(|(of, list, _)| of == parent && *list == name)
                        {
                            Some((_, _, links)) => (false, self.linked_to(id, &kind, &truths[*links], links)),
                            None => (true, self.children_of(id, &kind, &truths[&kind])),
                        };
                        let found_here: BTreeSet<_> = found.iter().cloned().collect();
                        if if exact { found_here != children } else { !found_here.is_subset(&children) } {
                            self.faults.push(format!(
                                "{parent}.{name} has {} rows, by id there are {} that point to the parent",
                                found.len(),
                                children.len()
                            ));
                        }
                        below.entry(kind.clone()).or_default().extend(found);
                    }
                }
            }
        }
        for kind in truths.keys() {
            let roots = sdl.fields("Query");
            let is_listed =
                roots.iter().any(|field| field.items() == Some(kind) || (field.of == *kind && !field.needs_arguments));
            if !is_listed && below.remove(kind).unwrap_or_default() != self.seen_of(kind) {
                self.faults.push(format!("{kind}: rows exist by id to which no list leads"));
            }
        }
    }

    /// The rows of a type that exist for the viewer and to which rows of another lead that exist for them, too, and point to a parent.
    fn linked_to(&self, parent: &str, kind: &str, links: &[Truth], of: &str) -> BTreeSet<String> {
        let (_, parent) = plumbline::graphql::decode_id(parent).unwrap();
        let points = |row: &&Truth| row.points_to.values().any(|id| *id == parent);
        let seen = links.iter().filter(points).filter(|row| self.sees(of, &global_id_of(of, row.id)));
        let ids = seen.flat_map(|row| row.points_to.values().map(|id| global_id_of(kind, *id)));
        ids.filter(|id| self.sees(kind, id)).collect()
    }

    /// The rows of a type that exist for the viewer and point to a parent.
    fn children_of(&self, parent: &str, kind: &str, rows: &[Truth]) -> BTreeSet<String> {
        let (_, parent) = plumbline::graphql::decode_id(parent).unwrap();
        let points = |row: &&Truth| row.points_to.values().any(|id| *id == parent);
        let ids = rows.iter().filter(points).map(|row| global_id_of(kind, row.id));
        ids.filter(|id| self.sees(kind, id)).collect()
    }
}
