//! Starting, on databases, ports and configurations of every kind.

use std::time::Duration;

use plumbline_tests::{Console, db_test, get, tell_to_stop};
use sea_orm::ConnectionTrait;

#[tokio::test]
async fn an_unreachable_database_is_told_in_one_line_without_its_password() {
    let console = Console::new("postgres://ann:hunter2@127.0.0.1:9/plumbline");
    let said = console.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    let line = said.failure();
    assert!(line.contains("cannot open the database postgres://ann@127.0.0.1:9/plumbline"), "{line}");
    assert!(line.contains("onnection refused") && line.contains("Check that PostgreSQL runs there"), "{line}");
    assert!(!line.contains("hunter2"), "{line}");

    let console = Console::new("sqlite:/no/such/folder/plumbline.sqlite");
    let said = console.run(&["serve", "--listen", "127.0.0.1:0", "--create"]).await;
    assert!(said.failure().contains("Check that the folder exists"), "{said:?}");

    let console = Console::new("mysql://somewhere");
    assert!(
        console
            .run(&["migrate", "status"])
            .await
            .failure()
            .contains("DATABASE_URL must begin with `sqlite:` or `postgres://`")
    );
}

#[tokio::test]
async fn a_database_file_that_is_not_there_is_not_served_as_an_empty_one() {
    let console = Console::new("sqlite:mistyped.sqlite");
    let said = console.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert!(said.failure().contains("there is no database mistyped.sqlite"), "{said:?}");
    assert!(said.failure().contains("plumbline migrate up"), "{said:?}");
    assert!(!console.folder.join("mistyped.sqlite").exists());
    let (mut child, _) = console.start(&["serve", "--create", "--listen", "127.0.0.1:0"], "plumbline serves").await;
    child.kill().await.unwrap();
    assert!(console.folder.join("mistyped.sqlite").exists());
}

#[tokio::test]
async fn a_taken_port_is_told_before_anything_is_touched() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let console = Console::new("sqlite:untouched.sqlite");
    let said = console.run(&["serve", "--create", "--listen", &address]).await;
    assert!(said.failure().contains(&format!("cannot listen on {address}")), "{said:?}");
    assert!(said.failure().contains("choose another with --listen"), "{said:?}");
    assert!(!console.folder.join("untouched.sqlite").exists());
}

#[tokio::test]
async fn a_wrong_configuration_names_the_setting_and_where_it_was_read() {
    let console = Console::new("sqlite:plumbline.sqlite");
    for (file, words) in [
        ("listen = \"nowhere\"", "listen"),
        ("[disclosure]\nthreshold = 1", "disclosure.threshold must be 3 to 100"),
        ("[disclosure]\nthreshhold = 6", "there is no setting `threshhold`; known here: threshold"),
        ("this is no TOML", "plumbline.toml"),
        ("[log]\nformat = \"xml\"", "log.format"),
        (
            "listen = \"127.0.0.1:8000\"\nmetrics_listen = \"127.0.0.1:8000\"",
            "metrics_listen must be another address than listen",
        ),
        (
            "time_zone = \"Europe/Lodnon\"",
            "time_zone: `Europe/Lodnon` is no time zone of the IANA database; write it as Europe/London",
        ),
    ] {
        std::fs::write(console.folder.join("plumbline.toml"), file).unwrap();
        let said = console.run(&["migrate", "status"]).await;
        assert!(said.failure().starts_with("plumbline: configuration: "), "{said:?}");
        assert!(said.failure().contains(words), "{words}: {said:?}");
    }
    std::fs::remove_file(console.folder.join("plumbline.toml")).unwrap();
    let said = console.run_with(&["migrate", "status"], &[("PLUMBLINE_LIMITS__DEPTH", "3")]).await;
    assert!(said.failure().contains("limits.depth must be at least 15"), "{said:?}");
    let said = console.run(&["--config", "missing.toml", "migrate", "status"]).await;
    assert!(said.failure().contains("there is no file missing.toml"), "{said:?}");
}

db_test! {
    async fn a_database_is_migrated_up_and_down_and_says_where_it_stands(app) {
        let database = app.database.empty_like().await;
        let console = Console::new(&database.url);
        let before = console.run(&["migrate", "status"]).await;
        assert!(before.success && before.output.lines().all(|line| line.starts_with("pending")), "{before:?}");
        let steps = before.output.lines().count();
        let up = console.run(&["migrate", "up"]).await;
        assert_eq!(up.output.lines().filter(|line| line.starts_with("applied")).count(), steps, "{up:?}");
        assert!(console.run(&["migrate", "up"]).await.output.contains("nothing to do"));
        let down = console.run(&["migrate", "down", "--steps", &steps.to_string()]).await;
        assert!(down.success, "{down:?}");
        assert_eq!(console.run(&["migrate", "status"]).await.output, before.output);
        assert!(console.run(&["migrate", "up"]).await.success, "and up again");
    }

    async fn a_half_migrated_or_newer_database_is_told_and_left_alone(app) {
        let database = app.database.empty_like().await;
        database.raw().await.execute_unprepared("CREATE TABLE school (id INTEGER)").await.unwrap();
        let console = Console::new(&database.url);
        let said = console.run(&["serve", "--listen", "127.0.0.1:0"]).await;
        assert!(said.failure().contains("migration failed and was rolled back"), "{said:?}");
        assert!(said.failure().contains("half migrated"), "{said:?}");
        let status = console.run(&["migrate", "status"]).await;
        assert!(status.output.lines().all(|line| line.starts_with("pending")), "nothing half done: {status:?}");

        let newer = app.database.empty_like().await;
        let console = Console::new(&newer.url);
        assert!(console.run(&["migrate", "up"]).await.success);
        let raw = newer.raw().await;
        raw.execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29991231_000001_later', 0)").await.unwrap();
        let said = console.run(&["serve", "--listen", "127.0.0.1:0"]).await;
        assert!(said.failure().contains("migrated by a newer version of plumbline (step m29991231_000001_later"), "{said:?}");
    }

    async fn instances_that_start_at_once_migrate_once(app) {
        let database = app.database.empty_like().await;
        let console = Console::new(&database.url);
        let serve = ["serve", "--listen", "127.0.0.1:0", "--create"];
        let ((mut one, first), (mut two, second), (mut three, third)) = tokio::join!(
            console.start(&serve, "plumbline serves"),
            console.start(&serve, "plumbline serves"),
            console.start(&serve, "plumbline serves"),
        );
        assert!(first != second && second != third);
        for child in [&mut one, &mut two, &mut three] {
            child.kill().await.unwrap();
        }
        assert!(console.run(&["migrate", "up"]).await.output.contains("nothing to do"));
    }

    async fn it_serves_until_it_is_told_to_stop(app) {
        let console = Console::new(&app.database.url);
        let (mut child, line) = console.start(&["serve", "--listen", "127.0.0.1:0"], "plumbline serves").await;
        let address = line.rsplit('/').next().unwrap().to_owned();
        let ready = get(&address, "/readyz").await;
        assert!(ready.starts_with("HTTP/1.1 200") && ready.ends_with("ready\n"), "{ready}");
        tell_to_stop(&child);
        let ended = tokio::time::timeout(Duration::from_secs(10), child.wait()).await.expect("in time").unwrap();
        assert!(ended.success(), "{ended}");
    }
}

#[tokio::test]
async fn help_teaches() {
    let console = Console::new("sqlite:none.sqlite");
    let said = console.run(&["--help"]).await;
    for words in ["Begin with `plumbline demo`", "serve", "migrate", "import", "appoint", "token", "schema"] {
        assert!(said.output.contains(words), "{words}: {said:?}");
    }
    let said = console.run(&["token", "--as", "nobody@test.example"]).await;
    assert!(said.failure().contains("nobody has the address nobody@test.example"), "{said:?}");
    let said = console.run(&["appoint", "ann@test.example", "--role", "trust-analyst", "--trust", "None"]).await;
    assert!(
        said.failure().contains("there is no trust `None`. Trusts here: none yet; `plumbline import gias` makes one"),
        "{said:?}"
    );
}
