//! Tasks, reviews and conversations on a plan, and whether classes take it up.

use plumbline_tests::{Attempt, Office, db_test};
use serde_json::{Value, json};

use super::Stage;

impl<'a> Stage<'a> {
    fn step(&self, plan: &Value, kind: &str) -> Attempt<'a> {
        let fields =
            "planStep { id version kind what dueOn doneOn outcome found follows { id } plan { approval version } }";
        Attempt::new(
            self.app,
            "createPlanStep",
            fields,
            json!({ "planId": plan, "kind": kind, "what": "Find three letters to read aloud." }),
        )
    }

    fn complete(&self, step: &Value, outcome: &str) -> Attempt<'a> {
        Attempt::new(
            self.app,
            "completePlanStep",
            "planStep { version doneOn outcome found plan { approval version } }",
            json!({
            "planStepId": step["id"], "expectedVersion": step["version"], "outcome": outcome }),
        )
    }

    fn take_up(&self, plan: &Value, class: usize, outcome: &str) -> Attempt<'a> {
        Attempt::new(
            self.app,
            "takeUpPlan",
            "planStep { id version outcome found class { name } }",
            json!({
            "planId": plan, "classId": self.class(0, class), "outcome": outcome }),
        )
    }
}

db_test! {
    async fn colleagues_share_the_tasks_of_a_plan_and_see_who_has_how_much_to_do(app) {
        let stage = Stage::build(&app).await;
        let (author, other) = (stage.teacher(0), stage.teacher(1));
        let plan = stage.plan().await;
        let them = Office::of(&app, &stage.world).await.person(other).await;
        let task = stage.step(&plan, "TASK").with("staffMemberId", them.clone()).with("dueOn", json!("2026-06-01"));
        for email in [&stage.world.schools[1].head, &stage.world.lead, &stage.world.analyst] {
            stage.step(&plan, "TASK").refused(email, "FORBIDDEN").await;
        }
        // A colleague takes one on for themselves, and gives none to another.
        let own = stage.step(&plan, "TASK").done(other).await;
        let author_id = Office::of(&app, &stage.world).await.person(author).await;
        task.with("staffMemberId", author_id.clone()).refused(other, "FORBIDDEN").await;
        task.with("what", json!("")).refused(author, "INVALID what").await;
        task.with("outcome", json!("APPROVED")).refused(author, "INVALID outcome").await;
        stage.step(&plan, "TAKE_UP").refused(author, "INVALID kind").await;
        let given = task.done(author).await;
        task.with("dueOn", json!("2026-12-01")).done(author).await;
        let query = "query($school: ID!) { colleaguePlanning(where: { schoolId: $school }) { staffMember { email } open overdue done dropped } }";
        let school = json!({ "school": stage.world.school(0) });
        let all = stage.answer(author, query, school.clone()).await;
        assert_eq!(all["colleaguePlanning"], json!([{ "staffMember": { "email": other }, "open": 3, "overdue": 1, "done": 0, "dropped": 0 }]));
        // Who does it says that it is done; the author gives it to somebody else.
        stage.complete(&given, "DONE").done(other).await;
        stage.complete(&given, "DONE").stale(other).await;
        let again = stage.complete(&given, "DROPPED").with("expectedVersion", json!(2)).with("found", json!("Not needed."));
        again.refused(author, "WRONG_STATE planStepId").await;
        let update = Attempt::new(&app, "updatePlanStep", "planStep { version dueOn staffMember { email } }", json!({
            "planStepId": own["id"], "expectedVersion": 1, "staffMemberId": author_id, "dueOn": "2026-06-30" }));
        for email in [&stage.world.schools[1].head, &stage.world.analyst] {
            update.refused(email, "NOT_FOUND planStepId").await;
        }
        assert_eq!(update.done(author).await, json!({ "version": 2, "dueOn": "2026-06-30", "staffMember": { "email": author } }));
        update.stale(author).await;
        let clear = json!({ "planStepId": own["id"], "expectedVersion": 2, "dueOn": null });
        assert!(Attempt::new(&app, "updatePlanStep", "planStep { dueOn }", clear).done(author).await["dueOn"].is_null());
        stage.complete(&own, "DROPPED").with("expectedVersion", json!(3)).refused(author, "INVALID found").await;
        stage.complete(&own, "DROPPED").with("expectedVersion", json!(3)).with("found", json!("Another class has them.")).done(author).await;
        let all = stage.answer(stage.head(), query, school.clone()).await;
        assert_eq!(all["colleaguePlanning"], json!([
            { "staffMember": { "email": other }, "open": 1, "overdue": 0, "done": 1, "dropped": 0 },
            { "staffMember": { "email": author }, "open": 0, "overdue": 0, "done": 0, "dropped": 1 } ]));
        // Other schools see none of it.
        let elsewhere = stage.answer(&stage.world.schools[1].head, query, school).await;
        assert_eq!(elsewhere["colleaguePlanning"], json!([]));
    }

    async fn a_subject_leader_reviews_a_plan_and_talks_about_it_and_sees_what_follows(app) {
        let stage = Stage::build(&app).await;
        let author = stage.teacher(0);
        let plan = stage.plan().await;
        let phase = "phase@test.example";
        Office::of(&app, &stage.world).await.employ(phase, &[stage.world.leading_phase(0, stage.world.phases[1])]).await;
        let elsewhere = "ks1@test.example";
        Office::of(&app, &stage.world).await.employ(elsewhere, &[stage.world.leading_phase(0, stage.world.phases[0])]).await;
        let review = stage.step(&plan, "REVIEW").with("outcome", json!("CHANGES_ASKED")).with("found", json!("The answer is not planned."));
        for email in [author, stage.teacher(1), elsewhere, &stage.world.schools[1].head] {
            review.refused(email, "FORBIDDEN").await;
        }
        review.with("found", Value::Null).refused(&stage.leader, "INVALID found").await;
        // In nobody else's name, and not of what one wrote oneself.
        let phase_leader = Office::of(&app, &stage.world).await.person(phase).await;
        review.with("staffMemberId", phase_leader).refused(&stage.leader, "INVALID staffMemberId").await;
        let own = stage.create_plan().done(&stage.leader).await["id"].clone();
        review.with("planId", own).refused(&stage.leader, "FORBIDDEN").await;
        stage.step(&plan, "TASK").with("found", json!("Too early.")).refused(&stage.leader, "INVALID outcome").await;
        assert_eq!(review.done(&stage.leader).await["plan"], json!({ "approval": "CHANGES_ASKED", "version": 2 }));
        // Its author reads why. A phase leader is asked for a second look, and approves.
        let seen = stage.answer(author, "query($id: ID!) { node(id: $id) { ... on Plan { approval steps(filter: { kind: { eq: REVIEW } }) { nodes { found outcome } } } } }", json!({ "id": plan })).await;
        assert_eq!(seen["node"]["steps"]["nodes"], json!([{ "found": "The answer is not planned.", "outcome": "CHANGES_ASKED" }]));
        let asked = stage.step(&plan, "REVIEW").with("dueOn", json!("2026-07-10")).done(&stage.leader).await;
        assert!(asked["outcome"].is_null());
        stage.complete(&asked, "APPROVED").refused(author, "FORBIDDEN").await;
        stage.complete(&asked, "AS_PLANNED").refused(phase, "INVALID outcome").await;
        assert_eq!(stage.complete(&asked, "APPROVED").done(phase).await["plan"]["approval"], "APPROVED");
        // A conversation is between two, and what is agreed in it is followed up.
        let them = Office::of(&app, &stage.world).await.person(author).await;
        let talk = stage.step(&plan, "CONVERSATION").with("staffMemberId", them.clone()).with("outcome", json!("DONE")).with("found", json!("Letters to the council next."));
        let talk = talk.done(&stage.leader).await;
        let follows = stage.step(&plan, "TASK").with("followsId", talk["id"].clone()).with("staffMemberId", them);
        let other = stage.plan().await;
        follows.with("planId", other).refused(&stage.leader, "INVALID followsId").await;
        assert_eq!(follows.done(&stage.leader).await["follows"], json!({ "id": talk["id"] }));
        let walk = "query($id: ID!) { node(id: $id) { ... on PlanStep { followedBy { nodes { kind } } } } }";
        let seen = stage.answer(author, walk, json!({ "id": talk["id"] })).await;
        assert_eq!(seen["node"]["followedBy"]["nodes"], json!([{ "kind": "TASK" }]));
        for email in [stage.teacher(1), elsewhere, &stage.world.schools[1].head] {
            assert!(stage.answer(email, walk, json!({ "id": talk["id"] })).await["node"].is_null(), "{email} reads a conversation of others");
        }
    }

    async fn each_class_says_whether_it_takes_a_plan_up(app) {
        let stage = Stage::build(&app).await;
        let (teacher, other) = (stage.teacher(0), stage.teacher(1));
        let plan = stage.plan().await;
        let take = stage.take_up(&plan, 0, "PASSED_OVER");
        for email in [other, &stage.leader, &stage.world.schools[1].head, &stage.world.lead] {
            take.refused(email, "FORBIDDEN").await;
        }
        take.refused(teacher, "INVALID found").await;
        take.with("outcome", json!("DONE")).refused(teacher, "INVALID outcome").await;
        stage.take_up(&plan, 1, "AS_PLANNED").refused(other, "INVALID classId").await;
        take.with("classId", json!(stage.class(1, 0))).refused(&stage.world.schools[1].classes[0].teacher, "FORBIDDEN").await;
        let passed = take.with("found", json!("They wrote letters in the autumn.")).done(teacher).await;
        let planned = "query($school: ID!, $subject: ID!) { objectivesByClass(where: { schoolId: $school, subjectId: $subject }) { class { name } objective { code } progress } }";
        let asked = json!({ "school": stage.world.school(0), "subject": stage.subject() });
        let row = |progress: &str| json!({ "class": { "name": "Class 1" }, "objective": { "code": "c" }, "progress": progress });
        // Whoever asks, what was passed over covers nothing.
        for email in [teacher, other, &stage.leader, &stage.world.analyst] {
            let seen = stage.answer(email, planned, asked.clone()).await;
            assert!(seen["objectivesByClass"].as_array().expect("rows").contains(&row("NOT_PLANNED")), "{email}: {seen:#}");
        }
        app.assert_cells_are_right(stage.world.trust).await;
        // They change their mind: the same step, said again.
        let now = stage.take_up(&plan, 0, "ADAPTED").done(teacher).await;
        assert_eq!((&now["id"], &now["version"], &now["found"]), (&passed["id"], &json!(2), &Value::Null));
        let seen = stage.answer(&stage.leader, planned, asked).await;
        assert!(seen["objectivesByClass"].as_array().expect("rows").contains(&row("PLANNED")), "{seen:#}");
        app.assert_cells_are_right(stage.world.trust).await;
        // Year groups that leave the class out are refused while it has said so.
        let moved = Attempt::new(&app, "updatePlan", "plan { id }", json!({ "planId": plan, "expectedVersion": 1, "lowestYearGroup": "YEAR_4", "highestYearGroup": "YEAR_4" }));
        moved.refused(teacher, "INVALID lowestYearGroup").await;
        let query = "query($id: ID!) { node(id: $id) { ... on Plan { takeUp { class { name } step { outcome } } } } }";
        let said = json!([{ "class": { "name": "Class 1" }, "step": { "outcome": "ADAPTED" } }]);
        for (email, step) in [(teacher, true), (&stage.leader, true), (stage.head(), true), (&stage.world.lead, true), (other, false), (&stage.world.analyst, false)] {
            let seen = stage.answer(email, query, json!({ "id": plan })).await;
            let expected = if step { said.clone() } else { json!([{ "class": { "name": "Class 1" }, "step": null }]) };
            assert_eq!(seen["node"]["takeUp"], expected, "{email}");
        }
    }
}
