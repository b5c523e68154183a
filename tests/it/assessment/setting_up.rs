//! A trust lead says on which scale and when work is judged.

use plumbline::organisation::AcademicYear;
use plumbline_tests::{Attempt, Size, World, db_test, global_id};
use serde_json::{Value, json};
use uuid::Uuid;

db_test! {
    async fn a_trust_lead_adds_an_assessment_window(app) {
        let world = World::build(&app, Size::default()).await;
        let next = Attempt::new(&app, "createAcademicYear", "academicYear { id }", json!({ "year": 2026 })).done(&world.lead).await;
        let create = Attempt::new(&app, "createAssessmentWindow", "assessmentWindow { id term opensOn closesOn }", json!({
            "academicYearId": next["id"], "term": "AUTUMN", "opensOn": "2026-11-01", "closesOn": "2026-12-18", "idempotencyKey": "w",
        }));
        for email in [&world.schools[0].head, &world.schools[0].classes[0].teacher, &world.analyst, &world.nobody] {
            create.refused(email, "FORBIDDEN").await;
        }
        for (field, value, error) in [
            ("opensOn", json!("2026-08-31"), "INVALID opensOn"),
            ("closesOn", json!("2027-09-01"), "INVALID closesOn"),
            ("closesOn", json!("2026-10-31"), "INVALID closesOn"),
            ("academicYearId", json!(global_id::<AcademicYear>(Uuid::now_v7())), "NOT_FOUND academicYearId"),
        ] {
            create.with(field, value).refused(&world.lead, error).await;
        }
        let window = create.done(&world.lead).await;
        assert_eq!(create.done(&world.lead).await, window);
        create.with("idempotencyKey", Value::Null).refused(&world.lead, "DUPLICATE term").await;
        create.with("closesOn", json!("2026-12-19")).refused(&world.lead, "IDEMPOTENCY_CONFLICT idempotencyKey").await;
    }

    async fn a_trust_lead_adds_a_framework_with_its_grades(app) {
        let world = World::build(&app, Size::default()).await;
        let grade = |code: &str| json!({ "code": code, "name": format!("Grade {code}") });
        let create = Attempt::new(&app, "createFramework", "framework { id code grades { nodes { code rank } } }", json!({
            "code": "ks1-ta", "edition": "2018", "name": "Key Stage 1", "grades": [grade("WTS"), grade("EXS"), grade("GDS")],
            "otherCodes": [grade("A")], "idempotencyKey": "f",
        }));
        for email in [&world.schools[0].head, &world.analyst, &world.nobody] {
            create.refused(email, "FORBIDDEN").await;
        }
        for (field, value, error) in [
            ("code", json!("KS1"), "INVALID code"),
            ("edition", json!(""), "INVALID edition"),
            ("name", json!(""), "INVALID name"),
            ("grades", json!([grade("ONE")]), "INVALID grades"),
            ("grades", json!((0..31).map(|at| grade(&format!("G{at}"))).collect::<Vec<_>>()), "INVALID grades"),
            ("grades", json!([grade("A B"), grade("EXS"), grade("EXS")]), "INVALID grades.0.code, DUPLICATE grades.2.code"),
            ("grades", json!([grade("EXS"), grade("ELEVENCHARS")]), "INVALID grades.1.code"),
            ("grades", json!([grade("EXS"), { "code": "GDS", "name": "" }]), "INVALID grades.1.name"),
            ("otherCodes", json!([grade("EXS")]), "DUPLICATE otherCodes.0.code"),
        ] {
            create.with(field, value).refused(&world.lead, error).await;
        }
        create.with("code", json!("ks-ta")).with("edition", json!("2025")).refused(&world.lead, "DUPLICATE edition").await;
        let framework = create.done(&world.lead).await;
        assert_eq!(framework["grades"]["nodes"], json!([
            { "code": "A", "rank": null }, { "code": "EXS", "rank": 1 }, { "code": "GDS", "rank": 2 }, { "code": "WTS", "rank": 0 },
        ]));
        assert_eq!(create.done(&world.lead).await, framework);
        create.with("name", json!("Other")).refused(&world.lead, "IDEMPOTENCY_CONFLICT idempotencyKey").await;
    }
}
