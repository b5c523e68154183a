//! The committed table of who may see and do what: `docs/access-table.md`, written by running it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::{Seat, Side, Stage, Truth};

/// The environment variable with which the tests write the table anew instead of comparing it.
pub const WRITE: &str = "WRITE_ACCESS_TABLE";

/// Where something lies, seen from those in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// In the viewer's own class: the first of the first school.
    Class,
    /// In the viewer's own school, and not in their own class.
    School,
    /// In the other school of the trust.
    OtherSchool,
    /// In the trust, and in no school.
    Trust,
    /// In another trust, or in none.
    OtherTrust,
}

impl Spot {
    /// What the table calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::School => "school",
            Self::OtherSchool => "other school",
            Self::Trust => "trust",
            Self::OtherTrust => "other trust",
        }
    }
}

impl Stage {
    /// Where a row lies.
    #[must_use]
    pub fn spot(&self, row: &Truth) -> Spot {
        let own = &self.here.schools[0];
        match (row.trust == Some(self.here.trust), row.school, row.class) {
            (false, _, _) => Spot::OtherTrust,
            (true, None, _) => Spot::Trust,
            (true, Some(school), _) if school != own.id => Spot::OtherSchool,
            (true, _, Some(class)) if class == own.classes[0].id => Spot::Class,
            (true, ..) => Spot::School,
        }
    }

    /// The seats on one side of the table, each with its place among all seats.
    pub fn on(&self, side: Side) -> impl Iterator<Item = (usize, &Seat)> {
        self.seats.iter().enumerate().filter(move |(_, seat)| seat.side == side)
    }
}

/// A row of the table: what it is about, and a cell for each seat.
pub struct Line {
    /// What the row is about, in the first columns.
    pub about: Vec<String>,
    /// A cell for each seat of the stage, in their order.
    pub cells: Vec<String>,
}

/// The rows in three tables, one for each side.
#[must_use]
pub fn tables(stage: &Stage, about: &[&str], lines: &[Line]) -> String {
    let mut text = String::new();
    for (side, heading) in [
        (Side::School, "People of a school"),
        (Side::Trust, "People of the trust"),
        (Side::Client, "Client applications"),
    ] {
        let seats: Vec<(usize, &Seat)> = stage.on(side).collect();
        let titles = about.iter().copied().chain(seats.iter().map(|(_, seat)| seat.title));
        let titles: Vec<&str> = titles.collect();
        let _ = writeln!(text, "### {heading}\n\n| {} |", titles.join(" | "));
        let _ = writeln!(text, "|{}", " --- |".repeat(titles.len()));
        for line in lines {
            let cells = seats.iter().map(|(at, _)| line.cells[*at].as_str());
            let cells: Vec<&str> = line.about.iter().map(String::as_str).chain(cells).collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        text.push('\n');
    }
    text
}

/// Who stands in the table, in a sentence each.
#[must_use]
pub fn legend(stage: &Stage) -> String {
    let sentence = |seat: &Seat| format!("| {} | {} |\n", seat.title, seat.who);
    format!("| Column | Who it is |\n| --- | --- |\n{}\n", stage.seats.iter().map(sentence).collect::<String>())
}

/// The parts of the page, in their order.
const PARTS: &[&str] = &["Who stands in the table", "Rows", "Other questions", "Streams", "Changes", "Uncovered"];

const TOP: &str = "# Who may see and do what, as it is when it is run

This page is made by running each question, stream and change as each viewer, on a database with two schools of one
trust and a second trust; it is not written by hand. The tests in [`tests/it/access`](../tests/it/access) compare it
with what the service does, and fail where it differs. To write it anew, and then read what changed:

```console
WRITE_ACCESS_TABLE=1 cargo test -p plumbline-tests --test it access::table
```

What is meant by it is said in [authorization.md](authorization.md). The words for where something lies are those of
the people in the columns: the **class** is their own class, the **school** their own school but for that class, the
**other school** the other one of their trust, the **trust** what is of their trust and of no school, and the **other
trust** all that is of another trust, or of none. For people of the trust and client applications they mean the same places.

";

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/access-table.md")
}

/// The parts of the page as they are committed, by their headings.
fn parts(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = vec![(String::new(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("## ") {
            Some(heading) => found.push((heading.trim().to_owned(), String::new())),
            None => found.last_mut().expect("the top").1.push_str(line),
        }
    }
    found
}

/// Tests that write run at once; each changes its own part.
static WRITING: Mutex<()> = Mutex::new(());

/// Compares a part of the page with what was found by running it, or writes it.
pub fn compare(heading: &str, found: &str) {
    let found = format!("\n{}\n", found.trim());
    let guard = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let committed = parts(&std::fs::read_to_string(file()).unwrap_or_default());
    let part = |name: &str| committed.iter().find(|(heading, _)| heading == name).map(|(_, text)| text.as_str());
    if std::env::var_os(WRITE).is_none() {
        drop(guard);
        assert_eq!(part(""), Some(TOP), "the top of docs/access-table.md: write it anew with {WRITE}=1");
        let differs = first_difference(part(heading).unwrap_or_default(), &found);
        assert!(
            differs.is_none(),
            "docs/access-table.md, \"{heading}\", is not what the service does. Read what changed, and write it anew \
             with {WRITE}=1 if it is meant. First difference:\n{}",
            differs.unwrap_or_default()
        );
        return;
    }
    let text = PARTS.iter().map(|name| {
        let body = if *name == heading { found.as_str() } else { part(name).unwrap_or("\n") };
        format!("## {name}\n{}\n\n", body.trim_end())
    });
    let page = format!("{TOP}{}", text.collect::<String>());
    std::fs::write(file(), format!("{}\n", page.trim_end())).expect("the page");
}

fn first_difference(committed: &str, found: &str) -> Option<String> {
    if committed.trim() == found.trim() {
        return None;
    }
    let (mut old, mut new) = (committed.trim().lines(), found.trim().lines());
    loop {
        match (old.next(), new.next()) {
            (Some(old), Some(new)) if old == new => {}
            (None, None) => return None,
            (old, new) => {
                let (old, new) = (old.unwrap_or("(nothing)"), new.unwrap_or("(nothing)"));
                return Some(format!("committed: {old}\nfound:     {new}"));
            }
        }
    }
}
