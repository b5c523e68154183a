//! The links of the documents: each leads to a file that is there, and to a heading in it.

use std::path::{Path, PathBuf};

use plumbline_tests::written;

/// The pages: Markdown at the root, in `docs` and below.
fn pages() -> Vec<PathBuf> {
    let mut folders = vec![written::root().join("docs")];
    let mut pages = markdown(&written::root());
    while let Some(folder) = folders.pop() {
        pages.extend(markdown(&folder));
        let inside = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        folders.extend(inside.filter(|path| path.is_dir()));
    }
    pages
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

/// What the links of a page lead to, but for other people's pages.
fn links(page: &str) -> Vec<&str> {
    let ends = page.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    ends.map(|(link, _)| link).filter(|link| !link.contains("://") && !link.contains(char::is_whitespace)).collect()
}

/// The headings of a page, as links name them.
fn headings(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            words.chars().filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect()
        })
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            let (file, heading) = link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading)));
            let to = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let is_there = match heading {
                None => to.exists(),
                Some(heading) => {
                    let there = std::fs::read_to_string(&to).unwrap_or_default();
                    headings(&there).iter().any(|known| known == heading)
                }
            };
            if !is_there {
                broken.push(format!("{}: {link}", page.strip_prefix(written::root()).unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "these links lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn links_and_headings_are_found() {
    let page = "# What is `promised`\nSee [a](b.md), [c](#what-is-promised) and [d](https://example.org/e).";
    assert_eq!(links(page), ["b.md", "#what-is-promised"]);
    assert_eq!(headings(page), ["what-is-promised"]);
}
