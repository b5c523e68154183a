//! Trust leads ask the audit of their trust, and the audit records that they did.

use plumbline::organisation::{Pupil, StaffMember};
use plumbline_entity::{audit_entry::AuditKind, staff_member};
use plumbline_tests::{Size, TestApp, World, db_test, global_id, ids_in};
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use super::ask;

async fn id_of(app: &TestApp, email: &str) -> Uuid {
    let people = staff_member::Entity::find().all(&app.raw).await.unwrap();
    people.into_iter().find(|person| person.email == email).unwrap().id
}

db_test! {
    async fn a_trust_lead_finds_who_read_a_pupil(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let (one, other) = (class.pupils[0], world.schools[1].classes[0].pupils[0]);
        ask(&app, &school.head, "{ pupils { nodes { id } } }").await;
        ask(&app, &class.teacher, "{ pupils { nodes { id } } }").await;
        ask(&app, &world.schools[1].head, "{ pupils { nodes { id } } }").await;
        world.judge(&app, class, |_| "EXS").await;
        let lead = app.sign_in(&world.lead).await;
        let query = "query($filter: AuditEntryFilter, $order: AuditEntryOrder) { auditEntries(filter: $filter, order: $order) { totalCount
            nodes { id sequence kind operation requestId at occurrences hash staffMember { email } clientApplicationId accessGrantIds subjects { tables pupils rows unnamed } } } }";
        let reads = |pupil: Uuid| json!({ "filter": { "kind": { "eq": "READ" }, "pupil": { "includes": global_id::<Pupil>(pupil) } }, "order": "OLDEST" });
        let answer = lead.ask_with(query, reads(one)).await;
        let found: Vec<&str> = answer.of("auditEntries")["nodes"].as_array().unwrap().iter().map(|entry| entry["staffMember"]["email"].as_str().unwrap()).collect();
        assert_eq!(found, [school.head.as_str(), class.teacher.as_str()]);
        let entry = &answer.of("auditEntries")["nodes"][1];
        assert_eq!((&entry["operation"], &entry["subjects"][0]["tables"]), (&json!("pupils"), &json!(["pupil"])));
        assert_eq!(ids_in(&entry["subjects"], "Pupil").len(), 8);
        assert_eq!(entry["hash"].as_str().unwrap().len(), 64);
        assert_eq!(lead.ask_with(query, reads(other)).await.of("auditEntries")["totalCount"], 1);

        for (filter, count) in [
            (json!({ "staffMember": { "eq": global_id::<StaffMember>(id_of(&app, &class.teacher).await) } }), 2),
            (json!({ "kind": { "in": ["WRITE", "REFUSAL"] } }), 1),
            (json!({ "operation": { "eq": "recordJudgements" }, "at": { "gte": "2026-07-01T10:00:00Z", "lt": "2026-07-02T00:00:00Z" } }), 1),
            (json!({ "operation": { "eq": "recordJudgements" }, "at": { "lt": "2026-07-01T10:00:00Z" } }), 0),
        ] {
            let answer = lead.ask_with(query, json!({ "filter": filter })).await;
            assert_eq!(answer.of("auditEntries")["totalCount"], count, "{filter}");
        }
    }

    async fn nobody_else_reads_it_and_no_trust_reads_anothers(app) {
        let world = World::build(&app, Size::default()).await;
        let other = World::build_another(&app, Size::default()).await;
        ask(&app, &world.schools[0].head, "{ pupils { nodes { id } } }").await;
        app.stranger().ask("{ trust { name } }").await;
        app.app.audit.flush().await.unwrap();
        let query = "{ auditEntries { totalCount nodes { id kind } } }";
        let lead = app.sign_in(&world.lead).await;
        let entries = lead.ask(query).await.of("auditEntries")["nodes"].as_array().unwrap().clone();
        assert_eq!(entries.len(), 1, "no refused token, nothing of the console's: {entries:?}");
        let id = entries[0]["id"].clone();
        for email in [&world.schools[0].head, &world.schools[0].classes[0].teacher, &world.analyst, &world.moderator, &world.nobody, &other.lead] {
            let answer = app.sign_in(email).await.ask(query).await;
            assert_eq!(answer.of("auditEntries")["totalCount"], 0, "{email}");
            let node = app.sign_in(email).await.ask_with("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
            assert!(node.of("node").is_null(), "{email}");
        }
        assert_eq!(lead.ask_with("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await.of("node")["id"], id);
    }

    async fn whoever_reads_the_audit_stands_in_it(app) {
        let world = World::build(&app, Size::default()).await;
        for _ in 0..3 {
            ask(&app, &world.schools[0].head, "{ pupils(first: 1) { nodes { id } } }").await;
        }
        let before = app.audited().await;
        let answer = app.sign_in(&world.lead).await.ask("{ auditEntries(first: 2) { nodes { id } } }").await;
        let entries = app.recorded_after(before).await;
        assert_eq!((entries.len(), entries[0].kind(), entries[0].row.operation.as_str()), (1, AuditKind::Read, "auditEntries"));
        assert_eq!(entries[0].rows["audit_entry"], ids_in(&answer.body, "AuditEntry"));
        assert_eq!(entries[0].row.staff_member_id, Some(id_of(&app, &world.lead).await));
        let newest = app.sign_in(&world.lead).await.ask("{ auditEntries(first: 1) { nodes { subjects { tables rows } } } }").await;
        let shown = &newest.of("auditEntries")["nodes"][0]["subjects"][0];
        assert_eq!((&shown["tables"], ids_in(shown, "AuditEntry").len()), (&json!(["audit_entry"]), 2));
    }
}
