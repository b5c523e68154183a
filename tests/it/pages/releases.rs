//! What makes a release: it refuses what is none, its bytes are the same again, and its bills have what is in it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use plumbline_tests::written;
use serde_json::{Value, json};
use tokio::process::Command;

/// What a script of `release` said, and whether it succeeded.
struct Said {
    success: bool,
    output: String,
    errors: String,
}

async fn run(script: &str, arguments: &[&str]) -> Said {
    let mut command = Command::new("python3");
    command.arg(written::root().join("release").join(script)).args(arguments);
    command.env("SOURCE_DATE_EPOCH", "1796000000").env("PYTHONDONTWRITEBYTECODE", "1").kill_on_drop(true);
    let done = command.output().await.expect("python3");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { success: done.status.success(), output: text(&done.stdout), errors: text(&done.stderr) }
}

async fn done(script: &str, arguments: &[&str]) -> String {
    let said = run(script, arguments).await;
    assert!(said.success, "{script} {arguments:?}: {}", said.errors);
    said.output
}

/// A folder of its own, which goes with this.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("plumbline-release-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left behind, it is in a folder that is emptied anyway.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn source(name: &str) -> String {
    std::fs::read_to_string(written::root().join(name)).unwrap()
}

#[tokio::test]
async fn sources_that_are_no_release_are_refused_with_all_that_is_missing() {
    let folder = Folder::new();
    for name in ["Cargo.toml", "Cargo.lock", "CHANGELOG.md", "schema.graphql"] {
        folder.write(name, &source(name));
    }
    folder.write("tests/released.graphql", "type Query { nothing: Int }");
    let said = run("ready.py", &["v9.8.7", &folder.path("")]).await;
    let told: Vec<&str> = said.errors.lines().collect();
    assert!(!said.success && told.len() == 4, "{told:?}");
    for (told, part) in told.iter().zip([
        "`version` in Cargo.toml",
        "no section `## 9.8.7,",
        "`## Unreleased`",
        "tests/released.graphql",
    ]) {
        assert!(told.contains(part), "{told}");
    }
    assert!(run("ready.py", &["9.8", &folder.path("")]).await.errors.contains("is no version"));

    let before = format!("version = {}", current());
    let as_released = |text: String| text.replace(&before, "version = \"9.8.7\"");
    folder.write("Cargo.toml", &as_released(source("Cargo.toml")));
    let said = run("ready.py", &["v9.8.7", &folder.path("")]).await;
    assert!(
        said.errors.contains("Cargo.lock has another version of plumbline, plumbline-disclosure"),
        "{}",
        said.errors
    );
    folder.write("Cargo.lock", &as_released(source("Cargo.lock")));
    folder.write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n## 9.8.7, 14 January 2027\n\n### Added\n\n* **This.**\n\n## 9.8.6, 1 May 2026\n\n* That.\n");
    folder.write("tests/released.graphql", &source("schema.graphql"));
    assert_eq!(done("ready.py", &["v9.8.7", &folder.path("")]).await, "");
    assert_eq!(done("ready.py", &["--notes", "v9.8.7", &folder.path("")]).await, "### Added\n\n* **This.**\n");
}

/// The bytes of what is made of a tree of files, in another folder each time.
async fn made(bill: &str, later: bool) -> [Vec<u8>; 3] {
    let folder = Folder::new();
    // Another order, and other times.
    let mut names = ["a/two.txt", "a/one.txt", "b.txt", "plumbline"];
    if later {
        names.reverse();
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    }
    for name in names {
        folder.write(&format!("tree/{name}"), name);
    }
    folder.write("packages/readme", "no package");
    folder.write("bill.json", bill);
    done("archive.py", &[&folder.path("tree"), &folder.path("all.tar.gz")]).await;
    let pins = written::root().join("release/debian.txt");
    let image = [
        "9.8.7",
        &folder.path("tree/plumbline"),
        &folder.path("packages"),
        pins.to_str().unwrap(),
        &folder.path("bill.json"),
        &folder.path("image.tar"),
        &folder.path("image.json"),
    ];
    done("image.py", &image).await;
    ["all.tar.gz", "image.tar", "image.json"].map(|name| folder.read(name))
}

#[tokio::test]
async fn archives_images_and_bills_are_the_same_again_and_the_image_holds_what_it_names() {
    let bill =
        done("bill.py", &[current().trim_matches('"'), "x86_64-unknown-linux-gnu", written::root().to_str().unwrap()])
            .await;
    let [archive, image, of_image] = made(&bill, false).await;
    assert_eq!(made(&bill, true).await, [archive, image.clone(), of_image.clone()]);
    let folder = Folder::new();
    std::fs::write(folder.0.join("image.tar"), image).unwrap();
    let unpacked = Command::new("tar").args(["-xf", "image.tar"]).current_dir(&folder.0).status().await.unwrap();
    assert!(unpacked.success());
    let blob = |part: &Value| -> Vec<u8> {
        let digest = part["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
        let content = folder.read(&format!("blobs/sha256/{digest}"));
        assert_eq!(part["size"], content.len());
        assert_eq!(sha256(&content), digest, "{part}");
        content
    };
    let index: Value = serde_json::from_slice(&folder.read("index.json")).unwrap();
    assert_eq!(index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"], "9.8.7");
    let manifest: Value = serde_json::from_slice(&blob(&index["manifests"][0])).unwrap();
    let config: Value = serde_json::from_slice(&blob(&manifest["config"])).unwrap();
    assert_eq!(config["config"]["Entrypoint"], json!(["/usr/local/bin/plumbline"]));
    assert_eq!(config["config"]["User"], "10001:10001");
    std::fs::write(folder.0.join("layer.gz"), blob(&manifest["layers"][0])).unwrap();
    let list = Command::new("tar").args(["-tzvf", "layer.gz"]).current_dir(&folder.0).output().await.unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    for (entry, beginning) in
        [("usr/local/bin/plumbline", "-rwxr-xr-x 0/0"), ("var/lib/plumbline/", "drwxr-x--- 10001/10001")]
    {
        assert!(list.lines().any(|line| line.ends_with(entry) && line.starts_with(beginning)), "{list}");
    }
    let of_image: Value = serde_json::from_slice(&of_image).unwrap();
    let names: Vec<&str> =
        of_image["components"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(["plumbline", "libc6", "sqlx-core", "graphiql"].iter().all(|name| names.contains(name)), "{names:?}");
}

fn current() -> String {
    source("Cargo.toml").lines().find_map(|line| line.strip_prefix("version = ").map(str::to_owned)).unwrap()
}

fn sha256(content: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn the_bill_has_what_is_linked_and_nothing_that_only_builds_or_tests() {
    let root = written::root();
    let bill =
        done("bill.py", &[current().trim_matches('"'), "x86_64-unknown-linux-gnu", root.to_str().unwrap()]).await;
    let bill: Value = serde_json::from_str(&bill).unwrap();
    assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&json!("CycloneDX"), &json!("1.5")));
    assert_eq!(bill["metadata"]["timestamp"], "2026-11-30T00:53:20Z");
    let components = bill["components"].as_array().unwrap();
    let names: BTreeSet<&str> = components.iter().map(|one| one["name"].as_str().unwrap()).collect();
    for linked in
        ["async-graphql", "libsqlite3-sys", "mimalloc", "plumbline-entity", "plumbline-statistics", "graphiql", "react"]
    {
        assert!(names.contains(linked), "{linked}");
    }
    for not in ["plumbline-tests", "serde_derive", "cc", "rcgen", "pkg-config"] {
        assert!(!names.contains(not), "{not}");
    }
    let lock = source("Cargo.lock");
    for one in components.iter().filter(|one| one["purl"].as_str().unwrap().starts_with("pkg:cargo/")) {
        assert!(!one["licenses"].as_array().unwrap().is_empty(), "{one}");
        let own = one["name"].as_str().unwrap().starts_with("plumbline");
        assert!(own || lock.contains(one["hashes"][0]["content"].as_str().unwrap()), "{one}");
    }
    let known: BTreeSet<&str> =
        components.iter().chain([&bill["metadata"]["component"]]).map(|one| one["bom-ref"].as_str().unwrap()).collect();
    for depends in bill["dependencies"].as_array().unwrap() {
        let on = depends["dependsOn"].as_array().unwrap().iter().chain([&depends["ref"]]);
        assert!(on.clone().all(|one| known.contains(one.as_str().unwrap())), "{depends}");
    }
}

#[test]
fn the_packages_of_the_image_are_pinned() {
    let pins = source("release/debian.txt");
    let lines: Vec<Vec<&str>> = pins
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split_whitespace().collect())
        .collect();
    let names: Vec<&str> = lines.iter().map(|line| line[0]).collect();
    assert_eq!(names, ["gcc-12-base", "libc6", "libgcc-s1"]);
    assert!(lines.iter().all(|line| line.len() == 3 && line[2].len() == 64), "{lines:?}");
}
