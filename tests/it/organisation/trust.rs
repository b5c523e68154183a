//! A trust lead sets the trust up: schools, academic years, phases.

use plumbline::organisation::{Phase, School};
use plumbline_tests::{Attempt, Office, Size, World, db_test, global_id};
use serde_json::{Value, json};

db_test! {
    async fn a_trust_lead_adds_a_school(app) {
        let world = World::build(&app, Size::default()).await;
        let create = Attempt::new(&app, "createSchool", "school { id urn laestab name version }", json!({
            "urn": 138_764, "laCode": 936, "establishmentNumber": 2092, "name": " Riverside ", "educationPhase": "PRIMARY",
            "lowestAge": 4, "highestAge": 11, "openedOn": "2012-09-01", "idempotencyKey": "school-1",
        }));
        for email in [&world.schools[0].head, &world.schools[0].classes[0].teacher, &world.analyst, &world.nobody] {
            create.refused(email, "FORBIDDEN").await;
        }
        for (field, value, error) in [
            ("laCode", json!(0), "INVALID laCode"),
            ("laCode", json!(70_000), "INVALID laCode"),
            ("establishmentNumber", json!(10_000), "INVALID establishmentNumber"),
            ("lowestAge", json!(12), "INVALID lowestAge"),
            ("highestAge", json!(99), "INVALID highestAge"),
            ("closedOn", json!("2012-08-31"), "INVALID closedOn"),
            ("openedOn", json!("0012-08-31"), "INVALID openedOn"),
            ("name", json!("  "), "INVALID name"),
            ("name", json!("x".repeat(101)), "INVALID name"),
            ("name", json!("River\u{0}side"), "INVALID name"),
            ("urn", json!(900_000), "DUPLICATE urn"),
            ("idempotencyKey", json!(""), "INVALID idempotencyKey"),
        ] {
            create.with(field, value).refused(&world.lead, error).await;
        }
        assert_eq!(create.with("urn", json!(12_345)).by(&world.lead).await.error_code(), "BAD_USER_INPUT");

        let before = app.everything().await;
        let school = create.done(&world.lead).await;
        assert_ne!(app.everything().await, before, "what `refused` compares sees a change");
        assert_eq!((&school["urn"], &school["laestab"], &school["name"]), (&json!(138_764), &json!("936/2092"), &json!("Riverside")));
        assert_eq!(create.done(&world.lead).await, school, "the same key again makes nothing new");
        assert_eq!(app.rows("school").await, 3);
        create.with("name", json!("Hillside")).refused(&world.lead, "IDEMPOTENCY_CONFLICT idempotencyKey").await;
    }

    async fn a_trust_lead_changes_a_school(app) {
        let world = World::build(&app, Size::default()).await;
        let other = World::build_another(&app, Size::default()).await;
        let update = Attempt::new(&app, "updateSchool", "school { name closedOn lowestAge highestAge version }", json!({
            "schoolId": global_id::<School>(world.schools[0].id), "expectedVersion": 1, "name": "Riverside",
        }));
        update.refused(&world.schools[0].head, "FORBIDDEN").await;
        update.refused(&other.lead, "NOT_FOUND schoolId").await;
        update.refused(&world.nobody, "NOT_FOUND schoolId").await;
        update.with("lowestAge", json!(12)).refused(&world.lead, "INVALID lowestAge").await;
        let school = update.with("closedOn", json!("2026-08-31")).done(&world.lead).await;
        assert_eq!(school, json!({ "name": "Riverside", "closedOn": "2026-08-31", "lowestAge": 4, "highestAge": 11, "version": 2 }));
        assert_eq!(update.with("name", json!("Too late")).stale(&world.lead).await["name"], "Riverside");

        let lead = app.sign_in(&world.lead).await;
        let input = json!({ "schoolId": global_id::<School>(world.schools[0].id), "expectedVersion": 2, "closedOn": null });
        let answer = lead.mutate("updateSchool", input, "school { name closedOn version }").await;
        assert_eq!(answer.of("updateSchool")["school"], json!({ "name": "Riverside", "closedOn": null, "version": 3 }));
    }

    async fn a_trust_lead_adds_an_academic_year(app) {
        let world = World::build(&app, Size::default()).await;
        let create = Attempt::new(&app, "createAcademicYear", "academicYear { year startsOn endsOn }", json!({ "year": 2026 }));
        create.refused(&world.schools[0].head, "FORBIDDEN").await;
        for (field, value, error) in [
            ("year", json!(1989), "INVALID year"),
            ("year", json!(2025), "DUPLICATE year"),
            ("startsOn", json!("2025-09-01"), "INVALID startsOn"),
            ("startsOn", json!("2026-08-01"), "INVALID startsOn"),
            ("endsOn", json!("2026-12-31"), "INVALID endsOn"),
        ] {
            create.with(field, value).refused(&world.lead, error).await;
        }
        let year = create.done(&world.lead).await;
        assert_eq!(year, json!({ "year": 2026, "startsOn": "2026-09-01", "endsOn": "2027-08-31" }));
    }

    async fn a_trust_lead_keeps_the_phases(app) {
        let world = World::build(&app, Size::default()).await;
        let create = Attempt::new(&app, "createPhase", "phase { id name version }", json!({
            "name": "Early Years", "lowestYearGroup": "NURSERY_1", "highestYearGroup": "RECEPTION", "idempotencyKey": "phase",
        }));
        create.refused(&world.schools[0].head, "FORBIDDEN").await;
        create.with("name", json!("Key Stage 1")).refused(&world.lead, "DUPLICATE name").await;
        create.with("lowestYearGroup", json!("YEAR_1")).refused(&world.lead, "INVALID lowestYearGroup").await;
        let phase = create.done(&world.lead).await;
        assert_eq!(create.done(&world.lead).await, phase);

        let update = Attempt::new(&app, "updatePhase", "phase { name highestYearGroup version }", json!({
            "phaseId": phase["id"], "expectedVersion": 1, "name": "Foundation",
        }));
        update.refused(&world.schools[0].head, "FORBIDDEN").await;
        update.with("name", json!("Key Stage 1")).refused(&world.lead, "DUPLICATE name").await;
        update.with("lowestYearGroup", json!("YEAR_1")).refused(&world.lead, "INVALID lowestYearGroup").await;
        update.with("phaseId", json!(global_id::<Phase>(uuid::Uuid::now_v7()))).refused(&world.lead, "NOT_FOUND phaseId").await;
        let changed = update.done(&world.lead).await;
        assert_eq!(changed, json!({ "name": "Foundation", "highestYearGroup": "RECEPTION", "version": 2 }));
        assert_eq!(update.stale(&world.lead).await, changed);
    }

    async fn the_year_groups_of_a_phase_are_changed_by_those_who_may_appoint_and_do_not_lead_it(app) {
        let world = World::build(&app, Size::default()).await;
        let office = Office::of(&app, &world).await;
        let second = office.employ("second@test.example", &[json!({ "role": "TRUST_LEAD" })]).await;
        let phase = world.phases[1];
        let mut leading = world.leading_phase(0, phase);
        leading["startsOn"] = json!("2026-09-01");
        office.appoint(&second, &leading).await;
        let update = |field: &str, value: Value| Attempt::new(&app, "updatePhase", "phase { version }", json!({
            "phaseId": global_id::<Phase>(phase), "expectedVersion": 1, field: value,
        }));
        let wider = update("lowestYearGroup", json!("NURSERY_1"));
        wider.refused("second@test.example", "INVALID lowestYearGroup").await;
        office.register("writer", &["WRITE"], None).await;
        office.register("access", &["WRITE", "WRITE_STAFF"], None).await;
        let through = wider.through(&app.sign_in_through(&world.lead, "writer").await).await;
        assert_eq!(through.user_errors("updatePhase"), ["FORBIDDEN"]);
        let (before, named) = (app.snapshot("phase").await, update("name", json!("Juniors")));
        assert!(before.iter().all(|row| row["version"] == 1), "{before:#?}");
        // The name does not say who sees whom.
        let through = named.through(&app.sign_in_through(&world.lead, "writer").await).await;
        assert_eq!(through.user_errors("updatePhase"), Vec::<String>::new());
        named.with("name", json!("Seniors")).with("expectedVersion", json!(2)).done("second@test.example").await;
        let through = wider.with("expectedVersion", json!(3)).through(&app.sign_in_through(&world.lead, "access").await).await;
        assert_eq!(through.user_errors("updatePhase"), Vec::<String>::new());
    }
}
