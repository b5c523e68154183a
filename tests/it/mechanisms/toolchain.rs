//! One compiler: the file that rustup reads, the image that the service is built in, and what the crates ask for.

use plumbline_tests::written::root;

/// What stands in a file between two texts.
fn between(file: &str, before: &str, after: &str) -> String {
    let text = std::fs::read_to_string(root().join(file)).unwrap();
    let rest = text.split_once(before).unwrap_or_else(|| panic!("{file} has no {before:?}")).1;
    rest.split_once(after).unwrap().0.to_owned()
}

#[test]
fn the_image_is_built_by_the_compiler_that_rustup_takes() {
    let channel = between("rust-toolchain.toml", "channel = \"", "\"");
    assert_eq!(between("Dockerfile", "FROM rust:", "-"), channel);
    let version = |text: &str| text.split('.').map(|part| part.parse::<u32>().unwrap()).collect::<Vec<_>>();
    let least = between("Cargo.toml", "rust-version = \"", "\"");
    assert!(version(&least) <= version(&channel), "Cargo.toml asks for {least}, which {channel} is not");
    let readme = between("README.md", "You need a Rust toolchain (", " or later");
    assert_eq!(readme, least, "the README says what is needed");
}
