//! Databases as they are run: over TLS, behind a pooler, in another encoding, on several hosts.

use plumbline_tests::postgres::{Apart, server};
use plumbline_tests::{Console, Said};

async fn status(url: &str) -> Said {
    Console::new(url).run(&["migrate", "status"]).await
}

/// A server that takes connections over TLS alone, with the certificate by which it is known.
async fn over_tls_alone() -> Option<Apart> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.key_pair.serialize_pem());
    let files = [("server.crt", certificate.as_str()), ("server.key", key.as_str())];
    Apart::server(&["ssl=on"], "hostssl all all 127.0.0.1/32 trust\n", &files).await
}

#[tokio::test]
async fn a_server_that_speaks_tls_alone_is_spoken_to_over_tls() {
    let Some(server) = over_tls_alone().await else { return };
    let at = |host: &str, rest: &str| format!("postgres://postgres@{host}:{}/postgres{rest}", server.port);
    let ca = server.folder.join("server.crt").display().to_string();
    for rest in [
        "?sslmode=require".to_owned(),
        format!("?sslmode=verify-ca&sslrootcert={ca}"),
        format!("?sslmode=verify-full&sslrootcert={ca}"),
    ] {
        let said = status(&at("localhost", &rest)).await;
        assert!(said.success, "{rest}: {said:?}");
    }
    let said = status(&at("localhost", "?sslmode=verify-full")).await;
    let line = said.failure();
    assert!(
        line.contains("certificate") && line.contains("sslrootcert=FILE"),
        "nobody whom this machine knows has signed it: {line}"
    );
    for rest in ["", "?sslmode=disable"] {
        let line = status(&at("localhost", rest)).await.failure().to_owned();
        assert!(
            line.contains("no encryption") && line.contains("over TLS alone") && line.contains("sslmode=require"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_server_without_tls_says_so_to_whoever_wants_it() {
    let Some(server) = Apart::server(&[], "host all all 127.0.0.1/32 trust\n", &[]).await else { return };
    let at = |rest: &str| format!("postgres://postgres@127.0.0.1:{}/postgres{rest}", server.port);
    assert!(status(&at("")).await.success, "nobody asked for it");
    let line = status(&at("?sslmode=require")).await.failure().to_owned();
    assert!(line.contains("does not support TLS") && line.contains("ssl = on"), "{line}");
}

#[tokio::test]
async fn a_pooler_of_transactions_is_refused_by_name_and_one_of_sessions_is_taken() {
    let Some(server) = Apart::server(&[], "host all all 127.0.0.1/32 trust\n", &[]).await else { return };
    for (mode, taken) in [("session", true), ("transaction", false), ("statement", false)] {
        let Some(pooler) = Apart::pooler(&format!("127.0.0.1:{}", server.port), mode).await else { return };
        let said = status(&format!("postgres://postgres@127.0.0.1:{}/postgres", pooler.port)).await;
        if taken {
            assert!(said.success, "{mode}: {said:?}");
        } else {
            let line = said.failure();
            assert!(line.contains("pool_mode = session"), "{mode}: {line}");
        }
    }
}

#[tokio::test]
async fn a_database_in_which_not_every_name_can_be_written_is_refused() {
    let Some(server) = server().await else { return };
    let name = format!("plumbline_test_latin_{}", uuid::Uuid::now_v7().simple());
    let db = plumbline_tests::postgres::answers(server).await.unwrap();
    let make = format!("CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    sea_orm::ConnectionTrait::execute_unprepared(&db, &make).await.unwrap();
    let line = status(&format!("{server}/{name}")).await.failure().to_owned();
    assert!(line.contains("its encoding is LATIN1") && line.contains("ENCODING 'UTF8'"), "{line}");
    sea_orm::ConnectionTrait::execute_unprepared(&db, &format!("DROP DATABASE {name}")).await.unwrap();
}

#[tokio::test]
async fn several_hosts_in_one_address_are_refused_by_name() {
    let line = status("postgres://u:hunter2@h1,h2:5433/db").await.failure().to_owned();
    assert!(line.contains("several hosts (h1,h2:5433)") && !line.contains("hunter2"), "{line}");
}
