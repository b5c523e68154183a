//! What it costs to hold what is judged by.

use plumbline::app;
use plumbline::protocol::router;
use plumbline_tests::TestApp;
use plumbline_tests::side_by_side::{Measuring, answers_a_second};
use serde_json::{Value, json};

use super::arena::Arena;

/// An input as it is written in a document.
fn written(value: &Value) -> String {
    const ENUMS: &[&str] = &["decision"];
    match value {
        Value::Object(fields) => {
            let field =
                |(name, value): (&String, &Value)| match value.as_str().filter(|_| ENUMS.contains(&name.as_str())) {
                    Some(word) => format!("{name}: {word}"),
                    None => format!("{name}: {}", written(value)),
                };
            format!("{{ {} }}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        value => value.to_string(),
    }
}

/// Prints the numbers of `docs/adr/0024-what-is-judged-by-is-held.md`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures"]
async fn what_holding_costs() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let arena = Arena::set(app).await;
    let (app, world) = (&arena.app, arena.world());
    let db = app.db.clone().holding_nothing();
    let free = app::service((*app.app.config).clone(), db.clone(), (*app.app.keys).clone(), app.app.clock);
    let free = router(free);
    let teacher = &world.schools[0].classes[0].teacher;
    let pupil = arena.pupil(0, "2026-05-01").await.0;
    let grant = json!({ "staffMemberId": arena.person(&world.analyst).await, "withNames": false, "schoolId": world.school(0),
                        "purpose": "Audit of attainment", "expiresAt": "2026-08-01T00:00:00Z" });
    let second = json!({ "workId": arena.work(0).await, "gradeCode": "GDS", "rationale": "Seen in three pieces." });
    for (mutation, who, input) in [
        ("createAccessGrant", &world.lead, grant),
        ("recordJudgement", teacher, arena.judgement(&pupil, false)),
        ("recordSecondJudgement", &world.moderator, second),
    ] {
        let query = format!("mutation {{ {mutation}(input: {}) {{ userErrors {{ code }} }} }}", written(&input));
        let held = app.sign_in(who).await;
        let ways = [("holding nothing", held.at(free.clone(), db.clone())), ("holding", held)];
        for (name, caller) in &ways {
            let answer = caller.ask(&query).await;
            assert_eq!(answer.user_errors(mutation), Vec::<String>::new());
            println!("{mutation}, {name}: {} statements", answer.statements);
        }
        // Held by nothing, second judgements of one work fail beside each other.
        let callers: &[usize] = if mutation == "recordSecondJudgement" { &[1] } else { &[1, 8] };
        for callers in callers {
            println!("{mutation}, {callers} at once");
            let mut measuring = Measuring::default();
            (measuring.callers, measuring.rounds, measuring.turn) =
                (*callers, 5, std::time::Duration::from_millis(800));
            // Nobody else is in their way where there is one; where there are several, all want the same rows.
            answers_a_second(measuring, &ways, &query).await;
        }
    }
}
