//! Plans: units of work with the objectives that they serve.

use plumbline::curriculum::Subject;
use plumbline_tests::{Attempt, db_test, global_id};
use serde_json::{Value, json};

use super::Stage;
use crate::curriculum::Writing;

db_test! {
    async fn a_class_teacher_plans_a_unit_for_their_school(app) {
        let stage = Stage::build(&app).await;
        let (create, teacher) = (stage.create_plan(), stage.teacher(0));
        for email in [&stage.world.schools[1].head, &stage.world.schools[1].classes[0].teacher, &stage.world.lead, &stage.world.analyst] {
            create.refused(email, "FORBIDDEN").await;
        }
        create.refused(&stage.world.nobody, "NOT_FOUND schoolId").await;
        create.with("title", json!(" ")).refused(teacher, "INVALID title").await;
        create.with("outline", json!("")).refused(teacher, "INVALID outline").await;
        create.with("highestYearGroup", json!("YEAR_2")).refused(teacher, "INVALID lowestYearGroup").await;
        create.with("endsOn", json!("2025-12-01")).refused(teacher, "INVALID endsOn").await;
        create.with("startsOn", json!("2025-08-31")).refused(teacher, "INVALID startsOn").await;
        create.with("endsOn", json!("2026-09-01")).refused(teacher, "INVALID endsOn").await;
        let plan = create.done(teacher).await;
        assert_eq!((&plan["approval"], &plan["highestYearGroup"]), (&json!("NOT_REVIEWED"), &json!("YEAR_3")));
        assert_eq!(plan["objectives"], json!([{ "code": "c" }]));
        let again = create.with("idempotencyKey", json!("plan"));
        assert_eq!(again.done(teacher).await, again.done(teacher).await);
        // Everybody in the trust may learn from it.
        let found = stage.answer(&stage.world.schools[1].classes[0].teacher, "{ plans { nodes { title objectives { code } author { email } } } }", json!({})).await;
        assert_eq!(found["plans"]["nodes"][0]["objectives"], json!([{ "code": "c" }]));
        assert!(found["plans"]["nodes"][0]["author"].is_null(), "colleagues of other schools are not told by name");
    }

    async fn a_plan_serves_objectives_that_the_school_teaches_by_now(app) {
        let stage = Stage::build(&app).await;
        let (create, teacher) = (stage.create_plan(), stage.teacher(0));
        let serving = |ids: Vec<&Value>| create.with("objectiveIds", json!(ids));
        let of = |code: &str| &stage.objectives[code];
        // What comes later is refused, what came before may be planned again.
        serving(vec![of("c"), of("d")]).refused(teacher, "INVALID objectiveIds.1").await;
        serving(vec![of("c"), of("c")]).refused(teacher, "DUPLICATE objectiveIds.1").await;
        let many: Vec<&Value> = std::iter::repeat_n(of("c"), 101).collect();
        serving(many).refused(teacher, "INVALID objectiveIds").await;
        let back = serving(vec![of("a"), of("c")]).done(teacher).await;
        assert_eq!(back["objectives"], json!([{ "code": "a" }, { "code": "c" }]));
        // Those of another subject, of another school's own, and of a version that is retired.
        let reading = Writing::begin(&app, &stage.world, &stage.world.lead, "reading", None).await;
        let draft = reading.draft().await;
        let foreign = reading.add(&draft, "r", 3, &[]).await;
        serving(vec![&foreign]).refused(teacher, "INVALID objectiveIds.0").await;
        let own = Writing::begin(&app, &stage.world, &stage.world.schools[1].head, "writing", Some(1)).await;
        let theirs = own.draft().await;
        let of_theirs = own.add(&theirs, "own", 3, &[]).await;
        own.publish(&theirs).await;
        serving(vec![&of_theirs]).refused(teacher, "WRONG_STATE objectiveIds.0").await;
        let next = stage.core.draft().await;
        let new = stage.core.objective(&next, "c").await["id"].clone();
        serving(vec![&new]).refused(teacher, "WRONG_STATE objectiveIds.0").await;
        stage.core.publish(&next).await;
        serving(vec![of("c")]).refused(teacher, "WRONG_STATE objectiveIds.0").await;
        serving(vec![&new]).done(teacher).await;
    }

    async fn a_plan_is_changed_by_its_author_and_by_those_who_lead_there(app) {
        let stage = Stage::build(&app).await;
        let (teacher, other) = (stage.teacher(0), stage.teacher(1));
        let plan = stage.plan().await;
        let fields = "plan { version title approval objectives { code } }";
        let update = Attempt::new(&app, "updatePlan", fields, json!({ "planId": plan, "expectedVersion": 1, "title": "Letters" }));
        for email in [other, &stage.world.schools[1].head, &stage.world.lead, &stage.world.analyst] {
            update.refused(email, "FORBIDDEN").await;
        }
        update.with("endsOn", json!("2027-01-01")).refused(teacher, "INVALID endsOn").await;
        update.with("objectiveIds", json!([stage.objectives["d"]])).refused(teacher, "INVALID objectiveIds.0").await;
        update.done(teacher).await;
        update.stale(teacher).await;
        // A leader approves it; what is changed then is to be reviewed again.
        let review = Attempt::new(&app, "createPlanStep", "planStep { outcome plan { approval } }", json!({
            "planId": plan, "kind": "REVIEW", "what": "Before the half term.", "outcome": "APPROVED" }));
        assert_eq!(review.done(&stage.leader).await["plan"]["approval"], "APPROVED");
        let changed = update.with("expectedVersion", json!(3)).with("title", json!("Letters that answer"))
            .with("objectiveIds", json!([stage.objectives["c2"], stage.objectives["c"]])).done(&stage.leader).await;
        assert_eq!(changed, json!({ "version": 4, "title": "Letters that answer", "approval": "NOT_REVIEWED",
            "objectives": [{ "code": "c" }, { "code": "c2" }] }));
        // What is there already is no change.
        let same = update.with("expectedVersion", json!(4)).with("title", json!("Letters that answer"))
            .with("objectiveIds", json!([stage.objectives["c"], stage.objectives["c2"]])).done(teacher).await;
        assert_eq!(same["version"], 4);
        // A plan that serves what is taught in Year 3 cannot come to be for Year 2.
        let younger = update.with("expectedVersion", json!(4)).with("lowestYearGroup", json!("YEAR_2")).with("highestYearGroup", json!("YEAR_2"));
        younger.refused(teacher, "INVALID highestYearGroup").await;
        let wider = update.with("expectedVersion", json!(4)).with("lowestYearGroup", json!("YEAR_2"));
        assert_eq!(wider.done(stage.head()).await["version"], 5);
        app.assert_cells_are_right(stage.world.trust).await;
    }

    async fn a_plan_by_which_nothing_was_done_is_removed(app) {
        let stage = Stage::build(&app).await;
        let plan = stage.plan().await;
        let remove = Attempt::new(&app, "removePlan", "removedId", json!({ "planId": plan }));
        for email in [stage.teacher(1), &stage.world.schools[1].head, &stage.world.lead] {
            remove.refused(email, "FORBIDDEN").await;
        }
        let step = Attempt::new(&app, "takeUpPlan", "planStep { id }", json!({
            "planId": plan, "classId": stage.class(0, 0), "outcome": "AS_PLANNED" }));
        step.done(stage.teacher(0)).await;
        remove.refused(stage.teacher(0), "WRONG_STATE planId").await;
        let another = stage.plan().await;
        remove.with("planId", another).done(&stage.leader).await;
        app.assert_cells_are_right(stage.world.trust).await;
        // What a subject hangs on is told by name.
        let subject = json!({ "subjectId": global_id::<Subject>(stage.world.subjects["writing"]) });
        Attempt::new(&app, "removeSubject", "removedId", subject).refused(&stage.world.lead, "WRONG_STATE subjectId").await;
    }
}
