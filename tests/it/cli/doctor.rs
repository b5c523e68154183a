//! `plumbline doctor` says what is so, and of what is not as it should be how to mend it.

use plumbline_tests::{Console, Said, Size, World, db_test};
use sea_orm::ConnectionTrait as _;

use crate::auth::issuer::TestIssuer;
use crate::auth::keys::{Whose, key};

/// The lines that begin with a word.
fn lines<'s>(said: &'s Said, word: &str) -> Vec<&'s str> {
    said.output.lines().filter(|line| line.starts_with(word)).collect()
}

/// Fails unless one thing alone is to be mended, and the line on it holds these words.
fn mends(said: &Said, words: &[&str]) {
    let found = lines(said, "MEND");
    assert!(!said.success && found.len() == 1, "{words:?}: {said:?}");
    assert!(words.iter().all(|word| found[0].contains(word)), "{words:?}: {}", found[0]);
    assert!(said.errors.contains("one thing is to be mended"), "{said:?}");
}

db_test! {
    async fn what_is_well_is_said_and_nothing_is_changed(app) {
        World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let before = app.everything().await;
        let said = console.run(&["doctor"]).await;
        assert!(said.success && lines(&said, "MEND").is_empty(), "{said:?}");
        let product = if app.db.is_postgres() { "PostgreSQL" } else { "SQLite" };
        for words in ["configuration it is sound", product, "can be written to", "steps were applied"] {
            assert!(lines(&said, "good").iter().any(|line| line.contains(words)), "{words}: {}", said.output);
        }
        for words in ["there is no plumbline-data/development-key.pem yet", "whoever has its file can be anybody"] {
            assert!(lines(&said, "note").iter().any(|line| line.contains(words)), "{words}: {}", said.output);
        }
        assert_eq!(app.everything().await, before);
        assert!(!console.folder.join("plumbline-data").exists(), "no key was made");
    }

    async fn each_thing_that_is_not_as_it_should_be_is_named_with_how_to_mend_it(app) {
        World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let said = console.run_with(&["doctor"], &[("PLUMBLINE_DATABASE_CONNECTIONS", "0")]).await;
        mends(&said, &["configuration", "database_connections must be 1 to 500"]);

        assert!(console.run(&["token", "--as", "lead@test.example"]).await.success, "which makes the key");
        let file = console.folder.join("plumbline-data/development-key.pem");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
            mends(&console.run(&["doctor"]).await, &["keys", "chmod 600"]);
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let pem = std::fs::read(&file).unwrap();
        std::fs::write(&file, "no key").unwrap();
        mends(&console.run(&["doctor"]).await, &["keys", "holds no Ed25519 private key"]);
        std::fs::write(&file, pem).unwrap();

        let issuer = TestIssuer::start(vec![key("EdDSA", Whose::Issuer).jwk("a")]).await;
        let issuers = |more: &str| format!("[{{issuer = \"{}\", audience = \"us\"{more}}}]", issuer.name);
        let said = console.run_with(&["doctor"], &[("PLUMBLINE_AUTH__ISSUERS", &issuers(", trust = \"Test Trust\""))]).await;
        assert!(said.success, "{said:?}");
        assert!(lines(&said, "good").iter().any(|line| line.contains("publishes 1 keys")), "{}", said.output);
        let said = console.run_with(&["doctor"], &[("PLUMBLINE_AUTH__ISSUERS", &issuers(", trust = \"Test trust\""))]).await;
        mends(&said, &["trusts", "there is no such trust", "Trusts here: Test Trust"]);
        let nobody = "[{issuer = \"http://127.0.0.1:9\", audience = \"us\"}]";
        mends(&console.run_with(&["doctor"], &[("PLUMBLINE_AUTH__ISSUERS", nobody)]).await, &["issuers", "cannot reach"]);

        World::build_another(&app, Size::default()).await;
        let said = console.run_with(&["doctor"], &[("PLUMBLINE_AUTH__ISSUERS", &issuers(""))]).await;
        assert!(said.success && lines(&said, "note").iter().any(|line| line.contains("plumbline-trust")), "{said:?}");

        let sql = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m99990101_000001_to_come', 0)";
        app.raw.execute_unprepared(sql).await.unwrap();
        mends(&console.run(&["doctor"]).await, &["migrations", "newer version", "m99990101_000001_to_come"]);
        app.raw.execute_unprepared("DELETE FROM seaql_migrations WHERE version LIKE 'm9999%'").await.unwrap();
        app.db.migrate_down(1).await.unwrap();
        let said = console.run(&["doctor"]).await;
        assert!(said.success && lines(&said, "note").iter().any(|line| line.contains("1 steps are pending")), "{said:?}");
        app.db.migrate_up().await.unwrap();

        if app.db.is_postgres() {
            let name = app.database.url.rsplit('/').next().unwrap();
            let read_only = |on: bool| format!("ALTER DATABASE {name} SET default_transaction_read_only = {on}");
            app.raw.execute_unprepared(&read_only(true)).await.unwrap();
            mends(&console.run(&["doctor"]).await, &["database", "cannot be written to", "name the primary"]);
            app.raw.execute_unprepared(&read_only(false)).await.unwrap();
            let nobody = Console::new("postgres://postgres@127.0.0.1:9/plumbline");
            mends(&nobody.run(&["doctor"]).await, &["database", "cannot open the database"]);
        } else {
            let nobody = Console::new("sqlite:nowhere.sqlite");
            mends(&nobody.run(&["doctor"]).await, &["database", "there is no file nowhere.sqlite", "migrate up"]);
            assert!(!nobody.folder.join("nowhere.sqlite").exists());
        }
    }
}
