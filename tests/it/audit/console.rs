//! What is done at the console is recorded too; and the console tells whether the audit is whole.

use plumbline::mis::ks2;
use plumbline_entity::audit_entry::AuditKind;
use plumbline_tests::{Console, Recorded, Size, World, db_test};
use sea_orm::ConnectionTrait as _;
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

    async fn a_client_application_is_let_in_at_the_console_so_that_a_trust_lead_can_come_in(app) {
        let world = World::build(&app, Size::default()).await;
        let (console, before) = (Console::new(&app.database.url), app.audited().await);
        let register = |more: &[&'static str]| [&["register-client", "portal", "--issuer", "development", "--name", "Portal"], more].concat();
        for (more, told) in [
            (&["--trust", "Nobody", "--scope", "WRITE_STAFF"][..], "Trusts here: Test Trust"),
            (&["--trust", "Test Trust", "--scope", "WRITE_STAFF", "--scope", "WRITE_STAFF"], "each once"),
            (&["--trust", "Test Trust", "--scope", "SYNCHRONISE"], "is kept to its schools"),
            (&["--trust", "Test Trust", "--scope", "COMPARE", "--school", "999999"], "no school with the URN 999999"),
        ] {
            let said = console.run(&register(more)).await;
            assert!(said.failure().contains(told), "{said:?}");
        }
        assert_eq!((app.rows("client_application").await, app.audited().await), (0, before), "nothing was done");
        let good = register(&["--trust", "Test Trust", "--scope", "READ_STAFF", "--scope", "WRITE_STAFF"]);
        let said = console.run(&good).await;
        assert!(said.success, "{said:?}");
        assert!(console.run(&good).await.failure().contains("registered already"));
        let entries = app.recorded_after(before).await;
        let shown: Vec<(AuditKind, &str)> = entries.iter().map(|entry| (entry.kind(), entry.row.operation.as_str())).collect();
        assert_eq!(shown, [(AuditKind::Console, "register-client")]);
        let lead = app.sign_in_through(&world.lead, "portal").await;
        assert_eq!(lead.ask("{ clientApplications { nodes { name scopes } } }").await.of("clientApplications")["nodes"],
            serde_json::json!([{ "name": "Portal", "scopes": ["READ_STAFF", "WRITE_STAFF"] }]));
    }

    async fn to_look_at_a_database_that_is_not_there_makes_none(app) {
        let console = Console::new("sqlite:never.sqlite");
        for look in [&["audit", "verify"][..], &["audit", "export"]] {
            let said = console.run(look).await;
            assert!(said.failure().contains("there is no database never.sqlite"), "{said:?}");
            assert!(!console.folder.join("never.sqlite").exists(), "{look:?}");
        }
        // The database that is meant is another one.
        assert!(Console::new(&app.database.url).run(&["audit", "verify"]).await.success);
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
        let console = Console::new(&empty.url);
        // On SQLite this makes the file; on PostgreSQL the database is there already.
        assert!(console.run(&["migrate", "status"]).await.success);
        let said = console.run(&["audit", "verify"]).await;
        assert!(said.failure().contains("has no audit yet"), "{said:?}");
    }

    async fn the_chain_is_checked_while_somebody_writes(app) {
        let world = World::build(&app, Size::default()).await;
        app.sign_in(&world.schools[0].head).await.ask("{ pupils { nodes { upn } } }").await;
        let mut one = sea_orm::ConnectOptions::new(&app.database.url);
        one.max_connections(1);
        let writes = sea_orm::Database::connect(one).await.unwrap();
        // Whoever holds these lets nobody else write.
        let holds: &[&str] = match app.db.is_postgres() {
            true => &["BEGIN", "LOCK TABLE audit_entry, seaql_migrations IN ROW EXCLUSIVE MODE",
                "SELECT pg_advisory_xact_lock(hashtextextended('plumbline audit', 0))",
                "SELECT pg_advisory_xact_lock(hashtextextended('plumbline migration', 0))"],
            false => &["BEGIN IMMEDIATE"],
        };
        for sql in holds {
            writes.execute_unprepared(sql).await.unwrap();
        }
        let console = Console::new(&app.database.url);
        // Builds the binary, if it is not there yet.
        console.run(&["schema"]).await;
        for command in [&["audit", "verify"][..], &["audit", "export"], &["migrate", "status"]] {
            let asked = std::time::Instant::now();
            let said = console.run(command).await;
            assert!(said.success, "{command:?}: {said:?}");
            assert!(asked.elapsed() < std::time::Duration::from_secs(10), "{command:?} waited {:?}", asked.elapsed());
        }
        writes.execute_unprepared("ROLLBACK").await.unwrap();
    }
}
