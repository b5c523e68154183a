//! The oracle knows all of the schema. What it does not ask about by itself fails here, with the line that is to be
//! added.

use std::collections::BTreeSet;

use plumbline_tests::TestApp;
use plumbline_tests::sdl::{Sdl, is_worked_out};

use super::attempts::MUTATIONS;
use super::shape::{Kind, Link, SDL};
use super::world::World;

/// Root fields that are asked for in ways of their own.
const APART: [&str; 15] = [
    "node",
    "nodes",
    "trust",
    "viewer",
    "currentAcademicYear",
    "judgementProgress",
    "moderationAgreement",
    "moderationAgreements",
    "publishedOutcomes",
    "auditEntries",
    "objectivesByClass",
    "curriculumCoverage",
    "readiness",
    "colleaguePlanning",
    "exerciseSample",
];

/// The audit grows with each question and has tests of its own; `tables` asks who reads it.
const AUDIT: &str = "AuditEntry";

/// Tables that the service keeps for itself, or that grow with each question.
const OWN: [&str; 4] = ["audit_entry", "audit_segment", "demo_fill", "trusted_document"];

/// What every list takes.
const OF_LISTS: [&str; 6] = ["after", "before", "filter", "first", "last", "order"];

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    names.into_iter().collect()
}

#[test]
fn the_oracle_asks_about_every_type_field_filter_and_order() {
    let sdl = &SDL;
    let nodes: Vec<String> = Kind::ALL.iter().map(|kind| format!("{kind:?}")).chain([AUDIT.to_owned()]).collect();
    let known = set(nodes.iter().map(String::as_str));
    assert_eq!(known, set(sdl.nodes()), "a line of `tables!` in world.rs says in which table a type is");
    let shapes: Vec<_> = Kind::ALL.iter().map(|kind| kind.shape()).collect();
    let roots = sdl.fields("Query");
    let asked = shapes.iter().flat_map(|shape| [shape.list, shape.one]).flatten();
    let (asked, known) = (set(asked.chain(APART)), set(roots.iter().map(|field| field.name.as_str())));
    assert_eq!(asked, known, "root fields that are neither the list of a type nor one by its id are in `APART`");
    let lists = roots.into_iter().filter(|field| field.items().is_some());
    let through = |kind: &String, field: &str| {
        let shape = Kind::named(kind).map(Kind::shape);
        shape.is_some_and(|shape| shape.lists.iter().any(|list| list.0 == field && matches!(list.2, Link::Through(..))))
    };
    let below = nodes
        .iter()
        .flat_map(|kind| sdl.fields(kind).into_iter().map(move |field| (kind, field)))
        .filter(|(kind, field)| !is_worked_out(kind, &field.name))
        .map(|(kind, field)| (through(kind, &field.name), field));
    for (on_a_day, field) in below.chain(lists.map(|list| (false, list))) {
        let given = set(OF_LISTS.into_iter().filter(|_| field.items().is_some()).chain(on_a_day.then_some("on")));
        let takes = set(field.arguments.iter().map(String::as_str));
        assert_eq!(given, takes, "{}: no question gives it all of its arguments", field.name);
    }
}

#[test]
fn the_oracle_tries_every_mutation() {
    let mutations = SDL.fields("Mutation");
    let known = set(mutations.iter().map(|field| field.name.as_str()));
    assert_eq!(set(MUTATIONS.iter().map(|mutation| mutation.0)), known, "`MUTATIONS` in attempts.rs tries each");
}

#[tokio::test]
async fn the_oracle_reads_every_table() {
    let tables = TestApp::on_sqlite().await.tables().await;
    let (known, read) = (set(tables.iter().map(String::as_str)), set(World::TABLES.iter().copied().chain(OWN)));
    assert_eq!(
        read, known,
        "a line of `tables!` in world.rs reads each table, and `tables` asks about those of no type"
    );
}

/// The schema with more in it after some of its lines.
fn widened(more: &[(&str, &str)]) -> Sdl {
    let widen = |sdl: String, (after, more): &(&str, &str)| {
        assert!(sdl.contains(after), "{after}");
        sdl.replacen(after, &format!("{after}\n\t{more}"), 1)
    };
    Sdl::read(&more.iter().fold(plumbline::cli::schema::sdl(), widen))
}

#[test]
fn a_new_field_filter_and_list_are_asked_about_by_themselves() {
    let fields = "colour: String former: School judgements: JudgementConnection!";
    let sdl = widened(&[("type Class implements Node {", fields), ("input ClassFilter {", "former: IdFilter")]);
    let (old, new) = (Kind::Class.shape(), Kind::Class.read(&sdl));
    assert!(new.plain.contains(&"colour") && new.plain.len() == old.plain.len() + 1, "{new:?}");
    assert!(new.leads.contains(&("former", Kind::School)), "{new:?}");
    assert!(new.lists.contains(&("judgements", Kind::Judgement, Link::Own("class"))), "{new:?}");
    assert!(
        new.filters
            .iter()
            .any(|filter| filter.field == "former" && filter.operators == ["eq", "in", "isNull", "ne", "notIn"]),
        "{new:?}"
    );
}

#[test]
#[should_panic(expected = "ClassOrder: a line of `ORDERS` in shape.rs says its orders and their keys")]
fn a_new_order_wants_its_keys() {
    Kind::Class.read(&widened(&[("enum ClassOrder {", "COLOUR")]));
}

#[test]
#[should_panic(expected = "Class.judgements: a line of `HANGS` in shape.rs says by which link of Judgement it hangs")]
fn a_list_that_may_hang_by_several_links_wants_to_know_which() {
    let list = ("type Class implements Node {", "judgements: JudgementConnection!");
    Kind::Class.read(&widened(&[list, ("type Judgement implements Node {", "former: Class")]));
}
