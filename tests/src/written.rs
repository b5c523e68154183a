//! The questions that the project's own texts put to the service: found, not listed.
//!
//! In Markdown they are the blocks of `graphql`. A comment on a line above one says by whom it is asked and with which
//! variables; without one, the trust analyst asks:
//!
//! ```markdown
//! <!-- as: class teacher -->
//! <!-- with: { "first": 5 } -->
//! ```
//!
//! `"PUPIL ID"`, in the question or its variables, stands for the id of the first pupil that the asker is given, else
//! of any pupil. The same holds for every type. A block that begins with a word of the schema language is a part of
//! the SDL and not a question.

use std::path::{Path, PathBuf};
use std::time::Duration;

use plumbline::demo::DemoTrust;
use serde_json::Value;

use crate::{Caller, TestApp, npm};

/// Who asks if nothing else is said.
const ANALYST: &str = "trust analyst";

/// With what a definition of the schema language begins.
const OF_THE_SCHEMA: &[&str] =
    &["\"\"\"", "type", "input", "enum", "union", "interface", "scalar", "directive", "schema", "extend"];

/// A question as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file, and where in it.
    pub place: String,
    /// The document.
    pub text: String,
    /// By whom it is asked: a role, as `class teacher`.
    pub asker: String,
    /// Its variables, as JSON.
    pub variables: String,
}

impl Written {
    /// Whether it is a subscription.
    #[must_use]
    pub fn is_subscription(&self) -> bool {
        let mut lines = self.text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.next().is_some_and(|line| line.starts_with("subscription"))
    }

    /// The questions in Markdown.
    ///
    /// # Panics
    /// The mark of a block says more than `graphql`, so that other readers would not find the block; or the block
    /// does not end.
    #[must_use]
    pub fn in_markdown(file: &str, text: &str) -> Vec<Self> {
        let lines: Vec<&str> = text.lines().collect();
        let mut found = Vec::new();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.trim_start().starts_with("```graphql")) {
            assert_eq!(*line, "```graphql", "{file}:{}: write ```graphql alone, at the start of the line", at + 1);
            let length = lines[at + 1..].iter().position(|line| *line == "```");
            let text = lines[at + 1..][..length.unwrap_or_else(|| panic!("{file}:{}: it ends", at + 1))].join("\n");
            let first = text.split_whitespace().next().unwrap_or_default();
            if OF_THE_SCHEMA.iter().any(|word| first == *word || word.starts_with('"') && first.starts_with(word)) {
                continue;
            }
            let above = lines[..at].iter().rev().filter(|line| !line.trim().is_empty());
            let marks: Vec<&str> =
                above.map_while(|line| line.trim().strip_prefix("<!--")?.strip_suffix("-->")).collect();
            let mark = |name: &str| marks.iter().find_map(|mark| mark.trim().strip_prefix(name).map(str::trim));
            found.push(Self {
                place: format!("{file}:{}", at + 1),
                text,
                asker: mark("as:").unwrap_or(ANALYST).to_owned(),
                variables: mark("with:").unwrap_or("{}").to_owned(),
            });
        }
        found
    }

    /// The questions of README.md and of all that is below `docs`, without the duty book, whose pages are run step by step.
    #[must_use]
    pub fn in_documents() -> Vec<Self> {
        let mut files = vec![root().join("README.md")];
        files.extend(below(&root().join("docs")).into_iter().filter(|file| {
            file.extension().is_some_and(|end| end == "md") && !file.starts_with(root().join("docs/duties"))
        }));
        let read = |file: &PathBuf| {
            let name = file.strip_prefix(root()).unwrap_or(file).display().to_string();
            Self::in_markdown(&name, &std::fs::read_to_string(file).expect("a document"))
        };
        files.iter().flat_map(read).collect()
    }

    /// The questions that stand in the tabs of the page at `/`, one for each role and more.
    ///
    /// # Panics
    /// The page has none.
    #[must_use]
    pub fn in_the_page() -> Vec<Self> {
        let file = "api/assets/graphiql/page.js";
        let script = std::fs::read_to_string(root().join(file)).expect("the script of the page");
        let documents = script.split_once("const documents = [").and_then(|(_, rest)| rest.split_once("\n  ];"));
        let written = |document: &str| {
            let (asker, rest) = document.split_once('"').expect("whom it is for");
            let text = rest.split('`').nth(1).expect("a template without parts");
            Self { place: file.to_owned(), text: text.to_owned(), asker: asker.to_owned(), variables: "{}".to_owned() }
        };
        documents.expect("`const documents`").0.split("as: \"").skip(1).map(written).collect()
    }

    /// The questions of the collection of requests, each with whom it is for.
    ///
    /// # Panics
    /// A file of it cannot be read.
    #[must_use]
    pub fn in_the_collection() -> Vec<Self> {
        let files = below(&root().join("collection"));
        let asked = files.iter().filter_map(|file| {
            let text = std::fs::read_to_string(file).expect("a file of the collection");
            let body = text.split_once("body:graphql {\n")?.1.rsplit_once("\n}")?.0.to_owned();
            let asker =
                text.split_once(", as a ").and_then(|(_, rest)| rest.split_once('\n')).expect("`name: …, as a ROLE`").0;
            let place = file.strip_prefix(root()).unwrap_or(file).display().to_string();
            Some(Self { place, text: body, asker: asker.to_owned(), variables: "{}".to_owned() })
        });
        asked.collect()
    }

    /// The documents of the sample clients, as relay-compiler and graphql-codegen make them of their sources.
    ///
    /// # Panics
    /// They cannot be compiled.
    pub async fn in_samples() -> Vec<Self> {
        let mut command = npm::node("clients.mjs").await;
        command.arg(root().join("schema.graphql"));
        let said: Value = serde_json::from_str(npm::run(command, Duration::from_secs(120)).await.trim()).expect("JSON");
        let text = |document: &Value, name: &str| document[name].as_str().unwrap_or_default().to_owned();
        let documents = said["documents"].as_array().expect("documents");
        let written = |document: &Value| Self {
            place: text(document, "place"),
            text: text(document, "text"),
            asker: document["as"].as_str().unwrap_or(ANALYST).to_owned(),
            variables: document["with"].as_str().unwrap_or("{}").to_owned(),
        };
        documents.iter().map(written).collect()
    }

    /// The types of which the question names an id: `PUPIL` for `"PUPIL ID"`.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        let texts = [&self.text, &self.variables];
        let quoted = texts.iter().flat_map(|text| text.split('"').skip(1).step_by(2));
        let named = quoted.filter_map(|word| word.strip_suffix(" ID"));
        named
            .filter(|name| name.chars().all(|letter| letter.is_ascii_uppercase() || letter == ' '))
            .map(str::to_owned)
            .collect()
    }

    /// The question with an id in the place of its name.
    #[must_use]
    pub fn with_id(mut self, name: &str, id: &str) -> Self {
        let (from, to) = (format!("\"{name} ID\""), format!("\"{id}\""));
        self.text = self.text.replace(&from, &to);
        self.variables = self.variables.replace(&from, &to);
        self
    }
}

/// The folder of the project.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of Rust below a folder, those of a folder before those of its folders.
///
/// # Panics
/// The folder cannot be read.
#[must_use]
pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut entries: Vec<PathBuf> = entries.collect();
    entries.sort();
    let (folders, mut found): (Vec<_>, Vec<_>) = entries.into_iter().partition(|path| path.is_dir());
    found.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    found.extend(folders.iter().flat_map(|folder| sources(folder)));
    found
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// Whom a text names, as the demo has them: by a role, or by the id of a client application.
///
/// # Panics
/// The demo has nobody of that name.
#[must_use]
pub fn asker(app: &TestApp, trust: &DemoTrust, name: &str) -> Caller {
    if trust.clients.iter().any(|(client_id, _)| *client_id == name) {
        return app.sign_in_client(name);
    }
    let code = name.to_uppercase().replace(' ', "_");
    let account = trust.accounts.iter().find(|account| account.role.code() == code);
    app.sign_in_as(account.unwrap_or_else(|| panic!("nobody in the demo is a {name}")).staff_member)
}
