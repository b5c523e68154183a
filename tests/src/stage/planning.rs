//! In each class: a plan with a step of each kind, adaptations, what was taught; in each school a focus.

use plumbline::curriculum::Subject;
use plumbline::organisation::{AcademicYear, Class, Pupil, School};
use serde_json::{Value, json};

use crate::world::ClassWorld;
use crate::{SchoolWorld, TestApp, World, global_id, global_id_of};

/// A step of what is filled: who does it, by which mutation, and what of the payload is wanted.
async fn does(app: &TestApp, by: &str, mutation: &str, input: Value, fields: &str) -> Value {
    let answer = app.sign_in(by).await.mutate(mutation, input, fields).await;
    assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{mutation}: {:#}", answer.body);
    answer.of(mutation)[fields.split_whitespace().next().expect("a field")].clone()
}

pub(super) async fn fill(app: &TestApp, world: &World) {
    let subject = global_id::<Subject>(world.subjects["mathematics"]);
    for school in &world.schools {
        let objective = app.taught_first(school.id).await;
        for class in &school.classes {
            of_class(app, world, (school, class), &subject, &objective).await;
        }
        let focus = json!({ "schoolId": global_id::<School>(school.id), "subjectId": subject, "title": "Focus", "reason": "Asked for.",
            "lowestYearGroup": "YEAR_3", "highestYearGroup": "YEAR_4", "startsOn": "2026-01-01", "endsOn": "2026-07-31" });
        does(app, &school.head, "createFocus", focus, "focus { id }").await;
    }
}

async fn of_class(
    app: &TestApp,
    world: &World,
    (school, class): (&SchoolWorld, &ClassWorld),
    subject: &str,
    objective: &str,
) {
    let year_group = format!("YEAR_{}", class.year_group.number());
    let plan = |title: &str| {
        json!({ "schoolId": global_id::<School>(school.id), "subjectId": subject, "title": title, "outline": "Begin, and go on.",
            "academicYearId": global_id::<AcademicYear>(world.year), "lowestYearGroup": year_group, "startsOn": "2026-04-20",
            "endsOn": "2026-05-22", "objectiveIds": [objective] })
    };
    let class_id = global_id::<Class>(class.id);
    let by = class.teacher.as_str();
    does(app, by, "createPlan", plan("Spare"), "plan { id }").await;
    let plan = does(app, by, "createPlan", plan("Unit"), "plan { id }").await["id"].clone();
    let step = |kind: &str| json!({ "planId": plan, "kind": kind, "what": "Look at it." });
    does(app, by, "createPlanStep", step("TASK"), "planStep { id }").await;
    for kind in ["REVIEW", "CONVERSATION"] {
        does(app, &school.head, "createPlanStep", step(kind), "planStep { id }").await;
    }
    let taken = json!({ "planId": plan, "classId": class_id, "outcome": "AS_PLANNED" });
    does(app, by, "takeUpPlan", taken, "planStep { id }").await;
    let pupil = global_id::<Pupil>(class.pupils[0]);
    let adapted = json!({ "planId": plan, "classId": class_id, "audience": "PUPIL", "pupilId": pupil, "need": "MISSED_LEARNING",
        "what": "Cards.", "reason": "It was missed." });
    does(app, by, "createAdaptation", adapted.clone(), "adaptation { id }").await;
    let mut of_class = adapted;
    of_class["audience"] = json!("CLASS");
    of_class["pupilId"] = Value::Null;
    let of_class = does(app, by, "createAdaptation", of_class, "adaptation { id }").await;
    let shared = json!({ "adaptationId": of_class["id"], "expectedVersion": 1, "helped": "HELPED", "sharedAs": "Cards for all." });
    does(app, by, "updateAdaptation", shared, "adaptation { id }").await;
    let taught = json!({ "classId": class_id, "planId": plan, "taughtOn": "2026-05-05",
        "objectives": [{ "objectiveId": objective, "notYetSecureIds": [pupil] }] });
    let taught = does(app, by, "recordCoverage", taught, "taughtObjectives { id }").await;
    let corrected = json!({ "taughtObjectiveId": taught[0]["id"], "depth": "PRACTISED" });
    does(app, by, "correctCoverage", corrected, "taughtObjective { id }").await;
}

impl TestApp {
    /// The global id of the objective of a school's mathematics of which the stage has plans and records.
    pub async fn taught_first(&self, school: uuid::Uuid) -> String {
        let sql = format!(
            "SELECT o.id AS id FROM objective o JOIN curriculum_version v ON v.id = o.curriculum_version_id
             WHERE v.status = 'CURRENT' AND o.code = 'first' AND o.school_id = {}",
            self.literal(school)
        );
        global_id_of("Objective", self.id(&sql).await)
    }
}
