//! The answer that a question must have, worked out in memory.

use std::cmp::Ordering;

use plumbline_tests::TestApp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::questions::{Condition, Conditions, List, Operand, Selection, Size};
use super::rules::{Sight, Use, Who};
use super::shape::{Kind, Link, Of, Order};
use super::values::{Cell, Row, Rows};

/// What takes the place of a cursor, which only the service can write.
pub const CURSOR: &str = "<cursor>";

/// Somebody, and what the world is to them.
pub struct Expecting<'a> {
    pub rows: &'a Rows,
    pub who: &'a Who<'a, 'a>,
    pub sight: &'a Sight,
}

/// A page as it must be.
pub struct Page {
    pub json: Value,
    /// The rows on it.
    pub ids: Vec<Uuid>,
    /// Rows of either trust that the question is about and that do not exist for the viewer.
    pub withheld: usize,
}

/// The question must be refused, because it uses what may be read in no row.
pub struct Refused;

/// Where a page begins and ends: after one row and before another.
#[derive(Clone, Copy, Default)]
pub struct Between<'a> {
    pub after: Option<&'a Row>,
    pub before: Option<&'a Row>,
}

impl Expecting<'_> {
    /// A thing by its id: null where it does not exist.
    pub fn thing(&self, selection: &Selection, id: Uuid) -> Value {
        if !self.sight.has(selection.kind, id) {
            return Value::Null;
        }
        let row = &self.rows[&selection.kind][&id];
        let mut fields = Map::new();
        fields.insert("id".into(), json!(selection.kind.id(id)));
        for field in &selection.plain {
            let shown = self.sight.reads(selection.kind, id, field);
            fields.insert((*field).into(), if shown { row.cells[field].json() } else { Value::Null });
        }
        for (field, below) in &selection.leads {
            let thing = row.links[field].map_or(Value::Null, |to| self.thing(below, to));
            fields.insert((*field).into(), thing);
        }
        if let Some(below) = &selection.kept {
            fields.insert("keptToSchools".into(), self.kept(below, id));
        }
        for list in &selection.lists {
            let page = self.page(list, Some(id), Between::default());
            let Ok(page) = page else { panic!("no list below another is filtered by what is hidden: {list:?}") };
            fields.insert(list.alias.clone(), page.json);
        }
        Value::Object(fields)
    }

    fn kept(&self, below: &Selection, client: Uuid) -> Value {
        let client = self.who.facts.world.client_application.iter().find(|row| row.id == client).expect("a client");
        let Some(mut schools) = super::rules::Registered::of(client).schools else { return Value::Null };
        schools.sort_by_key(|id| &self.rows[&Kind::School][id].cells["name"]);
        schools.retain(|id| self.sight.has(Kind::School, *id));
        schools.iter().map(|id| self.thing(below, *id)).collect()
    }

    /// A page of a list.
    pub fn page(&self, list: &List, parent: Option<Uuid>, between: Between<'_>) -> Result<Page, Refused> {
        let order = self.order(list)?;
        let mut found: Vec<&Row> = Vec::new();
        let mut withheld = 0;
        for row in self.rows.get(&list.kind).into_iter().flat_map(|rows| rows.values()) {
            if !self.hangs(list, row, parent) || !self.matches(list.kind, list.args.filter.as_ref(), row) {
                continue;
            }
            if self.sight.has(list.kind, row.id) && self.usable(list, order, row)? {
                found.push(row);
            } else {
                withheld += 1;
            }
        }
        found.sort_by(|a, b| compare(order, a, b));
        let total = found.len();
        found.retain(|row| between.after.is_none_or(|after| compare(order, row, after) == Ordering::Greater));
        found.retain(|row| between.before.is_none_or(|before| compare(order, row, before) == Ordering::Less));
        let (rows, has_previous, has_next) = match list.args.size {
            Size::Last(size) => {
                let cut = found.len().saturating_sub(size);
                (found.split_off(cut), cut > 0, between.before.is_some())
            }
            Size::First(_) | Size::Unsaid => {
                let size = if let Size::First(size) = list.args.size { size } else { 25 };
                let more = found.len() > size;
                found.truncate(size);
                (found, between.after.is_some(), more)
            }
        };
        let cursor = if rows.is_empty() { Value::Null } else { json!(CURSOR) };
        let mut page = Map::new();
        page.insert(
            "pageInfo".into(),
            json!({ "hasNextPage": has_next, "hasPreviousPage": has_previous, "startCursor": cursor, "endCursor": cursor }),
        );
        if list.total {
            page.insert("totalCount".into(), json!(total));
        }
        let things = rows.iter().map(|row| self.thing(&list.selection, row.id));
        if list.edges {
            let edges: Value = things.map(|thing| json!({ "cursor": CURSOR, "node": thing })).collect();
            page.insert("edges".into(), edges);
        } else {
            page.insert("nodes".into(), things.collect());
        }
        Ok(Page { json: Value::Object(page), ids: rows.iter().map(|row| row.id).collect(), withheld })
    }

    /// Whether a row is in a list below a parent.
    fn hangs(&self, list: &List, row: &Row, parent: Option<Uuid>) -> bool {
        match list.link {
            None => true,
            Some(Link::Own(link)) => row.links[link] == parent,
            Some(Link::Through(kind, up, down)) => {
                let day = list.args.on.clone().unwrap_or_else(|| TestApp::now().date_naive().to_string());
                let day = Cell::Text(day);
                let leads = |other: &Row| other.links[up] == parent && other.links[down] == Some(row.id);
                self.seen(kind).any(|other| leads(other) && other.runs_on(&day))
            }
        }
    }

    /// The rows of a type that exist for the viewer.
    fn seen(&self, kind: Kind) -> impl Iterator<Item = &Row> {
        let rows = self.rows.get(&kind).into_iter().flat_map(|rows| rows.values());
        rows.filter(move |row| self.sight.has(kind, row.id))
    }

    /// Whether a row meets all conditions, if all of it could be read.
    fn matches(&self, kind: Kind, filter: Option<&Conditions>, row: &Row) -> bool {
        let conditions = filter.into_iter().flatten();
        let mut conditions =
            conditions.flat_map(|(field, conditions)| conditions.iter().map(move |condition| (*field, condition)));
        conditions.all(|(field, condition)| match (kind.filter(field).of, condition.operands.first()) {
            (Of::Day, Some(Operand::Cell(day))) => row.runs_on(day),
            (Of::One(other, link), Some(Operand::Rows(filter))) => {
                self.seen(other).any(|one| row.links[link] == Some(one.id) && self.keeps(other, filter, one))
            }
            (Of::Some(other, link), Some(Operand::Rows(filter))) => {
                self.seen(other).any(|one| one.links[link] == Some(row.id) && self.keeps(other, filter, one))
            }
            (Of::None(other, link), Some(Operand::Rows(filter))) => {
                !self.seen(other).any(|one| one.links[link] == Some(row.id) && self.keeps(other, filter, one))
            }
            (Of::Span(other, cell, (low, high)), Some(Operand::Rows(filter))) => self.seen(other).any(|one| {
                let spans = one.cells[low] <= row.cells[cell] && row.cells[cell] <= one.cells[high];
                spans && self.keeps(other, filter, one)
            }),
            _ => holds(condition, field, row),
        })
    }

    /// Whether a row of another table meets conditions, by what may be read of it.
    fn keeps(&self, kind: Kind, filter: &Conditions, row: &Row) -> bool {
        let read = filter.iter().all(|(field, _)| self.sight.reads(kind, row.id, field));
        read && self.matches(kind, Some(filter), row)
    }

    /// The keys by which a list is sorted; only the id if its default order would tell what is hidden.
    pub fn order(&self, list: &List) -> Result<Option<&'static Order>, Refused> {
        let usual = &list.kind.shape().orders[0];
        let open = |order: &Order| order.1.iter().all(|(field, _)| self.may_use(list.kind, field) == Use::Everywhere);
        let refused = |field: &str| self.may_use(list.kind, field) == Use::Refused;
        if list.args.filter.as_ref().is_some_and(|filter| refuses(self.who, list.kind, filter)) {
            return Err(Refused);
        }
        match list.args.order {
            Some(order) if order.1.iter().any(|(field, _)| refused(field)) => Err(Refused),
            Some(order) => Ok(Some(order)),
            None => Ok(Some(usual).filter(|usual| open(usual))),
        }
    }

    fn may_use(&self, kind: Kind, field: &str) -> Use {
        self.who.may_use(kind, field)
    }

    /// Whether all that the list is filtered and ordered by may be read in a row.
    fn usable(&self, list: &List, order: Option<&'static Order>, row: &Row) -> Result<bool, Refused> {
        let filtered = list.args.filter.iter().flatten().map(|(field, _)| *field);
        let ordered = order.into_iter().flat_map(|(_, keys)| keys.iter().map(|(field, _)| *field));
        Ok(filtered.chain(ordered).all(|field| self.sight.reads(list.kind, row.id, field)))
    }
}

/// Whether a filter uses what may be read in no row.
pub fn refuses(who: &Who<'_, '_>, kind: Kind, filter: &Conditions) -> bool {
    let refused = |operand: &Operand, other| matches!(operand, Operand::Rows(filter) if refuses(who, other, filter));
    filter.iter().any(|(field, conditions)| {
        let below = match kind.filter(field).of {
            Of::One(other, _) | Of::Some(other, _) | Of::None(other, _) | Of::Span(other, ..) => {
                conditions.iter().flat_map(|condition| &condition.operands).any(|operand| refused(operand, other))
            }
            _ => false,
        };
        below || who.may_use(kind, field) == Use::Refused
    })
}

/// How two rows stand in an order; the id comes last.
fn compare(order: Option<&'static Order>, a: &Row, b: &Row) -> Ordering {
    let keys = order.into_iter().flat_map(|(_, keys)| keys.iter());
    let by_keys = keys.map(|(field, descends)| {
        let ordering = a.cells[field].cmp(&b.cells[field]);
        if *descends { ordering.reverse() } else { ordering }
    });
    by_keys.fold(Ordering::Equal, Ordering::then).then(a.id.cmp(&b.id))
}

fn holds(condition: &Condition, field: &str, row: &Row) -> bool {
    let equals = |operand: &Operand| match operand {
        Operand::Id(_, id) => row.links[field] == Some(*id),
        Operand::Cell(cell) => row.cells[field] == *cell,
        Operand::Rows(_) => panic!("rows are kept by a filter of their own"),
    };
    let is_there = |operand: &Operand| match operand {
        Operand::Id(..) => row.links[field].is_some(),
        _ => row.cells[field] != Cell::Nothing,
    };
    let one = || condition.operands.first().expect("an operand");
    let cell = || match one() {
        Operand::Cell(cell) => cell,
        Operand::Id(..) | Operand::Rows(_) => panic!("only values are more or less"),
    };
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        other => panic!("{other:?} is no text"),
    };
    match condition.operator {
        "isNull" => {
            let none = match row.links.get(field) {
                Some(link) => link.is_none(),
                None => row.cells[field] == Cell::Nothing,
            };
            *cell() == Cell::Flag(none)
        }
        "eq" => equals(one()),
        "in" => condition.operands.iter().any(equals),
        "ne" => is_there(one()) && !equals(one()),
        "notIn" => {
            let there = match row.links.get(field) {
                Some(link) => link.is_some(),
                None => row.cells[field] != Cell::Nothing,
            };
            there && !condition.operands.iter().any(equals)
        }
        "gte" => row.cells[field] != Cell::Nothing && row.cells[field] >= *cell(),
        "lte" => row.cells[field] != Cell::Nothing && row.cells[field] <= *cell(),
        _ if row.cells[field] == Cell::Nothing => false,
        "startsWith" => text(&row.cells[field]).starts_with(&text(cell())),
        "contains" => text(&row.cells[field]).contains(&text(cell())),
        "eqInsensitive" => folded(&text(&row.cells[field])) == folded(&text(cell())),
        "startsWithInsensitive" => folded(&text(&row.cells[field])).starts_with(&folded(&text(cell()))),
        "containsInsensitive" => folded(&text(&row.cells[field])).contains(&folded(&text(cell()))),
        other => panic!("no operator {other}"),
    }
}

/// A text without its case and accents: those that stand in the names of [`making`](super::making).
fn folded(text: &str) -> String {
    text.to_lowercase().replace('ë', "e")
}
