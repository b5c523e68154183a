//! For each limit, a document that stands just at it is answered, and one that goes beyond is not.

use plumbline::config::Limits;
use plumbline_tests::{Answer, Size, TestApp, World, db_test};
use serde_json::{Value, json};

/// Asks as a head with other limits than the usual.
async fn ask(app: &TestApp, world: &World, limits: Limits, query: &str, variables: Value) -> Answer {
    let app = app.with_limits(limits);
    app.sign_in(&world.schools[0].head).await.ask_with(query, variables).await
}

/// A document at the limit is answered. One beyond is refused before anything but the caller was looked up.
async fn at_and_beyond(
    app: &TestApp,
    world: &World,
    limits: &Limits,
    document: impl Fn(usize) -> String,
    at: usize,
    words: &str,
) {
    let within = ask(app, world, limits.clone(), &document(at), json!({})).await;
    assert!(within.body.get("errors").is_none(), "{words}: {:#}", within.body);
    let beyond = ask(app, world, limits.clone(), &document(at + 1), json!({})).await;
    let message = beyond["errors"][0]["message"].as_str().unwrap_or_default();
    assert_eq!(
        (beyond.error_code(), beyond.statements),
        ("GRAPHQL_VALIDATION_FAILED", 1),
        "{words}: {:#}",
        beyond.body
    );
    assert!(message.contains(words), "{message} should contain {words}");
    assert!(beyond.body.get("data").is_none());
}

/// `depth` fields inside each other.
fn deep(depth: usize) -> String {
    let mut steps = ["classes(first: 1)", "nodes", "school"].into_iter().cycle();
    let mut document = String::new();
    for _ in 1..depth {
        document = format!("{document}{{ {} ", steps.next().unwrap());
    }
    format!("{document}{{ __typename{}", " }".repeat(depth))
}

db_test! {
    async fn a_request_that_takes_too_long_is_given_up(app) {
        use sea_orm::ConnectionTrait;
        let world = World::build(&app, Size::default()).await;
        let slow = app.with_limits(Limits { request_milliseconds: 2_000, ..Limits::default() });
        let head = slow.sign_in(&world.schools[0].head).await;
        assert_eq!(head.ask("{ pupils { totalCount } }").await.of("pupils")["totalCount"], 16);
        // Somebody locks the table, as a long migration would: on SQLite writers wait, on PostgreSQL everybody does.
        let lock = if app.db.is_postgres() { "BEGIN; LOCK TABLE class" } else { "BEGIN IMMEDIATE" };
        let mut one = sea_orm::ConnectOptions::new(&app.database.url);
        one.max_connections(1);
        let holding = sea_orm::Database::connect(one).await.unwrap();
        holding.execute_unprepared(lock).await.unwrap();
        let class = plumbline_tests::global_id::<plumbline::organisation::Class>(world.schools[0].classes[0].id);
        let rename = json!({ "classId": class, "expectedVersion": 1, "name": "Kestrel" });
        let answer = head.mutate("updateClass", rename, "class { name }").await;
        assert_eq!((answer.status.as_u16(), answer.error_code()), (504, "TIMEOUT"), "{:#}", answer.body);
        let outcomes = &answer["errors"][0]["extensions"]["outcomes"];
        assert_eq!(outcomes, &json!({ "updateClass": "UNKNOWN" }), "it is under way: {:#}", answer.body);
        holding.execute_unprepared("ROLLBACK").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_are_bounded_in_every_direction() {
    let app = TestApp::on_sqlite().await;
    let world = World::build(&app, Size::default()).await;
    let usual = Limits { cost_per_request: 400_000, ..Limits::default() };
    let is = |limits: Limits| limits;
    let many = |item: &str, count: usize| item.repeat(count);

    let tokens = is(Limits { tokens: 500, root_fields: 1_000, ..usual.clone() });
    at_and_beyond(&app, &world, &tokens, |n| format!("{{ {} }}", many("__typename ", n - 2)), 500, "500 tokens").await;

    at_and_beyond(&app, &world, &usual, deep, 15, "15 fields inside each other").await;

    let nesting = is(Limits { nesting: 20, ..usual.clone() });
    let inline = |n: usize| format!("{{ {} __typename {} }}", many("... { ", n - 1), many("} ", n - 1));
    at_and_beyond(&app, &world, &nesting, inline, 20, "20 brackets inside each other").await;
    at_and_beyond(&app, &world, &usual, inline, 64, "64 brackets inside each other").await;
    let chain = |n: usize| {
        let fragments = (1..n - 1).map(|at| format!("fragment F{at} on Query {{ ...F{} }} ", at + 1));
        format!("{{ ...F1 }} {} fragment F{} on Query {{ __typename }}", fragments.collect::<String>(), n - 1)
    };
    at_and_beyond(&app, &world, &nesting, chain, 20, "20 selections inside each other").await;

    let operations = is(Limits { operations: 3, ..usual.clone() });
    let named = |n: usize| (0..n).map(|at| format!("query Q{at} {{ __typename }} ")).collect::<String>();
    let within = app.with_limits(operations.clone()).sign_in(&world.schools[0].head).await;
    let within = within.post(json!({ "query": named(3), "operationName": "Q2" }).to_string()).await;
    assert_eq!(within.of("__typename"), "Query");
    assert!(
        ask(&app, &world, operations, &named(4), json!({})).await["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("3 operations")
    );

    let fields = is(Limits { fields: 500, root_fields: 1_000, ..usual.clone() });
    at_and_beyond(
        &app,
        &world,
        &fields,
        |n| format!("{{ {} }}", many("__typename ", n)),
        500,
        "500 fields, fragments spread",
    )
    .await;
    let doubled = format!("{{ {} }} fragment F on Query {{ {} }}", many("...F ", 2), many("__typename ", 251));
    assert!(
        ask(&app, &world, fields, &doubled, json!({})).await["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("500 fields")
    );

    let aliases = is(Limits { aliases: 10, ..usual.clone() });
    let aliased =
        |n: usize| format!("{{ trust {{ {} }} }}", (0..n).map(|at| format!("a{at}: name ")).collect::<String>());
    at_and_beyond(&app, &world, &aliases, aliased, 10, "10 aliases").await;

    let roots = is(Limits { root_fields: 5, ..usual.clone() });
    at_and_beyond(
        &app,
        &world,
        &roots,
        |n| format!("{{ ...F }} fragment F on Query {{ {} }}", many("__typename ", n)),
        5,
        "5 fields at its root",
    )
    .await;

    let directives = is(Limits { directives: 6, ..usual.clone() });
    for place in
        ["__typename @include(if: true) ", "... @include(if: true) { __typename } ", "...F @include(if: true) "]
    {
        let document = |n: usize| format!("{{ ...F {} }} fragment F on Query {{ __typename }}", many(place, n));
        at_and_beyond(&app, &world, &directives, document, 6, "6 directives").await;
    }
    let in_fragment =
        |n: usize| format!("{{ ...F }} fragment F on Query {{ {} }}", many("__typename @skip(if: false) ", n));
    at_and_beyond(&app, &world, &directives, in_fragment, 6, "6 directives").await;
    for flood in [
        "query @a @a @a @a @a @a @a { __typename }",
        "query ($a: Int @a @a @a @a @a @a @a) { pupils(first: $a) { totalCount } }",
        "{ ...F } fragment F on Query @a @a @a @a @a @a @a { __typename }",
    ] {
        assert!(
            ask(&app, &world, directives.clone(), flood, json!({})).await["errors"][0]["message"]
                .as_str()
                .unwrap()
                .contains("6 directives"),
            "{flood}"
        );
    }

    let variables = is(Limits { variables: 4, aliases: 10, ..usual.clone() });
    let declared = |n: usize| {
        let declared: String = (0..n).map(|at| format!("$a{at}: Int ")).collect();
        let used: String = (0..n).map(|at| format!("p{at}: pupils(first: $a{at}) {{ totalCount }} ")).collect();
        format!("query ({declared}) {{ {used} }}")
    };
    at_and_beyond(&app, &world, &variables, declared, 4, "4 variables").await;

    let lists = is(Limits { list_items: 3, ..usual.clone() });
    at_and_beyond(
        &app,
        &world,
        &lists,
        |n| format!("{{ pupils(filter: {{ familyName: {{ in: [{}] }} }}) {{ totalCount }} }}", many("\"a\" ", n)),
        3,
        "3 items in a list",
    )
    .await;
    let nested = is(Limits { input_nesting: 3, ..usual.clone() });
    assert!(
        ask(
            &app,
            &world,
            nested.clone(),
            "{ pupils(filter: { familyName: { in: [\"a\"] } }) { totalCount } }",
            json!({})
        )
        .await
        .body
        .get("errors")
        .is_none()
    );
    let message =
        ask(&app, &world, nested, "{ pupils(filter: { familyName: { in: [[\"a\"]] } }) { totalCount } }", json!({}))
            .await;
    assert!(
        message["errors"][0]["message"].as_str().unwrap().contains("3 lists and objects inside each other"),
        "{:#}",
        message.body
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn variables_are_bounded_too() {
    let app = TestApp::on_sqlite().await;
    let world = World::build(&app, Size::default()).await;
    let query = "query($filter: PupilFilter) { pupils(filter: $filter) { totalCount } }";
    let names = |n: usize| json!({ "filter": { "familyName": { "in": vec!["a"; n] } } });
    let limits = Limits { list_items: 3, input_nesting: 3, variables_bytes: 200, ..Limits::default() };
    assert!(ask(&app, &world, limits.clone(), query, names(3)).await.body.get("errors").is_none());
    let message = async |variables: Value| {
        let answer = ask(&app, &world, limits.clone(), query, variables).await;
        assert_eq!(answer.error_code(), "BAD_USER_INPUT", "{:#}", answer.body);
        answer["errors"][0]["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message(names(4)).await, "The variable `$filter`.familyName.in may have 3 items; this one has 4.");
    let nested = json!({ "filter": { "familyName": { "in": [["a"]] } } });
    assert_eq!(message(nested).await, "The variable `$filter`.familyName.in.0 must be a value of the type `String`.");
    let padded = |bytes: usize| {
        let mut variables = json!({ "filter": { "familyName": { "eq": "" } } });
        let rest = bytes - variables.to_string().len();
        variables["filter"]["familyName"]["eq"] = json!("x".repeat(rest));
        variables
    };
    assert!(ask(&app, &world, limits.clone(), query, padded(200)).await.body.get("errors").is_none());
    assert!(message(padded(201)).await.contains("may have 200 bytes"));
    for (variables, words) in [
        (
            json!({ "filter": { "nothing": 1 } }),
            "The variable `$filter` has a field `nothing` that the type `PupilFilter` does not have.",
        ),
        (
            json!({ "filter": { "familyName": { "eq": 7 } } }),
            "The variable `$filter`.familyName.eq must be a value of the type `String`.",
        ),
        (json!({ "filter": "x" }), "The variable `$filter` must be a value of the type `PupilFilter`."),
    ] {
        assert_eq!(message(variables).await, words);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_has_few_errors_and_short_ones() {
    let app = TestApp::on_sqlite().await;
    let world = World::build(&app, Size::default()).await;
    let limits = Limits { errors: 3, message_length: 50, ..Limits::default() };
    let wrong: String = (0..9).map(|at| format!("nothing{at} ")).collect();
    let answer = ask(&app, &world, limits.clone(), &format!("{{ {wrong} }}"), json!({})).await;
    assert_eq!(answer["errors"].as_array().unwrap().len(), 3);
    let class = plumbline_tests::global_id::<plumbline::organisation::Class>(world.schools[0].classes[0].id);
    let wrong: String = (0..9)
        .map(|at| format!("c{at}: class(id: \"{class}\") {{ enrolments(first: 1000) {{ totalCount }} }} "))
        .collect();
    let answer = ask(&app, &world, limits.clone(), &format!("{{ {wrong} }}"), json!({})).await;
    assert_eq!(answer["errors"].as_array().unwrap().len(), 3, "of what ran, too");
    let long = "a".repeat(300);
    let answer = ask(&app, &world, limits, &format!("{{ {long} }}"), json!({})).await;
    assert_eq!(answer["errors"][0]["message"].as_str().unwrap().chars().count(), 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tools_read_the_whole_schema_with_the_limits_as_they_come() {
    let app = TestApp::on_sqlite().await;
    let world = World::build(&app, Size::default()).await;
    let head = app.sign_in(&world.schools[0].head).await;
    let answer = head.ask(&introspection(1)).await;
    assert!(answer.of("__schema")["types"].as_array().unwrap().len() > 100);
    assert!(head.ask(&introspection(2)).await.of("__schema").is_object(), "lists in lists");
    assert_eq!(head.ask(&introspection(3)).await.error_code(), "GRAPHQL_VALIDATION_FAILED", "lists in lists in lists");
}

/// The question of tools (graphql-js 16 with all its options), 15 deep, or the same with more lists inside each
/// other.
pub(super) fn introspection(lists: usize) -> String {
    let inner =
        ["type { ...TypeRef }", "type { fields { name } }", "type { fields { type { fields { name } } } }"][lists - 1];
    let of_type = "ofType { kind name ".repeat(9);
    format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }} subscriptionType {{ name kind }}
            types {{ ...FullType }} directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }}
        fragment FullType on __Type {{ kind name description specifiedByURL
            fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...InputValue }} {inner} isDeprecated deprecationReason }}
            inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }}
            enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} possibleTypes {{ ...TypeRef }} }}
        fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason }}
        fragment TypeRef on __Type {{ kind name {of_type} {} }}",
        "}".repeat(9)
    )
}
