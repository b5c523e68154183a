//! The commands of the README, typed as they stand there.

use plumbline::mis::{gias, ks2};
use plumbline_tests::{Console, db_test, post, written};

/// The commands of `plumbline` in the README, in their order: each as its words, and whether it runs in the
/// background.
fn commands() -> Vec<(Vec<String>, bool)> {
    let readme = std::fs::read_to_string(written::root().join("README.md")).unwrap();
    let blocks = readme.split("```sh\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    let lines = blocks.flat_map(str::lines).filter_map(|line| line.strip_prefix("plumbline "));
    lines
        .map(|line| {
            let line = line.split('#').next().unwrap().trim();
            let (line, behind) = line.strip_suffix('&').map_or((line, false), |line| (line.trim(), true));
            (words(line), behind)
        })
        .collect()
}

/// The words of a line, as a shell has them.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    parts
        .flat_map(|(at, part)| {
            if at % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
        })
        .collect()
}

/// Two schools of a trust and their results, in the files that the commands name.
fn put_files(console: &Console, commands: &[(Vec<String>, bool)], trust: &str) {
    for (words, _) in commands.iter().filter(|(words, _)| words[0] == "import") {
        let text = if words[1] == "curriculum" {
            "subject,code,category,strand,year_groups,statement,reason,builds_on\nwriting,a,skill,S,1,Write.,,\n"
                .to_owned()
        } else if words[1] == "gias" {
            let school = |at: i32| {
                let values = gias::COLUMNS.map(|column| match column {
                    "URN" => (100_001 + at).to_string(),
                    "Trusts (name)" => trust.to_owned(),
                    "LA (code)" => "936".to_owned(),
                    "EstablishmentNumber" => (2_001 + at).to_string(),
                    "EstablishmentName" => format!("School {at}"),
                    "PhaseOfEducation (name)" => "Primary".to_owned(),
                    "StatutoryLowAge" => "4".to_owned(),
                    "StatutoryHighAge" => "11".to_owned(),
                    _ => String::new(),
                });
                values.join(",") + "\n"
            };
            gias::COLUMNS.join(",") + "\n" + &(0..3).map(school).collect::<String>()
        } else {
            let school = |at: i32| {
                format!("1,936,{},School {at},0,{}{}\n", 100_001 + at, 30 + at, format!(",{}%", 60 + at).repeat(10))
            };
            ks2::COLUMNS.join(",") + "\n" + &(0..3).map(school).collect::<String>()
        };
        std::fs::write(console.folder.join(&words[2]), text).unwrap();
    }
}

/// What the service answers to somebody with a token who asks how schools' published results compare.
async fn ask(address: &str, token: &str) -> String {
    let question = written::Written::in_documents()
        .into_iter()
        .find(|question| question.place.starts_with("README.md") && question.text.contains("publishedOutcomes"));
    let body = serde_json::json!({ "query": question.unwrap().text }).to_string();
    post(address, token, &[], &body).await
}

db_test! {
    async fn what_the_readme_says_of_real_schools_works_line_by_line(app) {
        let database = app.database.empty_like().await;
        let console = Console::new(&database.url);
        let commands = commands();
        let names: Vec<&str> = commands.iter().map(|(words, _)| words[0].as_str()).collect();
        assert_eq!(names, ["import", "import", "import", "appoint", "serve", "token"], "in the order of the README");
        let at = commands[0].0.iter().position(|word| word == "--trust").unwrap();
        put_files(&console, &commands, &commands[0].0[at + 1]);
        let (mut serving, mut token) = (None, String::new());
        for (words, behind) in &commands {
            let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
            if *behind {
                // Another port: that of the README may be taken here.
                words.extend(["--listen", "127.0.0.1:0"]);
                serving = Some(console.start(&words, "plumbline serves http://").await);
            } else {
                let said = console.run(&words).await;
                assert!(said.success && said.errors.is_empty(), "{words:?}: {said:?}");
                token = said.output.trim().to_owned();
            }
        }
        let (mut child, line) = serving.unwrap();
        let answer = ask(line.rsplit('/').next().unwrap(), &token).await;
        assert!(answer.contains("\"estimate\"") && !answer.contains("\"errors\""), "{answer}");
        child.kill().await.unwrap();
    }
}
