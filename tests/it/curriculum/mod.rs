//! What is intended to be taught.

mod adapting;
mod files;
mod graph;
mod versions;

use plumbline::curriculum::Subject;
use plumbline::organisation::School;
use plumbline_tests::{Attempt, Office, TestApp, World, global_id};
use serde_json::{Value, json};

/// A curriculum that somebody writes.
pub(super) struct Writing<'a> {
    pub(super) app: &'a TestApp,
    pub(super) by: String,
    /// The curriculum.
    pub(super) curriculum: Value,
}

impl<'a> Writing<'a> {
    /// Begins a curriculum: the trust's, or a school's own instead of it.
    pub(super) async fn begin(app: &'a TestApp, world: &World, by: &str, subject: &str, school: Option<usize>) -> Self {
        let school = school.map(|at| global_id::<School>(world.schools[at].id));
        let standing = if school.is_some() { "REPLACES" } else { "CORE" };
        let subject = global_id::<Subject>(world.subjects[subject]);
        let input = json!({ "subjectId": subject, "schoolId": school, "standing": standing });
        let made = Attempt::new(app, "createCurriculum", "curriculum { id }", input).done(by).await;
        Self { app, by: by.to_owned(), curriculum: made["id"].clone() }
    }

    /// Begins a draft. Returns its id.
    pub(super) async fn draft(&self) -> Value {
        let input = json!({ "curriculumId": self.curriculum, "rationale": "As it grew." });
        let draft = Attempt::new(self.app, "draftCurriculumVersion", "curriculumVersion { id }", input);
        draft.done(&self.by).await["id"].clone()
    }

    /// Adds an objective to a draft. Returns its id.
    pub(super) async fn add(&self, draft: &Value, code: &str, year: i16, builds_on: &[&Value]) -> Value {
        self.add_with(draft, code, year, builds_on, Value::Null).await
    }

    /// As [`Writing::add`], for one that stands for one of the trust's.
    pub(super) async fn add_with(
        &self,
        draft: &Value,
        code: &str,
        year: i16,
        builds_on: &[&Value],
        stands_for: Value,
    ) -> Value {
        let input = json!({
            "curriculumVersionId": draft, "code": code, "category": "KNOWLEDGE", "strand": "All",
            "lowestYearGroup": year_group(year), "statement": format!("Know {code}."), "buildsOn": builds_on,
            "standsForId": stands_for });
        Attempt::new(self.app, "createObjective", "objective { id }", input).done(&self.by).await["id"].clone()
    }

    /// Makes a draft what is taught by.
    pub(super) async fn publish(&self, draft: &Value) {
        let query = "query($id: ID!) { node(id: $id) { ... on CurriculumVersion { version } } }";
        let version = self.ask(query, draft).await["version"].clone();
        let input = json!({ "curriculumVersionId": draft, "expectedVersion": version });
        Attempt::new(self.app, "publishCurriculumVersion", "curriculumVersion { id }", input).done(&self.by).await;
    }

    /// Asks for a node.
    pub(super) async fn ask(&self, query: &str, id: &Value) -> Value {
        let answer = self.app.sign_in(&self.by).await.ask_with(query, json!({ "id": id })).await;
        assert!(answer["errors"].is_null(), "{:#}", answer.body);
        answer.of("node").clone()
    }

    /// The objective of a version with this code.
    pub(super) async fn objective(&self, version: &Value, code: &str) -> Value {
        let query = "query($id: ID!) { node(id: $id) { ... on CurriculumVersion {
            objectives(first: 100) { nodes { id code version } } } } }";
        let found = self.ask(query, version).await;
        let nodes = found["objectives"]["nodes"].as_array().expect("nodes");
        nodes.iter().find(|node| node["code"] == code).unwrap_or_else(|| panic!("{code} in {found:#}")).clone()
    }
}

pub(super) fn year_group(year: i16) -> String {
    if year == 0 { "RECEPTION".to_owned() } else { format!("YEAR_{year}") }
}

/// A subject leader of a school.
pub(super) async fn subject_leader(app: &TestApp, world: &World, school: usize, subject: &str) -> String {
    let email = format!("{subject}{school}@test.example");
    Office::of(app, world).await.employ(&email, &[world.leading_subject(school, subject)]).await;
    email
}

/// The codes of some objectives.
pub(super) fn codes(nodes: &Value) -> Vec<&str> {
    nodes.as_array().expect("objectives").iter().map(|node| node["code"].as_str().expect("a code")).collect()
}
