//! Whoever reads the log may leave or fall asleep: no request waits for them, and what they missed is counted.

use std::time::{Duration, Instant};

use plumbline_tests::{Console, STOPPING, Size, World, db_test, tell_to_stop};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::Child;

const SERVE: [&str; 4] = ["serve", "--create", "--listen", "127.0.0.1:0"];

/// A service whose output nobody has read but the line with its address, at which it listens.
async fn started(console: &Console) -> (Child, String) {
    let mut child = console.launch(&SERVE, &[("PLUMBLINE_LOG__FILTER", "info")]).await;
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await.expect("in time").unwrap();
    let line = line.expect("its address");
    (child, line.rsplit('/').next().unwrap().to_owned())
}

async fn stopped(mut child: Child) {
    tell_to_stop(&child);
    let asked = Instant::now();
    let ended = tokio::time::timeout(STOPPING, child.wait()).await.expect("it ends in time").unwrap();
    assert!(ended.success(), "{ended}");
    assert!(asked.elapsed() < Duration::from_secs(10), "nothing was under way: {:?}", asked.elapsed());
}

/// A connection on which one asks again and again.
struct Line {
    stream: BufReader<TcpStream>,
    address: String,
    token: String,
}

impl Line {
    async fn to(address: &str, token: &str) -> Self {
        let stream = BufReader::new(TcpStream::connect(address).await.unwrap());
        Self { stream, address: address.to_owned(), token: token.to_owned() }
    }

    /// The status and the body of the answer; fails if it does not come within half a minute.
    async fn ask(&mut self, path: &str, body: &str) -> (u16, String) {
        let (address, token) = (&self.address, &self.token);
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             authorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        tokio::time::timeout(Duration::from_secs(30), self.exchange(&request)).await.expect("an answer")
    }

    async fn exchange(&mut self, request: &str) -> (u16, String) {
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            assert!(self.stream.read_line(&mut line).await.unwrap() > 0, "the connection was cut");
            let line = line.trim().to_ascii_lowercase();
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some(rest) = line.strip_prefix("content-length: ") {
                length = rest.parse().unwrap();
            } else if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.unwrap();
        (status, String::from_utf8(body).unwrap())
    }
}

async fn token_of(console: &Console, email: &str) -> String {
    console.run(&["token", "--as", email]).await.output.trim().to_owned()
}

db_test! {
    async fn mutations_are_done_and_answered_after_the_reader_of_the_log_has_left(app) {
        let world = World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let token = token_of(&console, &world.lead).await;
        let (mut child, address) = started(&console).await;
        drop((child.stdout.take(), child.stderr.take()));
        for year in 1990..2020 {
            let query = "mutation($input: CreateAcademicYearInput!) { createAcademicYear(input: $input) { academicYear { year } userErrors { code } } }";
            let asked = json!({ "query": query, "variables": { "input": { "year": year } } });
            let (status, body) = Line::to(&address, &token).await.ask("/graphql", &asked.to_string()).await;
            let answer: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}"));
            assert_eq!((status, &answer["data"]["createAcademicYear"]["academicYear"]["year"]), (200, &json!(year)), "{body}");
        }
        assert_eq!(app.rows("academic_year").await, 31);
        stopped(child).await;
    }

    async fn requests_are_answered_though_nobody_reads_the_log_and_it_stops_when_it_is_told_to(app) {
        let world = World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let token = token_of(&console, &world.lead).await;
        let (child, address) = started(&console).await;
        let mut askers = Vec::new();
        for _ in 0..4 {
            let mut line = Line::to(&address, &token).await;
            askers.push(tokio::spawn(async move {
                for _ in 0..500 {
                    let (status, body) = line.ask("/graphql", r#"{ "query": "{ __typename }" }"#).await;
                    assert!(status == 200 && body.contains("Query"), "{status} {body}");
                }
            }));
        }
        for asker in askers {
            asker.await.unwrap();
        }
        stopped(child).await;
    }
}

/// How many lines the log says were dropped, in all.
fn dropped_in(log: &[Value]) -> u64 {
    log.iter()
        .filter(|line| line["message"] == "lines of the log were dropped")
        .filter_map(|l| l["lines"].as_u64())
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_that_nobody_took_are_counted_and_told_once_somebody_reads_again() {
    const ASKED: u64 = 6_000;
    let console = Console::new("sqlite:plumbline.sqlite");
    let json = [("PLUMBLINE_LOG__FILTER", "info"), ("PLUMBLINE_LOG__FORMAT", "json")];
    let (mut child, line) = console.start_with(&SERVE, "plumbline serves", &json).await;
    let address = line.rsplit('/').next().unwrap().to_owned();
    // Nothing is there, so it is answered soon, and the line about it is long.
    let nowhere = format!("/graphql/{}", "x".repeat(1_000));
    let mut line = Line::to(&address, "none").await;
    for _ in 0..ASKED {
        assert_eq!(line.ask(&nowhere, "").await.0, 404);
    }
    let (mut log, mut reader) = (Vec::<Value>::new(), BufReader::new(child.stderr.take().unwrap()).lines());
    while dropped_in(&log) == 0 {
        let line =
            tokio::time::timeout(Duration::from_secs(30), reader.next_line()).await.expect("it is told").unwrap();
        log.push(serde_json::from_str(&line.expect("more to be said")).unwrap());
    }
    assert!(dropped_in(&log) > 1_000, "{}", dropped_in(&log));
    let rest = tokio::spawn(async move {
        while let Some(line) = reader.next_line().await.unwrap() {
            log.push(serde_json::from_str(&line).unwrap());
        }
        log
    });
    stopped(child).await;
    let log = rest.await.unwrap();
    let told = log.iter().filter(|line| line["message"] == "answered").count() as u64;
    assert_eq!(told + dropped_in(&log), ASKED, "each line was read or counted");
    assert_eq!(log.last().unwrap()["message"], "stopped", "the last lines were waited for");
}

#[tokio::test]
async fn a_command_whose_reader_has_left_ends_in_peace_and_one_whose_disk_is_full_says_so() {
    let console = Console::new("sqlite:plumbline.sqlite");
    for command in [&["schema"][..], &["migrate", "up"], &["migrate", "status"], &["audit", "verify"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let said = console.run_into(command, writer).await;
        assert!(said.success && said.errors.is_empty(), "{command:?}: {said:?}");
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let said = console.run_into(command, full).await;
        assert!(said.failure().starts_with("plumbline: cannot write to standard output: No space left"), "{said:?}");
    }
}
