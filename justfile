# The commands one needs. `just` lists them; `.ci/run` is what counts.

# List these commands
default:
    @just --list

# Serve a synthetic trust, with a token for each role
demo *ARGUMENTS:
    cargo run --release -- demo {{ ARGUMENTS }}

# Format, lints and documentation, as .ci/run checks them
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --document-private-items

# Run tests: all of them, or those whose names contain one of the words
test *WORDS:
    cargo test --workspace --locked -- {{ WORDS }}

# Write schema.graphql anew; then read its diff
schema:
    cargo run --locked -- schema > schema.graphql
    git diff --stat schema.graphql

# Write docs/access-table.md anew; then read its diff
access-table:
    WRITE_ACCESS_TABLE=1 cargo test -p plumbline-tests --locked --test it access::table
    git diff --stat docs/access-table.md

# Bring the faults about, and see in a table what came of each
faults *NAMES:
    tests/faults/run {{ NAMES }}

# Check licences and sources of what we depend on
licences:
    .ci/licences

# All that must pass before anything lands
ci:
    .ci/run
