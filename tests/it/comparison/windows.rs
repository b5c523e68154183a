//! Several windows side by side: each is answered as it is alone.

use plumbline::assessment::AssessmentWindow;
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{Caller, Office, TestApp, World, db_test, global_id, judge_all};
use serde_json::{Value, json};

use super::editions::released;
use crate::assessment::judge_class;

const FIGURES: &str = "academicYear term precision editions { number asOf } underWay { exercise } allowsForModerators
    basis { reliability direction } population { pupils schools sampled moderated }
    rows { key { school { name } class { name } } result { __typename ... on Withheld { reason } ... on Agreement {
        n shift { estimate low high } differenceToRest { estimate } matrix { from to count } } } }";

/// The windows that are asked about; of the first nothing was moderated.
const WINDOWS: [&str; 3] = ["SPRING", "SUMMER", "AUTUMN"];

/// A trust in which writing was moderated and released in summer, and then that of autumn.
async fn twice(app: &TestApp) -> (World, Caller) {
    let (world, lead, _) = released(app).await;
    for class in world.schools.iter().flat_map(|school| &school.classes) {
        judge_class(app, &world, class, Term::Autumn, "writing", &["WTS", "EXS", "GDS"]).await;
    }
    let mut exercise = world.judgements_input(&[]);
    exercise.as_object_mut().unwrap().remove("judgements");
    exercise["windowId"] = json!(global_id::<AssessmentWindow>(world.windows[&Term::Autumn]));
    exercise["title"] = json!("Writing, autumn");
    exercise["samplePercent"] = json!(100);
    exercise["seed"] = json!("8");
    let made = lead.mutate("createModerationExercise", exercise, "moderationExercise { id version }").await;
    let exercise = made.of("createModerationExercise")["moderationExercise"].clone();
    let draw = json!({ "exerciseId": exercise["id"], "expectedVersion": exercise["version"] });
    lead.mutate("drawSample", draw, "moderationExercise { id }").await;
    judge_all(app, &app.sign_in(&world.moderator).await, |first, _| first.to_owned()).await;
    world.advance(&lead, exercise["id"].as_str().unwrap(), &["DISCUSSING", "RELEASED"]).await;
    (world, lead)
}

fn one(window: &str, by: &str, basis: &str) -> String {
    format!(
        "{{ moderationAgreement(where: {{ subject: \"writing\", academicYear: 2025, window: {window} }}, by: {by}{basis}) {{ {FIGURES} }} }}"
    )
}

fn several(windows: &[&str], by: &str, basis: &str) -> String {
    let windows: Vec<String> =
        windows.iter().map(|window| format!("{{ academicYear: 2025, window: {window} }}")).collect();
    format!(
        "{{ moderationAgreements(where: {{ subject: \"writing\", windows: [{}] }}, by: {by}{basis}) {{ {FIGURES} }} }}",
        windows.join(", ")
    )
}

db_test! {
    async fn each_window_is_answered_as_it_is_alone_whoever_asks(app) {
        let (world, _) = twice(&app).await;
        let school = &world.schools[0];
        for (email, rows) in [(&world.analyst, [0, 2, 2]), (&world.lead, [0, 2, 2]), (&school.head, [0, 1, 1]),
                              (&school.classes[0].teacher, [0, 1, 1]), (&world.moderator, [0; 3]), (&world.nobody, [0; 3])] {
            let caller = app.sign_in(email).await;
            for (by, basis) in [("[SCHOOL]", ""), ("[CLASS]", ", basis: AGREED")] {
                let mut alone = Vec::new();
                for window in WINDOWS {
                    alone.push(caller.ask(&one(window, by, basis)).await.of("moderationAgreement").clone());
                }
                let together = caller.ask(&several(&WINDOWS, by, basis)).await;
                assert_eq!(*together.of("moderationAgreements"), json!(alone), "{email} {by}");
            }
            let by_school = caller.ask(&several(&WINDOWS, "[SCHOOL]", "")).await;
            let count: Vec<usize> = by_school.of("moderationAgreements").as_array().unwrap().iter()
                .map(|answer| answer["rows"].as_array().unwrap().len()).collect();
            assert_eq!(count, rows, "{email}");
        }
    }

    async fn windows_are_answered_once_each_and_few_of_them(app) {
        let (world, _) = twice(&app).await;
        let analyst = app.sign_in(&world.analyst).await;
        let answer = analyst.ask(&several(&["AUTUMN", "SUMMER", "AUTUMN"], "[SCHOOL]", "")).await;
        let terms: Vec<&Value> = answer.of("moderationAgreements").as_array().unwrap().iter().map(|answer| &answer["term"]).collect();
        assert_eq!(terms, ["AUTUMN", "SUMMER"]);
        for (count, wrong) in [(0, true), (1, false), (10, false), (11, true)] {
            let answer = analyst.ask(&several(&vec!["SUMMER"; count], "[]", "")).await;
            assert_eq!(answer.body["errors"].is_null(), !wrong, "{count}: {:#}", answer.body);
            if wrong {
                let message = format!("Give 1 to 10 `windows`; there are {count}.");
                assert_eq!((answer.error_code(), &answer.body["errors"][0]["message"]), ("BAD_USER_INPUT", &json!(message)));
            }
        }
        // A slip of the pen in one of them is told, as it is alone.
        let slip = several(&["SUMMER"], "[]", "").replace("[{", "[{ academicYear: 1995, window: SUMMER }, {");
        let answer = analyst.ask(&slip).await;
        assert_eq!(answer.body["errors"][0]["message"], "There is no academic year 1995. Those of the trust start in 2025.", "{:#}", answer.body);
    }

    async fn exact_figures_of_several_windows_are_recorded_as_one_answer(app) {
        let (world, _) = twice(&app).await;
        let office = Office::of(&app, &world).await;
        let person = office.person(&world.analyst).await;
        let grant = json!({
            "staffMemberId": person, "withNames": false, "exactFigures": true, "purpose": "Report to the board on writing",
            "expiresAt": TestApp::now() + chrono::Duration::days(30),
        });
        office.does("createAccessGrant", grant, "accessGrant { id }").await;
        let analyst = app.sign_in(&world.analyst).await;
        let before = app.audited().await;
        let answer = analyst.ask(&several(&["SUMMER", "AUTUMN"], "[SCHOOL]", "")).await;
        assert!(answer.of("moderationAgreements").as_array().unwrap().iter().all(|answer| answer["precision"] == "EXACT"));
        assert_eq!(app.recorded_after(before).await.len(), 1);
    }
}
