//! `plumbline documents`: the documents that a client is trusted with.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Failure, find_trust, open_migrated, say::hand_out, schema};
use crate::{
    config::Config,
    protocol::{Documents, trusted},
};

/// What to do with trusted documents.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Register documents from manifests (JSON) or .graphql files; all of them, or none if one is not valid.
    Add {
        #[command(flatten)]
        of: Client,
        /// Manifests as relay-compiler, graphql-codegen or Apollo write them, or single documents.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// List the documents of a trust, with their hashes.
    List {
        /// The name of the trust, as it was imported.
        #[arg(long, value_name = "NAME")]
        trust: String,
        /// Only those of this client.
        #[arg(long)]
        client: Option<String>,
    },
    /// Revoke a document, or all documents of a client: within ten seconds nobody can run it.
    Revoke {
        #[command(flatten)]
        of: Client,
        /// The hash, as `list` shows it.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        hash: Option<String>,
        /// All documents of the client.
        #[arg(long)]
        all: bool,
    },
}

/// Whose documents.
#[derive(Debug, Args)]
pub(super) struct Client {
    /// The name of the trust, as it was imported.
    #[arg(long, value_name = "NAME")]
    trust: String,
    /// The client, by a name of your choice; an application that may send only its trusted documents, by its client id.
    #[arg(long)]
    client: String,
}

pub(super) async fn run(config: &Config, action: Action) -> Result<(), Failure> {
    match action {
        Action::Add { of, files } => add(config, &of, &files).await,
        Action::List { trust, client } => list(config, &trust, client.as_deref()).await,
        Action::Revoke { of, hash, .. } => revoke(config, &of, hash.as_deref()).await,
    }
}

async fn add(config: &Config, of: &Client, files: &[PathBuf]) -> Result<(), Failure> {
    let checking = Documents::new(&schema::sdl(), &config.limits)?;
    let mut documents = Vec::new();
    for file in files {
        for entry in trusted::read_manifest(file)? {
            let checked = checking.check(&entry.text).map_err(|errors| {
                let hash = trusted::in_hexadecimal(&entry.hash);
                format!("nothing was added: {}, {hash}: {}", file.display(), trusted::in_a_line(&errors))
            })?;
            documents.push((checked.names(), entry.text, entry.hash));
        }
    }
    let db = open_migrated(config).await?;
    let trust = find_trust(&db, &of.trust).await?.id;
    let added = trusted::add(&db, trust, &of.client, &documents, chrono::Utc::now()).await?;
    for ((name, _, hash), added) in documents.iter().zip(&added) {
        let what = match added {
            trusted::Added::New => "added",
            trusted::Added::Again => "added again",
            trusted::Added::Before => "was there",
        };
        hand_out(&format!("sha256:{}  {what}  {name}", trusted::in_hexadecimal(hash)))?;
    }
    Ok(())
}

async fn list(config: &Config, trust: &str, client: Option<&str>) -> Result<(), Failure> {
    let db = open_migrated(config).await?;
    let trust = find_trust(&db, trust).await?.id;
    for document in trusted::list(&db, trust, client).await? {
        let state = document.revoked_at.map_or_else(
            || format!("since {}", document.added_at.format("%Y-%m-%d")),
            |moment| format!("revoked {}", moment.format("%Y-%m-%d")),
        );
        hand_out(&format!("sha256:{}  {}  {state}  {}", document.hash, document.client, document.name))?;
    }
    Ok(())
}

async fn revoke(config: &Config, of: &Client, hash: Option<&str>) -> Result<(), Failure> {
    let hash = match hash {
        None => None,
        Some(text) => Some(
            trusted::from_hexadecimal(text.strip_prefix("sha256:").unwrap_or(text))
                .ok_or("the hash must be 64 hexadecimal digits, as `plumbline documents list` shows it")?,
        ),
    };
    let db = open_migrated(config).await?;
    let trust = find_trust(&db, &of.trust).await?.id;
    match trusted::revoke(&db, trust, &of.client, hash.as_ref(), chrono::Utc::now()).await? {
        0 => Err("there is no such document to revoke; `plumbline documents list` shows those there are".into()),
        count => {
            hand_out(&format!("revoked {count}"))?;
            Ok(())
        }
    }
}
