//! A browser, Debian's Chromium without a window, that opens pages of the service as a person would.
//!
//! ```ignore
//! let visit = Visit::to(&app.listen().await.url("/")).fill("#token", token).press("#sign-in button").read("#who");
//! if let Some(seen) = visit.go().await {
//!     assert_eq!((seen.texts, seen.wrong), (vec!["Ann".to_owned()], vec![]));
//! }
//! ```

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::npm;

/// Where Debian has it.
const CHROMIUM: &str = "/usr/bin/chromium";

/// How long a visit may take.
const LIMIT: Duration = Duration::from_secs(120);

/// What somebody does at a page, step by step.
#[derive(Clone, Debug)]
pub struct Visit {
    steps: Vec<Value>,
}

/// What the visitor saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The texts that were read, in their order.
    pub texts: Vec<String>,
    /// Errors and warnings of the console, requests that failed, were refused or went elsewhere.
    pub wrong: Vec<String>,
}

impl Visit {
    /// Opens an address.
    #[must_use]
    pub fn to(address: &str) -> Self {
        Self { steps: vec![json!({ "open": address })] }
    }

    /// Loads the page again.
    #[must_use]
    pub fn load_again(self) -> Self {
        self.then(json!({ "loadAgain": true }))
    }

    /// Types into the field that a selector finds.
    #[must_use]
    pub fn fill(self, selector: &str, text: &str) -> Self {
        self.then(json!({ "fill": [selector, text] }))
    }

    /// Presses the button that a selector finds.
    #[must_use]
    pub fn press(self, selector: &str) -> Self {
        self.then(json!({ "press": selector }))
    }

    /// Waits until the element that a selector finds shows these words.
    #[must_use]
    pub fn see(self, selector: &str, words: &str) -> Self {
        self.then(json!({ "see": [selector, words] }))
    }

    /// Reads a text.
    #[must_use]
    pub fn read(self, selector: &str) -> Self {
        self.then(json!({ "read": selector }))
    }

    fn then(mut self, step: Value) -> Self {
        self.steps.push(step);
        self
    }

    /// Opens the page and takes all steps. `None` if there is no Chromium; with `CI=true` that is a failure.
    ///
    /// # Panics
    /// A step could not be done in time.
    pub async fn go(self) -> Option<Seen> {
        let chromium = chromium()?;
        let mut command = npm::node("browser.mjs").await;
        command.arg(chromium).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("Node.js");
        let steps = json!(self.steps).to_string();
        child.stdin.take().expect("its input").write_all(steps.as_bytes()).await.expect("its input");
        let output = tokio::time::timeout(LIMIT, child.wait_with_output()).await.expect("in time").expect("it ended");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said: Value = serde_json::from_slice(&output.stdout).expect("what there was to be seen");
        let list = |name: &str| -> Vec<String> {
            let texts = said[name].as_array().into_iter().flatten();
            texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
        };
        Some(Seen { texts: list("texts"), wrong: list("wrong") })
    }
}

fn chromium() -> Option<&'static str> {
    if Path::new(CHROMIUM).exists() {
        return Some(CHROMIUM);
    }
    let advice = "install the package `chromium` of Debian";
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no {CHROMIUM} for the tests of pages: {advice}");
    eprintln!("LEFT OUT: this test of a page in a browser, for there is no {CHROMIUM}: {advice}");
    None
}
