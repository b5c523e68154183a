//! What of the schema the table of access does not cover: nothing.

use std::collections::BTreeSet;

use plumbline_tests::sdl::Sdl;
use plumbline_tests::{Stage, TestApp, db_test};

use super::changes::change;
use super::hearing::STREAMS;
use super::questions::{BY_ID, QUESTIONS};
use super::reading::Truths;

/// What of a schema the table does not cover, and what to do about it.
pub fn uncovered(sdl: &Sdl, stage: &Stage, truths: &Truths) -> Vec<String> {
    let mut missing = Vec::new();
    for kind in sdl.nodes() {
        let rows = truths.get(kind).map_or(&[][..], Vec::as_slice);
        let trusts: BTreeSet<_> = rows.iter().filter_map(|row| row.trust).collect();
        for (world, whose) in [(&stage.here, "the trust"), (&stage.there, "the other trust")] {
            if !trusts.contains(&world.trust) {
                missing
                    .push(format!("type {kind}: there is no row of {whose}; make one in `fill` in tests/src/stage.rs"));
            }
        }
    }
    for field in sdl.fields("Query") {
        let is_list = field.items().is_some_and(|kind| sdl.is_node(kind));
        let is_asked = QUESTIONS.iter().any(|question| question.field == field.name);
        if !is_list && !is_asked && !BY_ID.contains(&field.name.as_str()) {
            missing.push(format!("Query.{}: ask it in QUESTIONS in tests/it/access/questions.rs", field.name));
        }
    }
    for field in sdl.fields("Mutation") {
        if change(&field.name).is_none() {
            missing.push(format!(
                "Mutation.{}: say in `change` in tests/it/access/changes.rs how it is tried",
                field.name
            ));
        }
    }
    for field in sdl.fields("Subscription") {
        if !STREAMS.iter().any(|stream| stream.field == field.name) {
            missing.push(format!(
                "Subscription.{}: say in STREAMS in tests/it/access/hearing.rs what it tells of",
                field.name
            ));
        }
    }
    missing
}

/// The rows of all types of a schema.
pub async fn truths(app: &TestApp, sdl: &Sdl) -> Truths {
    let mut truths = Truths::new();
    for kind in sdl.nodes() {
        truths.insert(kind.to_owned(), app.truths(kind).await);
    }
    truths
}

db_test! {
    async fn what_the_table_does_not_cover_is_reported(app) {
        let stage = Stage::set(&app).await;
        let sdl = plumbline::cli::schema::sdl();
        let made_up = "type Gadget implements Node {\n\tid: ID!\n}\ntype Subscription {\n\tticks: Int!\n}\n";
        let widened = format!("{sdl}{made_up}")
            .replacen("type Query {", "type Query {\n\tgadgetOfTheDay: Gadget\n", 1)
            .replacen("type Mutation {", "type Mutation {\n\tbendGadget(input: ID!): Gadget\n", 1);
        let widened = Sdl::read(&widened);
        let found = uncovered(&widened, &stage, &truths(&app, &widened).await);
        let named: Vec<&str> = found.iter().filter_map(|text| text.split(':').next()).collect();
        assert_eq!(named, ["type Gadget", "type Gadget", "Query.gadgetOfTheDay", "Mutation.bendGadget", "Subscription.ticks"]);
    }
}
