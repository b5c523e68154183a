//! An exercise run through the API, from the judgements to the release.

use plumbline::graphql::Ref;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Caller, ClassWorld, TestApp, World};

/// The global id of a row of a type.
#[must_use]
pub fn global_id<T: plumbline::graphql::Wraps>(id: Uuid) -> String {
    async_graphql::ID::from(Ref::<T>::from(id)).to_string()
}

impl World {
    /// The class teacher judges writing in the summer. `grade` gives the grade of each pupil by the pupil's place in
    /// the class.
    pub async fn judge(&self, app: &TestApp, class: &ClassWorld, grade: impl Fn(usize) -> &'static str) {
        self.judge_in(app, class, "writing", grade).await;
    }

    /// The same in another subject.
    pub async fn judge_in(
        &self,
        app: &TestApp,
        class: &ClassWorld,
        subject: &str,
        grade: impl Fn(usize) -> &'static str,
    ) {
        let judgements: Vec<Value> = class
            .pupils
            .iter()
            .enumerate()
            .map(|(at, pupil)| json!({ "pupilId": global_id::<plumbline::organisation::Pupil>(*pupil), "gradeCode": grade(at) }))
            .collect();
        let input = self.judgements_input_in(subject, &judgements);
        let answer = app.sign_in(&class.teacher).await.mutate("recordJudgements", input, "judgements { id }").await;
        assert_eq!(answer.user_errors("recordJudgements"), Vec::<String>::new());
    }

    /// The input of `recordJudgements` for writing in the summer.
    #[must_use]
    pub fn judgements_input(&self, judgements: &[Value]) -> Value {
        self.judgements_input_in("writing", judgements)
    }

    /// The same for another subject.
    #[must_use]
    pub fn judgements_input_in(&self, subject: &str, judgements: &[Value]) -> Value {
        use plumbline::{assessment, curriculum};
        use plumbline_entity::assessment_window::Term;
        json!({
            "windowId": global_id::<assessment::AssessmentWindow>(self.windows[&Term::Summer]),
            "subjectId": global_id::<curriculum::Subject>(self.subjects[subject]),
            "frameworkId": global_id::<assessment::Framework>(self.framework),
            "judgements": judgements,
        })
    }

    /// A trust lead sets up an exercise in writing and draws its sample. Returns its id.
    pub async fn draw(&self, lead: &Caller, title: &str, percent: i32, minimum: i32) -> String {
        let judgements = self.judgements_input(&[]);
        let input = json!({
            "title": title, "subjectId": judgements["subjectId"], "windowId": judgements["windowId"],
            "frameworkId": judgements["frameworkId"], "samplePercent": percent, "minimumPerClass": minimum, "seed": "7",
        });
        let made = lead.mutate("createModerationExercise", input, "moderationExercise { id version }").await;
        let exercise = made.of("createModerationExercise")["moderationExercise"].clone();
        let input = json!({ "exerciseId": exercise["id"], "expectedVersion": exercise["version"] });
        let drawn = lead.mutate("drawSample", input, "moderationExercise { id state }").await;
        assert_eq!(drawn.of("drawSample")["moderationExercise"]["state"], "JUDGING", "{:#}", drawn.body);
        exercise["id"].as_str().expect("an id").to_owned()
    }

    /// A trust lead takes an exercise through states, one after the other, on or back.
    pub async fn advance(&self, lead: &Caller, exercise: &str, states: &[&str]) {
        for state in states {
            let query = "query($id: ID!) { node(id: $id) { ... on ModerationExercise { version } } }";
            let version = lead.ask_with(query, json!({ "id": exercise })).await.of("node")["version"].clone();
            let reason = "It goes on from there.";
            let input = json!({ "exerciseId": exercise, "expectedVersion": version, "state": state, "reason": reason });
            let answer = lead.mutate("advanceModerationExercise", input, "moderationExercise { state }").await;
            assert_eq!(
                answer.of("advanceModerationExercise")["moderationExercise"]["state"],
                *state,
                "{:#}",
                answer.body
            );
        }
    }
}

/// A moderator judges all work that they see. `second` gives each grade from the first grade, which the test knows
/// and the moderator does not.
pub async fn judge_all(app: &TestApp, moderator: &Caller, second: impl Fn(&str, usize) -> String) -> usize {
    let mut judged = 0;
    let mut after = Value::Null;
    loop {
        let query = "query($after: String) { sampledWorks(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }";
        let page = moderator.ask_with(query, json!({ "after": after })).await;
        let page = page.of("sampledWorks").clone();
        for work in page["nodes"].as_array().expect("nodes") {
            let id = work["id"].as_str().expect("an id");
            let (_, uuid) = plumbline::graphql::decode_id(id).expect("an id");
            let first = first_grade(app, uuid).await;
            let input =
                json!({ "workId": id, "gradeCode": second(&first, judged), "rationale": "Seen in three pieces." });
            let answer = moderator.mutate("recordSecondJudgement", input, "secondJudgement { id }").await;
            assert_eq!(answer.user_errors("recordSecondJudgement"), Vec::<String>::new());
            judged += 1;
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return judged;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// The first grade of sampled work, read behind the service's back.
async fn first_grade(app: &TestApp, work: Uuid) -> String {
    use sea_orm::{ConnectionTrait, Statement};
    let sql = "SELECT g.code FROM sampled_work s JOIN judgement j ON j.id = s.judgement_id JOIN grade g ON g.id = j.grade_id WHERE s.id = $1";
    let statement = Statement::from_sql_and_values(app.raw.get_database_backend(), sql, [work.into()]);
    app.raw.query_one_raw(statement).await.expect("a query").expect("a row").try_get("", "code").expect("a code")
}
