//! Where mutations race: a trust in which everything can be done, and what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use plumbline::graphql::decode_id;
use plumbline_tests::sdl::{Sdl, in_snake_case};
use plumbline_tests::{Answer, Caller, Office, Stage, TestApp, World};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::access::changes::Targets;

/// A mutation with its input, and who asks for it.
#[derive(Clone)]
pub struct Shot {
    pub mutation: &'static str,
    pub who: String,
    pub input: Value,
}

/// Everything that a race takes place in.
pub struct Arena {
    pub app: TestApp,
    pub stage: Stage,
    pub targets: Vec<Targets>,
    /// For each mutation, what its payload says of what was changed.
    changed: BTreeMap<String, String>,
    serial: AtomicUsize,
}

impl Arena {
    pub async fn set(app: TestApp) -> Self {
        let app = app.with_endless_budgets();
        let stage = Stage::set(&app).await;
        let office = Office::of(&app, &stage.here).await;
        office.employ("lead2@test.example", &[json!({ "role": "TRUST_LEAD" })]).await;
        let both = [stage.here.serving(0, "SENIOR_LEADER"), stage.here.serving(1, "SENIOR_LEADER")];
        office.employ("head.both@test.example", &both).await;
        let targets = Targets::all(&app, &stage).await;
        let sdl = Sdl::of_the_service();
        let changed = sdl.fields("Mutation").into_iter().map(|mutation| {
            let object =
                sdl.fields(&mutation.of).into_iter().find(|field| field.name != "userErrors").expect("an object");
            (mutation.name, object.selected())
        });
        let changed = changed.collect();
        Self { app, stage, targets, changed, serial: AtomicUsize::new(0) }
    }

    pub fn world(&self) -> &World {
        &self.stage.here
    }

    /// On SQLite writers come one after the other, so that a race is of few kinds and few rounds show them.
    pub fn rounds(&self, on_postgres: usize) -> usize {
        if self.app.db.is_postgres() { on_postgres } else { on_postgres.div_ceil(5) }
    }

    /// A number that was not given yet.
    pub fn serial(&self) -> usize {
        self.serial.fetch_add(1, Ordering::Relaxed)
    }

    /// Signs somebody in: by their address, or as `address through client`.
    async fn caller(&self, who: &str) -> Caller {
        match who.split_once(" through ") {
            Some((email, client)) => self.app.sign_in_through(email, client).await,
            None => self.app.sign_in(who).await,
        }
    }

    pub async fn office(&self) -> Office<'_> {
        Office::of(&self.app, self.world()).await
    }

    /// Somebody carries a mutation out alone, to set a round up. Returns the object in its payload.
    pub async fn does(&self, who: &str, mutation: &str, input: Value, fields: &str) -> Value {
        let answer = self.app.sign_in(who).await.mutate(mutation, input.clone(), fields).await;
        assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{mutation} {input:#}");
        answer.of(mutation)[fields.split_whitespace().next().expect("a field")].clone()
    }

    /// The version of a row, by its global id.
    pub async fn version(&self, id: &Value) -> i64 {
        let (kind, id) = decode_id(id.as_str().expect("an id")).expect("an id");
        let (table, id) = (in_snake_case(&kind), self.app.literal(id));
        self.app.number(&format!("SELECT CAST(version AS BIGINT) AS n FROM {table} WHERE id = {id}")).await
    }

    /// Sends all of these at the same moment. In some rounds some of them wait for a moment, so that they meet in different
    /// places.
    pub async fn at_once(&self, shots: Vec<Shot>, round: usize) -> Run {
        let before = self.app.number("SELECT COALESCE(MAX(sequence), 0) AS n FROM audit_entry").await;
        let (start, mut tasks) = (Arc::new(Barrier::new(shots.len())), Vec::new());
        for (at, shot) in shots.into_iter().enumerate() {
            let (caller, start) = (self.caller(&shot.who).await, Arc::clone(&start));
            let changed = self.changed[shot.mutation].clone();
            let wait = Duration::from_micros(1_500) * u32::try_from((round + 2 * at) % 5).expect("few");
            tasks.push((
                shot.mutation,
                tokio::spawn(async move {
                    start.wait().await;
                    tokio::time::sleep(wait).await;
                    caller.mutate(shot.mutation, shot.input, &changed).await
                }),
            ));
        }
        let (mut answers, mut mutations) = (Vec::new(), Vec::new());
        for (mutation, task) in tasks {
            answers.push(task.await.expect("an answer"));
            mutations.push(mutation);
        }
        let sql =
            format!("SELECT operation FROM audit_entry WHERE sequence > {before} AND kind = 'WRITE' ORDER BY sequence");
        let rows = self.app.raw.query_all_raw(Statement::from_string(self.app.raw.get_database_backend(), sql)).await;
        let order = rows.expect("the audit").iter().map(|row| row.try_get("", "operation").expect("a name")).collect();
        Run { answers, mutations, order }
    }

    /// The rules that hold of all rows together, where they are broken.
    pub async fn broken_rules(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (rule, sql) in RULES {
            let rows = self.app.number(sql).await;
            if rows > 0 {
                broken.push(format!("{rule}: {rows} times not"));
            }
        }
        self.app.assert_cells_are_right(self.world().trust).await;
        broken
    }
}

/// Each with a query that counts where it is broken.
const RULES: &[(&str, &str)] = &[
    (
        "A pupil is in one class at a time",
        "SELECT COUNT(*) AS n FROM enrolment a JOIN enrolment b ON a.pupil_id = b.pupil_id AND a.id < b.id
         AND a.academic_year_id = b.academic_year_id WHERE a.starts_on <= COALESCE(b.ends_on, '9999-12-31')
         AND b.starts_on <= COALESCE(a.ends_on, '9999-12-31')",
    ),
    (
        "A class has the year groups of its pupils",
        "SELECT COUNT(*) AS n FROM enrolment e JOIN class c ON c.id = e.class_id
         WHERE e.year_group NOT BETWEEN c.lowest_year_group AND c.highest_year_group",
    ),
    (
        "A day is in one academic year",
        "SELECT COUNT(*) AS n FROM academic_year a JOIN academic_year b ON a.trust_id = b.trust_id AND a.id < b.id
         WHERE a.starts_on <= b.ends_on AND b.starts_on <= a.ends_on",
    ),
    (
        "Nobody holds one appointment twice",
        "SELECT COUNT(*) AS n FROM appointment a JOIN appointment b ON a.staff_member_id = b.staff_member_id
         AND a.id < b.id AND a.role = b.role
         AND (a.school_id = b.school_id OR (a.school_id IS NULL AND b.school_id IS NULL))
         AND (a.phase_id = b.phase_id OR (a.phase_id IS NULL AND b.phase_id IS NULL))
         AND (a.subject_id = b.subject_id OR (a.subject_id IS NULL AND b.subject_id IS NULL))
         AND (a.class_id = b.class_id OR (a.class_id IS NULL AND b.class_id IS NULL))
         WHERE a.starts_on <= COALESCE(b.ends_on, '9999-12-31') AND b.starts_on <= COALESCE(a.ends_on, '9999-12-31')",
    ),
    (
        "A pupil has one current judgement in a window and subject",
        "SELECT COUNT(*) AS n FROM judgement a JOIN judgement b ON a.pupil_id = b.pupil_id AND a.id < b.id
         AND a.window_id = b.window_id AND a.subject_id = b.subject_id WHERE a.is_current AND b.is_current",
    ),
    (
        "No two objectives build on each other",
        "SELECT COUNT(*) AS n FROM objective_link a JOIN objective_link b ON a.curriculum_version_id = b.curriculum_version_id
         AND a.objective_key = b.builds_on AND a.builds_on = b.objective_key",
    ),
    (
        "What builds on something is in its version, and so is that, if it is of the same curriculum",
        "SELECT COUNT(*) AS n FROM objective_link l WHERE NOT EXISTS (SELECT 1 FROM objective o
         WHERE o.curriculum_version_id = l.curriculum_version_id AND o.key = l.objective_key)
         OR NOT EXISTS (SELECT 1 FROM objective o WHERE o.key = l.builds_on)",
    ),
    (
        "A curriculum that follows another has none of its own that is taught by or written",
        "SELECT COUNT(*) AS n FROM curriculum c JOIN curriculum_version v ON v.curriculum_id = c.id
         WHERE c.standing = 'FOLLOWS' AND v.status <> 'RETIRED'",
    ),
    (
        "A judgement that is withdrawn is not current, and was not drawn",
        "SELECT COUNT(*) AS n FROM judgement j WHERE j.withdrawn_at IS NOT NULL
         AND (j.is_current OR EXISTS (SELECT 1 FROM sampled_work w WHERE w.judgement_id = j.id))",
    ),
];

/// What came of requests that were sent at once.
pub struct Run {
    pub answers: Vec<Answer>,
    mutations: Vec<&'static str>,
    /// What was committed, in that order.
    pub order: Vec<String>,
}

impl Run {
    /// How many of a mutation were committed.
    pub fn committed(&self, mutation: &str) -> usize {
        self.order.iter().filter(|done| *done == mutation).count()
    }

    /// Whether one was committed after the first of the other.
    pub fn came_after(&self, one: &str, other: &str) -> bool {
        let other = self.order.iter().position(|done| done == other);
        other.is_some_and(|other| self.order[other..].iter().any(|done| done == one))
    }

    /// The answers that are errors and not outcomes. Who is let in no more by then is told so.
    pub fn faults(&self) -> Vec<String> {
        let answers = self.answers.iter().zip(&self.mutations);
        let failed = answers.filter(|(answer, _)| answer.status != 200 || !answer["errors"].is_null());
        let failed = failed.filter(|(answer, _)| answer.error_code() != "UNAUTHENTICATED");
        failed.map(|(answer, mutation)| format!("{mutation}: {} {}", answer.status, answer.error_code())).collect()
    }

    /// The code with which each was refused; nothing where it was done.
    pub fn told(&self) -> Vec<String> {
        let code = |(answer, mutation): (&Answer, &&str)| match answer["errors"].is_null() {
            true => answer["data"][*mutation]["userErrors"][0]["code"].as_str().unwrap_or_default().to_owned(),
            false => answer.error_code().to_owned(),
        };
        self.answers.iter().zip(&self.mutations).map(code).collect()
    }
}

/// What went wrong, and how often.
#[derive(Default)]
pub struct Tally {
    rounds: BTreeMap<String, usize>,
    wrong: BTreeMap<String, Vec<String>>,
}

impl Tally {
    /// Notes what went wrong in a round, if anything did.
    pub fn check(&mut self, what: &str, wrong: impl IntoIterator<Item = String>) {
        *self.rounds.entry(what.to_owned()).or_default() += 1;
        let wrong = wrong.into_iter().collect::<Vec<_>>();
        if !wrong.is_empty() {
            self.wrong.entry(what.to_owned()).or_default().extend(wrong);
        }
    }

    /// Fails if anything went wrong.
    pub fn report(self) {
        let lines = self.wrong.iter().map(|(what, wrong)| {
            let checks = self.rounds.get(what).copied().unwrap_or_default();
            format!("{what}: {} of {checks} checks failed, as in: {}", wrong.len(), wrong[0])
        });
        let lines: Vec<String> = lines.collect();
        assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
    }
}
