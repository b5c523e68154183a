//! The schema is a contract: it is committed, and described.

use std::path::Path;

#[test]
fn the_committed_schema_is_the_schema() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql");
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let now = plumbline::cli::schema::sdl();
    assert!(committed == now, "schema.graphql is out of date. Write it anew: cargo run -- schema > schema.graphql");
}

#[test]
fn everything_in_the_schema_is_described() {
    let sdl = plumbline::cli::schema::sdl();
    let mut described = false;
    let mut bare = Vec::new();
    for line in sdl.lines() {
        let text = line.trim();
        if text.ends_with("\"\"\"") {
            described = true;
            continue;
        }
        let named =
            ["type ", "enum ", "input ", "union ", "scalar ", "interface "].iter().any(|word| text.starts_with(word));
        if text == "schema {" {
            break;
        }
        let field = line.starts_with('\t') && text.contains(':') && !text.starts_with('"');
        if (named || field) && !described {
            bare.push(text.to_owned());
        }
        if !text.is_empty() {
            described = false;
        }
    }
    // Prose inside a description is not an element; what is left must be.
    bare.retain(|text| text.chars().next().is_some_and(char::is_alphabetic) && !text.ends_with('.'));
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn whatever_has_an_id_is_found_by_node() {
    let sdl = plumbline::cli::schema::sdl();
    let mut missing = Vec::new();
    let mut kind = "";
    for line in sdl.lines() {
        if line.starts_with("type ") {
            kind = line;
        } else if line == "\tid: ID!" && kind.starts_with("type ") && !kind.contains("implements Node") {
            missing.push(kind);
        } else if line == "}" {
            kind = "";
        }
    }
    assert_eq!(missing, Vec::<&str>::new(), "add it to `nodes!` in api/src/node.rs");
    assert!(sdl.contains("type Class implements Node {\n"), "the test reads the schema as it is written");
}
