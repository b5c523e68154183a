//! The oracle knows all of the schema: what it does not ask about by itself fails here, and says which line to add.

use std::collections::BTreeSet;

use plumbline_tests::sdl::Sdl;

use super::attempts::MUTATIONS;
use super::shape::Kind;

/// Root fields that are asked for in ways of their own.
const APART: [&str; 7] =
    ["node", "nodes", "trust", "viewer", "moderationAgreement", "publishedOutcomes", "auditEntries"];

/// The audit grows with each question: it has tests of its own, and who reads it is asked in `tables`.
const AUDIT: &str = "AuditEntry";

/// What every list takes.
const OF_LISTS: [&str; 6] = ["after", "before", "filter", "first", "last", "order"];

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    names.into_iter().collect()
}

#[test]
fn the_oracle_asks_about_every_type_field_filter_and_order() {
    let sdl = Sdl::of_the_service();
    let nodes: Vec<String> = Kind::ALL.iter().map(|kind| format!("{kind:?}")).chain([AUDIT.to_owned()]).collect();
    let known = set(nodes.iter().map(String::as_str));
    assert_eq!(known, set(sdl.nodes()), "a line of `tables!` in world.rs says in which table a type is");
    let shapes: Vec<_> = Kind::ALL.iter().map(|kind| kind.shape()).collect();
    let roots = sdl.fields("Query");
    let asked = shapes.iter().flat_map(|shape| [shape.list, shape.one]).flatten();
    let (asked, known) = (set(asked.chain(APART)), set(roots.iter().map(|field| field.name.as_str())));
    assert_eq!(asked, known, "root fields that are neither the list of a type nor one by its id are in `APART`");
    let lists = roots.into_iter().filter(|field| field.items().is_some());
    for field in nodes.iter().flat_map(|kind| sdl.fields(kind)).chain(lists) {
        let given = set(OF_LISTS.into_iter().filter(|_| field.items().is_some()));
        let takes = set(field.arguments.iter().map(String::as_str));
        assert_eq!(given, takes, "{}: no question gives it all of its arguments", field.name);
    }
}

#[test]
fn the_oracle_tries_every_mutation() {
    let mutations = Sdl::of_the_service().fields("Mutation");
    let known = set(mutations.iter().map(|field| field.name.as_str()));
    assert_eq!(set(MUTATIONS.iter().map(|mutation| mutation.0)), known, "`MUTATIONS` in attempts.rs tries each");
}
