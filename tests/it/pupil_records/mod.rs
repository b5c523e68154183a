//! What becomes of all that is held of a pupil: erased, merged, corrected, and given to whoever asks for it.

mod erasing;
mod merging;
mod names;
mod pruning;
mod unmerging;
mod upn;

use plumbline::moderation::SampledWork;
use plumbline::organisation::Pupil;
use plumbline_tests::{Attempt, TestApp, World, global_id, judge_all};
use serde_json::{Value, json};
use uuid::Uuid;

/// A word that nothing in a world has but the pupil of these tests.
pub const NAME: &str = "Quillfeather";

/// A trust in which something of a pupil stands in every table that can hold it: they are judged, their judgement is
/// superseded and another one withdrawn, their work was drawn, judged again and agreed on, and an edition was made of it.
pub async fn with_everything_of(app: &TestApp, world: &World) -> Uuid {
    let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
    let pupil = class.pupils[1];
    let id = global_id::<Pupil>(pupil);
    Attempt::new(
        app,
        "updatePupil",
        "pupil { id }",
        json!({ "pupilId": id, "expectedVersion": 1, "familyName": NAME }),
    )
    .done(&school.head)
    .await;
    let upn = plumbline::organisation::rules::upn_of("936209225009");
    let corrected = json!({ "pupilId": id, "expectedVersion": 2, "upn": upn, "idempotencyKey": "upn" });
    Attempt::new(app, "correctUpn", "pupil { id }", corrected).done(&school.head).await;
    for class in world.schools.iter().flat_map(|school| &school.classes) {
        world.judge(app, class, |_| "EXS").await;
        world.judge_in(app, class, "reading", |_| "EXS").await;
    }
    let again = json!([{ "pupilId": id, "gradeCode": "GDS" }]);
    let again = world.judgements_input_in("writing", again.as_array().unwrap());
    Attempt::new(app, "recordJudgements", "judgements { id }", again).done(&class.teacher).await;
    let wrong = json!([{ "pupilId": id, "gradeCode": "GDS" }]);
    let mut wrong = world.judgements_input_in("mathematics", wrong.as_array().unwrap());
    wrong["idempotencyKey"] = json!("wrong");
    let wrong = Attempt::new(app, "recordJudgements", "judgements { id }", wrong).done(&class.teacher).await;
    let withdrawn = json!({ "judgementId": wrong[0]["id"], "reason": format!("Of another {NAME}") });
    Attempt::new(app, "withdrawJudgement", "judgement { id }", withdrawn).done(&class.teacher).await;
    let lead = app.sign_in(&world.lead).await;
    let exercise = world.draw(&lead, "Writing, summer", 100, 6).await;
    judge_all(app, &app.sign_in(&world.moderator).await, |first, _| first.to_owned()).await;
    let sql = format!(
        "SELECT w.id AS id FROM sampled_work w JOIN judgement j ON j.id = w.judgement_id WHERE j.pupil_id = {}",
        app.literal(pupil)
    );
    let work = global_id::<SampledWork>(app.id(&sql).await);
    let outcome = json!({ "workId": work, "decision": "CONFIRMED", "agreedGradeCode": "GDS" });
    Attempt::new(app, "recordModerationOutcome", "moderationOutcome { id }", outcome).done(&world.lead).await;
    world.advance(&lead, &exercise, &["DISCUSSING", "RELEASED"]).await;
    pupil
}

/// The tables, out of all, in which a text stands: an id as each database writes it, or a word.
pub async fn where_it_stands(app: &TestApp, texts: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for table in app.tables().await {
        let rows = Value::Array(app.snapshot(&table).await).to_string().to_lowercase();
        if texts.iter().any(|text| rows.contains(&text.to_lowercase())) {
            found.push(table);
        }
    }
    found
}
