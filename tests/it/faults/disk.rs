//! SQLite on a disk that is full, broken or cannot be read for a while.

use std::time::{Duration, Instant};

use plumbline::organisation::{Class, rules::upn_of};
use plumbline_tests::{Console, Fault, FaultyDisk, Remote, Size, TestApp, World, global_id};
use serde_json::{Value, json};

/// A service on a disk that can fail, a senior leader who works in it, and what it acknowledged.
struct Office {
    app: TestApp,
    /// Its folder holds what the service and the disk read.
    console: Console,
    disk: FaultyDisk,
    service: Remote,
    class: String,
    tried: u32,
    acknowledged: Vec<String>,
}

impl Office {
    async fn open() -> Self {
        let app = TestApp::on_sqlite().await;
        let world = World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let disk = FaultyDisk::under(&console);
        let environment = disk.environment();
        let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let service = Remote::serve(&console, &world.schools[0].head, &environment).await;
        let class = global_id::<Class>(world.schools[0].classes[0].id);
        Self { app, console, disk, service, class, tried: 0, acknowledged: Vec::new() }
    }

    /// Takes a new pupil on roll. Returns whether it was acknowledged.
    async fn enrols(&mut self) -> bool {
        self.tried += 1;
        let upn = upn_of(&format!("936209225{:03}", self.tried)).unwrap();
        let answer = self.service.mutate("createPupil", self.pupil(&upn), "pupil { id upn }").await;
        let done = answer.status == 200 && answer.body["data"]["createPupil"]["pupil"]["upn"] == upn.as_str();
        if done {
            self.acknowledged.push(upn);
        } else {
            assert_eq!(answer.status, 503, "{:#}", answer.body);
            assert_eq!(answer.body["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{:#}", answer.body);
        }
        done
    }

    /// Tries a pupil number that is taken, which is rolled back.
    async fn is_refused(&self) {
        let taken = self.acknowledged.first().unwrap();
        let answer = self.service.mutate("createPupil", self.pupil(taken), "pupil { id }").await;
        assert_eq!(answer.user_errors("createPupil"), ["DUPLICATE upn"], "{:#}", answer.body);
    }

    fn pupil(&self, upn: &str) -> Value {
        json!({ "upn": upn, "givenName": "Bea", "familyName": "Oak", "dateOfBirth": "2017-11-30", "sex": "FEMALE",
                "classId": self.class, "yearGroup": "YEAR_3", "startsOn": "2026-06-01" })
    }

    /// What a reader is answered: the number of pupils, if anything.
    async fn reads(&self) -> Option<u64> {
        let (_, answer) = self.service.ask("{ pupils(first: 1) { totalCount nodes { familyName } } }", json!({})).await;
        answer.body["data"]["pupils"]["totalCount"].as_u64()
    }

    /// Tries until it is done again. Returns how long that took.
    async fn back_after(&mut self) -> Duration {
        let mended = Instant::now();
        while !self.enrols().await {
            assert!(mended.elapsed() < Duration::from_secs(10), "it does not come back");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        mended.elapsed()
    }

    /// Everything that was acknowledged is there, and nothing else; the audit is whole.
    async fn close(mut self, mut fault: Fault) {
        self.service.stop().await;
        let rows = self.app.snapshot("pupil").await;
        let there: Vec<&str> = rows.iter().filter_map(|row| row["upn"].as_str()).collect();
        let lost: Vec<_> = self.acknowledged.iter().filter(|upn| !there.contains(&upn.as_str())).collect();
        let doubled = self.acknowledged.iter().filter(|upn| there.iter().filter(|one| one == upn).count() > 1).count();
        fault.kept(self.acknowledged.len(), lost.len(), doubled);
        let new = rows.iter().filter(|row| row["given_name"] == "Bea").count();
        fault.answered_wrong(new.abs_diff(self.acknowledged.len()));
        let said = self.console.run(&["audit", "verify"]).await;
        assert!(said.success && said.output.contains("the audit is what was written"), "{said:?}");
    }
}

async fn nothing_is_lost_while_it_is(fault: &str) {
    let mut office = Office::open().await;
    let mut told = Fault::begins(format!("SQLite: the disk is {fault}"));
    for _ in 0..3 {
        assert!(office.enrols().await);
        told.happens();
        office.disk.is(fault);
        for _ in 0..3 {
            assert!(!office.enrols().await, "{fault}, and it was acknowledged");
            office.reads().await;
        }
        office.disk.is_well();
        let took = office.back_after().await;
        told.back_after(took);
        assert!(took < Duration::from_secs(2), "back after {took:?}");
        // A refusal is rolled back: on a connection that thought itself in a transaction, what followed was never committed.
        office.is_refused().await;
        assert!(office.enrols().await);
        office.is_refused().await;
        assert!(office.reads().await.is_some());
    }
    office.close(told).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_a_disk_that_was_full() {
    nothing_is_lost_while_it_is("full").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_a_disk_that_was_broken() {
    nothing_is_lost_while_it_is("broken").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_a_disk_that_could_not_be_read() {
    nothing_is_lost_while_it_is("unreadable").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_full_shows_in_readiness_and_so_does_its_end() {
    let office = Office::open().await;
    let mut told = Fault::begins("SQLite: the disk is full, asked for readiness");
    told.happens();
    assert_eq!(office.service.get("/readyz").await.0, 200);
    office.disk.is("full");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(office.service.get("/readyz").await.0, 503);
    let (headers, answer) = office.service.ask("{ pupils(first: 1) { nodes { familyName } } }", json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.error_code()), (503, "UNAVAILABLE"), "{:#}", answer.body);
    assert!(headers.contains("retry-after: 2"), "{headers}");
    office.disk.is_well();
    assert_eq!(office.service.get("/readyz").await.0, 200);
    office.close(told).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_into_a_file_that_was_removed_or_replaced() {
    let mut office = Office::open().await;
    assert!(office.enrols().await);
    let file = office.app.database.url.trim_start_matches("sqlite:").to_owned();
    let aside = format!("{file}.aside");
    std::fs::rename(&file, &aside).unwrap();
    assert!(!office.enrols().await, "there is no file");
    std::fs::copy(&aside, &file).unwrap();
    assert!(!office.enrols().await, "there is another file");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(office.service.get("/readyz").await.0, 503);
    std::fs::rename(&aside, &file).unwrap();
    let took = office.back_after().await;
    assert!(took < Duration::from_secs(2), "back after {took:?}");
    assert_eq!(office.service.get("/readyz").await.0, 200);
    let mut told = Fault::begins("SQLite: the file is removed, and replaced");
    told.happens();
    told.back_after(took);
    office.close(told).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_was_opened_only_to_read_is_not_used_for_writing_once_it_may_be_written_again() {
    let mut office = Office::open().await;
    assert!(office.enrols().await);
    // What was open is closed after this, so that the next connection meets a file that may only be read.
    office.disk.is("full");
    assert!(!office.enrols().await);
    office.disk.is("protected");
    for _ in 0..3 {
        assert!(!office.enrols().await, "the file may only be read");
    }
    office.disk.is_well();
    let took = office.back_after().await;
    assert!(took < Duration::from_secs(2), "back after {took:?}");
    let mut told = Fault::begins("SQLite: the file may only be read");
    told.happens();
    told.back_after(took);
    office.close(told).await;
}
