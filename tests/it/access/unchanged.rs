//! Nothing changed is no change: an update that changes nothing leaves everything as it is, the version too.

use plumbline_tests::access_table::Spot;
use plumbline_tests::sdl::Sdl;
use plumbline_tests::{Stage, db_test};
use serde_json::Value;

use super::changes::{Targets, change};

db_test! {
    async fn an_update_that_changes_nothing_leaves_everything_as_it_is(app) {
        let stage = Stage::set(&app).await;
        let targets = Targets::all(&app, &stage).await;
        let sdl = Sdl::of_the_service();
        let (world, mut tried) = (&stage.here, 0);
        for field in sdl.fields("Mutation").into_iter().filter(|field| field.name.starts_with("update")) {
            let (spots, input) = change(&field.name).expect("a line in `change`");
            let target = targets.iter().find(|target| spots.contains(&target.spot) && target.spot != Spot::OtherTrust).expect("a place");
            let input = input(target);
            let object = sdl.fields(&field.of).into_iter().find(|of| of.name != "userErrors").expect("an object");
            // The id of what is changed comes first, and what version of it was seen.
            let inputs = sdl.inputs(&format!("{}{}Input", field.name[..1].to_uppercase(), &field.name[1..]));
            let needed: Vec<&str> = inputs.iter().filter(|one| !one.nullable).map(|one| one.name.as_str()).collect();
            let kept: serde_json::Map<String, Value> =
                input.as_object().unwrap().iter().filter(|(name, _)| needed.contains(&name.as_str())).map(|(name, value)| (name.clone(), value.clone())).collect();
            assert!(kept.contains_key("expectedVersion") && kept.len() == 2, "{}: {kept:?}", field.name);
            let before = app.everything().await;
            let mut done = false;
            for email in [&world.lead, &world.schools[0].head] {
                let answer = app.sign_in(email).await.mutate(&field.name, Value::Object(kept.clone()), &object.selected()).await;
                done |= answer.user_errors(&field.name).is_empty() && answer["errors"].is_null();
            }
            assert!(done, "{}: nobody may", field.name);
            assert_eq!(app.everything().await, before, "{} changed something", field.name);
            tried += 1;
        }
        assert!(tried >= 15, "{tried} updates");
    }
}
