//! One meaning of a value, everywhere: letters that look alike are alike, for writing, asking and uniqueness.

use plumbline::organisation::{AcademicYear, Class, Pupil, School};
use plumbline_tests::{Attempt, Size, World, db_test, global_id};
use serde_json::json;

/// `é` as one letter, and as `e` with an accent after it.
const COMPOSED: &str = "Caf\u{e9}";
const DECOMPOSED: &str = "Cafe\u{301}";

db_test! {
    async fn a_name_is_the_same_however_its_accents_are_written(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, head) = (&world.schools[0], &world.schools[0].head);
        let create = Attempt::new(&app, "createClass", "class { name }", json!({
            "schoolId": global_id::<School>(school.id), "academicYearId": global_id::<AcademicYear>(world.year),
            "name": DECOMPOSED, "lowestYearGroup": "YEAR_5" }));
        assert_eq!(create.done(head).await["name"], COMPOSED, "it is kept in one form");
        for again in [COMPOSED, DECOMPOSED, " Cafe\u{301} "] {
            create.with("name", json!(again)).refused(head, "DUPLICATE name").await;
        }
        for hidden in ["4\u{200b}B", "\u{feff}4B", "4B\u{202e}", "4\u{ad}B"] {
            let refused = create.with("name", json!(hidden)).refused(head, "INVALID name").await;
            let message = refused.of("createClass")["userErrors"][0]["message"].as_str().unwrap().to_owned();
            assert!(message.contains("a character that cannot be seen"), "{message}");
        }
        let caller = app.sign_in(head).await;
        for name in [COMPOSED, DECOMPOSED] {
            for operator in ["eq", "startsWith", "contains", "eqInsensitive"] {
                let query = format!("query($name: String!) {{ classes(filter: {{ name: {{ {operator}: $name }} }}) {{ totalCount }} }}");
                let found = caller.ask_with(&query, json!({ "name": name })).await;
                assert_eq!(found.of("classes")["totalCount"], 1, "{operator} {name:?}");
            }
        }
        let renamed = Attempt::new(&app, "updateClass", "class { name version }", json!({
            "classId": global_id::<Class>(school.classes[0].id), "expectedVersion": 1, "name": "Class 1" }));
        assert_eq!(renamed.done(head).await["version"], 1);
    }

    async fn a_pupil_and_a_member_of_staff_are_found_as_they_are_written_elsewhere(app) {
        let world = World::build(&app, Size::default()).await;
        let (class, head) = (&world.schools[0].classes[0], &world.schools[0].head);
        let rename = Attempt::new(&app, "updatePupil", "pupil { familyName }", json!({
            "pupilId": global_id::<Pupil>(class.pupils[0]), "expectedVersion": 1, "familyName": "De\u{301}souza" }));
        rename.done(head).await;
        let caller = app.sign_in(head).await;
        for name in ["D\u{e9}souza", "De\u{301}souza"] {
            let query = "query($name: String!) { pupils(filter: { familyName: { in: [$name] } }) { totalCount } }";
            let found = caller.ask_with(query, json!({ "name": name })).await;
            assert_eq!(found.of("pupils")["totalCount"], 1, "{name:?}");
        }
        let query = "query($email: String!) { staffMembers(filter: { email: { eq: $email } }) { totalCount } }";
        for email in [head.clone(), head.to_uppercase(), format!(" {head} ")] {
            let found = caller.ask_with(query, json!({ "email": email })).await;
            assert_eq!(found.of("staffMembers")["totalCount"], 1, "{email}");
        }
    }
}
