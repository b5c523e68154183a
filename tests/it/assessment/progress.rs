//! Who is judged, and who is missing.

use plumbline::assessment::AssessmentWindow;
use plumbline::curriculum::Subject;
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{Caller, Office, Size, World, db_test, global_id};
use serde_json::{Value, json};

/// The progress of writing in the summer, with more arguments.
async fn progress(world: &World, caller: &Caller, more: &str) -> plumbline_tests::Answer {
    let window = global_id::<AssessmentWindow>(world.windows[&Term::Summer]);
    let subject = global_id::<Subject>(world.subjects["writing"]);
    let fields = "school { name } class { name } pupils judged missing";
    caller
        .ask(&format!("{{ judgementProgress(windowId: \"{window}\", subjectId: \"{subject}\"{more}) {{ {fields} }} }}"))
        .await
}

db_test! {
    async fn a_leader_sees_who_is_missing_in_their_school_and_a_teacher_in_their_class(app) {
        let world = World::build(&app, Size::default()).await;
        let school = &world.schools[0];
        world.judge(&app, &school.classes[0], |_| "EXS").await;
        let row = |class: Value, pupils: i32, judged: i32| json!({
            "school": { "name": "School 1" }, "class": class, "pupils": pupils, "judged": judged, "missing": pupils - judged });
        let class = |name: &str| json!({ "name": name });
        let head = app.sign_in(&school.head).await;
        let by_class = progress(&world, &head, "").await;
        assert_eq!(by_class.of("judgementProgress"), &json!([row(class("Class 2"), 8, 0), row(class("Class 1"), 8, 8)]));
        let statements = by_class.statements;
        let by_school = progress(&world, &head, ", by: SCHOOL").await;
        assert_eq!(by_school.of("judgementProgress"), &json!([row(Value::Null, 16, 8)]));
        let teacher = app.sign_in(&school.classes[1].teacher).await;
        assert_eq!(progress(&world, &teacher, "").await.of("judgementProgress"), &json!([row(class("Class 2"), 8, 0)]));
        for email in [&world.lead, &world.analyst, &world.moderator] {
            assert_eq!(progress(&world, &app.sign_in(email).await, "").await.of("judgementProgress"), &json!([]), "{email}");
        }
        let stranger = progress(&world, &app.sign_in(&world.nobody).await, "").await;
        assert_eq!(stranger.error_code(), "BAD_USER_INPUT");
        // However many classes there are, the statements are the same.
        let large = World::build_another(&app, Size { schools: 1, classes: 4, pupils: 2 }).await;
        let answer = progress(&large, &app.sign_in(&large.schools[0].head).await, "").await;
        assert_eq!((answer.of("judgementProgress").as_array().unwrap().len(), answer.statements), (4, statements));
    }

    async fn an_answer_of_more_classes_than_anybody_reads_says_how_to_ask_for_less(app) {
        let world = World::build(&app, Size { schools: 126, classes: 4, pupils: 1 }).await;
        let office = Office::of(&app, &world).await;
        office.grant(&office.person(&world.analyst).await, None, true).await;
        let analyst = app.sign_in(&world.analyst).await;
        let all = progress(&world, &analyst, "").await;
        assert_eq!(all.error_code(), "BAD_USER_INPUT", "504 classes: {:#}", all.body);
        assert!(all["errors"][0]["message"].as_str().unwrap().contains("more than 500 rows. Name a `schoolId`, or ask by SCHOOL"));
        let places = async |more: &str| progress(&world, &analyst, more).await.of("judgementProgress").as_array().unwrap().len();
        assert_eq!(places(", by: SCHOOL").await, 126);
        assert_eq!(places(&format!(", schoolId: \"{}\"", world.school(0))).await, 4);
    }
}
