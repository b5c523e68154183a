//! A class teacher judges the pupils of their class; a later judgement supersedes an earlier one.

use plumbline::assessment::{AssessmentWindow, Framework};
use plumbline::curriculum::Subject;
use plumbline::organisation::{Class, Pupil};
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{Attempt, Size, World, db_test, global_id};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{judge_class, judgements};

db_test! {
    async fn a_class_teacher_judges_their_whole_class_at_once(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let input = judgements(&world, class, Term::Summer, "writing", &["WTS", "EXS", "GDS", "A"]);
        let record = Attempt::new(&app, "recordJudgements", "judgements { pupil { id } grade { code } isCurrent judgedBy { email } }", input)
            .with("idempotencyKey", json!("summer"));
        let every = |error: &str| (0..8).map(|at| format!("{error} judgements.{at}.pupilId")).collect::<Vec<_>>().join(", ");
        for email in [&school.classes[1].teacher, &world.schools[1].head, &world.lead, &world.analyst, &world.moderator] {
            record.refused(email, &every("NOT_FOUND")).await;
        }
        record.refused(&world.nobody, "NOT_FOUND windowId").await;
        let recorded = record.done(&class.teacher).await;
        for (judgement, pupil) in recorded.as_array().unwrap().iter().zip(&class.pupils) {
            assert_eq!(judgement["pupil"]["id"], global_id::<Pupil>(*pupil), "in the order of the input");
            assert_eq!(judgement["judgedBy"]["email"], json!(class.teacher));
        }
        assert_eq!(record.done(&class.teacher).await, recorded, "the same key again");
        assert_eq!(app.rows("judgement").await, 8);
        app.assert_cells_are_right(world.trust).await;
    }

    async fn one_judgement_supersedes_another_and_the_first_stays_as_it_was(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        judge_class(&app, &world, class, Term::Summer, "writing", &["WTS"]).await;
        let record = Attempt::new(&app, "recordJudgement",
            "judgement { isCurrent judgedOn grade { code } supersedes { isCurrent grade { code } judgedBy { email } } }", json!({
                "windowId": global_id::<AssessmentWindow>(world.windows[&Term::Summer]),
                "subjectId": global_id::<Subject>(world.subjects["writing"]), "frameworkId": global_id::<Framework>(world.framework),
                "judgement": { "pupilId": global_id::<Pupil>(class.pupils[3]), "gradeCode": "GDS" },
            }));
        record.refused(&school.classes[1].teacher, "NOT_FOUND judgement.pupilId").await;
        let judgement = record.done(&school.head).await;
        assert_eq!(judgement, json!({
            "isCurrent": true, "judgedOn": "2026-07-01", "grade": { "code": "GDS" },
            "supersedes": { "isCurrent": false, "grade": { "code": "WTS" }, "judgedBy": { "email": class.teacher } },
        }));
        assert_eq!(app.rows("judgement").await, 9);
        assert_eq!(app.number("SELECT COUNT(*) AS n FROM judgement WHERE is_current").await, 8);
        app.assert_cells_are_right(world.trust).await;
    }

    async fn what_is_wrong_with_some_keeps_all_from_being_recorded(app) {
        let world = World::build(&app, Size::default()).await;
        let class = &world.schools[0].classes[0];
        let pupil = |at: usize| global_id::<Pupil>(class.pupils[at]);
        let judged = |judgements: Value| {
            let input = judgements_of(&world, judgements);
            Attempt::new(&app, "recordJudgements", "judgements { id }", input)
        };
        let wrong = judged(json!([
            { "pupilId": pupil(0), "gradeCode": "EXS" },
            { "pupilId": pupil(1), "gradeCode": "EXZ" },
            { "pupilId": pupil(0), "gradeCode": "EXS" },
            { "pupilId": pupil(2), "gradeCode": "EXS", "judgedOn": "2026-03-31" },
            { "pupilId": pupil(3), "gradeCode": "EXS", "judgedOn": "2026-07-02" },
            { "pupilId": global_id::<Pupil>(world.schools[1].classes[0].pupils[0]), "gradeCode": "EXS" },
        ]));
        let answer = wrong.refused(&class.teacher,
            "INVALID judgements.1.gradeCode, DUPLICATE judgements.2.pupilId, INVALID judgements.3.judgedOn, \
             INVALID judgements.4.judgedOn, NOT_FOUND judgements.5.pupilId").await;
        let message = answer.of("recordJudgements")["userErrors"][0]["message"].as_str().unwrap();
        assert_eq!(message, "`EXZ` is no code of this framework; its codes are A, EXS, GDS, WTS.");
        judged(json!([])).refused(&class.teacher, "INVALID judgements").await;
        let many: Vec<Value> = (0..501).map(|_| json!({ "pupilId": pupil(0), "gradeCode": "EXS" })).collect();
        judged(json!(many)).refused(&class.teacher, "INVALID judgements").await;
        let one = judged(json!([{ "pupilId": pupil(0), "gradeCode": "EXS" }]));
        one.with("windowId", json!(global_id::<AssessmentWindow>(Uuid::now_v7()))).refused(&class.teacher, "NOT_FOUND windowId").await;
        one.with("subjectId", json!(global_id::<Subject>(Uuid::now_v7()))).refused(&class.teacher, "NOT_FOUND subjectId").await;
        one.with("frameworkId", json!(global_id::<Framework>(Uuid::now_v7()))).refused(&class.teacher, "NOT_FOUND frameworkId").await;
        one.done(&class.teacher).await;
    }

    async fn a_whole_class_takes_no_more_statements_than_one_pupil(app) {
        let world = World::build(&app, Size { schools: 1, classes: 2, pupils: 30 }).await;
        let class = &world.schools[0].classes[0];
        let teacher = app.sign_in(&class.teacher).await;
        let fields = "judgements { pupil { familyName } grade { code } class { name } judgedBy { familyName } }";
        let mut statements = Vec::new();
        for pupils in [1, 30] {
            let mut input = judgements(&world, class, Term::Summer, "writing", &["EXS", "GDS"]);
            input["judgements"].as_array_mut().unwrap().truncate(pupils);
            input["subjectId"] = json!(global_id::<Subject>(world.subjects[if pupils == 1 { "reading" } else { "writing" }]));
            let answer = teacher.mutate("recordJudgements", input, fields).await;
            assert_eq!(answer.of("recordJudgements")["judgements"].as_array().unwrap().len(), pupils);
            statements.push(answer.statements);
        }
        assert_eq!(statements[0], statements[1]);
        assert!(statements[1] <= 20, "{statements:?}");
    }

    async fn a_pupil_who_moved_is_judged_where_they_are_and_not_where_they_were(app) {
        let world = World::build(&app, Size::default()).await;
        let school = &world.schools[0];
        let (from, to, pupil) = (&school.classes[0], &school.classes[1], school.classes[0].pupils[0]);
        Attempt::new(&app, "enrolPupil", "enrolment { id }", json!({
            "pupilId": global_id::<Pupil>(pupil), "classId": global_id::<Class>(to.id), "yearGroup": "YEAR_4", "startsOn": "2026-05-01",
        })).done(&school.head).await;
        let on = |day: &str| {
            let judged = json!([{ "pupilId": global_id::<Pupil>(pupil), "gradeCode": "EXS", "judgedOn": day }]);
            Attempt::new(&app, "recordJudgements", "judgements { class { id } }", judgements_of(&world, judged))
        };
        on("2026-06-01").refused(&from.teacher, "FORBIDDEN judgements.0.pupilId").await;
        assert_eq!(on("2026-04-20").done(&from.teacher).await[0]["class"]["id"], global_id::<Class>(from.id));
        on("2026-06-01").refused(&to.teacher, "FORBIDDEN").await;
        assert_eq!(on("2026-06-01").done(&school.head).await[0]["class"]["id"], global_id::<Class>(to.id));

        // Somebody who has taught a pupil is not told whether the pupil is now elsewhere in the trust or nowhere.
        let year = Attempt::new(&app, "createAcademicYear", "academicYear { id }", json!({ "year": 2024 })).done(&world.lead).await;
        let window = Attempt::new(&app, "createAssessmentWindow", "assessmentWindow { id }", json!({
            "academicYearId": year["id"], "term": "SUMMER", "opensOn": "2025-04-01", "closesOn": "2025-08-31",
        })).done(&world.lead).await;
        let nowhere = on("2025-06-01").with("windowId", window["id"].clone()).refused(&from.teacher, "FORBIDDEN judgements.0.pupilId").await;
        let elsewhere = on("2026-06-01").refused(&from.teacher, "FORBIDDEN judgements.0.pupilId").await;
        assert_eq!(nowhere.of("recordJudgements"), elsewhere.of("recordJudgements"));
        app.assert_cells_are_right(world.trust).await;
    }

    async fn two_who_judge_a_class_at_once_both_come_through(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        for round in 0..5 {
            let mut tasks = Vec::new();
            for (email, grade) in [(&class.teacher, "EXS"), (&school.head, "GDS"), (&class.teacher, "WTS")] {
                let caller = app.sign_in(email).await;
                let input = judgements(&world, class, Term::Summer, "writing", &[grade]);
                tasks.push(tokio::spawn(async move { caller.mutate("recordJudgements", input, "judgements { id }").await }));
            }
            // At the same time a senior leader changes what the cells are split by.
            let head = app.sign_in(&school.head).await;
            let sex = if round % 2 == 0 { "MALE" } else { "FEMALE" };
            let input = json!({ "pupilId": global_id::<Pupil>(class.pupils[0]), "expectedVersion": round + 1, "sex": sex });
            let changed = head.mutate("updatePupil", input, "pupil { id }").await;
            assert_eq!(changed.user_errors("updatePupil"), Vec::<String>::new());
            for task in tasks {
                assert_eq!(task.await.unwrap().user_errors("recordJudgements"), Vec::<String>::new());
            }
            assert_eq!(app.number("SELECT COUNT(*) AS n FROM judgement WHERE is_current").await, 8);
            app.assert_cells_are_right(world.trust).await;
        }
    }
}

fn judgements_of(world: &World, judgements: Value) -> Value {
    json!({
        "windowId": global_id::<AssessmentWindow>(world.windows[&Term::Summer]),
        "subjectId": global_id::<Subject>(world.subjects["writing"]),
        "frameworkId": global_id::<Framework>(world.framework), "judgements": judgements,
    })
}
