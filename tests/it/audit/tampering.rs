//! Whatever is done to the audit behind the service's back is found, and found where it is.

use plumbline::audit::chain::{BEGINNING, link};
use plumbline::audit::{Anchor, Finding, verify};
use plumbline_entity::audit_entry::{self, AuditKind, Model};
use plumbline_tests::{Console, Size, TestApp, World, db_test};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::ask;

/// A chain of nine entries of several kinds, without the triggers that guard it.
async fn unguarded(app: &TestApp) -> Vec<Model> {
    let world = World::build(app, Size { schools: 1, classes: 2, pupils: 4 }).await;
    for class in &world.schools[0].classes {
        world.judge(app, class, |_| "EXS").await;
    }
    let head = app.sign_in(&world.schools[0].head).await;
    for _ in 0..6 {
        assert!(head.ask("{ pupils { nodes { id judgements { nodes { id } } } } }").await.of("pupils").is_object());
    }
    let triggers: &[&str] = if app.db.is_postgres() {
        &["DROP TRIGGER audit_is_kept ON audit_entry", "DROP TRIGGER audit_is_archived ON audit_entry"]
    } else {
        &[
            "DROP TRIGGER audit_is_not_changed",
            "DROP TRIGGER audit_is_not_deleted",
            "DROP TRIGGER audit_is_not_replaced",
        ]
    };
    for sql in triggers {
        app.raw.execute_unprepared(sql).await.unwrap();
    }
    let rows: Vec<Model> = app.recorded_after(0).await.into_iter().map(|entry| entry.row).collect();
    assert_eq!(rows.len(), 9);
    rows
}

/// Puts these rows in place of all that is there.
async fn put(app: &TestApp, rows: &[Model]) {
    app.raw.execute_unprepared("DELETE FROM audit_entry").await.unwrap();
    for row in rows {
        audit_entry::Entity::insert(row.clone().into_active_model().reset_all()).exec(&app.raw).await.unwrap();
    }
}

/// These rows as a chain with right hashes.
fn forged(mut rows: Vec<Model>) -> Vec<Model> {
    let mut hash = BEGINNING;
    for row in &mut rows {
        hash = link(&hash, row);
        row.hash = hash.to_vec();
    }
    rows
}

db_test! {
    async fn a_change_of_any_column_is_found_at_its_entry(app) {
        let rows = unguarded(&app).await;
        let blob = if app.db.is_postgres() { "'\\x0102'::bytea" } else { "X'0102'" };
        let id = if app.db.is_postgres() { "'00000000-0000-7000-8000-000000000000'::uuid" } else { "X'00000000000070008000000000000000'" };
        let time = if app.db.is_postgres() { "at + interval '1 microsecond'" } else { "'2026-07-01T10:00:00.000001+00:00'" };
        for (column, value) in [
            ("id", id), ("at", time), ("kind", "'IMPORT'"), ("trust_id", "NULL"), ("staff_member_id", id), ("client_id", id),
            ("operation", "'trust'"), ("request_id", "'another'"), ("grant_ids", blob), ("occurrences", "2"), ("subjects", blob), ("hash", blob),
        ] {
            let changed = app.raw.execute_unprepared(&format!("UPDATE audit_entry SET {column} = {value} WHERE sequence = 5")).await.unwrap();
            assert_eq!(changed.rows_affected(), 1, "{column}");
            let found = app.verified().await.unwrap_err().to_string();
            assert!(found.starts_with("entry 5 (id ") && found.ends_with("it was changed, put in or moved"), "{column}: {found}");
            put(&app, &rows).await;
            assert_eq!(app.verified().await.unwrap().entries, 9);
        }
        let moved = app.raw.execute_unprepared("UPDATE audit_entry SET sequence = 50 WHERE sequence = 5").await.unwrap();
        assert_eq!(moved.rows_affected(), 1);
        assert_eq!(app.verified().await.unwrap_err().to_string(), "entry 5 is missing: entry 6 follows on entry 4");
    }

    async fn an_entry_that_is_deleted_put_in_or_moved_is_found(app) {
        let rows = unguarded(&app).await;
        let found = |app: TestApp, rows: Vec<Model>| async move {
            put(&app, &rows).await;
            let found = app.verified().await.map(|chain| chain.entries).map_err(|found| found.to_string());
            (app, found)
        };
        let mut less = rows.clone();
        less.drain(2..5);
        let (app, said) = found(app, less).await;
        assert_eq!(said, Err("entry 3 is missing, and so on up to entry 5: entry 6 follows on entry 2".to_owned()));
        let (app, said) = found(app, rows[1..].to_vec()).await;
        assert_eq!(said, Err("entry 1 is missing: entry 2 follows on entry 0".to_owned()));
        // The gap is closed again: the numbers after it are counted down.
        let mut closed = rows.clone();
        closed.remove(4);
        closed[4..].iter_mut().for_each(|row| row.sequence -= 1);
        let (app, said) = found(app, closed).await;
        assert!(said.unwrap_err().starts_with("entry 5 (id "));
        let mut swapped = rows.clone();
        (swapped[5].sequence, swapped[6].sequence) = (7, 6);
        let (app, said) = found(app, swapped).await;
        assert!(said.unwrap_err().starts_with("entry 6 (id "));
        let invented = |sequence| Model { id: Uuid::now_v7(), sequence, kind: AuditKind::Console, ..rows[3].clone() };
        let (app, said) = found(app, rows.iter().cloned().chain([invented(10)]).collect()).await;
        assert!(said.unwrap_err().starts_with("entry 10 (id "));
        let mut between = rows.clone();
        between[4..].iter_mut().for_each(|row| row.sequence += 1);
        between.insert(4, invented(5));
        let (_, said) = found(app, between).await;
        assert!(said.unwrap_err().starts_with("entry 5 (id "));
    }

    async fn entries_deleted_at_the_end_or_a_chain_written_anew_are_found_by_what_was_noted_before(app) {
        let rows = unguarded(&app).await;
        let noted = app.verified().await.unwrap().end.unwrap();
        let expecting = |expected: Anchor| async { verify(&app.db, Some(expected), |_| {}).await.unwrap() };
        assert!(expecting(noted.clone()).await.is_ok());
        put(&app, &rows[..7]).await;
        assert_eq!(app.verified().await.unwrap().entries, 7, "by itself the rest is whole");
        assert_eq!(expecting(noted.clone()).await, Err(Finding::Shorter { end: 7, expected: noted.clone() }));
        put(&app, &[]).await;
        assert_eq!(expecting(noted.clone()).await, Err(Finding::Shorter { end: 0, expected: noted.clone() }));
        let mut anew = rows.clone();
        anew[3].operation = "trust".to_owned();
        put(&app, &forged(anew)).await;
        assert_eq!(app.verified().await.unwrap().entries, 9, "hashes are no secret");
        assert_eq!(expecting(noted.clone()).await, Err(Finding::Another(noted.clone())));
        let console = Console::new(&app.database.url);
        let said = console.run(&["audit", "verify", "--expect", &noted.to_string()]).await;
        assert!(said.failure().contains("entry 9 is not the one that was expected"), "{said:?}");
        put(&app, &rows[..7]).await;
        let said = console.run(&["audit", "verify", "--expect", &noted.to_string()]).await;
        assert!(said.failure().contains("the audit ends with entry 7, but entry 9 was expected"), "{said:?}");
    }

    async fn the_database_itself_refuses_to_change_or_delete(app) {
        let world = World::build(&app, Size::default()).await;
        ask(&app, &world.schools[0].head, "{ pupils { nodes { id } } }").await;
        let before = app.snapshot("audit_entry").await;
        let mut attempts = vec![
            "UPDATE audit_entry SET operation = 'nothing'",
            "UPDATE audit_entry SET sequence = sequence + 1 WHERE sequence = 2",
            "DELETE FROM audit_entry",
            "DELETE FROM audit_entry WHERE sequence = 2",
        ];
        if app.db.is_postgres() {
            attempts.push("TRUNCATE audit_entry");
            attempts.push("INSERT INTO audit_entry SELECT * FROM audit_entry ON CONFLICT (id) DO UPDATE SET operation = 'nothing'");
        } else {
            attempts.push("INSERT OR REPLACE INTO audit_entry SELECT id, sequence, at, kind, NULL, NULL, NULL, 'nothing', '', grant_ids, 1, subjects, hash FROM audit_entry");
            attempts.push("REPLACE INTO audit_entry SELECT zeroblob(16), sequence, at, kind, NULL, NULL, NULL, 'nothing', '', grant_ids, 1, subjects, hash FROM audit_entry");
        }
        for sql in attempts {
            let refused = app.raw.execute_unprepared(sql).await.unwrap_err().to_string();
            assert!(refused.contains("the audit is added to, and never changed or deleted"), "{sql}: {refused}");
        }
        assert_eq!(app.snapshot("audit_entry").await, before);
    }
}
