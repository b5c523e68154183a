//! If the service is killed, what it answered is in the audit.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plumbline_tests::{Console, Size, World, db_test};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Asks over one connection, one question after the other, until it breaks; notes each that was answered.
async fn ask_on(address: String, token: String, caller: usize, answered: Arc<Mutex<BTreeSet<String>>>) {
    let Ok(mut stream) = tokio::net::TcpStream::connect(&address).await else { return };
    let body = json!({ "query": "{ pupils { nodes { givenName familyName } } }" }).to_string();
    for nth in 0.. {
        let id = format!("call-{caller}-{nth}");
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nauthorization: Bearer {token}\r\nx-request-id: {id}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut answer = Vec::new();
        if stream.write_all(request.as_bytes()).await.is_err() {
            return;
        }
        // The answer ends with its cost, and so with these brackets: then all of it has come.
        while !answer.ends_with(b"}}}") {
            let mut part = [0; 4096];
            match stream.read(&mut part).await {
                Ok(read @ 1..) => answer.extend_from_slice(&part[..read]),
                _ => return,
            }
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
        answered.lock().unwrap().insert(id);
    }
}

db_test! {
    async fn a_service_that_is_killed_has_kept_every_read_that_it_answered(app) {
        let world = World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let token = console.run(&["token", "--as", &world.schools[0].classes[0].teacher]).await.output.trim().to_owned();
        let answered = Arc::new(Mutex::new(BTreeSet::new()));
        for round in 0..2 {
            let (mut child, line) = console.start(&["serve", "--listen", "127.0.0.1:0"], "plumbline serves").await;
            let address = line.rsplit('/').next().unwrap().to_owned();
            let callers: Vec<_> = (0..8)
                .map(|caller| tokio::spawn(ask_on(address.clone(), token.clone(), round * 100 + caller, Arc::clone(&answered))))
                .collect();
            let so_far = answered.lock().unwrap().len();
            for _ in 0..600 {
                tokio::time::sleep(Duration::from_millis(50)).await;
                if answered.lock().unwrap().len() > so_far + 40 {
                    break;
                }
            }
            child.kill().await.unwrap();
            for caller in callers {
                caller.await.unwrap();
            }
        }
        let answered = answered.lock().unwrap().clone();
        assert!(answered.len() > 80, "{} answers", answered.len());
        let recorded: BTreeSet<String> = app.recorded_after(0).await.into_iter().map(|entry| entry.row.request_id).collect();
        let lost: Vec<_> = answered.difference(&recorded).collect();
        assert!(lost.is_empty(), "answered and not recorded: {lost:?}");
        let said = console.run(&["audit", "verify"]).await;
        assert!(said.success && said.output.contains("the audit is what was written"), "{said:?}");
    }
}
