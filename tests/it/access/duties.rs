//! Each role sees what its duty needs, and nothing of it elsewhere.

use std::collections::BTreeSet;

use chrono::Duration;
use plumbline::moderation::SampledWork;
use plumbline::organisation::Pupil;
use plumbline_entity::{enrolment, year_group::YearGroup};
use plumbline_tests::{Attempt, Caller, Office, Size, TestApp, World, db_test, global_id, judge_all};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set};
use serde_json::{Value, json};
use uuid::Uuid;

/// A trust whose classes are judged in writing and in reading, and the office of its trust lead.
async fn judged(app: &TestApp) -> World {
    let world = World::build(app, Size { schools: 2, classes: 2, pupils: 6 }).await;
    for class in world.schools.iter().flat_map(|school| &school.classes) {
        world.judge(app, class, |at| ["WTS", "EXS"][at % 2]).await;
        world.judge_in(app, class, "reading", |_| "GDS").await;
    }
    world
}

/// Employs somebody and signs them in.
async fn hire(app: &TestApp, world: &World, appointments: &[Value]) -> Caller {
    Office::of(app, world).await.employ("hired@test.example", appointments).await;
    app.sign_in("hired@test.example").await
}

/// Where the judgements lie that somebody sees, in words: subject, school, class.
async fn judgements(caller: &Caller) -> BTreeSet<String> {
    let query = "{ judgements(first: 100) { totalCount nodes { subject { code } class { name school { name } } } } }";
    let answer = caller.ask(query).await;
    let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let nodes = answer.of("judgements")["nodes"].as_array().unwrap();
    assert_eq!(answer.of("judgements")["totalCount"], nodes.len());
    let place = |node: &Value| {
        format!(
            "{} {} {}",
            word(&node["subject"]["code"]),
            word(&node["class"]["school"]["name"]),
            word(&node["class"]["name"])
        )
    };
    nodes.iter().map(place).collect()
}

fn set<const N: usize>(words: [&str; N]) -> BTreeSet<String> {
    words.map(str::to_owned).into()
}

async fn count(caller: &Caller, list: &str) -> Value {
    caller.ask(&format!("{{ {list} {{ totalCount }} }}")).await.of(list)["totalCount"].clone()
}

db_test! {
    async fn a_subject_leader_sees_their_subject_in_their_school_and_nothing_of_it_elsewhere(app) {
        let world = judged(&app).await;
        let leader = hire(&app, &world, &[world.leading_subject(0, "writing")]).await;
        assert_eq!(judgements(&leader).await, set(["writing School 1 Class 1", "writing School 1 Class 2"]));
        assert_eq!(count(&leader, "pupils").await, 12, "the pupils who were judged in it");
        assert_eq!(count(&leader, "enrolments").await, 0);
        let answer = leader.ask("{ pupils(first: 1) { nodes { familyName characteristics { totalCount } judgements { nodes { subject { code } } } } } }").await;
        let pupil = &answer.of("pupils")["nodes"][0];
        assert!(pupil["familyName"].is_string());
        assert_eq!(pupil["characteristics"]["totalCount"], 0, "not who is disadvantaged");
        assert_eq!(pupil["judgements"]["nodes"], json!([{ "subject": { "code": "writing" } }]), "not their reading");
    }

    async fn whole_tuples_are_never_mixed(app) {
        let world = judged(&app).await;
        let both = hire(&app, &world, &[world.leading_subject(0, "writing"), world.leading_subject(1, "reading")]).await;
        assert_eq!(judgements(&both).await, set([
            "writing School 1 Class 1", "writing School 1 Class 2", "reading School 2 Class 1", "reading School 2 Class 2",
        ]));
    }

    async fn a_phase_and_a_school_are_never_mixed_either(app) {
        let world = judged(&app).await;
        let phase = world.phase_of_one_year_group(&app).await;
        let mixed = hire(&app, &world, &[world.leading_phase(0, phase), world.leading_subject(1, "reading")]).await;
        assert_eq!(judgements(&mixed).await, set([
            "writing School 1 Class 1", "reading School 1 Class 1", "reading School 2 Class 1", "reading School 2 Class 2",
        ]));
    }

    async fn a_phase_leader_sees_all_subjects_of_their_year_groups_in_their_school(app) {
        let world = judged(&app).await;
        let phase = world.phase_of_one_year_group(&app).await;
        let leader = hire(&app, &world, &[world.leading_phase(0, phase)]).await;
        assert_eq!(judgements(&leader).await, set(["writing School 1 Class 1", "reading School 1 Class 1"]));
        for (list, rows) in [("pupils", 6), ("enrolments", 6), ("judgements", 12)] {
            assert_eq!(count(&leader, list).await, rows, "{list}");
        }
        let answer = leader.ask("{ pupils(first: 1) { nodes { characteristics { nodes { disadvantaged sen } } } } }").await;
        let known = &answer.of("pupils")["nodes"][0]["characteristics"]["nodes"][0];
        assert!(known["disadvantaged"].is_boolean() && known["sen"].is_string(), "{known}");
    }

    async fn a_senco_sees_what_is_provided_for_their_pupils_and_not_who_has_free_school_meals(app) {
        let world = judged(&app).await;
        let senco = hire(&app, &world, &[world.serving(0, "SENCO")]).await;
        // Every fourth of six: two of each class.
        for (list, rows) in [("pupils", 4), ("enrolments", 4), ("judgements", 8)] {
            assert_eq!(count(&senco, list).await, rows, "{list}");
        }
        let query = "{ pupils { nodes { givenName characteristics { nodes { sen freeSchoolMeals everSixFreeSchoolMeals everInCare
            serviceChild disadvantaged pupilPremium firstLanguage } } } } }";
        for pupil in senco.ask(query).await.of("pupils")["nodes"].as_array().unwrap() {
            let known = pupil["characteristics"]["nodes"][0].as_object().unwrap();
            let told: Vec<&str> = known.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.as_str()).collect();
            assert_eq!((told, &known["sen"]), (vec!["sen"], &json!("SUPPORT")));
            assert!(pupil["givenName"].is_string());
        }
    }

    async fn what_is_recorded_of_a_pupil_who_moved_on_is_for_those_who_have_them_now(app) {
        let world = judged(&app).await;
        let pupil = world.schools[0].classes[0].pupils[0];
        let year = |year: i16| json!({ "year": year });
        let next = Office::of(&app, &world).await.does("createAcademicYear", year(2026), "academicYear { id }").await["id"].clone();
        let head = &world.schools[1].head;
        Attempt::new(&app, "createClass", "class { id }", json!({
            "schoolId": world.school(1), "academicYearId": next, "name": "Next", "lowestYearGroup": "YEAR_3", "highestYearGroup": "YEAR_6",
        })).done(head).await;
        let input = json!({
            "pupilId": global_id::<Pupil>(pupil), "academicYearId": next, "freeSchoolMeals": false, "everSixFreeSchoolMeals": false,
            "everInCare": true, "serviceChild": false, "disadvantaged": true, "pupilPremium": true, "sen": "PLAN", "firstLanguage": "OTHER",
        });
        let record = Attempt::new(&app, "recordPupilCharacteristics", "characteristics { sen }", input.clone());
        record.refused(&world.schools[0].head, "INVALID academicYearId").await;
        // From one school to another only an import moves a pupil: nobody but the service sees both.
        let moved = enrolment::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(world.trust),
            school_id: Set(world.schools[1].id),
            pupil_id: Set(pupil),
            class_id: Set(app.id("SELECT id FROM class WHERE name = 'Next'").await),
            academic_year_id: Set(app.id("SELECT id FROM academic_year WHERE year = 2026").await),
            year_group: Set(YearGroup::Year4),
            starts_on: Set("2026-09-01".parse().unwrap()),
            ends_on: Set(None),
            version: Set(1),
        };
        moved.insert(&app.raw).await.unwrap();
        let later = TestApp::now() + Duration::days(90);
        let recorded = app.sign_in_at(head, later).await.mutate("recordPupilCharacteristics", input, "characteristics { sen }").await;
        assert_eq!(recorded.of("recordPupilCharacteristics")["characteristics"]["sen"], "PLAN", "{}", recorded.body);

        let window = Attempt::new(&app, "createAssessmentWindow", "assessmentWindow { id }", json!({
            "academicYearId": next, "term": "AUTUMN", "opensOn": "2026-09-01", "closesOn": "2026-12-18",
        })).done(&world.lead).await;
        let mut judged = world.judgements_input(&[json!({ "pupilId": global_id::<Pupil>(pupil), "gradeCode": "GDS" })]);
        judged["windowId"] = window["id"].clone();
        let recorded = app.sign_in_at(head, later).await.mutate("recordJudgements", judged, "judgements { id }").await;
        let judgement = recorded.of("recordJudgements")["judgements"][0]["id"].clone();
        assert!(judgement.is_string(), "{}", recorded.body);

        let known = "query($id: ID!) { node(id: $id) { ... on Pupil { characteristics { totalCount nodes { academicYear { year } sen everInCare } }
            judgements { nodes { id window { academicYear { year } } } } } } }";
        for (email, years) in [
            (&world.schools[0].head, vec![2025]), (&world.schools[0].classes[0].teacher, vec![2025]), (head, vec![2025, 2026]),
        ] {
            let answer = app.sign_in_at(email, later).await.ask_with(known, json!({ "id": global_id::<Pupil>(pupil) })).await;
            let list = &answer.of("node")["characteristics"];
            let seen: Vec<_> = list["nodes"].as_array().unwrap().iter().map(|row| row["academicYear"]["year"].clone()).collect();
            assert_eq!((json!(seen), &list["totalCount"]), (json!(years), &json!(years.len())), "{email}");
            let judgements = answer.of("node")["judgements"]["nodes"].to_string();
            assert_eq!(judgements.contains(judgement.as_str().unwrap()), email == head, "{email}: {judgements}");
            if email == &world.schools[0].classes[0].teacher {
                assert!(judgements.contains("2025"), "they keep what was found up to their year: {judgements}");
            }
        }
    }

    async fn a_senco_who_teaches_leads_or_holds_a_grant_sees_all_there_and_sen_alone_elsewhere(app) {
        let world = judged(&app).await;
        let (office, phase) = (Office::of(&app, &world).await, world.phase_of_one_year_group(&app).await);
        // Besides: what else they are, how many they then see, and where they see all of them.
        for (besides, count, school, class) in [
            ("teaching", 8, "School 1", "Class 2"),
            ("phase", 8, "School 1", "Class 1"),
            ("head", 16, "School 2", ""),
            ("grant", 16, "School 2", ""),
        ] {
            let mut appointments = vec![world.serving(0, "SENCO")];
            match besides {
                "teaching" => appointments.push(world.teaching(0, 1)),
                "phase" => appointments.push(world.leading_phase(0, phase)),
                "head" => appointments.push(world.serving(1, "SENIOR_LEADER")),
                _ => {}
            }
            let email = format!("{besides}@test.example");
            let person = office.employ(&email, &appointments).await;
            if besides == "grant" {
                office.grant(&person, Some(world.schools[1].id), false).await;
            }
            let query = "{ pupils(first: 100) { nodes { enrolments { nodes { class { name school { name } } } }
                characteristics { nodes { sen freeSchoolMeals } } } } }";
            let answer = app.sign_in(&email).await.ask(query).await;
            let pupils = answer.of("pupils")["nodes"].as_array().unwrap();
            assert_eq!(pupils.len(), count, "{besides}");
            for pupil in pupils {
                let known = &pupil["characteristics"]["nodes"][0];
                let at = &pupil["enrolments"]["nodes"][0]["class"];
                let there = at["school"]["name"] == school && at["name"].as_str().unwrap().starts_with(class);
                assert_eq!(known["freeSchoolMeals"].is_boolean(), there, "{besides}: {pupil:#}");
                assert!(known["sen"].is_string(), "{besides}: {pupil:#}");
            }
        }
    }

    async fn a_subject_leader_compares_no_pupil_groups_and_a_phase_leader_does(app) {
        let world = judged(&app).await;
        let lead = app.sign_in(&world.lead).await;
        let exercise = world.draw(&lead, "Writing, summer", 100, 6).await;
        judge_all(&app, &app.sign_in(&world.moderator).await, |first, _| first.to_owned()).await;
        world.advance(&lead, &exercise, &["DISCUSSING", "RELEASED"]).await;
        let office = Office::of(&app, &world).await;
        let phase = world.phase_of_one_year_group(&app).await;
        office.employ("subject@test.example", &[world.leading_subject(0, "writing")]).await;
        office.employ("phase@test.example", &[world.leading_phase(0, phase)]).await;
        for (email, by, counted) in [
            ("subject@test.example", "[SCHOOL]", vec![12]),
            ("phase@test.example", "[SCHOOL]", vec![6]), ("phase@test.example", "[DISADVANTAGED]", vec![4, 2]),
        ] {
            let query = format!("{{ moderationAgreement(where: {{ subject: \"writing\", academicYear: 2025, window: SUMMER }}, by: {by}) {{
                rows {{ result {{ ... on Agreement {{ n }} }} }} }} }}");
            let answer = app.sign_in(email).await.ask(&query).await;
            let rows = answer.of("moderationAgreement")["rows"].as_array().unwrap();
            let mut found: Vec<u64> = rows.iter().filter_map(|row| row["result"]["n"].as_u64()).collect();
            found.sort_unstable_by(|a, b| b.cmp(a));
            assert_eq!(found, counted, "{email} by {by}");
        }
        let by_group = "{ moderationAgreement(where: { subject: \"writing\", academicYear: 2025, window: SUMMER }, by: [SCHOOL, SEX]) {
            rows { result { ... on Agreement { n } } } } }";
        let refused = app.sign_in("subject@test.example").await.ask(by_group).await;
        assert_eq!((refused.error_code(), &refused.body["data"]), ("FORBIDDEN", &Value::Null));
    }

    async fn nobody_but_a_moderator_judges_a_second_time(app) {
        let world = judged(&app).await;
        let lead = app.sign_in(&world.lead).await;
        world.draw(&lead, "Writing, summer", 100, 6).await;
        let work = app.work(world.trust, world.schools[0].classes[0].id, "Writing, summer", 0).await;
        let second = Attempt::new(&app, "recordSecondJudgement", "secondJudgement { id }", json!({
            "workId": global_id::<SampledWork>(work), "gradeCode": "GDS", "rationale": "Seen in three pieces.",
        }));
        // A trust lead sees the work, and yet is not to judge it; to the others it is not there.
        second.refused(&world.lead, "FORBIDDEN").await;
        let others = [&world.analyst, &world.nobody, &world.schools[0].head, &world.schools[1].head, &world.schools[0].classes[0].teacher];
        for email in others {
            second.refused(email, "NOT_FOUND workId").await;
        }
        second.done(&world.moderator).await;
    }

    async fn a_moderator_whose_appointment_has_ended_reads_their_judgements_no_longer(app) {
        let world = judged(&app).await;
        let lead = app.sign_in(&world.lead).await;
        world.draw(&lead, "Writing, summer", 100, 6).await;
        let moderator = app.sign_in(&world.moderator).await;
        judge_all(&app, &moderator, |first, _| first.to_owned()).await;
        assert_eq!(count(&moderator, "secondJudgements").await, 24);
        let appointments = moderator.ask("{ appointments { nodes { id } } }").await;
        let end = json!({ "appointmentId": appointments.of("appointments")["nodes"][0]["id"], "expectedVersion": 1 });
        Office::of(&app, &world).await.does("endAppointment", end, "appointment { id }").await;
        assert_eq!(count(&moderator, "secondJudgements").await, 0);
        assert_eq!(count(&moderator, "sampledWorks").await, 0);
        assert_eq!(count(&moderator, "appointments").await, 1, "what they were they may know");
    }

    async fn an_appointment_counts_from_its_first_day_to_the_end_of_its_last(app) {
        let world = judged(&app).await;
        let mut head = world.serving(0, "SENIOR_LEADER");
        (head["startsOn"], head["endsOn"]) = (json!("2026-07-02"), json!("2026-07-03"));
        hire(&app, &world, &[head]).await;
        for (moment, pupils) in [
            // A day of the trust begins at midnight in London, an hour before UTC's in summer.
            ("2026-07-01T22:59:59Z", 0), ("2026-07-01T23:00:00Z", 12), ("2026-07-03T22:59:59Z", 12), ("2026-07-03T23:00:00Z", 0),
        ] {
            let then = app.sign_in_at("hired@test.example", moment.parse().unwrap()).await;
            assert_eq!(count(&then, "pupils").await, pupils, "{moment}");
        }
    }
}
