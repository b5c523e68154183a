//! Errors have codes, and a fault shows a request id and nothing else.

use plumbline_tests::sdl::Sdl;
use plumbline_tests::{Size, World, db_test};
use sea_orm::ConnectionTrait;
use serde_json::json;

db_test! {
    async fn each_kind_of_error_has_its_code(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        for (query, code) in [
            ("{ pupils { totalCount }", "GRAPHQL_PARSE_FAILED"),
            ("{ noSuchField }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ pupil(id: \"made up\") { id } }", "BAD_USER_INPUT"),
            ("{ moderationAgreement(where: { subject: \"writing\", academicYear: 2025, window: SUMMER }, by: [SEX, SEN]) { population { schools } } }", "BAD_USER_INPUT"),
        ] {
            assert_eq!(head.ask(query).await.error_code(), code, "{query}");
        }
        let school = plumbline_tests::global_id::<plumbline::organisation::School>(world.schools[0].id);
        let answer = head.ask(&format!("{{ pupil(id: \"{school}\") {{ id }} }}")).await;
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("the id of a School; the id of a Pupil is needed"), "{:#}", answer.body);
    }

    async fn what_is_no_date_is_answered_with_how_dates_are_written(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let variables = "query($day: Date!) { enrolments(filter: { startsOn: { gte: $day } }) { totalCount } }";
        for (day, is_date) in [
            (json!("2025-09-01"), true), (json!("2024-02-29"), true), (json!("0001-01-01"), true), (json!("9999-12-31"), true),
            (json!("0000-12-31"), false), (json!("-0001-01-01"), false), (json!("10000-01-01"), false), (json!("+262142-12-31"), false),
            (json!("01/09/2025"), false), (json!("2025-9-1"), false), (json!("2025-02-29"), false),
            (json!("+2025-09-01"), false), (json!(" 2025-09-01"), false), (json!("2025-09-01T00:00:00Z"), false), (json!(20_250_901), false),
        ] {
            let answers = [
                head.ask_with(variables, json!({ "day": day })).await,
                head.ask(&format!("{{ enrolments(filter: {{ startsOn: {{ gte: {day} }} }}) {{ totalCount }} }}")).await,
            ];
            for answer in answers {
                assert_eq!(answer.error_code() == "no error", is_date, "{day}: {:#}", answer.body);
                let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
                let told = message.contains("A date is written year, month, day, such as 2025-09-01.");
                assert!(is_date || !day.is_string() || told, "{day}: {message}");
            }
        }
    }

    async fn null_in_a_filter_is_neither_a_value_nor_everything(app) {
        let world = World::build(&app, Size::default()).await;
        let app = app.with_endless_budgets();
        let lead = app.sign_in(&world.lead).await;
        let sdl = Sdl::of_the_service();
        let mut asked = 0;
        for list in sdl.fields("Query").into_iter().filter(|field| field.arguments.iter().any(|name| name == "filter")) {
            let (list, filter) = (&list.name, format!("{}Filter", list.items().expect("a list")));
            for part in sdl.inputs(&filter) {
                let operators = sdl.inputs(&part.of);
                let is_operators = operators.iter().any(|operator| operator.name == "isNull");
                // A part that is null, each operator that is null, and a variable that is null or was left out.
                let mut ways = vec![(format!("{{ {}: null }}", part.name), json!({}), String::new(), part.name.clone())];
                for operator in operators.iter().filter(|_| is_operators) {
                    let path = format!("{}.{}", part.name, operator.name);
                    ways.push((format!("{{ {}: {{ {}: null }} }}", part.name, operator.name), json!({}), String::new(), path.clone()));
                    if operator.name == "eq" {
                        for variables in [json!({}), json!({ "v": null })] {
                            let declared = format!("query($v: {})", operator.of);
                            ways.push((format!("{{ {}: {{ eq: $v }} }}", part.name), variables, declared, path.clone()));
                        }
                    }
                }
                for (given, variables, declared, path) in ways {
                    let query = format!("{declared} {{ {list}(filter: {given}) {{ totalCount }} }}");
                    let answer = lead.ask_with(&query, variables).await;
                    assert_eq!(answer.error_code(), "BAD_USER_INPUT", "{query}: {:#}", answer.body);
                    let message = answer["errors"][0]["message"].as_str().unwrap();
                    assert!(message.contains(&format!("`filter.{path}` is null, or its variable was left out")), "{query}: {message}");
                    asked += 1;
                }
            }
            // A filter that was left out as a whole is none.
            for variables in [json!({}), json!({ "f": null })] {
                let query = format!("query($f: {filter}) {{ {list}(filter: $f) {{ totalCount }} }}");
                assert_eq!(lead.ask_with(&query, variables).await.error_code(), "no error", "{query}");
            }
        }
        assert!(asked > 500, "{asked}");
        // Rows that have none are asked for by `isNull`.
        let open = "{ open: enrolments(filter: { endsOn: { isNull: true } }) { totalCount } ended: enrolments(filter: { endsOn: { isNull: false } }) { totalCount } }";
        let head = app.sign_in(&world.schools[0].head).await.ask(open).await;
        assert_eq!(head.body["data"], json!({ "open": { "totalCount": 16 }, "ended": { "totalCount": 0 } }));
    }

    async fn a_value_that_no_row_can_have_is_refused_alike_on_both_databases(app) {
        let world = World::build(&app, Size::default()).await;
        let (head, lead) = (app.sign_in(&world.schools[0].head).await, app.sign_in(&world.lead).await);
        let by_text = "query($f: PupilFilter) { pupils(filter: $f) { totalCount } }";
        for operators in [json!({ "eq": "a\u{0}b" }), json!({ "in": ["a", "\u{0}"] }), json!({ "startsWith": "\u{0}" }), json!({ "contains": "\u{0}" })] {
            for field in ["familyName", "givenName", "upn"] {
                let mut filter = json!({});
                filter[field] = operators.clone();
                let answer = head.ask_with(by_text, json!({ "f": filter })).await;
                assert_eq!(answer.error_code(), "BAD_USER_INPUT", "{filter}: {:#}", answer.body);
                assert!(answer["errors"][0]["message"].as_str().unwrap().contains("U+0000"), "{:#}", answer.body);
            }
        }
        let agreement = "query($s: String!) { moderationAgreement(where: { subject: $s, academicYear: 2025, window: SUMMER }, by: []) { population { pupils } } }";
        assert_eq!(lead.ask_with(agreement, json!({ "s": "writing\u{0}" })).await.error_code(), "BAD_USER_INPUT");
        let by_time = "query($f: AuditEntryFilter) { auditEntries(filter: $f) { totalCount } }";
        for (time, can_be) in [
            ("0001-01-01T00:00:00Z", true), ("9999-12-31T23:59:59Z", true), ("-262000-01-01T00:00:00Z", false),
            ("0000-12-31T23:59:59Z", false), ("+10000-01-01T00:00:00Z", false), ("+262000-01-01T00:00:00Z", false),
        ] {
            for operators in [json!({ "gte": time }), json!({ "lt": time }), json!({ "in": [time] })] {
                let answer = lead.ask_with(by_time, json!({ "f": { "at": operators } })).await;
                assert_eq!(answer.error_code(), if can_be { "no error" } else { "BAD_USER_INPUT" }, "{operators}: {:#}", answer.body);
            }
        }
    }

    async fn a_fault_shows_a_request_id_and_nothing_of_the_database(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        app.raw.execute_unprepared("ALTER TABLE pupil RENAME COLUMN family_name TO surname").await.unwrap();
        let answer = head.ask("{ pupils { nodes { id } } }").await;
        assert_eq!(answer.error_code(), "INTERNAL");
        let text = answer["errors"][0]["message"].to_string().to_lowercase() + &answer["errors"][0]["extensions"].to_string();
        for leak in ["family_name", "select", "sql", "column", "relation", "sqlite", ".rs"] {
            assert!(!text.contains(leak), "{leak}: {text}");
        }
        assert!(answer["errors"][0]["extensions"]["requestId"].is_string());
        app.raw.execute_unprepared("ALTER TABLE pupil RENAME COLUMN surname TO family_name").await.unwrap();
    }

    async fn a_deep_or_costly_question_is_refused_before_it_runs(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let mut deep = "{ nodes { class { enrolments { nodes { pupil { enrolments ".repeat(4);
        deep.push_str("{ totalCount }");
        let depth = deep.matches('{').count();
        let query = format!("{{ enrolments {deep}{} }}", " }".repeat(depth - 1));
        let answer = head.ask(&query).await;
        assert_eq!((answer.error_code(), answer.statements), ("GRAPHQL_VALIDATION_FAILED", 1), "one statement: who asks");
        let wide = "{ classes(first: 100) { nodes { enrolments(first: 100) { nodes { pupil { judgements(first: 100) { nodes { id } } } } } } } }";
        let costly = head.ask(wide).await;
        assert_eq!((costly.error_code(), costly.statements), ("COST_LIMIT", 1), "one statement: who asks");
        let introspection = head.ask(INTROSPECTION).await;
        assert!(introspection.body["data"]["__schema"]["types"].is_array(), "{:#}", introspection.body["errors"]);
    }

    async fn variables_of_the_wrong_kind_are_refused(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let answer = head.ask_with("query($first: Int) { pupils(first: $first) { totalCount } }", json!({ "first": "many" })).await;
        assert_ne!(answer.error_code(), "INTERNAL");
        assert_ne!(answer.error_code(), "no error");
    }
}

/// The query that tools send, 13 deep.
const INTROSPECTION: &str = "{ __schema { queryType { name } mutationType { name } types { ...T } directives { name args { ...I } } } }
    fragment T on __Type { kind name description fields(includeDeprecated: true) { name args { ...I } type { ...R } } inputFields { ...I }
        interfaces { ...R } enumValues(includeDeprecated: true) { name } possibleTypes { ...R } }
    fragment I on __InputValue { name type { ...R } defaultValue }
    fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";
