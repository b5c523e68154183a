//! On PostgreSQL there is a second wall, in the database itself. Whoever gets past the first wall sees nothing
//! foreign behind the second, and whoever does not try notices nothing of it.

use axum::Router;
use plumbline::{app, comparison::cells, db::Db, protocol::router};
use plumbline_tests::{Caller, Console, Size, TestApp, World, judge_all};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use serde_json::Value;
use uuid::Uuid;

/// A moderated world, and another trust beside it.
async fn worlds(app: &TestApp) -> (World, World) {
    let (world, other) = (World::build(app, Size::default()).await, World::build_another(app, Size::default()).await);
    for world in [&world, &other] {
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(app, class, |at| ["WTS", "EXS", "GDS"][at % 3]).await;
        }
        let lead = app.sign_in(&world.lead).await;
        let exercise = world.draw(&lead, "Writing", 100, 6).await;
        judge_all(app, &app.sign_in(&world.moderator).await, |first, _| first.into()).await;
        world.advance(&lead, &exercise, &["DISCUSSING", "RELEASED"]).await;
        world.draw(&lead, "Writing again", 100, 6).await;
    }
    (world, other)
}

/// Another instance of the service on the same database, behind the wall.
async fn walled(app: &TestApp) -> (Router, Db) {
    app.db.raise_wall(&plumbline::app::tables()).await.unwrap();
    assert!(app.db.wall_is_up(&plumbline::app::tables()).await.unwrap());
    let db = Db::connect_behind_wall(&app.database.url, 4, cells::settle).await.unwrap();
    let service = app::service((*app.app.config).clone(), db.clone(), (*app.app.keys).clone(), app.app.clock);
    (router(service), db)
}

const QUESTIONS: [&str; 4] = [
    "{ viewer { name roles schools { name } } trust { name } schools { totalCount nodes { name } } classes { nodes { id name } }
       staffMembers { totalCount nodes { email appointments { nodes { role } } } } appointments { totalCount } }",
    "{ pupils(first: 100) { totalCount nodes { id upn givenName enrolments { nodes { class { name } startsOn } }
         characteristics { nodes { sen disadvantaged } } judgements { nodes { grade { code } judgedBy { email } } } } } }",
    "{ judgements(first: 100) { totalCount nodes { id pupil { id } } } enrolments { totalCount } sampledWorks(first: 100) { totalCount
         nodes { code judgement { id } secondJudgements { nodes { id } } outcomes { nodes { id } } } } secondJudgements { totalCount } }",
    r#"{ moderationAgreement(where: { subject: "writing", academicYear: 2025, window: SUMMER }, by: [SCHOOL]) {
         population { pupils schools sampled moderated } rows { key { school { name } } result { __typename ... on Agreement { n } } } } }"#,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_keeps_to_the_scope_notices_nothing_of_the_wall() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let (world, _) = worlds(&app).await;
    let school = &world.schools[0];
    let people =
        [&school.classes[0].teacher, &school.head, &world.analyst, &world.lead, &world.moderator, &world.nobody];
    let mut before: Vec<(Caller, Vec<Value>)> = Vec::new();
    for email in people {
        let caller = app.sign_in(email).await;
        let mut answers = Vec::new();
        for question in QUESTIONS {
            let answer = caller.ask(question).await;
            assert!(answer.body["errors"].is_null(), "{email}: {:#}", answer.body);
            answers.push(answer.body);
        }
        before.push((caller, answers));
    }
    let (router, db) = walled(&app).await;
    for (caller, answers) in before {
        let caller = caller.at(router.clone(), db.clone());
        for (question, answer) in QUESTIONS.iter().zip(answers) {
            assert_eq!(caller.ask(question).await.body, answer, "{question}");
        }
    }
    // A mutation reads for its caller and writes for the service, in one transaction.
    let teacher = app.sign_in(&school.classes[0].teacher).await.at(router, db);
    let one = serde_json::json!({ "pupilId": plumbline_tests::global_id::<plumbline::organisation::Pupil>(school.classes[0].pupils[0]), "gradeCode": "EXS" });
    let input = world.judgements_input(&[one]);
    let answer = teacher.mutate("recordJudgements", input, "judgements { id }").await;
    assert_eq!(answer.user_errors("recordJudgements"), Vec::<String>::new());
    app.assert_cells_are_right(world.trust).await;
    app.db.lower_wall().await.unwrap();
    assert!(!app.db.wall_is_up(&plumbline::app::tables()).await.unwrap());
}

/// What a statement that no scope made shows, run as the role of viewers for somebody of these schools.
async fn past_the_scope(
    raw: &DatabaseConnection,
    trust: Uuid,
    schools: &str,
    sql: &str,
) -> Result<Vec<String>, String> {
    past_the_scope_as(raw, trust, "", schools, sql).await
}

/// The same for somebody who also has these roles of the trust.
async fn past_the_scope_as(
    raw: &DatabaseConnection,
    trust: Uuid,
    roles: &str,
    schools: &str,
    sql: &str,
) -> Result<Vec<String>, String> {
    let transaction = raw.begin().await.unwrap();
    let enter = format!(
        "SELECT set_config('plumbline.trust', '{trust}', true), set_config('plumbline.roles', '{roles}', true), \
         set_config('plumbline.schools', '{schools}', true), set_config('role', 'plumbline_viewer', true)"
    );
    transaction.execute_unprepared(&enter).await.unwrap();
    let rows = transaction.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await;
    let rows = rows.map_err(|error| error.to_string())?;
    Ok(rows.iter().map(|row| row.try_get::<String>("", "seen").unwrap()).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_gets_past_the_scope_still_sees_nothing_foreign() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let (world, other) = worlds(&app).await;
    app.db.raise_wall(&plumbline::app::tables()).await.unwrap();
    let (own, raw) = (format!("{{{}}}", world.schools[0].id), &app.raw);
    let tables = "SELECT c.relname AS seen FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                  WHERE n.nspname = 'public' AND c.relkind = 'r'";
    let tables = raw.query_all_raw(Statement::from_string(DbBackend::Postgres, tables)).await.unwrap();
    let mut readable = Vec::new();
    for table in tables {
        let table: String = table.try_get("", "seen").unwrap();
        let all = format!("SELECT to_jsonb(t)::text AS seen FROM {table} t");
        match past_the_scope(raw, world.trust, &own, &all).await {
            Err(refused) => assert!(refused.contains("permission denied"), "{table}: {refused}"),
            Ok(rows) => {
                readable.push(table.clone());
                for row in rows {
                    assert!(!row.contains(&other.trust.to_string()), "{table} of another trust: {row}");
                }
                assert_eq!(
                    past_the_scope(raw, Uuid::nil(), &own, &all).await,
                    Ok(vec![]),
                    "{table}: no trust, no rows"
                );
            }
        }
        for write in ["DELETE FROM {} RETURNING '' AS seen", "UPDATE {} SET trust_id = trust_id RETURNING '' AS seen"] {
            let refused = past_the_scope(raw, world.trust, &own, &write.replace("{}", &table)).await;
            assert!(refused.is_err(), "{table} can be written");
        }
    }
    assert!(
        readable.contains(&"pupil".to_owned()) && !readable.contains(&"idempotency_key".to_owned()),
        "{readable:?}"
    );
    // 16 pupils are of the school; the other school of the trust has as many, and so have both of the other trust.
    for (table, rows) in [("pupil", 16), ("enrolment", 16), ("pupil_characteristics", 16), ("judgement", 16)] {
        let all = format!("SELECT id::text AS seen FROM {table}");
        assert_eq!(past_the_scope(raw, world.trust, &own, &all).await.unwrap().len(), rows, "{table} of one's school");
        assert_eq!(
            past_the_scope(raw, world.trust, "ALL", &all).await.unwrap().len(),
            rows * 2,
            "{table} of the trust"
        );
        assert_eq!(past_the_scope(raw, world.trust, "{}", &all).await, Ok(vec![]), "{table} of nobody's school");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_for_a_role_of_the_trust_lies_beyond_the_wall_for_others() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let (world, _) = worlds(&app).await;
    app.sign_in(&world.lead)
        .await
        .mutate(
            "registerClient",
            serde_json::json!({
        "name": "Board", "issuer": "development", "clientId": "board", "scopes": ["COMPARE"] }),
            "clientApplication { id }",
        )
        .await;
    app.db.raise_wall(&plumbline::app::tables()).await.unwrap();
    let (own, raw) = (format!("{{{}}}", world.schools[0].id), &app.raw);
    // For each table: a trust lead, a trust analyst, a moderator, somebody of one of two schools, somebody of none.
    for (table, sees) in [
        ("sample_stratum", ["all", "none", "none", "none", "none"]),
        ("audit_entry", ["all", "none", "none", "none", "none"]),
        ("client_application", ["all", "none", "none", "none", "none"]),
        ("sampled_work", ["all", "none", "all", "half", "none"]),
        ("second_judgement", ["all", "none", "all", "half", "none"]),
        ("judgement_cell", ["all", "all", "none", "half", "none"]),
        ("agreement_cell", ["all", "all", "none", "half", "none"]),
    ] {
        let rows = "SELECT 'x' AS seen FROM ";
        let all = format!("{rows}{table} WHERE trust_id = '{}'", world.trust);
        let all = raw.query_all_raw(Statement::from_string(DbBackend::Postgres, all)).await.unwrap().len();
        assert!(all >= 1, "{table}");
        let who = [("TRUST_LEAD", "{}"), ("TRUST_ANALYST", "{}"), ("MODERATOR", "{}"), ("", own.as_str()), ("", "{}")];
        for ((roles, schools), sees) in who.into_iter().zip(sees) {
            let seen =
                past_the_scope_as(raw, world.trust, roles, schools, &format!("{rows}{table}")).await.unwrap().len();
            let expected = match sees {
                "all" => all..=all,
                "half" => 1..=all - 1,
                _ => 0..=0,
            };
            assert!(expected.contains(&seen), "{table} as {roles} {schools}: {seen} of {all}, which should be {sees}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_does_not_know_of_the_wall_leaves_it_standing() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let world = World::build(&app, Size::default()).await;
    let (router, db) = walled(&app).await;
    let console = Console::new(&app.database.url);
    for command in
        [&["token", "--as", &world.lead][..], &["documents", "list", "--trust", "Test Trust"], &["audit", "verify"]]
    {
        let said = console.run(command).await;
        assert!(said.failure().contains("Set database_row_security = true"), "{said:?}");
        assert!(app.db.wall_is_up(&plumbline::app::tables()).await.unwrap(), "{command:?}");
    }
    let knowing = [("PLUMBLINE_DATABASE_ROW_SECURITY", "true")];
    let said = console.run_with(&["audit", "verify"], &knowing).await;
    assert!(said.success && !said.output.contains("empty"), "{said:?}");
    let lead = app.sign_in(&world.lead).await.at(router, db);
    assert_eq!(lead.ask("{ schools { totalCount } }").await.of("schools")["totalCount"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_that_another_version_built_is_built_anew() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let older = "ALTER TABLE pupil ENABLE ROW LEVEL SECURITY; CREATE POLICY viewer ON pupil USING (true)";
    app.raw.execute_unprepared(older).await.unwrap();
    assert!(!app.db.wall_is_up(&plumbline::app::tables()).await.unwrap());
    app.db.raise_wall(&plumbline::app::tables()).await.unwrap();
    let left = "SELECT 1 AS n FROM pg_policies WHERE policyname = 'viewer'";
    let left = app.raw.query_all_raw(Statement::from_string(DbBackend::Postgres, left)).await.unwrap();
    assert!(app.db.wall_is_up(&plumbline::app::tables()).await.unwrap() && left.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_of_the_tables_must_say_that_it_is_the_service() {
    let Some(app) = TestApp::on_postgres().await else { return };
    World::build(&app, Size::default()).await;
    let (owner, raw) = (format!("plumbline_owner_{}", Uuid::now_v7().simple()), &app.raw);
    raw.execute_unprepared(&format!("CREATE ROLE {owner}; ALTER TABLE pupil OWNER TO {owner}")).await.unwrap();
    app.db.raise_wall(&plumbline::app::tables()).await.unwrap();
    let count = async |service: &str| {
        let transaction = raw.begin().await.unwrap();
        let enter = format!("SET LOCAL ROLE {owner}; SET LOCAL plumbline.service = '{service}'");
        transaction.execute_unprepared(&enter).await.unwrap();
        let sql = "SELECT COUNT(*) AS n FROM pupil";
        let row = transaction.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
        row.try_get::<i64>("", "n").unwrap()
    };
    assert_eq!((count("").await, count("on").await), (0, 32));
    // Roles belong to the server, and outlive the database of a test.
    raw.execute_unprepared(&format!(
        "REASSIGN OWNED BY {owner} TO CURRENT_USER; DROP OWNED BY {owner}; DROP ROLE {owner}"
    ))
    .await
    .unwrap();
}
