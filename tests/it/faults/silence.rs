//! PostgreSQL behind a network that falls silent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use plumbline::organisation::{Class, rules::upn_of};
use plumbline_tests::{Console, Fault, Remote, Size, TestApp, Wire, World, global_id};
use serde_json::json;

const QUESTION: &str = "{ pupils(first: 1) { totalCount } }";

/// A service whose database is at the other end of a wire; none without PostgreSQL.
async fn far_away() -> Option<(TestApp, Console, Wire, Remote)> {
    let app = TestApp::on_postgres().await?;
    let world = World::build(&app, Size::default()).await;
    let wire = Wire::to(&app.database.url).await;
    let console = Console::new(&wire.url);
    let service = Remote::serve(&console, &world.schools[0].head, &[]).await;
    Some((app, console, wire, service))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_database_shows_in_readiness_within_seconds_and_so_does_its_return() {
    let Some((_app, _console, wire, service)) = far_away().await else { return };
    assert_eq!(service.ask(QUESTION, json!({})).await.1.status, 200);
    assert_eq!(service.get("/readyz").await.0, 200);
    wire.falls_silent();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let asked = Instant::now();
    assert_eq!(service.get("/readyz").await.0, 503);
    assert_eq!(service.get("/readyz").await.0, 503);
    assert!(asked.elapsed() < Duration::from_secs(6), "each is answered after two seconds, not {:?}", asked.elapsed());
    assert_eq!(service.get("/healthz").await.0, 200);
    wire.speaks_again();
    let mended = Instant::now();
    while service.get("/readyz").await.0 != 200 {
        assert!(mended.elapsed() < Duration::from_secs(2), "it does not come back");
    }
    assert_eq!(service.ask(QUESTION, json!({})).await.1.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_whose_database_is_silent_ends_when_it_is_told_to() {
    let Some((_app, _console, wire, mut service)) = far_away().await else { return };
    assert_eq!(service.ask(QUESTION, json!({})).await.1.status, 200);
    wire.falls_silent();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(service.get("/readyz").await.0, 503);
    let took = service.stop().await;
    assert!(took < Duration::from_secs(20), "it took {took:?}");
}

/// Asks as many questions at once as there are connections. Returns how many were answered, and how long it took.
async fn asks_at_once(service: &Remote) -> (usize, Duration) {
    let asked = Instant::now();
    let answers = join_all((0..8).map(|_| service.ask(QUESTION, json!({})))).await;
    (answers.iter().filter(|(_, answer)| answer.status == 200).count(), asked.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_a_firewall_forgot_are_replaced() {
    let Some((_app, _console, wire, service)) = far_away().await else { return };
    assert_eq!(asks_at_once(&service).await.0, 8);
    let mut fault = Fault::begins("PostgreSQL: a firewall forgets the connections");
    // All at once, while they are in use: those who wait are told, and the next find new connections.
    wire.forgets();
    fault.happens();
    let forgot = Instant::now();
    let (_, took) = asks_at_once(&service).await;
    assert!(took < Duration::from_secs(5), "nobody waits for longer, not {took:?}");
    let (answered, took) = asks_at_once(&service).await;
    assert!(answered == 8 && took < Duration::from_secs(2), "{answered} in {took:?}");
    fault.back_after(forgot.elapsed());
    // While nobody uses them: they are asked whether they live, and nobody notices but by a second of waiting. What goes on after
    // an answer (budgets are written down, connections are given back) has ended by then.
    tokio::time::sleep(Duration::from_secs(2)).await;
    wire.forgets();
    fault.happens();
    tokio::time::sleep(Duration::from_secs(6)).await;
    let (answered, took) = asks_at_once(&service).await;
    assert!(answered == 8 && took < Duration::from_secs(4), "{answered} in {took:?}");
    assert_eq!(service.get("/readyz").await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_under_way_when_the_database_falls_silent_is_ended_and_nothing_acknowledged_is_lost() {
    let Some((app, console, wire, mut service)) = far_away().await else { return };
    let classes = app.number("SELECT COUNT(*) AS n FROM class").await;
    assert!(classes > 0);
    let class = class_of(&app).await;
    let (shared, class) = (Arc::new(service), Arc::new(class));
    let mut acknowledged: Vec<String> = Vec::new();
    let mut fault = Fault::begins("PostgreSQL: it falls silent under twenty who change things");
    for round in 0..2 {
        // Twenty are at it all the time; the silence meets them wherever they are.
        let so_far = Arc::new(AtomicUsize::new(0));
        let working = (0..20).map(|worker| {
            let (service, class, so_far) = (Arc::clone(&shared), Arc::clone(&class), Arc::clone(&so_far));
            tokio::spawn(async move {
                let mut done = Vec::new();
                for nth in 0..1_000 {
                    let upn = upn_of(&format!("936209{round}{worker:02}{nth:03}")).unwrap();
                    let pupil = json!({
                        "upn": upn, "givenName": "Bea", "familyName": "Oak", "dateOfBirth": "2017-11-30", "sex": "FEMALE",
                        "classId": *class, "yearGroup": "YEAR_3", "startsOn": "2026-06-01", "idempotencyKey": upn,
                    });
                    let asked = Instant::now();
                    let answer = service.mutate("createPupil", pupil, "pupil { upn }").await;
                    if answer.status == 200 {
                        done.push(upn);
                        so_far.fetch_add(1, Ordering::Relaxed);
                    } else {
                        assert_eq!((answer.status.as_u16(), answer.error_code()), (503, "UNAVAILABLE"), "{:#}", answer.body);
                        return (done, asked.elapsed());
                    }
                }
                (done, Duration::ZERO)
            })
        });
        let working: Vec<_> = working.collect();
        // Some were acknowledged by then, and none is lost by it.
        while so_far.load(Ordering::Relaxed) < 20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        wire.falls_silent();
        fault.happens();
        let told = Instant::now();
        let mut longest = Duration::ZERO;
        for worker in working {
            let (done, waited) = worker.await.unwrap();
            acknowledged.extend(done);
            longest = longest.max(waited);
        }
        assert!(told.elapsed() < Duration::from_secs(15), "all are told, not after {:?}", told.elapsed());
        assert!(longest > Duration::ZERO, "the silence met nobody");
        assert_eq!(shared.get("/readyz").await.0, 503);
        // Whoever asks now is told at once.
        let asked = Instant::now();
        assert_eq!(shared.ask(QUESTION, json!({})).await.1.status, 503);
        assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
        wire.speaks_again();
        let mended = Instant::now();
        while shared.ask(QUESTION, json!({})).await.1.status != 200 {
            assert!(mended.elapsed() < Duration::from_secs(2), "it does not come back");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        fault.back_after(mended.elapsed());
    }
    let (mut lost, mut doubled) = (0, 0);
    for upn in &acknowledged {
        match app.number(&format!("SELECT COUNT(*) AS n FROM pupil WHERE upn = '{upn}'")).await {
            0 => lost += 1,
            1 => {}
            _ => doubled += 1,
        }
    }
    assert!(acknowledged.len() >= 40, "{}", acknowledged.len());
    fault.kept(acknowledged.len(), lost, doubled);
    service = Arc::into_inner(shared).expect("nobody else asks");
    service.stop().await;
    let said = console.run(&["audit", "verify"]).await;
    assert!(said.success, "{said:?}");
}

async fn class_of(app: &TestApp) -> String {
    let rows = app.snapshot("class").await;
    let id = rows.first().and_then(|row| row["id"].as_str()).expect("a class").to_owned();
    global_id::<Class>(id.parse().expect("an id"))
}
