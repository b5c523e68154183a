//! S1, T1: a subject's sequence with its rationale, refined in versions; what changed between two.

use plumbline::curriculum::Subject;
use plumbline_tests::{Attempt, Size, World, db_test, global_id};
use serde_json::{Value, json};

use super::{Writing, codes, subject_leader};

db_test! {
    async fn a_trust_lead_writes_the_curriculum_of_the_trust_and_nobody_else_does(app) {
        let world = World::build(&app, Size { schools: 2, classes: 1, pupils: 2 }).await;
        let (lead, head) = (&world.lead, &world.schools[0].head);
        let leader = subject_leader(&app, &world, 0, "writing").await;
        let others = [head, &leader, &world.schools[0].classes[0].teacher, &world.analyst, &world.moderator];
        let create = Attempt::new(&app, "createCurriculum", "curriculum { id standing aim subject { code } school { id } }", json!({
            "subjectId": global_id::<Subject>(world.subjects["writing"]), "aim": " To be read. " }));
        for email in others {
            create.refused(email, "FORBIDDEN").await;
        }
        create.refused(&world.nobody, "NOT_FOUND subjectId").await;
        create.with("standing", json!("FOLLOWS")).refused(lead, "INVALID standing").await;
        create.with("aim", json!("x".repeat(4_001))).refused(lead, "INVALID aim").await;
        let made = create.done(lead).await;
        assert_eq!((&made["standing"], &made["aim"], &made["school"]), (&json!("CORE"), &json!("To be read."), &Value::Null));
        create.refused(lead, "DUPLICATE subjectId").await;

        let draft = Attempt::new(&app, "draftCurriculumVersion", "curriculumVersion { id number status version }",
                                 json!({ "curriculumId": made["id"], "rationale": "As it grew." }));
        for email in others {
            draft.refused(email, "FORBIDDEN").await;
        }
        draft.with("rationale", json!(" ")).refused(lead, "INVALID rationale").await;
        draft.with("basis", json!("CURRENT")).refused(lead, "INVALID basis").await;
        draft.with("basis", json!("CORE")).refused(lead, "INVALID basis").await;
        let version = draft.done(lead).await;
        assert_eq!((&version["number"], &version["status"]), (&json!(1), &json!("DRAFT")));
        draft.refused(lead, "WRONG_STATE curriculumId").await;

        let publish = Attempt::new(&app, "publishCurriculumVersion", "curriculumVersion { status currentFrom version }", json!({
            "curriculumVersionId": version["id"], "expectedVersion": 1 }));
        publish.refused(lead, "WRONG_STATE curriculumVersionId").await;
        let objective = Attempt::new(&app, "createObjective", "objective { id position highestYearGroup }", json!({
            "curriculumVersionId": version["id"], "code": "sentence", "category": "KNOWLEDGE", "strand": "Grammar",
            "lowestYearGroup": "YEAR_1", "statement": "Know what a sentence is." }));
        for email in others {
            objective.refused(email, "FORBIDDEN").await;
        }
        objective.with("code", json!("A sentence")).refused(lead, "INVALID code").await;
        objective.with("statement", json!(" ")).refused(lead, "INVALID statement").await;
        objective.with("statement", json!("x".repeat(1_001))).refused(lead, "INVALID statement").await;
        objective.with("highestYearGroup", json!("RECEPTION")).refused(lead, "INVALID lowestYearGroup").await;
        objective.with("statement", json!("\u{200b}\u{200b}")).refused(lead, "INVALID statement").await;
        objective.with("position", json!(0)).refused(lead, "INVALID position").await;
        let first = objective.done(lead).await;
        assert_eq!((&first["position"], &first["highestYearGroup"]), (&json!(1), &json!("YEAR_1")));
        objective.refused(lead, "DUPLICATE code").await;
        let many = |number| objective.with("code", json!("text")).with("buildsOn", json!(vec![first["id"].clone(); number]));
        many(31).refused(lead, "INVALID buildsOn").await;
        many(30).done(lead).await;
        for email in others {
            publish.refused(email, "FORBIDDEN").await;
        }
        let published = publish.done(lead).await;
        assert_eq!(published, json!({ "status": "CURRENT", "currentFrom": "2026-07-01", "version": 2 }));
        publish.stale(lead).await;
        // What is taught by stays as it is.
        objective.with("code", json!("other")).refused(lead, "WRONG_STATE curriculumVersionId").await;
        let update = Attempt::new(&app, "updateObjective", "objective { statement version }", json!({
            "objectiveId": first["id"], "expectedVersion": 1, "statement": "Another." }));
        update.refused(lead, "WRONG_STATE objectiveId").await;
        let remove = Attempt::new(&app, "removeObjective", "removedId", json!({ "objectiveId": first["id"] }));
        remove.refused(lead, "WRONG_STATE objectiveId").await;
        let remove = Attempt::new(&app, "removeCurriculumVersion", "removedId", json!({ "curriculumVersionId": version["id"] }));
        remove.refused(lead, "WRONG_STATE curriculumVersionId").await;
        let remove = Attempt::new(&app, "removeCurriculum", "removedId", json!({ "curriculumId": made["id"] }));
        remove.refused(lead, "WRONG_STATE curriculumId").await;
        let why = Attempt::new(&app, "updateCurriculumVersion", "curriculumVersion { rationale source licence version }", json!({
            "curriculumVersionId": version["id"], "expectedVersion": 2, "rationale": "Words first." }));
        for email in others {
            why.refused(email, "FORBIDDEN").await;
        }
        why.with("source", json!("x".repeat(301))).refused(lead, "INVALID source").await;
        assert_eq!(why.done(lead).await["rationale"], "Words first.");
        why.stale(lead).await;
    }

    async fn what_changed_between_two_versions_is_told(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let writing = Writing::begin(&app, &world, &world.lead, "writing", None).await;
        let first = writing.draft().await;
        let a = writing.add(&first, "a", 1, &[]).await;
        let b = writing.add(&first, "b", 2, &[&a]).await;
        for (code, year) in [("c", 2), ("d", 2), ("e", 3)] {
            writing.add(&first, code, year, &[&b]).await;
        }
        writing.publish(&first).await;
        let second = writing.draft().await;
        let change = async |code: &str, field: &str, value: Value| {
            let row = writing.objective(&second, code).await;
            let input = json!({ "objectiveId": row["id"], "expectedVersion": row["version"], (field): value });
            Attempt::new(&app, "updateObjective", "objective { id }", input).done(&world.lead).await
        };
        change("a", "statement", json!("Know a better.")).await;
        change("c", "lowestYearGroup", json!("YEAR_1")).await;
        change("d", "buildsOn", json!([writing.objective(&second, "a").await["id"]])).await;
        let gone = writing.objective(&second, "e").await;
        let remove = Attempt::new(&app, "removeObjective", "removedId", json!({ "objectiveId": gone["id"] }));
        assert_eq!(remove.done(&world.lead).await, gone["id"]);
        writing.add(&second, "f", 4, &[]).await;
        let query = "query($id: ID!) { node(id: $id) { ... on CurriculumVersion { number changes {
            kinds before { code } after { code } } } } }";
        let told = writing.ask(query, &second).await;
        let lines: Vec<(Vec<&str>, Option<&str>, Option<&str>)> = told["changes"].as_array().unwrap().iter().map(|change| {
            let kinds = change["kinds"].as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect();
            (kinds, change["before"]["code"].as_str(), change["after"]["code"].as_str())
        }).collect();
        assert_eq!(lines, [
            (vec!["REWORDED"], Some("a"), Some("a")),
            (vec!["MOVED"], Some("c"), Some("c")),
            (vec!["RELINKED"], Some("d"), Some("d")),
            (vec!["ADDED"], None, Some("f")),
            (vec!["REMOVED"], Some("e"), None),
        ]);
        let itself = "query($id: ID!) { node(id: $id) { ... on CurriculumVersion { changes(since: $id) { kinds } } } }";
        assert_eq!(writing.ask(itself, &second).await["changes"], json!([]), "nothing since itself");
        let all_new = writing.ask(query, &first).await;
        assert_eq!(all_new["changes"].as_array().unwrap().len(), 5, "the first version is new as a whole");
        let other = Writing::begin(&app, &world, &world.lead, "reading", None).await;
        let other = other.draft().await;
        let across = "query($id: ID!, $since: ID!) { node(id: $id) { ... on CurriculumVersion { changes(since: $since) { kinds } } } }";
        let refused = app.sign_in(&world.lead).await.ask_with(across, json!({ "id": second, "since": other })).await;
        assert_eq!(refused.error_code(), "BAD_USER_INPUT");
    }

    async fn the_version_before_is_retired_and_a_draft_can_be_given_up(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let writing = Writing::begin(&app, &world, &world.lead, "writing", None).await;
        let first = writing.draft().await;
        let a = writing.add(&first, "a", 1, &[]).await;
        writing.add(&first, "b", 2, &[&a]).await;
        writing.publish(&first).await;
        let before = app.everything().await;
        let second = writing.draft().await;
        let remove = Attempt::new(&app, "removeCurriculumVersion", "removedId", json!({ "curriculumVersionId": second }));
        for email in [&world.schools[0].head, &world.analyst] {
            remove.refused(email, "FORBIDDEN").await;
        }
        remove.done(&world.lead).await;
        assert_eq!(app.everything().await, before, "as if it had not been begun");
        let second = writing.draft().await;
        writing.publish(&second).await;
        let query = "query($id: ID!) { node(id: $id) { ... on Curriculum { current { number } draft { number }
            versions { nodes { number status retiredOn objectives { totalCount } } } } } }";
        let told = writing.ask(query, &writing.curriculum).await;
        assert_eq!((&told["current"]["number"], &told["draft"]), (&json!(2), &Value::Null));
        assert_eq!(told["versions"]["nodes"], json!([
            { "number": 2, "status": "CURRENT", "retiredOn": null, "objectives": { "totalCount": 2 } },
            { "number": 1, "status": "RETIRED", "retiredOn": "2026-07-01", "objectives": { "totalCount": 2 } },
        ]));
    }

    async fn everybody_of_the_trust_reads_the_sequence_and_nobody_of_another_does(app) {
        let world = World::build(&app, Size { schools: 2, classes: 1, pupils: 1 }).await;
        let there = World::build_another(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let writing = Writing::begin(&app, &world, &world.lead, "writing", None).await;
        let draft = writing.draft().await;
        for (code, year) in [("late", 6), ("early", 0), ("middle", 3)] {
            writing.add(&draft, code, year, &[]).await;
        }
        writing.publish(&draft).await;
        let query = "{ objectives(filter: { curriculumVersionWhere: { status: { eq: CURRENT } }, subjectWhere: { code: { eq: \"writing\" } } }) {
            nodes { code } } }";
        for email in [&world.schools[1].classes[0].teacher, &world.analyst, &world.moderator] {
            let answer = app.sign_in(email).await.ask(query).await;
            assert_eq!(codes(&answer.of("objectives")["nodes"]), ["early", "middle", "late"], "{email}");
        }
        for email in [&there.lead, &world.nobody] {
            let answer = app.sign_in(email).await.ask(query).await;
            assert_eq!(codes(&answer.of("objectives")["nodes"]), Vec::<&str>::new(), "{email}");
        }
        // What is worked out from two versions says nothing of one that is not there for whoever asks.
        let theirs = Writing::begin(&app, &there, &there.lead, "writing", None).await;
        let theirs = theirs.draft().await;
        let across = "query($id: ID!, $since: ID!) { node(id: $id) { ... on CurriculumVersion { changes(since: $since) { kinds } } } }";
        let answer = app.sign_in(&world.lead).await.ask_with(across, json!({ "id": draft, "since": theirs })).await;
        assert_eq!(answer["errors"][0]["message"], "There is no such version of a curriculum that you may see.");
    }
}
