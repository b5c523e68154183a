//! What a mutation judged by still holds when it is committed, however many change things at the same moment.
//!
//! The entries of the audit stand in the order in which changes were committed. So they say what came after what, and
//! each race is judged by them.

mod alike;
mod arena;
mod cost;
mod judged_by;
mod planning;
mod records;
mod setting;

use plumbline::db::{Filling, Read, Reason};
use plumbline_entity::phase;
use plumbline_tests::sdl::Sdl;
use plumbline_tests::{Size, World, db_test};
use sea_orm::ActiveValue::Set;

use alike::{Comes, alike};
use arena::{Arena, Tally};
use judged_by::{Never, changers, race};

/// Requests that are alike and come at once.
const ALIKE: usize = 5;

fn mutations(sdl: &Sdl) -> Vec<String> {
    sdl.fields("Mutation").into_iter().map(|field| field.name).collect()
}

#[test]
fn each_mutation_says_what_it_is_judged_by() {
    for mutation in mutations(&Sdl::of_the_service()) {
        let changers = changers(&mutation).unwrap_or_else(|| {
            panic!(
                "{mutation}: say in `changers` (tests/it/mechanisms/races/judged_by.rs) which mutations change what it is \
                 judged by, and give each a line in `race`; and say in `alike` (alike.rs, beside it) what several of it at \
                 once come to"
            )
        });
        for changer in changers {
            assert!(
                races().any(|(judged, changes, _)| judged == mutation && changes == *changer),
                "{mutation} is judged by what {changer} changes: the two have no race in `RACES`"
            );
        }
    }
}

/// All races. The last one leaves a year that ends in December.
fn races() -> impl Iterator<Item = (&'static str, &'static str, Never)> {
    planning::RACES.iter().chain(judged_by::RACES).copied()
}

db_test! {
    async fn what_was_read_to_judge_by_it_is_not_changed(app) {
        let world = World::build(&app, Size::default()).await;
        let tx = app.db.begin().await.unwrap();
        let permit = Filling.permit::<phase::Entity>(world.trust);
        let wanted = Filling.of::<phase::Entity>().rows().id(world.phases[0]);
        let renamed = phase::ActiveModel { name: Set("Juniors".to_owned()), ..Default::default() };
        let read = tx.one(wanted.clone()).await.unwrap().unwrap();
        let refused = tx.amend::<phase::Entity, _>(&permit, &read, renamed.clone()).await.unwrap_err();
        assert!(refused.to_string().contains("to_change"), "{refused}");
        let read = tx.one(wanted.to_change()).await.unwrap().unwrap();
        assert_eq!(tx.amend::<phase::Entity, _>(&permit, &read, renamed).await.unwrap().name, "Juniors");
    }

    async fn of_requests_that_are_alike_as_many_are_done_as_the_rules_allow(app) {
        let arena = Arena::set(app).await;
        let sdl = Sdl::of_the_service();
        let mut tally = Tally::default();
        for mutation in mutations(&sdl) {
            for round in 0..arena.rounds(4) {
                let line = alike(&arena, &mutation, round).await;
                let line = line.unwrap_or_else(|| panic!("{mutation} has no line in `alike` (tests/it/mechanisms/races/alike.rs)"));
                let run = arena.at_once((0..ALIKE).map(|_| line.shot.clone()).collect(), round).await;
                tally.check(&mutation, run.faults());
                let done = run.committed(&mutation);
                match line.comes {
                    Comes::Each => tally.check(&mutation, (done != ALIKE).then(|| format!("{done} of {ALIKE} were done: {:?}", run.told()))),
                    Comes::Once(refusals) => {
                        let others = run.told().into_iter().filter(|told| !told.is_empty());
                        let known = others.clone().all(|told| refusals.contains(&told.as_str()));
                        let fits = done == 1 && others.count() == ALIKE - 1 && known;
                        tally.check(&mutation, (!fits).then(|| format!("{done} were done: {:?}", run.told())));
                    }
                }
            }
        }
        tally.check("the rules", arena.broken_rules().await);
        tally.report();
    }

    async fn of_requests_with_one_key_one_is_done_and_all_are_answered_alike(app) {
        let arena = Arena::set(app).await;
        let sdl = Sdl::of_the_service();
        let mut tally = Tally::default();
        for mutation in mutations(&sdl) {
            let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
            if !sdl.inputs(&kind).iter().any(|field| field.name == "idempotencyKey") {
                continue;
            }
            for round in 0..arena.rounds(2) {
                let mut shot = alike(&arena, &mutation, round).await.expect("a line").shot;
                shot.input["idempotencyKey"] = serde_json::json!(format!("{mutation} {round}"));
                let run = arena.at_once((0..ALIKE).map(|_| shot.clone()).collect(), 0).await;
                tally.check(&mutation, run.faults());
                let done = run.committed(&mutation);
                tally.check(&mutation, (done != 1).then(|| format!("{done} were done: {:?}", run.told())));
                let same = run.answers.windows(2).all(|pair| pair[0].body == pair[1].body);
                tally.check(&mutation, (!same).then(|| format!("answers differ: {:?}", run.told())));
            }
        }
        tally.report();
    }

    async fn nothing_is_done_by_what_does_not_hold_any_more(app) {
        let arena = Arena::set(app).await;
        let mut tally = Tally::default();
        for (judged, changer, never) in races() {
            let name = format!("{judged} beside {changer}");
            for round in 0..arena.rounds(judged_by::rounds(judged, changer)) {
                let (one, other) = race(&arena, judged, changer, round).await;
                let (judged, changer) = (one.mutation, other.mutation);
                let run = arena.at_once(vec![one.clone(), other, one], round).await;
                tally.check(&name, run.faults());
                let broken = match never {
                    Never::After => run.came_after(judged, changer),
                    Never::Both if judged == changer => run.committed(judged) > 1,
                    Never::Both => run.committed(judged) > 0 && run.committed(changer) > 0,
                    Never::Wrong => false,
                };
                tally.check(&name, broken.then(|| format!("both were done, in the order {:?}", run.order)));
            }
        }
        tally.check("the rules", arena.broken_rules().await);
        tally.report();
    }

    async fn when_everything_happens_at_once_nothing_fails_and_no_rule_is_broken(app) {
        let arena = Arena::set(app).await;
        let mutations = mutations(&Sdl::of_the_service());
        let mut tally = Tally::default();
        for round in 0..arena.rounds(3) {
            let mut shots = Vec::new();
            for mutation in &mutations {
                let shot = alike(&arena, mutation, round).await.expect("a line").shot;
                shots.extend([shot.clone(), shot]);
            }
            let run = arena.at_once(shots, round).await;
            tally.check("all at once", run.faults());
        }
        tally.check("the rules", arena.broken_rules().await);
        tally.report();
    }
}
