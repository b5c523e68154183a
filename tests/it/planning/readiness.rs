//! Before a plan: what these pupils met of what it builds on, wherever they were.

use plumbline::organisation::{Class, Pupil};
use plumbline_tests::{Attempt, db_test, global_id};
use serde_json::{Value, json};

use super::Stage;
use crate::curriculum::Writing;

/// The classes of the year before, a Year 2 in each school: half of the pupils were in the one, half in the other.
async fn last_year(stage: &Stage<'_>) -> [Value; 2] {
    stage.world.year_before(stage.app).await.map(|class| json!(global_id::<Class>(class)))
}

const READY: &str = "query($where: ReadinessWhere!) { readiness(where: $where) { objective { code } distance pupils met missed notKnown notYetSecure
    metIn { class { name } pupils taughtOn depth } missedIn { class { name } pupils taughtOn } } }";

db_test! {
    async fn a_class_teacher_sees_before_a_plan_what_the_pupils_met_and_missed(app) {
        let stage = Stage::build(&app).await;
        let teacher = stage.teacher(0);
        let [here, there] = last_year(&stage).await;
        let plan = stage.plan().await;
        let first = stage.world.schools[0].classes[0].pupils[0];
        let record = |class: &Value, codes: &[&str], insecure: Vec<String>| {
            let taught: Vec<Value> = codes.iter().map(|code| json!({ "objectiveId": stage.objectives[code], "notYetSecureIds": insecure })).collect();
            Attempt::new(&app, "recordCoverage", "taughtObjectives { id }", json!({ "classId": class, "objectives": taught, "taughtOn": "2025-03-03", "depth": "PRACTISED" }))
        };
        record(&here, &["b"], vec![global_id::<Pupil>(first)]).done(stage.head()).await;
        record(&there, &["a"], Vec::new()).done(&stage.world.schools[1].head).await;
        let asked = |more: Value| {
            let mut asked = json!({ "classId": stage.class(0, 0), "planId": plan });
            asked.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            json!({ "where": asked })
        };
        let seen = stage.answer(teacher, READY, asked(json!({}))).await;
        assert_eq!(seen["readiness"], json!([
            { "objective": { "code": "b" }, "distance": 1, "pupils": 4, "met": 2, "missed": 2, "notKnown": 0, "notYetSecure": 1,
              "metIn": [{ "class": { "name": "Wren" }, "pupils": 2, "taughtOn": "2025-03-03", "depth": "PRACTISED" }],
              "missedIn": [{ "class": null, "pupils": 2, "taughtOn": null }] },
            // In Year 1 they were not in the trust: half of them met it later, of the others nothing is known.
            { "objective": { "code": "a" }, "distance": 2, "pupils": 4, "met": 2, "missed": 0, "notKnown": 2, "notYetSecure": 0,
              "metIn": [{ "class": null, "pupils": 2, "taughtOn": null, "depth": null }], "missedIn": [] },
        ]));
        let direct = stage.answer(teacher, READY, asked(json!({ "depth": 1 }))).await;
        assert_eq!(direct["readiness"].as_array().expect("rows").len(), 1);
        let by_year = stage.answer(teacher, READY, json!({ "where": { "classId": stage.class(0, 0), "subjectId": stage.subject() } })).await;
        assert_eq!(by_year["readiness"], seen["readiness"], "the year group's work builds on the same");
        // It is for those who see the pupils.
        for email in [&stage.leader, &stage.world.schools[1].head, &stage.world.analyst, &stage.world.lead] {
            let refused = stage.ask(email, READY, asked(json!({}))).await;
            assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{email}: {:#}", refused.body);
        }
        // A phase leader names who was not yet secure, as readiness counts them.
        let phase = "phase@test.example";
        plumbline_tests::Office::of(&app, &stage.world).await.employ(phase, &[stage.world.leading_phase(0, stage.world.phases[1])]).await;
        let named = stage.answer(phase, "{ taughtObjectives { nodes { notYetSecure { id } } } }", json!({})).await;
        assert!(named.to_string().contains(&global_id::<Pupil>(first)), "{named:#}");
        assert!(stage.answer(stage.head(), READY, asked(json!({}))).await["readiness"].is_array());
        for (more, message) in [(json!({ "depth": 0 }), "depth"), (json!({ "depth": 21 }), "depth"), (json!({ "subjectId": stage.subject() }), "either")] {
            let refused = stage.ask(teacher, READY, asked(more)).await;
            assert!(refused["errors"][0]["message"].as_str().expect("an error").contains(message), "{:#}", refused.body);
        }
    }

    async fn what_another_school_taught_by_its_own_curriculum_is_known_by_what_it_stands_for(app) {
        let stage = Stage::build(&app).await;
        let head = &stage.world.schools[1].head;
        let [_, there] = last_year(&stage).await;
        let own = Writing::begin(&app, &stage.world, head, "writing", Some(1)).await;
        let draft = own.draft().await;
        let theirs = own.add_with(&draft, "ours", 2, &[], stage.objectives["b"].clone()).await;
        own.publish(&draft).await;
        Attempt::new(&app, "recordCoverage", "taughtObjectives { id }", json!({ "classId": there,
            "objectives": [{ "objectiveId": theirs }], "taughtOn": "2025-03-03" })).done(head).await;
        let plan = stage.plan().await;
        let seen = stage.answer(stage.teacher(0), READY, json!({ "where": { "classId": stage.class(0, 0), "planId": plan, "depth": 1 } })).await;
        assert_eq!((&seen["readiness"][0]["objective"]["code"], &seen["readiness"][0]["met"]), (&json!("b"), &json!(2)));
    }
}
