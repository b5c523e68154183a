//! Client applications: trust leads let them in and shut them out, and they never give more than both may.

use plumbline::access::ClientApplication;
use plumbline::moderation::SampledWork;
use plumbline::organisation::School;
use plumbline_tests::{ALL_SCOPES, Attempt, Office, Size, TestApp, World, db_test, global_id, judge_all};
use serde_json::{Value, json};
use uuid::Uuid;

const FIELDS: &str =
    "clientApplication { id name issuer clientId scopes keptToSchools { id } trustedDocumentsOnly revokedAt version }";

fn register<'a>(app: &'a TestApp, world: &World) -> Attempt<'a> {
    Attempt::new(
        app,
        "registerClient",
        FIELDS,
        json!({
            "name": "School MIS", "issuer": "https://login.example.org", "clientId": "mis-1", "scopes": ["SYNCHRONISE"],
            "schoolIds": [world.school(0)], "idempotencyKey": "k",
        }),
    )
}

db_test! {
    async fn only_trust_leads_let_client_applications_in_and_shut_them_out(app) {
        let world = World::build(&app, Size::default()).await;
        let register = register(&app, &world);
        let others = [&world.analyst, &world.moderator, &world.nobody, &world.schools[0].head, &world.schools[0].classes[0].teacher];
        for email in others {
            register.refused(email, "FORBIDDEN").await;
        }
        let client = register.done(&world.lead).await;
        assert_eq!(client, json!({
            "id": client["id"], "name": "School MIS", "issuer": "https://login.example.org", "clientId": "mis-1",
            "scopes": ["SYNCHRONISE"], "keptToSchools": [{ "id": world.school(0) }], "trustedDocumentsOnly": false,
            "revokedAt": null, "version": 1,
        }));
        let revoke = Attempt::new(&app, "revokeClient", FIELDS, json!({ "clientApplicationId": client["id"], "expectedVersion": 1 }));
        for email in others {
            revoke.refused(email, "NOT_FOUND clientApplicationId").await;
        }
        assert_eq!(revoke.with("expectedVersion", json!(2)).stale(&world.lead).await, client);
        let revoked = revoke.done(&world.lead).await;
        assert_eq!((&revoked["version"], revoked["revokedAt"].is_string()), (&json!(2), true));
        revoke.with("expectedVersion", json!(2)).refused(&world.lead, "WRONG_STATE clientApplicationId").await;
        let never = revoke.with("clientApplicationId", json!(global_id::<ClientApplication>(Uuid::now_v7())));
        never.refused(&world.lead, "NOT_FOUND clientApplicationId").await;
        // Once it is shut out, it may be registered anew.
        register.with("idempotencyKey", Value::Null).done(&world.lead).await;
    }

    async fn a_trust_lead_knows_the_clients_of_their_own_trust_alone(app) {
        let world = World::build(&app, Size::default()).await;
        let other = World::build_another(&app, Size::default()).await;
        let own = Office::of(&app, &world).await.register("own", &["COMPARE"], None).await;
        Office::of(&app, &other).await.register("theirs", &["COMPARE"], None).await;
        let question = "{ clientApplications { totalCount nodes { id } } }";
        for (email, known) in [(&world.lead, vec![own["id"].clone()]), (&world.schools[0].head, vec![])] {
            let answer = app.sign_in(email).await.ask(question).await;
            let nodes: Vec<Value> = known.iter().map(|id| json!({ "id": id })).collect();
            assert_eq!(answer.of("clientApplications"), &json!({ "totalCount": nodes.len(), "nodes": nodes }), "{email}");
        }
    }

    async fn through_a_client_that_is_kept_to_a_school_moderation_is_that_of_the_school(app) {
        let world = World::build(&app, Size { schools: 2, classes: 1, pupils: 4 }).await;
        for school in &world.schools {
            world.judge(&app, &school.classes[0], |_| "EXS").await;
        }
        let lead = app.sign_in(&world.lead).await;
        world.draw(&lead, "Writing, summer", 100, 4).await;
        judge_all(&app, &app.sign_in(&world.moderator).await, |first, _| first.to_owned()).await;
        let office = Office::of(&app, &world).await;
        let mut outcomes = Vec::new();
        for school in &world.schools {
            let work = app.work(world.trust, school.classes[0].id, "Writing, summer", 0).await;
            let input = json!({ "workId": global_id::<SampledWork>(work), "decision": "UNRESOLVED" });
            outcomes.push(office.does("recordModerationOutcome", input, "moderationOutcome { id }").await["id"].clone());
        }
        office.register("moderating", &["MODERATE"], None).await;
        office.register("kept", &["MODERATE"], Some(&[world.schools[0].id])).await;
        office.register("reading", &["READ_PUPILS"], None).await;
        let question = "query($ids: [ID!]!) { sampledWorks { totalCount } secondJudgements { totalCount } nodes(ids: $ids) { id } }";
        for (client, count, shown) in [("moderating", 8, [true, true]), ("kept", 4, [true, false]), ("reading", 0, [false, false])] {
            let answer = app.sign_in_through(&world.lead, client).await.ask_with(question, json!({ "ids": outcomes })).await;
            for list in ["sampledWorks", "secondJudgements"] {
                assert_eq!(answer.of(list)["totalCount"], count, "{list} through {client}");
            }
            for (at, shown) in shown.into_iter().enumerate() {
                assert_eq!(answer.of("nodes")[at]["id"] == outcomes[at], shown, "outcome {at} through {client}");
            }
        }
    }

    async fn a_client_that_is_kept_to_a_school_does_not_tell_a_moderator_of_which_school_work_is(app) {
        let world = World::build(&app, Size { schools: 2, classes: 1, pupils: 4 }).await;
        for school in &world.schools {
            world.judge(&app, &school.classes[0], |_| "EXS").await;
        }
        world.draw(&app.sign_in(&world.lead).await, "Writing, summer", 100, 4).await;
        let office = Office::of(&app, &world).await;
        office.register("whole", &["MODERATE", "WRITE"], None).await;
        office.register("kept", &["MODERATE", "WRITE"], Some(&[world.schools[0].id])).await;
        let work = app.work(world.trust, world.schools[0].classes[0].id, "Writing, summer", 0).await;
        let (id, question) = (global_id::<SampledWork>(work), "query($id: ID!) { sampledWorks { totalCount } secondJudgements { totalCount } node(id: $id) { id } }");
        let seen = async |client: &str| {
            let answer = app.sign_in_through(&world.moderator, client).await.ask_with(question, json!({ "id": id })).await;
            (answer.of("sampledWorks")["totalCount"].clone(), answer.of("secondJudgements")["totalCount"].clone(), answer.of("node")["id"].is_string())
        };
        assert_eq!((seen("whole").await, seen("kept").await), ((json!(8), json!(0), true), (json!(0), json!(0), false)));
        let input = json!({ "workId": id, "gradeCode": "EXS", "rationale": "Seen." });
        let judge = async |client: &str| {
            let moderator = app.sign_in_through(&world.moderator, client).await;
            moderator.mutate("recordSecondJudgement", input.clone(), "secondJudgement { id }").await.user_errors("recordSecondJudgement")
        };
        assert_eq!(judge("kept").await, ["NOT_FOUND workId"]);
        assert_eq!(judge("whole").await, Vec::<String>::new());
        assert_eq!((seen("whole").await, seen("kept").await), ((json!(8), json!(1), true), (json!(0), json!(0), false)));
    }

    async fn the_seed_is_for_applications_that_moderate_and_drawn_through_any_that_writes(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 6 }).await;
        world.judge(&app, &world.schools[0].classes[0], |_| "EXS").await;
        let office = Office::of(&app, &world).await;
        for (client, scopes) in [("writing", &["WRITE"][..]), ("comparing", &["COMPARE"]), ("moderating", &["MODERATE"])] {
            office.register(client, scopes, None).await;
        }
        office.register("kept", &["MODERATE"], Some(&[world.schools[0].id])).await;
        world.draw(&app.sign_in_through(&world.lead, "writing").await, "Writing, summer", 100, 6).await;
        for (client, shown) in [("writing", false), ("comparing", false), ("kept", false), ("moderating", true)] {
            let answer = app.sign_in_through(&world.lead, client).await.ask("{ moderationExercises { nodes { seed } } }").await;
            assert_eq!(answer.of("moderationExercises")["nodes"][0]["seed"].is_string(), shown, "{client}");
        }
        assert_eq!(app.rows("sampled_work").await, 6);
    }

    async fn each_limit_of_a_registration_holds_at_its_edge_and_is_refused_beyond_it(app) {
        let world = World::build(&app, Size::default()).await;
        let other = World::build_another(&app, Size::default()).await;
        let register = register(&app, &world).with("idempotencyKey", Value::Null);
        let issuer = |length: usize| json!(format!("https://{}", "x".repeat(length - 8)));
        let schools = |count: usize| json!(vec![world.school(0); count]);
        for (field, value, refusal) in [
            ("name", json!(""), "INVALID name"),
            ("name", json!("x".repeat(101)), "INVALID name"),
            ("name", json!("two\nlines"), "INVALID name"),
            ("name", json!("nul \0"), "INVALID name"),
            ("issuer", json!(""), "INVALID issuer"),
            ("issuer", json!("http://login.example.org"), "INVALID issuer"),
            ("issuer", issuer(501), "INVALID issuer"),
            ("clientId", json!(""), "INVALID clientId"),
            ("clientId", json!("with space"), "INVALID clientId"),
            ("clientId", json!("x".repeat(201)), "INVALID clientId"),
            ("scopes", json!([]), "INVALID scopes"),
            ("scopes", json!(["COMPARE", "COMPARE"]), "INVALID scopes"),
            ("schoolIds", Value::Null, "INVALID schoolIds"),
            ("schoolIds", json!([]), "INVALID schoolIds"),
            ("schoolIds", schools(101), "INVALID schoolIds"),
            ("schoolIds", json!([global_id::<School>(Uuid::now_v7())]), "NOT_FOUND schoolIds"),
            ("schoolIds", json!([world.school(0), other.school(0)]), "NOT_FOUND schoolIds"),
            ("idempotencyKey", json!("k".repeat(201)), "INVALID idempotencyKey"),
        ] {
            register.with(field, value).refused(&world.lead, refusal).await;
        }
        for (at, (field, value)) in [
            ("name", json!("é".repeat(100))),
            ("issuer", issuer(500)),
            ("issuer", json!("http://127.0.0.1:8080")),
            ("issuer", json!("development")),
            ("scopes", json!(ALL_SCOPES)),
            ("schoolIds", schools(100)),
            ("schoolIds", json!([world.school(1), world.school(0)])),
            ("trustedDocumentsOnly", json!(true)),
            ("idempotencyKey", json!("k".repeat(200))),
        ].into_iter().enumerate() {
            register.with("clientId", json!(format!("edge-{at}"))).with(field, value).done(&world.lead).await;
        }
        register.with("clientId", json!("x".repeat(200))).done(&world.lead).await;
    }

    async fn through_a_client_that_is_kept_to_a_school_nothing_of_the_whole_trust_is_changed(app) {
        let world = World::build(&app, Size::default()).await;
        let office = Office::of(&app, &world).await;
        let scopes = ["WRITE", "WRITE_STAFF", "READ_STAFF"];
        office.register("whole", &scopes, None).await;
        office.register("kept", &scopes, Some(&[world.schools[0].id])).await;
        let subject = Attempt::new(&app, "createSubject", "subject { id }", json!({ "code": "art", "name": "Art" }));
        let client = register(&app, &world).with("idempotencyKey", Value::Null);
        let before = (app.snapshot("subject").await, app.snapshot("client_application").await);
        let (kept, whole) = (app.sign_in_through(&world.lead, "kept").await, app.sign_in_through(&world.lead, "whole").await);
        assert_eq!(subject.through(&kept).await.user_errors("createSubject"), ["FORBIDDEN"]);
        assert_eq!(client.through(&kept).await.user_errors("registerClient"), ["FORBIDDEN"]);
        assert_eq!((app.snapshot("subject").await, app.snapshot("client_application").await), before);
        assert_eq!(subject.through(&whole).await.user_errors("createSubject"), Vec::<String>::new());
        assert_eq!(client.through(&whole).await.user_errors("registerClient"), Vec::<String>::new());
    }

    async fn a_client_that_may_write_gives_nobody_more_than_it_has(app) {
        let world = World::build(&app, Size::default()).await;
        let office = Office::of(&app, &world).await;
        office.register("writer", &["WRITE", "READ_STAFF", "READ_PUPILS"], None).await;
        office.register("access", &["WRITE_STAFF", "READ_STAFF"], None).await;
        let spare = office.register("spare", &["COMPARE"], None).await;
        let person = office.employ("bo@test.example", &[json!({ "role": "TRUST_ANALYST" })]).await;
        let grant = office.grant(&person, None, false).await;
        let held = office.appoint(&person, &json!({ "role": "MODERATOR" })).await;
        let access = [
            ("registerClient", "clientApplication { id }", json!({ "name": "New", "issuer": "development", "clientId": "new", "scopes": ALL_SCOPES, "schoolIds": [world.school(0)] })),
            ("revokeClient", "clientApplication { id }", json!({ "clientApplicationId": spare["id"], "expectedVersion": spare["version"] })),
            ("createAccessGrant", "accessGrant { id }", json!({ "staffMemberId": person, "withNames": true, "purpose": "To see them all", "expiresAt": "2026-08-01T00:00:00Z" })),
            ("revokeAccessGrant", "accessGrant { id }", json!({ "accessGrantId": grant["id"], "expectedVersion": grant["version"] })),
            ("createStaffMember", "staffMember { id }", json!({ "email": "new@test.example", "givenName": "Bo", "familyName": "Oak" })),
            ("updateStaffMember", "staffMember { id }", json!({ "staffMemberId": person, "expectedVersion": 1, "email": "mine@test.example" })),
            ("createAppointment", "appointment { id }", json!({ "staffMemberId": person, "role": "TRUST_LEAD" })),
            ("endAppointment", "appointment { id }", json!({ "appointmentId": held["id"], "expectedVersion": 1, "endsOn": "2026-07-31" })),
        ];
        let tables = ["client_application", "access_grant", "staff_member", "appointment", "subject"];
        let mut before = Vec::new();
        for table in tables {
            before.push(app.snapshot(table).await);
        }
        let writer = app.sign_in_through(&world.lead, "writer").await;
        for (mutation, object, input) in &access {
            let answer = writer.mutate(mutation, input.clone(), object).await;
            assert_eq!(answer.user_errors(mutation), ["FORBIDDEN"], "{mutation}: {:#}", answer.body);
        }
        let (subject, object) = (json!({ "code": "art", "name": "Art" }), "subject { id }");
        let answer = app.sign_in_through(&world.lead, "access").await.mutate("createSubject", subject.clone(), object).await;
        assert_eq!(answer.user_errors("createSubject"), ["FORBIDDEN"]);
        for (table, before) in tables.iter().zip(before) {
            assert_eq!(app.snapshot(table).await, before, "{table} is as it was");
        }
        assert_eq!(writer.mutate("createSubject", subject, object).await.user_errors("createSubject"), Vec::<String>::new());
        for (mutation, object, input) in access {
            let answer = app.sign_in_through(&world.lead, "access").await.mutate(mutation, input, object).await;
            assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{mutation}: {:#}", answer.body);
        }
    }

    async fn a_client_is_registered_once_for_its_issuer_and_the_same_key_registers_once(app) {
        let world = World::build(&app, Size::default()).await;
        let other = World::build_another(&app, Size::default()).await;
        let register = register(&app, &world);
        let client = register.done(&world.lead).await;
        assert_eq!(register.done(&world.lead).await, client);
        assert_eq!(app.rows("client_application").await, 1);
        register.with("name", json!("Another")).refused(&world.lead, "IDEMPOTENCY_CONFLICT idempotencyKey").await;
        let again = register.with("idempotencyKey", Value::Null);
        again.refused(&world.lead, "DUPLICATE clientId").await;
        // Another trust registers its own, and hears nothing of this one.
        again.with("schoolIds", json!([other.school(0)])).done(&other.lead).await;
        let there = again.with("schoolIds", json!([other.school(0)]));
        there.with("issuer", json!("https://elsewhere.example.org")).done(&other.lead).await;
    }

    async fn a_client_that_is_shut_out_is_answered_nothing_at_the_next_request(app) {
        let world = World::build(&app, Size::default()).await;
        let office = Office::of(&app, &world).await;
        let client = office.register("mis", &["SYNCHRONISE", "READ_PUPILS"], Some(&[world.schools[0].id])).await;
        let (mis, head) = (app.sign_in_client("mis"), app.sign_in_through(&world.schools[0].head, "mis").await);
        let count = "{ pupils { totalCount } }";
        for caller in [&mis, &head] {
            assert_eq!(caller.ask(count).await.of("pupils")["totalCount"], 16);
        }
        office.does("revokeClient", json!({ "clientApplicationId": client["id"], "expectedVersion": 1 }), "clientApplication { id }").await;
        for caller in [&mis, &head] {
            let answer = caller.ask(count).await;
            assert_eq!((answer.status.as_u16(), answer.error_code()), (401, "UNAUTHENTICATED"));
            assert!(answer.body.get("data").is_none());
        }
        // The person themselves is not shut out.
        assert_eq!(app.sign_in(&world.schools[0].head).await.ask(count).await.of("pupils")["totalCount"], 16);
    }

    async fn a_client_gives_a_person_what_both_may_and_an_application_of_another_trust_gives_nothing(app) {
        let world = World::build(&app, Size::default()).await;
        let other = World::build_another(&app, Size::default()).await;
        let office = Office::of(&app, &world).await;
        office.register("reading", &["READ_PUPILS"], None).await;
        office.register("everything", ALL_SCOPES, Some(&[world.schools[0].id])).await;
        let head = &world.schools[0].head;
        let question = "{ pupils { totalCount } staffMembers { totalCount } schools { totalCount } }";
        for (email, client, pupils, staff) in [
            (head, "reading", 16, 0), (head, "everything", 16, 3),
            (&world.schools[1].head, "everything", 0, 0), (&world.analyst, "reading", 0, 0), (&world.lead, "reading", 0, 0),
        ] {
            let answer = app.sign_in_through(email, client).await.ask(question).await;
            assert_eq!(answer["data"], json!({
                "pupils": { "totalCount": pupils }, "staffMembers": { "totalCount": staff }, "schools": { "totalCount": 2 },
            }), "{email} through {client}");
        }
        let update = json!({ "pupilId": global_id::<plumbline::organisation::Pupil>(world.schools[0].classes[0].pupils[0]), "expectedVersion": 1, "givenName": "Renamed" });
        let refused = app.sign_in_through(head, "reading").await.mutate("updatePupil", update.clone(), "pupil { id }").await;
        assert_eq!(refused.user_errors("updatePupil"), ["FORBIDDEN"]);
        let done = app.sign_in_through(head, "everything").await.mutate("updatePupil", update, "pupil { givenName }").await;
        assert_eq!(done.of("updatePupil")["pupil"]["givenName"], "Renamed");
        let foreign = app.sign_in_through(&other.schools[0].head, "reading").await.ask(question).await;
        assert_eq!(foreign.status.as_u16(), 401);
    }

    async fn a_mis_reads_back_by_which_number_it_knows_a_pupil_and_no_more(app) {
        let world = World::build(&app, Size::default()).await;
        Office::of(&app, &world).await.register("mis", &["SYNCHRONISE"], Some(&[world.schools[0].id])).await;
        let mis = app.sign_in_client("mis");
        let fields = "upn givenName familyName dateOfBirth sex";
        let known = mis.ask(&format!("{{ pupils(first: 100) {{ nodes {{ id {fields} characteristics {{ nodes {{ id version sen disadvantaged }} }} }} }} judgements {{ totalCount }} }}")).await;
        assert_eq!(known.of("judgements")["totalCount"], 0);
        let pupils = known.of("pupils")["nodes"].as_array().unwrap();
        assert_eq!(pupils.len(), 16);
        for pupil in pupils {
            assert!(pupil["upn"].is_string());
            for hidden in ["givenName", "familyName", "dateOfBirth", "sex"] {
                assert!(pupil[hidden].is_null(), "{hidden}");
            }
            let characteristics = &pupil["characteristics"]["nodes"][0];
            assert!(characteristics["id"].is_string() && characteristics["version"] == 1);
            assert!(characteristics["sen"].is_null() && characteristics["disadvantaged"].is_null());
        }
        // What it changes comes back to it in the same way, and what it did not name stays as it is.
        let changed = json!({ "pupilId": pupils[0]["id"], "expectedVersion": 1, "givenName": "Renamed" });
        let answer = mis.mutate("updatePupil", changed, &format!("pupil {{ {fields} version }}")).await;
        let shown = &answer.of("updatePupil")["pupil"];
        assert!(shown["givenName"].is_null() && shown["familyName"].is_null() && shown["version"] == 2, "{shown}");
        let head = app.sign_in(&world.schools[0].head).await;
        let pupil = head.ask_with(&format!("query($id: ID!) {{ pupil(id: $id) {{ {fields} }} }}"), json!({ "id": pupils[0]["id"] })).await;
        let pupil = pupil.of("pupil");
        assert_eq!(pupil["givenName"], "Renamed");
        assert!(pupil["familyName"].as_str().unwrap().starts_with("Family") && pupil["sex"].is_string());
    }
}
