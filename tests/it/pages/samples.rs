//! The samples of the guides: each stands in the source as it stands on the page, and so it compiles.

use plumbline_tests::written;

const GUIDES: [&str; 1] = ["docs/adding-an-entity.md"];

/// A text without indentation, so that a part of a function may stand at the margin of a page.
fn plain(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The samples in Rust and SQL, taken apart at each `…`, which stands for what was left out.
fn samples(page: &str) -> Vec<String> {
    let blocks = page.split("```rust\n").skip(1).chain(page.split("```sql\n").skip(1));
    let blocks = blocks.filter_map(|rest| rest.split_once("\n```")).map(|(block, _)| block);
    blocks.flat_map(|block| block.split('…').map(plain)).filter(|part| !part.is_empty()).collect()
}

#[test]
fn the_samples_of_the_guides_stand_in_the_source() {
    let mut all = Vec::new();
    for folder in ["api/src", "entity/src", "migration/src", "tests"] {
        let files = written::sources(&written::root().join(folder));
        all.extend(files.iter().map(|path| plain(&std::fs::read_to_string(path).unwrap())));
    }
    for guide in GUIDES {
        let page = std::fs::read_to_string(written::root().join(guide)).unwrap();
        let samples = samples(&page);
        assert!(samples.len() > 10, "{guide} has no samples");
        let missing: Vec<&String> =
            samples.iter().filter(|sample| !all.iter().any(|source| source.contains(*sample))).collect();
        assert!(
            missing.is_empty(),
            "{guide} shows what stands nowhere in the source:\n{}",
            missing.iter().map(|s| format!("---\n{s}\n")).collect::<String>()
        );
    }
}
