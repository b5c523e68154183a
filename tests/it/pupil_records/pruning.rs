//! What is kept no longer is done away with, and a dry run says what would be.

use plumbline::pupil_records::left::{erase, left_before};
use plumbline_tests::{Console, Size, TestApp, World, db_test};

use super::{NAME, where_it_stands, with_everything_of};

db_test! {
    async fn keys_go_after_their_days_and_a_dry_run_changes_nothing(app) {
        let world = World::build(&app, Size::default()).await;
        with_everything_of(&app, &world).await;
        let keys = app.rows("idempotency_key").await;
        assert!(keys > 0);
        let console = Console::new(&app.database.url);
        let before = app.everything().await;
        let said = console.run(&["prune", "--dry-run"]).await;
        assert!(said.success && said.output.contains(&format!("idempotency_key: {keys} rows would go")), "{said:?}");
        assert_eq!(app.everything().await, before);
        let kept = console.run_with(&["prune"], &[("PLUMBLINE_RETENTION__IDEMPOTENCY_KEY_DAYS", "3650")]).await;
        assert!(kept.output.contains("idempotency_key: 0 rows gone"), "{kept:?}");
        let said = console.run(&["prune"]).await;
        assert!(said.output.contains(&format!("idempotency_key: {keys} rows gone")), "{said:?}");
        assert_eq!(app.rows("idempotency_key").await, 0);
        let wrong = console.run_with(&["prune"], &[("PLUMBLINE_RETENTION__AUDIT_YEARS", "0")]).await;
        assert!(wrong.failure().contains("retention.audit_years must be 1 to 100"), "{wrong:?}");
    }

    async fn a_pupil_who_left_long_ago_is_erased(app) {
        let world = World::build(&app, Size::default()).await;
        let pupil = with_everything_of(&app, &world).await;
        let pupils = app.rows("pupil").await;
        let day = |text: &str| text.parse().unwrap();
        // A place without a last day ends with its year, on 31 August 2026.
        let left = async |on: &str| left_before(&app.db.begin().await.unwrap(), day(on)).await.unwrap();
        assert_eq!(left("2026-08-31").await.len(), 0);
        let all = left("2026-09-01").await;
        assert_eq!(i64::try_from(all.len()).unwrap(), pupils);
        let one = *all.iter().find(|left| left.pupil_id == pupil).unwrap();
        let would = erase(&app.db.begin().await.unwrap(), one, TestApp::now()).await.unwrap();
        assert!(would.iter().all(|(_, rows)| *rows > 0), "{would:?}");
        assert_eq!(app.rows("pupil").await, pupils, "not committed");
        let tx = app.db.begin().await.unwrap();
        assert_eq!(erase(&tx, one, TestApp::now()).await.unwrap(), would);
        plumbline_tests::commit(tx).await;
        assert_eq!(app.rows("pupil").await, pupils - 1);
        assert_eq!(where_it_stands(&app, &[NAME.to_owned()]).await, Vec::<String>::new());
        app.assert_cells_are_right(world.trust).await;
        assert_eq!(app.number("SELECT COUNT(*) AS n FROM pupil_erasure WHERE reason = 'RETENTION_ENDED'").await, 1);
        let console = Console::new(&app.database.url);
        let said = console.run_with(&["prune", "--dry-run"], &[("PLUMBLINE_RETENTION__LEFT_PUPIL_YEARS", "1")]).await;
        assert!(said.output.contains("pupil: 0 rows would go"), "{said:?}");
        let id = pupil.to_string();
        let said = console.run(&["subject-access", "--pupil", &id]).await;
        assert!(said.success && said.output.contains("RETENTION_ENDED"), "{said:?}");
        assert!(console.run(&["subject-access", "--pupil", "nobody"]).await.failure().contains("there is and was no pupil"));
    }
}
