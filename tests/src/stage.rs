//! The world of the table of access: two trusts with something of everything in them.

use plumbline::curriculum::Subject;
use plumbline::moderation::SampledWork;
use plumbline::organisation::School;
use plumbline_entity::published_outcome;
use plumbline_entity::published_outcome::{Ks2Measure, PublishedStatus};
use serde_json::{Value, json};
use uuid::Uuid;

mod planning;

use crate::roles::{beside, seats};
use crate::world::{Hand, put};
use crate::{Office, Seat, Size, TestApp, World, global_id, judge_all};

/// Two trusts with something of everything in them, and those who stand in the table.
pub struct Stage {
    /// The trust of those in the table: two schools.
    pub here: World,
    /// Another trust.
    pub there: World,
    /// Who stands in the table.
    pub seats: Vec<Seat>,
    /// Who can do what is tried elsewhere.
    pub beside: Vec<Seat>,
}

impl Stage {
    /// Sets the stage in an empty database.
    pub async fn set(app: &TestApp) -> Self {
        let here = World::build(app, Size { schools: 2, classes: 2, pupils: 6 }).await;
        let there = World::build_another(app, Size { schools: 1, classes: 2, pupils: 3 }).await;
        for (world, prefix) in [(&here, ""), (&there, "other.")] {
            fill(app, world, prefix).await;
        }
        publish(app, &here).await;
        let seats = seats(app, &here).await;
        let beside = beside(app, &here, &there).await;
        Self { here, there, seats, beside }
    }
}

/// Judgements, one of them superseded; an exercise that is released, one that is judged and one that is
/// a draft; a year without windows; a grant and a client application.
async fn fill(app: &TestApp, world: &World, prefix: &str) {
    let grade = |at: usize| ["WTS", "EXS", "EXS", "GDS"][at % 4];
    for class in world.schools.iter().flat_map(|school| &school.classes) {
        world.judge(app, class, grade).await;
        world.judge_in(app, class, "reading", |_| "EXS").await;
        // From these no sample is drawn.
        world.judge_in(app, class, "mathematics", |_| "EXS").await;
    }
    for school in &world.schools {
        let class = &school.classes[0];
        let again =
            json!({ "pupilId": global_id::<plumbline::organisation::Pupil>(class.pupils[1]), "gradeCode": "GDS" });
        let teacher = app.sign_in(&class.teacher).await;
        let answer = teacher.mutate("recordJudgements", world.judgements_input(&[again]), "judgements { id }").await;
        assert_eq!(answer.user_errors("recordJudgements"), Vec::<String>::new());
    }
    double(app, world).await;
    let office = Office::of(app, world).await;
    let (lead, moderator) = (app.sign_in(&world.lead).await, app.sign_in(&world.moderator).await);

    let released = world.draw(&lead, "Writing, released", 100, 6).await;
    judge_all(app, &moderator, |first, _| first.to_owned()).await;
    agree(app, world, &office, "Writing, released").await;
    world.advance(&lead, &released, &["DISCUSSING", "RELEASED"]).await;

    let judged = exercise(&office, world, "Reading, being judged", "reading").await;
    let input = json!({ "exerciseId": judged["id"], "expectedVersion": judged["version"] });
    office.does("drawSample", input, "moderationExercise { id }").await;
    judge_all(app, &moderator, |first, _| first.to_owned()).await;
    agree(app, world, &office, "Reading, being judged").await;

    exercise(&office, world, "Writing, draft", "writing").await;
    office.does("createAcademicYear", json!({ "year": 2026 }), "academicYear { id }").await;
    let reader = office.employ(&format!("{prefix}reader@test.example"), &[json!({ "role": "TRUST_ANALYST" })]).await;
    office.grant(&reader, None, false).await;
    office.register(&format!("{prefix}spare"), &["READ_STAFF"], None).await;
    spare(app, world, &office).await;
    curricula(app, world).await;
    planning::fill(app, world).await;
}

/// Of the trust and of each school: a curriculum that is taught by, one with a draft, and one without versions.
async fn curricula(app: &TestApp, world: &World) {
    for (by, school) in std::iter::once((&world.lead, None))
        .chain(world.schools.iter().map(|school| (&school.head, Some(global_id::<School>(school.id)))))
    {
        let caller = app.sign_in(by).await;
        let does = async |mutation: &str, input: Value, fields: &str| -> Value {
            let answer = caller.mutate(mutation, input, fields).await;
            assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{mutation}");
            answer.of(mutation).clone()
        };
        for (subject, published) in [("mathematics", Some(true)), ("writing", Some(false)), ("reading", None)] {
            let standing = if school.is_some() { "REPLACES" } else { "CORE" };
            let input = json!({
                "subjectId": global_id::<Subject>(world.subjects[subject]), "schoolId": school, "standing": standing });
            let made = does("createCurriculum", input, "curriculum { id }").await;
            let Some(published) = published else { continue };
            let input = json!({ "curriculumId": made["curriculum"]["id"], "rationale": "As it grew." });
            let draft = does("draftCurriculumVersion", input, "curriculumVersion { id version }").await;
            let draft = &draft["curriculumVersion"];
            let input = json!({
                "curriculumVersionId": draft["id"], "code": "first", "category": "SKILL", "strand": "All",
                "lowestYearGroup": "YEAR_3", "statement": "Begin." });
            let first = does("createObjective", input.clone(), "objective { id }").await["objective"]["id"].clone();
            let mut second = input;
            second["code"] = json!("second");
            second["buildsOn"] = json!([first]);
            does("createObjective", second, "objective { id }").await;
            if published {
                let input = json!({ "curriculumVersionId": draft["id"], "expectedVersion": draft["version"] });
                does("publishCurriculumVersion", input, "curriculumVersion { id }").await;
            }
        }
    }
}

/// Of each noun something on which nothing hangs, so that it can be removed.
async fn spare(app: &TestApp, world: &World, office: &Office<'_>) {
    let grade = |code: &str| json!({ "code": code, "name": code });
    office.does("createAcademicYear", json!({ "year": 2029 }), "academicYear { id }").await;
    let later = office.does("createAcademicYear", json!({ "year": 2030 }), "academicYear { id }").await;
    let window =
        json!({ "academicYearId": later["id"], "term": "AUTUMN", "opensOn": "2030-09-01", "closesOn": "2030-12-31" });
    office.does("createAssessmentWindow", window, "assessmentWindow { id }").await;
    office.does("createSubject", json!({ "code": "spare", "name": "Spare" }), "subject { id }").await;
    let phase = json!({ "name": "Spare", "lowestYearGroup": "YEAR_1", "highestYearGroup": "YEAR_1" });
    office.does("createPhase", phase, "phase { id }").await;
    let framework =
        json!({ "code": "spare", "edition": "1", "name": "Spare", "grades": [grade("LOW"), grade("HIGH")] });
    office.does("createFramework", framework, "framework { id }").await;
    let urn = 800_000 + i32::from(world.lead.starts_with("other."));
    let school =
        json!({ "urn": urn, "laCode": 999, "establishmentNumber": 1000, "name": "Spare", "educationPhase": "PRIMARY" });
    office.does("createSchool", school, "school { id }").await;
    for school in &world.schools {
        let class = json!({
            "schoolId": global_id::<plumbline::organisation::School>(school.id),
            "academicYearId": global_id::<plumbline::organisation::AcademicYear>(world.year),
            "name": "Spare", "lowestYearGroup": "YEAR_5" });
        let answer = app.sign_in(&school.head).await.mutate("createClass", class, "class { id }").await;
        assert_eq!(answer.user_errors("createClass"), Vec::<String>::new());
    }
}

/// In each class a second record of its first pupil, which somebody entered by mistake, with two places in it; and a third one, which
/// was merged into the second.
async fn double(app: &TestApp, world: &World) {
    for (at, school) in world.schools.iter().enumerate() {
        let head = app.sign_in(&school.head).await;
        for (nth, class) in school.classes.iter().enumerate() {
            let year = class.year_group.number();
            let input = json!({
                "upn": plumbline::organisation::rules::upn_of(&format!("99930{at:02}{nth:02}000")), "givenName": "Ada",
                "familyName": "Double", "dateOfBirth": format!("{}-01-15", 2020 - year), "sex": "FEMALE",
                "classId": global_id::<plumbline::organisation::Class>(class.id), "yearGroup": format!("YEAR_{year}"),
                "startsOn": "2026-05-01",
            });
            let place = "pupil { id enrolments { nodes { id } } }";
            let made = head.mutate("createPupil", input.clone(), place).await.of("createPupil")["pupil"].clone();
            let left = json!({ "enrolmentId": made["enrolments"]["nodes"][0]["id"], "expectedVersion": 1, "endsOn": "2026-05-15" });
            let answer = head.mutate("endEnrolment", left, "enrolment { id }").await;
            assert_eq!(answer.user_errors("endEnrolment"), Vec::<String>::new(), "{made:#}");
            let back = json!({ "pupilId": made["id"], "classId": global_id::<plumbline::organisation::Class>(class.id),
                               "yearGroup": format!("YEAR_{year}"), "startsOn": "2026-06-01" });
            let answer = head.mutate("enrolPupil", back, "enrolment { id }").await;
            assert_eq!(answer.user_errors("enrolPupil"), Vec::<String>::new());
            let mut third = input;
            third["upn"] = json!(plumbline::organisation::rules::upn_of(&format!("99930{at:02}{nth:02}001")));
            third["startsOn"] = json!("2026-06-02");
            let third = head.mutate("createPupil", third, "pupil { id }").await.of("createPupil")["pupil"].clone();
            let merge = json!({
                "pupilId": made["id"], "expectedVersion": 1, "duplicateId": third["id"], "duplicateVersion": 1 });
            let answer = head.mutate("mergePupils", merge, "pupil { version }").await;
            assert_eq!(answer.user_errors("mergePupils"), Vec::<String>::new());
        }
    }
}

async fn exercise(office: &Office<'_>, world: &World, title: &str, subject: &str) -> Value {
    let judgements = world.judgements_input_in(subject, &[]);
    let input = json!({
        "title": title, "subjectId": judgements["subjectId"], "windowId": judgements["windowId"],
        "frameworkId": judgements["frameworkId"], "samplePercent": 100, "seed": "7",
    });
    office.does("createModerationExercise", input, "moderationExercise { id version }").await
}

/// For each school, an outcome that confirms the grade of a work that was judged EXS, and one that leaves the grade
/// of another open.
async fn agree(app: &TestApp, world: &World, office: &Office<'_>, title: &str) {
    for school in &world.schools {
        for (class, outcome) in [
            (0, json!({ "decision": "CONFIRMED", "agreedGradeCode": "EXS" })),
            (1, json!({ "decision": "UNRESOLVED" })),
        ] {
            let work = app.work(world.trust, school.classes[class].id, title, 0).await;
            let mut input = outcome.clone();
            input["workId"] = json!(global_id::<SampledWork>(work));
            office.does("recordModerationOutcome", input, "moderationOutcome { id }").await;
        }
    }
}

/// The published figure of the first school, and of one that is in no trust here.
async fn publish(app: &TestApp, world: &World) {
    let tx = app.db.begin().await.expect("a transaction");
    let hand = Hand { tx: &tx, trust: world.trust };
    for (urn, name) in [(900_000, "School 1"), (899_999, "Elsewhere")] {
        put!(
            hand,
            published_outcome {
                id: Uuid::now_v7(),
                urn: urn,
                converted_urn: None,
                la_code: 999,
                school_name: name.to_owned(),
                special: false,
                year: 2024,
                measure: Ks2Measure::RwmExpected,
                eligible: Some(60),
                percentage: Some(65),
                status: PublishedStatus::Published,
                instead: None,
            }
        );
    }
    crate::commit(tx).await;
}

impl TestApp {
    /// The `nth` sampled work of a class, in an exercise with this title, whose first grade is EXS.
    pub async fn work(&self, trust: Uuid, class: Uuid, title: &str, nth: usize) -> Uuid {
        let (trust, class) = (self.literal(trust), self.literal(class));
        let sql = format!(
            "SELECT w.id AS id FROM sampled_work w JOIN moderation_exercise e ON e.id = w.exercise_id \
             JOIN judgement j ON j.id = w.judgement_id JOIN grade g ON g.id = j.grade_id \
             WHERE e.trust_id = {trust} AND w.class_id = {class} AND e.title = '{title}' AND g.code = 'EXS' \
             ORDER BY w.id LIMIT 1 OFFSET {nth}"
        );
        self.id(&sql).await
    }

    /// An id as SQL has it.
    #[must_use]
    pub fn literal(&self, id: Uuid) -> String {
        if self.db.is_postgres() { format!("'{id}'") } else { format!("X'{}'", id.simple()) }
    }
}
