//! An answer that many look at is made once, and never outlives what it is an answer to.

use plumbline::organisation::School;
use plumbline_tests::{Office, TestApp, db_test, global_id};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::editions::released;

const BY_SCHOOL: &str = r#"query($by: [AgreementDimension!]!) {
    moderationAgreement(where: { subject: "writing", academicYear: 2025, window: SUMMER }, by: $by) {
        precision rows { key { school { name } } result { __typename ... on Agreement { n } } } } }"#;

fn names(agreement: &Value) -> Vec<&str> {
    agreement["rows"].as_array().unwrap().iter().map(|row| row["key"]["school"]["name"].as_str().unwrap()).collect()
}

db_test! {
    async fn it_is_given_again_at_the_same_cost_until_something_is_committed(app) {
        let (world, lead, _) = released(&app).await;
        let analyst = app.sign_in(&world.analyst).await;
        let ask = async || analyst.ask_with(BY_SCHOOL, json!({ "by": ["SCHOOL"] })).await;
        let (first, again) = (ask().await, ask().await);
        assert_eq!(first["data"], again["data"]);
        assert!(first["data"]["moderationAgreement"]["rows"].as_array().unwrap().len() == 2, "{:#}", first.body);
        assert_eq!(first["extensions"]["cost"]["requested"], again["extensions"]["cost"]["requested"]);
        assert!(again.statements + 4 <= first.statements, "{} and {}: who asks is looked up alone", first.statements, again.statements);
        let other = analyst.ask_with(BY_SCHOOL, json!({ "by": ["SCHOOL", "YEAR_GROUP"] })).await;
        assert!(other.statements > again.statements, "another question");
        let of_lead = lead.ask_with(BY_SCHOOL, json!({ "by": ["SCHOOL"] })).await;
        assert!(of_lead.statements > again.statements, "somebody else");

        // Whoever changes something and asks again sees it.
        let rename = json!({ "schoolId": global_id::<School>(world.schools[0].id), "expectedVersion": 1, "name": "Renamed Primary School" });
        lead.mutate("updateSchool", rename, "school { name }").await;
        let answer = ask().await;
        assert!(names(answer.of("moderationAgreement")).contains(&"Renamed Primary School"), "{:#}", answer.body);
    }

    async fn who_loses_an_appointment_elsewhere_is_told_nothing_more_at_once(app) {
        let (world, _, _) = released(&app).await;
        let analyst = app.sign_in(&world.analyst).await;
        let ask = async || analyst.ask_with(BY_SCHOOL, json!({ "by": ["SCHOOL"] })).await;
        assert_eq!(names(ask().await.of("moderationAgreement")).len(), 2);
        // Another instance dismisses them: nothing is committed here.
        let dismissed = "UPDATE appointment SET ends_on = '2026-01-01', starts_on = '2025-12-01' WHERE role = 'TRUST_ANALYST'";
        app.raw.execute_unprepared(dismissed).await.unwrap();
        assert_eq!(names(ask().await.of("moderationAgreement")).len(), 0);
    }

    async fn exact_figures_are_made_and_recorded_each_time(app) {
        let (world, _, _) = released(&app).await;
        let office = Office::of(&app, &world).await;
        let person = office.person(&world.analyst).await;
        let grant = json!({
            "staffMemberId": person, "withNames": false, "exactFigures": true, "purpose": "Report to the board on writing",
            "expiresAt": TestApp::now() + chrono::Duration::days(30),
        });
        office.does("createAccessGrant", grant, "accessGrant { id }").await;
        let analyst = app.sign_in(&world.analyst).await;
        let before = app.audited().await;
        for _ in 0..3 {
            let answer = analyst.ask_with(BY_SCHOOL, json!({ "by": ["SCHOOL"] })).await;
            assert_eq!(answer.of("moderationAgreement")["precision"], "EXACT");
        }
        assert_eq!(app.recorded_after(before).await.len(), 3);
    }
}
