//! What builds on what: over year groups and subjects, to any depth, without circles.

use plumbline_tests::{Attempt, Size, World, db_test};
use serde_json::{Value, json};

use super::{Writing, codes};

const AROUND: &str = "query($id: ID!, $depth: Int!) { node(id: $id) { ... on Objective {
    buildsOn(depth: $depth) { code subject { code } } leadsTo(depth: $depth) { code } } } }";

db_test! {
    async fn what_an_objective_builds_on_is_told_to_any_depth_and_across_subjects(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let mathematics = Writing::begin(&app, &world, &world.lead, "mathematics", None).await;
        let draft = mathematics.draft().await;
        let count = mathematics.add(&draft, "count", 0, &[]).await;
        let tens = mathematics.add(&draft, "tens", 1, &[&count]).await;
        let tables = mathematics.add(&draft, "tables", 4, &[&tens]).await;
        mathematics.publish(&draft).await;
        let writing = Writing::begin(&app, &world, &world.lead, "writing", None).await;
        let draft = writing.draft().await;
        let list = writing.add(&draft, "list", 4, &[&tables]).await;
        let teacher = app.sign_in(&world.schools[0].classes[0].teacher).await;
        let around = async |id: &Value, depth: i32| {
            let answer = teacher.ask_with(AROUND, json!({ "id": id, "depth": depth })).await;
            assert!(answer["errors"].is_null(), "{:#}", answer.body);
            answer.of("node").clone()
        };
        assert_eq!(codes(&around(&list, 1).await["buildsOn"]), ["tables"]);
        let all = around(&list, 20).await;
        assert_eq!(codes(&all["buildsOn"]), ["tables", "tens", "count"], "the nearest first");
        assert_eq!(all["buildsOn"][0]["subject"]["code"], "mathematics");
        // A draft leads nowhere for others, before it is taught by.
        assert_eq!(codes(&around(&count, 20).await["leadsTo"]), ["tens", "tables"]);
        writing.publish(&draft).await;
        assert_eq!(codes(&around(&count, 20).await["leadsTo"]), ["tens", "tables", "list"]);
        assert_eq!(codes(&around(&count, 2).await["leadsTo"]), ["tens", "tables"]);
        for depth in [0, 21] {
            let answer = teacher.ask_with(AROUND, json!({ "id": list, "depth": depth })).await;
            assert_eq!(answer.error_code(), "BAD_USER_INPUT");
        }
    }

    async fn links_live_on_in_the_versions_that_follow(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let mathematics = Writing::begin(&app, &world, &world.lead, "mathematics", None).await;
        let first = mathematics.draft().await;
        let count = mathematics.add(&first, "count", 0, &[]).await;
        mathematics.add(&first, "tens", 1, &[&count]).await;
        mathematics.publish(&first).await;
        let writing = Writing::begin(&app, &world, &world.lead, "writing", None).await;
        let draft = writing.draft().await;
        let tens = mathematics.objective(&first, "tens").await["id"].clone();
        let list = writing.add(&draft, "list", 2, &[&tens]).await;
        writing.publish(&draft).await;
        let second = mathematics.draft().await;
        let renamed = mathematics.objective(&second, "tens").await;
        let input = json!({ "objectiveId": renamed["id"], "expectedVersion": 1, "statement": "Know tens and ones." });
        Attempt::new(&app, "updateObjective", "objective { id }", input).done(&world.lead).await;
        mathematics.publish(&second).await;
        let query = "query($id: ID!) { node(id: $id) { ... on Objective { buildsOn { id statement curriculumVersion { number } } } } }";
        let now = writing.ask(query, &list).await;
        assert_eq!(now["buildsOn"], json!([
            { "id": renamed["id"], "statement": "Know tens and ones.", "curriculumVersion": { "number": 2 } }]));
        // What was retired still shows what it built on.
        let old = mathematics.ask(query, &tens).await;
        assert_eq!(old["buildsOn"][0]["id"], count);
    }

    async fn a_circle_is_refused_and_named(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let writing = Writing::begin(&app, &world, &world.lead, "writing", None).await;
        let draft = writing.draft().await;
        let a = writing.add(&draft, "a", 1, &[]).await;
        let b = writing.add(&draft, "b", 1, &[&a]).await;
        let c = writing.add(&draft, "c", 1, &[&b]).await;
        let update = |id: &Value, builds_on: Value| Attempt::new(&app, "updateObjective", "objective { id }", json!({
            "objectiveId": id, "expectedVersion": 1, "buildsOn": builds_on }));
        let refused = update(&a, json!([c])).refused(&world.lead, "INVALID buildsOn.0").await;
        let message = refused.of("updateObjective")["userErrors"][0]["message"].as_str().unwrap().to_owned();
        assert_eq!(message, "It would build on itself: a -> c -> b -> a. Leave one of these links out.");
        update(&a, json!([a])).refused(&world.lead, "INVALID buildsOn.0").await;
        // A link that is taken back in the same change closes no circle.
        update(&b, json!([])).done(&world.lead).await;
        update(&a, json!([c])).done(&world.lead).await;
    }

    async fn two_subjects_do_not_come_to_build_on_each_other(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let [one, other] = ["writing", "reading"];
        let one = Writing::begin(&app, &world, &world.lead, one, None).await;
        let other = Writing::begin(&app, &world, &world.lead, other, None).await;
        let mut drafts = Vec::new();
        for writing in [&one, &other] {
            let first = writing.draft().await;
            writing.add(&first, "a", 1, &[]).await;
            writing.publish(&first).await;
            drafts.push((first, writing.draft().await));
        }
        // Each builds on what the other is now, which builds on nothing yet.
        for (writing, own, theirs) in [(&one, 0, 1), (&other, 1, 0)] {
            let row = writing.objective(&drafts[own].1, "a").await;
            let across = [&one, &other][theirs].objective(&drafts[theirs].0, "a").await["id"].clone();
            let input = json!({ "objectiveId": row["id"], "expectedVersion": 1, "buildsOn": [across] });
            let updated = Attempt::new(&app, "updateObjective", "objective { version }", input).done(&world.lead).await;
            assert_eq!(updated["version"], 2, "what it builds on is a part of it");
        }
        one.publish(&drafts[0].1).await;
        let publish = Attempt::new(&app, "publishCurriculumVersion", "curriculumVersion { id }", json!({
            "curriculumVersionId": drafts[1].1, "expectedVersion": 1 }));
        let refused = publish.refused(&world.lead, "INVALID curriculumVersionId").await;
        let message = refused.of("publishCurriculumVersion")["userErrors"][0]["message"].as_str().unwrap().to_owned();
        assert_eq!(message, "Something in it would build on itself: a -> a of writing -> a. Leave one of these links out.");
    }

    async fn what_cannot_be_built_on_is_said_to_be_so(app) {
        let world = World::build(&app, Size { schools: 2, classes: 1, pupils: 1 }).await;
        let there = World::build_another(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let lead = &world.lead;
        let writing = Writing::begin(&app, &world, lead, "writing", None).await;
        let first = writing.draft().await;
        let old = writing.add(&first, "a", 1, &[]).await;
        writing.publish(&first).await;
        let second = writing.draft().await;
        let own = Writing::begin(&app, &world, &world.schools[0].head, "reading", Some(0)).await;
        let of_school = own.draft().await;
        let of_school = own.add(&of_school, "own", 1, &[]).await;
        let elsewhere = Writing::begin(&app, &there, &there.lead, "writing", None).await;
        let draft = elsewhere.draft().await;
        let elsewhere = elsewhere.add(&draft, "x", 1, &[]).await;
        let create = Attempt::new(&app, "createObjective", "objective { id }", json!({
            "curriculumVersionId": second, "code": "b", "category": "SKILL", "strand": "All", "lowestYearGroup": "RECEPTION",
            "statement": "Do b." }));
        create.with("buildsOn", json!([elsewhere])).refused(lead, "NOT_FOUND buildsOn.0").await;
        // One that is retired once this is published; one of a draft of a school.
        create.with("buildsOn", json!([old])).refused(lead, "INVALID buildsOn.0").await;
        create.with("buildsOn", json!([of_school])).refused(lead, "INVALID buildsOn.0").await;
        let later = writing.objective(&second, "a").await["id"].clone();
        create.with("buildsOn", json!([later])).refused(lead, "INVALID buildsOn.0").await;
        create.with("lowestYearGroup", json!("YEAR_1")).with("buildsOn", json!([later])).done(lead).await;
        create.with("buildsOn", json!(vec![later; 31])).refused(lead, "INVALID buildsOn").await;
    }

    async fn nothing_comes_to_be_taught_before_what_it_builds_on(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let writing = Writing::begin(&app, &world, &world.lead, "writing", None).await;
        let draft = writing.draft().await;
        let a = writing.add(&draft, "a", 2, &[]).await;
        let b = writing.add(&draft, "b", 4, &[&a]).await;
        let moved = |id: &Value, low: &str, high: &str| Attempt::new(&app, "updateObjective", "objective { version }", json!({
            "objectiveId": id, "expectedVersion": 1, "lowestYearGroup": low, "highestYearGroup": high }));
        moved(&a, "YEAR_5", "YEAR_5").refused(&world.lead, "INVALID lowestYearGroup").await;
        moved(&b, "YEAR_1", "YEAR_1").refused(&world.lead, "INVALID lowestYearGroup").await;
        moved(&a, "YEAR_3", "YEAR_4").done(&world.lead).await;
        writing.publish(&draft).await;
        // Another subject builds on it, so that it cannot move past that either.
        let reading = Writing::begin(&app, &world, &world.lead, "reading", None).await;
        let other = reading.draft().await;
        reading.add(&other, "c", 4, &[&a]).await;
        reading.publish(&other).await;
        let second = writing.draft().await;
        let later = writing.objective(&second, "a").await["id"].clone();
        let last = writing.objective(&second, "b").await["id"].clone();
        moved(&last, "YEAR_6", "YEAR_6").done(&world.lead).await;
        moved(&later, "YEAR_6", "YEAR_6").done(&world.lead).await;
        let publish = Attempt::new(&app, "publishCurriculumVersion", "curriculumVersion { id }", json!({
            "curriculumVersionId": second, "expectedVersion": 1 }));
        let refused = publish.refused(&world.lead, "INVALID curriculumVersionId").await;
        let message = refused.of("publishCurriculumVersion")["userErrors"][0]["message"].as_str().unwrap().to_owned();
        assert_eq!(message, "`a` is taught from Year 6, and `c`, which builds on it, is due by the end of Year 4.");
    }

    async fn a_whole_sequence_with_its_links_takes_as_few_statements_as_a_part(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let writing = Writing::begin(&app, &world, &world.lead, "writing", None).await;
        let draft = writing.draft().await;
        let mut before = writing.add(&draft, "o-0", 0, &[]).await;
        for at in 1..=20 {
            before = writing.add(&draft, &format!("o-{at}"), at / 4, &[&before]).await;
        }
        writing.publish(&draft).await;
        let lead = app.sign_in(&world.lead).await;
        let mut statements = Vec::new();
        for (first, depth) in [(2, 1), (21, 20)] {
            let query = format!("{{ objectives(first: {first}) {{ nodes {{ code
                buildsOn(depth: {depth}) {{ code buildsOn {{ code }} }} leadsTo(depth: {depth}) {{ code curriculumVersion {{ number }} }} }} }} }}");
            let before = app.db.statements();
            let answer = lead.ask(&query).await;
            assert!(answer["errors"].is_null(), "{:#}", answer.body);
            statements.push(app.db.statements() - before);
        }
        assert_eq!(statements[0], statements[1]);
        assert!(statements[0] < 16, "{statements:?}");
    }
}
