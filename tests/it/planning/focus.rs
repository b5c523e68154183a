//! What a subject leader has in focus, with the coverage and the findings that belong to it.

use plumbline::organisation::School;
use plumbline_tests::{Attempt, db_test, global_id};
use serde_json::{Value, json};

use super::Stage;

db_test! {
    async fn a_subject_leader_sets_a_focus_and_sees_what_belongs_to_it(app) {
        let stage = Stage::build(&app).await;
        let (leader, teacher) = (&stage.leader, stage.teacher(0));
        let create = Attempt::new(&app, "createFocus", "focus { id version title coverage { intended planned taught } findings { found } }", json!({
            "schoolId": global_id::<School>(stage.world.schools[0].id), "subjectId": stage.subject(), "title": "Letters", "reason": "Pupils asked for readers.",
            "lowestYearGroup": "YEAR_3", "highestYearGroup": "YEAR_3", "strand": "All", "category": "KNOWLEDGE", "startsOn": "2026-01-01", "endsOn": "2026-07-31" }));
        for email in [teacher, &stage.world.schools[1].head, &stage.world.lead, &stage.world.analyst] {
            create.refused(email, "FORBIDDEN").await;
        }
        create.with("title", json!("")).refused(leader, "INVALID title").await;
        create.with("reason", json!("")).refused(leader, "INVALID reason").await;
        create.with("endsOn", json!("2025-12-31")).refused(leader, "INVALID endsOn").await;
        create.with("strand", json!("Letters")).refused(leader, "INVALID strand").await;
        create.with("highestYearGroup", json!("YEAR_1")).refused(leader, "INVALID lowestYearGroup").await;
        let plan = stage.plan().await;
        Attempt::new(&app, "createPlanStep", "planStep { id }", json!({ "planId": plan, "kind": "REVIEW", "what": "A look.",
            "outcome": "APPROVED", "found": "Letters are answered." })).done(leader).await;
        Attempt::new(&app, "recordCoverage", "taughtObjectives { id }", json!({ "classId": stage.class(0, 0), "planId": plan })).done(teacher).await;
        let focus = create.done(leader).await;
        assert_eq!(focus["coverage"], json!({ "intended": 2, "planned": 1, "taught": 1 }));
        assert_eq!(focus["findings"], json!([{ "found": "Letters are answered." }]));
        let update = Attempt::new(&app, "updateFocus", "focus { version strand category coverage { intended } findings { found } }", json!({
            "focusId": focus["id"], "expectedVersion": 1, "category": "SKILL", "endsOn": "2026-02-01" }));
        update.with("strand", json!("None of this name")).refused(leader, "INVALID strand").await;
        update.refused(teacher, "FORBIDDEN").await;
        update.with("startsOn", json!("2026-03-01")).refused(leader, "INVALID endsOn").await;
        let narrowed = update.done(leader).await;
        assert_eq!(narrowed, json!({ "version": 2, "strand": "All", "category": "SKILL", "coverage": { "intended": 0 }, "findings": [] }));
        update.stale(leader).await;
        let wide = Attempt::new(&app, "updateFocus", "focus { strand category }", json!({ "focusId": focus["id"], "expectedVersion": 2, "strand": null, "category": null }));
        assert_eq!(wide.done(leader).await, json!({ "strand": null, "category": null }));
        // Everybody knows what is in focus; the figures are for the school and for who looks over all of them.
        let query = "{ focuses(filter: { on: \"2026-01-15\" }) { nodes { title coverage { intended } } } }";
        let counted = |intended: i64| json!({ "intended": intended });
        for (email, coverage) in [(teacher, counted(2)), (&stage.world.analyst, counted(2)), (&stage.world.schools[1].head, Value::Null)] {
            let seen = stage.answer(email, query, json!({})).await;
            assert_eq!(seen["focuses"]["nodes"], json!([{ "title": "Letters", "coverage": coverage }]), "{email}");
        }
        let remove = Attempt::new(&app, "removeFocus", "removedId", json!({ "focusId": focus["id"] }));
        remove.refused(teacher, "FORBIDDEN").await;
        remove.done(stage.head()).await;
        let left = stage.answer(teacher, "{ focuses { totalCount } }", Value::Null).await;
        assert_eq!(left["focuses"]["totalCount"], 0);
    }
}
