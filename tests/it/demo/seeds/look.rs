//! Looks at one demo as somebody would who is to find what is planted in it.

use std::collections::BTreeMap;

use plumbline::demo::{DemoOptions, DemoTrust, ExpectedAgreement, expected_agreement, fill};
use plumbline_tests::{Caller, TestApp};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::super::{
    effects::{estimate, leader_of, mean_rank, rows},
    fill::recounted,
};

/// The subjects whose exercises are released.
const SUBJECTS: [&str; 2] = ["writing", "mathematics"];
const YEAR: i16 = 2025;
/// A school with at least this many moderated pieces of work must be shown.
const MODERATED: i64 = 6;

/// What was seen of a demo.
pub(super) struct Seen {
    pub(super) options: DemoOptions,
    /// Each planted effect: its name, whether it was found, and by which figures.
    pub(super) found: Vec<(&'static str, bool, String)>,
    /// The figures of schools in which nothing is planted, each beside its true value.
    pub(super) checked: Vec<Checked>,
    /// How many rows of the trust, its phases and schools there must be, and which of them are missing.
    pub(super) rows: usize,
    pub(super) dark: Vec<String>,
    /// Whether a recount, if there was one, gave the cells that are stored.
    pub(super) cells_hold: bool,
}

/// An interval of a school in which nothing is planted.
pub(super) struct Checked {
    /// The figure: `shift`, or `generosity` and the grade.
    pub(super) figure: String,
    pub(super) interval: Interval,
    /// The figure that the school has in the long run.
    pub(super) truth: f64,
    /// The same figure over all schools in which nothing is planted.
    pub(super) usual: f64,
}

/// An estimate and its interval.
#[derive(Clone, Copy)]
pub(super) struct Interval {
    pub(super) estimate: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Interval {
    fn of(figure: &Value) -> Self {
        let end = |name: &str| figure[name].as_f64().unwrap();
        Self { estimate: end("estimate"), low: end("low"), high: end("high") }
    }

    pub(super) fn excludes(&self, value: f64) -> bool {
        value < self.low || self.high < value
    }

    fn error(&self) -> f64 {
        (self.high - self.low) / (2.0 * 1.96)
    }

    fn told(&self) -> String {
        format!("{:+.2} ({:+.2} to {:+.2})", self.estimate, self.low, self.high)
    }
}

/// Fills a demo and looks for what is planted in it. With `recount` it counts the cells anew, which takes longest.
pub(super) async fn look(app: &TestApp, options: DemoOptions, recount: bool) -> Seen {
    let trust = fill(&app.db, &options, |_| ()).await.unwrap();
    let cells_hold = if recount {
        let (stored, counted) = recounted(app, &trust).await;
        stored == counted
    } else {
        true
    };
    let analyst = app.sign_in("analyst@demo.example").await;
    let mut seen = Seen { options, found: vec![], checked: vec![], rows: 0, dark: vec![], cells_hold };
    for subject in SUBJECTS {
        let schools = rows(&analyst, subject, YEAR, "SCHOOL").await;
        seen.is_light(app, &analyst, subject, &schools).await;
        seen.check(&trust, subject, &schools);
        if subject == trust.effects.lenient_school.subject {
            seen.lenient_school(&trust, &schools);
        }
    }
    seen.severe_teacher(&trust, &analyst).await;
    seen.overlooked_group(&trust, &analyst).await;
    let leader = leader_of(app, trust.effects.dipping_cohort.school.id).await;
    seen.dipping_cohort(&trust, &leader).await;
    seen
}

/// What is seen of rows of one kind where nothing is planted.
#[derive(Clone, Copy, Default)]
pub(super) struct Apart {
    /// How many rows there are.
    pub(super) rows: usize,
    /// How many of them lie outside the interval of their difference to the rest.
    pub(super) outside: usize,
    /// The squares of how far protected shifts lie from exact ones, over the variance of the exact one, summed.
    pub(super) added: f64,
}

impl Apart {
    pub(super) fn and(self, other: Self) -> Self {
        Self { rows: self.rows + other.rows, outside: self.outside + other.outside, added: self.added + other.added }
    }
}

/// By precision and kind of row.
pub(super) type ByKind = BTreeMap<(&'static str, &'static str), Apart>;

/// Of the rows of a demo, how many stand apart: as protected figures, and as exact ones.
pub(super) async fn standing_apart(app: &TestApp, options: DemoOptions) -> ByKind {
    let trust = fill(&app.db, &options, |_| ()).await.unwrap();
    let mut apart = ByKind::new();
    let mut exact: BTreeMap<String, Interval> = BTreeMap::new();
    for precision in ["EXACT", "PROTECTED"] {
        let analyst = app.sign_in("analyst@demo.example").await;
        let grant = if precision == "EXACT" { Some(grant_exact_figures(app, &trust).await) } else { None };
        for by in ["SCHOOL", "CLASS", "YEAR_GROUP", "DISADVANTAGED"] {
            for (subject, year) in EXERCISES {
                for row in rows(&analyst, subject, year, by).await {
                    if !row["result"]["differenceToRest"]["low"].is_number() {
                        continue;
                    }
                    let kind = apart.entry((precision, by)).or_default();
                    kind.rows += 1;
                    kind.outside += usize::from(difference(&row).excludes(0.0));
                    let key = format!("{subject} {year} {by} {}", row["key"]);
                    match exact.get(&key) {
                        None => _ = exact.insert(key, shift(&row)),
                        Some(exact) if precision == "PROTECTED" => {
                            kind.added += ((shift(&row).estimate - exact.estimate) / exact.error()).powi(2);
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        if let Some(grant) = grant {
            revoke(app, &grant).await;
        }
    }
    apart
}

async fn grant_exact_figures(app: &TestApp, trust: &DemoTrust) -> Value {
    let lead = app.sign_in("lead@demo.example").await;
    let analyst = trust.accounts.iter().find(|account| account.email == "analyst@demo.example").unwrap().staff_member;
    let input = json!({
        "staffMemberId": plumbline_tests::global_id::<plumbline::organisation::StaffMember>(analyst), "purpose": "To see how intervals hold.",
        "withNames": false, "exactFigures": true, "expiresAt": "2026-07-20T00:00:00Z",
    });
    let answer = lead.mutate("createAccessGrant", input, "accessGrant { id version }").await;
    answer.of("createAccessGrant")["accessGrant"].clone()
}

async fn revoke(app: &TestApp, grant: &Value) {
    let lead = app.sign_in("lead@demo.example").await;
    let input = json!({ "accessGrantId": grant["id"], "expectedVersion": grant["version"] });
    let answer = lead.mutate("revokeAccessGrant", input, "accessGrant { id }").await;
    assert_eq!(answer.user_errors("revokeAccessGrant"), Vec::<String>::new());
}

/// The exercises that are released.
const EXERCISES: [(&str, i16); 4] = [("writing", 2023), ("writing", 2024), ("writing", YEAR), ("mathematics", YEAR)];

fn difference(row: &Value) -> Interval {
    Interval::of(&row["result"]["differenceToRest"])
}

fn shift(row: &Value) -> Interval {
    Interval::of(&row["result"]["shift"])
}

fn generosity(row: &Value, grade: &str) -> Interval {
    let boundaries = row["result"]["boundaries"].as_array().unwrap();
    Interval::of(&boundaries.iter().find(|boundary| boundary["grade"] == grade).unwrap()["generosity"])
}

impl Seen {
    fn found(&mut self, effect: &'static str, found: bool, by: String) {
        self.found.push((effect, found, by));
    }

    /// Checks that the trust, its four phases and each school with enough moderated work have a row.
    async fn is_light(&mut self, app: &TestApp, analyst: &Caller, subject: &str, schools: &[Value]) {
        let sql = format!(
            "SELECT s.urn AS urn, COUNT(DISTINCT w.id) AS n FROM sampled_work w JOIN school s ON s.id = w.school_id
             JOIN second_judgement j ON j.work_id = w.id AND j.is_current
             JOIN moderation_exercise e ON e.id = w.exercise_id JOIN subject u ON u.id = e.subject_id
             WHERE u.code = '{subject}' GROUP BY s.urn"
        );
        let statement = Statement::from_string(app.raw.get_database_backend(), sql);
        for row in app.raw.query_all_raw(statement).await.unwrap() {
            let (urn, n): (i32, i64) = (row.try_get("", "urn").unwrap(), row.try_get("", "n").unwrap());
            if n >= MODERATED {
                self.shown(schools.iter().any(|row| row["key"]["school"]["urn"] == urn), || {
                    format!("{subject}, school {urn} with {n} moderated")
                });
            }
        }
        let (whole, phases) = (rows(analyst, subject, YEAR, "").await, rows(analyst, subject, YEAR, "PHASE").await);
        self.shown(whole.len() == 1, || format!("{subject}, trust"));
        for phase in 0..4 {
            self.shown(phase < phases.len(), || format!("{subject}, a phase"));
        }
    }

    fn shown(&mut self, is_shown: bool, what: impl FnOnce() -> String) {
        self.rows += 1;
        if !is_shown {
            self.dark.push(what());
        }
    }

    /// Checks the figures of schools in which nothing is planted against their true values.
    fn check(&mut self, trust: &DemoTrust, subject: &str, schools: &[Value]) {
        let effects = &trust.effects;
        let planted = |urn: i32| {
            urn == effects.severe_teacher.school.urn
                || urn == effects.lenient_school.school.urn && subject == effects.lenient_school.subject
        };
        let expected: BTreeMap<i32, ExpectedAgreement> = expected_agreement(trust.options, subject)
            .into_iter()
            .filter(|expected| !planted(expected.urn))
            .map(|expected| (expected.urn, expected))
            .collect();
        let usual = |figure: &dyn Fn(&ExpectedAgreement) -> f64| {
            expected.values().map(figure).sum::<f64>() / expected.len() as f64
        };
        for row in schools {
            let urn = row["key"]["school"]["urn"].as_i64().unwrap() as i32;
            let Some(truth) = expected.get(&urn) else { continue };
            let mut checked = |figure: String, interval, of: &dyn Fn(&ExpectedAgreement) -> f64| {
                self.checked.push(Checked { figure, interval, truth: of(truth), usual: usual(of) });
            };
            checked("shift".to_owned(), shift(row), &|expected| expected.shift);
            for (at, grade) in ["WTS", "EXS", "GDS"].into_iter().enumerate() {
                checked(format!("generosity at {grade}"), generosity(row, grade), &|expected| expected.generosity[at]);
            }
        }
    }

    /// (a) The lenient school lies below the rest, no school lies lower, and at the boundary of EXS it is more generous than is usual.
    fn lenient_school(&mut self, trust: &DemoTrust, schools: &[Value]) {
        let lenient = &trust.effects.lenient_school;
        let is_it = |row: &&Value| row["key"]["school"]["urn"] == lenient.school.urn;
        let Some(row) = schools.iter().find(is_it) else {
            return self.found("lenient school", false, "not shown".to_owned());
        };
        let (own, exs) = (difference(row), generosity(row, "EXS"));
        let lowest = schools.iter().all(|other| estimate(other) >= estimate(row));
        let usual = schools.iter().map(|row| generosity(row, "EXS").estimate).sum::<f64>() / schools.len() as f64;
        let found = own.high < 0.0 && lowest && exs.estimate > usual;
        let by = format!("{}, lowest: {lowest}, at EXS {}", own.told(), exs.told());
        self.found("lenient school", found, by);
    }

    /// (b) The severe teacher's class was raised more than the rest in the exercises of all years together, and more than the class beside
    /// it.
    async fn severe_teacher(&mut self, trust: &DemoTrust, analyst: &Caller) {
        let severe = &trust.effects.severe_teacher;
        let (mut own, mut beside) = (vec![], vec![]);
        for (subject, year) in EXERCISES {
            for row in rows(analyst, subject, year, "CLASS").await {
                if row["key"]["school"]["urn"] == severe.school.urn {
                    match row["key"]["class"]["name"].as_str() {
                        Some(class) if class == severe.class => own.push(row.clone()),
                        Some(class) if class == severe.parallel_class => beside.push(row.clone()),
                        _ => {}
                    }
                }
            }
        }
        let (Some(own), Some(beside)) = (together(&own), together(&beside)) else {
            return self.found("severe teacher", false, "not shown".to_owned());
        };
        let found = own.low > 0.0 && own.estimate > beside.estimate;
        self.found("severe teacher", found, format!("{} beside {}", own.told(), beside.told()));
    }

    /// (c) Of the year groups of its school, the cohort lies lowest in mathematics beside reading.
    async fn dipping_cohort(&mut self, trust: &DemoTrust, leader: &Caller) {
        let dipping = &trust.effects.dipping_cohort;
        let mut differences = vec![];
        for year_group in 1..=6 {
            let named = format!("YEAR_{year_group}");
            let (own, reading) =
                (mean_rank(leader, dipping.subject, &named).await, mean_rank(leader, "reading", &named).await);
            differences.push((own - reading, year_group));
        }
        let lowest = differences.iter().copied().min_by(|one, other| one.0.total_cmp(&other.0)).unwrap();
        let found = lowest.1 == dipping.year_group && dipping.difference.found_in(lowest.0);
        self.found("dipping cohort", found, format!("lowest {:+.2} in Year {}", lowest.0, lowest.1));
    }

    /// (d) The group is raised more than the rest.
    async fn overlooked_group(&mut self, trust: &DemoTrust, analyst: &Caller) {
        let overlooked = &trust.effects.overlooked_group;
        let groups = rows(analyst, overlooked.subject, YEAR, overlooked.attribute).await;
        let Some(own) = groups.iter().find(|row| row["key"]["group"]["value"] == overlooked.value).map(difference)
        else {
            return self.found("overlooked group", false, "not shown".to_owned());
        };
        self.found("overlooked group", own.low > 0.0, own.told());
    }
}

/// The differences of a class to the rest, over its exercises as one, each the heavier the more was moderated.
fn together(rows: &[Value]) -> Option<Interval> {
    let rows: Vec<&Value> = rows.iter().filter(|row| row["result"]["differenceToRest"]["low"].is_number()).collect();
    let n = |row: &Value| row["result"]["n"].as_f64().unwrap();
    let all: f64 = rows.iter().map(|row| n(row)).sum();
    let estimate = rows.iter().map(|row| n(row) * difference(row).estimate).sum::<f64>() / all;
    let error = rows.iter().map(|row| (n(row) * difference(row).error()).powi(2)).sum::<f64>().sqrt() / all;
    (all > 0.0).then_some(Interval { estimate, low: estimate - 1.96 * error, high: estimate + 1.96 * error })
}
