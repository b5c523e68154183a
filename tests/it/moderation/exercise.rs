//! A trust lead runs an exercise; moderators judge blind; the schools see it once it is released.

use std::collections::{BTreeMap, BTreeSet};

use plumbline::graphql::decode_id;
use plumbline_entity::sampled_work;
use plumbline_tests::{Office, Size, World, db_test, judge_all};
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

/// Grades in turn.
fn grade(at: usize) -> &'static str {
    ["WTS", "EXS", "EXS", "GDS"][at % 4]
}

const AGREEMENT: &str = r#"{ moderationAgreement(where: { subject: "writing", academicYear: 2025, window: SUMMER }, by: [SCHOOL]) {
    precision editions { exercise number asOf } underWay { exercise state judgedPercent }
    population { pupils schools sampled moderated }
    rows { key { school { name } } result { __typename ... on Agreement { n exact { estimate } shift { estimate } } ... on Withheld { reason } } }
} }"#;

db_test! {
    async fn a_trust_moderates_from_the_judgements_to_the_release(app) {
        let world = World::build(&app, Size::default()).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, grade).await;
        }
        let lead = app.sign_in(&world.lead).await;
        let exercise = world.draw(&lead, "Writing, summer", 100, 6).await;
        let moderator = app.sign_in(&world.moderator).await;
        // The moderator gives EXS to all that was GDS.
        let judged = judge_all(&app, &moderator, |first, _| if first == "GDS" { "EXS".into() } else { first.into() }).await;
        assert_eq!(judged, 32, "2 schools of 2 classes of 8 pupils");

        // Before the release, people who compare all schools see how far it has come, and no figure.
        let analyst = app.sign_in(&world.analyst).await;
        for caller in [&analyst, &lead] {
            let answer = caller.ask(AGREEMENT).await;
            let agreement = answer.of("moderationAgreement");
            assert_eq!((&agreement["rows"], &agreement["editions"]), (&json!([]), &json!([])));
            assert_eq!(agreement["underWay"], json!([{ "exercise": "Writing, summer", "state": "JUDGING", "judgedPercent": 100 }]));
        }

        // The school sees nothing before the release, and only its own work after it.
        let head = app.sign_in(&world.schools[0].head).await;
        let own = "{ sampledWorks { totalCount } secondJudgements { totalCount } }";
        assert_eq!(head.ask(AGREEMENT).await.of("moderationAgreement")["rows"], json!([]));
        assert_eq!(head.ask(own).await["data"], json!({ "sampledWorks": { "totalCount": 0 }, "secondJudgements": { "totalCount": 0 } }));
        world.advance(&lead, &exercise, &["DISCUSSING", "RELEASED"]).await;
        let answer = head.ask(AGREEMENT).await;
        let rows = answer.of("moderationAgreement")["rows"].as_array().unwrap().clone();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["key"]["school"]["name"], "School 1");
        assert_eq!(head.ask(own).await["data"], json!({ "sampledWorks": { "totalCount": 16 }, "secondJudgements": { "totalCount": 16 } }));
        let teacher = app.sign_in(&world.schools[1].classes[0].teacher).await;
        let rows = teacher.ask(AGREEMENT).await.of("moderationAgreement")["rows"].clone();
        assert_eq!(rows[0]["result"]["n"], 8, "a class teacher's own class");

        // From the release on there is an edition for people who see no pupils.
        let answer = analyst.ask(AGREEMENT).await;
        let agreement = answer.of("moderationAgreement");
        assert_eq!((&agreement["precision"], &agreement["underWay"]), (&json!("PROTECTED"), &json!([])));
        assert_eq!(agreement["editions"], json!([{ "exercise": "Writing, summer", "number": 1, "asOf": "2026-07-01T10:00:00+00:00" }]));
        assert_eq!(agreement["rows"].as_array().unwrap().len(), 2);
    }

    async fn an_agreed_grade_takes_the_place_of_the_second_judgement(app) {
        let world = World::build(&app, Size::default()).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, |_| "EXS").await;
        }
        let lead = app.sign_in(&world.lead).await;
        let exercise = world.draw(&lead, "Writing, summer", 100, 6).await;
        let moderator = app.sign_in(&world.moderator).await;
        judge_all(&app, &moderator, |_, _| "GDS".into()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let shift = |answer: plumbline_tests::Answer| answer.of("moderationAgreement")["rows"][0]["result"]["shift"]["estimate"].clone();
        world.advance(&lead, &exercise, &["DISCUSSING", "RELEASED"]).await;
        assert_eq!(shift(head.ask(AGREEMENT).await), 1.0);
        world.advance(&lead, &exercise, &["DISCUSSING"]).await;

        let works = lead.ask("{ sampledWorks(first: 100) { nodes { id } } }").await;
        for work in works.of("sampledWorks")["nodes"].as_array().unwrap() {
            let wrong = json!({ "workId": work["id"], "decision": "RAISED", "agreedGradeCode": "EXS" });
            assert_eq!(lead.mutate("recordModerationOutcome", wrong, "").await.user_errors("recordModerationOutcome"), ["INVALID decision"]);
            let agreed = json!({ "workId": work["id"], "decision": "CONFIRMED", "agreedGradeCode": "EXS" });
            let answer = lead.mutate("recordModerationOutcome", agreed.clone(), "moderationOutcome { version }").await;
            assert_eq!(answer.of("recordModerationOutcome")["moderationOutcome"]["version"], 1);
            let again = lead.mutate("recordModerationOutcome", agreed, "moderationOutcome { version }").await;
            assert_eq!(again.user_errors("recordModerationOutcome"), ["STALE expectedVersion"]);
        }
        world.advance(&lead, &exercise, &["RELEASED"]).await;
        assert_eq!(shift(head.ask(AGREEMENT).await), 0.0);
    }

    async fn a_moderator_cannot_read_the_first_judgement_by_any_path(app) {
        let world = World::build(&app, Size::default()).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, grade).await;
        }
        let lead = app.sign_in(&world.lead).await;
        world.draw(&lead, "Writing, summer", 100, 6).await;
        let moderator = app.sign_in(&world.moderator).await;
        let answer = moderator.ask("{ judgements { totalCount } pupils { totalCount } sampledWorks(first: 100) { nodes { code judgement { id } secondJudgements { totalCount } outcomes { totalCount } } } }").await;
        assert_eq!(answer.of("judgements")["totalCount"], 0);
        assert_eq!(answer.of("pupils")["totalCount"], 0);
        let works = answer.of("sampledWorks")["nodes"].as_array().unwrap().clone();
        assert_eq!(works.len(), 32);
        assert!(works.iter().all(|work| work["judgement"].is_null() && work["secondJudgements"]["totalCount"] == 0));
        let judgement = app.sign_in(&world.schools[0].head).await.ask("{ judgements(first: 1) { nodes { id } } }").await;
        let id = judgement.of("judgements")["nodes"][0]["id"].clone();
        let by_id = "query($id: ID!) { node(id: $id) { id } }";
        let foreign = moderator.ask_with(by_id, json!({ "id": id })).await;
        let never = moderator.ask_with(by_id, json!({ "id": plumbline_tests::global_id::<plumbline::assessment::Judgement>(uuid::Uuid::now_v7()) })).await;
        assert_eq!(foreign.body, never.body, "foreign and never there: the same bytes");
        assert_eq!(app.sign_in(&world.moderator).await.ask(AGREEMENT).await.of("moderationAgreement")["rows"], json!([]));
    }

    async fn neither_the_order_of_works_nor_their_ids_tell_what_was_judged_alike(app) {
        let world = World::build(&app, Size { schools: 2, classes: 2, pupils: 12 }).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, grade).await;
        }
        let lead = app.sign_in(&world.lead).await;
        world.draw(&lead, "Writing, summer", 100, 6).await;
        let works = app.sign_in(&world.moderator).await.ask("{ sampledWorks(first: 100) { nodes { id code } } }").await;
        let mut works: Vec<(Uuid, String)> = works.of("sampledWorks")["nodes"].as_array().unwrap().iter()
            .map(|work| (decode_id(work["id"].as_str().unwrap()).unwrap().1, work["code"].as_str().unwrap().to_owned()))
            .collect();
        works.sort_unstable();
        assert!(works.is_sorted_by_key(|(_, code)| code.clone()), "the ids tell no more than the codes: {works:?}");
        let strata: BTreeMap<Uuid, Uuid> = sampled_work::Entity::find().all(&app.raw).await.unwrap()
            .into_iter().map(|work| (work.id, work.stratum_id)).collect();
        let runs = works.windows(2).filter(|pair| strata[&pair[0].0] != strata[&pair[1].0]).count();
        let apart = strata.values().collect::<BTreeSet<_>>().len();
        assert!(apart == 12 && runs > 2 * apart, "{runs} changes of stratum among {} works of {apart} strata", works.len());
    }

    async fn the_seed_is_for_trust_leads_until_the_schools_see_what_came_of_it(app) {
        let world = World::build(&app, Size::default()).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, grade).await;
        }
        let lead = app.sign_in(&world.lead).await;
        let judgements = world.judgements_input(&[]);
        let input = json!({ "title": "Draft", "subjectId": judgements["subjectId"], "windowId": judgements["windowId"], "frameworkId": judgements["frameworkId"] });
        let made = lead.mutate("createModerationExercise", input, "moderationExercise { seed }").await;
        assert!(made.of("createModerationExercise")["moderationExercise"]["seed"].is_string(), "{:#}", made.body);
        let exercise = world.draw(&lead, "Writing, summer", 100, 6).await;
        let board = Office::of(&app, &world).await;
        board.register("board", &["COMPARE"], None).await;
        let everybody = [&world.analyst, &world.moderator, &world.schools[0].head, &world.schools[0].classes[0].teacher];
        let query = "{ moderationExercises { nodes { title seed } } }";
        for (step, shown) in [(None, false), (Some("DISCUSSING"), false), (Some("RELEASED"), true), (Some("CLOSED"), true)] {
            if let Some(state) = step {
                world.advance(&lead, &exercise, &[state]).await;
            }
            let mut others = vec![app.sign_in_client("board")];
            for email in everybody {
                others.push(app.sign_in(email).await);
            }
            for caller in others {
                let seeds = caller.ask(query).await.of("moderationExercises")["nodes"].clone();
                assert_eq!(seeds, json!([{ "title": "Draft", "seed": null }, { "title": "Writing, summer", "seed": if shown { json!("7") } else { json!(null) } }]), "{step:?}");
            }
            assert_eq!(lead.ask(query).await.of("moderationExercises")["nodes"][1]["seed"], "7");
        }
    }

    async fn only_a_trust_lead_runs_an_exercise_and_only_a_moderator_judges(app) {
        let world = World::build(&app, Size::default()).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, grade).await;
        }
        let lead = app.sign_in(&world.lead).await;
        world.draw(&lead, "Writing, summer", 50, 2).await;
        let tables = ["moderation_exercise", "sampled_work", "second_judgement", "moderation_outcome", "agreement_cell"];
        let mut before = Vec::new();
        for table in tables {
            before.push(app.snapshot(table).await);
        }
        let work = lead.ask("{ sampledWorks(first: 1) { nodes { id exercise { id } } } }").await.of("sampledWorks")["nodes"][0].clone();
        let judgements = world.judgements_input(&[]);
        let exercise = json!({ "title": "Mine", "subjectId": judgements["subjectId"], "windowId": judgements["windowId"], "frameworkId": judgements["frameworkId"] });
        let second = json!({ "workId": work["id"], "gradeCode": "EXS", "rationale": "So." });
        let outcome = json!({ "workId": work["id"], "decision": "UNRESOLVED" });
        let step = json!({ "exerciseId": work["exercise"]["id"], "state": "DISCUSSING", "expectedVersion": 2 });
        for email in [&world.analyst, &world.schools[0].head, &world.schools[0].classes[0].teacher, &world.moderator, &world.nobody] {
            let caller = app.sign_in(email).await;
            assert_eq!(caller.mutate("createModerationExercise", exercise.clone(), "").await.user_errors("createModerationExercise"), ["FORBIDDEN"], "{email}");
            let errors = caller.mutate("advanceModerationExercise", step.clone(), "").await.user_errors("advanceModerationExercise");
            assert_eq!(errors, [if *email == world.nobody { "NOT_FOUND exerciseId" } else { "FORBIDDEN" }], "{email}");
            let errors = caller.mutate("recordModerationOutcome", outcome.clone(), "").await.user_errors("recordModerationOutcome");
            assert_eq!(errors, [if *email == world.moderator { "FORBIDDEN" } else { "NOT_FOUND workId" }], "{email}");
            if *email != world.moderator {
                assert_eq!(caller.mutate("recordSecondJudgement", second.clone(), "").await.user_errors("recordSecondJudgement"), ["NOT_FOUND workId"], "{email}");
            }
        }
        assert_eq!(lead.mutate("recordSecondJudgement", second, "").await.user_errors("recordSecondJudgement"), ["FORBIDDEN"]);
        for (table, before) in tables.iter().zip(before) {
            assert_eq!(app.snapshot(table).await, before, "{table} is as it was");
        }
    }

    async fn the_cells_are_what_a_count_of_all_judgements_gives(app) {
        let world = World::build(&app, Size { schools: 2, classes: 2, pupils: 12 }).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, grade).await;
            world.judge(&app, class, |at| grade(at + 1)).await;
        }
        let lead = app.sign_in(&world.lead).await;
        world.draw(&lead, "Writing, summer", 40, 3).await;
        let moderator = app.sign_in(&world.moderator).await;
        judge_all(&app, &moderator, |first, at| if at % 3 == 0 { "EXS".into() } else { first.into() }).await;
        let followed = (app.snapshot("judgement_cell").await, app.snapshot("agreement_cell").await);
        assert!(!followed.0.is_empty() && !followed.1.is_empty());
        let tx = app.db.begin().await.unwrap();
        plumbline::comparison::cells::rebuild(&tx, world.trust).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((app.snapshot("judgement_cell").await, app.snapshot("agreement_cell").await), followed);
    }
}
