//! A page of the duty book: a duty, and the documents by which it is done, step by step.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

/// Where a step is answered with nothing rather than a code: what is not theirs does not exist for them.
pub const NOTHING: &str = "nothing";

/// A page of `docs/duties`.
#[derive(Debug)]
pub struct Page {
    /// The id of the duty, such as A5.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Its steps, in their order.
    pub steps: Vec<Step>,
}

/// A document, whoever asks it, and what they are answered.
#[derive(Debug)]
pub struct Step {
    /// The file and the line.
    pub place: String,
    /// By whom it is asked: a role, as `class teacher`, or the id of a client application of the demo.
    pub asker: String,
    /// The document.
    pub text: String,
    /// Its variables. A text `{name}` stands for what an earlier step has kept.
    pub variables: Value,
    /// What later steps need of the answer: a name, and where it stands, as in `schools.pageInfo.endCursor`.
    pub keeps: Vec<(String, String)>,
    /// The code with which whoever must not do it is refused, or [`NOTHING`].
    pub refused: Option<String>,
    /// What the demo answers, as the page shows it; `"…"` stands for anything.
    pub answer: Option<Value>,
}

impl Page {
    /// Reads a page.
    pub fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).expect("a page");
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let lines: Vec<&str> = text.lines().collect();
        let heading = lines.first().and_then(|line| line.strip_prefix("# ")).unwrap_or_default();
        let (id, title) = heading.split_once(": ").unwrap_or_else(|| panic!("{name}: `# A5: What it is called`"));
        assert_eq!(name, format!("{id}.md"), "the page is named by its duty");
        let mut steps: Vec<Step> = Vec::new();
        let mut marks: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at].trim();
            if let Some(mark) = line.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")) {
                let (key, value) = mark.trim().split_once(':').unwrap_or_else(|| panic!("{name}:{}: a mark", at + 1));
                marks.entry(key.trim().to_owned()).or_default().push(value.trim().to_owned());
            } else if let Some(kind) = line.strip_prefix("```").filter(|kind| !kind.is_empty()) {
                let place = format!("docs/duties/{name}:{}", at + 1);
                let length = lines[at + 1..].iter().position(|line| line.trim() == "```");
                let length = length.unwrap_or_else(|| panic!("{place}: the block ends"));
                let block = lines[at + 1..][..length].join("\n");
                at += length + 1;
                match kind {
                    "graphql" => steps.push(Step::of(place, block, std::mem::take(&mut marks))),
                    "json" => {
                        let step =
                            steps.last_mut().unwrap_or_else(|| panic!("{place}: an answer follows its document"));
                        let answer = serde_json::from_str(&block).unwrap_or_else(|error| panic!("{place}: {error}"));
                        assert!(step.answer.replace(answer).is_none(), "{place}: a document has one answer");
                    }
                    _ => {}
                }
            }
            at += 1;
        }
        assert!(marks.is_empty(), "{name}: marks without a document: {marks:?}");
        Self { id: id.to_owned(), title: title.to_owned(), steps }
    }
}

impl Step {
    fn of(place: String, text: String, mut marks: BTreeMap<String, Vec<String>>) -> Self {
        let mut one = |key: &str| marks.remove(key).and_then(|values| values.into_iter().next());
        let asker = one("as").unwrap_or_else(|| panic!("{place}: `<!-- as: … -->` says who asks"));
        let variables = one("with").unwrap_or_else(|| "{}".to_owned());
        let variables = serde_json::from_str(&variables).unwrap_or_else(|error| panic!("{place}: {error}"));
        let refused = one("refused");
        let keeps = marks.remove("keep").unwrap_or_default().into_iter().map(|keep| {
            let (name, path) = keep.split_once(" = ").unwrap_or_else(|| panic!("{place}: `keep: name = path`"));
            (name.to_owned(), path.to_owned())
        });
        let keeps = keeps.collect();
        assert!(marks.is_empty(), "{place}: no such marks: {marks:?}");
        Self { place, asker, text, variables, keeps, refused, answer: None }
    }
}

/// A value with what was kept in the place of the names in braces.
pub fn filled(value: &Value, kept: &BTreeMap<String, Value>) -> Value {
    match value {
        Value::String(text) => {
            let name = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
            name.map_or_else(
                || value.clone(),
                |name| kept.get(name).unwrap_or_else(|| panic!("{name} was not kept")).clone(),
            )
        }
        Value::Array(items) => items.iter().map(|item| filled(item, kept)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), filled(value, kept))).collect(),
        value => value.clone(),
    }
}

/// The value at a path of names and numbers.
pub fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(value, |value, part| match part.parse::<usize>() {
        Ok(number) => &value[number],
        Err(_) => &value[part],
    })
}

/// Whether an answer is the one that a page shows. `"…"` is anything; as the last of a list, all that follows.
pub fn is_shown(shown: &Value, answer: &Value) -> bool {
    const ANYTHING: &str = "…";
    match (shown, answer) {
        (Value::String(text), _) if text == ANYTHING => true,
        (Value::Array(shown), Value::Array(items)) => {
            let (shown, rest) = match shown.split_last() {
                Some((last, shown)) if last == ANYTHING => (shown, true),
                _ => (shown.as_slice(), false),
            };
            (if rest { items.len() >= shown.len() } else { items.len() == shown.len() })
                && shown.iter().zip(items).all(|(shown, item)| is_shown(shown, item))
        }
        (Value::Object(shown), Value::Object(fields)) => {
            shown.len() == fields.len()
                && shown.iter().all(|(name, shown)| fields.get(name).is_some_and(|value| is_shown(shown, value)))
        }
        (Value::Number(shown), Value::Number(number)) if shown.is_f64() => {
            // As far as its decimals are shown.
            let text = shown.to_string();
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            let nearest = 0.5 * 10_f64.powi(-i32::try_from(decimals).expect("few")) * 1.0001;
            let [shown, number] = [shown, number].map(|number| number.as_f64().expect("a number"));
            (shown - number).abs() <= nearest
        }
        (shown, value) => shown == value,
    }
}

#[test]
fn an_answer_is_shown_with_what_is_left_out() {
    use serde_json::json;
    let answer = json!({ "a": [1, 2, 3], "b": { "id": "x" } });
    assert!(is_shown(&json!({ "a": [1, "…"], "b": { "id": "…" } }), &answer));
    assert!(is_shown(&json!({ "a": [1, 2, 3], "b": "…" }), &answer));
    for other in [json!({ "a": [1, 2], "b": "…" }), json!({ "a": [2, "…"], "b": "…" }), json!({ "a": "…" })] {
        assert!(!is_shown(&other, &answer), "{other}");
    }
}
