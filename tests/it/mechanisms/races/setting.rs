//! What is set up for a round, so that nothing of an earlier one is in the way.

use plumbline::graphql::decode_id;
use plumbline::organisation::AcademicYear;
use plumbline::organisation::rules::upn_of;
use plumbline_tests::{global_id, global_id_of};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::arena::{Arena, Shot};
use super::judged_by::shot;
use super::records::merged;

/// The fields by which an update names the row whose version it expects.
const NAMED_BY: &[&str] = &[
    "schoolId",
    "phaseId",
    "classId",
    "staffMemberId",
    "appointmentId",
    "pupilId",
    "enrolmentId",
    "exerciseId",
    "clientApplicationId",
    "accessGrantId",
    "academicYearId",
    "windowId",
    "subjectId",
    "frameworkId",
    "gradeId",
    "curriculumId",
    "curriculumVersionId",
    "objectiveId",
    "planStepId",
    "planId",
    "adaptationId",
    "focusId",
];

impl Arena {
    /// Puts these fields into an input, leaves out those that are null, and expects the version that there is.
    pub async fn set_up(&self, input: &mut Value, set: &Value) {
        let fields = input.as_object_mut().expect("an input");
        for (name, value) in set.as_object().expect("fields") {
            if value.is_null() {
                fields.remove(name);
            } else {
                fields.insert(name.clone(), value.clone());
            }
        }
        if input.get("expectedVersion").is_some() {
            let named = NAMED_BY.iter().find(|name| input.get(**name).is_some()).expect("the row that it changes");
            input["expectedVersion"] = json!(self.version(&input[*named]).await);
        }
    }

    /// Somebody who holds these appointments, of each of which the person is left out. Their id and address.
    pub async fn newcomer(&self, appointments: &[Value]) -> (Value, String) {
        let email = format!("newcomer{}@test.example", self.serial());
        (self.office().await.employ(&email, appointments).await, email)
    }

    /// Somebody who holds an appointment: their id and address, and the appointment.
    pub async fn appointed(&self, appointment: &Value) -> (Value, String, Value) {
        let (person, email) = self.newcomer(&[]).await;
        let appointment = self.office().await.appoint(&person, appointment).await["id"].clone();
        (person, email, appointment)
    }

    /// The global id of somebody's account.
    pub async fn person(&self, email: &str) -> Value {
        self.office().await.person(email).await
    }

    /// The academic year.
    pub fn year(&self) -> String {
        global_id::<AcademicYear>(self.world().year)
    }

    /// A unique pupil number that nobody has.
    pub fn upn(&self) -> Value {
        json!(upn_of(&format!("93620926{:04}", self.serial())))
    }

    /// The input for a pupil of Year 3 who comes into a class.
    pub fn new_pupil(&self, class: &Value, starts_on: &str) -> Value {
        json!({ "upn": self.upn(), "givenName": "Bea", "familyName": "Oak", "dateOfBirth": "2017-11-30", "sex": "FEMALE",
                "classId": class, "yearGroup": "YEAR_3", "startsOn": starts_on })
    }

    /// A new pupil of the first school, in one of its classes: the pupil, and their place.
    pub async fn pupil(&self, class: usize, starts_on: &str) -> (Value, Value) {
        let school = &self.world().schools[0];
        let class = json!(global_id_of("Class", school.classes[class].id));
        let pupil = self.does(&school.head, "createPupil", self.new_pupil(&class, starts_on), "pupil { id }").await;
        let (_, id) = decode_id(pupil["id"].as_str().expect("an id")).expect("an id");
        let sql = format!("SELECT id AS id FROM enrolment WHERE pupil_id = {}", self.app.literal(id));
        (pupil["id"].clone(), json!(global_id_of("Enrolment", self.app.id(&sql).await)))
    }

    /// A new pupil of the first class into whom another record was just merged, and the id that this had.
    pub async fn one_of_two(&self, head: &str) -> (Value, Value) {
        let (pupil, gone) = (self.pupil(0, "2026-05-01").await.0, self.pupil(0, "2026-05-01").await.0);
        self.does(head, "mergePupils", merged(&pupil, &gone), "pupil { id }").await;
        (pupil, gone)
    }

    /// A pupil of the second class of the first school, who came from the first: the pupil, and the place that they left.
    pub async fn moved(&self, round: usize) -> (Value, Value) {
        let school = &self.world().schools[0];
        let (pupil, former) = self.pupil(0, "2026-05-01").await;
        let class = global_id_of("Class", school.classes[1].id);
        let day = format!("2026-06-{:02}", 1 + round % 20);
        let into = json!({ "pupilId": pupil, "classId": class, "yearGroup": "YEAR_4", "startsOn": day });
        self.does(&school.head, "enrolPupil", into, "enrolment { id }").await;
        (pupil, former)
    }

    /// An academic year that there is not yet.
    pub async fn new_year(&self) -> i64 {
        self.app.number("SELECT CAST(MAX(year) AS BIGINT) + 1 AS n FROM academic_year").await
    }

    /// A new academic year, and the days of a window in it.
    pub async fn days_of_a_window(&self) -> Value {
        let year = self.new_year().await;
        let made =
            self.does(&self.world().lead, "createAcademicYear", json!({ "year": year }), "academicYear { id }").await;
        json!({ "academicYearId": made["id"], "opensOn": format!("{year}-09-01"), "closesOn": format!("{year}-12-31") })
    }

    /// A window in which nobody judged.
    pub async fn window(&self) -> Value {
        let mut window = self.days_of_a_window().await;
        window["term"] = json!("AUTUMN");
        self.does(&self.world().lead, "createAssessmentWindow", window, "assessmentWindow { id }").await["id"].clone()
    }

    /// The window of the spring, and a judgement dated on the last day on which it can be open, of a pupil of the first class.
    pub async fn early_judgement(&self) -> (Value, Value) {
        use plumbline_entity::assessment_window::Term;
        let (pupil, _) = self.pupil(0, "2026-01-05").await;
        let window = json!(global_id_of("AssessmentWindow", self.world().windows[&Term::Spring]));
        // Earlier rounds have closed it before that day, and judged on it.
        let sql = format!(
            "UPDATE assessment_window SET closes_on = '2026-03-31' WHERE opens_on = '2026-01-01' AND trust_id = {0}",
            self.app.literal(self.world().trust)
        );
        self.app.raw.execute_unprepared(&sql).await.expect("it is open again");
        let undo = "UPDATE judgement SET judged_on = '2026-01-05' WHERE judged_on = '2026-03-31'";
        self.app.raw.execute_unprepared(undo).await.expect("earlier judgements lie within");
        let mut judgement = self.judgement(&pupil, false);
        judgement["windowId"] = window.clone();
        judgement["judgement"]["judgedOn"] = json!("2026-03-31");
        (window, judgement)
    }

    /// What may be recorded of a pupil of whom nothing is recorded.
    pub fn characteristics(&self, pupil: &Value) -> Value {
        json!({ "pupilId": pupil, "academicYearId": self.year(), "freeSchoolMeals": false, "everSixFreeSchoolMeals": false,
                "everInCare": false, "serviceChild": true, "disadvantaged": false, "pupilPremium": false, "sen": "NONE",
                "firstLanguage": "ENGLISH" })
    }

    /// The judgement of a pupil in writing, for one mutation or the other.
    pub fn judgement(&self, pupil: &Value, many: bool) -> Value {
        let one = json!({ "pupilId": pupil, "gradeCode": "GDS" });
        let mut input = self.world().judgements_input(std::slice::from_ref(&one));
        if !many {
            input.as_object_mut().expect("an input").remove("judgements");
            input["judgement"] = one;
        }
        input
    }

    /// A class of Years 3 and 4 without pupils, and the change that leaves it Year 3.
    pub async fn mixed_class(&self) -> (Value, Shot) {
        let (world, head) = (self.world(), &self.world().schools[0].head);
        let class = self.does(
            head,
            "createClass",
            json!({
            "schoolId": world.school(0), "academicYearId": self.year(), "name": format!("Mixed {}", self.serial()),
            "lowestYearGroup": "YEAR_3", "highestYearGroup": "YEAR_4" }),
            "class { id }",
        );
        let class = class.await["id"].clone();
        let narrow = json!({ "classId": class, "expectedVersion": 1, "highestYearGroup": "YEAR_3" });
        (class, shot("updateClass", head, narrow))
    }

    /// An exercise of which no sample is drawn yet.
    pub async fn draft(&self) -> Value {
        self.drafted(10).await
    }

    /// An exercise that is being judged, with all work that there is.
    pub async fn drawn_whole(&self) -> Value {
        let exercise = self.drafted(100).await;
        let input = json!({ "exerciseId": exercise, "expectedVersion": 1 });
        self.does(&self.world().lead, "drawSample", input, "moderationExercise { id }").await;
        exercise
    }

    async fn drafted(&self, percent: i32) -> Value {
        let judgements = self.world().judgements_input(&[]);
        let input = json!({
            "title": format!("Exercise {}", self.serial()), "subjectId": judgements["subjectId"], "windowId": judgements["windowId"],
            "frameworkId": judgements["frameworkId"], "samplePercent": percent, "minimumPerClass": 1 });
        let lead = &self.world().lead;
        self.does(lead, "createModerationExercise", input, "moderationExercise { id }").await["id"].clone()
    }

    /// An exercise that is being judged.
    pub async fn drawn(&self) -> Value {
        let exercise = self.draft().await;
        let input = json!({ "exerciseId": exercise, "expectedVersion": 1 });
        self.does(&self.world().lead, "drawSample", input, "moderationExercise { id }").await;
        exercise
    }

    /// A work of the first class, in the exercise of the stage that is being judged.
    pub async fn work(&self, nth: usize) -> Value {
        let (world, class) = (self.world(), &self.world().schools[0].classes[0]);
        json!(global_id_of("SampledWork", self.app.work(world.trust, class.id, "Reading, being judged", nth % 4).await))
    }

    /// Takes the exercise of the stage into a state. Returns the next step, to another state.
    pub async fn step(&self, from: &str, to: &str) -> Shot {
        const STATES: [&str; 3] = ["JUDGING", "DISCUSSING", "RELEASED"];
        let (exercise, lead) = (json!(self.targets[0].exercise), self.app.sign_in(&self.world().lead).await);
        let place = |state: &str| STATES.iter().position(|one| *one == state).expect("a state");
        loop {
            let query = "query($id: ID!) { node(id: $id) { ... on ModerationExercise { state version } } }";
            let now = lead.ask_with(query, json!({ "id": exercise })).await.of("node").clone();
            let step = |state: &str| json!({ "exerciseId": exercise, "expectedVersion": now["version"], "state": state, "reason": "Again." });
            let (here, there) = (place(now["state"].as_str().expect("a state")), place(from));
            if here == there {
                return shot("advanceModerationExercise", &self.world().lead, step(to));
            }
            let next = STATES[if here < there { here + 1 } else { here - 1 }];
            self.does(&self.world().lead, "advanceModerationExercise", step(next), "moderationExercise { id }").await;
        }
    }

    /// An outcome of a work of the exercise of the stage, whatever is recorded of it by now.
    pub async fn outcome(&self) -> Shot {
        let work = self.work(1).await;
        let (_, id) = decode_id(work.as_str().expect("an id")).expect("an id");
        let sql = format!(
            "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) AS n FROM moderation_outcome WHERE work_id = {}",
            self.app.literal(id)
        );
        let mut input = json!({ "workId": work, "decision": "UNRESOLVED" });
        match self.app.number(&sql).await {
            0 => {}
            version => input["expectedVersion"] = json!(version),
        }
        shot("recordModerationOutcome", &self.world().lead, input)
    }

    /// A subject in which nothing was done yet.
    pub async fn new_subject(&self) -> Value {
        let serial = self.serial();
        let subject = json!({ "code": format!("new{serial}"), "name": format!("New {serial}") });
        self.does(&self.world().lead, "createSubject", subject, "subject { id }").await["id"].clone()
    }

    /// A curriculum of the trust without versions.
    pub async fn curriculum(&self) -> Value {
        let of = json!({ "subjectId": self.new_subject().await });
        self.does(&self.world().lead, "createCurriculum", of, "curriculum { id }").await["id"].clone()
    }

    /// A draft of a curriculum of the trust, and its only objective.
    pub async fn written(&self) -> (Value, Value) {
        let lead = self.world().lead.clone();
        let of = json!({ "curriculumId": self.curriculum().await, "rationale": "As it grew" });
        let draft = self.does(&lead, "draftCurriculumVersion", of, "curriculumVersion { id }").await["id"].clone();
        let input = json!({ "curriculumVersionId": draft, "code": "first", "category": "SKILL", "strand": "All",
                            "lowestYearGroup": "YEAR_3", "statement": "Begin." });
        (draft, self.does(&lead, "createObjective", input, "objective { id }").await["id"].clone())
    }

    /// The curriculum of a version.
    pub async fn curriculum_of(&self, version: &Value) -> Value {
        let (_, id) = decode_id(version.as_str().expect("an id")).expect("an id");
        let sql = format!("SELECT curriculum_id AS id FROM curriculum_version WHERE id = {}", self.app.literal(id));
        json!(global_id_of("Curriculum", self.app.id(&sql).await))
    }
}
