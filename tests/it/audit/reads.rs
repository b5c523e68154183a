//! Whoever is given rows about pupils is recorded, with just those pupils, by id alone.

use std::collections::BTreeSet;

use plumbline::organisation::Pupil;
use plumbline_entity::audit_entry::AuditKind;
use plumbline_tests::{Recorded, Size, TestApp, World, db_test, global_id, ids_in, judge_all};
use serde_json::{Value, json};
use uuid::Uuid;

/// What a question of somebody leaves in the audit: the only entry, if there is one.
async fn left_by(app: &TestApp, email: &str, query: &str, variables: Value) -> (Value, Option<Recorded>) {
    let before = app.audited().await;
    let answer = app.sign_in(email).await.ask_with(query, variables).await;
    assert!(answer.body["errors"].is_null(), "{:#}", answer.body);
    let mut entries = app.recorded_after(before).await;
    assert!(entries.len() < 2, "{query} left {entries:?}");
    (answer["data"].clone(), entries.pop())
}

async fn judged_world(app: &TestApp) -> World {
    let world = World::build(app, Size { schools: 2, classes: 2, pupils: 6 }).await;
    for class in world.schools.iter().flat_map(|school| &school.classes) {
        world.judge(app, class, |at| ["WTS", "EXS", "GDS"][at % 3]).await;
    }
    world
}

fn set(pupils: &[Uuid]) -> BTreeSet<Uuid> {
    pupils.iter().copied().collect()
}

db_test! {
    async fn a_read_by_name_leaves_one_entry_with_those_pupils_and_no_name_anywhere(app) {
        let world = judged_world(&app).await;
        let class = &world.schools[0].classes[0];
        let named = "query FindRosa($name: String!) { pupils(filter: { familyName: { eq: $name } }) { nodes { id givenName familyName upn } } }";
        let (answer, entry) = left_by(&app, &class.teacher, named, json!({ "name": "Family0-0-03" })).await;
        assert_eq!(answer["pupils"]["nodes"][0]["givenName"], "Given3");
        let entry = entry.unwrap();
        let teacher = app.number(&format!("SELECT COUNT(*) AS n FROM staff_member WHERE email = '{}'", class.teacher)).await;
        assert_eq!(teacher, 1);
        assert_eq!((entry.kind(), entry.row.operation.as_str()), (AuditKind::Read, "pupils"));
        assert_eq!((entry.row.trust_id, entry.row.client_id, entry.row.occurrences), (Some(world.trust), None, 1));
        assert!(entry.row.staff_member_id.is_some());
        assert_eq!(entry.row.at, TestApp::now());
        assert_eq!(entry.pupils.keys().collect::<Vec<_>>(), ["pupil"]);
        assert_eq!(entry.all_pupils(), set(&class.pupils[3..4]));
        assert!(entry.rows.is_empty());

        let (_, all) = left_by(&app, &world.schools[0].head, "{ pupils { nodes { familyName } } }", json!({})).await;
        assert_eq!(all.unwrap().all_pupils().len(), 12);
        let everything = app.recorded_after(0).await;
        let mut names = vec!["FindRosa".to_owned(), "Family0-0-03".to_owned()];
        for table in ["pupil", "staff_member"] {
            for row in app.snapshot(table).await {
                for column in ["given_name", "family_name", "email", "upn", "date_of_birth"] {
                    names.extend(row[column].as_str().filter(|name| name.len() > 3).map(str::to_owned));
                }
            }
        }
        assert!(names.len() > 60, "{names:?}");
        for entry in &everything {
            let mut bytes = format!("{} {}", entry.row.operation, entry.row.request_id).into_bytes();
            bytes.extend_from_slice(&entry.row.subjects);
            bytes.extend_from_slice(&entry.row.grant_ids);
            for name in &names {
                let found = bytes.windows(name.len()).any(|part| part.eq_ignore_ascii_case(name.as_bytes()));
                assert!(!found, "{name} in {entry:?}");
            }
        }
    }

    async fn the_request_id_is_the_one_in_the_log_and_in_the_answer(app) {
        use axum::{body::Body, http::{Request, header}};
        let world = judged_world(&app).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let before = app.audited().await;
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json").header("x-request-id", "traced-7")
            .header(header::AUTHORIZATION, format!("Bearer {}", head.token()));
        let body = json!({ "query": "{ judgements(first: 1) { nodes { id } } }" }).to_string();
        assert!(head.send(request.body(Body::from(body)).unwrap()).await.of("judgements")["nodes"][0]["id"].is_string());
        let entries = app.recorded_after(before).await;
        assert_eq!((entries.len(), entries[0].row.request_id.as_str()), (1, "traced-7"));
        assert_eq!(entries[0].pupils.keys().collect::<Vec<_>>(), ["judgement"]);
    }

    async fn figures_and_the_frame_and_what_does_not_exist_leave_nothing(app) {
        let world = judged_world(&app).await;
        let lead = app.sign_in(&world.lead).await;
        world.draw(&lead, "Writing", 100, 3).await;
        let agreement = r#"{ moderationAgreement(where: { subject: "writing", academicYear: 2025, window: SUMMER }, by: [SCHOOL]) {
            population { pupils } rows { result { __typename } } } }"#;
        let elsewhere = world.schools[1].classes[0].pupils[0];
        for (email, query) in [
            (&world.schools[0].head, "{ classes { totalCount nodes { name school { name } } } }"),
            (&world.schools[0].head, "{ viewer { roles schools { name } } __schema { types { name } } }"),
            (&world.analyst, agreement),
            (&world.analyst, "{ pupils { nodes { id } } }"),
            (&world.schools[0].head, &format!("{{ pupil(id: \"{}\") {{ familyName }} }}", global_id::<Pupil>(elsewhere))),
        ] {
            let (_, entry) = left_by(&app, email, query, json!({})).await;
            assert!(entry.is_none(), "{query}: {entry:?}");
        }
    }

    async fn a_count_is_recorded_as_reading_whom_it_tells_of(app) {
        let world = World::build(&app, Size { schools: 2, classes: 2, pupils: 60 }).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, |at| ["WTS", "EXS", "GDS"][at % 3]).await;
        }
        let (head, pupils) = (&world.schools[0].head, &world.schools[0].classes[0].pupils);
        let elsewhere = world.schools[1].classes[0].pupils[0];
        let grade = |code: &str| global_id::<plumbline::assessment::Grade>(world.grades[code]);
        let count = "query($f: JudgementFilter) { judgements(filter: $f) { totalCount } }";
        let of = |pupil: Uuid, code: &str| json!({ "f": { "pupil": { "eq": global_id::<Pupil>(pupil) }, "grade": { "eq": grade(code) } } });

        // Whether a pupil has a certain grade: the first one has, the second has not. Both answers tell something.
        for (pupil, rows) in [(pupils[0], 1), (pupils[1], 0)] {
            let (answer, entry) = left_by(&app, head, count, of(pupil, "WTS")).await;
            assert_eq!(answer["judgements"]["totalCount"], rows);
            let entry = entry.unwrap();
            assert_eq!((entry.kind(), entry.row.operation.as_str()), (AuditKind::Read, "judgements"));
            assert_eq!(entry.all_pupils(), set(&[pupil]));
        }
        // The question is about a pupil whom they do not know, so nothing was told of anybody.
        let (answer, entry) = left_by(&app, head, count, of(elsewhere, "WTS")).await;
        assert_eq!((&answer["judgements"]["totalCount"], entry.unwrap().all_pupils()), (&json!(0), set(&[])));
        // By name, and below a class: those who were found are recorded.
        let by_name = r#"{ pupils(filter: { familyName: { eq: "Family0-0-03" } }) { totalCount } }"#;
        assert_eq!(left_by(&app, head, by_name, json!({})).await.1.unwrap().all_pupils(), set(&pupils[3..4]));
        let none = r#"{ pupils(filter: { upn: { eq: "A999999999999" } }) { totalCount } }"#;
        let (_, entry) = left_by(&app, head, none, json!({})).await;
        assert_eq!((entry.as_ref().unwrap().counted("pupil"), entry.unwrap().all_pupils()), (Some(0), set(&[])));
        let below = "{ classes(first: 1, filter: { name: { eq: \"Class 1\" } }) { nodes { enrolments { totalCount } } } }";
        let (answer, entry) = left_by(&app, head, below, json!({})).await;
        assert_eq!(answer["classes"]["nodes"][0]["enrolments"]["totalCount"], 60);
        assert_eq!(entry.unwrap().all_pupils(), set(pupils));
        // If there are more than a page would show, they are counted and not named.
        let (answer, entry) = left_by(&app, head, "{ pupils { totalCount } }", json!({})).await;
        let entry = entry.unwrap();
        assert_eq!(answer["pupils"]["totalCount"], 120);
        assert_eq!((entry.counted("pupil"), entry.all_pupils()), (Some(120), set(&[])));
        // So is how many entries there are about somebody.
        let audit = "query($id: ID!) { auditEntries(filter: { pupil: { includes: $id } }) { totalCount } }";
        let (answer, entry) = left_by(&app, &world.lead, audit, json!({ "id": global_id::<Pupil>(pupils[3]) })).await;
        let found = answer["auditEntries"]["totalCount"].as_u64().unwrap();
        assert_eq!((found > 0, entry.unwrap().rows["audit_entry"].len() as u64), (true, found));
    }

    async fn an_answer_without_rows_is_recorded_as_reading_whom_it_was_asked_about(app) {
        let world = judged_world(&app).await;
        let (head, pupils) = (&world.schools[0].head, &world.schools[0].classes[0].pupils);
        let grade = |code: &str| global_id::<plumbline::assessment::Grade>(world.grades[code]);
        let (one, two) = (global_id::<Pupil>(pupils[0]), global_id::<Pupil>(pupils[3]));
        // The first pupil and the fourth are judged WTS.
        for asked in ["nodes { id }", "edges { cursor }", "pageInfo { hasNextPage }", "totalCount"] {
            let query = format!("query($f: JudgementFilter) {{ judgements(first: 1, filter: $f) {{ {asked} }} }}");
            let none = json!({ "f": { "pupil": { "eq": one }, "grade": { "eq": grade("GDS") } } });
            let (_, entry) = left_by(&app, head, &query, none).await;
            assert_eq!(entry.unwrap().all_pupils(), set(&pupils[..1]), "{asked}");
            let (_, entry) = left_by(&app, head, &query, json!({ "f": { "pupil": { "in": [one, two] }, "grade": { "eq": grade("WTS") } } })).await;
            assert_eq!(entry.unwrap().all_pupils(), set(&[pupils[0], pupils[3]]), "{asked}: the one on the next page too");
        }
        // Whether the pupil with a number that one knows is a girl, and when the pupil was born.
        for filter in [json!({ "upn": { "eq": "U" }, "sex": { "eq": "MALE" } }), json!({ "familyName": { "eq": "Family0-0-00" }, "dateOfBirth": { "gte": "2019-01-01" } })] {
            let mut filter = filter;
            if filter["upn"].is_object() {
                let upn = app.sign_in(head).await.ask_with("query($id: ID!) { pupil(id: $id) { upn } }", json!({ "id": one })).await;
                filter["upn"]["eq"] = upn.of("pupil")["upn"].clone();
            }
            let query = "query($f: PupilFilter) { pupils(filter: $f) { nodes { id } } }";
            let (answer, entry) = left_by(&app, head, query, json!({ "f": filter })).await;
            assert_eq!(answer["pupils"]["nodes"], json!([]), "{filter}");
            let entry = entry.unwrap();
            assert_eq!((entry.kind(), entry.row.operation.as_str()), (AuditKind::Read, "pupils"), "{filter}");
            assert_eq!(entry.all_pupils(), set(&pupils[..1]), "{filter}");
        }
        let nobody = r#"{ pupils(filter: { familyName: { eq: "Nobody" } }) { nodes { id } } }"#;
        let (_, entry) = left_by(&app, head, nobody, json!({})).await;
        assert_eq!((entry.as_ref().unwrap().counted("pupil"), entry.unwrap().all_pupils()), (Some(0), set(&[])));
        // Below another row.
        let below = "query($id: ID!, $f: JudgementFilter) { pupil(id: $id) { judgements(filter: $f) { nodes { id } } } }";
        let (_, entry) = left_by(&app, head, below, json!({ "id": one, "f": { "pupil": { "eq": two } } })).await;
        assert_eq!(entry.unwrap().all_pupils(), set(&[pupils[0], pupils[3]]));
        // Somebody who knows neither pupil is told nothing of anybody.
        let query = "query($f: JudgementFilter) { judgements(filter: $f) { nodes { id } } }";
        let (_, entry) = left_by(&app, &world.schools[1].head, query, json!({ "f": { "pupil": { "eq": one } } })).await;
        assert_eq!(entry.unwrap().all_pupils(), set(&[]));
    }

    async fn a_list_of_a_hundred_leaves_one_entry_with_a_hundred_and_not_the_next_one(app) {
        let world = World::build(&app, Size { schools: 1, classes: 2, pupils: 60 }).await;
        let query = "query($after: String) { pupils(first: 100, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }";
        let (first, entry) = left_by(&app, &world.schools[0].head, query, json!({})).await;
        let entry = entry.unwrap();
        assert_eq!((entry.all_pupils().len(), entry.all_pupils()), (100, ids_in(&first, "Pupil")));
        assert!(entry.row.subjects.len() < 100 * 16 + 20, "{} bytes", entry.row.subjects.len());
        let after = first["pupils"]["pageInfo"]["endCursor"].clone();
        let (second, entry) = left_by(&app, &world.schools[0].head, query, json!({ "after": after })).await;
        assert_eq!((entry.unwrap().all_pupils(), second["pupils"]["pageInfo"]["hasNextPage"].clone()), (ids_in(&second, "Pupil"), json!(false)));
    }

    async fn what_is_read_below_is_counted_table_by_table_and_no_more_than_is_shown(app) {
        let world = judged_world(&app).await;
        let query = "{ classes(first: 5) { nodes { enrolments(first: 2) { nodes { pupil { id judgements(first: 1) { nodes { id } }
                       characteristics(first: 1) { nodes { disadvantaged } } } } } } } }";
        let (answer, entry) = left_by(&app, &world.schools[0].head, query, json!({})).await;
        let (shown, entry) = (ids_in(&answer, "Pupil"), entry.unwrap());
        assert_eq!(shown.len(), 4, "two of each of two classes");
        assert_eq!(entry.pupils.keys().collect::<Vec<_>>(), ["enrolment", "judgement", "pupil", "pupil_characteristics"]);
        for (table, pupils) in &entry.pupils {
            assert_eq!(pupils, &shown, "{table}");
        }
        assert_eq!(entry.row.operation, "classes");
        let (answer, entry) = left_by(&app, &world.schools[0].head, "{ pupils(first: 3) { nodes { id enrolments(first: 1) { nodes { id } } } } }", json!({})).await;
        assert_eq!(entry.unwrap().pupils["enrolment"], ids_in(&answer, "Pupil"));
    }

    async fn rows_found_by_their_id_are_counted_by_their_pupil(app) {
        let world = judged_world(&app).await;
        let head = &world.schools[0].head;
        let all = app.sign_in(head).await.ask("{ pupils { nodes { id judgements { nodes { id } } enrolments { nodes { id } } characteristics { nodes { id } } } } }").await;
        let pupil = &all.of("pupils")["nodes"][1];
        let wanted: Vec<&Value> = ["judgements", "enrolments", "characteristics"].map(|list| &pupil[list]["nodes"][0]["id"]).into();
        for id in wanted {
            let (_, entry) = left_by(&app, head, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
            let entry = entry.unwrap();
            assert_eq!((entry.all_pupils(), entry.row.operation.as_str()), (ids_in(&pupil["id"], "Pupil"), "node"));
        }
        let ids: Vec<Value> = all.of("pupils")["nodes"].as_array().unwrap()[..3].iter().map(|pupil| pupil["id"].clone()).collect();
        let (answer, entry) = left_by(&app, head, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
        assert_eq!(entry.unwrap().all_pupils(), ids_in(&answer, "Pupil"));
    }

    async fn what_a_mutation_answers_beyond_what_it_wrote_is_a_read_too(app) {
        let world = judged_world(&app).await;
        let (head, class) = (app.sign_in(&world.schools[0].head).await, &world.schools[0].classes[0]);
        let pupil = class.pupils[0];
        let fields = "pupil { familyName enrolments { nodes { class { enrolments { nodes { id pupil { id } } } } } } }";
        let before = app.audited().await;
        let answer = head.mutate("updatePupil", json!({ "pupilId": global_id::<Pupil>(pupil), "expectedVersion": 1, "familyName": "Elm" }), fields).await;
        let entries = app.recorded_after(before).await;
        let kinds: Vec<AuditKind> = entries.iter().map(Recorded::kind).collect();
        assert_eq!(kinds, [AuditKind::Write, AuditKind::Read], "{:#}", answer.body);
        assert_eq!((&entries[0].pupils["pupil"], entries[0].row.operation.as_str()), (&set(&[pupil]), "updatePupil"));
        assert_eq!(entries[1].all_pupils(), set(&class.pupils), "the class of the pupil");
        assert_eq!(entries[0].row.request_id, entries[1].row.request_id);

        let before = app.audited().await;
        let stale = head.mutate("updatePupil", json!({ "pupilId": global_id::<Pupil>(pupil), "expectedVersion": 1, "familyName": "Ash" }), "pupil { familyName }").await;
        assert_eq!(stale.user_errors("updatePupil"), ["STALE expectedVersion"]);
        let entries = app.recorded_after(before).await;
        assert_eq!((entries.len(), entries[0].kind(), entries[0].all_pupils()), (1, AuditKind::Read, set(&[pupil])), "as it is now");
    }

    async fn a_repeat_under_a_key_writes_nothing_and_shows_what_was_written(app) {
        let world = judged_world(&app).await;
        let class = &world.schools[0].classes[0];
        let teacher = app.sign_in(&class.teacher).await;
        let mut input = world.judgements_input(&[json!({ "pupilId": global_id::<Pupil>(class.pupils[2]), "gradeCode": "GDS" })]);
        input["idempotencyKey"] = json!("again");
        for kind in [AuditKind::Write, AuditKind::Read] {
            let before = app.audited().await;
            let answer = teacher.mutate("recordJudgements", input.clone(), "judgements { id }").await;
            assert_eq!(answer.user_errors("recordJudgements"), Vec::<String>::new());
            let entries = app.recorded_after(before).await;
            assert_eq!((entries.len(), entries[0].kind()), (1, kind), "{entries:?}");
            assert_eq!(entries[0].pupils["judgement"], set(&class.pupils[2..3]));
        }
    }

    async fn a_moderators_work_by_code_is_no_read_of_pupils(app) {
        let world = judged_world(&app).await;
        let lead = app.sign_in(&world.lead).await;
        let exercise = world.draw(&lead, "Writing", 100, 3).await;
        let moderator = app.sign_in(&world.moderator).await;
        let before = app.audited().await;
        let judged = judge_all(&app, &moderator, |first, _| first.into()).await;
        assert!(judged > 3);
        let work = "{ sampledWorks(first: 5) { nodes { id code yearGroup judgement { id } secondJudgements { nodes { id } } } } }";
        assert!(moderator.ask(work).await.of("sampledWorks")["nodes"][0]["code"].is_string());
        assert!(lead.ask(work).await.of("sampledWorks")["nodes"][0]["id"].is_string());
        let entries = app.recorded_after(before).await;
        assert!(entries.iter().all(|entry| entry.kind() == AuditKind::Write && entry.pupils.is_empty()), "{entries:?}");
        assert_eq!(entries.len(), judged);
        // Whoever leads the school is shown the pupil's judgement once it is released: one pupil is recorded.
        world.advance(&lead, &exercise, &["DISCUSSING", "RELEASED"]).await;
        let (answer, entry) = left_by(&app, &world.schools[0].head, "{ sampledWorks(first: 1) { nodes { judgement { pupil { id } } } } }", json!({})).await;
        assert_eq!(entry.unwrap().all_pupils(), ids_in(&answer, "Pupil"));
    }

    async fn the_statements_of_the_audit_are_not_those_of_the_request(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let (before, apart) = (app.audited().await, app.db.statements_apart());
        assert_eq!(head.ask("{ pupils { nodes { id } } }").await.statements, 2, "who asks, and the pupils");
        let own = if app.db.is_postgres() { 3 } else { 2 };
        assert_eq!(app.db.statements_apart() - apart, own, "the lock, the end of the chain, the entry");
        assert_eq!(app.audited().await, before + 1);
        assert_eq!(head.ask("{ schools { nodes { id } } }").await.statements, 2);
        assert_eq!(app.db.statements_apart() - apart, own, "nothing to record, nothing to write");
    }

    async fn rows_about_pupils_are_given_to_no_viewer_whom_nobody_records(app) {
        use plumbline::{auth::{StaffKey, viewer_of}, db::{Read, Scoped}};
        use plumbline_entity::{class, pupil, staff_member};
        use sea_orm::EntityTrait;
        let world = World::build(&app, Size::default()).await;
        let people = staff_member::Entity::find().all(&app.raw).await.unwrap();
        let head = people.iter().find(|person| person.email == world.schools[0].head).unwrap();
        let viewer = viewer_of(&app.db, StaffKey::Id(head.id), None, TestApp::now(), app.app.config.time_zone).await.unwrap().unwrap();
        let error = app.db.all(Scoped::<pupil::Entity>::of(&viewer)).await.unwrap_err().to_string();
        assert!(error.contains("rows of pupil") && error.contains("ctx.db()"), "{error}");
        assert!(app.db.one(Scoped::<pupil::Entity>::of(&viewer)).await.is_err());
        assert_eq!(app.db.count(Scoped::<pupil::Entity>::of(&viewer)).await.unwrap(), 16, "a figure");
        assert_eq!(app.db.all(Scoped::<class::Entity>::of(&viewer)).await.unwrap().len(), 4, "the frame");
    }
}
