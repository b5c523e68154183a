//! No list reads a trust to show a page: asked of PostgreSQL itself, which counts the rows that it reads.

use std::time::Duration;

use plumbline::app;
use plumbline::auth::TokenKeys;
use plumbline::comparison::cells;
use plumbline::config::Config;
use plumbline::db::Db;
use plumbline::protocol::router;
use plumbline_tests::sdl::Sdl;
use plumbline_tests::{Caller, Office, Size, TestApp, World, judge_all};
use sea_orm::{ConnectionTrait as _, FromQueryResult, Statement};
use serde_json::json;

/// A table with fewer rows may be read from end to end.
const LARGE: i64 = 5_000;
/// Most rows of one table, and most entries of one index, that a question may read, whoever asks. The trust has ten
/// times as many of each large table; a school has 360 pupils.
const MOST: i64 = 3_000;

/// Grows the trust to 100 schools of 360 pupils, beside what is there. Foreign keys are not looked at: what refers to
/// nothing is not asked for.
async fn grow(app: &TestApp, world: &World) {
    let (trust, year) = (world.trust, world.year);
    let sql = format!(
        "BEGIN; SET LOCAL session_replication_role = replica;
         INSERT INTO school (id, trust_id, urn, la_code, establishment_number, name, education_phase, version)
           SELECT gen_random_uuid(), '{trust}', 200000 + n, 936, n, 'School ' || n, 'PRIMARY', 1 FROM generate_series(1, 98) n;
         INSERT INTO class (id, trust_id, school_id, academic_year_id, name, lowest_year_group, highest_year_group, version)
           SELECT gen_random_uuid(), '{trust}', s.id, '{year}', 'Many ' || n, 1 + n % 6, 1 + n % 6, 1
           FROM school s, generate_series(1, 12) n;
         INSERT INTO enrolment (id, trust_id, school_id, pupil_id, class_id, academic_year_id, year_group, starts_on, version)
           SELECT gen_random_uuid(), '{trust}', c.school_id, gen_random_uuid(), c.id, '{year}', c.lowest_year_group,
                  DATE '2025-09-01' + n % 20, 1
           FROM class c, generate_series(1, 30) n WHERE c.name LIKE 'Many %';
         INSERT INTO pupil (id, trust_id, upn, given_name, family_name, date_of_birth, sex, version)
           SELECT e.pupil_id, '{trust}', 'U' || row_number() OVER (), md5(random()::text), md5(random()::text),
                  DATE '2014-09-01' + (random() * 2000)::int, 'FEMALE', 1
           FROM enrolment e WHERE NOT EXISTS (SELECT FROM pupil p WHERE p.id = e.pupil_id);
         INSERT INTO pupil_characteristics (id, trust_id, pupil_id, academic_year_id, free_school_meals, ever_six_free_school_meals,
             ever_in_care, service_child, disadvantaged, pupil_premium, sen, first_language, version)
           SELECT gen_random_uuid(), '{trust}', e.pupil_id, '{year}', false, false, false, false, false, false,
                  CASE WHEN random() < 0.15 THEN 'SUPPORT' ELSE 'NONE' END, 'ENGLISH', 1
           FROM enrolment e JOIN class c ON c.id = e.class_id WHERE c.name LIKE 'Many %';
         INSERT INTO judgement (id, trust_id, school_id, class_id, pupil_id, year_group, window_id, subject_id, grade_id, judged_on,
             recorded_at, is_current)
           SELECT gen_random_uuid(), '{trust}', e.school_id, e.class_id, e.pupil_id, e.year_group, w.id, s.id,
                  (SELECT id FROM grade WHERE rank = 1 LIMIT 1), w.opens_on, now(), true
           FROM enrolment e JOIN class c ON c.id = e.class_id, assessment_window w, subject s WHERE c.name LIKE 'Many %';
         INSERT INTO sampled_work (id, trust_id, exercise_id, stratum_id, judgement_id, school_id, class_id, year_group, code)
           SELECT gen_random_uuid(), '{trust}', (SELECT id FROM moderation_exercise LIMIT 1), gen_random_uuid(), j.id, j.school_id,
                  j.class_id, j.year_group, 'M' || row_number() OVER ()
           FROM judgement j WHERE random() < 0.1 AND NOT EXISTS (SELECT FROM sampled_work w WHERE w.judgement_id = j.id);
         INSERT INTO second_judgement (id, trust_id, exercise_id, work_id, moderator_id, grade_id, rationale, judged_on, recorded_at,
             is_current)
           SELECT gen_random_uuid(), '{trust}', w.exercise_id, w.id, gen_random_uuid(), (SELECT id FROM grade WHERE rank = 1 LIMIT 1),
                  '', DATE '2026-06-01' + (random() * 20)::int, now(), true
           FROM sampled_work w WHERE w.code LIKE 'M%';
         COMMIT"
    );
    app.raw.execute_unprepared(&sql).await.unwrap();
    app.raw.execute_unprepared("VACUUM ANALYZE").await.unwrap();
}

/// What PostgreSQL read of a table for a question.
#[derive(Debug, FromQueryResult)]
struct Took {
    name: String,
    in_sequence: i64,
    by_index: i64,
}

/// The large tables of which more was read than a page needs.
async fn read_too_much(app: &TestApp) -> Vec<Took> {
    let sql = format!(
        "SELECT c.relname::text AS name, t.seq_tup_read AS in_sequence,
                COALESCE((SELECT MAX(i.idx_tup_read) FROM pg_stat_user_indexes i WHERE i.relid = t.relid), 0)::bigint AS by_index
         FROM pg_stat_user_tables t JOIN pg_class c ON c.oid = t.relid WHERE c.reltuples >= {LARGE}"
    );
    let took = Took::find_by_statement(Statement::from_string(app.raw.get_database_backend(), sql));
    let took = took.all(&app.raw).await.unwrap();
    assert!(took.iter().any(|table| table.name == "judgement"), "{took:?}");
    took.into_iter().filter(|table| table.in_sequence > 0 || table.by_index > MOST).collect()
}

/// Asks a question with connections of its own. PostgreSQL tells what they read once they are closed.
async fn ask_apart(app: &TestApp, token: &str, question: &str) -> Option<String> {
    app.number("SELECT 1::bigint AS n FROM (SELECT pg_stat_reset()) reset").await;
    let db = Db::connect(&app.database.url, 1, cells::settle).await.unwrap();
    let mut config = Config::clone(&app.app.config);
    config.limits = TestApp::plenty();
    let service = app::service(config, db.clone(), TokenKeys::clone(&app.app.keys), app.app.clock);
    let caller = Caller::new(router(service), Some(token.to_owned()), db.clone());
    let answer = caller.ask(question).await;
    if answer.body.get("errors").is_some() {
        assert_eq!(answer.error_code(), "FORBIDDEN", "{question}: {:#}", answer.body);
    }
    drop(caller);
    db.close().await;
    let before = "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND query_start >= \
                  (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()) AND pid <> pg_backend_pid()";
    for _ in 0..100 {
        if app.number(before).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let took = read_too_much(app).await;
    (!took.is_empty()).then(|| format!("{question}: {took:?}"))
}

/// All lists of the schema in all of their orders: from the root, and from each object of a list of the root.
fn questions() -> Vec<String> {
    let sdl = Sdl::of_the_service();
    let mut questions = Vec::new();
    for root in sdl.fields("Query") {
        let Some(kind) = root.items() else { continue };
        for order in sdl.values(&format!("{kind}Order")) {
            questions.push(format!("{{ {}(first: 50, order: {order}) {{ nodes {{ id }} }} }}", root.name));
        }
        for below in sdl.fields(kind) {
            let Some(item) = below.items() else { continue };
            for order in sdl.values(&format!("{item}Order")) {
                questions.push(format!(
                    "{{ {}(first: 20) {{ nodes {{ {}(first: 5, order: {order}) {{ nodes {{ id }} }} }} }} }}",
                    root.name, below.name
                ));
            }
        }
    }
    assert!(questions.len() > 30, "{questions:?}");
    questions
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_reads_a_trust_to_show_a_page() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let world = World::build(&app, Size::default()).await;
    for class in world.schools.iter().flat_map(|school| &school.classes) {
        world.judge(&app, class, |at| ["WTS", "EXS", "GDS"][at % 3]).await;
    }
    let lead = app.sign_in(&world.lead).await;
    let exercise = world.draw(&lead, "Writing", 100, 6).await;
    let moderator = app.sign_in(&world.moderator).await;
    judge_all(&app, &moderator, |first, _| first.into()).await;
    world.advance(&lead, &exercise, &["DISCUSSING", "RELEASED"]).await;
    let office = Office::of(&app, &world).await;
    let phase = world.phase_of_one_year_group(&app).await;
    let mut people =
        vec![world.schools[0].head.clone(), world.schools[0].classes[0].teacher.clone(), world.lead.clone()];
    for (name, appointments) in [
        ("subject.leader", vec![world.leading_subject(0, "writing")]),
        ("phase.leader", vec![world.leading_phase(0, phase)]),
        ("senco", vec![world.serving(0, "SENCO")]),
        ("teaches.and.leads", vec![world.teaching(0, 0), world.leading_subject(1, "reading")]),
        ("trust.reader", vec![json!({ "role": "TRUST_ANALYST" })]),
    ] {
        let person = office.employ(&format!("{name}@test.example"), &appointments).await;
        if name == "trust.reader" {
            office.grant(&person, None, true).await;
        }
        people.push(format!("{name}@test.example"));
    }
    grow(&app, &world).await;
    let mut faults = Vec::new();
    for person in &people {
        let token = app.sign_in(person).await.token().to_owned();
        for question in questions() {
            faults.extend(ask_apart(&app, &token, &question).await.map(|fault| format!("{person} {fault}")));
        }
    }
    assert!(faults.is_empty(), "{} times:\n{}", faults.len(), faults.join("\n"));
}
