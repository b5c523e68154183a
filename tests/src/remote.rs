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
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address)).await
    }

    /// Asks a question. The headers of the answer come beside it.
    pub async fn ask(&self, query: &str, variables: Value) -> (String, Answer) {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             accept: application/graphql-response+json\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            self.token,
            body.len()
        );
        let (status, headers, text) = self.send(&request).await;
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

    /// Sends a request that closes the connection, and reads the whole answer, for at most 40 seconds.
    async fn send(&self, request: &str) -> (u16, String, String) {
        let exchange = async {
            let mut stream = TcpStream::connect(&self.address).await.expect("it listens");
            stream.write_all(request.as_bytes()).await.expect("it takes the request");
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.expect("it answers");
            String::from_utf8_lossy(&answer).into_owned()
        };
        let answer = tokio::time::timeout(Duration::from_secs(40), exchange).await.expect("an answer in time");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, head.to_ascii_lowercase(), body.to_owned())
    }

    /// Tells it to stop, as an operator does. Returns how long it took.
    pub async fn stop(&mut self) -> Duration {
        let started = std::time::Instant::now();
        let id = self.child.id().expect("it runs").to_string();
        let told = std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill");
        assert!(told.success());
        tokio::time::timeout(Duration::from_secs(60), self.child.wait()).await.expect("it ends").expect("it ended");
        started.elapsed()
    }
}
