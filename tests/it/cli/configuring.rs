//! Looking at the configuration, and what the commands generate of themselves.

use std::path::PathBuf;

use plumbline_tests::{Console, Size, World, db_test};

fn sources() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The settings that `docs/operations.md` has, each with its dots.
fn documented() -> Vec<String> {
    let operations = std::fs::read_to_string(sources().join("docs/operations.md")).unwrap();
    let settings =
        operations.lines().filter(|line| line.contains("| `PLUMBLINE_") || line.contains("| `DATABASE_URL`"));
    settings.map(|line| line.split('`').nth(1).unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_example_has_every_setting_and_changes_none() {
    let console = Console::new("sqlite:plumbline-data/plumbline.sqlite");
    let example = sources().join("plumbline.example.toml");
    let with = console.run(&["--config", example.to_str().unwrap(), "config", "show"]).await;
    let without = console.run(&["config", "show"]).await;
    assert!(with.success && without.success, "{with:?} {without:?}");
    assert_eq!(with.output, without.output, "the example says what holds anyway");
    let text = std::fs::read_to_string(example).unwrap();
    let mut table = String::new();
    let mut named = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            table = format!("{name}.");
        } else if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ")
            && key.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
        {
            named.push(format!("{table}{key}"));
        }
    }
    let documented = documented();
    assert!(documented.len() > 50, "{documented:?}");
    let missing: Vec<_> = documented.iter().filter(|setting| !named.contains(setting)).collect();
    let unknown: Vec<_> = named.iter().filter(|setting| !documented.contains(setting)).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing: {missing:?}, unknown: {unknown:?}");
}

#[tokio::test]
async fn the_configuration_is_checked_and_shown_without_its_password() {
    let console = Console::new("postgres://ann:hunter2@127.0.0.1:9/plumbline");
    let checked = console.run(&["config", "check"]).await;
    assert!(
        checked.success && checked.output.starts_with("The configuration holds."),
        "nothing is opened: {checked:?}"
    );
    let shown = console.run(&["config", "show"]).await;
    assert!(shown.output.contains("database_url = \"postgres://ann@127.0.0.1:9/plumbline\""), "{shown:?}");
    assert!(!shown.output.contains("hunter2"), "{shown:?}");
    assert!(shown.output.contains("[disclosure]\nthreshold = 6"), "{shown:?}");
    std::fs::write(console.folder.join("plumbline.toml"), "[disclosure]\nthreshold = 1\n").unwrap();
    for what in ["check", "show"] {
        let refused = console.run(&["config", what]).await;
        assert!(refused.failure().contains("disclosure.threshold must be 3 to 100"), "{refused:?}");
    }
}

#[tokio::test]
async fn completions_and_manual_pages_are_of_all_commands() {
    let console = Console::new("sqlite:plumbline.sqlite");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let said = console.run(&["completions", shell]).await;
        assert!(said.success && said.output.contains("subject-access"), "{shell}: {said:?}");
    }
    let unknown = console.run(&["completions", "cmd"]).await;
    assert!(!unknown.success && unknown.errors.contains("possible values: bash"), "{unknown:?}");
    let page = console.run(&["man"]).await;
    assert!(page.success && page.output.contains(".TH plumbline 1"), "{page:?}");
    let said = console.run(&["man", "--into", "pages"]).await;
    assert!(said.success && said.output.contains("pages are in pages"), "{said:?}");
    for name in ["plumbline", "plumbline-serve", "plumbline-import-gias", "plumbline-config-show"] {
        let page = std::fs::read_to_string(console.folder.join("pages").join(format!("{name}.1"))).unwrap();
        assert!(page.contains(".SH NAME"), "{name}: {page}");
    }
}

#[tokio::test]
async fn the_key_of_this_machine_on_a_public_address_is_warned_of() {
    let console = Console::new("sqlite:plumbline.sqlite");
    let mut logs = Vec::new();
    for address in ["0.0.0.0:0", "127.0.0.1:0"] {
        let (mut child, _) = console.start(&["serve", "--create", "--listen", address], "plumbline serves").await;
        plumbline_tests::tell_to_stop(&child);
        let mut log = String::new();
        tokio::io::AsyncReadExt::read_to_string(&mut child.stderr.take().unwrap(), &mut log).await.unwrap();
        logs.push(log);
    }
    let warning = "this machine's own key are accepted from the network";
    assert!(logs[0].contains(warning) && logs[0].contains("auth.issuers"), "{}", logs[0]);
    assert!(!logs[1].contains(warning), "{}", logs[1]);
}

db_test! {
    async fn a_trust_is_known_whatever_the_case_and_the_spaces_of_its_name(app) {
        World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        for (at, (trust, known)) in [("Test Trust", true), (" test  TRUST ", true), ("Test Trusts", false)].into_iter().enumerate() {
            let email = format!("new{at}@test.example");
            let said = console.run(&["appoint", &email, "--role", "trust-analyst", "--trust", trust]).await;
            assert_eq!(said.success, known, "{trust}: {said:?}");
            assert!(known || said.failure().contains("there is no trust `Test Trusts`. Trusts here: Test Trust"), "{said:?}");
        }
    }
}
