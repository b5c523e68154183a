//! What cannot be recorded is not answered.

use plumbline_tests::{Size, World, db_test};
use sea_orm::{ConnectionTrait, TransactionTrait};

const PUPILS: &str = "{ pupils { nodes { familyName } } }";

db_test! {
    async fn no_row_of_a_pupil_leaves_where_the_audit_cannot_be_kept(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        app.raw.execute_unprepared("DROP TABLE audit_entry").await.unwrap();
        let answer = head.ask(PUPILS).await;
        assert_eq!((answer.status.as_u16(), answer.error_code()), (500, "INTERNAL"), "{:#}", answer.body);
        assert!(answer.body.get("data").is_none(), "{:#}", answer.body);
        let text = answer.body.to_string();
        assert!(!text.contains("Family") && !text.contains("audit_entry"), "{text}");
        assert_eq!(head.ask("{ pupils { totalCount } }").await.error_code(), "INTERNAL", "nor how many there are");
        assert_eq!(head.ask("{ schools { totalCount nodes { name } } }").await.of("schools")["totalCount"], 2, "the rest goes on");
        assert_eq!(app.stranger().ask(PUPILS).await.status.as_u16(), 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_that_somebody_holds_for_too_long_is_told_and_lets_go_of_the_rest() {
    let Some(app) = plumbline_tests::TestApp::on_postgres().await else { return };
    let world = World::build(&app, Size::default()).await;
    let head = app.sign_in(&world.schools[0].head).await;
    let holder = app.raw.begin().await.unwrap();
    holder.execute_unprepared("SELECT pg_advisory_xact_lock(hashtextextended('plumbline audit', 0))").await.unwrap();
    let (one, two) = tokio::join!(head.ask(PUPILS), head.ask(PUPILS));
    for answer in [one, two] {
        assert_eq!(answer.error_code(), "UNAVAILABLE", "it passes: {:#}", answer.body);
        assert!(answer.body.get("data").is_none());
    }
    holder.rollback().await.unwrap();
    assert_eq!(head.ask(PUPILS).await.of("pupils")["nodes"].as_array().unwrap().len(), 16);
    assert!(app.verified().await.is_ok());
}
