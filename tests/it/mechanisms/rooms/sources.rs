//! What the sources import: read as words, with comments and texts left out.

use std::path::{Path, PathBuf};

use plumbline_tests::written;

use super::Arrows;

/// The rooms: what stands directly in `api/src`, without the files that only list the rooms.
pub(super) fn rooms(root: &Path) -> Vec<String> {
    let mut rooms: Vec<String> = entries(&root.join("api/src")).iter().map(|path| stem(path)).collect();
    rooms.retain(|room| room != "lib");
    rooms
}

/// What each room imports, and paths that cannot be followed.
pub(super) fn read(root: &Path) -> (Arrows, Vec<String>) {
    let (rooms, mut arrows, mut faults) = (rooms(root), Arrows::new(), Vec::new());
    for path in written::sources(&root.join("api/src")) {
        let inside = path.strip_prefix(root.join("api/src")).unwrap();
        let from = stem(Path::new(inside.iter().next().unwrap()));
        let shown = format!("api/src/{}", inside.display());
        let folders = inside.iter().count() - 1;
        let depth = if inside.file_name().unwrap() == "mod.rs" { folders } else { folders + 1 };
        let crate_name = if from == "main" { "plumbline" } else { "crate" };
        for to in imported(&std::fs::read_to_string(&path).unwrap(), crate_name, depth, &rooms) {
            if !rooms.contains(&to) && from != "lib" {
                faults.push(format!("`{crate_name}::{to}` in {shown} names no room: this test cannot follow it."));
            } else if to != from && from != "lib" {
                let files = arrows.entry((from.clone(), to)).or_default();
                if files.last() != Some(&shown) {
                    files.push(shown.clone());
                }
            }
        }
    }
    (arrows, faults)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut entries: Vec<PathBuf> = entries.collect();
    entries.sort();
    entries
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// The names right below the root that a source uses: after `crate`, and after as many `super`s as lead up there
/// from a module `depth` levels below it.
fn imported(source: &str, crate_name: &str, depth: usize, rooms: &[String]) -> Vec<String> {
    let words = words(source);
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if words[at] == crate_name && is(&words, at + 1, "::") {
            found.extend(names(&words, at + 2));
        } else if words[at] == "super" && !is(&words, at.wrapping_sub(1), "::") {
            let mut steps = 1;
            while is(&words, at + 1, "::") && is(&words, at + 2, "super") {
                (steps, at) = (steps + 1, at + 2);
            }
            // In a module inside the file, the same number of `super`s leads one level less far up, to names that are
            // no rooms.
            if steps >= depth && is(&words, at + 1, "::") {
                found.extend(names(&words, at + 2).into_iter().filter(|name| rooms.contains(name)));
            }
        }
        at += 1;
    }
    found
}

fn is(words: &[String], at: usize, word: &str) -> bool {
    words.get(at).is_some_and(|found| found == word)
}

/// The names with which a path goes on: one, or all of the outermost braces.
fn names(words: &[String], at: usize) -> Vec<String> {
    if !is(words, at, "{") {
        return words.get(at).cloned().into_iter().collect();
    }
    let (mut found, mut depth, mut begins) = (Vec::new(), 0, false);
    for word in &words[at..] {
        match word.as_str() {
            "{" => (depth, begins) = (depth + 1, depth == 0),
            "}" if depth == 1 => break,
            "}" => depth -= 1,
            "," => begins = depth == 1,
            name if begins => {
                found.push(name.to_owned());
                begins = false;
            }
            _ => {}
        }
    }
    found
}

/// A source in words: names, `::`, and other letters one by one. Without comments, texts and single letters.
fn words(source: &str) -> Vec<String> {
    let letters: Vec<char> = source.chars().collect();
    let (mut words, mut at) = (Vec::new(), 0);
    let until = |mut at: usize, end: &str| {
        let end: Vec<char> = end.chars().collect();
        while at < letters.len() && !letters[at..].starts_with(&end) {
            at += 1;
        }
        at + end.len()
    };
    while let Some(letter) = letters.get(at) {
        let next = letters.get(at + 1);
        match letter {
            '/' if next == Some(&'/') => at = until(at, "\n"),
            '/' if next == Some(&'*') => at = until(at, "*/"),
            '"' => {
                at += 1;
                while letters.get(at).is_some_and(|letter| *letter != '"') {
                    at += if letters[at] == '\\' { 2 } else { 1 };
                }
                at += 1;
            }
            '\'' if next == Some(&'\\') => at = until(at + 3, "'"),
            '\'' if letters.get(at + 2) == Some(&'\'') => at += 3,
            'r' if matches!(next, Some('"' | '#')) => {
                let hashes = letters[at + 1..].iter().take_while(|letter| **letter == '#').count();
                if letters.get(at + 1 + hashes) == Some(&'"') {
                    at = until(at + 2 + hashes, &format!("\"{}", "#".repeat(hashes)));
                } else {
                    at += 1 + hashes;
                }
            }
            ':' if next == Some(&':') => {
                words.push("::".to_owned());
                at += 2;
            }
            letter if letter.is_alphanumeric() || *letter == '_' => {
                let name: String = letters[at..].iter().take_while(|l| l.is_alphanumeric() || **l == '_').collect();
                at += name.chars().count();
                words.push(name);
            }
            letter => {
                if !letter.is_whitespace() {
                    words.push(letter.to_string());
                }
                at += 1;
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str, depth: usize) -> Vec<String> {
        imported(source, "crate", depth, &["a", "b", "c"].map(str::to_owned))
    }

    #[test]
    fn every_way_to_import_is_seen() {
        for (source, expected) in [
            ("use crate::a::X;", vec!["a"]),
            ("use crate::{a, b::{X, c}, c::*};", vec!["a", "b", "c"]),
            ("use crate::{\n    a::{self, x},\n    b,\n};", vec!["a", "b"]),
            ("fn f() -> crate::a::X { crate::b::y() }", vec!["a", "b"]),
            ("macro_rules! m { () => { $crate::a::X } }", vec!["a"]),
            ("pub(in crate::a) struct X;", vec!["a"]),
            ("use crate::X;", vec!["X"]),
            ("use other::a;", vec![]),
            ("let quote = '\"'; crate::a::x(); let other = '\\''; let text = \"\\\"\"; crate::b::x()", vec!["a", "b"]),
        ] {
            assert_eq!(found(source, 2), expected, "{source}");
        }
    }

    #[test]
    fn what_is_written_about_a_room_is_no_import() {
        for source in [
            "// crate::a::X",
            "/// [`X`](crate::a::X)",
            "//! crate::a",
            "/* crate::a */",
            "const TEXT: &str = \"crate::a\";",
            "const TEXT: &str = r#\"a \" crate::a\"#;",
        ] {
            assert_eq!(found(source, 2), Vec::<String>::new(), "{source}");
        }
        assert_eq!(found("fn f<'a>(x: &'a X) -> &'a X { crate::b::x() }", 2), ["b"]);
    }

    #[test]
    fn a_way_up_out_of_the_room_is_an_import_too() {
        assert_eq!(found("use super::super::a::X;", 2), ["a"]);
        assert_eq!(found("use super::{a, b};", 1), ["a", "b"]);
        assert_eq!(found("use super::a::X;", 2), Vec::<String>::new(), "a module of the same room");
        assert_eq!(found("use super::*; use super::X;", 1), Vec::<String>::new());
    }
}
