//! The settings of issuers, as the real binary reads them and tells of them.

use plumbline_tests::{Console, Size, World, db_test, post, tell_to_stop};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

use super::AUDIENCE;
use super::issuer::TestIssuer;
use super::keys::{Whose, key};

#[tokio::test]
async fn a_wrong_setting_of_an_issuer_is_named_and_where_it_was_read() {
    let console = Console::new("sqlite:plumbline.sqlite");
    let issuer = "[[auth.issuers]]\nissuer = \"https://login.example.org\"\n";
    for (file, words) in [
        (issuer.to_owned(), "missing field `audience`"),
        (format!("{issuer}audience = \"a\"\nalgorithms = [\"HS256\"]"), "HS256"),
        (format!("{issuer}audience = \"a\"\nalgorithms = []"), "auth.issuers[0].algorithms is empty"),
        (format!("{issuer}audience = \"a\"\nsecret = \"s\""), "there is no setting `secret`"),
        (format!("{issuer}audience = \"a\"\n{issuer}audience = \"b\""), "auth.issuers[1].issuer is there twice"),
        (
            "[[auth.issuers]]\nissuer = \"http://login.example.org\"\naudience = \"a\"".to_owned(),
            "must begin with https://",
        ),
        ("[auth]\nkeep_keys_hours = 0".to_owned(), "auth.keep_keys_hours must be 1 to 168"),
        ("[auth]\nca_file = \"missing.pem\"".to_owned(), "auth.ca_file: there is no file missing.pem"),
        ("[auth]\ndevelopment_key = false".to_owned(), "nobody could sign in"),
    ] {
        std::fs::write(console.folder.join("plumbline.toml"), &file).unwrap();
        let said = console.run(&["migrate", "status"]).await;
        assert!(said.failure().starts_with("plumbline: configuration: "), "{said:?}");
        assert!(said.failure().contains(words), "{words}: {said:?}");
    }
}

/// A request with a token, as it goes over the wire; the status of the answer.
async fn status(address: &str, token: &str) -> String {
    let body = json!({ "query": "{ trust { name } }" }).to_string();
    let answer = post(address, token, &[], &body).await;
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

db_test! {
    async fn the_service_says_whose_tokens_it_takes_starts_without_them_and_logs_reasons_but_no_token(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let (signing, stranger) = (key("EdDSA", Whose::Issuer), key("EdDSA", Whose::Stranger));
        let issuer = TestIssuer::start(vec![signing.jwk("a")]).await;
        crate::auth::register_portal(&app, &issuer.name).await;
        let console = Console::new(&app.database.url);
        // One issuer at whose address nobody listens; and both issuers in one variable, as a container is given them.
        let issuers = format!(
            r#"[{{issuer = "{}", audience = "{AUDIENCE}", trust = "Test Trust"}}, {{issuer = "http://127.0.0.1:9", audience = "{AUDIENCE}"}}]"#,
            issuer.name
        );
        let environment =
            [("PLUMBLINE_LOG__FORMAT", "json"), ("PLUMBLINE_LOG__FILTER", "debug"), ("PLUMBLINE_AUTH__ISSUERS", issuers.as_str())];
        let (mut child, line) = console.start_with(&["serve", "--listen", "127.0.0.1:0"], "plumbline serves", &environment).await;
        let address = line.rsplit('/').next().unwrap().to_owned();
        let now = chrono::Utc::now();
        let honest = issuer.token_at(signing, "a", head, now);
        let forged = issuer.token_at(stranger, "a", head, now);
        let expired = issuer.token_at(signing, "a", head, now - chrono::TimeDelta::hours(2));
        assert_eq!(status(&address, &honest).await, "200");
        assert_eq!(status(&address, &forged).await, "401");
        assert_eq!(status(&address, &expired).await, "401");
        let own = app.sign_in(head).await.token().to_owned();
        assert_eq!(status(&address, &own).await, "401", "not of this machine's key");
        // Killed, it would lose the lines that wait to be written.
        tell_to_stop(&child);
        let mut logged = String::new();
        child.stderr.take().unwrap().read_to_string(&mut logged).await.unwrap();
        let lines: Vec<Value> = logged.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
        let said = |message: &str, field: &str, value: &str| lines.iter().any(|line| line["message"] == message && line[field] == value);
        for name in [issuer.name.as_str(), "http://127.0.0.1:9"] {
            assert!(said("accepts tokens of this issuer", "issuer", name), "{logged}");
        }
        assert!(said("fetched the keys of an issuer", "issuer", &issuer.name), "{logged}");
        let warned = |line: &&Value| line["message"] == "cannot fetch the keys of an issuer" && line["level"] == "WARN";
        let warning = lines.iter().find(warned).unwrap_or_else(|| panic!("{logged}"));
        assert_eq!(warning["issuer"], "http://127.0.0.1:9");
        assert!(warning["error"].as_str().unwrap().contains("refused"), "{warning}");
        for reason in ["signature", "expired", "unknown issuer"] {
            assert!(said("a token was refused", "reason", reason), "{reason}: {logged}");
        }
        for token in [&honest, &forged, &expired, &own] {
            for part in token.split('.').skip(1) {
                assert!(!logged.contains(part), "{part}: {logged}");
            }
        }
    }
}
