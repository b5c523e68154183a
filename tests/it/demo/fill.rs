//! The same options write the same bytes, once, on every database.

use plumbline::comparison::cells;
use plumbline::db::{Covers, Db, Filling, Policy, Read, Reason};
use plumbline::demo::{DemoError, DemoOptions, DemoTrust, fill};
use plumbline_entity::*;
use plumbline_tests::{TestApp, db_test};
use serde_json::Value;

/// The smallest demo that has all of the planted effects.
pub(super) const SMALL: DemoOptions = DemoOptions { schools: 3, years: 1, seed: 7, effects: true };

/// Fills the test's database.
pub(super) async fn filled(app: &TestApp) -> DemoTrust {
    fill(&app.db, &SMALL, |_| ()).await.unwrap()
}

/// The cells that a fill has counted, and those that a recount gives.
pub(super) async fn recounted(app: &TestApp, trust: &DemoTrust) -> ([Vec<Value>; 3], [Vec<Value>; 3]) {
    let before = cells_of(app).await;
    let tx = app.db.begin().await.unwrap();
    cells::rebuild(&tx, trust.id).await.unwrap();
    tx.commit().await.unwrap();
    (before, cells_of(app).await)
}

async fn cells_of(app: &TestApp) -> [Vec<Value>; 3] {
    [app.snapshot("judgement_cell").await, app.snapshot("agreement_cell").await, app.snapshot("coverage_cell").await]
}

/// The digest of [`SMALL`], on each database and machine. If it changes on purpose, count up `EDITION` in
/// `api/src/demo/store.rs`: a demo that was filled before is then another one.
const DIGEST: &str = "14378c48105f3f37";

/// All rows of a table, in whatever order, as one number (FNV-1a over their sorted `Debug` text).
async fn digest<E: Policy>(db: &Db, sum: &mut u64) -> usize
where
    Filling: Covers<E>,
{
    let rows = db.all(Filling.of::<E>().rows()).await.unwrap();
    let mut lines: Vec<String> = rows.iter().map(|row| format!("{row:?}\n")).collect();
    lines.sort_unstable();
    for byte in lines.iter().flat_map(|line| line.bytes()) {
        *sum = (*sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    lines.len()
}

macro_rules! digest_of {
    ($db:expr, $($table:ident),+ $(,)?) => {{
        let mut sum = 0xcbf2_9ce4_8422_2325;
        $(assert!(digest::<$table::Entity>($db, &mut sum).await > 0, stringify!($table));)+
        format!("{sum:016x}")
    }};
}

/// A digest of all tables that a demo writes, without the note of when it did.
async fn digest_of_all(db: &Db) -> String {
    digest_of!(
        db,
        trust,
        school,
        academic_year,
        phase,
        subject,
        class,
        staff_member,
        appointment,
        pupil,
        pupil_characteristics,
        enrolment,
        framework,
        grade,
        assessment_window,
        judgement,
        moderation_exercise,
        exercise_step,
        sample_stratum,
        sampled_work,
        second_judgement,
        moderation_outcome,
        judgement_cell,
        agreement_cell,
        plan,
        plan_objective,
        plan_step,
        adaptation,
        shared_adaptation,
        taught_objective,
        insecure_pupil,
        focus,
        coverage_cell,
    )
}

db_test! {
    async fn the_same_seed_writes_the_same_bytes_everywhere(app) {
        filled(&app).await;
        assert_eq!(digest_of_all(&app.db).await, DIGEST);
    }

    async fn a_second_run_writes_nothing_and_tells_the_same(app) {
        let first = filled(&app).await;
        let counts = first.written.expect("it was written");
        assert_eq!(app.rows("judgement").await, counts.judgements as i64);
        assert_eq!(app.rows("pupil").await, counts.pupils as i64);
        assert_eq!(app.rows("plan").await, counts.plans as i64);
        assert_eq!(app.rows("taught_objective").await, counts.taught as i64);
        let second = filled(&app).await;
        assert_eq!(second.written, None);
        assert_eq!(DemoTrust { written: None, ..first }, second);
        assert_eq!(app.rows("judgement").await, counts.judgements as i64);
    }

    async fn other_options_are_refused_in_one_line_that_says_what_to_do(app) {
        filled(&app).await;
        let refused = fill(&app.db, &DemoOptions { seed: 8, ..SMALL }, |_| ()).await;
        let Err(DemoError::OtherDemo(_)) = &refused else { panic!("{refused:?}") };
        assert_eq!(
            refused.unwrap_err().to_string(),
            "this database holds a demo made with --schools 3 --years 1 --seed 7. Ask for the same, choose another \
             DATABASE_URL, or delete the database to start anew"
        );
        let too_few = fill(&app.db, &DemoOptions { schools: 2, ..SMALL }, |_| ()).await;
        assert!(matches!(too_few, Err(DemoError::Options)));
    }

    async fn a_fill_that_is_cut_off_leaves_nothing_and_the_next_is_whole(app) {
        let db = app.db.clone();
        let cut_off = tokio::spawn(async move {
            fill(&db, &SMALL, |line| assert!(!line.contains("spring"), "cut off")).await
        });
        assert!(cut_off.await.is_err(), "it panics in spring");
        for table in ["trust", "school", "pupil", "plan", "judgement", "demo_fill"] {
            assert_eq!(app.rows(table).await, 0, "{table}");
        }
        filled(&app).await;
    }

    async fn the_cells_are_those_that_a_recount_makes(app) {
        let trust = filled(&app).await;
        let (before, after) = recounted(&app, &trust).await;
        assert_eq!(after, before);
    }

    async fn counts_are_plausible(app) {
        filled(&app).await;
        let current = "SELECT COUNT(*) AS n FROM judgement j JOIN grade g ON g.id = j.grade_id WHERE j.is_current";
        let all = app.number(current).await as f64;
        let share = |n: i64| n as f64 / all;
        let expected = share(app.number(&format!("{current} AND g.rank >= 2")).await);
        let codes = share(app.number(&format!("{current} AND g.rank IS NULL")).await);
        assert!((0.6..0.8).contains(&expected), "{expected}");
        assert!((0.004..0.03).contains(&codes), "{codes}");
        // Each pupil on roll is judged once in each window and subject: none twice, hardly any missing.
        let seats = app.number("SELECT COUNT(DISTINCT pupil_id) AS n FROM enrolment").await as f64;
        assert!((all / (seats * 9.0) - 1.0).abs() < 0.02, "{all} of {seats}");
        let largest = "SELECT MAX(n) AS n FROM (SELECT COUNT(*) AS n FROM enrolment WHERE ends_on IS NULL GROUP BY class_id) c";
        assert!((25..=33).contains(&app.number(largest).await));
        let again = app.number("SELECT COUNT(*) AS n FROM judgement WHERE supersedes_id IS NOT NULL").await;
        assert_eq!(again, app.number("SELECT COUNT(*) AS n FROM judgement WHERE NOT is_current").await);
        assert!(again > 0);
    }
}
