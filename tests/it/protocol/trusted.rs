//! Documents named by their hash: registered at the console, or by clients as they go.

use plumbline::protocol::trusted::{self, Added, hash_of, in_hexadecimal};
use plumbline_tests::{Caller, Console, Size, TestApp, World, db_test};
use serde_json::{Value, json};

use super::{Exchange, by, encoded, exchange};

const FORM: [(&str, &str); 2] = [("content-type", "application/json"), ("accept", "application/graphql-response+json")];
const NAME: &str = "query TrustName { trust { name } }";

async fn post(app: &TestApp, caller: &Caller, body: Value) -> Exchange {
    exchange(app, by(caller, "POST", "/graphql", &FORM), body.to_string()).await
}

fn id(text: &str) -> String {
    format!("sha256:{}", in_hexadecimal(&hash_of(text)))
}

async fn register(app: &TestApp, world: &World, text: &str) -> Added {
    let document = [("TrustName".to_owned(), text.to_owned(), hash_of(text))];
    trusted::add(&app.db, world.trust, "front", &document, TestApp::now()).await.unwrap()[0]
}

db_test! {
    async fn a_trusted_document_runs_by_its_hash(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let text = "query Pupils($first: Int!) { pupils(first: $first) { nodes { id } } } query TrustName { trust { name } }";
        assert_eq!(register(&app, &world, text).await, Added::New);
        let answer = post(&app, &head, json!({ "documentId": id(text), "operationName": "TrustName" })).await;
        assert_eq!((answer.status, &answer.body["data"]["trust"]["name"]), (200, &json!("Test Trust")));
        let answer = post(&app, &head, json!({ "documentId": id(text), "operationName": "Pupils", "variables": { "first": 2 } })).await;
        assert_eq!(answer.body["data"]["pupils"]["nodes"].as_array().unwrap().len(), 2);
        let address = format!("/graphql?documentId={}&operationName=TrustName", encoded(&id(text)));
        assert_eq!(exchange(&app, by(&head, "GET", &address, &[]), "").await.body["data"]["trust"]["name"], "Test Trust");
        let apollo = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": &id(text)[7..] } }, "operationName": "TrustName" });
        assert_eq!(post(&app, &head, apollo).await.status, 200, "as clients with a manifest of Apollo's ask");
        let answer = app.sign_in(&world.schools[0].head).await.post(json!({ "documentId": id(text), "operationName": "TrustName" }).to_string()).await;
        assert_eq!(answer.statements, 2, "who asks, and the trust: the document is known");
    }

    async fn what_is_not_registered_or_revoked_or_anothers_is_not_found(app) {
        let world = World::build(&app, Size::default()).await;
        let other = World::build_another(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let not_found = async |app: &TestApp, caller: &Caller| {
            let answer = post(app, caller, json!({ "documentId": id(NAME) })).await;
            assert_eq!((answer.status, answer.code()), (400, "PERSISTED_QUERY_NOT_FOUND"), "{:#}", answer.body);
            assert_eq!(answer.body["errors"][0]["message"], "PersistedQueryNotFound", "the words that clients wait for");
        };
        not_found(&app, &head).await;
        register(&app, &world, NAME).await;
        assert_eq!(post(&app, &head, json!({ "documentId": id(NAME) })).await.status, 200, "at once");
        not_found(&app, &app.sign_in(&other.schools[0].head).await).await;
        assert_eq!(trusted::revoke(&app.db, world.trust, "front", Some(&hash_of(NAME)), TestApp::now()).await.unwrap(), 1);
        let elsewhere = app.with_limits(app.app.config.limits.clone());
        let answer = elsewhere.sign_in(&world.schools[0].head).await.post(json!({ "documentId": id(NAME) }).to_string()).await;
        assert_eq!(answer.error_code(), "PERSISTED_QUERY_NOT_FOUND", "on an instance that does not remember it");
        assert_eq!(register(&app, &world, NAME).await, Added::Again);
        assert_eq!(register(&app, &world, NAME).await, Added::Before);
        for (wrong, message) in [
            (json!({ "documentId": "sha256:abc" }), "`documentId` must be `sha256:` and 64 hexadecimal digits."),
            (json!({ "documentId": &id(NAME)[7..] }), "`documentId` must be `sha256:` and 64 hexadecimal digits."),
            (json!({ "documentId": id(NAME), "query": NAME }), "Send `documentId` alone, without `query` and `persistedQuery`."),
            (json!({ "documentId": 7 }), "`documentId` must be a text."),
            (json!({ "extensions": { "persistedQuery": { "version": 2, "sha256Hash": &id(NAME)[7..] } } }), "`persistedQuery` must be an object with `version` 1 and `sha256Hash`, 64 hexadecimal digits."),
        ] {
            let answer = post(&app, &head, wrong).await;
            assert_eq!((answer.status, answer.body["errors"][0]["message"].as_str()), (400, Some(message)));
        }
    }

    async fn clients_register_their_queries_as_they_go(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let extensions = |text: &str| json!({ "persistedQuery": { "version": 1, "sha256Hash": &id(text)[7..] } });
        let by_hash = json!({ "extensions": extensions(NAME) });
        assert_eq!(post(&app, &head, by_hash.clone()).await.code(), "PERSISTED_QUERY_NOT_FOUND");
        let stranger = post(&app, &app.stranger(), json!({ "query": NAME, "extensions": extensions(NAME) })).await;
        assert_eq!(stranger.status, 401);
        assert_eq!(post(&app, &head, by_hash.clone()).await.code(), "PERSISTED_QUERY_NOT_FOUND", "a stranger registers nothing");
        let another = json!({ "query": "{ trust { id } }", "extensions": extensions(NAME) });
        assert_eq!(post(&app, &head, another).await.code(), "BAD_USER_INPUT", "another text under its hash");
        assert_eq!(post(&app, &head, by_hash.clone()).await.code(), "PERSISTED_QUERY_NOT_FOUND");
        let with_text = json!({ "query": NAME, "extensions": extensions(NAME) });
        assert_eq!(post(&app, &head, with_text).await.body["data"]["trust"]["name"], "Test Trust");
        assert_eq!(post(&app, &head, by_hash).await.body["data"]["trust"]["name"], "Test Trust");
        let address = format!("/graphql?extensions={}", encoded(&extensions(NAME).to_string()));
        assert_eq!(exchange(&app, by(&head, "GET", &address, &[]), "").await.body["data"]["trust"]["name"], "Test Trust");
        let invalid = "{ nothing }";
        assert_eq!(post(&app, &head, json!({ "query": invalid, "extensions": extensions(invalid) })).await.code(), "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(post(&app, &head, json!({ "extensions": extensions(invalid) })).await.code(), "PERSISTED_QUERY_NOT_FOUND", "none that is not valid is kept");
        let mutation = "mutation { createSubject(input: { code: \"\", name: \"\" }) { userErrors { code } } }";
        assert_eq!(post(&app, &head, json!({ "query": mutation, "extensions": extensions(mutation) })).await.status, 200);
        let address = format!("/graphql?extensions={}", encoded(&extensions(mutation).to_string()));
        assert_eq!(exchange(&app, by(&head, "GET", &address, &[]), "").await.status, 405, "a mutation over GET by its hash, too");
    }

    async fn documents_are_registered_listed_and_revoked_at_the_console(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let console = Console::new(&app.database.url);
        let write = |name: &str, text: &str| std::fs::write(console.folder.join(name), text).unwrap();
        let schools = "query Schools { schools { nodes { name } } }";
        write("relay.json", &json!({ &id(NAME)[7..]: NAME }).to_string());
        write("one.graphql", schools);
        write("broken.graphql", "{ nothing }");
        let of = ["--trust", "Test Trust", "--client", "front"];
        let run = async |first: &[&str], rest: &[&str]| console.run(&[&["documents"], first, &of, rest].concat()).await;
        let said = run(&["add"], &["relay.json", "broken.graphql"]).await;
        assert!(said.failure().contains("nothing was added: broken.graphql") && said.failure().contains("nothing"), "{said:?}");
        assert_eq!(app.rows("trusted_document").await, 0);
        let said = run(&["add"], &["relay.json", "one.graphql"]).await;
        assert!(said.output.contains(&format!("{}  added  TrustName", id(NAME))), "{said:?}");
        assert_eq!(post(&app, &head, json!({ "documentId": id(schools) })).await.status, 200);
        let said = run(&["list"], &[]).await;
        assert_eq!(said.output.lines().count(), 2, "{said:?}");
        let said = run(&["revoke"], &[&id(NAME)]).await;
        assert!(said.success && said.output.contains("revoked 1"), "{said:?}");
        assert!(run(&["revoke"], &[&id(NAME)]).await.failure().contains("there is no such document to revoke"));
        assert!(run(&["list"], &[]).await.output.contains("revoked"));
        assert!(run(&["revoke"], &["--all"]).await.output.contains("revoked 1"));
        write("md5.json", &json!({ "0123": NAME }).to_string());
        assert!(run(&["add"], &["md5.json"]).await.failure().contains("Let the tool use SHA-256"));
    }
}
