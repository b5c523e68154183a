//! What is around the service: the key file, the issuers, the disks.

use std::path::{Path, PathBuf};

use super::Finding;
use super::database::clock;
use crate::{
    auth::{KeyError, SigningKey, look_at_issuer},
    config::{Config, is_loopback},
    db::folder_of,
    telemetry::look_at_collector,
};

const KEYS: &str = "keys";
const ISSUERS: &str = "issuers";
const DISK: &str = "disk";

/// The key of this machine: whether it is there, and who may read it.
pub(super) fn keys(config: &Config) -> Vec<Finding> {
    let file = &config.auth.key_file;
    let shown = file.display();
    if !file.exists() {
        let how =
            "It is made at the first `serve`. If there was one, restore it: with another all tokens and cursors end";
        return vec![Finding::note(KEYS, format!("there is no {shown} yet"), how)];
    }
    let mut findings = vec![match SigningKey::read(file) {
        Ok(_) => Finding::good(KEYS, format!("{shown} holds the key of this machine")),
        Err(error @ (KeyError::File { .. } | KeyError::Content { .. })) => Finding::mend(KEYS, error.to_string(), ""),
    }];
    if others_may_read(file) {
        let is = format!("others than its owner may read {shown}, and could sign tokens and cursors");
        findings.push(Finding::mend(KEYS, is, format!("chmod 600 {shown}")));
    }
    findings
}

#[cfg(unix)]
fn others_may_read(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|of| of.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_may_read(_: &Path) -> bool {
    false
}

/// Whose tokens are accepted, whether their keys can be had, and whether their clocks agree with ours.
pub(super) async fn issuers(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if config.auth.accepts_development_key() {
        let is = "tokens signed with the key of this machine are accepted: whoever has its file can be anybody";
        let how = "It is for development and pilots. For real use, name an issuer, and leave auth.development_key out";
        findings.push(Finding::note(ISSUERS, is, how));
    }
    for issuer in &config.auth.issuers {
        let name = &issuer.issuer;
        match look_at_issuer(issuer, config.auth.ca_file.as_deref()).await {
            Err(why) => {
                let how =
                    "See that this machine reaches it, that `issuer` is just what its tokens say, and auth.ca_file";
                findings.push(Finding::mend(ISSUERS, format!("{name}: {why}"), how));
            }
            Ok(seen) => {
                findings.push(match seen.keys {
                    0 => Finding::mend(
                        ISSUERS,
                        format!("{name} publishes no key that may be used"),
                        "Look at `algorithms`",
                    ),
                    keys => Finding::good(ISSUERS, format!("{name} publishes {keys} keys that may be used")),
                });
                findings.extend(seen.clock_ahead.map(|ahead| clock(name, ahead)));
            }
        }
    }
    if !is_loopback_address(config) {
        let how = "Put a proxy with TLS before it, on a network that nobody else reads";
        findings.push(Finding::note("listen", format!("{} is open to the network, without TLS", config.listen), how));
    }
    findings
}

/// Whether the collector of traces takes them, where one is named.
pub(super) async fn collector(config: &Config) -> Option<Finding> {
    let endpoint = config.traces.endpoint.as_deref()?;
    Some(match look_at_collector(endpoint, config.auth.ca_file.as_deref()).await {
        Ok(()) => Finding::good("traces", format!("{endpoint} takes them")),
        Err(why) => {
            let how = "See that this machine reaches it, and that it takes OTLP over HTTP there, not gRPC";
            Finding::mend("traces", format!("{endpoint}: {why}"), how)
        }
    })
}

fn is_loopback_address(config: &Config) -> bool {
    is_loopback(&config.listen.ip().to_string())
}

/// Less room than this is little, in bytes: a day's audit and a migration have room in it.
const LITTLE: u64 = 1 << 30;

/// How much room there is where the service writes.
pub(super) fn disks(config: &Config) -> Vec<Finding> {
    let mut folders: Vec<PathBuf> = folder_of(&config.database_url).into_iter().collect();
    folders.extend(config.auth.key_file.parent().map(Path::to_path_buf));
    folders.dedup();
    folders.iter().filter_map(|folder| disk(folder)).collect()
}

fn disk(folder: &Path) -> Option<Finding> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let shown = folder.display();
    let free = free(folder)?;
    let is = format!("{} MiB are free in {shown}", free >> 20);
    Some(match free < LITTLE {
        true => Finding::mend(DISK, is, "Make room: a full disk refuses every change"),
        false => Finding::good(DISK, is),
    })
}

#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let of = rustix::fs::statvfs(folder).ok()?;
    Some(of.f_bavail.saturating_mul(of.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}
