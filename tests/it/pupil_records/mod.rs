//! What becomes of all that is held of a pupil: erased, merged, corrected, and given to whoever asks for it.

mod erasing;
mod merging;
mod names;
mod pruning;
mod unmerging;
mod upn;

use plumbline::curriculum::Subject;
use plumbline::moderation::SampledWork;
use plumbline::organisation::{AcademicYear, Class, Pupil, School};
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
    planned_for(app, world, &id).await;
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

/// A plan is adapted for the pupil, who is not yet secure in what was taught by it.
async fn planned_for(app: &TestApp, world: &World, pupil: &str) {
    let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
    let does = async |name: &'static str, fields: &'static str, input: Value| {
        Attempt::new(app, name, fields, input).done(&school.head).await
    };
    let (school_id, class_id) = (global_id::<School>(school.id), global_id::<Class>(class.id));
    let subject = global_id::<Subject>(world.subjects["reading"]);
    let own = json!({ "subjectId": subject, "schoolId": school_id, "standing": "REPLACES" });
    let own = does("createCurriculum", "curriculum { id }", own).await;
    let draft = json!({ "curriculumId": own["id"], "rationale": "As it grew." });
    let draft = does("draftCurriculumVersion", "curriculumVersion { id version }", draft).await;
    let objective = json!({ "curriculumVersionId": draft["id"], "code": "say", "category": "SKILL", "strand": "All",
        "lowestYearGroup": "YEAR_3", "statement": "Say it." });
    let objective = does("createObjective", "objective { id }", objective).await;
    let current = json!({ "curriculumVersionId": draft["id"], "expectedVersion": draft["version"] });
    does("publishCurriculumVersion", "curriculumVersion { id }", current).await;
    let plan = json!({ "schoolId": school_id, "subjectId": subject, "academicYearId": global_id::<AcademicYear>(world.year),
        "title": "Say it", "lowestYearGroup": "YEAR_3", "startsOn": "2026-06-01", "endsOn": "2026-06-30", "outline": "Begin.",
        "objectiveIds": [objective["id"]] });
    let plan = does("createPlan", "plan { id }", plan).await;
    let adapted = json!({ "planId": plan["id"], "classId": class_id, "audience": "PUPIL", "pupilId": pupil, "need": "MISSED_LEARNING",
        "what": "Cards.", "reason": "It was missed." });
    does("createAdaptation", "adaptation { id }", adapted).await;
    let taught = json!({ "classId": class_id, "taughtOn": "2026-06-01",
        "objectives": [{ "objectiveId": objective["id"], "notYetSecureIds": [pupil] }] });
    does("recordCoverage", "taughtObjectives { id }", taught).await;
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
