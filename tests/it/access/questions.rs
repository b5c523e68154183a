//! Root fields that are no lists of rows: what is asked, and how the answer is put into a word.

use plumbline::assessment::AssessmentWindow;
use plumbline::curriculum::Subject;
use plumbline::moderation::ModerationExercise;
use plumbline::organisation::{Class, School};
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{Answer, TestApp, World, global_id};
use serde_json::Value;

/// Root fields by which rows are asked for by their ids: the table of rows covers them.
pub const BY_ID: &[&str] = &["node", "nodes", "class", "pupil", "school"];

/// A question, and how its answer is put into a word.
pub struct Question {
    /// The root field.
    pub field: &'static str,
    /// What is asked, for those who read the table.
    pub about: &'static str,
    /// The document; `WINDOW`, `SUBJECT` and `MATHEMATICS` in it stand for the ids of summer and two subjects, `THE_SCHOOL` and
    /// `THE_CLASS` for the first of each, `THE_DRAFT` for an exercise of which nothing is drawn.
    pub query: &'static str,
    /// The answer in a word.
    pub put: fn(&Value) -> String,
}

/// A root field that is no list of rows has at least one line here.
pub const QUESTIONS: &[Question] = &[
    Question {
        field: "viewer",
        about: "whom the service takes them for: roles and grants",
        query: "{ viewer { roles accessGrants { id } clientApplication { name } } }",
        put: put_viewer,
    },
    Question {
        field: "trust",
        about: "the trust",
        query: "{ trust { name } }",
        put: |trust| trust["name"].as_str().map_or_else(nothing, |name| format!("\u{201c}{name}\u{201d}")),
    },
    Question {
        field: "currentAcademicYear",
        about: "the academic year of today",
        query: "{ currentAcademicYear { year } }",
        put: |year| year["year"].as_i64().map_or_else(nothing, |year| year.to_string()),
    },
    Question {
        field: "moderationAgreement",
        about: "agreement by school in a released exercise: pupils counted, exactly or protected",
        query:
            "{ moderationAgreement(where: { subject: \"writing\", academicYear: 2025, window: SUMMER }, by: [SCHOOL]) {
            precision rows { key { school { name } } result { __typename ... on Agreement { n } } } } }",
        put: put_agreement,
    },
    Question {
        field: "moderationAgreement",
        about: "agreement by school in an exercise that is being judged",
        query:
            "{ moderationAgreement(where: { subject: \"reading\", academicYear: 2025, window: SUMMER }, by: [SCHOOL]) {
            precision rows { key { school { name } } result { __typename ... on Agreement { n } } } } }",
        put: put_agreement,
    },
    Question {
        field: "moderationAgreements",
        about: "agreement by school in two windows, of which the second was moderated: pupils counted, exactly or protected",
        query:
            "{ moderationAgreements(where: { subject: \"writing\", windows: [{ academicYear: 2025, window: AUTUMN },
                                                                          { academicYear: 2025, window: SUMMER }] }, by: [SCHOOL]) {
            precision rows { key { school { name } } result { __typename ... on Agreement { n } } } } }",
        put: |answers| put_agreement(&answers[1]),
    },
    Question {
        field: "judgementProgress",
        about: "how many of the pupils whom they see are judged, of how many",
        query: "{ judgementProgress(windowId: \"WINDOW\", subjectId: \"SUBJECT\") { pupils judged } }",
        put: |places| {
            let sum = |name: &str| items(places).iter().filter_map(|place| place[name].as_i64()).sum::<i64>();
            if sum("pupils") == 0 { nothing() } else { format!("{} of {}", sum("judged"), sum("pupils")) }
        },
    },
    Question {
        field: "objectivesByClass",
        about: "what a class was taught in mathematics: objectives intended and taught",
        query: "{ objectivesByClass(where: { classId: \"THE_CLASS\", subjectId: \"MATHEMATICS\" }) { progress } }",
        put: |rows| {
            let taught = items(rows).iter().filter(|row| row["progress"] == "TAUGHT").count();
            if items(rows).is_empty() { nothing() } else { format!("{taught} of {}", items(rows).len()) }
        },
    },
    Question {
        field: "curriculumCoverage",
        about: "coverage by school: taught of intended, schools",
        query: "{ curriculumCoverage(where: { academicYear: 2025, subject: \"mathematics\" }, by: [SCHOOL]) { counts { intended taught } } }",
        put: |rows| {
            let sum = |name: &str| items(rows).iter().filter_map(|row| row["counts"][name].as_i64()).sum::<i64>();
            let schools = items(rows).len();
            if schools == 0 {
                nothing()
            } else {
                format!("{} of {}, {schools} schools", sum("taught"), sum("intended"))
            }
        },
    },
    Question {
        field: "readiness",
        about: "what the pupils of a class met of what mathematics builds on: pupils",
        query: "{ readiness(where: { classId: \"THE_CLASS\", subjectId: \"MATHEMATICS\" }) { pupils met } }",
        put: |rows| items(rows).first().map_or_else(nothing, |row| format!("{} of {}", row["met"], row["pupils"])),
    },
    Question {
        field: "colleaguePlanning",
        about: "who has how much to do for the plans of a school: open steps",
        query: "{ colleaguePlanning(where: { schoolId: \"THE_SCHOOL\" }) { open asPlanned } }",
        put: |rows| {
            let sum = |name: &str| items(rows).iter().filter_map(|row| row[name].as_i64()).sum::<i64>();
            if items(rows).is_empty() {
                nothing()
            } else {
                format!("{} open, {} taken up", sum("open"), sum("asPlanned"))
            }
        },
    },
    Question {
        field: "exerciseSample",
        about: "how much would be drawn for an exercise: works, of judgements",
        query: "{ exerciseSample(exerciseId: \"THE_DRAFT\") { works judgements } }",
        put: |sample| format!("{} of {}", sample["works"], sample["judgements"]),
    },
    Question {
        field: "publishedOutcomes",
        about: "published figures: schools shown",
        query: "{ publishedOutcomes(where: { measure: RWM_EXPECTED, academicYears: [2024] }) { years { rows { schoolName } } } }",
        put: |outcomes| {
            let schools: usize = items(&outcomes["years"]).iter().map(|year| items(&year["rows"]).len()).sum();
            if schools == 0 { nothing() } else { format!("{schools} schools") }
        },
    },
];

impl Question {
    /// The document, in a world.
    pub async fn written(&self, app: &TestApp, world: &World) -> String {
        let draft = format!(
            "SELECT id AS id FROM moderation_exercise WHERE state = 'DRAFT' AND trust_id = {} ORDER BY id",
            app.literal(world.trust)
        );
        let draft = global_id::<ModerationExercise>(app.id(&draft).await);
        let window = global_id::<AssessmentWindow>(world.windows[&Term::Summer]);
        let subject = global_id::<Subject>(world.subjects["writing"]);
        let (school, mathematics) = (&world.schools[0], global_id::<Subject>(world.subjects["mathematics"]));
        let query =
            self.query.replace("WINDOW", &window).replace("SUBJECT", &subject).replace("MATHEMATICS", &mathematics);
        let query = query.replace("THE_SCHOOL", &global_id::<School>(school.id));
        query.replace("THE_CLASS", &global_id::<Class>(school.classes[0].id)).replace("THE_DRAFT", &draft)
    }

    /// The answer in a word; an error by its code.
    pub fn reading(&self, answer: &Answer) -> String {
        match answer.error_code() {
            "no error" => (self.put)(&answer.body["data"][self.field]),
            code => code.to_owned(),
        }
    }
}

fn nothing() -> String {
    "\u{2013}".to_owned()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn put_viewer(viewer: &Value) -> String {
    let mut words: Vec<String> = items(&viewer["roles"]).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if words.is_empty() {
        words.push("no role".to_owned());
    }
    match items(&viewer["accessGrants"]).len() {
        0 => {}
        grants => words.push(format!("{grants} grant")),
    }
    if let Some(client) = viewer["clientApplication"]["name"].as_str() {
        words.push(format!("client \u{201c}{client}\u{201d}"));
    }
    words.join(", ")
}

fn put_agreement(agreement: &Value) -> String {
    let put = |row: &Value| {
        let school = row["key"]["school"]["name"]
            .as_str()
            .unwrap_or("no school")
            .replace("School 1", "school")
            .replace("School 2", "other school");
        // What is protected is drawn by lot, and differs from one run to the next.
        match row["result"]["n"].as_i64() {
            _ if agreement["precision"] == "PROTECTED" => format!("{school} protected"),
            Some(n) => format!("{school} {n}"),
            None => format!("{school} {}", row["result"]["__typename"].as_str().unwrap_or("?")),
        }
    };
    let rows: Vec<String> = items(&agreement["rows"]).iter().map(put).collect();
    if rows.is_empty() { nothing() } else { rows.join(", ") }
}
