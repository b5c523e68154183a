//! Old entries leave the database for files, each of which verifies by itself; the chain goes on from the last one.

use plumbline::audit::{Finding, archive, older, verify, verify_file};
use plumbline_tests::{Console, Size, TestApp, World, db_test};
use sea_orm::ConnectionTrait;

/// A world in which some entries were left in the audit.
async fn audited(app: &TestApp) -> World {
    let world = World::build(app, Size { schools: 1, classes: 2, pupils: 4 }).await;
    more(app, &world).await;
    world
}

async fn more(app: &TestApp, world: &World) {
    for class in &world.schools[0].classes {
        world.judge(app, class, |_| "EXS").await;
    }
}

/// The last of all entries, as what is older than tomorrow.
async fn last(app: &TestApp) -> i64 {
    let tx = app.db.begin().await.unwrap();
    let tomorrow = TestApp::now() + chrono::Duration::days(1);
    assert_eq!(older(&tx, TestApp::now() - chrono::Duration::days(1)).await.unwrap(), None);
    let (last, entries) = older(&tx, tomorrow).await.unwrap().expect("entries");
    assert!(entries > 0 && entries <= last);
    last
}

db_test! {
    async fn segments_verify_alone_and_the_chain_goes_on_from_the_last(app) {
        let world = audited(&app).await;
        let console = Console::new(&app.database.url);
        let folder = console.folder.join("archive");
        let whole = verify(&app.db, None, |_| ()).await.unwrap().unwrap();
        let first = archive(&app.db, last(&app).await, &folder, TestApp::now()).await.unwrap();
        assert_eq!(app.rows("audit_entry").await, 1, "that they were archived");
        more(&app, &world).await;
        let second = archive(&app.db, last(&app).await, &folder, TestApp::now()).await.unwrap();
        more(&app, &world).await;
        let (after, entries, end) = verify_file(&first).unwrap();
        assert_eq!((after.sequence, entries, Some(&end)), (0, whole.entries, whole.end.as_ref()));
        let (after, _, last_end) = verify_file(&second).unwrap();
        assert_eq!(after, end, "one goes on where the other ends");
        let verified = verify(&app.db, None, |_| ()).await.unwrap().unwrap();
        assert_eq!(verified.archived.as_ref(), Some(&last_end));
        assert_eq!(verified.entries, app.rows("audit_entry").await);
        // What was noted before is in a segment, and can be expected of it.
        assert_eq!(verify(&app.db, Some(end.clone()), |_| ()).await.unwrap(), Err(Finding::Archived(end.clone())));
        assert!(verify(&app.db, Some(last_end), |_| ()).await.unwrap().is_ok());
        let said = console.run(&["audit", "verify"]).await;
        assert!(said.success && said.output.contains("goes on from"), "{said:?}");
        let (file, noted) = (first.display().to_string(), end.to_string());
        let said = console.run(&["audit", "verify", "--segment", &file, "--expect", &noted]).await;
        assert!(said.success && said.output.contains("is what was written"), "{said:?}");
        let other = second.display().to_string();
        assert!(!console.run(&["audit", "verify", "--segment", &other, "--expect", &noted]).await.success);

        // Every line of a segment that is changed, gone or doubled is found.
        let text = std::fs::read_to_string(&first).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let bad = console.folder.join("bad.jsonl");
        for at in 0..lines.len() {
            let (mut less, mut twice) = (lines.clone(), lines.clone());
            less.remove(at);
            twice.insert(at, lines[at]);
            let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            let digit = changed[at].rfind(|letter: char| letter.is_ascii_digit()).unwrap();
            let other = if &changed[at][digit..=digit] == "1" { "2" } else { "1" };
            changed[at].replace_range(digit..=digit, other);
            for wrong in [less.join("\n"), twice.join("\n"), changed.join("\n")] {
                std::fs::write(&bad, wrong).unwrap();
                assert!(verify_file(&bad).is_err(), "line {at}");
            }
        }
    }

    async fn no_entry_leaves_that_no_segment_has(app) {
        audited(&app).await;
        let all = app.rows("audit_entry").await;
        assert!(app.raw.execute_unprepared("DELETE FROM audit_entry").await.is_err());
        assert!(app.raw.execute_unprepared("DELETE FROM audit_entry WHERE sequence = 1").await.is_err());
        // A folder that cannot be written to: nothing has left.
        let console = Console::new(&app.database.url);
        let file = console.folder.join("file");
        std::fs::write(&file, "no folder").unwrap();
        assert!(archive(&app.db, last(&app).await, &file, TestApp::now()).await.is_err());
        assert_eq!((app.rows("audit_entry").await, app.rows("audit_segment").await), (all, 0));
        let folder = console.folder.join("archive");
        archive(&app.db, last(&app).await, &folder, TestApp::now()).await.unwrap();
        for sql in ["DELETE FROM audit_segment", "UPDATE audit_segment SET last_sequence = 99", "DELETE FROM audit_entry"] {
            assert!(app.raw.execute_unprepared(sql).await.is_err(), "{sql}");
        }
    }
}
