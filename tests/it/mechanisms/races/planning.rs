//! The races of planning, and what they are set up with.

use plumbline::curriculum::Subject;
use plumbline::organisation::{AcademicYear, Class, School};
use plumbline_tests::{global_id, global_id_of};
use serde_json::{Value, json};

use super::arena::{Arena, Shot};
use super::judged_by::{Never, shot};
use super::records::erased;

/// As [`super::judged_by::changers`], of planning.
pub fn changers(mutation: &str) -> Option<&'static [&'static str]> {
    Some(match mutation {
        "createPlan" => &["publishCurriculumVersion", "removeSubject"],
        "updatePlan" => &["removePlan", "createPlanStep"],
        "removePlan" => &["createPlanStep"],
        "createPlanStep" => &["removePlan"],
        "updatePlanStep" => &["completePlanStep"],
        "completePlanStep" => &["updatePlanStep"],
        "takeUpPlan" => &["removePlan", "updateClass"],
        "createAdaptation" => &["removePlan", "erasePupil"],
        "updateAdaptation" => &["erasePupil", "removeAdaptation"],
        "recordCoverage" => &["removeClass", "erasePupil"],
        "correctCoverage" => &["withdrawCoverage", "erasePupil"],
        "withdrawCoverage" => &["correctCoverage"],
        "createFocus" => &["removeSubject"],
        "removeAdaptation" => &["updateAdaptation"],
        "updateFocus" | "removeFocus" => &[],
        _ => return None,
    })
}

/// As [`super::judged_by::RACES`], of planning.
pub const RACES: &[(&str, &str, Never)] = &[
    ("createPlan", "publishCurriculumVersion", Never::After),
    ("createPlan", "removeSubject", Never::Both),
    ("createClass", "publishCurriculumVersion", Never::Wrong),
    ("updatePlan", "removePlan", Never::After),
    ("updatePlan", "createPlanStep", Never::Wrong),
    ("removePlan", "createPlanStep", Never::Both),
    ("createPlanStep", "removePlan", Never::Both),
    ("updatePlanStep", "completePlanStep", Never::After),
    ("completePlanStep", "updatePlanStep", Never::After),
    ("takeUpPlan", "removePlan", Never::Both),
    ("takeUpPlan", "updateClass", Never::Wrong),
    ("createAdaptation", "removePlan", Never::Both),
    ("createAdaptation", "erasePupil", Never::Wrong),
    ("updateAdaptation", "erasePupil", Never::After),
    // What is told of it goes with it, whichever comes first.
    ("updateAdaptation", "removeAdaptation", Never::After),
    ("removeAdaptation", "updateAdaptation", Never::Wrong),
    ("recordCoverage", "removeClass", Never::Both),
    ("recordCoverage", "erasePupil", Never::Wrong),
    ("correctCoverage", "withdrawCoverage", Never::Both),
    ("withdrawCoverage", "correctCoverage", Never::Both),
    ("correctCoverage", "erasePupil", Never::Wrong),
    ("createFocus", "removeSubject", Never::Both),
];

impl Arena {
    fn planned(&self, subject: &Value, objectives: &Value) -> Value {
        json!({ "schoolId": self.world().school(0), "subjectId": subject, "academicYearId": global_id::<AcademicYear>(self.world().year),
            "title": format!("Plan {}", self.serial()), "lowestYearGroup": "YEAR_3", "startsOn": "2026-06-01", "endsOn": "2026-06-30",
            "outline": "Begin.", "objectiveIds": objectives })
    }

    fn mathematics(&self) -> Value {
        json!(global_id::<Subject>(self.world().subjects["mathematics"]))
    }

    async fn first(&self) -> Value {
        json!(self.app.taught_first(self.world().schools[0].id).await)
    }

    fn planner(&self) -> &str {
        &self.world().schools[0].classes[0].teacher
    }

    fn planned_class(&self) -> Value {
        json!(global_id::<Class>(self.world().schools[0].classes[0].id))
    }

    /// A plan of the first teacher, on which nothing hangs.
    pub async fn plan(&self) -> Value {
        let input = self.planned(&self.mathematics(), &json!([self.first().await]));
        self.does(self.planner(), "createPlan", input, "plan { id }").await["id"].clone()
    }

    /// An adaptation of a plan for a class, that is told to nobody.
    pub async fn adaptation(&self) -> Value {
        let plan = self.plan().await;
        let made =
            self.does(self.planner(), "createAdaptation", self.adapted(&plan, &Value::Null), "adaptation { id }");
        made.await["id"].clone()
    }

    /// An open task of a plan: the plan, the task.
    pub async fn task(&self) -> (Value, Value) {
        let plan = self.plan().await;
        let input = json!({ "planId": plan, "kind": "TASK", "what": "Look." });
        let task = self.does(self.planner(), "createPlanStep", input, "planStep { id }").await["id"].clone();
        (plan, task)
    }

    /// A day of this school year for which nothing is recorded yet.
    pub async fn school_day(&self) -> String {
        let taught = self.app.number("SELECT COUNT(*) AS n FROM taught_objective").await;
        let first: chrono::NaiveDate = "2025-09-02".parse().expect("a day");
        (first + chrono::Days::new(u64::try_from(taught).expect("a count"))).to_string()
    }

    /// A record of what was taught, that stands.
    pub async fn taught(&self) -> Value {
        self.taught_in(&self.planned_class(), &[]).await
    }

    async fn taught_in(&self, class: &Value, insecure: &[Value]) -> Value {
        let objective = json!({ "objectiveId": self.first().await, "notYetSecureIds": insecure });
        let input = json!({ "classId": class, "objectives": [objective], "taughtOn": self.school_day().await });
        let head = &self.world().schools[0].head;
        self.does(head, "recordCoverage", input, "taughtObjectives { id }").await[0]["id"].clone()
    }

    /// A focus.
    pub async fn focus(&self) -> Value {
        let input = self.focused(&self.mathematics());
        self.does(&self.world().schools[0].head, "createFocus", input, "focus { id }").await["id"].clone()
    }

    fn focused(&self, subject: &Value) -> Value {
        json!({ "schoolId": global_id::<School>(self.world().schools[0].id), "subjectId": subject, "title": "Focus", "reason": "Asked for.",
            "lowestYearGroup": "YEAR_3", "highestYearGroup": "YEAR_4", "startsOn": "2026-06-01", "endsOn": "2026-06-30" })
    }
}

/// The two of a race of planning, set up for a round; none where it is no race of planning.
#[rustfmt::skip]
pub async fn race(arena: &Arena, judged: &str, changer: &str) -> Option<(Shot, Shot)> {
    let world = arena.world();
    let (lead, head, teacher) = (world.lead.as_str(), world.schools[0].head.as_str(), arena.planner());
    let reviewed = |plan: &Value| json!({ "planId": plan, "kind": "REVIEW", "what": "Look.", "outcome": "APPROVED" });
    Some(match (judged, changer) {
        // Each is counted by what the other brings: the cells of coverage say so.
        ("createClass", "publishCurriculumVersion") => {
            (shot("createClass", head, json!({
                "schoolId": world.school(0), "academicYearId": global_id::<AcademicYear>(world.year),
                "name": format!("Class {}", arena.serial()), "lowestYearGroup": "YEAR_3" })),
             shot("publishCurriculumVersion", lead, json!({ "curriculumVersionId": arena.written().await.0, "expectedVersion": 1 })))
        }
        // What it serves is retired meanwhile.
        ("createPlan", "publishCurriculumVersion") => {
            let (old, _) = arena.written().await;
            let curriculum = arena.curriculum_of(&old).await;
            arena.does(lead, "publishCurriculumVersion", json!({ "curriculumVersionId": old, "expectedVersion": 1 }), "curriculumVersion { id }").await;
            let objective = arena.objective_of(&old).await;
            let draft = json!({ "curriculumId": curriculum, "rationale": "As it grew" });
            let draft = arena.does(lead, "draftCurriculumVersion", draft, "curriculumVersion { id }").await["id"].clone();
            (shot("createPlan", teacher, arena.planned(&arena.subject_of(&old).await, &json!([objective]))),
             shot("publishCurriculumVersion", lead, json!({ "curriculumVersionId": draft, "expectedVersion": 1 })))
        }
        ("createPlan", "removeSubject") => {
            let subject = arena.new_subject().await;
            (shot("createPlan", teacher, arena.planned(&subject, &json!([]))), shot("removeSubject", lead, json!({ "subjectId": subject })))
        }
        ("createFocus", "removeSubject") => {
            let subject = arena.new_subject().await;
            (shot("createFocus", head, arena.focused(&subject)), shot("removeSubject", lead, json!({ "subjectId": subject })))
        }
        ("updatePlan", "removePlan") => {
            let plan = arena.plan().await;
            (shot("updatePlan", teacher, json!({ "planId": plan, "expectedVersion": 1, "title": "Again" })), shot("removePlan", head, json!({ "planId": plan })))
        }
        // What was approved and then changed is not approved, whichever comes first.
        ("updatePlan", "createPlanStep") => {
            let plan = arena.plan().await;
            (shot("updatePlan", teacher, json!({ "planId": plan, "expectedVersion": 1, "title": "Again" })), shot("createPlanStep", head, reviewed(&plan)))
        }
        ("removePlan", "createPlanStep") => {
            let plan = arena.plan().await;
            (shot("removePlan", teacher, json!({ "planId": plan })), shot("createPlanStep", head, reviewed(&plan)))
        }
        ("createPlanStep", "removePlan") => {
            let plan = arena.plan().await;
            (shot("createPlanStep", head, reviewed(&plan)), shot("removePlan", teacher, json!({ "planId": plan })))
        }
        ("updatePlanStep" | "completePlanStep", _) => {
            let (_, task) = arena.task().await;
            let update = shot("updatePlanStep", teacher, json!({ "planStepId": task, "expectedVersion": 1, "what": "Again." }));
            let complete = shot("completePlanStep", head, json!({ "planStepId": task, "expectedVersion": 1, "outcome": "DONE" }));
            if judged == "updatePlanStep" { (update, complete) } else { (complete, update) }
        }
        ("takeUpPlan", "removePlan") => {
            let plan = arena.plan().await;
            (shot("takeUpPlan", teacher, json!({ "planId": plan, "classId": arena.planned_class(), "outcome": "AS_PLANNED" })),
             shot("removePlan", head, json!({ "planId": plan })))
        }
        ("takeUpPlan", "updateClass") => {
            let (class, _) = arena.mixed_class().await;
            let plan = arena.plan().await;
            (shot("takeUpPlan", head, json!({ "planId": plan, "classId": class, "outcome": "AS_PLANNED" })),
             shot("updateClass", head, json!({ "classId": class, "expectedVersion": arena.version(&class).await, "lowestYearGroup": "YEAR_4" })))
        }
        ("createAdaptation", "removePlan") => {
            let plan = arena.plan().await;
            (shot("createAdaptation", teacher, arena.adapted(&plan, &Value::Null)), shot("removePlan", head, json!({ "planId": plan })))
        }
        ("createAdaptation", "erasePupil") => {
            let (plan, pupil) = (arena.plan().await, arena.pupil(0, "2026-05-01").await.0);
            (shot("createAdaptation", head, arena.adapted(&plan, &pupil)), shot("erasePupil", head, erased(&pupil)))
        }
        ("updateAdaptation", "erasePupil") => {
            let (plan, pupil) = (arena.plan().await, arena.pupil(0, "2026-05-01").await.0);
            let made = arena.does(head, "createAdaptation", arena.adapted(&plan, &pupil), "adaptation { id }").await;
            (shot("updateAdaptation", teacher, json!({ "adaptationId": made["id"], "expectedVersion": 1, "helped": "HELPED", "sharedAs": "Cards." })),
             shot("erasePupil", head, erased(&pupil)))
        }
        ("updateAdaptation", "removeAdaptation") | ("removeAdaptation", _) => {
            let adaptation = arena.adaptation().await;
            let update = shot("updateAdaptation", teacher, json!({ "adaptationId": adaptation, "expectedVersion": 1, "helped": "HELPED", "sharedAs": "Cards." }));
            let remove = shot("removeAdaptation", head, json!({ "adaptationId": adaptation }));
            if judged == "updateAdaptation" { (update, remove) } else { (remove, update) }
        }
        ("recordCoverage", "removeClass") => {
            let (class, _) = arena.mixed_class().await;
            let taught = json!({ "classId": class, "objectives": [{ "objectiveId": arena.first().await }] });
            (shot("recordCoverage", head, taught), shot("removeClass", head, json!({ "classId": class })))
        }
        ("recordCoverage", "erasePupil") => {
            let pupil = arena.pupil(0, "2025-09-01").await.0;
            let taught = json!({ "classId": arena.planned_class(), "taughtOn": arena.school_day().await,
                "objectives": [{ "objectiveId": arena.first().await, "notYetSecureIds": [pupil] }] });
            (shot("recordCoverage", teacher, taught), shot("erasePupil", head, erased(&pupil)))
        }
        ("correctCoverage", "erasePupil") => {
            let pupil = arena.pupil(0, "2025-09-01").await.0;
            let taught = arena.taught_in(&arena.planned_class(), std::slice::from_ref(&pupil)).await;
            (shot("correctCoverage", teacher, json!({ "taughtObjectiveId": taught, "depth": "SECURE" })), shot("erasePupil", head, erased(&pupil)))
        }
        ("correctCoverage" | "withdrawCoverage", _) => {
            let taught = arena.taught().await;
            let correct = shot("correctCoverage", teacher, json!({ "taughtObjectiveId": taught, "depth": "SECURE" }));
            let withdraw = shot("withdrawCoverage", head, json!({ "taughtObjectiveId": taught, "reason": "Another class." }));
            if judged == "correctCoverage" { (correct, withdraw) } else { (withdraw, correct) }
        }
        _ => return None,
    })
}

impl Arena {
    fn adapted(&self, plan: &Value, pupil: &Value) -> Value {
        let audience = if pupil.is_null() { "CLASS" } else { "PUPIL" };
        json!({ "planId": plan, "classId": self.planned_class(), "audience": audience, "pupilId": pupil, "need": "MISSED_LEARNING",
            "what": "Cards.", "reason": "It was missed." })
    }

    async fn objective_of(&self, version: &Value) -> Value {
        let (_, version) = plumbline::graphql::decode_id(version.as_str().expect("an id")).expect("an id");
        let sql = format!("SELECT id AS id FROM objective WHERE curriculum_version_id = {}", self.app.literal(version));
        json!(global_id_of("Objective", self.app.id(&sql).await))
    }

    async fn subject_of(&self, version: &Value) -> Value {
        let (_, version) = plumbline::graphql::decode_id(version.as_str().expect("an id")).expect("an id");
        let sql = format!("SELECT subject_id AS id FROM curriculum_version WHERE id = {}", self.app.literal(version));
        json!(global_id_of("Subject", self.app.id(&sql).await))
    }
}
