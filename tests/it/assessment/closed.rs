//! A window that has closed is closed, and what was moderated stands.

use plumbline::assessment::{AssessmentWindow, Judgement};
use plumbline::moderation::SampledWork;
use plumbline::organisation::Pupil;
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{Attempt, Size, TestApp, World, db_test, global_id};
use serde_json::{Value, json};

use super::{judge_class, judgements};

const FIELDS: &str = "judgements { isLate recordedBecause }";

/// Gives teachers these days after a window.
async fn grace(app: &TestApp, world: &World, term: Term, days: i32) -> Value {
    let window = global_id::<AssessmentWindow>(world.windows[&term]);
    let version = format!("{{ node(id: \"{window}\") {{ ... on AssessmentWindow {{ version }} }} }}");
    let version = app.sign_in(&world.lead).await.ask(&version).await.of("node")["version"].clone();
    let input = json!({ "windowId": window, "expectedVersion": version, "daysOfGrace": days });
    Attempt::new(app, "updateAssessmentWindow", "assessmentWindow { closesOn daysOfGrace recordsUntil }", input)
        .done(&world.lead)
        .await
}

db_test! {
    async fn teachers_record_until_the_days_of_grace_have_passed_and_leaders_after_that_with_a_reason(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let record = Attempt::new(&app, "recordJudgements", FIELDS, judgements(&world, class, Term::Spring, "writing", &["EXS"]));
        // Today is the first of July.
        let window = grace(&app, &world, Term::Spring, 91).await;
        assert_eq!(window, json!({ "closesOn": "2026-03-31", "daysOfGrace": 91, "recordsUntil": "2026-06-30" }));
        let answer = record.refused(&class.teacher, "WRONG_STATE windowId").await;
        let message = answer.of("recordJudgements")["userErrors"][0]["message"].as_str().unwrap();
        assert!(message.contains("until 2026-06-30") && message.contains("lead the school"), "{message}");
        record.with("reason", json!("I was ill")).refused(&class.teacher, "WRONG_STATE windowId").await;
        record.refused(&school.head, "INVALID reason").await;
        record.with("reason", json!("  ")).refused(&school.head, "INVALID reason").await;
        record.with("reason", json!("x".repeat(501))).refused(&school.head, "INVALID reason").await;
        let late = record.with("reason", json!(" The teacher was ill ")).done(&school.head).await;
        assert_eq!(late[0], json!({ "isLate": true, "recordedBecause": "The teacher was ill" }));

        grace(&app, &world, Term::Spring, 92).await;
        let in_time = record.done(&class.teacher).await;
        assert_eq!(in_time[0], json!({ "isLate": false, "recordedBecause": null }));
        let late = "{ late: judgements(filter: { isLate: { eq: true } }) { totalCount } all: judgements { totalCount } }";
        let counted = app.sign_in(&school.head).await.ask(late).await;
        assert_eq!(counted.body["data"], json!({ "late": { "totalCount": 8 }, "all": { "totalCount": 16 } }));

        // In a window that has closed teachers take nothing back either.
        grace(&app, &world, Term::Spring, 0).await;
        let current = app.id("SELECT id AS id FROM judgement WHERE is_current ORDER BY id LIMIT 1").await;
        let withdraw = Attempt::new(&app, "withdrawJudgement", "judgement { isCurrent }", json!({
            "judgementId": global_id::<Judgement>(current), "reason": "Of another pupil" }));
        withdraw.refused(&class.teacher, "WRONG_STATE judgementId").await;
        withdraw.done(&school.head).await;
        app.assert_cells_are_right(world.trust).await;
    }

    async fn a_trust_gives_its_teachers_no_more_than_a_year(app) {
        let world = World::build(&app, Size::default()).await;
        let window = global_id::<AssessmentWindow>(world.windows[&Term::Summer]);
        let update = Attempt::new(&app, "updateAssessmentWindow", "assessmentWindow { daysOfGrace version }", json!({
            "windowId": window, "expectedVersion": 1, "daysOfGrace": 366, "closesOn": "2026-07-30" }));
        for email in [&world.schools[0].head, &world.schools[0].classes[0].teacher, &world.analyst, &world.moderator] {
            update.refused(email, "FORBIDDEN").await;
        }
        update.refused(&world.nobody, "NOT_FOUND windowId").await;
        for days in [-1, 367] {
            update.with("daysOfGrace", json!(days)).refused(&world.lead, "INVALID daysOfGrace").await;
        }
        let class = &world.schools[0].classes[0];
        judge_class(&app, &world, class, Term::Summer, "writing", &["EXS"]).await;
        update.with("opensOn", json!("2026-06-02")).refused(&world.lead, "WRONG_STATE opensOn").await;
        update.with("closesOn", json!("2026-05-31")).refused(&world.lead, "WRONG_STATE closesOn").await;
        assert_eq!(update.done(&world.lead).await, json!({ "daysOfGrace": 366, "version": 2 }));
        update.stale(&world.lead).await;
    }

    async fn what_was_moderated_is_not_superseded_by_whoever_made_it(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        world.judge(&app, class, |_| "EXS").await;
        world.draw(&app.sign_in(&world.lead).await, "Writing, summer", 100, 6).await;
        let work = app.work(world.trust, class.id, "Writing, summer", 0).await;
        let pupil = app.id(&format!(
            "SELECT j.pupil_id AS id FROM judgement j JOIN sampled_work w ON w.judgement_id = j.id WHERE w.id = {}", app.literal(work))).await;
        let again = json!({ "pupilId": global_id::<Pupil>(pupil), "gradeCode": "GDS" });
        let record = Attempt::new(&app, "recordJudgements", FIELDS, world.judgements_input(&[again]));
        // Drawn and not yet agreed: the teacher may still see more in the work.
        record.done(&class.teacher).await;
        let outcome = json!({ "workId": global_id::<SampledWork>(work), "decision": "CONFIRMED", "agreedGradeCode": "EXS" });
        Attempt::new(&app, "recordModerationOutcome", "moderationOutcome { id }", outcome).done(&world.lead).await;
        let answer = record.with("reason", json!("I see it differently")).refused(&class.teacher, "WRONG_STATE judgements.0.pupilId").await;
        let message = answer.of("recordJudgements")["userErrors"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("It was moderated"), "{message}");
        let refusals = "SELECT COUNT(*) AS n FROM audit_entry WHERE kind = 'REFUSAL' AND operation = 'recordJudgements'";
        assert_eq!(app.number(refusals).await, 1, "they are told of an outcome that they do not see yet");
        record.refused(&school.head, "INVALID reason").await;
        let done = record.with("reason", json!("The teacher saw work of another pupil")).done(&school.head).await;
        assert_eq!(done, json!([{ "isLate": false, "recordedBecause": "The teacher saw work of another pupil" }]));
        // Now it is the head's own, and the teacher does not bring theirs back by withdrawing it.
        record.with("reason", json!("Again")).refused(&school.head, "WRONG_STATE judgements.0.pupilId").await;
        let current = app.id(&format!("SELECT id AS id FROM judgement WHERE is_current AND pupil_id = {}", app.literal(pupil))).await;
        let withdraw = Attempt::new(&app, "withdrawJudgement", "judgement { isCurrent }", json!({
            "judgementId": global_id::<Judgement>(current), "reason": "I do not agree" }));
        withdraw.refused(&class.teacher, "WRONG_STATE judgementId").await;
        withdraw.done(&school.head).await;
        // The others of the class were not moderated: of a batch, those that were are named.
        let other = class.pupils.iter().find(|other| **other != pupil).unwrap();
        let other = json!({ "pupilId": global_id::<Pupil>(*other), "gradeCode": "GDS" });
        let moderated = json!({ "pupilId": global_id::<Pupil>(pupil), "gradeCode": "GDS" });
        let both = Attempt::new(&app, "recordJudgements", FIELDS, world.judgements_input(&[other.clone(), moderated]));
        both.refused(&class.teacher, "WRONG_STATE judgements.1.pupilId").await;
        Attempt::new(&app, "recordJudgements", FIELDS, world.judgements_input(&[other])).done(&class.teacher).await;
    }
}
