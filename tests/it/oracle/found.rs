//! What the oracle found, each as a test of its own.

use plumbline_entity::{
    access_grant, appointment, appointment::Role, client_application, client_application::ClientScope, enrolment,
};
use plumbline_tests::{Attempt, Size, TestApp, World, db_test, judge_all};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;
use uuid::Uuid;

use super::chance::day;
use super::shape::Kind;

const AGREEMENT: &str = r#"{ moderationAgreement(where: { subject: "writing", academicYear: 2025, window: SUMMER }) {
    population { pupils schools sampled moderated } rows { result { __typename } }
} }"#;

/// Registers a client application of the development issuer.
async fn register(app: &TestApp, world: &World, id: &str, scopes: &[ClientScope], schools: Option<&[Uuid]>) {
    let row = client_application::ActiveModel {
        id: Set(Uuid::now_v7()),
        trust_id: Set(world.trust),
        name: Set(id.to_owned()),
        issuer: Set("development".to_owned()),
        client_id: Set(id.to_owned()),
        scopes: Set(serde_json::to_value(scopes).unwrap()),
        school_ids: Set(schools.map(|ids| serde_json::to_value(ids).unwrap())),
        trusted_documents_only: Set(false),
        registered_at: Set(TestApp::now()),
        registered_by_id: Set(None),
        revoked_at: Set(None),
        version: Set(1),
    };
    row.insert(&app.raw).await.unwrap();
}

/// The id of the member of staff with this address.
async fn person(app: &TestApp, email: &str) -> Uuid {
    plumbline_tests::find_staff_by_email(&app.db, email).await.unwrap().unwrap().id
}

/// All pupils judged, an exercise in writing with all of them in it.
async fn drawn(app: &TestApp, world: &World) -> String {
    for class in world.schools.iter().flat_map(|school| &school.classes) {
        world.judge(app, class, |at| ["WTS", "EXS", "GDS"][at % 3]).await;
    }
    world.draw(&app.sign_in(&world.lead).await, "Writing, summer", 100, 6).await
}

/// A pupil of the first school has moved into a class of the second, whose teacher is a moderator too.
async fn moved(app: &TestApp, world: &World) -> String {
    let (from, to) = (&world.schools[0], &world.schools[1]);
    let pupil = from.classes[0].pupils[0];
    let row = enrolment::ActiveModel {
        id: Set(Uuid::now_v7()),
        trust_id: Set(world.trust),
        school_id: Set(to.id),
        pupil_id: Set(pupil),
        class_id: Set(to.classes[0].id),
        academic_year_id: Set(world.year),
        year_group: Set(to.classes[0].year_group),
        starts_on: Set(day("2026-06-08")),
        ends_on: Set(None),
        version: Set(1),
    };
    row.insert(&app.raw).await.unwrap();
    let teacher = to.classes[0].teacher.clone();
    let row = appointment::ActiveModel {
        id: Set(Uuid::now_v7()),
        trust_id: Set(world.trust),
        staff_member_id: Set(person(app, &teacher).await),
        role: Set(Role::Moderator),
        school_id: Set(None),
        phase_id: Set(None),
        subject_id: Set(None),
        class_id: Set(None),
        starts_on: Set(day("2025-09-01")),
        ends_on: Set(None),
        version: Set(1),
    };
    row.insert(&app.raw).await.unwrap();
    teacher
}

db_test! {
    async fn who_moderates_no_more_reads_their_second_judgements_no_more(app) {
        let world = World::build(&app, Size::default()).await;
        drawn(&app, &world).await;
        let moderator = app.sign_in(&world.moderator).await;
        assert_eq!(judge_all(&app, &moderator, |first, _| first.to_owned()).await, 32);
        let mine = "{ secondJudgements { totalCount } }";
        assert_eq!(moderator.ask(mine).await.of("secondJudgements")["totalCount"], 32);
        let me = person(&app, &world.moderator).await;
        let ended = appointment::Entity::update_many().col_expr(appointment::Column::EndsOn, day("2026-06-30").into());
        ended.filter(appointment::Column::StaffMemberId.eq(me)).exec(&app.raw).await.unwrap();
        assert_eq!(moderator.ask(mine).await.of("secondJudgements")["totalCount"], 0);
    }

    async fn a_client_that_may_not_compare_is_told_no_number_drawn(app) {
        let world = World::build(&app, Size::default()).await;
        let exercise = drawn(&app, &world).await;
        world.advance(&app.sign_in(&world.lead).await, &exercise, &["DISCUSSING", "RELEASED"]).await;
        let (own, other) = ([world.schools[0].id], [world.schools[1].id]);
        register(&app, &world, "writer", &[ClientScope::Write], None).await;
        register(&app, &world, "comparer", &[ClientScope::Compare], None).await;
        register(&app, &world, "own", &[ClientScope::Compare], Some(&own)).await;
        register(&app, &world, "other", &[ClientScope::Compare], Some(&other)).await;
        for (client, pupils) in [("writer", 0), ("comparer", 16), ("own", 16), ("other", 0)] {
            let answer = app.sign_in_through(&world.schools[0].head, client).await.ask(AGREEMENT).await;
            // Whoever sees no judgement has counted none.
            let counted = (pupils > 0).then_some(pupils);
            let schools = counted.map(|pupils| pupils / 16);
            let expected = json!({ "pupils": counted, "schools": schools, "sampled": pupils, "moderated": 0 });
            assert_eq!(answer.of("moderationAgreement")["population"], expected, "{client}");
        }
        // An analyst who asks through it is told no more.
        let answer = app.sign_in_through(&world.analyst, "writer").await.ask(AGREEMENT).await;
        let nothing = json!({ "pupils": null, "schools": null, "sampled": 0, "moderated": 0 });
        assert_eq!(answer.of("moderationAgreement")["population"], nothing);
    }

    async fn a_moderator_stays_blind_whatever_they_ask_through(app) {
        let world = World::build(&app, Size::default()).await;
        drawn(&app, &world).await;
        let teacher = moved(&app, &world).await;
        register(&app, &world, "moderating", &[ClientScope::Moderate], None).await;
        let own = [world.schools[0].id];
        register(&app, &world, "at-one-school", &[ClientScope::Moderate, ClientScope::ReadPupils], Some(&own)).await;
        let works = "{ sampledWorks { totalCount } }";
        // Of the 16 pupils of the other school one is now in the moderator's own class.
        assert_eq!(app.sign_in(&teacher).await.ask(works).await.of("sampledWorks")["totalCount"], 15);
        // Nor does a client application that is kept to a school tell, by what it leaves out, of which school the
        // works are.
        for (client, seen) in [("moderating", 15), ("at-one-school", 0)] {
            let caller = app.sign_in_through(&teacher, client).await;
            assert_eq!(caller.ask(works).await.of("sampledWorks")["totalCount"], seen, "{client}");
        }
    }

    async fn a_client_of_one_school_shows_who_came_from_it_to_those_who_teach_them_now(app) {
        let world = World::build(&app, Size::default()).await;
        let teacher = moved(&app, &world).await;
        let (from, to) = ([world.schools[0].id], [world.schools[1].id]);
        register(&app, &world, "from", &[ClientScope::ReadPupils], Some(&from)).await;
        register(&app, &world, "to", &[ClientScope::ReadPupils], Some(&to)).await;
        let asked = "{ pupils { totalCount } enrolments { totalCount } }";
        for (client, pupils, enrolments) in [("from", 1, 0), ("to", 9, 9)] {
            let answer = app.sign_in_through(&teacher, client).await.ask(asked).await;
            assert_eq!(answer.of("pupils")["totalCount"], pupils, "{client}");
            assert_eq!(answer.of("enrolments")["totalCount"], enrolments, "{client}");
        }
    }

    async fn who_may_read_no_name_may_not_ask_by_one(app) {
        let world = World::build(&app, Size::default()).await;
        let grant = access_grant::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(world.trust),
            staff_member_id: Set(person(&app, &world.analyst).await),
            school_id: Set(None),
            with_names: Set(false),
            exact_figures: Set(false),
            purpose: Set("Review of attendance".to_owned()),
            granted_at: Set(TestApp::now()),
            granted_by_id: Set(None),
            expires_at: Set("2026-08-01T00:00:00Z".parse().unwrap()),
            revoked_at: Set(None),
            version: Set(1),
        };
        grant.insert(&app.raw).await.unwrap();
        let analyst = app.sign_in(&world.analyst).await;
        assert_eq!(analyst.ask("{ pupils { totalCount } }").await.of("pupils")["totalCount"], 32);
        for question in [
            r#"{ pupils(filter: { familyName: { startsWith: "F" } }) { totalCount } }"#,
            r#"{ pupils(filter: { dateOfBirth: { gte: "2000-01-01" } }) { totalCount } }"#,
            r#"{ pupils(filter: { upn: { contains: "1" } }) { totalCount } }"#,
            "{ pupils(order: NAME) { totalCount } }",
            "{ pupils(order: UPN) { totalCount } }",
        ] {
            assert_eq!(analyst.ask(question).await.error_code(), "FORBIDDEN", "{question}");
        }
    }

    async fn a_filter_takes_each_letter_for_itself(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 4 }).await;
        for (at, name) in ["Abel", "abel", "a_el", "50%"].iter().enumerate() {
            let sql = format!("UPDATE pupil SET given_name = '{name}' WHERE given_name = 'Given{at}'");
            app.raw.execute_unprepared(&sql).await.unwrap();
        }
        let head = app.sign_in(&world.schools[0].head).await;
        for (operator, text, found) in [
            ("startsWith", "A", 1),
            ("startsWith", "a", 2),
            ("startsWith", "a_", 1),
            ("startsWith", "", 4),
            ("contains", "el", 3),
            ("contains", "EL", 0),
            ("contains", "_", 1),
            ("contains", "%", 1),
            ("contains", "", 4),
            ("eq", "abel", 1),
        ] {
            let question = format!("{{ pupils(filter: {{ givenName: {{ {operator}: {} }} }}) {{ totalCount }} }}", json!(text));
            assert_eq!(head.ask(&question).await.of("pupils")["totalCount"], found, "{question}");
        }
    }

    async fn a_system_of_a_school_may_not_ask_by_what_it_may_not_read(app) {
        let world = World::build(&app, Size::default()).await;
        let own = [world.schools[0].id];
        register(&app, &world, "mis", &[ClientScope::Synchronise], Some(&own)).await;
        let mis = app.sign_in_client("mis");
        let answer = mis.ask("{ pupils(order: UPN) { totalCount nodes { upn givenName sex } } }").await;
        assert_eq!(answer.of("pupils")["totalCount"], 16);
        let pupil = &answer.of("pupils")["nodes"][0];
        assert!(pupil["upn"].is_string() && pupil["givenName"].is_null() && pupil["sex"].is_null(), "{pupil}");
        for question in [
            "{ pupils(filter: { sex: { eq: MALE } }) { totalCount } }",
            r#"{ pupils(filter: { givenName: { eq: "Given1" } }) { totalCount } }"#,
            "{ pupils(order: DATE_OF_BIRTH) { totalCount } }",
        ] {
            assert_eq!(mis.ask(question).await.error_code(), "FORBIDDEN", "{question}");
        }
    }

    async fn who_has_left_reads_no_step_of_a_plan_and_an_application_of_a_school_shows_none_of_another(app) {
        let world = World::build(&app, Size::default()).await;
        for (nth, school) in world.schools.iter().enumerate() {
            let plan = json!({
                "schoolId": world.school(nth), "subjectId": Kind::Subject.id(world.subjects["writing"]),
                "academicYearId": Kind::AcademicYear.id(world.year), "title": "Letters", "lowestYearGroup": "YEAR_3",
                "startsOn": "2026-01-05", "endsOn": "2026-02-13", "outline": "Read letters, write one." });
            let plan = Attempt::new(&app, "createPlan", "plan { id }", plan).done(&school.head).await["id"].clone();
            let step = json!({ "planId": plan, "kind": "TASK", "what": "Find three letters." });
            Attempt::new(&app, "createPlanStep", "planStep { id }", step).done(&school.head).await;
        }
        let steps = "{ planSteps { totalCount nodes { plan { id } } } }";
        register(&app, &world, "of-one-school", &[], Some(&[world.schools[0].id])).await;
        assert_eq!(app.sign_in(&world.lead).await.ask(steps).await.of("planSteps")["totalCount"], 2);
        let through = app.sign_in_through(&world.lead, "of-one-school").await;
        assert_eq!(through.ask(steps).await.of("planSteps")["totalCount"], 1);
        let head = app.sign_in(&world.schools[1].head).await;
        assert_eq!(head.ask(steps).await.of("planSteps")["totalCount"], 1);
        let me = person(&app, &world.schools[1].head).await;
        let ended = appointment::Entity::update_many().col_expr(appointment::Column::EndsOn, day("2026-06-30").into());
        ended.filter(appointment::Column::StaffMemberId.eq(me)).exec(&app.raw).await.unwrap();
        let seen = head.ask(steps).await;
        assert_eq!((&seen["errors"], &seen.of("planSteps")["totalCount"]), (&json!(null), &json!(0)));
    }
}
