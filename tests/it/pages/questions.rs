//! Every question in the project's texts is answered by the service: those in the documents, in the page at `/` and
//! in the sample clients.

use plumbline::demo::{DemoOptions, DemoTrust, fill};
use plumbline::mis::ks2;
use plumbline_tests::sdl::{Sdl, in_snake_case};
use plumbline_tests::{Caller, Socket, TestApp, Written, asker, db_test, global_id_of};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;
use uuid::Uuid;

use crate::mis::files::MadeFile;

/// A small demo.
const SMALL: DemoOptions = DemoOptions { schools: 3, years: 1, seed: 7, effects: true };

/// The demo, with published results of some schools of Surrey beside it.
async fn demo(app: &TestApp, options: DemoOptions) -> DemoTrust {
    let share = |at: usize| format!(",{}%", 50 + at * 5);
    let row = |at: usize| format!("1,936,{},School {at},0,{}{}\n", 100_001 + at, 20 + at * 4, share(at).repeat(10));
    let text = format!("{}\n{}", ks2::COLUMNS.join(","), (0..8).map(row).collect::<String>());
    let file = MadeFile::new("ks2_2018-2019.csv", text);
    ks2::import(&app.db, std::slice::from_ref(&file.0), None).await.unwrap();
    fill(&app.db, &options, |_| ()).await.unwrap()
}

/// Puts an id for each type that is only named: of the first row that the asker is given in a list, else of any row.
async fn with_ids(app: &TestApp, caller: &Caller, mut question: Written) -> Written {
    let sdl = Sdl::of_the_service();
    for name in question.ids() {
        let kind: String = name.split(' ').map(|word| format!("{}{}", &word[..1], word[1..].to_lowercase())).collect();
        let list = sdl.fields("Query").into_iter().find(|field| field.items() == Some(&kind));
        let list = list.unwrap_or_else(|| panic!("{}: no list is of `{name}`", question.place)).name;
        let given = caller.ask(&format!("{{ {list}(first: 1) {{ nodes {{ id }} }} }}")).await;
        let id = match given.of(&list)["nodes"][0]["id"].as_str() {
            Some(id) => id.to_owned(),
            None => {
                let sql = format!("SELECT id FROM {} ORDER BY id LIMIT 1", in_snake_case(&kind));
                let statement = Statement::from_string(app.raw.get_database_backend(), sql);
                let row = app.raw.query_one_raw(statement).await.unwrap().unwrap();
                global_id_of(&kind, row.try_get::<Uuid>("", "id").unwrap())
            }
        };
        question = question.with_id(&name, &id);
    }
    question
}

fn has_estimate(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            fields.get("estimate").is_some_and(Value::is_number) || fields.values().any(has_estimate)
        }
        Value::Array(items) => items.iter().any(has_estimate),
        _ => false,
    }
}

/// Refusals that a mutation tells as data.
fn user_errors(data: &Value) -> Vec<&Value> {
    data.as_object()
        .into_iter()
        .flat_map(|fields| fields.values())
        .flat_map(|field| field["userErrors"].as_array().into_iter().flatten())
        .collect()
}

/// What is wrong with an answer; nothing, if it is one.
fn fault(question: &Written, answer: &Value) -> Option<String> {
    let compares = ["moderationAgreement", "publishedOutcomes"].iter().any(|field| question.text.contains(field));
    let what = if !answer["errors"].is_null() || answer["data"].is_null() {
        format!("{:#}", answer["errors"])
    } else if compares && !has_estimate(&answer["data"]) {
        format!("no figures: {}", answer["data"])
    } else {
        let refused = user_errors(&answer["data"]);
        if refused.is_empty() { return None } else { format!("{refused:?}") }
    };
    Some(format!("{} as {}: {what}", question.place, question.asker))
}

/// Asks all questions. Returns what is wrong. Subscribers begin first, and must then be told of what the others do.
async fn faults(app: &TestApp, trust: &DemoTrust, questions: Vec<Written>) -> Vec<String> {
    let service = app.listen().await;
    let (mut sockets, mut others, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for question in questions {
        let caller = asker(app, trust, &question.asker);
        let question = with_ids(app, &caller, question).await;
        let variables: Value =
            serde_json::from_str(&question.variables).unwrap_or_else(|error| panic!("{}: {error}", question.place));
        if question.is_subscription() {
            let mut socket = Socket::let_in(&service, caller.token()).await;
            socket.subscribe("1", &question.text, variables).await;
            sockets.push((question, socket));
        } else {
            others.push((question, caller, variables));
        }
    }
    for (question, caller, variables) in others {
        let answer = caller.ask_with(&question.text, variables).await;
        faults.extend(fault(&question, &answer.body));
    }
    // If something was refused, there may be nothing to tell.
    let heard = if faults.is_empty() { sockets } else { Vec::new() };
    for (question, mut socket) in heard {
        faults.extend(fault(&question, &socket.message().await["payload"]));
    }
    faults
}

/// All that is written down anywhere.
async fn all_questions() -> Vec<Written> {
    let mut questions = Written::in_documents();
    questions.extend(Written::in_the_page());
    questions.extend(Written::in_the_collection());
    questions.extend(Written::in_samples().await);
    questions
}

/// On request only, because it fills a database for minutes:
/// `cargo test --release -p plumbline-tests --test it pages::questions -- --ignored`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "fills a database with 1.7 million judgements"]
async fn every_question_is_answered_in_a_trust_of_a_hundred_schools_and_six_years() {
    let app = TestApp::on_postgres().await.expect("a PostgreSQL").with_endless_budgets();
    let trust = demo(&app, DemoOptions { schools: 100, years: 6, seed: 1, effects: true }).await;
    assert_eq!(faults(&app, &trust, all_questions().await).await, Vec::<String>::new());
}

db_test! {
    async fn every_question_that_is_written_down_is_answered(app) {
        let trust = demo(&app, SMALL).await;
        let questions = all_questions().await;
        for file in ["README.md:", "docs/", "api/assets/graphiql/page.js", "collection/", "tests/npm/sample/relay/", "tests/npm/sample/typescript/"] {
            assert!(questions.iter().any(|question| question.place.starts_with(file)), "questions are found in {file}");
        }
        assert_eq!(faults(&app, &trust, questions).await, Vec::<String>::new());
    }

    async fn a_question_that_is_refused_or_has_no_figures_is_found(app) {
        let trust = demo(&app, SMALL).await;
        let text = "# Title\n\n```graphql\n{ trust { name } }\n```\n\n<!-- as: class teacher -->\n```graphql\n{ nothing }\n```\n\n\
            ```graphql\n{ moderationAgreement(where: { subject: \"writing\", academicYear: 2025, window: AUTUMN }) { rows { __typename } } }\n```\n\n\
            <!-- as: senior leader -->\n<!-- with: { \"input\": { \"classId\": \"CLASS ID\", \"expectedVersion\": 7, \"name\": \"Owls\" } } -->\n\
            ```graphql\nmutation($input: UpdateClassInput!) { updateClass(input: $input) { userErrors { code } } }\n```\n";
        let questions = Written::in_markdown("a.md", text);
        let found = faults(&app, &trust, questions).await;
        let words = ["a.md:8 as class teacher: ", "a.md:12 as trust analyst: no figures", "a.md:18 as senior leader: "];
        assert_eq!(found.len(), words.len(), "{found:#?}");
        for (line, words) in found.iter().zip(words) {
            assert!(line.starts_with(words), "{words}: {line}");
        }
        assert!(found[2].contains("STALE"), "{}", found[2]);
    }
}

#[test]
fn parts_of_the_schema_are_no_questions() {
    let text = "```graphql\ntype Class implements Node {\n  id: ID!\n}\n```\n\n```graphql\n\"\"\"A day.\"\"\"\nscalar Date\n```\n\n\
        ```graphql\n{ typeless }\n```\n\n```js\n{ other }\n```\n";
    let found = Written::in_markdown("a.md", text);
    assert_eq!(found.iter().map(|question| question.text.as_str()).collect::<Vec<_>>(), ["{ typeless }"]);
}
