//! Lists are read page by page, forward and backward, and come out whole.

use std::collections::BTreeSet;

use plumbline_tests::{Caller, Size, TestApp, World, db_test, written};
use sea_orm::DbBackend;
use serde_json::{Value, json};

const PAGE: &str = "query($first: Int, $after: String, $last: Int, $before: String, $order: PupilOrder) {
    pupils(first: $first, after: $after, last: $last, before: $before, order: $order) {
        totalCount nodes { upn familyName dateOfBirth } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }";

/// All family names, page by page of `size`, in one direction.
async fn walk(caller: &Caller, size: i32, order: &str, backwards: bool) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let variables = if backwards {
            json!({ "last": size, "before": cursor, "order": order })
        } else {
            json!({ "first": size, "after": cursor, "order": order })
        };
        let answer = caller.ask_with(PAGE, variables).await;
        let page = answer.of("pupils");
        assert_eq!(page["totalCount"], 24);
        let mut here: Vec<String> =
            page["nodes"].as_array().unwrap().iter().map(|pupil| pupil["upn"].as_str().unwrap().to_owned()).collect();
        if backwards {
            here.append(&mut names);
            names = here;
        } else {
            names.append(&mut here);
        }
        let (more, next) = if backwards { ("hasPreviousPage", "startCursor") } else { ("hasNextPage", "endCursor") };
        if page["pageInfo"][more] != true {
            return names;
        }
        cursor = page["pageInfo"][next].clone();
    }
}

/// The columns by which lists are ordered, each with its table, as the sources of the slices declare them.
fn columns_of_orders() -> BTreeSet<(String, String)> {
    let in_snake_case = |name: &str| {
        let words = name.chars().flat_map(|c| c.is_uppercase().then_some('_').into_iter().chain(c.to_lowercase()));
        words.collect::<String>().trim_start_matches('_').to_owned()
    };
    let mut found = BTreeSet::new();
    for path in written::sources(&written::root().join("api/src")) {
        let source = std::fs::read_to_string(path).unwrap();
        let blocks = source.split("\norder! {\n").skip(1).map(|rest| rest.split_once("\n}").unwrap().0);
        for block in blocks {
            let lines = || block.lines().filter(|line| !line.trim_start().starts_with("///"));
            let table = lines().find_map(|line| line.trim().strip_suffix(" {")?.split_once("Order of ")).unwrap().1;
            let keys = lines()
                .filter_map(|line| line.split_once("=> [")?.1.split_once(']'))
                .flat_map(|(keys, _)| keys.split(','));
            let columns = keys.map(|key| key.trim().split(' ').next().unwrap());
            found.extend(columns.map(|column| (table.to_owned(), in_snake_case(column))));
        }
    }
    found
}

/// Whether the database keeps a column from being null.
async fn is_never_null(app: &TestApp, table: &str, column: &str) -> bool {
    let sql = match app.raw.get_database_backend() {
        DbBackend::Sqlite => {
            format!("SELECT COUNT(*) AS n FROM pragma_table_info('{table}') WHERE name = '{column}' AND \"notnull\"")
        }
        _ => format!(
            "SELECT COUNT(*) AS n FROM information_schema.columns
             WHERE table_name = '{table}' AND column_name = '{column}' AND is_nullable = 'NO'"
        ),
    };
    app.number(&sql).await == 1
}

db_test! {
    async fn no_list_is_ordered_by_what_may_be_null(app) {
        let columns = columns_of_orders();
        assert!(columns.len() > 20 && columns.contains(&("pupil".to_owned(), "family_name".to_owned())), "{columns:?}");
        assert!(!is_never_null(&app, "enrolment", "ends_on").await, "this test would find nothing");
        for (table, column) in columns {
            assert!(
                is_never_null(&app, &table, &column).await,
                "a list is ordered by {table}.{column}, which may be null: pages would leave rows out"
            );
        }
    }

    async fn a_list_comes_out_whole_whatever_the_page_the_order_and_the_direction(app) {
        let world = World::build(&app, Size { schools: 2, classes: 2, pupils: 12 }).await;
        let head = app.sign_in(&world.schools[0].head).await;
        // Many share a date of birth: the id settles the order.
        for order in ["NAME", "DATE_OF_BIRTH", "UPN"] {
            let whole = walk(&head, 100, order, false).await;
            assert_eq!(whole.len(), 24);
            for size in [1, 5, 24, 25] {
                assert_eq!(walk(&head, size, order, false).await, whole, "{order} forward by {size}");
                assert_eq!(walk(&head, size, order, true).await, whole, "{order} backward by {size}");
            }
        }
    }

    async fn a_page_that_cannot_be_meant_is_refused_in_words(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let cursor = head.ask_with(PAGE, json!({ "first": 1 })).await.of("pupils")["pageInfo"]["endCursor"].clone();
        for (variables, words) in [
            (json!({ "first": 0 }), "`first` must be 1 to 100, but is 0"),
            (json!({ "first": 101 }), "`first` must be 1 to 100, but is 101"),
            (json!({ "last": -1 }), "`last` must be 1 to 100"),
            (json!({ "first": 1, "last": 1 }), "not both"),
            (json!({ "first": 1, "after": "made up" }), "`after` is not a cursor of this list"),
            (json!({ "first": 1, "after": cursor, "order": "UPN" }), "`after` is not a cursor of this list"),
        ] {
            let answer = head.ask_with(PAGE, variables.clone()).await;
            assert_eq!(answer.error_code(), "BAD_USER_INPUT", "{variables}");
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains(words), "{:#}", answer.body);
        }
        // Exactly at the edge it works.
        assert_eq!(head.ask_with(PAGE, json!({ "first": 100 })).await.of("pupils")["totalCount"], 16);
    }

    async fn filters_narrow_and_never_widen(app) {
        let world = World::build(&app, Size::default()).await;
        let head = app.sign_in(&world.schools[0].head).await;
        let count = |answer: plumbline_tests::Answer| answer.of("pupils")["totalCount"].clone();
        assert_eq!(count(head.ask("{ pupils(filter: { sex: { eq: FEMALE } }) { totalCount } }").await), 8);
        assert_eq!(count(head.ask("{ pupils(filter: { sex: { in: [FEMALE, MALE] }, familyName: { startsWith: \"Family0-1\" } }) { totalCount } }").await), 8);
        assert_eq!(count(head.ask("{ pupils(filter: { familyName: { startsWith: \"Family1\" } }) { totalCount } }").await), 0, "the other school's");
        let many = format!("[{}]", vec!["\"x\""; 101].join(","));
        let answer = head.ask(&format!("{{ pupils(filter: {{ familyName: {{ in: {many} }} }}) {{ totalCount }} }}")).await;
        assert_eq!(answer.error_code(), "BAD_USER_INPUT");
        let school = plumbline_tests::global_id::<plumbline::organisation::School>(world.schools[0].id);
        let wrong = head.ask(&format!("{{ classes(filter: {{ academicYear: {{ eq: \"{school}\" }} }}) {{ totalCount }} }}")).await;
        assert_eq!(wrong["errors"][0]["message"], format!("`{school}` is not the id of a AcademicYear."));
    }
}
