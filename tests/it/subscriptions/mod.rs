//! What is recorded reaches those who subscribed, and nobody else.

mod clients;
mod closing;
mod instances;
mod limits;
mod scope;
mod sockets;
mod streams;

use plumbline::assessment::AssessmentWindow;
use plumbline::organisation::Pupil;
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{Caller, ClassWorld, World, global_id};
use serde_json::{Value, json};

/// Judgements of a window, with what a viewer sees of them.
const RECORDED: &str = "subscription($windowId: ID!, $subjectId: ID) {
    judgementRecorded(windowId: $windowId, subjectId: $subjectId) { id isCurrent grade { code } pupil { id } subject { code } }
}";

/// Second judgements of an exercise, with all that leads on from there.
const SECOND: &str = "subscription($exerciseId: ID!) { secondJudgementRecorded(exerciseId: $exerciseId) {
    id rationale grade { code } moderator { email } work { code judgement { id } }
} }";

/// The window of the summer, as variables.
fn summer(world: &World) -> Value {
    json!({ "windowId": global_id::<AssessmentWindow>(world.windows[&Term::Summer]) })
}

/// Somebody records the judgement of one pupil of a class in writing.
async fn judge_one(world: &World, caller: &Caller, class: &ClassWorld, at: usize, grade: &str) -> Value {
    let judged = json!([{ "pupilId": global_id::<Pupil>(class.pupils[at]), "gradeCode": grade }]);
    let input = world.judgements_input(judged.as_array().unwrap());
    let answer = caller.mutate("recordJudgements", input, "judgements { id }").await;
    assert_eq!(answer.user_errors("recordJudgements"), Vec::<String>::new());
    answer.of("recordJudgements")["judgements"][0]["id"].clone()
}

/// A moderator judges the first work that they see. Returns its id.
async fn judge_second(moderator: &Caller, grade: &str) -> Value {
    let work =
        moderator.ask("{ sampledWorks(first: 1) { nodes { id } } }").await.of("sampledWorks")["nodes"][0].clone();
    let input = json!({ "workId": work["id"], "gradeCode": grade, "rationale": "Seen in three pieces." });
    let answer = moderator.mutate("recordSecondJudgement", input, "secondJudgement { id }").await;
    assert_eq!(answer.user_errors("recordSecondJudgement"), Vec::<String>::new());
    answer.of("recordSecondJudgement")["secondJudgement"]["id"].clone()
}
