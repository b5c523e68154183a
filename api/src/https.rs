//! The client with which the service asks others: issuers for their keys, and a collector that takes traces.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

/// How long it may take to connect, so that there is time to try a second address.
const LONGEST_CONNECT: Duration = Duration::from_secs(2);

/// Asks over HTTP, with TLS where the address says `https`.
pub type HttpsClient = Client<HttpsConnector<HttpConnector>, Body>;

/// The certificates of authorities cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("auth.ca_file {file} cannot be used: {why}")]
pub struct AuthorityError {
    file: String,
    why: String,
}

/// A client that trusts the public authorities, and those of `ca_file`.
///
/// # Errors
/// The file cannot be read, or holds no certificates.
pub fn client(ca_file: Option<&Path>) -> Result<HttpsClient, AuthorityError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let failed = |why: String| AuthorityError {
        file: ca_file.map_or_else(|| "(none)".to_owned(), |file| file.display().to_string()),
        why,
    };
    if let Some(file) = ca_file {
        let certificates = CertificateDer::pem_file_iter(file).map_err(|error| failed(error.to_string()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| failed(error.to_string()))?;
            roots.add(certificate).map_err(|error| failed(error.to_string()))?;
        }
    }
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_connect_timeout(Some(LONGEST_CONNECT));
    let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
    Ok(Client::builder(TokioExecutor::new()).build(https.wrap_connector(http)))
}

/// Why something could not be reached, in the words of the innermost error: the outermost only says that there was one.
pub fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let innermost = std::iter::successors(Some(error), |error| error.source()).last();
    innermost.unwrap_or(error).to_string()
}
