//! Random questions, as GraphQL and as plain data from which the expected answer is worked out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::json;
use uuid::Uuid;

use super::chance::Chance;
use super::expected::refuses;
use super::rules::{Sight, Use, Who};
use super::shape::{Below, Filter, Kind, Link, ON, Of, Order, SOME};
use super::values::{Cell, Rows};

/// What a filter compares with.
#[derive(Clone, Debug)]
pub enum Operand {
    Cell(Cell),
    Id(Kind, Uuid),
    /// Conditions on other rows.
    Rows(Conditions),
}

/// Conditions by the fields of a filter.
pub type Conditions = Vec<(&'static str, Vec<Condition>)>;

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
    pub filter: Option<Conditions>,
    /// The day of a list that hangs by rows that run on one; today if it is not given.
    pub on: Option<String>,
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
    pub link: Option<Link>,
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
                Operand::Cell(cell @ Cell::Flag(_)) => cell.json().to_string(),
                Operand::Cell(cell) if matches!(of, Of::Enum) => cell.json().as_str().expect("an enum").to_owned(),
                Operand::Cell(cell) => cell.json().to_string(),
                Operand::Rows(conditions) => match of {
                    Of::One(kind, _) | Of::Some(kind, _) | Of::None(kind, _) | Of::Span(kind, ..) => {
                        written(kind, conditions)
                    }
                    _ => panic!("{of:?} takes no rows"),
                },
            })
            .collect();
        match self.operator {
            "in" | "notIn" => format!("{}: [{}]", self.operator, texts.join(", ")),
            ON | SOME => texts[0].clone(),
            operator => format!("{operator}: {}", texts[0]),
        }
    }
}

/// A filter, as GraphQL.
fn written(kind: Kind, conditions: &Conditions) -> String {
    let fields = conditions.iter().map(|(field, conditions)| {
        let of = kind.filter(field).of;
        let texts: Vec<String> = conditions.iter().map(|condition| condition.text(of)).collect();
        match of {
            Of::Day | Of::One(..) | Of::Some(..) | Of::None(..) | Of::Span(..) => {
                format!("{field}: {}", texts.concat())
            }
            _ => format!("{field}: {{ {} }}", texts.join(", ")),
        }
    });
    format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
}

impl List {
    /// As GraphQL, with the cursors between which to read.
    pub fn text(&self, after: Option<&str>, before: Option<&str>) -> String {
        let mut arguments = Vec::new();
        if let Some(filter) = &self.args.filter {
            arguments.push(format!("filter: {}", written(self.kind, filter)));
        }
        if let Some(day) = &self.args.on {
            arguments.push(format!("on: {}", json!(day)));
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

/// A text in capitals, where a question leaves the case to the service.
fn in_capitals(operand: Operand) -> Operand {
    match operand {
        Operand::Cell(Cell::Text(text)) => Operand::Cell(Cell::Text(text.to_uppercase())),
        operand => operand,
    }
}

/// Makes questions about the rows of a world.
pub struct Asking<'a> {
    pub rows: &'a Rows,
    /// What exists for whoever asks: questions are mostly about that.
    pub sight: &'a Sight,
    /// Whoever asks.
    pub who: &'a Who<'a, 'a>,
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
                let mut args = self.args_below(of, most);
                args.on = self.a_day(link);
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
        let mut args = self.args_below(kind, 6);
        args.size = Size::First(self.chance.between(1, 6));
        args.on = self.a_day(link);
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
                let conditions = self.conditions(kind, filter, &[operator]);
                let given = !conditions.is_empty() || filter.takes_operators();
                given.then(|| vec![(filter.field, conditions)])
            }
            _ => self.chance.percent(40).then(|| self.filter(kind, 2)),
        };
        Args { filter, on: None, order, size }
    }

    /// Arguments of a list below another, which is not refused: a refusal there would take what is above it with it.
    fn args_below(&mut self, kind: Kind, most: usize) -> Args {
        let mut args = self.args(kind, most);
        args.filter = args.filter.filter(|filter| !refuses(self.who, kind, filter));
        let is_refused =
            |order: &&Order| order.1.iter().any(|(field, _)| self.who.may_use(kind, field) == Use::Refused);
        args.order = args.order.filter(|order| !is_refused(order));
        args
    }

    /// A random filter by at most so many fields.
    fn filter(&mut self, kind: Kind, most: usize) -> Conditions {
        let filters = self.chance.some(&kind.shape().filters, most);
        let by_field = filters.iter().map(|filter| (filter.field, self.some_conditions(kind, filter)));
        let given = by_field.collect::<Conditions>().into_iter();
        // Operators may all be left out; a day and the filter of other rows may not be.
        given.filter(|(field, conditions)| !conditions.is_empty() || kind.filter(field).takes_operators()).collect()
    }

    /// A day for a list that hangs by rows that run on one.
    fn a_day(&mut self, link: Link) -> Option<String> {
        let Link::Through(kind, ..) = link else { return None };
        if self.chance.percent(30) { None } else { self.a_day_of(kind) }
    }

    /// A day on which a row of a type begins or ends.
    fn a_day_of(&mut self, kind: Kind) -> Option<String> {
        let id = self.one_of(kind)?;
        let row = &self.rows[&kind][&id];
        let (begins, ends) = row.runs();
        match if self.chance.percent(50) { begins } else { ends } {
            Cell::Text(day) => Some(day.clone()),
            _ => None,
        }
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
            if operator == "isNull" {
                let operands = vec![Operand::Cell(Cell::Flag(self.chance.percent(50)))];
                conditions.push(Condition { operator, operands });
                continue;
            }
            let several = matches!(operator, "in" | "notIn");
            let operands = if several { self.chance.between(0, 5) } else { 1 };
            let operands: Vec<Operand> = (0..operands).filter_map(|_| self.operand(kind, filter)).collect();
            if !several && operands.is_empty() {
                continue;
            }
            let is_part = operator.starts_with("startsWith") || operator.starts_with("contains");
            let mut part = |operand| if is_part { self.part(operator, operand) } else { operand };
            let operands: Vec<Operand> = operands.into_iter().map(&mut part).collect();
            let folded = operator.ends_with("Insensitive");
            let operands = operands.into_iter().map(|operand| if folded { in_capitals(operand) } else { operand });
            let operands = operands.collect();
            conditions.push(Condition { operator, operands });
        }
        conditions
    }

    /// A value of the field in a row of either trust, whoever may see it.
    fn operand(&mut self, kind: Kind, filter: &Filter) -> Option<Operand> {
        match filter.of {
            Of::Id(to) => return Some(Operand::Id(to, self.an_id(to))),
            Of::Day => return self.a_day_of(kind).map(|day| Operand::Cell(Cell::Text(day))),
            Of::One(to, _) | Of::Some(to, _) | Of::None(to, _) | Of::Span(to, ..) => {
                return Some(Operand::Rows(self.filter(to, 2)));
            }
            Of::Scalar | Of::Enum => {}
        }
        let id = self.one_of(kind)?;
        match &self.rows[&kind][&id].cells[filter.field] {
            Cell::Nothing => None,
            cell => Some(Operand::Cell(cell.clone())),
        }
    }

    fn part(&mut self, operator: &str, operand: Operand) -> Operand {
        let Operand::Cell(Cell::Text(text)) = operand else { return operand };
        let edges: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let from = if operator.starts_with("contains") { self.chance.below(edges.len() - 1) } else { 0 };
        let until = edges[self.chance.between(from, edges.len() - 1)];
        let from = edges[from];
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
