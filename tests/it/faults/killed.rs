//! A service that is killed while it is written to: what it acknowledged is there, and what is repeated is not there twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use plumbline::organisation::StaffMember;
use plumbline_tests::{Console, Fault, Remote, Size, World, db_test, find_staff_by_email, global_id};
use serde_json::{Value, json};

/// A grant with a purpose of its own. Nothing but its key keeps it from being there twice.
fn grant(person: &str, purpose: &str) -> Value {
    let ends = chrono::Utc::now() + chrono::Duration::days(30);
    json!({ "staffMemberId": person, "withNames": false, "purpose": purpose, "expiresAt": ends.date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc(),
            "idempotencyKey": purpose })
}

db_test! {
    async fn what_a_killed_service_acknowledged_is_there_and_what_is_repeated_is_there_once(app) {
        let world = World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let person = find_staff_by_email(&app.db, &world.schools[0].head).await.unwrap().unwrap();
        let person = Arc::new(global_id::<StaffMember>(person.id));
        let mut fault = Fault::begins(if app.db.is_postgres() { "PostgreSQL: the service is killed" } else { "SQLite: the service is killed" });
        let (mut acknowledged, mut open): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for round in 0..4 {
            let service = Arc::new(Remote::serve(&console, &world.lead, &[]).await);
            // What was not acknowledged before is sent again, under the same key.
            let again = std::mem::take(&mut open);
            for purpose in again {
                let answer = service.mutate("createAccessGrant", grant(&person, &purpose), "accessGrant { id }").await;
                assert_eq!(answer.user_errors("createAccessGrant"), Vec::<String>::new());
                acknowledged.push(purpose);
            }
            let working: Vec<_> = (0..8).map(|worker| {
                let (service, person) = (Arc::clone(&service), Arc::clone(&person));
                tokio::spawn(async move {
                    let (mut done, mut left) = (Vec::new(), Vec::new());
                    for nth in 0.. {
                        let purpose = format!("Killed in round {round}, by {worker}, for the {nth}th time");
                        // In a task of its own: a connection that is cut ends it in a panic.
                        let asked = tokio::spawn(asked_of(Arc::clone(&service), Arc::clone(&person), purpose.clone()));
                        if !matches!(asked.await, Ok(true)) {
                            left.push(purpose);
                            break;
                        }
                        done.push(purpose);
                    }
                    (done, left)
                })
            }).collect();
            tokio::time::sleep(Duration::from_millis(400 + 150 * round)).await;
            // SIGKILL: nothing of it gets to run any more.
            let id = service.child.id().unwrap().to_string();
            assert!(std::process::Command::new("kill").args(["-KILL", &id]).status().unwrap().success());
            fault.happens();
            for worker in working {
                let (done, left) = worker.await.unwrap();
                acknowledged.extend(done);
                open.extend(left);
            }
        }
        let started = Instant::now();
        let mut service = Remote::serve(&console, &world.lead, &[]).await;
        assert_eq!(service.get("/readyz").await.0, 200);
        fault.back_after(started.elapsed());
        service.stop().await;
        let rows = app.snapshot("access_grant").await;
        let times = |purpose: &String| rows.iter().filter(|row| row["purpose"] == purpose.as_str()).count();
        let lost = acknowledged.iter().filter(|purpose| times(purpose) == 0).count();
        let doubled = acknowledged.iter().chain(&open).filter(|purpose| times(purpose) > 1).count();
        assert!(acknowledged.len() > 8, "{} acknowledged", acknowledged.len());
        fault.kept(acknowledged.len(), lost, doubled);
        let said = console.run(&["audit", "verify"]).await;
        assert!(said.success && said.output.contains("the audit is what was written"), "{said:?}");
    }
}

/// Whether a grant was acknowledged.
async fn asked_of(service: Arc<Remote>, person: Arc<String>, purpose: String) -> bool {
    let answer = service.mutate("createAccessGrant", grant(&person, &purpose), "accessGrant { id }").await;
    answer.status == 200 && answer.body["data"]["createAccessGrant"]["accessGrant"]["id"].is_string()
}
