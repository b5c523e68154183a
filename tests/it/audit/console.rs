//! What is done at the console is recorded too; and the console tells whether the audit is whole.

use plumbline::mis::ks2;
use plumbline_entity::audit_entry::AuditKind;
use plumbline_tests::{Console, Recorded, Size, World, db_test};
use serde_json::Value;

db_test! {
    async fn imports_appointments_and_the_demo_leave_an_entry_each(app) {
        let console = Console::new(&app.database.url);
        let table = format!("{}\n1,936,100001,School,0,30{}\n", ks2::COLUMNS.join(","), ",78%".repeat(10));
        std::fs::write(console.folder.join("2018-2019.csv"), table).unwrap();
        assert!(console.run(&["import", "ks2", "2018-2019.csv"]).await.success);
        assert!(console.run(&["demo", "--fill-only", "--schools", "3", "--years", "2"]).await.success);
        let trust = console.run(&["appoint", "ann@trust.example", "--role", "trust-lead", "--trust", "Nobody"]).await;
        let known = trust.failure().rsplit(": ").next().unwrap().to_owned();
        let said = console.run(&["appoint", "ann@trust.example", "--role", "trust-lead", "--trust", &known]).await;
        assert!(said.success, "{said:?}");
        let entries = app.recorded_after(0).await;
        let shown: Vec<(AuditKind, &str)> = entries.iter().map(|entry| (entry.kind(), entry.row.operation.as_str())).collect();
        assert_eq!(shown, [(AuditKind::Import, "import ks2"), (AuditKind::Console, "demo"), (AuditKind::Console, "appoint")]);
        assert_eq!(entries[0].rows["published_outcome"].len(), 10);
        assert!(entries[1].pupils.contains_key("pupil") && entries[1].row.trust_id.is_some());
        assert_eq!(entries[1].pupils["judgement"].len(), 0, "too many to name");
        assert_eq!((entries[2].rows["staff_member"].len(), entries[2].rows["appointment"].len()), (1, 1));
        assert!(entries.iter().all(|entry: &Recorded| entry.row.staff_member_id.is_none()));

        let exported = console.run(&["audit", "export"]).await;
        let lines: Vec<Value> = exported.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 3);
        assert_eq!((&lines[1]["operation"], &lines[2]["sequence"]), (&Value::from("demo"), &Value::from(3)));
        let judged = lines[1]["subjects"].as_array().unwrap().iter().find(|group| group["tables"][0] == "judgement").unwrap();
        assert!(judged["unnamed"].as_i64().unwrap() > 10_000, "{judged}");
    }

    async fn the_end_of_the_chain_is_printed_and_expected_again(app) {
        let world = World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let head = app.sign_in(&world.schools[0].head).await;
        head.ask("{ pupils { nodes { id } } }").await;
        let said = console.run(&["audit", "verify"]).await;
        assert!(said.success, "{said:?}");
        let anchor = said.output.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(anchor.starts_with("2:"), "{said:?}");
        head.ask("{ pupils { nodes { id } } }").await;
        let later = console.run(&["audit", "verify", "--expect", &anchor]).await;
        assert!(later.success && later.output.contains("3 entries, up to 3:"), "{later:?}");
        let wrong = console.run(&["audit", "verify", "--expect", "2"]).await;
        assert!(!wrong.success && wrong.errors.contains("NUMBER:64 HEXADECIMAL DIGITS"), "{wrong:?}");
        let empty = app.database.empty_like().await;
        let said = Console::new(&empty.url).run(&["audit", "verify"]).await;
        assert!(said.failure().contains("has no audit yet"), "{said:?}");
    }
}
