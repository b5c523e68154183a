//! What a request costs, what one may cost, and what a caller may spend.

use plumbline::config::Limits;
use plumbline_tests::{Caller, SetUp, Size, World, db_test};
use serde_json::{Value, json};

use super::limits::introspection;
use super::{Exchange, by, through};

const FORM: [(&str, &str); 2] = [("content-type", "application/json"), ("accept", "application/graphql-response+json")];

async fn ask(set_up: &SetUp<'_>, caller: &Caller, query: &str, variables: Value) -> Exchange {
    through(
        &set_up.router,
        by(caller, "POST", "/graphql", &FORM),
        json!({ "query": query, "variables": variables }).to_string(),
    )
    .await
}

/// A question that costs `cost`, an odd number: a page of pupils with their ids, and the connection itself.
fn costing(cost: usize) -> String {
    format!("{{ pupils(first: {}) {{ nodes {{ id }} }} }}", (cost - 1) / 2)
}

/// How many values an answer has: objects and leaves.
fn values(of: &Value) -> u64 {
    match of {
        Value::Array(items) => items.iter().map(values).sum(),
        Value::Object(fields) => 1 + fields.values().map(values).sum::<u64>(),
        _ => 1,
    }
}

db_test! {
    async fn what_the_schema_tells_of_itself_costs_its_values(app) {
        let world = World::build(&app, Size::default()).await;
        let usual = app.with_limits(Limits::default());
        let head = usual.sign_in(&world.schools[0].head).await;
        for question in [
            introspection(1),
            introspection(2),
            "{ __type(name: \"Pupil\") { name fields { name type { ofType { name fields { name } } } } } }".to_owned(),
        ] {
            let answer = ask(&usual, &head, &question, json!({})).await;
            let cost = answer.body["extensions"]["cost"]["requested"].as_u64().unwrap_or_else(|| panic!("{:#}", answer.body["errors"]));
            // The answer's own object is none of them.
            let values = values(&answer.body["data"]) - 1;
            // The schema along which they are counted holds what the specification gives every schema, too.
            assert!((values..=values + values / 10).contains(&cost), "{cost} for {values} values: {question}");
        }
    }

    async fn an_answer_tells_what_it_cost(app) {
        let world = World::build(&app, Size::default()).await;
        let usual = app.with_limits(Limits::default());
        let head = usual.sign_in(&world.schools[0].head).await;
        for (query, variables, cost) in [
            ("{ __typename }", json!({}), 1),
            ("{ trust { name id } }", json!({}), 1 + 2),
            ("{ pupils { nodes { id } } }", json!({}), 1 + 25 * 2),
            ("{ pupils(first: 10) { totalCount nodes { id } } }", json!({}), 1 + 100 + 10 * 2),
            ("{ pupils(last: 10) { nodes { id } pageInfo { hasNextPage } } }", json!({}), 1 + 10 * 2 + 2),
            ("query($n: Int = 7) { pupils(first: $n) { nodes { id } } }", json!({}), 1 + 7 * 2),
            ("query($n: Int = 7) { pupils(first: $n) { nodes { id } } }", json!({ "n": 9 }), 1 + 9 * 2),
            ("query($n: Int) { pupils(first: $n) { edges { node { id } } } }", json!({}), 1 + 25 * 3),
            ("{ classes(first: 4) { nodes { enrolments(first: 3) { nodes { pupil { id } } } } } }", json!({}), 1 + 4 * (1 + 1 + 3 * 3)),
            ("{ pupils(first: 2) { ...P } } fragment P on PupilConnection { nodes { id } nodes { upn } }", json!({}), 1 + 2 * 3),
            ("{ nodes(ids: [\"a\", \"b\"]) { id } }", json!({}), 2 * 2),
            ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ["a", "b", "c"] }), 3 * 2),
            ("{ publishedOutcomes(where: { measure: RWM_EXPECTED, academicYears: [2017, 2018] }) { years { rows { urn } } } }", json!({}), 1 + 2 * (1 + 100 * 2)),
            ("{ moderationAgreement(where: { subject: \"writing\", academicYear: 2025, window: SUMMER }, by: [SCHOOL]) { rows { key { yearGroup } } } }", json!({}), 100 + 20 * 3),
            ("query($w: [AgreementWindow!]!) { moderationAgreements(where: { subject: \"writing\", windows: $w }, by: [SCHOOL]) { rows { key { yearGroup } } } }",
             json!({ "w": [{ "academicYear": 2024, "window": "SUMMER" }, { "academicYear": 2025, "window": "SUMMER" }] }), 2 * (100 + 20 * 3)),
            ("mutation { createSubject(input: { code: \"\", name: \"\" }) { subject { id } userErrors { code } } }", json!({}), 1 + 2 + 10 * 2),
            ("{ trust { a: name name b: name name a: name } }", json!({}), 1 + 3),
        ] {
            let answer = ask(&usual, &head, query, variables).await;
            let bill = answer.body["extensions"]["cost"].clone();
            let bill = if bill.is_null() { answer.body["errors"][0]["extensions"]["cost"].clone() } else { bill };
            assert_eq!(bill["requested"], cost, "{query} {:#}", answer.body);
        }
        let answer = ask(&usual, &head, "{ __typename }", json!({})).await;
        let bill = &answer.body["extensions"]["cost"];
        assert_eq!((&bill["limit"], &bill["bucket"], &bill["restoredPerSecond"]), (&json!(100_000), &json!(1_000_000), &json!(20_000)));
        assert!(bill["remaining"].as_u64().unwrap() > 900_000);
    }

    async fn a_request_that_costs_too_much_is_refused(app) {
        let world = World::build(&app, Size::default()).await;
        let set_up = app.with_limits(Limits { cost_per_request: 1_000, ..Limits::default() });
        let head = set_up.sign_in(&world.schools[0].head).await;
        let at = "{ classes(first: 9) { nodes { enrolments(first: 50) { nodes { id } } } } pupils(first: 40) { nodes { id } } }";
        let within = ask(&set_up, &head, at, json!({})).await;
        assert_eq!(
            (within.status, &within.body["extensions"]["cost"]["requested"]),
            (200, &json!(1_000)),
            "{:#}",
            within.body
        );
        let beyond = ask(&set_up, &head, "query($n: Int!) { classes(first: $n) { nodes { enrolments(first: 50) { nodes { id } } } } }", json!({ "n": 10 })).await;
        assert_eq!((beyond.status, beyond.code()), (400, "COST_LIMIT"), "{:#}", beyond.body);
        assert_eq!(beyond.body["errors"][0]["extensions"]["cost"], json!({ "requested": 1_021, "limit": 1_000 }));
        assert!(beyond.body.get("data").is_none());
    }

    async fn a_caller_who_asks_for_much_waits_and_nobody_else(app) {
        let world = World::build(&app, Size::default()).await;
        let limits = Limits { cost_per_request: 1_000, cost_bucket: 1_000, cost_restored_per_second: 1, ..Limits::default() };
        let set_up = app.with_limits(limits);
        let head = set_up.sign_in(&world.schools[0].head).await;
        for _ in 0..10 {
            assert_eq!(ask(&set_up, &head, &costing(91), json!({})).await.status, 200);
        }
        let answer = ask(&set_up, &head, &costing(101), json!({})).await;
        assert_eq!((answer.status, answer.code()), (429, "RATE_LIMITED"), "{:#}", answer.body);
        let wait = answer.body["errors"][0]["extensions"]["retryAfter"].as_u64().unwrap();
        assert!((1..=11).contains(&wait), "11 too many: {wait}");
        assert_eq!(answer.header("retry-after"), wait.to_string());
        assert_eq!(ask(&set_up, &head, &costing(21), json!({})).await.status, 200, "less is answered still");
        let other = set_up.sign_in(&world.schools[1].head).await;
        assert_eq!(ask(&set_up, &other, &costing(101), json!({})).await.status, 200, "a bucket is its caller's own");
    }

    async fn instances_on_one_database_share_the_buckets(app) {
        let world = World::build(&app, Size::default()).await;
        let limits = Limits { cost_per_request: 1_000, cost_bucket: 1_000, cost_restored_per_second: 1, ..Limits::default() };
        let (one, two) = (app.with_limits(limits.clone()), app.with_limits(limits));
        let head = app.sign_in(&world.schools[0].head).await;
        for _ in 0..9 {
            assert_eq!(ask(&one, &head, &costing(101), json!({})).await.status, 200);
        }
        // The first lump is spent on the other instance, which then hears of the rest. A lump is 20 here.
        assert_eq!(ask(&two, &head, &costing(21), json!({})).await.status, 200);
        let answer = ask(&two, &head, &costing(101), json!({})).await;
        // SQLite is for one instance.
        assert_eq!(answer.status, if app.db.is_postgres() { 429 } else { 200 }, "{:#}", answer.body);
    }

    async fn an_ordinary_request_takes_no_statement_for_its_cost(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        for _ in 0..20 {
            assert_eq!(head.ask("{ __typename }").await.statements, 1, "who asks");
            assert_eq!(head.ask("{ pupils { nodes { id } } }").await.statements, 2, "who asks, and the pupils");
        }
    }
}

/// The fields whose cost the schema declares, as the table of `docs/cost.md` has them.
fn table(sdl: &str) -> String {
    let (mut kind, mut field, mut rows) = (String::new(), String::new(), Vec::new());
    for line in sdl.lines().filter(|line| !line.starts_with("directive ")) {
        if let Some(name) = line.strip_prefix("type ") {
            kind = name.split([' ', '{']).next().unwrap_or_default().to_owned();
        }
        let begins =
            line.strip_prefix('\t').filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_lowercase()));
        if let Some(name) = begins.map(|rest| rest.split(['(', ':']).next().unwrap_or_default()) {
            name.clone_into(&mut field);
        }
        let declared = |directive: &str| Some(line.split_once(directive)?.1.split_once(')')?.0);
        let weight = declared("@cost(weight: ").unwrap_or("1");
        let size = declared("@listSize(");
        if size.is_some() || line.contains("@cost(") {
            rows.push(format!("| `{kind}.{field}` | {weight} | {} |", size.map_or_else(String::new, in_words)));
        }
    }
    rows.sort();
    rows.join("\n")
}

fn in_words(size: &str) -> String {
    let named = |name: &str| {
        let list = size.split_once(&format!("{name}: ["))?.1.split_once(']')?.0;
        Some(list.replace('"', "`").replace("`, `", "` or `"))
    };
    let assumed = size.split_once("assumedSize: ").map(|(_, rest)| rest.split([',', ' ']).next().unwrap_or_default());
    let how_many = match (named("slicingArguments"), assumed) {
        (Some(arguments), Some(assumed)) => format!("{arguments}, else {assumed}"),
        (Some(arguments), None) => arguments,
        (None, assumed) => assumed.unwrap_or("10").to_owned(),
    };
    match named("sizedFields") {
        Some(fields) => format!("{how_many}, for {}", fields.replace(" or ", " and ")),
        None => how_many,
    }
}

#[test]
fn the_table_of_costs_is_the_schemas() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cost.md")).unwrap();
    let table = table(&plumbline::cli::schema::sdl());
    assert!(page.contains(&table), "the table in docs/cost.md is out of date; it should be:\n{table}");
    assert!(table.contains("| `Query.pupils` | 1 | `first` or `last`, else 25, for `edges` and `nodes` |"), "{table}");
}

#[test]
fn costs_are_declared_where_callers_read_them() {
    // async-graphql has a complexity of its own. Nobody outside sees it, and nothing here reads it any more.
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/src");
    let mut folders = vec![std::path::PathBuf::from(source)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                let place = entry.path();
                assert!(
                    !text.contains("complexity = "),
                    "{}: declare it with `@cost` or `@listSize` (graphql/cost.rs)",
                    place.display()
                );
            }
        }
    }
}
