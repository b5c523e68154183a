//! The duty book: every page of `docs/duties`, run as it stands.

mod page;

use std::collections::BTreeMap;
use std::path::PathBuf;

use plumbline::demo::{DemoOptions, DemoTrust, fill};
use plumbline_tests::{TestApp, asker, db_test};
use serde_json::Value;

use page::{Page, at, filled, is_shown};

/// The duties that are delivered: each has a page.
const DELIVERED: &[&str] = &["A5", "P1", "P6", "S1", "S2", "S3", "S4", "S7", "T1", "T2", "T3", "T4"];

fn pages() -> Vec<Page> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/duties");
    let files = std::fs::read_dir(folder).expect("the duty book").map(|file| file.expect("a file").path());
    let mut pages: Vec<Page> =
        files.filter(|file| file.extension().is_some_and(|end| end == "md")).map(|file| Page::read(&file)).collect();
    pages.sort_by(|one, other| one.id.cmp(&other.id));
    pages
}

/// What is wrong with an answer, beside what the page says of it.
fn fault(step: &page::Step, answer: &Value, shown: Option<&Value>) -> Option<String> {
    let text = answer.to_string();
    let told = !answer["errors"].is_null() || text.contains("\"userErrors\":[{");
    let wrong = match step.refused.as_deref() {
        None if told => Some("is refused"),
        Some(page::NOTHING) if told => Some("is refused, where there is nothing to see"),
        None | Some(page::NOTHING) => None,
        Some(code) if text.contains(&format!("\"code\":\"{code}\"")) => None,
        Some(_) => Some("is not refused as the page says"),
    };
    let other = shown.filter(|shown| !is_shown(shown, &answer["data"]));
    let wrong = wrong.or(other.map(|_| "is not what the page shows"))?;
    Some(format!("{} as {}: the answer {wrong}: {answer:#}", step.place, step.asker))
}

/// Runs all pages. Returns a line for each and what is wrong.
async fn run(app: &TestApp, trust: &DemoTrust, exactly: bool) -> (Vec<String>, Vec<String>) {
    let (mut table, mut faults) = (Vec::new(), Vec::new());
    for page in pages() {
        let mut kept = BTreeMap::new();
        let (mut answered, mut refused) = (0, 0);
        let mut roles: Vec<&str> = Vec::new();
        for step in &page.steps {
            let caller = asker(app, trust, &step.asker);
            let answer = caller.ask_with(&step.text, filled(&step.variables, &kept)).await.body;
            let shown = step.answer.as_ref().filter(|_| exactly || step.refused.is_some());
            faults.extend(fault(step, &answer, shown.map(|shown| filled(shown, &kept)).as_ref()));
            for (name, path) in &step.keeps {
                let value = at(&answer["data"], path).clone();
                assert!(!value.is_null(), "{}: nothing is at {path}: {answer:#}", step.place);
                kept.insert(name.clone(), value);
            }
            if step.refused.is_some() {
                refused += 1;
            } else {
                answered += 1;
                if !roles.contains(&step.asker.as_str()) {
                    roles.push(&step.asker);
                }
            }
        }
        if answered == 0 || refused == 0 {
            faults.push(format!("{}: a page shows who does it, and who is refused", page.id));
        }
        let (id, title, steps) = (&page.id, &page.title, page.steps.len());
        table.push(format!("{id:<4} {title:<40} {:<40} {steps:>5} {answered:>8} {refused:>7}", roles.join(", ")));
    }
    (table, faults)
}

#[test]
fn every_delivered_duty_has_a_page() {
    let pages: Vec<String> = pages().into_iter().map(|page| page.id).collect();
    assert_eq!(pages, DELIVERED);
}

db_test! {
    async fn every_page_of_the_duty_book_is_answered_as_it_stands(app) {
        let trust = fill(&app.db, &DemoOptions::default(), |_| ()).await.unwrap();
        let (table, faults) = run(&app, &trust, true).await;
        println!("{:<4} {:<40} {:<40} steps answered refused\n{}", "duty", "", "role", table.join("\n"));
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    async fn every_page_of_the_duty_book_is_answered_in_another_trust_too(app) {
        let trust = fill(&app.db, &DemoOptions { schools: 5, years: 1, seed: 7, effects: true }, |_| ()).await.unwrap();
        let (_, faults) = run(&app, &trust, false).await;
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}
