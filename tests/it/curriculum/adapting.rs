//! A school follows, adapts or replaces what the trust teaches, and what of it can be compared.

use plumbline::curriculum::Subject;
use plumbline::organisation::School;
use plumbline_tests::{Attempt, Size, World, db_test, global_id};
use serde_json::{Value, json};

use super::{Writing, codes, subject_leader};

/// A trust that teaches writing: `a` in Year 1, `b` in Year 2, which builds on it.
async fn core<'a>(app: &'a plumbline_tests::TestApp, world: &World) -> Writing<'a> {
    let writing = Writing::begin(app, world, &world.lead, "writing", None).await;
    let draft = writing.draft().await;
    let a = writing.add(&draft, "a", 1, &[]).await;
    writing.add(&draft, "b", 2, &[&a]).await;
    writing.publish(&draft).await;
    writing
}

db_test! {
    async fn a_subject_leader_adapts_the_curriculum_of_the_trust_for_their_school(app) {
        let world = World::build(&app, Size { schools: 2, classes: 1, pupils: 1 }).await;
        let core = core(&app, &world).await;
        let leader = subject_leader(&app, &world, 0, "writing").await;
        let (reader, elsewhere) = (subject_leader(&app, &world, 0, "reading").await, subject_leader(&app, &world, 1, "writing").await);
        let create = Attempt::new(&app, "createCurriculum", "curriculum { id standing current { id } }", json!({
            "subjectId": global_id::<Subject>(world.subjects["writing"]), "schoolId": global_id::<School>(world.schools[0].id) }));
        for email in [&reader, &elsewhere, &world.schools[1].head, &world.schools[0].classes[0].teacher, &world.analyst] {
            create.refused(email, "FORBIDDEN").await;
        }
        create.with("standing", json!("CORE")).refused(&leader, "INVALID standing").await;
        // Nobody can follow what is not there.
        create.with("subjectId", json!(global_id::<Subject>(world.subjects["reading"]))).refused(&reader, "INVALID standing").await;
        let own = create.done(&leader).await;
        let of_trust = core.ask("query($id: ID!) { node(id: $id) { ... on Curriculum { current { id } } } }", &core.curriculum).await;
        assert_eq!((&own["standing"], &own["current"]), (&json!("FOLLOWS"), &of_trust["current"]), "what it is taught by is the trust's");
        let draft = Attempt::new(&app, "draftCurriculumVersion", "curriculumVersion { id objectives { nodes {
            id code standsFor { code school { id } } buildsOn { code school { id } } } } }", json!({ "curriculumId": own["id"], "rationale": "As our town has it." }));
        draft.refused(&leader, "WRONG_STATE curriculumId").await;
        let update = Attempt::new(&app, "updateCurriculum", "curriculum { standing version }", json!({
            "curriculumId": own["id"], "expectedVersion": 1, "standing": "ADAPTS" }));
        for email in [&reader, &elsewhere, &world.analyst] {
            update.refused(email, "FORBIDDEN").await;
        }
        update.with("standing", json!("CORE")).refused(&leader, "INVALID standing").await;
        update.done(&leader).await;
        update.stale(&leader).await;
        let school = json!({ "id": global_id::<School>(world.schools[0].id) });
        let made = draft.done(&leader).await;
        assert_eq!(made["objectives"]["nodes"], json!([
            { "id": made["objectives"]["nodes"][0]["id"], "code": "a", "standsFor": { "code": "a", "school": null }, "buildsOn": [] },
            { "id": made["objectives"]["nodes"][1]["id"], "code": "b", "standsFor": { "code": "b", "school": null },
              "buildsOn": [{ "code": "a", "school": school }] },
        ]), "made from the trust's, each standing for the one that it was made from");
        let own_only = Writing { app: &app, by: leader.clone(), curriculum: own["id"].clone() };
        own_only.add(&made["id"], "local", 5, &[&made["objectives"]["nodes"][1]["id"]]).await;
        let remove = json!({ "objectiveId": made["objectives"]["nodes"][0]["id"] });
        Attempt::new(&app, "removeObjective", "removedId", remove).done(&leader).await;
        own_only.publish(&made["id"]).await;
        let query = "query($id: ID!) { node(id: $id) { ... on CurriculumVersion { core { version { number }
            pairs { own { code } core { code } } ownOnly { code } coreOnly { code } } } } }";
        let compared = own_only.ask(query, &made["id"]).await["core"].clone();
        assert_eq!(compared["pairs"], json!([{ "own": { "code": "b" }, "core": { "code": "b" } }]));
        assert_eq!((codes(&compared["ownOnly"]), codes(&compared["coreOnly"])), (vec!["local"], vec!["a"]));
        assert!(core.ask(query, &of_trust["current"]["id"]).await["core"].is_null(), "the trust's stands for itself");
    }

    async fn a_school_goes_back_to_what_it_taught_by_before_it_followed(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        core(&app, &world).await;
        let head = &world.schools[0].head;
        let own = Writing::begin(&app, &world, head, "writing", Some(0)).await;
        let draft = Attempt::new(&app, "draftCurriculumVersion", "curriculumVersion { id objectives { nodes { code } } }", json!({
            "curriculumId": own.curriculum, "rationale": "As it was.", "basis": "PREVIOUS" }));
        draft.refused(head, "INVALID basis").await;
        let first = own.draft().await;
        own.add(&first, "ours", 3, &[]).await;
        own.publish(&first).await;
        let standing = |version: i32, standing: &str| Attempt::new(&app, "updateCurriculum", "curriculum { aim version }", json!({
            "curriculumId": own.curriculum, "expectedVersion": version, "standing": standing, "aim": "Letters." }));
        assert_eq!(standing(1, "FOLLOWS").done(head).await["aim"], "Letters.");
        standing(2, "REPLACES").done(head).await;
        assert_eq!(draft.done(head).await["objectives"]["nodes"], json!([{ "code": "ours" }]));
        // What it is taught for can be taken away.
        let silent = json!({ "curriculumId": own.curriculum, "expectedVersion": 3, "aim": null });
        assert!(Attempt::new(&app, "updateCurriculum", "curriculum { aim }", silent).done(head).await["aim"].is_null());
    }

    async fn an_objective_of_a_school_stands_for_one_that_the_trust_teaches_now(app) {
        let world = World::build(&app, Size { schools: 2, classes: 1, pupils: 1 }).await;
        let core = core(&app, &world).await;
        let head = &world.schools[0].head;
        let current = core.ask("query($id: ID!) { node(id: $id) { ... on Curriculum { current { id } } } }", &core.curriculum).await;
        let first = current["current"]["id"].clone();
        let (old, second) = (core.objective(&first, "a").await["id"].clone(), core.draft().await);
        core.publish(&second).await;
        let now = core.objective(&second, "a").await["id"].clone();
        let own = Writing::begin(&app, &world, head, "writing", Some(0)).await;
        let draft = own.draft().await;
        let other = Writing::begin(&app, &world, head, "reading", Some(0)).await;
        let other_draft = other.draft().await;
        let add = Attempt::new(&app, "createObjective", "objective { id standsFor { id } }", json!({
            "curriculumVersionId": draft, "code": "own", "category": "SKILL", "strand": "All", "lowestYearGroup": "YEAR_1",
            "statement": "Do it." }));
        add.with("standsForId", json!(old)).refused(head, "INVALID standsForId").await;
        let elsewhere = add.with("curriculumVersionId", json!(other_draft));
        elsewhere.with("standsForId", json!(now)).refused(head, "INVALID standsForId").await;
        let made = add.with("standsForId", json!(now)).done(head).await;
        assert_eq!(made["standsFor"]["id"], now);
        let third = core.draft().await;
        core.publish(&third).await;
        let query = "query($id: ID!) { node(id: $id) { ... on Objective { standsFor { curriculumVersion { number } } } } }";
        let stands = own.ask(query, &made["id"]).await;
        assert_eq!(stands["standsFor"]["curriculumVersion"]["number"], 3, "it stands for it in every version that follows");
        let of_trust = Attempt::new(&app, "updateObjective", "objective { id }", json!({
            "objectiveId": core.objective(&core.draft().await, "a").await["id"], "expectedVersion": 1, "standsForId": now }));
        of_trust.refused(&world.lead, "INVALID standsForId").await;
    }

    async fn a_school_that_comes_to_follow_the_trust_retires_its_own(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        core(&app, &world).await;
        let head = &world.schools[0].head;
        let own = Writing::begin(&app, &world, head, "writing", Some(0)).await;
        let draft = own.draft().await;
        own.add(&draft, "own", 1, &[]).await;
        let follow = Attempt::new(&app, "updateCurriculum", "curriculum { standing current { school { id } } versions { nodes { status } } }", json!({
            "curriculumId": own.curriculum, "expectedVersion": 1, "standing": "FOLLOWS" }));
        follow.refused(head, "WRONG_STATE standing").await;
        own.publish(&draft).await;
        let follows = follow.done(head).await;
        assert_eq!(follows["current"], json!({ "school": null }));
        assert_eq!(follows["versions"]["nodes"], json!([{ "status": "RETIRED" }]));
    }

    async fn a_curriculum_that_schools_follow_is_not_removed(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let (lead, head) = (&world.lead, &world.schools[0].head);
        let core = Writing::begin(&app, &world, lead, "writing", None).await;
        let follow = json!({ "subjectId": global_id::<Subject>(world.subjects["writing"]), "schoolId": global_id::<School>(world.schools[0].id) });
        let own = Attempt::new(&app, "createCurriculum", "curriculum { id }", follow).done(head).await["id"].clone();
        let remove = |id: &Value| Attempt::new(&app, "removeCurriculum", "removedId", json!({ "curriculumId": id }));
        let refused = remove(&core.curriculum).refused(lead, "WRONG_STATE curriculumId").await;
        let message = refused.of("removeCurriculum")["userErrors"][0]["message"].as_str().unwrap().to_owned();
        assert_eq!(message, "It cannot be removed: there are curricula of schools that follow or adapt it.");
        for email in [&world.schools[0].classes[0].teacher, &world.analyst] {
            remove(&own).refused(email, "FORBIDDEN").await;
        }
        remove(&own).done(head).await;
        remove(&core.curriculum).done(lead).await;
        for table in ["curriculum", "curriculum_version", "objective", "objective_link"] {
            assert_eq!(app.rows(table).await, 0, "{table}");
        }
    }
}
