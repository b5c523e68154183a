//! Several instances on one database, and what happens when one loses sight of it.

use std::time::Duration;

use plumbline_tests::{Size, Socket, TestApp, World};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use super::{RECORDED, judge_one, summer};

/// Waits until this many connections of this database listen.
async fn listening(app: &TestApp, wanted: i64) {
    let sql = "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'plumbline events'";
    for _ in 0..400 {
        if app.number(sql).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{} listen, not {wanted}", app.number(sql).await);
}

/// Ends the connections that listen, as a database does when it is restarted.
async fn cut_off(app: &TestApp) {
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'plumbline events'";
    app.raw.query_all_raw(Statement::from_string(app.raw.get_database_backend(), sql)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_recorded_through_one_instance_is_told_by_the_others() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let world = World::build(&app, Size::default()).await;
    let class = &world.schools[0].classes[0];
    let (one, two) = (app.instance(|_| ()).await, app.instance(|_| ()).await);
    let teacher = app.sign_in(&class.teacher).await;
    let mut sockets = Vec::new();
    for instance in [&one, &two] {
        let mut socket = Socket::let_in(&instance.listening, teacher.token()).await;
        socket.subscribe("1", RECORDED, summer(&world)).await;
        instance.followed_by(1).await;
        sockets.push(socket);
    }
    for (at, instance) in [&one, &two].into_iter().enumerate() {
        let told = judge_one(&world, &instance.asked_by(&teacher), class, at, "EXS").await;
        for socket in &mut sockets {
            assert_eq!(socket.data("1").await["judgementRecorded"]["id"], told, "once, and on both");
        }
    }
    // Rights are withdrawn through one instance and take effect on the other, at once.
    let head = one.asked_by(&app.sign_in(&world.schools[0].head).await);
    let all = head.ask("{ appointments(first: 50) { nodes { id version staffMember { email } } } }").await;
    let all = all.of("appointments")["nodes"].as_array().unwrap().clone();
    let theirs = all.iter().find(|row| row["staffMember"]["email"] == json!(class.teacher)).unwrap();
    let input = json!({ "appointmentId": theirs["id"], "expectedVersion": theirs["version"], "endsOn": "2026-06-30" });
    assert_eq!(
        head.mutate("endAppointment", input, "appointment { id }").await.user_errors("endAppointment"),
        Vec::<String>::new()
    );
    judge_one(&world, &head, class, 2, "EXS").await;
    sockets[1].subscribe("2", "{ pupils { totalCount } }", json!({})).await;
    assert_eq!(sockets[1].data("2").await["pupils"]["totalCount"], 0, "nothing came of the judgement in between");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_loses_its_connection_says_so_and_listens_again() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let world = World::build(&app, Size::default()).await;
    let class = &world.schools[0].classes[0];
    let (at, teacher) = (app.listen().await, app.sign_in(&class.teacher).await);
    let mut socket = Socket::let_in(&at, teacher.token()).await;
    socket.subscribe("1", RECORDED, summer(&world)).await;
    app.followed_by(1).await;
    listening(&app, 1).await;
    cut_off(&app).await;
    assert_eq!(socket.error("1").await, "EVENTS_MISSED");
    // The socket stays, and a new subscription on it is told again.
    socket.subscribe("1", RECORDED, summer(&world)).await;
    app.followed_by(1).await;
    let told = judge_one(&world, &teacher, class, 0, "EXS").await;
    assert_eq!(socket.data("1").await["judgementRecorded"]["id"], told);
    listening(&app, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_only_asks_has_no_connection_that_listens() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let world = World::build(&app, Size::default()).await;
    let class = &world.schools[0].classes[0];
    judge_one(&world, &app.sign_in(&class.teacher).await, class, 0, "EXS").await;
    listening(&app, 0).await;
    let at = app.listen().await;
    let _socket = Socket::let_in(&at, app.sign_in(&class.teacher).await.token()).await;
    listening(&app, 1).await;
    app.db.clone().close().await;
    listening(&app, 0).await;
}
