//! Everybody is told of what they may see at that moment; for everybody else nothing happened. A later event, which
//! does arrive, shows that nothing came before it.

use std::time::{Duration, Instant};

use plumbline::assessment::AssessmentWindow;
use plumbline::organisation::Pupil;
use plumbline_entity::{assessment_window::Term, audit_entry::AuditKind};
use plumbline_tests::{Size, Socket, World, db_test, global_id};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{RECORDED, SECOND, judge_one, judge_second, summer};

db_test! {
    async fn what_is_recorded_arrives_with_all_that_can_be_asked_of_it(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let (at, head) = (app.listen().await, app.sign_in(&school.head).await);
        let mut socket = Socket::let_in(&at, head.token()).await;
        socket.subscribe("1", RECORDED, summer(&world)).await;
        app.followed_by(1).await;
        let teacher = app.sign_in(&class.teacher).await;
        let first = judge_one(&world, &teacher, class, 3, "EXS").await;
        assert_eq!(socket.data("1").await["judgementRecorded"], json!({
            "id": first, "isCurrent": true, "grade": { "code": "EXS" },
            "pupil": { "id": global_id::<Pupil>(class.pupils[3]) }, "subject": { "code": "writing" },
        }));
        // The second event is not answered from what the first one loaded: the first judgement is superseded by now.
        let query = "subscription($windowId: ID!) { judgementRecorded(windowId: $windowId) { supersedes { id isCurrent } } }";
        socket.subscribe("2", query, summer(&world)).await;
        app.followed_by(2).await;
        judge_one(&world, &teacher, class, 3, "GDS").await;
        let mut superseded = Vec::new();
        for _ in 0..2 {
            let message = socket.message().await;
            if message["id"] == "2" {
                superseded.push(message["payload"]["data"]["judgementRecorded"]["supersedes"].clone());
            }
        }
        assert_eq!(superseded, [json!({ "id": first, "isCurrent": false })]);

        // One that is withdrawn is told of, and the one that stands again in its place.
        let at_once = app.listen().await;
        let mut socket = Socket::let_in(&at_once, head.token()).await;
        let query = "subscription($windowId: ID!) { judgementRecorded(windowId: $windowId) { id isCurrent withdrawnBecause } }";
        socket.subscribe("3", query, summer(&world)).await;
        app.followed_by(3).await;
        let last = head.ask("{ judgements(filter: { isCurrent: { eq: true } }) { nodes { id } } }").await.of("judgements")["nodes"][0]["id"].clone();
        let input = json!({ "judgementId": last, "reason": "Of another pupil" });
        assert_eq!(teacher.mutate("withdrawJudgement", input, "judgement { id }").await.user_errors("withdrawJudgement"), [""; 0]);
        for (id, current, reason) in [(&last, false, json!("Of another pupil")), (&json!(first), true, json!(null))] {
            assert_eq!(socket.data("3").await["judgementRecorded"], json!({ "id": id, "isCurrent": current, "withdrawnBecause": reason }));
        }
    }

    async fn nobody_is_told_of_what_is_out_of_their_sight(app) {
        let world = World::build(&app, Size::default()).await;
        let other = World::build_another(&app, Size::default()).await;
        let (one, two) = (&world.schools[0], &world.schools[1]);
        let at = app.listen().await;
        // Two judgements are recorded, in this order. Each is told of theirs alone.
        let first = &one.classes[0];
        let second = &two.classes[0];
        let who = [&first.teacher, &one.head, &second.teacher, &two.head];
        let nobody = [&world.lead, &world.analyst, &world.moderator];
        let mut sockets = Vec::new();
        for email in who.iter().chain(&nobody) {
            let caller = app.sign_in(email).await;
            let mut socket = Socket::let_in(&at, caller.token()).await;
            socket.subscribe("1", RECORDED, summer(&world)).await;
            sockets.push(socket);
        }
        let colleague = app.sign_in(&one.classes[1].teacher).await;
        let mut colleagues = Socket::let_in(&at, colleague.token()).await;
        colleagues.subscribe("1", RECORDED, summer(&world)).await;
        app.followed_by(8).await;
        let earlier = judge_one(&world, &app.sign_in(&first.teacher).await, first, 0, "EXS").await;
        let later = judge_one(&world, &app.sign_in(&second.teacher).await, second, 0, "EXS").await;
        for (socket, expected) in sockets.iter_mut().zip([&earlier, &earlier, &later, &later]) {
            assert_eq!(socket.data("1").await["judgementRecorded"]["id"], *expected);
        }
        // A class teacher is told of their own class, and not of another class of the same school that came before.
        let own = judge_one(&world, &colleague, &one.classes[1], 0, "EXS").await;
        assert_eq!(colleagues.data("1").await["judgementRecorded"]["id"], own);
        // Those who see no judgement at all have heard nothing: what they ask next is answered first.
        for socket in sockets.iter_mut().skip(4) {
            socket.subscribe("2", "{ viewer { roles } }", json!({})).await;
            assert!(socket.data("2").await["viewer"].is_object());
        }
        // For another trust the window does not exist, just as one that never was.
        let stranger = app.sign_in(&other.schools[0].head).await;
        let mut socket = Socket::let_in(&at, stranger.token()).await;
        let mut answers = Vec::new();
        for window in [world.windows[&Term::Summer], Uuid::now_v7()] {
            socket.subscribe("1", RECORDED, json!({ "windowId": global_id::<AssessmentWindow>(window) })).await;
            answers.push(socket.message().await);
        }
        assert_eq!(answers[0], answers[1], "foreign and never there: the same");
        assert_eq!(answers[0]["payload"][0]["message"], "`windowId` names no AssessmentWindow that you may see.");
        assert_eq!(answers[0]["payload"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }

    async fn a_moderator_is_told_of_their_own_second_judgements_and_of_no_first_one(app) {
        let world = World::build(&app, Size::default()).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, |_| "EXS").await;
        }
        let lead = app.sign_in(&world.lead).await;
        let exercise = world.draw(&lead, "Writing, summer", 100, 6).await;
        app.raw.execute_unprepared(&format!("INSERT INTO staff_member (id, trust_id, email, given_name, family_name, version)
            SELECT {}, trust_id, 'second@test.example', 'Bo', 'Second', 1 FROM staff_member WHERE email = 'moderator@test.example'", fresh(&app))).await.unwrap();
        app.raw.execute_unprepared(&format!("INSERT INTO appointment (id, trust_id, staff_member_id, role, starts_on, version)
            SELECT {}, trust_id, id, 'MODERATOR', '2025-09-01', 1 FROM staff_member WHERE email = 'second@test.example'", fresh(&app))).await.unwrap();
        let at = app.listen().await;
        let (one, two) = (app.sign_in(&world.moderator).await, app.sign_in("second@test.example").await);
        let head = app.sign_in(&world.schools[0].head).await;
        let mut sockets = Vec::new();
        for caller in [&one, &two, &lead, &head] {
            let mut socket = Socket::let_in(&at, caller.token()).await;
            socket.subscribe("1", SECOND, json!({ "exerciseId": exercise })).await;
            socket.subscribe("2", RECORDED, summer(&world)).await;
            sockets.push(socket);
        }
        app.followed_by(8).await;
        let ones = judge_second(&one, "GDS").await;
        let twos = judge_second(&two, "WTS").await;
        for (at, own) in [(0, &ones), (1, &twos)] {
            let told = sockets[at].data("1").await["secondJudgementRecorded"].clone();
            assert_eq!(told["id"], *own, "their own, whoever was first");
            assert!(told["work"]["code"].is_string() && told["work"]["judgement"].is_null(), "{told:#}");
        }
        for own in [&ones, &twos] {
            assert_eq!(sockets[2].data("1").await["secondJudgementRecorded"]["id"], *own, "a trust lead is told of all");
        }
        // A first judgement is recorded again: the school is told, and nobody else. The school was not told of the
        // others.
        judge_one(&world, &head, &world.schools[0].classes[0], 0, "EXS").await;
        assert!(sockets[3].data("2").await["judgementRecorded"]["id"].is_string());
        for socket in sockets.iter_mut().take(3) {
            socket.subscribe("3", "{ viewer { roles } }", json!({})).await;
            assert!(socket.data("3").await["viewer"].is_object());
        }
    }

    async fn who_is_told_of_a_pupil_is_in_the_audit_before_they_are_told(app) {
        let world = World::build(&app, Size::default()).await;
        let class = &world.schools[0].classes[0];
        let (at, teacher) = (app.listen().await, app.sign_in(&class.teacher).await);
        let (head, lead) = (app.sign_in(&world.schools[0].head).await, app.sign_in(&world.lead).await);
        let mut sockets = Vec::new();
        for caller in [&head, &lead] {
            let mut socket = Socket::let_in(&at, caller.token()).await;
            socket.subscribe("1", RECORDED, summer(&world)).await;
            sockets.push(socket);
        }
        app.followed_by(2).await;
        let before = app.audited().await;
        judge_one(&world, &teacher, class, 3, "EXS").await;
        assert!(sockets[0].data("1").await["judgementRecorded"].is_object());
        let all = app.recorded_after(before).await;
        let reads: Vec<_> = all.iter().filter(|one| one.kind() == AuditKind::Read && one.row.operation == "judgementRecorded").collect();
        assert_eq!(reads.len(), 1, "one who was told, and one who was not: {all:#?}");
        assert_eq!(reads[0].all_pupils(), [class.pupils[3]].into());
        let person = plumbline_tests::find_staff_by_email(&app.db, &world.schools[0].head).await.unwrap().unwrap();
        assert_eq!(reads[0].row.staff_member_id, Some(person.id));
        // A token that does not hold is recorded too, whichever way it came.
        let before = app.audited().await;
        let mut socket = Socket::open(&at).await;
        socket.init("nonsense").await;
        assert_eq!(socket.closed().await.0, 4403);
        app.app.audit.flush().await.unwrap();
        let kinds: Vec<_> = app.recorded_after(before).await.iter().map(|one| one.kind()).collect();
        assert_eq!(kinds, [AuditKind::TokenRefused]);
    }

    async fn only_what_was_asked_for_arrives(app) {
        let world = World::build(&app, Size::default()).await;
        let class = &world.schools[0].classes[0];
        let (at, teacher) = (app.listen().await, app.sign_in(&class.teacher).await);
        let mut socket = Socket::let_in(&at, teacher.token()).await;
        let subject = |code: &str| global_id::<plumbline::curriculum::Subject>(world.subjects[code]);
        let mut reading = summer(&world);
        reading["subjectId"] = json!(subject("reading"));
        socket.subscribe("reading", RECORDED, reading).await;
        let spring = json!({ "windowId": global_id::<AssessmentWindow>(world.windows[&Term::Spring]) });
        socket.subscribe("spring", RECORDED, spring).await;
        app.followed_by(2).await;
        judge_one(&world, &teacher, class, 0, "EXS").await;
        let mut input = world.judgements_input(&[json!({ "pupilId": global_id::<Pupil>(class.pupils[0]), "gradeCode": "EXS" })]);
        input["subjectId"] = json!(subject("reading"));
        let answer = teacher.mutate("recordJudgements", input, "judgements { id }").await;
        assert_eq!(answer.user_errors("recordJudgements"), Vec::<String>::new());
        assert_eq!(socket.data("reading").await["judgementRecorded"]["subject"]["code"], "reading");
    }

    async fn what_was_not_committed_is_not_told(app) {
        let world = World::build(&app, Size::default()).await;
        let class = &world.schools[0].classes[0];
        let (at, teacher) = (app.listen().await, app.sign_in(&class.teacher).await);
        let mut socket = Socket::let_in(&at, teacher.token()).await;
        socket.subscribe("1", RECORDED, summer(&world)).await;
        app.followed_by(1).await;
        let refused = world.judgements_input(&[
            json!({ "pupilId": global_id::<Pupil>(class.pupils[0]), "gradeCode": "EXS" }),
            json!({ "pupilId": global_id::<Pupil>(class.pupils[1]), "gradeCode": "EXZ" }),
        ]);
        let answer = teacher.mutate("recordJudgements", refused, "judgements { id }").await;
        assert_eq!(answer.user_errors("recordJudgements"), ["INVALID judgements.1.gradeCode"]);
        let tx = app.db.begin().await.unwrap();
        tx.announce(plumbline::db::Event::recorded::<plumbline_entity::judgement::Entity>(
            world.trust, &[world.windows[&Term::Summer]], &[Uuid::now_v7()]));
        drop(tx);
        let told = judge_one(&world, &teacher, class, 2, "GDS").await;
        assert_eq!(socket.data("1").await["judgementRecorded"]["id"], told);
    }

    async fn an_appointment_that_is_revoked_is_felt_within_a_second(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let (at, head) = (app.listen().await, app.sign_in(&school.head).await);
        let teacher = app.sign_in(&class.teacher).await;
        let mut socket = Socket::let_in(&at, teacher.token()).await;
        socket.subscribe("1", RECORDED, summer(&world)).await;
        app.followed_by(1).await;
        judge_one(&world, &head, class, 0, "EXS").await;
        assert!(socket.data("1").await["judgementRecorded"]["id"].is_string());
        let query = "query { appointments(first: 50) { nodes { id version staffMember { email } } } }";
        let all = head.ask(query).await.of("appointments")["nodes"].as_array().unwrap().clone();
        let theirs = all.iter().find(|one| one["staffMember"]["email"] == json!(class.teacher)).unwrap();
        let input = json!({ "appointmentId": theirs["id"], "expectedVersion": theirs["version"], "endsOn": "2026-06-30" });
        let ended = head.mutate("endAppointment", input, "appointment { endsOn }").await;
        assert_eq!(ended.user_errors("endAppointment"), Vec::<String>::new(), "{:#}", ended.body);
        // At once, by the event that reports the change: no time has passed.
        judge_one(&world, &head, class, 1, "EXS").await;
        socket.subscribe("2", "{ pupils { totalCount } }", json!({})).await;
        assert_eq!(socket.data("2").await["pupils"]["totalCount"], 0, "nothing came of the judgement in between");
        assert_eq!(socket.message().await, json!({ "type": "complete", "id": "2" }));
        // The appointment is given back behind the service's back, and taken again. No event reports it, but a second
        // goes by.
        let when = Instant::now();
        app.raw.execute_unprepared("UPDATE appointment SET ends_on = NULL WHERE role = 'CLASS_TEACHER'").await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let back = judge_one(&world, &head, class, 2, "EXS").await;
        assert_eq!(socket.data("1").await["judgementRecorded"]["id"], back);
        app.raw.execute_unprepared("UPDATE appointment SET ends_on = '2026-06-30' WHERE role = 'CLASS_TEACHER'").await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        judge_one(&world, &head, class, 3, "EXS").await;
        socket.subscribe("3", "{ pupils { totalCount } }", json!({})).await;
        assert_eq!(socket.data("3").await["pupils"]["totalCount"], 0);
        assert!(when.elapsed() < Duration::from_secs(20), "the socket was not silent for another reason");
    }

    async fn five_hundred_at_once_all_arrive_in_order_and_for_few_statements(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 500 }).await;
        let class = &world.schools[0].classes[0];
        let (at, teacher) = (app.listen().await, app.sign_in(&class.teacher).await);
        let mut socket = Socket::let_in(&at, teacher.token()).await;
        socket.subscribe("1", RECORDED, summer(&world)).await;
        app.followed_by(1).await;
        judge_one(&world, &teacher, class, 0, "GDS").await;
        assert!(socket.data("1").await["judgementRecorded"]["id"].is_string());
        let all: Vec<Value> = class.pupils.iter()
            .map(|pupil| json!({ "pupilId": global_id::<Pupil>(*pupil), "gradeCode": "EXS" })).collect();
        let answer = teacher.mutate("recordJudgements", world.judgements_input(&all), "judgements { id }").await;
        let recorded = answer.of("recordJudgements")["judgements"].as_array().unwrap().clone();
        let before = app.db.statements();
        for (nth, one) in recorded.iter().enumerate() {
            assert_eq!(socket.data("1").await["judgementRecorded"]["id"], one["id"], "judgement {nth}");
        }
        // Four events; for each the rows, three loaders, and perhaps the viewer. Some ran before we looked.
        assert!(app.db.statements() - before <= 4 * 6, "{} statements", app.db.statements() - before);
    }
}

/// A new id, as a literal of the database.
fn fresh(app: &plumbline_tests::TestApp) -> String {
    let id = Uuid::now_v7();
    if app.db.is_postgres() { format!("'{id}'") } else { format!("x'{}'", id.simple()) }
}
