//! The real service in a process of its own, asked over HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Child;

use crate::{Answer, Console};

/// `plumbline serve`, asked as somebody.
pub struct Remote {
    /// The process; it ends with this.
    pub child: Child,
    /// Where it listens: address and port.
    pub address: String,
    token: String,
}

impl Remote {
    /// Serves a console's database with more of an environment, and asks as `email`.
    pub async fn serve(console: &Console, email: &str, environment: &[(&str, &str)]) -> Self {
        let token = console.run(&["token", "--as", email]).await;
        assert!(token.success, "{token:?}");
        let arguments = ["serve", "--listen", "127.0.0.1:0"];
        let (child, line) = console.start_with(&arguments, "plumbline serves", environment).await;
        let address = line.rsplit('/').next().expect("an address").to_owned();
        Self { child, address, token: token.output.trim().to_owned() }
    }

    /// The status, headers and body of a path.
    pub async fn get(&self, path: &str) -> (u16, String, String) {
        parts(&get(&self.address, path).await)
    }

    /// Asks a question. The headers of the answer come beside it.
    pub async fn ask(&self, query: &str, variables: Value) -> (String, Answer) {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let accept = [("accept", "application/graphql-response+json")];
        let (status, headers, text) = parts(&post(&self.address, &self.token, &accept, &body).await);
        let status = axum::http::StatusCode::from_u16(status).expect("a status");
        (headers, Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)), statements: 0 })
    }

    /// Carries out a mutation; `fields` is the changed object in its payload.
    pub async fn mutate(&self, name: &str, input: Value, fields: &str) -> Answer {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ {fields} userErrors {{ code field message }} }} }}"
        );
        self.ask(&query, json!({ "input": input })).await.1
    }

    /// Tells it to stop, as an operator does. Returns how long it took.
    pub async fn stop(&mut self) -> Duration {
        let started = std::time::Instant::now();
        tell_to_stop(&self.child);
        tokio::time::timeout(STOPPING, self.child.wait()).await.expect("it ends in time").expect("it ended");
        started.elapsed()
    }
}

/// How long `docs/operations.md` gives a service that is told to stop.
pub const STOPPING: Duration = Duration::from_secs(38);

/// Tells a process to stop, as an operator does. It does not wait for the end.
pub fn tell_to_stop(child: &Child) {
    let id = child.id().expect("it runs").to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
}

/// What a path is answered over the wire: status, headers and body.
pub async fn get(address: &str, path: &str) -> String {
    exchange(address, &format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")).await
}

/// What a request to the API is answered over the wire: status, headers and body. `headers` come beside the usual ones.
pub async fn post(address: &str, token: &str, headers: &[(&str, &str)], body: &str) -> String {
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         authorization: Bearer {token}\r\n{more}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(address, &request).await
}

/// Sends a request that closes the connection, and reads the whole answer, for at most 40 seconds.
async fn exchange(address: &str, request: &str) -> String {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("it takes the request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("it answers");
        String::from_utf8_lossy(&answer).into_owned()
    };
    tokio::time::timeout(Duration::from_secs(40), exchange).await.expect("an answer in time")
}

/// The status, the headers in lower case and the body of an answer.
fn parts(answer: &str) -> (u16, String, String) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, head.to_ascii_lowercase(), body.to_owned())
}
