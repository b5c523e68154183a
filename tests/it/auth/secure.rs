//! Over TLS: an issuer proves that it is itself by a certificate of an authority that is trusted.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use plumbline::config::Auth;
use plumbline_tests::{Size, TestApp, World, db_test};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

use super::issuer::TestIssuer;
use super::keys::{TestKey, Whose, key};
use super::{ask, assert_welcome, at, with_auth};

/// Takes connections over TLS.
struct TlsListener {
    tcp: TcpListener,
    tls: TlsAcceptor,
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.tcp.accept().await.unwrap();
            // A client that does not trust our certificate closes the connection.
            if let Ok(stream) = self.tls.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

fn signing() -> &'static TestKey {
    key("EdDSA", Whose::Issuer)
}

/// An issuer with a certificate for a name, and the certificate.
async fn issuer(certified: &str) -> (TestIssuer, String) {
    let made = rcgen::generate_simple_self_signed(vec![certified.to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.key_pair.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let name = format!("https://127.0.0.1:{}", tcp.local_addr().unwrap().port());
    let listener = TlsListener { tcp, tls: TlsAcceptor::from(Arc::new(config)) };
    (TestIssuer::serve(listener, name, vec![signing().jwk("a")]), made.cert.pem())
}

/// A file with a certificate, until it is dropped.
struct File(PathBuf);

impl File {
    fn with(text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("plumbline-ca-{}.pem", uuid::Uuid::now_v7().simple()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The status for a token of an issuer, where these authorities are trusted beside the public ones.
async fn status(app: &TestApp, issuer: &TestIssuer, head: &str, authorities: Option<&str>) -> u16 {
    let file = authorities.map(File::with);
    let ca_file = file.as_ref().map(|file| file.0.clone());
    let service = with_auth(app, Auth { issuers: vec![issuer.settings()], ca_file, ..Auth::default() });
    ask(&service, &issuer.token(signing(), "a", head)).await.status.as_u16()
}

db_test! {
    async fn an_issuer_is_believed_over_tls_by_an_authority_that_is_trusted_and_by_no_other(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let (one, certificate) = issuer("127.0.0.1").await;
        let (_, of_another) = issuer("127.0.0.1").await;
        assert_eq!(status(&app, &one, head, Some(&certificate)).await, 200);
        assert_eq!(status(&app, &one, head, Some(&format!("{of_another}{certificate}"))).await, 200, "one of several");
        assert_eq!(one.fetches(), 2);
        assert_eq!(status(&app, &one, head, None).await, 503, "the public authorities alone");
        assert_eq!(status(&app, &one, head, Some(&of_another)).await, 503, "another authority");
        assert_eq!(status(&app, &one, head, Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")).await, 503);
        assert_eq!(one.fetches(), 2, "it was not even asked");
        let (misnamed, certificate) = issuer("login.example.org").await;
        assert_eq!(status(&app, &misnamed, head, Some(&certificate)).await, 503, "a certificate of another name");
    }

    async fn certificates_that_were_renewed_hold_without_a_restart(app) {
        let world = World::build(&app, Size::default()).await;
        let (issuer, certificate) = issuer("127.0.0.1").await;
        let file = File::with("");
        let auth = Auth { issuers: vec![issuer.settings()], ca_file: Some(file.0.clone()), ..Auth::default() };
        let service = with_auth(&app, auth);
        let token = issuer.token(signing(), "a", &world.schools[0].head);
        assert_eq!(ask(&service, &token).await.status.as_u16(), 503);
        std::fs::write(&file.0, certificate).unwrap();
        let later = at(&service, TestApp::now() + chrono::TimeDelta::seconds(30));
        assert_welcome(&later, &token, "with the new file").await;
    }
}
