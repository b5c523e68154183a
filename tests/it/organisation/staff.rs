//! Accounts and appointments: who gives what to whom, and that it ends at once.

use plumbline::{
    curriculum::Subject,
    organisation::{Appointment, Class, Phase, School, StaffMember},
};
use plumbline_tests::{Attempt, Office, Size, TestApp, World, db_test, global_id};
use serde_json::{Value, json};
use uuid::Uuid;

async fn person(app: &TestApp, email: &str) -> Value {
    let found = plumbline_tests::find_staff_by_email(&app.db, email).await.unwrap();
    json!(global_id::<StaffMember>(found.unwrap().id))
}

/// The only appointment of somebody: its id and version.
async fn appointment(app: &TestApp, email: &str) -> Value {
    let answer =
        app.sign_in(email).await.ask("{ appointments(filter: {}) { nodes { id staffMember { email } } } }").await;
    let nodes = answer.of("appointments")["nodes"].as_array().unwrap().clone();
    nodes.into_iter().find(|node| node["staffMember"]["email"] == email).unwrap()["id"].clone()
}

db_test! {
    async fn a_senior_leader_makes_an_account_and_appoints_a_class_teacher_who_then_sees_the_class(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, head) = (&world.schools[0], &world.schools[0].head);
        let create = Attempt::new(&app, "createStaffMember", "staffMember { id email version }", json!({
            "email": " New.Teacher@Test.Example", "givenName": "New", "familyName": "Teacher", "idempotencyKey": "k",
        }));
        for email in [&school.classes[0].teacher, &world.analyst, &world.moderator, &world.nobody] {
            create.refused(email, "FORBIDDEN").await;
        }
        for (field, value) in [("email", json!("no address")), ("givenName", json!("")), ("familyName", json!("a\nb"))] {
            create.with(field, value).refused(head, &format!("INVALID {field}")).await;
        }
        let account = create.done(head).await;
        assert_eq!(account["email"], "new.teacher@test.example");
        assert_eq!(create.done(head).await, account);
        let newcomer = "new.teacher@test.example";
        assert_eq!(app.sign_in(newcomer).await.ask("{ pupils { totalCount } }").await.of("pupils")["totalCount"], 0);

        let appoint = Attempt::new(&app, "createAppointment", "appointment { id role startsOn endsOn version }", json!({
            "staffMemberId": account["id"], "role": "CLASS_TEACHER", "schoolId": global_id::<School>(school.id),
            "classId": global_id::<Class>(school.classes[1].id), "idempotencyKey": "k",
        }));
        let appointed = appoint.done(head).await;
        assert_eq!(appointed["startsOn"], "2026-07-01");
        assert_eq!(appoint.done(head).await, appointed, "the same key again appoints nobody twice");
        appoint.with("idempotencyKey", Value::Null).refused(head, "DUPLICATE role").await;
        assert_eq!(app.sign_in(newcomer).await.ask("{ pupils { totalCount } }").await.of("pupils")["totalCount"], 8);

        let end = Attempt::new(&app, "endAppointment", "appointment { endsOn version }", json!({
            "appointmentId": appointed["id"], "expectedVersion": 1,
        }));
        end.refused(newcomer, "FORBIDDEN").await;
        end.refused(&world.schools[1].head, "NOT_FOUND appointmentId").await;
        end.with("endsOn", json!("2026-06-29")).refused(head, "INVALID endsOn").await;
        end.with("expectedVersion", json!(7)).stale(head).await;
        assert_eq!(end.done(head).await, json!({ "endsOn": "2026-06-30", "version": 2 }));
        let after = app.sign_in(newcomer).await.ask("{ pupils { totalCount } classes { totalCount } }").await;
        assert_eq!((&after.of("pupils")["totalCount"], &after.of("classes")["totalCount"]), (&json!(0), &json!(0)));
        end.with("expectedVersion", json!(2)).refused(head, "WRONG_STATE appointmentId").await;
    }

    async fn an_address_that_looks_like_that_of_a_colleague_is_refused_and_the_letter_is_shown(app) {
        let world = World::build(&app, Size::default()).await;
        let create = Attempt::new(&app, "createStaffMember", "staffMember { id email }", json!({
            "email": world.analyst.replacen('a', "\u{430}", 1), "givenName": "Ann", "familyName": "Lee",
        }));
        let refused = create.refused(&world.lead, "INVALID email").await;
        let message = refused.of("createStaffMember")["userErrors"][0]["message"].to_string();
        assert!(message.contains("U+0430"), "{message}");
        let update = Attempt::new(&app, "updateStaffMember", "staffMember { id }", json!({
            "staffMemberId": person(&app, &world.nobody).await, "expectedVersion": 1,
            "email": world.analyst.replacen('a', "\u{251}", 1),
        }));
        update.refused(&world.lead, "INVALID email").await;
    }

    async fn a_senior_leader_gives_nothing_beyond_their_school(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, head) = (&world.schools[0], &world.schools[0].head);
        let (own, elsewhere) = (global_id::<School>(school.id), global_id::<School>(world.schools[1].id));
        let appoint = Attempt::new(&app, "createAppointment", "appointment { id }", json!({
            "staffMemberId": person(&app, &school.classes[0].teacher).await, "role": "SENCO", "schoolId": own,
        }));
        for role in ["TRUST_LEAD", "TRUST_ANALYST", "MODERATOR"] {
            let trust_wide = appoint.with("role", json!(role)).with("schoolId", Value::Null);
            trust_wide.refused(head, "FORBIDDEN").await;
            trust_wide.with("staffMemberId", person(&app, head).await).refused(head, "FORBIDDEN").await;
            appoint.with("role", json!(role)).refused(head, "INVALID schoolId").await;
        }
        let there = appoint.with("schoolId", json!(elsewhere));
        there.refused(head, "FORBIDDEN").await;
        there.with("role", json!("SENIOR_LEADER")).with("staffMemberId", person(&app, head).await).refused(head, "FORBIDDEN").await;
        appoint.with("staffMemberId", person(&app, &world.schools[1].classes[0].teacher).await)
            .refused(head, "NOT_FOUND staffMemberId").await;
        for email in [&school.classes[0].teacher, &world.analyst, &world.nobody] {
            let code = if email == &world.nobody { "NOT_FOUND schoolId" } else { "FORBIDDEN" };
            appoint.refused(email, code).await;
        }
        appoint.done(head).await;
    }

    async fn nobody_appoints_themselves_or_prolongs_their_own_appointment(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, head) = (&world.schools[0], &world.schools[0].head);
        let own = global_id::<School>(school.id);
        let appoint = Attempt::new(&app, "createAppointment", "appointment { id version }", json!({
            "staffMemberId": person(&app, &world.lead).await, "role": "SENIOR_LEADER", "schoolId": own,
        }));
        appoint.refused(&world.lead, "INVALID staffMemberId").await;
        for role in ["MODERATOR", "TRUST_ANALYST"] {
            appoint.with("role", json!(role)).with("schoolId", Value::Null).refused(&world.lead, "INVALID staffMemberId").await;
        }
        let of_head = appoint.with("staffMemberId", person(&app, head).await).with("role", json!("SENCO"));
        of_head.refused(head, "INVALID staffMemberId").await;
        let given = of_head.with("endsOn", json!("2026-07-31")).done(&world.lead).await;
        let prolong = Attempt::new(&app, "endAppointment", "appointment { endsOn version }", json!({
            "appointmentId": given["id"], "expectedVersion": given["version"], "endsOn": "2026-12-31",
        }));
        prolong.refused(head, "INVALID endsOn").await;
        prolong.with("endsOn", json!("2026-07-30")).done(head).await;
        let prolong = prolong.with("expectedVersion", json!(2));
        prolong.refused(head, "INVALID endsOn").await;
        prolong.done(&world.lead).await;
    }

    async fn an_appointment_names_what_its_role_needs_and_nothing_else(app) {
        let world = World::build(&app, Size::default()).await;
        let school = &world.schools[0];
        let appoint = Attempt::new(&app, "createAppointment", "appointment { id }", json!({
            "staffMemberId": person(&app, &world.nobody).await, "role": "CLASS_TEACHER", "schoolId": global_id::<School>(school.id),
        }));
        let class = global_id::<Class>(school.classes[0].id);
        appoint.refused(&world.lead, "INVALID classId").await;
        appoint.with("classId", json!(global_id::<Class>(world.schools[1].classes[0].id))).refused(&world.lead, "INVALID classId").await;
        appoint.with("classId", json!(global_id::<Class>(Uuid::now_v7()))).refused(&world.lead, "NOT_FOUND classId").await;
        appoint.with("schoolId", Value::Null).with("classId", json!(class)).refused(&world.lead, "INVALID schoolId").await;
        appoint.with("role", json!("PHASE_LEADER")).refused(&world.lead, "INVALID phaseId").await;
        appoint.with("role", json!("SUBJECT_LEADER")).refused(&world.lead, "INVALID subjectId").await;
        appoint.with("role", json!("SENCO")).with("endsOn", json!("2026-06-30")).refused(&world.lead, "INVALID endsOn").await;
        appoint.with("role", json!("MODERATOR")).refused(&world.lead, "INVALID schoolId").await;
        appoint.with("classId", json!(class)).done(&world.lead).await;
        appoint.with("role", json!("PHASE_LEADER")).with("phaseId", json!(global_id::<Phase>(world.phases[0]))).done(&world.lead).await;
        let writing = global_id::<Subject>(world.subjects["writing"]);
        appoint.with("role", json!("SUBJECT_LEADER")).with("subjectId", json!(writing)).done(&world.lead).await;
        appoint.with("role", json!("MODERATOR")).with("schoolId", Value::Null).done(&world.lead).await;
    }

    async fn the_last_senior_leader_of_a_school_may_step_down(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let end = Attempt::new(&app, "endAppointment", "appointment { endsOn }", json!({
            "appointmentId": appointment(&app, head).await, "expectedVersion": 1, "endsOn": "2026-06-30",
        }));
        end.refused(&world.analyst, "NOT_FOUND appointmentId").await;
        end.done(head).await;
        assert_eq!(app.sign_in(head).await.ask("{ pupils { totalCount } }").await.of("pupils")["totalCount"], 0);
        let unknown = end.with("appointmentId", json!(global_id::<Appointment>(Uuid::now_v7())));
        unknown.refused(&world.lead, "NOT_FOUND appointmentId").await;
    }

    async fn a_senior_leader_mends_a_name_but_never_of_one_who_holds_more_than_they_give(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, head) = (&world.schools[0], &world.schools[0].head);
        let teacher = person(&app, &school.classes[0].teacher).await;
        let update = Attempt::new(&app, "updateStaffMember", "staffMember { email givenName familyName version }", json!({
            "staffMemberId": teacher, "expectedVersion": 1, "familyName": "Oak",
        }));
        update.refused(&school.classes[0].teacher, "FORBIDDEN").await;
        update.refused(&world.schools[1].head, "NOT_FOUND staffMemberId").await;
        update.refused(&world.analyst, "NOT_FOUND staffMemberId").await;
        update.with("givenName", json!("")).refused(head, "INVALID givenName").await;
        let mended = update.done(head).await;
        assert_eq!(mended, json!({ "email": school.classes[0].teacher, "givenName": "Ann", "familyName": "Oak", "version": 2 }));
        assert_eq!(update.with("familyName", json!("Ash")).stale(head).await, mended);

        Attempt::new(&app, "createAppointment", "appointment { id }", json!({ "staffMemberId": teacher, "role": "TRUST_LEAD" }))
            .done(&world.lead).await;
        update.with("expectedVersion", json!(2)).refused(head, "FORBIDDEN").await;
        update.with("expectedVersion", json!(2)).done(&world.lead).await;
    }

    async fn an_address_by_which_one_comes_in_is_changed_by_a_trust_lead_and_never_ones_own(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, head) = (&world.schools[0], &world.schools[0].head);
        let teacher = person(&app, &school.classes[0].teacher).await;
        let update = Attempt::new(&app, "updateStaffMember", "staffMember { email version }", json!({
            "staffMemberId": teacher, "expectedVersion": 1, "email": "Married@Test.Example",
        }));
        // Whoever could give an account their own address would come in as its owner, with all that it holds or will hold:
        // of a colleague, who may hold a grant for other schools,
        Office::of(&app, &world).await.grant(&teacher, Some(world.schools[1].id), true).await;
        update.refused(head, "FORBIDDEN email").await;
        // and of an account that is yet to be appointed somewhere else.
        let nobody = update.with("staffMemberId", person(&app, &world.nobody).await);
        nobody.refused(head, "FORBIDDEN email").await;
        // Nor may one's own be freed for another account.
        for (email, refusal) in [(head, "FORBIDDEN email"), (&world.lead, "INVALID email")] {
            let own = update.with("staffMemberId", person(&app, email).await);
            own.refused(email, refusal).await;
            own.with("email", json!(email.to_uppercase())).done(email).await;
        }
        update.with("email", json!("no address")).refused(&world.lead, "INVALID email").await;
        update.with("email", json!(world.analyst)).refused(&world.lead, "DUPLICATE email").await;
        assert_eq!(update.done(&world.lead).await, json!({ "email": "married@test.example", "version": 2 }));
        assert_eq!(nobody.with("email", json!("new@test.example")).done(&world.lead).await["version"], 2);
    }
}
