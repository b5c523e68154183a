//! Looks at one demo as somebody would who is to find what is planted in it.

use std::collections::BTreeMap;

use plumbline::demo::{DemoOptions, DemoTrust, ExpectedAgreement, expected_agreement, fill};
use plumbline_tests::{Caller, TestApp};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;

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
            seen.lenient_school(&trust, &analyst, &schools).await;
        }
    }
    seen.severe_teacher(&trust, &analyst).await;
    seen.overlooked_group(&trust, &analyst).await;
    let leader = leader_of(app, trust.effects.dipping_cohort.school.id).await;
    seen.dipping_cohort(&trust, &leader).await;
    seen
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

    /// (a) The interval of the lenient school lies below the trust's shift, no school lies lower, and it is
    /// generous at the boundary of EXS.
    async fn lenient_school(&mut self, trust: &DemoTrust, analyst: &Caller, schools: &[Value]) {
        let lenient = &trust.effects.lenient_school;
        let whole = rows(analyst, lenient.subject, YEAR, "").await;
        let is_it = |row: &&Value| row["key"]["school"]["urn"] == lenient.school.urn;
        let (Some(whole), Some(row)) = (whole.first(), schools.iter().find(is_it)) else {
            return self.found("lenient school", false, "not shown".to_owned());
        };
        let (own, exs) = (shift(row), generosity(row, "EXS"));
        let lowest = schools.iter().all(|other| estimate(other) >= own.estimate);
        let found = own.high < estimate(whole) && lowest && exs.low > 0.0;
        let by = format!("{}, lowest: {lowest}, at EXS {}", own.told(), exs.told());
        self.found("lenient school", found, by);
    }

    /// (b) The severe teacher's class was raised in the exercises of all years together, and more than the class beside it.
    async fn severe_teacher(&mut self, trust: &DemoTrust, analyst: &Caller) {
        let severe = &trust.effects.severe_teacher;
        let (mut own, mut beside) = (vec![], vec![]);
        for (subject, year) in [("writing", 2023), ("writing", 2024), ("writing", YEAR), ("mathematics", YEAR)] {
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

    /// (d) The group is raised more than the others by more than chance would.
    async fn overlooked_group(&mut self, trust: &DemoTrust, analyst: &Caller) {
        let overlooked = &trust.effects.overlooked_group;
        let groups = rows(analyst, overlooked.subject, YEAR, overlooked.attribute).await;
        let of = |wanted: &str| groups.iter().find(|row| row["key"]["group"]["value"] == wanted).map(shift);
        let (Some(own), Some(others)) = (of(overlooked.value), of("NO")) else {
            return self.found("overlooked group", false, "not shown".to_owned());
        };
        let difference = own.estimate - others.estimate;
        let found = difference > 1.96 * own.error().hypot(others.error());
        self.found("overlooked group", found, format!("{} and {}", own.told(), others.told()));
    }
}

/// The shifts of a class over its exercises as one, each the heavier the more was moderated.
fn together(rows: &[Value]) -> Option<Interval> {
    let n = |row: &Value| row["result"]["n"].as_f64().unwrap();
    let all: f64 = rows.iter().map(n).sum();
    let estimate = rows.iter().map(|row| n(row) * estimate(row)).sum::<f64>() / all;
    let error = rows.iter().map(|row| (n(row) * shift(row).error()).powi(2)).sum::<f64>().sqrt() / all;
    (all > 0.0).then_some(Interval { estimate, low: estimate - 1.96 * error, high: estimate + 1.96 * error })
}
