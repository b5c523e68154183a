//! How many statements an answer takes depends on the shape of the question, not on the rows.

use plumbline_tests::{Size, TestApp, World, db_test, judge_all};

const NESTED: &str = "{ classes(first: 10) { nodes { name school { name } academicYear { year } enrolments(first: 12) { totalCount nodes {
    pupil { familyName judgements(first: 5) { nodes { grade { code } subject { code } window { term } judgedBy { familyName } } }
            characteristics { nodes { disadvantaged } } } } } } } }";

const AGREEMENT: &str = r#"{ moderationAgreement(where: { subject: "writing", academicYear: 2025, window: SUMMER }, by: [SCHOOL, YEAR_GROUP]) {
    population { pupils schools sampled moderated }
    rows { key { school { name } yearGroup } result { __typename ... on Agreement { n matrix { from to count } } } } } }"#;

async fn moderated_world(app: &TestApp, size: Size) -> World {
    let world = World::build(app, size).await;
    for class in world.schools.iter().flat_map(|school| &school.classes) {
        world.judge(app, class, |at| ["WTS", "EXS", "GDS"][at % 3]).await;
    }
    let lead = app.sign_in(&world.lead).await;
    let exercise = world.draw(&lead, "Writing", 100, 6).await;
    let moderator = app.sign_in(&world.moderator).await;
    judge_all(app, &moderator, |first, at| if at % 5 == 0 { "EXS".into() } else { first.into() }).await;
    world.advance(&lead, &exercise, &["DISCUSSING", "RELEASED"]).await;
    world
}

db_test! {
    async fn statements_do_not_grow_with_the_rows(app) {
        let small = moderated_world(&app, Size { schools: 1, classes: 1, pupils: 24 }).await;
        let other = TestApp::like(&app).await;
        let large = moderated_world(&other, Size { schools: 3, classes: 3, pupils: 10 }).await;
        let nested = app.sign_in(&small.schools[0].head).await.ask(NESTED).await;
        let nested_large = other.sign_in(&large.schools[0].head).await.ask(NESTED).await;
        assert_eq!(nested_large.of("classes")["nodes"].as_array().unwrap().len(), 9);
        assert!(nested.body["errors"].is_null());
        assert_eq!(nested.statements, nested_large.statements, "as many for a class as for nine");

        let few = app.sign_in(&small.analyst).await.ask(AGREEMENT).await;
        let many = other.sign_in(&large.analyst).await.ask(AGREEMENT).await;
        assert_eq!(few.of("moderationAgreement")["rows"].as_array().unwrap().len(), 1);
        assert_eq!(many.of("moderationAgreement")["rows"].as_array().unwrap().len(), 9);
        assert_eq!(few.statements, many.statements, "as many for one row as for nine");
        assert!(many.statements <= 16, "{} statements", many.statements);
    }
}
