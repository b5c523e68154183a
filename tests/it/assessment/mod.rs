//! How work is judged: windows and frameworks, judgements and what they supersede.

mod closed;
mod days;
mod judgements;
mod progress;
mod setting_up;
mod withdrawals;

use plumbline::assessment::{AssessmentWindow, Framework};
use plumbline::curriculum::Subject;
use plumbline::organisation::Pupil;
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{ClassWorld, TestApp, World, global_id};
use serde_json::{Value, json};

/// The input of `recordJudgements` for pupils of a class, their grades in turn.
pub fn judgements(world: &World, class: &ClassWorld, term: Term, subject: &str, grades: &[&str]) -> Value {
    let judged: Vec<Value> = class
        .pupils
        .iter()
        .zip(grades.iter().cycle())
        .map(
            |(pupil, grade)| json!({ "pupilId": global_id::<Pupil>(*pupil), "gradeCode": grade, "judgedOn": day_in(term) }),
        )
        .collect();
    json!({
        "windowId": global_id::<AssessmentWindow>(world.windows[&term]), "subjectId": global_id::<Subject>(world.subjects[subject]),
        "frameworkId": global_id::<Framework>(world.framework), "judgements": judged,
    })
}

fn day_in(term: Term) -> &'static str {
    match term {
        Term::Autumn => "2025-11-03",
        Term::Spring => "2026-02-02",
        Term::Summer => "2026-06-01",
    }
}

/// The class teacher judges the whole class.
pub async fn judge_class(app: &TestApp, world: &World, class: &ClassWorld, term: Term, subject: &str, grades: &[&str]) {
    let input = judgements(world, class, term, subject, grades);
    let answer = app.sign_in(&class.teacher).await.mutate("recordJudgements", input, "judgements { id }").await;
    assert_eq!(answer.user_errors("recordJudgements"), Vec::<String>::new());
}
