//! The schema as the questions need it: each type's fields, where they lead, how its lists are filtered and
//! ordered. All of it is read from the schema; what the schema cannot say stands in the few lines by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use plumbline_tests::global_id_of;
use plumbline_tests::sdl::{Sdl, SdlField, is_worked_out};
use uuid::Uuid;

pub use super::world::Kind;

/// The orders of each type and their keys; the first order is the default. A key with `-` descends.
const ORDERS: &[(Kind, &str)] = &[
    (Kind::School, "NAME name, URN urn"),
    (Kind::AcademicYear, "LATEST -year, EARLIEST year"),
    (Kind::Phase, "AGE lowestYearGroup highestYearGroup"),
    (Kind::Class, "YEAR_GROUP lowestYearGroup name, NAME name"),
    (Kind::StaffMember, "NAME familyName givenName"),
    (Kind::Appointment, "LATEST -startsOn, EARLIEST startsOn"),
    (Kind::AccessGrant, "LATEST -grantedAt, EXPIRY expiresAt"),
    (Kind::ClientApplication, "NAME name, LATEST -registeredAt"),
    (Kind::Pupil, "NAME familyName givenName, DATE_OF_BIRTH dateOfBirth, UPN upn"),
    (Kind::PupilCharacteristics, "RECORDED version"),
    (Kind::Enrolment, "LATEST -startsOn, EARLIEST startsOn"),
    (Kind::Subject, "NAME name"),
    (Kind::Curriculum, "STANDING standing"),
    (Kind::CurriculumVersion, "LATEST -number"),
    (Kind::Objective, "SEQUENCE lowestYearGroup position, CODE code"),
    (Kind::Framework, "CODE code edition"),
    (Kind::Grade, "CODE code"),
    (Kind::AssessmentWindow, "LATEST -opensOn, EARLIEST opensOn"),
    (Kind::Judgement, "LATEST -judgedOn, EARLIEST judgedOn"),
    (Kind::ModerationExercise, "TITLE title"),
    (Kind::ExerciseStep, "LATEST -takenAt, EARLIEST takenAt"),
    (Kind::SampledWork, "CODE code"),
    (Kind::SecondJudgement, "LATEST -judgedOn, EARLIEST judgedOn"),
    (Kind::ModerationOutcome, "LATEST -agreedOn"),
    (Kind::Plan, "LATEST -startsOn title"),
    (Kind::PlanStep, "LATEST -raisedOn"),
    (Kind::Adaptation, "LATEST -madeOn"),
    (Kind::SharedAdaptation, "LATEST -sharedOn"),
    (Kind::TaughtObjective, "LATEST -taughtOn"),
    (Kind::Focus, "LATEST -startsOn title"),
];

/// Lists below a type to which more than one field of their items leads: the link by which they hang.
const HANGS: &[(Kind, &str, &str)] = &[(Kind::Trust, "schools", "trust")];

/// Lists below a type to which no field of their items leads: rows of another type that run on a day do, by these of their links.
const THROUGH: &[(Kind, &str, Link)] = &[
    (Kind::School, "pupils", Link::Through(Kind::Enrolment, "school", "pupil")),
    (Kind::Class, "pupils", Link::Through(Kind::Enrolment, "class", "pupil")),
];

/// Filters by rows of another type in whose span this lies.
const SPANS: &[(Kind, &str, Of)] =
    &[(Kind::Enrolment, "phaseWhere", Of::Span(Kind::Phase, "yearGroup", ("lowestYearGroup", "highestYearGroup")))];

/// Fields that lead to several things and are no list. The questions ask for each of them in its own way.
const SEVERAL: &[(Kind, &str)] = &[(Kind::ClientApplication, "keptToSchools")];

/// The operators of filters, as `expected` knows them.
const OPERATORS: &[&str] = &[
    "eq",
    "in",
    "ne",
    "notIn",
    "isNull",
    "startsWith",
    "contains",
    "eqInsensitive",
    "startsWithInsensitive",
    "containsInsensitive",
    "gte",
    "lte",
];

/// The operator of a filter that takes a day, and of one that takes the filter of other rows.
pub const ON: &str = "on";
pub const SOME: &str = "some";

/// What a filter compares with.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    Scalar,
    Enum,
    Id(Kind),
    /// A day on which the row runs.
    Day,
    /// The row that a link of this leads to, which the filter of its own type keeps.
    One(Kind, &'static str),
    /// Rows that lead to this by a link of theirs, which the filter of their own type keeps.
    Some(Kind, &'static str),
    /// As `Some`, where there are none.
    None(Kind, &'static str),
    /// Rows between two of whose cells a cell of this lies, which the filter of their own type keeps.
    Span(Kind, &'static str, (&'static str, &'static str)),
}

/// How a list hangs below its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// By a link of its items.
    Own(&'static str),
    /// By rows of another type that run on a day: their links to the parent and to the item.
    Through(Kind, &'static str, &'static str),
}

/// A field of a filter.
#[derive(Clone, Debug)]
pub struct Filter {
    pub field: &'static str,
    pub of: Of,
    /// The type of what its operators take.
    pub operand: &'static str,
    pub operators: Vec<&'static str>,
}

impl Filter {
    /// Whether it takes operators, and not a day or the filter of other rows.
    pub fn takes_operators(&self) -> bool {
        !matches!(self.of, Of::Day | Of::One(..) | Of::Some(..) | Of::None(..) | Of::Span(..))
    }
}

/// A list below a type: its field, what is in it, and how it hangs there.
pub type Below = (&'static str, Kind, Link);

/// An order: its name, and its keys with whether they descend.
pub type Order = (&'static str, Vec<(&'static str, bool)>);

/// What there is to know of a type.
#[derive(Debug)]
pub struct Shape {
    /// The root field that lists it.
    pub list: Option<&'static str>,
    /// The root field that takes an id.
    pub one: Option<&'static str>,
    /// Fields without fields of their own.
    pub plain: Vec<&'static str>,
    /// Fields that lead to one other thing.
    pub leads: Vec<(&'static str, Kind)>,
    /// Fields that are lists.
    pub lists: Vec<Below>,
    /// Fields of its filter.
    pub filters: Vec<Filter>,
    /// Its orders; the first is the default.
    pub orders: Vec<Order>,
    /// The values that a row must have, and the types by which the schema shows them.
    pub cells: BTreeMap<&'static str, &'static str>,
    /// The links that a row must have.
    pub links: BTreeSet<&'static str>,
}

/// The schema of the service.
pub static SDL: LazyLock<Sdl> = LazyLock::new(Sdl::of_the_service);

static SHAPES: LazyLock<BTreeMap<Kind, Shape>> =
    LazyLock::new(|| Kind::ALL.iter().map(|kind| (*kind, kind.read(&SDL))).collect());

impl Kind {
    /// The type of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| format!("{kind:?}") == name)
    }

    /// The id by which callers know a row.
    pub fn id(self, id: Uuid) -> String {
        global_id_of(&format!("{self:?}"), id)
    }

    /// A field of its filter.
    pub fn filter(self, field: &str) -> &'static Filter {
        self.shape().filters.iter().find(|filter| filter.field == field).expect("a filter")
    }

    /// All that can be asked of it, in words.
    pub fn parts(self) -> Vec<String> {
        let shape = self.shape();
        let below = shape.leads.iter().map(|lead| lead.0).chain(shape.lists.iter().map(|list| list.0));
        let several = SEVERAL.iter().filter(|(kind, _)| *kind == self).map(|(_, field)| *field);
        let fields = shape.plain.iter().copied().chain(below).chain(several).map(|field| self.part(field));
        let filters = shape.filters.iter().flat_map(|filter| {
            filter.operators.iter().map(move |operator| self.part(&format!("{} {operator}", filter.field)))
        });
        fields.chain(filters).chain(shape.orders.iter().map(|order| self.part(order.0))).collect()
    }

    /// A field, a field and an operator, or an order of it, in words.
    pub fn part(self, part: &str) -> String {
        format!("{self:?}.{part}")
    }

    /// What there is to ask of it.
    pub fn shape(self) -> &'static Shape {
        &SHAPES[&self]
    }

    /// Its shape in a schema. Fails where a line by hand is missing, or is left over.
    pub fn read(self, sdl: &Sdl) -> Shape {
        let name = format!("{self:?}");
        let roots = sdl.fields("Query");
        let root = |found: Option<String>| found.map(|name| &*name.leak());
        let list = roots.iter().find(|field| field.items() == Some(&name)).map(|field| field.name.clone());
        let one = roots.iter().find(|field| field.of == name && field.needs_arguments).map(|field| field.name.clone());
        let (mut plain, mut leads, mut lists, mut several) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut cells, mut links) = (BTreeMap::new(), BTreeSet::from(["trust"]));
        for field in sdl.fields(&name).into_iter().filter(|field| field.name != "id") {
            if is_worked_out(&name, &field.name) {
                continue;
            }
            let (items, to) = (field.items().and_then(Self::named), Self::named(&field.of));
            let called: &'static str = field.name.leak();
            match (items, to) {
                (Some(items), _) => lists.push((called, items, self.hangs(sdl, called, items))),
                (None, Some(_)) if field.many => several.push((self, called)),
                (None, Some(to)) => leads.push((called, to)),
                (None, None) => {
                    assert!(sdl.is_leaf(&field.of), "{name}.{called}: say in shape.rs how a {} is asked for", field.of);
                    plain.push(called);
                    cells.insert(called, &*field.of.leak());
                }
            }
        }
        let known: Vec<_> = SEVERAL.iter().copied().filter(|(kind, _)| *kind == self).collect();
        assert_eq!(known, several, "{name}: `SEVERAL` in shape.rs has each field that leads to several things");
        let filters = self.filters(sdl, &lists);
        for filter in &filters {
            match filter.of {
                Of::Id(_) => _ = links.insert(filter.field),
                Of::Scalar | Of::Enum => _ = cells.entry(filter.field).or_insert(filter.operand),
                Of::Day | Of::One(..) | Of::Some(..) | Of::None(..) | Of::Span(..) => {}
            }
        }
        links.extend(leads.iter().map(|(field, _)| *field));
        let orders = self.orders();
        let said: BTreeSet<String> = orders.iter().map(|(order, _)| (*order).to_owned()).collect();
        let known = sdl.values(&format!("{name}Order")).into_iter().collect();
        assert_eq!(said, known, "{name}Order: a line of `ORDERS` in shape.rs says its orders and their keys");
        for (order, keys) in &orders {
            let unknown = keys.iter().find(|(key, _)| !cells.contains_key(key));
            assert_eq!(unknown, None, "{name}Order.{order}: `ORDERS` in shape.rs has a key that is no plain field");
        }
        Shape { list: root(list), one: root(one), plain, leads, lists, filters, orders, cells, links }
    }

    fn filters(self, sdl: &Sdl, lists: &[Below]) -> Vec<Filter> {
        let read = |filter: SdlField| {
            let other = filter.of.strip_suffix("Filter").and_then(Self::named);
            if other.is_some() || filter.of == "Date" {
                let field: &str = filter.name.leak();
                let of = match (other, field.strip_suffix("Where")) {
                    (None, _) => Of::Day,
                    (Some(kind), Some(link)) => {
                        let span = SPANS.iter().find(|(of, name, _)| (*of, *name) == (self, field));
                        span.map_or(Of::One(kind, link), |span| span.2)
                    }
                    (Some(kind), None) => match lists.iter().find(|list| is_of(list, field) && list.1 == kind) {
                        Some((list, _, Link::Own(link))) if *list == field => Of::Some(kind, link),
                        Some((_, _, Link::Own(link))) => Of::None(kind, link),
                        _ => panic!("{self:?}.{field}: no list of that name says by which link {kind:?} leads there"),
                    },
                };
                return Filter { field, of, operand: "", operators: vec![if other.is_none() { ON } else { SOME }] };
            }
            let of_operators = sdl.inputs(&filter.of);
            let operand = of_operators.iter().find(|operator| operator.name == "eq").map(|eq| eq.of.clone());
            let operators: Vec<&'static str> =
                of_operators.into_iter().map(|operator| &*operator.name.leak()).collect();
            let unknown = operators.iter().find(|operator| !OPERATORS.contains(operator));
            assert_eq!(unknown, None, "{}: say in expected.rs when it holds, then add it to `OPERATORS`", filter.of);
            let (field, operand): (&str, &str) = (filter.name.leak(), operand.expect("an operator `eq`").leak());
            let of = match operand {
                "ID" => Of::Id(leads_to(sdl, field)),
                of if sdl.values(of).is_empty() => Of::Scalar,
                _ => Of::Enum,
            };
            Filter { field, of, operand, operators }
        };
        sdl.inputs(&format!("{self:?}Filter")).into_iter().map(read).collect()
    }

    fn orders(self) -> Vec<Order> {
        let line = ORDERS.iter().find(|(kind, _)| *kind == self).map(|(_, line)| *line);
        let orders = line.into_iter().flat_map(|line| line.split(", ")).map(|order| {
            let (name, keys) = order.split_once(' ').expect("an order and its keys");
            let key = |key: &'static str| key.strip_prefix('-').map_or((key, false), |key| (key, true));
            (name, keys.split(' ').map(key).collect())
        });
        orders.collect()
    }

    /// The link of its items by which a list below a type hangs: the one that leads to the type.
    fn hangs(self, sdl: &Sdl, list: &str, items: Self) -> Link {
        if let Some((_, _, link)) = HANGS.iter().find(|(kind, name, _)| (*kind, *name) == (self, list)) {
            return Link::Own(link);
        }
        if let Some((_, _, link)) = THROUGH.iter().find(|(kind, name, _)| (*kind, *name) == (self, list)) {
            return *link;
        }
        let fields = sdl.fields(&format!("{items:?}")).into_iter();
        let mut links = fields.filter(|field| {
            Self::named(&field.of) == Some(self) && !field.many && !is_worked_out(&format!("{items:?}"), &field.name)
        });
        let (Some(link), None) = (links.next(), links.next()) else {
            panic!("{self:?}.{list}: a line of `HANGS` in shape.rs says by which link of {items:?} it hangs")
        };
        Link::Own(link.name.leak())
    }
}

/// Whether a field of a filter is about the rows of a list: `judgements`, and `withoutJudgements`.
fn is_of(list: &Below, field: &str) -> bool {
    let without = field.strip_prefix("without").map(|list| list[..1].to_lowercase() + &list[1..]);
    list.0 == field || without.is_some_and(|without| list.0 == without)
}

/// The type to which a field of a filter leads: the one to which all fields of its name lead.
fn leads_to(sdl: &Sdl, name: &str) -> Kind {
    let fields = Kind::ALL.iter().flat_map(|kind| sdl.fields(&format!("{kind:?}")));
    let to: BTreeSet<Kind> =
        fields.filter(|field| field.name == name).filter_map(|field| Kind::named(&field.of)).collect();
    let (Some(kind), 1) = (to.first(), to.len()) else {
        panic!("a filter by the id of a `{name}`: say in shape.rs, `leads_to`, of which of {to:?} it is")
    };
    *kind
}
