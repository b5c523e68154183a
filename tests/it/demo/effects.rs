//! What was planted in the demo is found again by asking the API.

use std::collections::BTreeMap;

use plumbline::demo::{DemoOptions, DemoTrust, effects::CurriculumGap, fill};
use plumbline_tests::{Caller, TestApp, db_test, global_id_of};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

/// The figures of the rows of `moderationAgreement` that are shown.
pub(super) async fn rows(analyst: &Caller, subject: &str, year: i16, by: &str) -> Vec<Value> {
    let query = format!(
        r#"{{ moderationAgreement(where: {{ subject: "{subject}", academicYear: {year}, window: SUMMER }}, by: [{by}]) {{ rows {{
            key {{ school {{ id urn name }} yearGroup class {{ id name }} group {{ value }} }}
            result {{ ... on Agreement {{ n exact {{ estimate }} withinOne {{ estimate }} weightedKappa {{ estimate low high }}
                shift {{ estimate low high }} differenceToRest {{ estimate low high }} shrunkenShift {{ estimate }} boundaries {{ grade generosity {{ estimate low high }} }} }} }}
        }} }} }}"#
    );
    let answer = analyst.ask(&query).await;
    let rows = answer.of("moderationAgreement")["rows"].as_array().unwrap().clone();
    rows.into_iter().filter(|row| row["result"]["n"].is_number()).collect()
}

pub(super) fn estimate(row: &Value) -> f64 {
    row["result"]["shift"]["estimate"].as_f64().unwrap()
}

/// The mean shift of the classes of one name in a school, over exercises, weighted by n.
async fn shift_of_classes(analyst: &Caller, urn: i32, class: &str) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for (subject, year) in [("writing", 2023), ("writing", 2024), ("writing", 2025), ("mathematics", 2025)] {
        for row in rows(analyst, subject, year, "CLASS").await {
            if row["key"]["school"]["urn"] == urn && row["key"]["class"]["name"] == class {
                let here = row["result"]["n"].as_f64().unwrap();
                sum += here * estimate(&row);
                n += here;
            }
        }
    }
    assert!(n >= 12.0, "{class} is shown in at least two exercises");
    sum / n
}

/// The person who leads a school.
pub(super) async fn leader_of(app: &TestApp, school: Uuid) -> Caller {
    let sql = "SELECT staff_member_id FROM appointment WHERE role = 'SENIOR_LEADER' AND school_id = $1";
    let statement = Statement::from_sql_and_values(app.raw.get_database_backend(), sql, [school.into()]);
    let row = app.raw.query_one_raw(statement).await.unwrap().unwrap();
    app.sign_in_as(row.try_get("", "staff_member_id").unwrap())
}

/// The mean rank of a cohort's judgements in a subject last summer, as its senior leader counts them.
pub(super) async fn mean_rank(leader: &Caller, subject: &str, year_group: &str) -> f64 {
    let frame = leader
        .ask(
            r#"{ subjects { nodes { id code } } frameworks { nodes { grades { nodes { id rank } } } }
            academicYears(filter: { year: { eq: 2025 } }) { nodes { id } } }"#,
        )
        .await;
    let subject = frame.of("subjects")["nodes"].as_array().unwrap().iter().find(|row| row["code"] == subject).unwrap()
        ["id"]
        .clone();
    let year = frame.of("academicYears")["nodes"][0]["id"].clone();
    let window = leader
        .ask_with("query($year: ID!) { assessmentWindows(filter: { academicYear: { eq: $year }, term: { eq: SUMMER } }) { nodes { id } } }", json!({ "year": year }))
        .await;
    let window = window.of("assessmentWindows")["nodes"][0]["id"].clone();
    let mut counts = BTreeMap::new();
    for grade in frame.of("frameworks")["nodes"][0]["grades"]["nodes"].as_array().unwrap() {
        let Some(rank) = grade["rank"].as_i64() else { continue };
        let query = "query($filter: JudgementFilter) { judgements(filter: $filter) { totalCount } }";
        let filter = json!({
            "subject": { "eq": subject }, "window": { "eq": window }, "grade": { "eq": grade["id"] },
            "yearGroup": { "eq": year_group }, "isCurrent": { "eq": true },
        });
        let answer = leader.ask_with(query, json!({ "filter": filter })).await;
        counts.insert(rank, answer.of("judgements")["totalCount"].as_i64().unwrap());
    }
    let n: i64 = counts.values().sum();
    counts.iter().map(|(rank, count)| rank * count).sum::<i64>() as f64 / n as f64
}

async fn default_demo(app: &TestApp) -> (DemoTrust, Caller) {
    let trust = fill(&app.db, &DemoOptions::default(), |_| ()).await.unwrap();
    let analyst = app.sign_in("analyst@demo.example").await;
    (trust, analyst)
}

/// `readiness`, asked before the plan that builds on what was missed.
async fn gap_is_found(app: &TestApp, gap: &CurriculumGap) {
    let leader = leader_of(app, gap.school.id).await;
    let plans =
        "query($school: ID!, $strand: String!) { plans(filter: { school: { eq: $school }, title: { contains: $strand },
        lowestYearGroup: { eq: YEAR_5 }, on: \"2026-07-01\" }) { nodes { id objectives { code } } } }";
    let school = global_id_of("School", gap.school.id);
    let found = leader.ask_with(plans, json!({ "school": school, "strand": gap.strand })).await;
    let plan = found.of("plans")["nodes"][0].clone();
    assert_eq!(plan["objectives"], json!([{ "code": "ma-fractions-5" }]), "{:#}", found.body);
    let readiness = "query($class: ID!, $plan: ID!) { readiness(where: { classId: $class, planId: $plan, depth: 2 }) {
        objective { code } pupils met missed missedIn { class { name } pupils } } }";
    let class = global_id_of("Class", gap.needed_in_id);
    let answer = leader.ask_with(readiness, json!({ "class": class, "plan": plan["id"] })).await;
    let rows = answer.of("readiness").as_array().unwrap();
    let prior = rows.iter().find(|row| row["objective"]["code"] == "ma-fractions-3").unwrap();
    assert!(gap.missed.found_in(prior["missed"].as_f64().unwrap()), "{prior:#}");
    let classes = prior["missedIn"].as_array().unwrap();
    assert!(classes.iter().any(|class| class["class"]["name"] == gap.class.as_str()), "{prior:#}");
}

db_test! {
    async fn each_planted_effect_is_found_again(app) {
        let (trust, analyst) = default_demo(&app).await;
        let effects = &trust.effects;

        // Agreement is what it is among people who judge well: the planted effects are the exceptions.
        let whole = rows(&analyst, "writing", 2025, "").await;
        let share = |field: &str| whole[0]["result"][field]["estimate"].as_f64().unwrap();
        assert!((0.6..0.92).contains(&share("exact")), "{whole:#?}");
        // docs/statistics.md tells what both comparisons say.
        let agreed = r#"{ moderationAgreement(where: { subject: "writing", academicYear: 2025, window: SUMMER }, basis: AGREED) { rows {
            result { ... on Agreement { exact { estimate } } } } } }"#;
        let agreed = analyst.ask(agreed).await.of("moderationAgreement")["rows"][0]["result"]["exact"]["estimate"].as_f64().unwrap();
        let told = format!("{:.1} % of first grades are those of the\nsecond judgement, and {:.1} % the agreed ones", share("exact") * 100.0, agreed * 100.0);
        assert!(include_str!("../../../docs/statistics.md").contains(&told), "docs/statistics.md does not say: {told}");
        assert!(share("withinOne") > 0.95 && share("weightedKappa") > 0.5, "{whole:#?}");

        // The README shows one of the rows, shortened.
        let query = r#"{ moderationAgreement(where: { subject: "writing", academicYear: 2025, window: SUMMER }, by: [SCHOOL, YEAR_GROUP]) { rows {
            key { school { name } yearGroup } result { __typename ... on Agreement { n exact { estimate low high } weightedKappa { estimate low high }
            shift { estimate low high } differenceToRest { estimate low high } } } } } }"#;
        let answer = analyst.ask(query).await;
        let answered = answer.of("moderationAgreement")["rows"].as_array().unwrap();
        let withheld = answered.iter().filter(|row| row["result"]["__typename"] == "Withheld").count();
        assert_eq!((answered.len(), withheld), (56, 3));
        let wanted = |row: &&Value| row["key"]["school"]["name"] == "Larkfield Primary School" && row["key"]["yearGroup"] == "YEAR_1";
        let shown = &answered.iter().find(wanted).unwrap()["result"];
        let readme = include_str!("../../../README.md");
        assert!(readme.contains(&format!("\"n\": {},", shown["n"])));
        for field in ["exact", "weightedKappa", "shift", "differenceToRest"] {
            let end = |name: &str| format!("\"{name}\": {:.3}", shown[field][name].as_f64().unwrap());
            let line = format!("\"{field}\": {{ {}, {}, {} }}", end("estimate"), end("low"), end("high"));
            assert!(readme.contains(&line), "README.md does not say {line}");
        }

        // (a) The lenient school stands apart from all others, and at the boundary of EXS.
        let lenient = &effects.lenient_school;
        let schools = rows(&analyst, "writing", 2025, "SCHOOL").await;
        let (found, others): (Vec<&Value>, Vec<&Value>) = schools.iter().partition(|row| row["key"]["school"]["urn"] == lenient.school.urn);
        assert!(lenient.shift.found_in(estimate(found[0])), "{found:#?}");
        assert!(others.len() >= 5 && others.iter().all(|row| estimate(row) > estimate(found[0])), "{schools:#?}");
        assert!(found[0]["result"]["differenceToRest"]["high"].as_f64().unwrap() < 0.0, "its interval lies below that of the rest");
        let exs = found[0]["result"]["boundaries"].as_array().unwrap().iter().find(|boundary| boundary["grade"] == "EXS").unwrap();
        assert!(lenient.generosity_at_exs.found_in(exs["generosity"]["estimate"].as_f64().unwrap()), "{exs:#}");

        // (b) The severe teacher's class is raised, the class beside it is not.
        let severe = &effects.severe_teacher;
        let own = shift_of_classes(&analyst, severe.school.urn, &severe.class).await;
        let beside = shift_of_classes(&analyst, severe.school.urn, &severe.parallel_class).await;
        assert!(severe.shift.found_in(own) && own > beside + 0.2, "{own} beside {beside}");

        // (c) The cohort that dips does so in mathematics alone.
        let dipping = &effects.dipping_cohort;
        let leader = leader_of(&app, dipping.school.id).await;
        let year_group = format!("YEAR_{}", dipping.year_group);
        let difference = mean_rank(&leader, dipping.subject, &year_group).await - mean_rank(&leader, "reading", &year_group).await;
        assert!(dipping.difference.found_in(difference), "{difference}");

        // (d) Moderation raises the overlooked group more than the others.
        let overlooked = &effects.overlooked_group;
        let groups = rows(&analyst, overlooked.subject, 2025, overlooked.attribute).await;
        let shift = |wanted: &str| estimate(groups.iter().find(|row| row["key"]["group"]["value"] == wanted).unwrap());
        assert!(overlooked.difference.found_in(shift("YES") - shift("NO")), "{groups:#?}");

        // (e) What a class missed two years ago shows against the plan that needs it.
        gap_is_found(&app, effects.curriculum_gap.as_ref().unwrap()).await;
    }
}
