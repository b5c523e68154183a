//! What may not be read in a row is not told in another way either: by filter, order, cursor or count.

use plumbline_tests::{Caller, Office, Size, TestApp, World, db_test};
use serde_json::{Value, json};

/// Two schools of two classes of eight, and two callers: an analyst who reads the first school without names, and its
/// senior leader, who reads the second without names.
async fn readers(app: &TestApp) -> (World, Caller, Caller) {
    let world = World::build(app, Size::default()).await;
    let office = Office::of(app, &world).await;
    let analyst = office.person(&world.analyst).await;
    office.grant(&analyst, Some(world.schools[0].id), false).await;
    let head = office.person(&world.schools[0].head).await;
    office.grant(&head, Some(world.schools[1].id), false).await;
    let (analyst, head) = (app.sign_in(&world.analyst).await, app.sign_in(&world.schools[0].head).await);
    (world, analyst, head)
}

async fn count(caller: &Caller, arguments: &str) -> Value {
    let answer = caller.ask(&format!("{{ pupils(first: 25, {arguments}) {{ totalCount nodes {{ id }} }} }}")).await;
    let page = answer.of("pupils");
    assert_eq!(
        page["nodes"].as_array().map(Vec::len),
        page["totalCount"].as_u64().map(|n| usize::try_from(n).unwrap().min(25))
    );
    page["totalCount"].clone()
}

const HIDDEN_FILTERS: &[&str] = &[
    "filter: { familyName: { startsWith: \"Family\" } }",
    "filter: { givenName: { eq: \"Given0\" } }",
    "filter: { upn: { in: [\"A\"] } }",
    "filter: { dateOfBirth: { gte: \"2000-01-01\" } }",
];

const HIDDEN_ORDERS: &[&str] = &["order: NAME", "order: DATE_OF_BIRTH", "order: UPN"];

db_test! {
    async fn what_is_hidden_in_all_rows_is_forbidden_to_filter_and_order_by(app) {
        let (_, analyst, _) = readers(&app).await;
        for arguments in HIDDEN_FILTERS.iter().chain(HIDDEN_ORDERS) {
            let answer = analyst.ask(&format!("{{ pupils({arguments}) {{ totalCount }} }}")).await;
            assert_eq!(answer.error_code(), "FORBIDDEN", "{arguments}: {:#}", answer.body);
        }
        assert_eq!(count(&analyst, "filter: { sex: { eq: FEMALE } }").await, 8, "what may be read may be asked by");
    }

    async fn what_a_mis_may_not_read_back_it_may_not_ask_by(app) {
        let world = World::build(&app, Size::default()).await;
        Office::of(&app, &world).await.register("mis", &["SYNCHRONISE"], Some(&[world.schools[0].id])).await;
        let mis = app.sign_in_client("mis");
        for arguments in ["filter: { familyName: { eq: \"x\" } }", "filter: { sex: { eq: MALE } }", "order: NAME", "order: DATE_OF_BIRTH"] {
            let answer = mis.ask(&format!("{{ pupils({arguments}) {{ totalCount }} }}")).await;
            assert_eq!(answer.error_code(), "FORBIDDEN", "{arguments}");
        }
        assert_eq!(count(&mis, "order: UPN").await, 16);
        assert_eq!(count(&mis, "").await, 16);
    }

    async fn what_is_hidden_in_some_rows_is_asked_by_in_the_others_alone(app) {
        let (_, _, head) = readers(&app).await;
        assert_eq!(count(&head, "").await, 32);
        for arguments in ["filter: { familyName: { startsWith: \"Family\" } }", "order: NAME", "order: UPN", "order: DATE_OF_BIRTH"] {
            assert_eq!(count(&head, arguments).await, 16, "{arguments}");
        }
        assert_eq!(count(&head, "filter: { familyName: { startsWith: \"Family1-\" } }").await, 0, "the other school's");
        assert_eq!(count(&head, "filter: { sex: { eq: MALE } }").await, 16);
        // Below a parent as at the root.
        let below = "{ schools(order: NAME, first: 2) { nodes { classes(first: 2) { nodes { enrolments(first: 8) { nodes { pupil { familyName sex } } } } } } } }";
        let answer = head.ask(below).await;
        for (at, school) in answer.of("schools")["nodes"].as_array().unwrap().iter().enumerate() {
            for pupil in school["classes"]["nodes"].as_array().unwrap().iter().flat_map(|class| class["enrolments"]["nodes"].as_array().unwrap()) {
                assert_eq!(pupil["pupil"]["familyName"].is_string(), at == 0, "{pupil}");
                assert!(pupil["pupil"]["sex"].is_string());
            }
        }
    }

    async fn the_order_that_nobody_asked_for_falls_back_to_the_id(app) {
        let (_, analyst, head) = readers(&app).await;
        for (caller, pupils) in [(&analyst, 16), (&head, 32)] {
            let page = caller.ask("{ pupils(first: 100) { nodes { id } edges { cursor } } }").await;
            let nodes = page.of("pupils")["nodes"].as_array().unwrap();
            let ids: Vec<_> = nodes.iter().map(|node| plumbline::graphql::decode_id(node["id"].as_str().unwrap()).unwrap().1).collect();
            assert_eq!(ids.len(), pupils);
            assert!(ids.is_sorted(), "by id, which tells no name");
        }
    }

    async fn no_cursor_tells_what_is_hidden(app) {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let (world, analyst, head) = readers(&app).await;
        let told = async |caller: &Caller, arguments: &str| {
            let page = caller.ask(&format!("{{ pupils(first: 100, {arguments}) {{ edges {{ cursor }} }} }}")).await;
            let cursors = page.of("pupils")["edges"].as_array().unwrap().clone();
            let text = |edge: &Value| String::from_utf8_lossy(&URL_SAFE_NO_PAD.decode(edge["cursor"].as_str().unwrap()).unwrap()).into_owned();
            cursors.iter().map(text).collect::<String>()
        };
        assert!(!told(&analyst, "").await.contains("Family"));
        let named = told(&head, "order: NAME").await;
        assert!(!named.is_empty() && !named.contains("Family"), "nor to those who may read it: addresses are kept in logs");

        // A cursor that somebody else was given.
        let colleague = app.sign_in(&world.schools[0].classes[0].teacher).await;
        let cursor = colleague.ask("{ pupils(first: 3, order: NAME) { pageInfo { endCursor } } }").await;
        let cursor = cursor.of("pupils")["pageInfo"]["endCursor"].clone();
        let page = "query($after: String, $order: PupilOrder) { pupils(first: 100, after: $after, order: $order) { nodes { familyName } } }";
        let answer = analyst.ask_with(page, json!({ "after": cursor })).await;
        assert_eq!(answer.error_code(), "BAD_USER_INPUT", "it is of another order than the one by id");
        let answer = analyst.ask_with(page, json!({ "after": cursor, "order": "NAME" })).await;
        assert_eq!(answer.error_code(), "FORBIDDEN");
        let answer = head.ask_with(page, json!({ "after": cursor, "order": "NAME" })).await;
        let names: Vec<&str> = answer.of("pupils")["nodes"].as_array().unwrap().iter().filter_map(|node| node["familyName"].as_str()).collect();
        assert_eq!(names.len(), 13, "sixteen of the own school, without the first three");
        assert!(names.iter().all(|name| name.starts_with("Family0-")));
        let foreign = app.sign_in(&world.schools[1].head).await;
        let answer = foreign.ask_with(page, json!({ "after": cursor, "order": "NAME" })).await;
        assert!(answer.of("pupils")["nodes"].as_array().unwrap().iter().all(|node| node["familyName"].as_str().unwrap().starts_with("Family1-")));
    }

    async fn a_grant_with_names_opens_the_fields_of_its_rows(app) {
        let (world, analyst, _) = readers(&app).await;
        let office = Office::of(&app, &world).await;
        let person = office.person(&world.analyst).await;
        office.grant(&person, Some(world.schools[1].id), true).await;
        assert_eq!(count(&analyst, "").await, 32);
        assert_eq!(count(&analyst, "order: NAME").await, 16, "the rows of the grant with names");
        let answer = analyst.ask("{ pupils(first: 100) { nodes { familyName enrolments { nodes { class { school { name } } } } } } }").await;
        for pupil in answer.of("pupils")["nodes"].as_array().unwrap() {
            let there = pupil["enrolments"]["nodes"][0]["class"]["school"]["name"] == "School 2";
            assert_eq!(pupil["familyName"].is_string(), there, "{pupil}");
        }
    }
}
