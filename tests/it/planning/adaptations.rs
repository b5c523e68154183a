//! Adaptations of a colleague's plan: for whom, for which need, whether they helped, and how others learn of them.

use plumbline::organisation::Pupil;
use plumbline_tests::{Attempt, Office, db_test, global_id};
use serde_json::{Value, json};

use super::Stage;

impl<'a> Stage<'a> {
    fn adapt(&self, plan: &Value) -> Attempt<'a> {
        let fields = "adaptation { id version audience pupilGroup pupil { id } need what reason helped plan { version } shared { what } }";
        Attempt::new(
            self.app,
            "createAdaptation",
            fields,
            json!({
            "planId": plan, "classId": self.class(0, 0), "audience": "CLASS", "need": "MISSED_LEARNING",
            "what": "Begin with a letter that is read together.", "reason": "Half of the class has not written one." }),
        )
    }

    fn pupil(&self, class: usize, pupil: usize) -> String {
        global_id::<Pupil>(self.world.schools[0].classes[class].pupils[pupil])
    }
}

db_test! {
    async fn a_class_teacher_adapts_a_colleagues_plan_for_a_class_a_group_or_a_pupil(app) {
        let stage = Stage::build(&app).await;
        let teacher = stage.teacher(0);
        let plan = stage.create_plan().done(&stage.leader).await["id"].clone();
        let adapt = stage.adapt(&plan);
        for email in [stage.teacher(1), &stage.world.schools[1].head, &stage.world.lead, &stage.world.analyst] {
            adapt.refused(email, "FORBIDDEN").await;
        }
        adapt.with("pupilGroup", json!("Six readers")).refused(teacher, "INVALID pupilGroup").await;
        adapt.with("pupilId", json!(stage.pupil(0, 0))).refused(teacher, "INVALID pupilId").await;
        adapt.with("audience", json!("GROUP")).refused(teacher, "INVALID pupilGroup").await;
        adapt.with("what", json!("")).refused(teacher, "INVALID what").await;
        // What colleagues read who do not see the pupils names none of them, in whatever case.
        let name = stage.answer(teacher, "query($id: ID!) { pupil(id: $id) { givenName } }", json!({ "id": stage.pupil(0, 1) })).await;
        let named = format!("As {} asked.", name["pupil"]["givenName"].as_str().expect("a name").to_uppercase());
        adapt.with("reason", json!(named)).refused(teacher, "INVALID reason").await;
        adapt.with("classId", json!(stage.class(0, 1))).refused(stage.teacher(1), "INVALID classId").await;
        let of_pupil = adapt.with("audience", json!("PUPIL")).with("need", json!("COMMUNICATION_AND_INTERACTION"));
        of_pupil.refused(teacher, "INVALID pupilId").await;
        of_pupil.with("pupilId", json!(stage.pupil(1, 0))).refused(teacher, "NOT_FOUND pupilId").await;
        of_pupil.with("pupilId", json!(stage.pupil(1, 0))).refused(stage.head(), "INVALID pupilId").await;
        let whole = adapt.done(teacher).await;
        assert_eq!((&whole["audience"], &whole["plan"]["version"]), (&json!("CLASS"), &json!(1)), "the plan stays as it was");
        adapt.with("audience", json!("GROUP")).with("pupilGroup", json!("Six who read alone")).done(teacher).await;
        let one = of_pupil.with("pupilId", json!(stage.pupil(0, 0))).done(teacher).await;
        assert_eq!(one["pupil"], json!({ "id": stage.pupil(0, 0) }));
        // Colleagues see what is done for classes and groups; what is done for a pupil is for those who see the class.
        let senco = "senco@test.example";
        Office::of(&app, &stage.world).await.employ(senco, &[stage.world.serving(0, "SENCO")]).await;
        let elsewhere = &stage.world.schools[1].classes[0].teacher;
        for (email, count) in [(teacher, 3), (stage.head(), 3), (&stage.leader, 3), (stage.teacher(1), 2), (elsewhere, 0), (&stage.world.lead, 0), (&stage.world.analyst, 0)] {
            let seen = stage.answer(email, "{ adaptations { totalCount nodes { audience pupil { id } } } }", json!({})).await;
            assert_eq!(seen["adaptations"]["totalCount"], count, "{email}");
        }
        // The first pupil of a class has SEN support in this trust, so a SENCO sees what is done for them.
        let seen = stage.answer(senco, "{ adaptations(filter: { audience: { eq: PUPIL } }) { nodes { pupil { id } } } }", json!({})).await;
        assert_eq!(seen["adaptations"]["nodes"], json!([{ "pupil": { "id": stage.pupil(0, 0) } }]));
    }

    async fn what_helped_is_found_by_colleagues_of_all_schools_without_any_pupil(app) {
        let stage = Stage::build(&app).await;
        let teacher = stage.teacher(0);
        let plan = stage.plan().await;
        let made = stage.adapt(&plan).with("audience", json!("PUPIL")).with("pupilId", json!(stage.pupil(0, 0))).done(teacher).await;
        let fields = "adaptation { version helped found foundOn shared { what } }";
        let update = Attempt::new(&app, "updateAdaptation", fields, json!({ "adaptationId": made["id"], "expectedVersion": 1,
            "helped": "HELPED", "found": "Wrote four sentences alone.", "sharedAs": "A first sentence on a card, to go on from." }));
        for email in [&stage.world.schools[1].head, &stage.world.lead] {
            update.refused(email, "NOT_FOUND adaptationId").await;
        }
        update.with("helped", Value::Null).with("found", Value::Null).refused(teacher, "INVALID sharedAs").await;
        update.with("helped", json!("DID_NOT_HELP")).refused(teacher, "INVALID sharedAs").await;
        update.with("helped", Value::Null).with("sharedAs", Value::Null).refused(teacher, "INVALID helped").await;
        update.with("sharedAs", json!("")).refused(teacher, "INVALID sharedAs").await;
        let name = stage.answer(teacher, "query($id: ID!) { pupil(id: $id) { givenName familyName } }", json!({ "id": stage.pupil(0, 1) })).await;
        for part in ["givenName", "familyName"] {
            let words = format!("A card, as {} has one.", name["pupil"][part].as_str().expect("a name"));
            update.with("sharedAs", json!(words)).refused(teacher, "INVALID sharedAs").await;
        }
        let done = update.done(teacher).await;
        assert_eq!(done, json!({ "version": 2, "helped": "HELPED", "found": "Wrote four sentences alone.", "foundOn": "2026-07-01",
            "shared": { "what": "A first sentence on a card, to go on from." } }));
        update.stale(teacher).await;
        let found = "{ sharedAdaptations(filter: { need: { eq: MISSED_LEARNING }, subjectWhere: { code: { eq: \"writing\" } } }) {
            nodes { what helped audience lowestYearGroup } } }";
        let elsewhere = &stage.world.schools[1].classes[0].teacher;
        let told = json!([{ "what": "A first sentence on a card, to go on from.", "helped": "HELPED", "audience": "PUPIL", "lowestYearGroup": "YEAR_3" }]);
        for email in [elsewhere, &stage.world.analyst, teacher] {
            assert_eq!(stage.answer(email, found, json!({})).await["sharedAdaptations"]["nodes"], told, "{email}");
        }
        assert_eq!(stage.answer(&stage.world.nobody, found, json!({})).await["sharedAdaptations"]["nodes"], json!([]));
        assert_eq!(stage.answer(elsewhere, "{ adaptations { totalCount } }", json!({})).await["adaptations"]["totalCount"], 0);
        // It did not last: it is told no longer.
        let silent = Attempt::new(&app, "updateAdaptation", fields, json!({ "adaptationId": made["id"], "expectedVersion": 2, "helped": "DID_NOT_HELP" }));
        silent.refused(teacher, "INVALID sharedAs").await;
        let silent = Attempt::new(&app, "updateAdaptation", fields, json!({ "adaptationId": made["id"], "expectedVersion": 2, "helped": "DID_NOT_HELP", "sharedAs": null }));
        assert!(silent.done(teacher).await["shared"].is_null());
        assert_eq!(stage.answer(elsewhere, found, json!({})).await["sharedAdaptations"]["nodes"], json!([]));
        // It was for another class altogether: it goes, with what is told of it.
        let again = update.with("expectedVersion", json!(3)).done(teacher).await;
        assert_eq!(again["shared"]["what"], "A first sentence on a card, to go on from.");
        let remove = Attempt::new(&app, "removeAdaptation", "removedId", json!({ "adaptationId": made["id"] }));
        for email in [&stage.world.schools[1].head, &stage.world.lead, stage.teacher(1)] {
            remove.refused(email, "NOT_FOUND adaptationId").await;
        }
        assert_eq!(remove.done(teacher).await, made["id"]);
        for table in ["adaptation", "shared_adaptation"] {
            assert!(app.snapshot(table).await.is_empty(), "{table}");
        }
        assert!(!stage.answer(teacher, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": plan })).await["node"].is_null(), "the plan stays");
    }

    async fn what_was_done_for_a_pupil_is_erased_with_them(app) {
        let stage = Stage::build(&app).await;
        let teacher = stage.teacher(0);
        let plan = stage.plan().await;
        let pupil = stage.pupil(0, 0);
        stage.adapt(&plan).with("audience", json!("PUPIL")).with("pupilId", json!(pupil)).done(teacher).await;
        let record = Attempt::new(&app, "recordCoverage", "taughtObjectives { notYetSecure { id } }", json!({ "classId": stage.class(0, 0),
            "objectives": [{ "objectiveId": stage.objectives["c"], "notYetSecureIds": [pupil] }] }));
        assert_eq!(record.done(teacher).await[0]["notYetSecure"], json!([{ "id": pupil }]));
        let version = stage.answer(stage.head(), "query($id: ID!) { pupil(id: $id) { version } }", json!({ "id": pupil })).await;
        let erase = json!({ "pupilId": pupil, "confirmPupilId": pupil, "expectedVersion": version["pupil"]["version"], "reason": "REQUEST_UPHELD" });
        Attempt::new(&app, "erasePupil", "school { name }", erase).done(stage.head()).await;
        for table in ["adaptation", "insecure_pupil"] {
            assert!(app.snapshot(table).await.is_empty(), "{table}");
        }
        assert_eq!(app.snapshot("taught_objective").await.len(), 1, "what was taught was taught");
    }
}
