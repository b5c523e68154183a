//! How the curriculum is planned and taught.

mod adaptations;
mod coverage;
mod focus;
mod plans;
mod readiness;
mod steps;

use std::collections::BTreeMap;

use plumbline::curriculum::Subject;
use plumbline::organisation::{AcademicYear, Class, School};
use plumbline_tests::{Answer, Attempt, Size, TestApp, World, global_id};
use serde_json::{Value, json};

use crate::curriculum::{Writing, subject_leader};

/// A trust that teaches writing: an objective for each of Year 1 to Year 5, each of which builds on the one before, and a second one in
/// Year 3, a skill. Two schools with a Year 3 and a Year 4.
struct Stage<'a> {
    app: &'a TestApp,
    world: World,
    core: Writing<'a>,
    /// By code: `a` in Year 1 to `e` in Year 5, and `c2` in Year 3.
    objectives: BTreeMap<&'static str, Value>,
    /// The leader of writing in the first school.
    leader: String,
}

impl<'a> Stage<'a> {
    async fn build(app: &'a TestApp) -> Self {
        let world = World::build(app, Size { schools: 2, classes: 2, pupils: 4 }).await;
        let core = Writing::begin(app, &world, &world.lead, "writing", None).await;
        let draft = core.draft().await;
        let mut objectives: BTreeMap<&'static str, Value> = BTreeMap::new();
        for (code, year, on) in
            [("a", 1, ""), ("b", 2, "a"), ("c", 3, "b"), ("c2", 3, ""), ("d", 4, "c"), ("e", 5, "d")]
        {
            let on: Vec<&Value> = objectives.get(on).into_iter().collect();
            let made = core.add(&draft, code, year, &on).await;
            objectives.insert(code, made);
        }
        core.publish(&draft).await;
        let leader = subject_leader(app, &world, 0, "writing").await;
        Self { app, world, core, objectives, leader }
    }

    fn teacher(&self, class: usize) -> &str {
        &self.world.schools[0].classes[class].teacher
    }

    fn head(&self) -> &str {
        &self.world.schools[0].head
    }

    fn class(&self, school: usize, class: usize) -> String {
        global_id::<Class>(self.world.schools[school].classes[class].id)
    }

    fn subject(&self) -> String {
        global_id::<Subject>(self.world.subjects["writing"])
    }

    /// A plan of the first school for Year 3, of `c`.
    fn create_plan(&self) -> Attempt<'a> {
        Attempt::new(
            self.app,
            "createPlan",
            "plan { id version title approval lowestYearGroup highestYearGroup objectives { code } }",
            json!({
            "schoolId": global_id::<School>(self.world.schools[0].id), "subjectId": self.subject(),
            "academicYearId": global_id::<AcademicYear>(self.world.year), "title": "Letters that answer",
            "lowestYearGroup": "YEAR_3", "startsOn": "2026-01-05", "endsOn": "2026-02-13",
            "outline": "Read letters, plan one, write it and answer another's.", "objectiveIds": [self.objectives["c"]] }),
        )
    }

    /// The plan, written by the teacher of Year 3. Returns its id.
    async fn plan(&self) -> Value {
        self.create_plan().done(self.teacher(0)).await["id"].clone()
    }

    /// Asks as somebody.
    async fn ask(&self, email: &str, query: &str, variables: Value) -> Answer {
        self.app.sign_in(email).await.ask_with(query, variables).await
    }

    /// Asks as somebody who is answered without an error.
    async fn answer(&self, email: &str, query: &str, variables: Value) -> Value {
        let answer = self.ask(email, query, variables).await;
        assert!(answer["errors"].is_null(), "{email}: {:#}", answer.body);
        answer["data"].clone()
    }
}
