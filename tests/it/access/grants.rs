//! Grants: they begin, they end at their moment, they are taken back at once, and nobody gives one to themselves.

use chrono::Duration;
use plumbline::access::AccessGrant;
use plumbline::organisation::{School, StaffMember};
use plumbline_tests::{Attempt, Office, Size, TestApp, World, db_test, global_id};
use serde_json::{Value, json};
use uuid::Uuid;

const FIELDS: &str = "accessGrant { id withNames purpose expiresAt revokedAt version }";

/// A sound grant to the analyst of a world for its first school, in full.
async fn sound<'a>(app: &'a TestApp, world: &World) -> Attempt<'a> {
    let analyst = Office::of(app, world).await.person(&world.analyst).await;
    Attempt::new(
        app,
        "createAccessGrant",
        FIELDS,
        json!({
            "staffMemberId": analyst, "schoolId": world.school(0), "withNames": true,
            "purpose": "Audit of writing", "expiresAt": TestApp::now() + Duration::days(30), "idempotencyKey": "k",
        }),
    )
}

fn after(duration: Duration) -> Value {
    json!(TestApp::now() + duration)
}

db_test! {
    async fn a_grant_counts_from_when_it_is_given_until_its_moment(app) {
        let world = World::build(&app, Size::default()).await;
        let until = TestApp::now() + Duration::minutes(10);
        sound(&app, &world).await.with("expiresAt", json!(until)).done(&world.lead).await;
        let second = Duration::seconds(1);
        for (moment, pupils) in [
            (TestApp::now() - second, 0), (TestApp::now(), 16), (until - second, 16), (until, 0), (until + second, 0),
        ] {
            let analyst = app.sign_in_at(&world.analyst, moment).await;
            let answer = analyst.ask("{ pupils { totalCount } judgements { totalCount } viewer { accessGrants { purpose } } }").await;
            assert_eq!(answer.of("pupils")["totalCount"], pupils, "{moment}");
            assert_eq!(answer.of("viewer")["accessGrants"].as_array().map(Vec::len), Some(usize::from(pupils > 0)), "{moment}");
        }
    }

    async fn a_grant_that_is_taken_back_bites_at_the_next_request(app) {
        let world = World::build(&app, Size::default()).await;
        let grant = sound(&app, &world).await.done(&world.lead).await;
        let analyst = app.sign_in(&world.analyst).await;
        let seen = "{ pupils(first: 1) { totalCount nodes { id familyName } } }";
        let answer = analyst.ask(seen).await;
        assert_eq!(answer.of("pupils")["totalCount"], 16);
        let pupil = answer.of("pupils")["nodes"][0]["id"].clone();

        let revoke = Attempt::new(&app, "revokeAccessGrant", FIELDS, json!({ "accessGrantId": grant["id"], "expectedVersion": 1 }));
        for (email, code) in [
            (&world.analyst, "FORBIDDEN"), (&world.nobody, "NOT_FOUND accessGrantId"), (&world.moderator, "NOT_FOUND accessGrantId"),
            (&world.schools[0].head, "NOT_FOUND accessGrantId"), (&world.schools[0].classes[0].teacher, "NOT_FOUND accessGrantId"),
        ] {
            revoke.refused(email, code).await;
        }
        assert_eq!(revoke.with("expectedVersion", json!(2)).stale(&world.lead).await, grant);
        let revoked = revoke.done(&world.lead).await;
        assert_eq!((&revoked["version"], revoked["revokedAt"].is_string()), (&json!(2), true));

        // The same token, the next request.
        assert_eq!(analyst.ask(seen).await.of("pupils")["totalCount"], 0);
        let node = analyst.ask_with("query($id: ID!) { node(id: $id) { id } }", json!({ "id": pupil })).await;
        assert_eq!(node.body["data"], json!({ "node": null }));
        revoke.with("expectedVersion", json!(2)).refused(&world.lead, "WRONG_STATE accessGrantId").await;
        let never = revoke.with("accessGrantId", json!(global_id::<AccessGrant>(Uuid::now_v7())));
        never.refused(&world.lead, "NOT_FOUND accessGrantId").await;
    }

    async fn a_grant_of_another_trust_is_not_there(app) {
        let world = World::build(&app, Size::default()).await;
        let other = World::build_another(&app, Size::default()).await;
        let grant = sound(&app, &other).await.done(&other.lead).await;
        let revoke = Attempt::new(&app, "revokeAccessGrant", FIELDS, json!({ "accessGrantId": grant["id"], "expectedVersion": 1 }));
        let foreign = revoke.refused(&world.lead, "NOT_FOUND accessGrantId").await;
        let never = revoke.with("accessGrantId", json!(global_id::<AccessGrant>(Uuid::now_v7()))).refused(&world.lead, "NOT_FOUND accessGrantId").await;
        assert_eq!(foreign.body, never.body);
    }

    async fn nobody_grants_to_themselves_and_only_trust_leads_grant_at_all(app) {
        let world = World::build(&app, Size::default()).await;
        let grant = sound(&app, &world).await;
        let office = Office::of(&app, &world).await;
        let themselves = grant.with("staffMemberId", office.person(&world.lead).await);
        themselves.refused(&world.lead, "INVALID staffMemberId").await;
        for email in [&world.analyst, &world.moderator, &world.nobody, &world.schools[0].head, &world.schools[0].classes[0].teacher] {
            grant.refused(email, "FORBIDDEN").await;
            grant.with("staffMemberId", office.person(email).await).refused(email, "FORBIDDEN").await;
        }
        grant.done(&world.lead).await;
    }

    async fn a_grant_without_an_appointment_gives_nothing(app) {
        let world = World::build(&app, Size::default()).await;
        let nobody = Office::of(&app, &world).await.person(&world.nobody).await;
        sound(&app, &world).await.with("staffMemberId", nobody).done(&world.lead).await;
        let answer = app.sign_in(&world.nobody).await.ask("{ pupils { totalCount } trust { name } accessGrants { totalCount } }").await;
        assert_eq!(answer["data"], json!({ "pupils": { "totalCount": 0 }, "trust": null, "accessGrants": { "totalCount": 1 } }));
    }

    async fn a_grant_gives_no_leave_to_write(app) {
        let world = World::build(&app, Size::default()).await;
        sound(&app, &world).await.done(&world.lead).await;
        let pupil = global_id::<plumbline::organisation::Pupil>(world.schools[0].classes[0].pupils[0]);
        let update = Attempt::new(&app, "updatePupil", "pupil { id }", json!({ "pupilId": pupil, "expectedVersion": 1, "givenName": "Other" }));
        update.refused(&world.analyst, "FORBIDDEN").await;
    }

    async fn each_limit_of_a_grant_holds_at_its_edge_and_is_refused_beyond_it(app) {
        let world = World::build(&app, Size::default()).await;
        let other = World::build_another(&app, Size::default()).await;
        let grant = sound(&app, &world).await.with("idempotencyKey", Value::Null);
        let second = Duration::seconds(1);
        let stranger = Office::of(&app, &other).await.person(&other.analyst).await;
        for (field, value, refusal) in [
            ("purpose", json!("nine char"), "INVALID purpose"),
            ("purpose", json!("   nine char   "), "INVALID purpose"),
            ("purpose", json!("x".repeat(501)), "INVALID purpose"),
            ("purpose", json!("one line\nand another"), "INVALID purpose"),
            ("purpose", json!("a \0 that cannot be kept"), "INVALID purpose"),
            ("expiresAt", after(Duration::zero()), "INVALID expiresAt"),
            ("expiresAt", after(-second), "INVALID expiresAt"),
            ("expiresAt", after(Duration::days(366) + second), "INVALID expiresAt"),
            ("staffMemberId", json!(global_id::<StaffMember>(Uuid::now_v7())), "NOT_FOUND staffMemberId"),
            ("staffMemberId", stranger, "NOT_FOUND staffMemberId"),
            ("schoolId", json!(global_id::<School>(Uuid::now_v7())), "NOT_FOUND schoolId"),
            ("schoolId", json!(other.school(0)), "NOT_FOUND schoolId"),
            ("idempotencyKey", json!(""), "INVALID idempotencyKey"),
            ("idempotencyKey", json!("k".repeat(201)), "INVALID idempotencyKey"),
        ] {
            grant.with(field, value).refused(&world.lead, refusal).await;
        }
        for (field, value) in [
            ("purpose", json!("ten chars!")),
            ("purpose", json!("é".repeat(500))),
            ("expiresAt", after(second)),
            ("expiresAt", after(Duration::days(366))),
            ("schoolId", Value::Null),
            ("idempotencyKey", json!("k".repeat(200))),
        ] {
            grant.with(field, value).done(&world.lead).await;
        }
        let wrong = grant.with("staffMemberId", json!(world.school(0))).by(&world.lead).await;
        assert_ne!(wrong.error_code(), "no error", "the id of a school is no id of a person");
        assert!(wrong["errors"][0]["message"].as_str().unwrap().contains("the id of a School; the id of a StaffMember is needed"), "{:#}", wrong.body);
    }

    async fn the_same_key_gives_one_grant(app) {
        let world = World::build(&app, Size::default()).await;
        let grant = sound(&app, &world).await;
        let given = grant.done(&world.lead).await;
        assert_eq!(grant.done(&world.lead).await, given);
        assert_eq!(app.rows("access_grant").await, 1);
        grant.with("withNames", json!(false)).refused(&world.lead, "IDEMPOTENCY_CONFLICT idempotencyKey").await;
    }
}
