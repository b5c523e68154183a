//! Whoever asks for what they may not see is recorded, and so is whoever calls without a token that holds.

use axum::body::Body;
use axum::http::{Request, header};
use plumbline::audit::LARGEST_TALLY;
use plumbline::auth::{Client, Viewer};
use plumbline::organisation::Pupil;
use plumbline_entity::audit_entry::AuditKind;
use plumbline_entity::client_application::ClientScope;
use plumbline_tests::{Attempt, Recorded, Size, TestApp, World, db_test, global_id};
use serde_json::json;
use uuid::Uuid;

db_test! {
    async fn a_refused_mutation_leaves_who_tried_and_at_which_row(app) {
        let world = World::build(&app, Size::default()).await;
        let (class, pupil) = (&world.schools[0].classes[0], world.schools[0].classes[0].pupils[0]);
        let update = Attempt::new(&app, "updatePupil", "pupil { familyName }", json!({
            "pupilId": global_id::<Pupil>(pupil), "expectedVersion": 1, "familyName": "Rosa Luxemburg",
        }));
        let before = app.audited().await;
        update.refused(&class.teacher, "FORBIDDEN").await;
        update.refused(&world.schools[1].head, "NOT_FOUND pupilId").await;
        let entries = app.recorded_after(before).await;
        let shown: Vec<(AuditKind, &str)> = entries.iter().map(|entry| (entry.kind(), entry.row.operation.as_str())).collect();
        assert_eq!(shown, [(AuditKind::Refusal, "updatePupil"), (AuditKind::Refusal, "updatePupil")]);
        assert!(entries[0].pupils.is_empty() && entries[0].row.staff_member_id.is_some());
        assert_eq!(entries[1].all_pupils(), [pupil].into(), "whom they tried to reach");
        assert_ne!(entries[0].row.staff_member_id, entries[1].row.staff_member_id);
        let all = format!("{entries:?}");
        assert!(!all.contains("Luxemburg"), "no value of the input: {all}");
    }

    async fn a_refused_batch_leaves_all_that_it_tried_to_reach(app) {
        let world = World::build(&app, Size::default()).await;
        let (own, others) = (&world.schools[0].classes[0], &world.schools[1].classes[0]);
        let pupils = [own.pupils[0], others.pupils[2], others.pupils[0], others.pupils[1]];
        let batch = pupils.map(|pupil| json!({ "pupilId": global_id::<Pupil>(pupil), "gradeCode": "EXS" }));
        let before = app.audited().await;
        let record = Attempt::new(&app, "recordJudgements", "judgements { id }", world.judgements_input(&batch));
        let answer = record.by(&own.teacher).await;
        assert_eq!(answer.user_errors("recordJudgements").len(), 3, "{:#}", answer.body);
        let entries = app.recorded_after(before).await;
        assert_eq!((entries.len(), entries[0].kind()), (1, AuditKind::Refusal));
        assert_eq!(entries[0].all_pupils(), pupils[1..].iter().copied().collect());
    }

    async fn to_try_whether_somebody_is_here_is_recorded(app) {
        let world = World::build(&app, Size::default()).await;
        let create = Attempt::new(&app, "createStaffMember", "staffMember { id }", json!({
            "email": world.schools[1].head, "givenName": "Bo", "familyName": "Oak",
        }));
        let before = app.audited().await;
        create.refused(&world.schools[0].head, "DUPLICATE email").await;
        let entries = app.recorded_after(before).await;
        assert_eq!((entries.len(), entries[0].kind(), entries[0].row.operation.as_str()), (1, AuditKind::Refusal, "createStaffMember"));
    }

    async fn to_try_which_first_grade_a_decision_fits_is_recorded(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 6 }).await;
        world.judge(&app, &world.schools[0].classes[0], |_| "EXS").await;
        let lead = app.sign_in(&world.lead).await;
        world.draw(&lead, "Writing", 100, 3).await;
        let work = app.work(world.trust, world.schools[0].classes[0].id, "Writing", 0).await;
        let record = Attempt::new(&app, "recordModerationOutcome", "moderationOutcome { id }", json!({
            "workId": global_id::<plumbline::moderation::SampledWork>(work), "decision": "CONFIRMED", "agreedGradeCode": "GDS",
        }));
        let before = app.audited().await;
        record.refused(&world.lead, "INVALID decision").await;
        let entries = app.recorded_after(before).await;
        assert_eq!((entries.len(), entries[0].kind(), entries[0].row.operation.as_str()), (1, AuditKind::Refusal, "recordModerationOutcome"));
        assert_eq!(entries[0].rows["sampled_work"], [work].into());
    }

    async fn a_slip_of_the_pen_is_no_refusal(app) {
        let world = World::build(&app, Size::default()).await;
        let create = Attempt::new(&app, "createPhase", "phase { id }", json!({ "name": "", "lowestYearGroup": "YEAR_1", "highestYearGroup": "YEAR_2" }));
        let before = app.audited().await;
        create.refused(&world.lead, "INVALID name").await;
        create.with("name", json!("Key Stage 1")).refused(&world.lead, "DUPLICATE name").await;
        assert!(app.recorded_after(before).await.is_empty());
    }

    async fn a_refused_field_leaves_an_entry_for_the_client_that_asked(app) {
        let world = World::build(&app, Size::default()).await;
        let client = Client { id: Uuid::now_v7(), client_id: "mis".into(), scopes: vec![ClientScope::Synchronise], schools: Some(vec![world.schools[0].id]), trusted_documents_only: false };
        let viewer = Viewer::client(client.clone(), world.trust, TestApp::now().date_naive());
        let guess = r#"{ pupils(filter: { familyName: { startsWith: "Family" } }) { nodes { id } } }"#;
        let before = app.audited().await;
        let answer = plumbline::protocol::run(&app.app, viewer.clone(), async_graphql::Request::new(guess), "r1", None, true).await.unwrap().answer;
        assert_eq!(answer.errors.len(), 1, "{answer:?}");
        let own = "{ pupils(first: 2) { nodes { upn } } }";
        plumbline::protocol::run(&app.app, viewer, async_graphql::Request::new(own), "r2", None, true).await.unwrap();
        let entries = app.recorded_after(before).await;
        assert_eq!(entries.iter().map(Recorded::kind).collect::<Vec<_>>(), [AuditKind::Refusal, AuditKind::Read]);
        for entry in &entries {
            assert_eq!((entry.row.client_id, entry.row.staff_member_id), (Some(client.id), None));
        }
        assert_eq!(entries[1].all_pupils().len(), 2);
    }

    async fn a_token_that_does_not_hold_leaves_an_entry_and_nothing_of_itself(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let before = app.audited().await;
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json").header("x-request-id", "bad-1")
            .header(header::AUTHORIZATION, format!("Bearer {}x", head.token()));
        let answer = head.send(request.body(Body::from(json!({ "query": "{ trust { name } }" }).to_string())).unwrap()).await;
        assert_eq!(answer.status.as_u16(), 401);
        app.app.audit.flush().await.unwrap();
        let entries = app.recorded_after(before).await;
        assert_eq!((entries.len(), entries[0].kind(), entries[0].row.request_id.as_str()), (1, AuditKind::TokenRefused, "bad-1"));
        assert_eq!((entries[0].row.trust_id, entries[0].row.occurrences), (None, 1));
    }

    async fn a_flood_of_bad_tokens_is_counted_whole_and_fills_nothing(app) {
        let before = app.audited().await;
        let stranger = app.stranger();
        for _ in 0..LARGEST_TALLY * 3 {
            assert_eq!(stranger.ask("{ trust { name } }").await.status.as_u16(), 401);
        }
        app.app.audit.flush().await.unwrap();
        let entries = app.recorded_after(before).await;
        assert!(entries.iter().all(|entry| entry.kind() == AuditKind::TokenRefused));
        assert_eq!(entries.len(), LARGEST_TALLY as usize + 1, "one for each up to the limit, one for all the rest");
        assert_eq!(entries.iter().map(|entry| entry.row.occurrences).sum::<i32>(), (LARGEST_TALLY * 3).cast_signed());
        app.app.audit.flush().await.unwrap();
        assert_eq!(app.recorded_after(before).await.len(), entries.len(), "none twice");
    }
}
