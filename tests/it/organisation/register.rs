//! Who is in a class today, and who asks: what a front end wants first.

use plumbline::organisation::{Class, Enrolment, School};
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{Answer, Office, Size, TestApp, World, db_test, global_id};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::assessment::judge_class;

const REGISTER: &str = "query($id: ID!, $on: Date) { class(id: $id) {
    pupils(on: $on, order: NAME, first: 100) { totalCount nodes { familyName } } } }";

/// The family names on the register of a class, as somebody sees it.
async fn register(app: &TestApp, email: &str, class: Uuid, on: Option<&str>) -> Vec<String> {
    let asked = json!({ "id": global_id::<Class>(class), "on": on });
    let answer = app.sign_in(email).await.ask_with(REGISTER, asked).await;
    let page = &answer.of("class")["pupils"];
    let names = names(page);
    assert_eq!(page["totalCount"], names.len());
    names
}

fn names(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().expect("a page").iter();
    nodes.map(|node| node["familyName"].as_str().expect("a name").to_owned()).collect()
}

/// Ends the place of the first pupil of a class.
async fn first_leaves(app: &TestApp, world: &World, on: &str) {
    let head = app.sign_in(&world.schools[0].head).await;
    let first = "{ pupils(first: 1, order: NAME) { nodes { enrolments { nodes { id version } } } } }";
    let place = head.ask(first).await.of("pupils")["nodes"][0]["enrolments"]["nodes"][0].clone();
    let input = json!({ "enrolmentId": place["id"], "expectedVersion": place["version"], "endsOn": on });
    let ended = head.mutate("endEnrolment", input, "enrolment { endsOn }").await;
    assert_eq!(ended.user_errors("endEnrolment"), Vec::<String>::new());
}

fn total(answer: &Answer) -> &Value {
    &answer.of("pupils")["totalCount"]
}

db_test! {
    async fn a_class_teacher_has_the_register_of_their_class_in_order_and_without_leavers(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        first_leaves(&app, &world, "2026-03-31").await;
        let all: Vec<String> = (0..8).map(|nth| format!("Family0-0-{nth:02}")).collect();
        for email in [&class.teacher, &school.head] {
            assert_eq!(register(&app, email, class.id, None).await, all[1..], "today, {email}");
            assert_eq!(register(&app, email, class.id, Some("2026-03-31")).await, all, "the last day, {email}");
            assert_eq!(register(&app, email, class.id, Some("2025-08-31")).await, Vec::<String>::new(), "before the year");
        }
        // The class is there for all staff of the trust; who is in it is not.
        for email in [&school.classes[1].teacher, &world.schools[1].head, &world.lead, &world.analyst, &world.moderator] {
            assert_eq!(register(&app, email, class.id, None).await, Vec::<String>::new(), "{email}");
        }
    }

    async fn registers_of_all_classes_take_as_many_statements_as_that_of_one(app) {
        let world = World::build(&app, Size { schools: 2, classes: 3, pupils: 4 }).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let asked = |filter: String| format!(
            "{{ classes(filter: {{ {filter} }}) {{ nodes {{ school {{ name }} pupils(first: 3, order: NAME) {{ totalCount pageInfo {{ hasNextPage }} nodes {{ familyName }} }} }} }} }}"
        );
        let one = head.ask(&asked(format!("school: {{ eq: \"{}\" }}, name: {{ eq: \"Class 1\" }}", global_id::<School>(world.schools[0].id)))).await;
        let all = head.ask(&asked(String::new())).await;
        assert_eq!(one.statements, all.statements);
        let classes = all.of("classes")["nodes"].as_array().unwrap();
        assert_eq!(classes.len(), 6);
        for class in classes {
            let page = &class["pupils"];
            let own = class["school"]["name"] == "School 1";
            assert_eq!(page["totalCount"], if own { 4 } else { 0 }, "{class:#}");
            assert_eq!(page["pageInfo"]["hasNextPage"], own);
            assert_eq!(names(page).len(), if own { 3 } else { 0 });
        }
        let school = "query($id: ID!) { school(id: $id) { pupils(first: 100) { totalCount nodes { id } } } }";
        for (email, there) in [(&world.schools[0].head, 12), (&world.schools[0].classes[0].teacher, 4), (&world.schools[1].head, 0)] {
            let asked = json!({ "id": global_id::<School>(world.schools[0].id) });
            let answer = app.sign_in(email).await.ask_with(school, asked).await;
            let page = &answer.of("school")["pupils"];
            assert_eq!((&page["totalCount"], page["nodes"].as_array().unwrap().len()), (&json!(there), there), "{email}");
        }
    }

    async fn pupils_are_found_by_their_place_their_needs_and_what_they_still_lack(app) {
        let world = World::build(&app, Size::default()).await;
        let (head, class) = (app.sign_in(&world.schools[0].head).await, &world.schools[0].classes[0]);
        first_leaves(&app, &world, "2026-03-31").await;
        judge_class(&app, &world, class, Term::Summer, "writing", &["EXS", "GDS", "WTS"]).await;
        let class = global_id::<Class>(class.id);
        let window = global_id::<plumbline::assessment::AssessmentWindow>(world.windows[&Term::Summer]);
        let here = format!("enrolments: {{ on: \"2026-07-01\", class: {{ eq: \"{class}\" }} }}");
        for (filter, found) in [
            ("enrolments: { on: \"2026-07-01\" }".to_owned(), 15),
            ("enrolments: { yearGroup: { eq: YEAR_4 } }".to_owned(), 8),
            ("enrolments: { classWhere: { name: { eq: \"Class 2\" }, schoolWhere: { name: { startsWithInsensitive: \"SCHOOL\" } } } }".to_owned(), 8),
            ("enrolments: { on: \"2026-07-01\", phaseWhere: { name: { eq: \"Key Stage 2\" } } }".to_owned(), 15),
            ("enrolments: { phaseWhere: { name: { eq: \"Key Stage 1\" } } }".to_owned(), 0),
            ("characteristics: { sen: { in: [SUPPORT, PLAN] } }".to_owned(), 4),
            ("characteristics: { sen: { ne: NONE }, academicYearWhere: { on: \"2026-07-01\" } }".to_owned(), 4),
            ("characteristics: { academicYearWhere: { on: \"2026-09-01\" } }".to_owned(), 0),
            (format!("{here}, judgements: {{ window: {{ eq: \"{window}\" }} }}"), 7),
            (format!("{here}, withoutJudgements: {{ window: {{ eq: \"{window}\" }}, isCurrent: {{ eq: true }} }}"), 0),
            (format!("withoutJudgements: {{ window: {{ eq: \"{window}\" }}, isCurrent: {{ eq: true }} }}"), 8),
            (format!("{here}, withoutJudgements: {{ windowWhere: {{ term: {{ eq: SPRING }} }} }}"), 7),
            (format!("{here}, withoutJudgements: {{ gradeWhere: {{ code: {{ eq: \"GDS\" }} }} }}"), 4),
            ("familyName: { eqInsensitive: \"family0-0-00\" }".to_owned(), 1),
            ("familyName: { notIn: [] }".to_owned(), 16),
            ("familyName: { ne: \"Family0-0-00\", containsInsensitive: \"Y0-0\" }".to_owned(), 7),
        ] {
            let answer = head.ask(&format!("{{ pupils(filter: {{ {filter} }}) {{ totalCount }} }}")).await;
            assert_eq!(*total(&answer), found, "{filter}");
        }
        // What is filtered by is what may be seen: a stranger to these places finds nobody by them.
        let elsewhere = app.sign_in(&world.schools[1].head).await;
        let answer = elsewhere.ask(&format!("{{ pupils(filter: {{ {here} }}) {{ totalCount }} }}")).await;
        assert_eq!(*total(&answer), 0);
    }

    async fn who_may_not_read_something_may_not_filter_by_it_either(app) {
        let world = World::build(&app, Size::default()).await;
        let office = Office::of(&app, &world).await;
        office.employ("senco@test.example", &[world.serving(0, "SENCO")]).await;
        let senco = app.sign_in("senco@test.example").await;
        let seen = senco.ask("{ pupils { totalCount } }").await;
        assert_eq!(*total(&seen), 4);
        let by = |filter: &str| format!("{{ pupils(filter: {{ characteristics: {{ {filter} }} }}) {{ totalCount }} }}");
        assert_eq!(*total(&senco.ask(&by("sen: { eq: SUPPORT }")).await), 4);
        let refused = senco.ask(&by("disadvantaged: { eq: true }")).await;
        assert_eq!((refused.error_code(), &refused.body["data"]), ("FORBIDDEN", &Value::Null));
        assert!(refused.body["errors"][0]["message"].as_str().unwrap().contains("filter by `disadvantaged`"), "{:#}", refused.body);
    }

    async fn names_are_found_whatever_their_case_and_accents(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 3 }).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let pupils = head.ask("{ pupils(order: NAME) { nodes { id version } } }").await.of("pupils")["nodes"].clone();
        for (nth, name) in ["Zoë", "Siân Ó Ceallaigh", "Łęcka-Straße"].iter().enumerate() {
            let input = json!({ "pupilId": pupils[nth]["id"], "expectedVersion": 1, "givenName": name });
            let answer = head.mutate("updatePupil", input, "pupil { givenName }").await;
            assert_eq!(answer.user_errors("updatePupil"), Vec::<String>::new());
        }
        for (operator, text, found) in [
            ("eqInsensitive", "zoe", 1), ("eqInsensitive", "ZOË", 1), ("eqInsensitive", "zo", 0),
            ("startsWithInsensitive", "SIAN o", 1), ("containsInsensitive", "cka-strasse", 1), ("containsInsensitive", "", 3),
            ("containsInsensitive", "%", 0), ("startsWithInsensitive", "_", 0), ("contains", "zoe", 0),
        ] {
            let answer = head.ask_with(
                &format!("query($text: String!) {{ pupils(filter: {{ givenName: {{ {operator}: $text }} }}) {{ totalCount }} }}"),
                json!({ "text": text }),
            ).await;
            assert_eq!(*total(&answer), found, "{operator} {text:?}");
        }
    }

    async fn the_viewer_is_told_who_they_are_where_they_are_now_and_what_they_may_do(app) {
        let world = World::build(&app, Size::default()).await;
        let me = "{ viewer { staffMember { email } appointments { role school { name } class { name } endsOn } classes { name school { name } }
            mayWrite { of places { schools { name } classes { name } subject { code } own } } } currentAcademicYear { year } }";
        let teacher = app.sign_in(&world.schools[0].classes[0].teacher).await.ask(me).await;
        let viewer = teacher.of("viewer");
        assert_eq!(viewer["staffMember"]["email"], world.schools[0].classes[0].teacher);
        assert_eq!(viewer["appointments"], json!([{ "role": "CLASS_TEACHER", "school": { "name": "School 1" }, "class": { "name": "Class 1" }, "endsOn": null }]));
        assert_eq!(viewer["classes"], json!([{ "name": "Class 1", "school": { "name": "School 1" } }]));
        assert_eq!(teacher.body["data"]["currentAcademicYear"]["year"], 2025);
        let may = |viewer: &Value| -> Vec<String> {
            viewer["mayWrite"].as_array().unwrap().iter().map(|may| may["of"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(may(viewer), ["Adaptation", "Judgement", "Plan", "PlanStep", "TaughtObjective"]);
        assert_eq!(viewer["mayWrite"][1]["places"], json!([{ "schools": null, "classes": [{ "name": "Class 1" }], "subject": null, "own": false }]));
        let head = app.sign_in(&world.schools[1].head).await.ask(me).await;
        let of_pupils = head.of("viewer")["mayWrite"].as_array().unwrap().iter().find(|may| may["of"] == "Pupil").unwrap();
        assert_eq!(of_pupils["places"][0]["schools"], json!([{ "name": "School 2" }]));
        // Of what lies in no school, an application that is kept to one writes nothing.
        Office::of(&app, &world).await.register("kept", &["WRITE"], Some(&[world.schools[0].id])).await;
        let kept = may(app.sign_in_through(&world.lead, "kept").await.ask(me).await.of("viewer"));
        assert!(kept.contains(&"School".to_owned()) && !kept.contains(&"Subject".to_owned()), "{kept:?}");
        assert!(may(app.sign_in(&world.lead).await.ask(me).await.of("viewer")).contains(&"Subject".to_owned()));
        assert_eq!(may(app.sign_in(&world.analyst).await.ask(me).await.of("viewer")), Vec::<String>::new());
        let nobody = app.sign_in(&world.nobody).await.ask(me).await;
        assert_eq!((&nobody.of("viewer")["appointments"], &nobody.of("viewer")["classes"], may(nobody.of("viewer"))), (&json!([]), &json!([]), vec![]));
        assert_eq!(nobody.body["data"]["currentAcademicYear"], Value::Null);
    }

    async fn years_windows_and_places_are_found_by_a_day(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        first_leaves(&app, &world, "2026-03-31").await;
        for (list, filter, found) in [
            ("academicYears", "on: \"2026-08-31\"", 1), ("academicYears", "on: \"2026-09-01\"", 0),
            ("academicYears", "startsOn: { lte: \"2025-09-01\" }", 1), ("academicYears", "endsOn: { lte: \"2026-08-30\" }", 0),
            ("assessmentWindows", "on: \"2026-03-31\"", 1), ("assessmentWindows", "on: \"2026-08-01\"", 0),
            ("assessmentWindows", "closesOn: { gte: \"2026-03-31\" }", 2), ("assessmentWindows", "academicYearWhere: { year: { eq: 2024 } }", 0),
            ("enrolments", "on: \"2026-04-01\"", 15), ("enrolments", "endsOn: { lte: \"2026-12-31\" }", 1),
            ("appointments", "on: \"2026-04-01\"", 3), ("appointments", "on: \"1999-01-01\"", 0),
            ("staffMembers", "appointments: { role: { eq: CLASS_TEACHER } }", 2), ("schools", "educationPhase: { ne: PRIMARY }", 0),
            ("subjects", "name: { containsInsensitive: \"MATH\" }", 1),
        ] {
            let answer = head.ask(&format!("{{ {list}(filter: {{ {filter} }}) {{ totalCount }} }}")).await;
            assert_eq!(answer.of(list)["totalCount"], found, "{list}: {filter}");
        }
        let wrong = global_id::<Enrolment>(Uuid::now_v7());
        let refused = head.ask(&format!("{{ pupils(filter: {{ enrolments: {{ class: {{ ne: \"{wrong}\" }} }} }}) {{ totalCount }} }}")).await;
        assert_eq!(refused.error_code(), "BAD_USER_INPUT", "an id of something else, in a filter within a filter");
    }
}
