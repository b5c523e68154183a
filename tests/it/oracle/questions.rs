//! Random questions, as GraphQL and as plain data from which the expected answer is worked out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::json;
use uuid::Uuid;

use super::chance::Chance;
use super::rules::Sight;
use super::shape::{Below, Filter, Kind, Of, Order};
use super::values::{Cell, Rows};

/// What a filter compares with.
#[derive(Clone, Debug)]
pub enum Operand {
    Cell(Cell),
    Id(Kind, Uuid),
}

/// One operator on one field: `in` has several operands, the others one.
#[derive(Clone, Debug)]
pub struct Condition {
    pub operator: &'static str,
    pub operands: Vec<Operand>,
}

/// How many rows of a page, and from which end.
#[derive(Clone, Copy, Debug)]
pub enum Size {
    Unsaid,
    First(usize),
    Last(usize),
}

/// The arguments of a list.
#[derive(Clone, Debug)]
pub struct Args {
    pub filter: Option<Vec<(&'static str, Vec<Condition>)>>,
    pub order: Option<&'static Order>,
    pub size: Size,
}

/// A list that is asked for.
#[derive(Clone, Debug)]
pub struct List {
    pub alias: String,
    pub field: &'static str,
    pub kind: Kind,
    /// The link by which its rows hang on their parent; none at the root.
    pub link: Option<&'static str>,
    pub args: Args,
    pub total: bool,
    pub edges: bool,
    pub selection: Selection,
}

/// The fields that are asked of a thing.
#[derive(Clone, Debug)]
pub struct Selection {
    pub kind: Kind,
    pub plain: Vec<&'static str>,
    pub leads: Vec<(&'static str, Selection)>,
    /// The schools that a client application is kept to.
    pub kept: Option<Box<Selection>>,
    pub lists: Vec<List>,
}

impl Condition {
    fn text(&self, of: Of) -> String {
        let texts: Vec<String> = self
            .operands
            .iter()
            .map(|operand| match operand {
                Operand::Id(kind, id) => json!(kind.id(*id)).to_string(),
                Operand::Cell(cell) if matches!(of, Of::Enum) => cell.json().as_str().expect("an enum").to_owned(),
                Operand::Cell(cell) => cell.json().to_string(),
            })
            .collect();
        match self.operator {
            "in" => format!("in: [{}]", texts.join(", ")),
            operator => format!("{operator}: {}", texts[0]),
        }
    }
}

impl List {
    /// As GraphQL, with the cursors between which to read.
    pub fn text(&self, after: Option<&str>, before: Option<&str>) -> String {
        let mut arguments = Vec::new();
        if let Some(filter) = &self.args.filter {
            let fields = filter.iter().map(|(field, conditions)| {
                let of = self.kind.shape().filters.iter().find(|filter| filter.field == *field).expect("a filter").of;
                let conditions: Vec<String> = conditions.iter().map(|condition| condition.text(of)).collect();
                format!("{field}: {{ {} }}", conditions.join(", "))
            });
            arguments.push(format!("filter: {{ {} }}", fields.collect::<Vec<_>>().join(", ")));
        }
        if let Some((name, _)) = self.args.order {
            arguments.push(format!("order: {name}"));
        }
        match self.args.size {
            Size::Unsaid => {}
            Size::First(size) => arguments.push(format!("first: {size}")),
            Size::Last(size) => arguments.push(format!("last: {size}")),
        }
        for (name, cursor) in [("after", after), ("before", before)] {
            if let Some(cursor) = cursor {
                arguments.push(format!("{name}: {}", json!(cursor)));
            }
        }
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        let mut fields = String::from("pageInfo { hasNextPage hasPreviousPage startCursor endCursor }");
        if self.total {
            fields += " totalCount";
        }
        let selection = self.selection.text();
        if self.edges {
            write!(fields, " edges {{ cursor node {{ {selection} }} }}").expect("text");
        } else {
            write!(fields, " nodes {{ {selection} }}").expect("text");
        }
        format!("{}: {}{arguments} {{ {fields} }}", self.alias, self.field)
    }

    fn cost(&self) -> usize {
        let size = match self.args.size {
            Size::Unsaid => 25,
            Size::First(size) | Size::Last(size) => size,
        };
        6 + size * (2 + self.selection.cost())
    }
}

impl List {
    /// The parts of the schema that it asks for.
    pub fn parts(&self) -> Vec<String> {
        let filters = self.args.filter.iter().flatten();
        let conditions = filters.flat_map(|(field, conditions)| {
            conditions.iter().map(move |condition| self.kind.part(&format!("{field} {}", condition.operator)))
        });
        let order = self.args.order.iter().map(|order| self.kind.part(order.0));
        conditions.chain(order).chain(self.selection.parts()).collect()
    }
}

impl Selection {
    /// The parts of the schema that it asks for.
    pub fn parts(&self) -> Vec<String> {
        let leads = self.leads.iter().map(|lead| lead.0);
        let kept = self.kept.iter().map(|_| "keptToSchools");
        let lists = self.lists.iter().map(|list| list.field);
        let fields = self.plain.iter().copied().chain(leads).chain(kept).chain(lists);
        let below =
            self.leads.iter().flat_map(|lead| lead.1.parts()).chain(self.kept.iter().flat_map(|kept| kept.parts()));
        fields.map(|field| self.kind.part(field)).chain(below).chain(self.lists.iter().flat_map(List::parts)).collect()
    }

    /// As GraphQL. The id is always asked for, so that answers can be told apart.
    pub fn text(&self) -> String {
        let mut text = String::from("id");
        for field in &self.plain {
            write!(text, " {field}").expect("text");
        }
        for (field, selection) in &self.leads {
            write!(text, " {field} {{ {} }}", selection.text()).expect("text");
        }
        if let Some(kept) = &self.kept {
            write!(text, " keptToSchools {{ {} }}", kept.text()).expect("text");
        }
        for list in &self.lists {
            write!(text, " {}", list.text(None, None)).expect("text");
        }
        text
    }

    /// About the cost that the service charges for it.
    pub fn cost(&self) -> usize {
        let leads: usize = self.leads.iter().map(|(_, selection)| 1 + selection.cost()).sum();
        let lists: usize = self.lists.iter().map(List::cost).sum();
        let kept = self.kept.as_ref().map_or(0, |kept| 1 + kept.cost());
        1 + self.plain.len() + leads + lists + kept
    }
}

/// Makes questions about the rows of a world.
pub struct Asking<'a> {
    pub rows: &'a Rows,
    /// What exists for whoever asks: questions are mostly about that.
    pub sight: &'a Sight,
    /// What nobody has asked for yet: that is asked first.
    pub unasked: &'a BTreeSet<String>,
    pub chance: &'a mut Chance,
}

impl Asking<'_> {
    /// A type; more often one whose fields have rules of their own.
    pub fn a_kind(&mut self) -> Kind {
        const MASKED: [Kind; 5] = [
            Kind::PupilCharacteristics,
            Kind::PupilCharacteristics,
            Kind::Pupil,
            Kind::Judgement,
            Kind::SecondJudgement,
        ];
        *if self.chance.percent(40) { self.chance.pick(&MASKED) } else { self.chance.pick(Kind::ALL) }
    }

    /// A random selection of a type, up to `depth` levels deep.
    pub fn selection(&mut self, kind: Kind, depth: usize) -> Selection {
        let shape = kind.shape();
        let plain = if self.chance.percent(25) { shape.plain.clone() } else { self.chance.some(&shape.plain, 4) };
        let mut selection = Selection { kind, plain, leads: Vec::new(), kept: None, lists: Vec::new() };
        if depth > 0 {
            for (field, to) in self.chance.some(&shape.leads, 2) {
                let below = self.selection(to, depth - 1);
                selection.leads.push((field, below));
            }
            for (nth, (field, of, link)) in self.chance.some(&shape.lists, 2).into_iter().enumerate() {
                let most = if depth > 1 { 3 } else { 6 };
                let args = self.args(of, most);
                let below = self.selection(of, depth - 1);
                let (total, edges) = (self.chance.percent(50), self.chance.percent(30));
                let alias = format!("l{nth}");
                selection.lists.push(List {
                    alias,
                    field,
                    kind: of,
                    link: Some(link),
                    args,
                    total,
                    edges,
                    selection: below,
                });
            }
            if kind == Kind::ClientApplication && self.chance.percent(70) {
                selection.kept = Some(Box::new(self.selection(Kind::School, depth - 1)));
            }
        }
        selection
    }

    /// A random list at the root.
    pub fn root(&mut self, kind: Kind) -> List {
        let field = kind.shape().list.expect("a root list");
        loop {
            let args = self.args(kind, 30);
            let depth = *self.chance.pick(&[0, 0, 1, 1, 1, 2, 2, 3, 4]);
            let selection = self.selection(kind, depth);
            let (total, edges) = (self.chance.percent(60), self.chance.percent(50));
            let list = List { alias: "l".into(), field, kind, link: None, args, total, edges, selection };
            // Below what the service would refuse as too much at once.
            if list.cost() < 8000 {
                return list;
            }
        }
    }

    /// A random list that is to stand below a thing, forwards and without lists of its own.
    pub fn below(&mut self, (field, kind, link): Below) -> List {
        let mut args = self.args(kind, 6);
        args.size = Size::First(self.chance.between(1, 6));
        let selection = self.selection(kind, 1);
        List { alias: "l".into(), field, kind, link: Some(link), args, total: true, edges: true, selection }
    }

    fn args(&mut self, kind: Kind, most: usize) -> Args {
        let shape = kind.shape();
        let order = if self.chance.percent(60) { self.chance.pick_any(&shape.orders) } else { None };
        let size = match self.chance.below(10) {
            0 if most > 20 => Size::Unsaid,
            1..=3 => Size::Last(self.chance.between(1 + most / 8, most)),
            _ => Size::First(self.chance.between(1 + most / 8, most)),
        };
        let filter = match self.unasked(kind) {
            Some((filter, operator)) if self.chance.percent(60) => {
                Some(vec![(filter.field, self.conditions(kind, filter, &[operator]))])
            }
            _ => self.chance.percent(40).then(|| {
                let filters = self.chance.some(&shape.filters, 2);
                filters.iter().map(|filter| (filter.field, self.some_conditions(kind, filter))).collect()
            }),
        };
        Args { filter, order, size }
    }

    /// A filter of a type by which nobody has asked yet with this operator.
    pub fn unasked(&self, kind: Kind) -> Option<(&'static Filter, &'static str)> {
        let filters = kind.shape().filters.iter();
        let mut all = filters.flat_map(|filter| filter.operators.iter().map(move |operator| (filter, *operator)));
        all.find(|(filter, operator)| self.unasked.contains(&kind.part(&format!("{} {operator}", filter.field))))
    }

    fn some_conditions(&mut self, kind: Kind, filter: &Filter) -> Vec<Condition> {
        // Mostly one operator, because few rows meet several at once.
        let many = *self.chance.pick(&[1, 1, 1, 1, 0, 2]);
        let mut operators = self.chance.some(&filter.operators, filter.operators.len());
        operators.truncate(many);
        self.conditions(kind, filter, &operators)
    }

    fn conditions(&mut self, kind: Kind, filter: &Filter, operators: &[&'static str]) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for operator in operators.iter().copied() {
            let operands = if operator == "in" { self.chance.between(0, 5) } else { 1 };
            let operands: Vec<Operand> = (0..operands).filter_map(|_| self.operand(kind, filter)).collect();
            if operator != "in" && operands.is_empty() {
                continue;
            }
            let operands = match operator {
                "startsWith" | "contains" => operands.into_iter().map(|operand| self.part(operator, operand)).collect(),
                _ => operands,
            };
            conditions.push(Condition { operator, operands });
        }
        conditions
    }

    /// A value of the field in a row of either trust, whoever may see it.
    fn operand(&mut self, kind: Kind, filter: &Filter) -> Option<Operand> {
        if let Of::Id(to) = filter.of {
            return Some(Operand::Id(to, self.an_id(to)));
        }
        let id = self.one_of(kind)?;
        match &self.rows[&kind][&id].cells[filter.field] {
            Cell::Nothing => None,
            cell => Some(Operand::Cell(cell.clone())),
        }
    }

    fn part(&mut self, operator: &str, operand: Operand) -> Operand {
        let Operand::Cell(Cell::Text(text)) = operand else { return operand };
        let from = if operator == "contains" { self.chance.below(text.len()) } else { 0 };
        let until = self.chance.between(from, text.len());
        Operand::Cell(Cell::Text(text[from..until].to_owned()))
    }

    /// The id of a row of either trust, or of none at all.
    pub fn an_id(&mut self, kind: Kind) -> Uuid {
        match self.one_of(kind) {
            Some(id) if self.chance.percent(94) => id,
            _ => self.chance.id(),
        }
    }

    /// A row of either trust; mostly one that exists for whoever asks.
    fn one_of(&mut self, kind: Kind) -> Option<Uuid> {
        let all: Vec<Uuid> = self.rows.get(&kind)?.keys().copied().collect();
        let seen: Vec<Uuid> = all.iter().copied().filter(|id| self.sight.has(kind, *id)).collect();
        let own = self.chance.percent(65);
        self.chance.pick_any(if own && !seen.is_empty() { &seen } else { &all }).copied()
    }
}
