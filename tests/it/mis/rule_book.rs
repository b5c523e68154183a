//! One rule book: what a mutation refuses, an import and the console refuse too.

use plumbline::mis::{ImportError, gias, ks2};
use plumbline_tests::{Attempt, Console, Size, TestApp, World, db_test};
use serde_json::{Value, json};

use super::files::MadeFile;

/// The columns of a file of schools, in the order of [`school`].
const GIAS: [&str; 11] = [
    "URN",
    "LA (code)",
    "EstablishmentNumber",
    "EstablishmentName",
    "PhaseOfEducation (name)",
    "StatutoryLowAge",
    "StatutoryHighAge",
    "OpenDate",
    "CloseDate",
    "Trusts (name)",
    "Linked establishments",
];

/// A sound row of a file of schools, with other cells in some columns.
fn school(cells: &[(&str, &str)]) -> String {
    let mut row = ["138764", "936", "2092", "Riverside", "Primary", "4", "11", "01-09-2012", "", "A Trust", ""];
    for (column, cell) in cells {
        row[GIAS.iter().position(|header| header == column).unwrap()] = cell;
    }
    format!("{}\n{}\n", GIAS.join(","), row.join(","))
}

/// A sound row of published results, with other cells in some columns.
fn results(cells: &[(&str, &str)]) -> String {
    let mut row = vec!["1", "936", "100001", "Riverside", "0", "30"];
    row.resize(ks2::COLUMNS.len(), "78%");
    for (column, cell) in cells {
        row[ks2::COLUMNS.iter().position(|header| header == column).unwrap()] = cell;
    }
    format!("{}\n{}\n", ks2::COLUMNS.join(","), row.join(","))
}

fn lines<T: std::fmt::Debug>(imported: Result<T, ImportError>, what: &str) -> Vec<String> {
    match imported {
        Err(ImportError::Refused(report)) => report.error_lines(),
        other => panic!("{what} should be refused: {other:?}"),
    }
}

async fn import_schools(app: &TestApp, cells: &[(&str, &str)]) -> Result<gias::Imported, ImportError> {
    gias::import(&app.db, &MadeFile::new("edubase.csv", school(cells)).0, "A Trust").await
}

async fn import_results(app: &TestApp, name: &str, cells: &[(&str, &str)]) -> Result<ks2::Imported, ImportError> {
    ks2::import(&app.db, &[MadeFile::new(name, results(cells)).0.clone()], None).await
}

/// A value that a school may not have: the fields of the mutation with it, the columns of the extract with it, and
/// the column of published results that has the same rule.
struct Bad {
    fields: Value,
    cells: Vec<(&'static str, String)>,
    results: Option<&'static str>,
}

fn bad(fields: Value, cells: &[(&'static str, &str)], results: Option<&'static str>) -> Bad {
    Bad { fields, cells: cells.iter().map(|(column, cell)| (*column, (*cell).to_owned())).collect(), results }
}

/// What no school may have. The first field and the first column are the ones that the fault names.
fn bad_schools() -> Vec<(&'static str, Bad)> {
    let long = |letters: usize| "x".repeat(letters);
    let name = |name: &str| ("name", bad(json!({ "name": name }), &[("EstablishmentName", name)], Some("SCHNAME")));
    let number = |field: &'static str, column, results, number: i32| {
        (field, bad(json!({ field: number }), &[(column, &number.to_string())], results))
    };
    let day = |field: &'static str, column, year: i32| {
        (field, bad(json!({ field: format!("{year}-06-01") }), &[(column, &format!("01-06-{year}"))], None))
    };
    vec![
        name(""),
        name(&long(101)),
        name(&long(3_000)),
        name("River\u{7}side"),
        number("urn", "URN", Some("URN"), 99_999),
        number("urn", "URN", Some("URN"), 1_000_000),
        number("laCode", "LA (code)", Some("LEA"), 0),
        number("laCode", "LA (code)", Some("LEA"), 1_000),
        number("laCode", "LA (code)", Some("LEA"), 70_000),
        number("establishmentNumber", "EstablishmentNumber", None, 10_000),
        number("lowestAge", "StatutoryLowAge", None, 26),
        number("lowestAge", "StatutoryLowAge", None, 99),
        number("highestAge", "StatutoryHighAge", None, 26),
        number("highestAge", "StatutoryHighAge", None, 99),
        number("lowestAge", "StatutoryLowAge", None, 12),
        day("openedOn", "OpenDate", 1500),
        day("openedOn", "OpenDate", 1799),
        day("openedOn", "OpenDate", 2200),
        day("closedOn", "CloseDate", 2200),
        day("closedOn", "CloseDate", 2011),
    ]
}

db_test! {
    async fn a_school_that_a_mutation_refuses_is_refused_in_a_file(app) {
        let world = World::build(&app, Size::default()).await;
        let create = Attempt::new(&app, "createSchool", "school { id }", json!({
            "urn": 138_764, "laCode": 936, "establishmentNumber": 2092, "name": "Riverside", "educationPhase": "PRIMARY",
            "lowestAge": 4, "highestAge": 11, "openedOn": "2012-09-01",
        }));
        let before = app.everything().await;
        for (field, Bad { fields, cells, results }) in bad_schools() {
            let tried = fields.as_object().unwrap().iter().fold(create.clone(), |tried, (name, value)| tried.with(name, value.clone()));
            if field == "urn" {
                assert_eq!(tried.by(&world.lead).await.error_code(), "BAD_USER_INPUT", "{fields}");
            } else {
                tried.refused(&world.lead, &format!("INVALID {field}")).await;
            }
            let cells: Vec<(&str, &str)> = cells.iter().map(|(column, cell)| (*column, cell.as_str())).collect();
            let told = lines(import_schools(&app, &cells).await, &format!("{cells:?}"));
            let place = format!("edubase.csv:row 2, column {}: ", cells[0].0);
            assert!(told.len() == 1 && told[0].contains(&place), "{cells:?}: {told:#?}");
            if let Some(column) = results {
                let told = lines(import_results(&app, "ks2_2018-2019.csv", &[(column, cells[0].1)]).await, column);
                let place = format!("ks2_2018-2019.csv:row 2, column {column}: ");
                assert!(told.len() == 1 && told[0].contains(&place), "{column}: {told:#?}");
            }
            assert!(app.everything().await == before, "nothing is half done: {fields}");
        }
    }

    async fn what_is_at_the_edge_is_taken_on_both_sides(app) {
        let world = World::build(&app, Size::default()).await;
        let name = "x".repeat(100);
        Attempt::new(&app, "createSchool", "school { id }", json!({
            "urn": 999_999, "laCode": 999, "establishmentNumber": 9_999, "name": name, "educationPhase": "PRIMARY",
            "lowestAge": 0, "highestAge": 25, "openedOn": "1800-01-01", "closedOn": "2199-12-31",
        })).done(&world.lead).await;
        let cells = [
            ("URN", "999999"), ("LA (code)", "999"), ("EstablishmentNumber", "9999"), ("EstablishmentName", name.as_str()),
            ("StatutoryLowAge", "0"), ("StatutoryHighAge", "25"), ("OpenDate", "01-01-1800"), ("CloseDate", "31-12-2199"),
        ];
        assert_eq!(import_schools(&app, &cells).await.unwrap().schools.created, 1);
        let edge = [("URN", "999999"), ("LEA", "999"), ("SCHNAME", name.as_str()), ("URN_AC", "100000")];
        assert_eq!(import_results(&app, "ks2_2018-2019.csv", &edge).await.unwrap().files[0].results.created, 10);
    }

    async fn a_trust_and_what_hangs_on_a_school_follow_the_same_rules_in_a_file(app) {
        let before = app.everything().await;
        let long = "x".repeat(101);
        for (cells, trust, column) in [
            ([("Trusts (name)", long.as_str())], long.as_str(), "Trusts (name)"),
            ([("Linked establishments", "99999 Predecessor")], "A Trust", "Linked establishments"),
        ] {
            let file = MadeFile::new("edubase.csv", school(&cells));
            let told = lines(gias::import(&app.db, &file.0, trust).await, column);
            assert!(told.len() == 1 && told[0].contains(&format!(":row 2, column {column}: ")), "{told:#?}");
        }
        let told = lines(import_results(&app, "ks2_2018-2019.csv", &[("URN_AC", "99999")]).await, "URN_AC");
        assert!(told.len() == 1 && told[0].contains(":row 2, column URN_AC: "), "{told:#?}");
        for year in ["1989-1990", "2101-2102"] {
            let told = lines(import_results(&app, &format!("ks2_{year}.csv"), &[]).await, year);
            assert!(told.len() == 1 && told[0].contains("does not say the academic year"), "{told:#?}");
        }
        assert!(app.everything().await == before, "nothing is half done");
    }

    async fn an_account_that_a_mutation_refuses_is_refused_at_the_console(app) {
        let world = World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let create = Attempt::new(&app, "createStaffMember", "staffMember { id }", json!({
            "email": "ann@test.example", "givenName": "Ann", "familyName": "Lee",
        }));
        let appoint = |email: &str, given: &str, family: &str| {
            ["appoint", email, "--role", "trust-lead", "--trust", "Test Trust", "--given-name", given, "--family-name", family]
                .map(str::to_owned)
        };
        let long = "x".repeat(101);
        for (field, value) in [
            ("email", "@"),
            ("email", "ann@school"),
            ("email", "a b@school.example"),
            ("email", "a@b@c.example"),
            ("givenName", " "),
            ("givenName", long.as_str()),
            ("familyName", "two\nlines"),
            ("familyName", long.as_str()),
        ] {
            create.with(field, json!(value)).refused(&world.lead, &format!("INVALID {field}")).await;
            let before = app.everything().await;
            let pick = |name: &str, sound: &'static str| if name == field { value.to_owned() } else { sound.to_owned() };
            let said = appoint(&pick("email", "ann@test.example"), &pick("givenName", "Ann"), &pick("familyName", "Lee"));
            let said = console.run(&said.each_ref().map(String::as_str)).await;
            let argument = match field { "givenName" => "--given-name: ", "familyName" => "--family-name: ", _ => "EMAIL: " };
            assert!(said.failure().contains(argument), "{field} {value:?}: {said:?}");
            assert!(app.everything().await == before, "nothing is half done: {field} {value:?}");
        }
        let good = appoint(" Ann@Test.Example ", " Ann ", "Lee");
        let good = good.each_ref().map(String::as_str);
        let said = console.run(&good).await;
        assert!(said.success, "{said:?}");
        assert_eq!(app.number("SELECT COUNT(*) AS n FROM staff_member WHERE email = 'ann@test.example' AND given_name = 'Ann'").await, 1);
        // `createAppointment` gives nobody an appointment that they hold already.
        let before = app.everything().await;
        assert!(console.run(&good).await.failure().contains("hold this appointment already"));
        assert!(app.everything().await == before, "nothing is half done");
    }

    async fn a_client_application_that_a_mutation_refuses_is_refused_at_the_console(app) {
        let world = World::build(&app, Size::default()).await;
        let console = Console::new(&app.database.url);
        let register = Attempt::new(&app, "registerClient", "clientApplication { id }", json!({
            "name": "Portal", "issuer": "development", "clientId": "portal", "scopes": ["WRITE_STAFF"],
        }));
        let long = "x".repeat(101);
        for (field, argument, value) in [
            ("name", "--name: ", json!("")),
            ("name", "--name: ", json!(long)),
            ("issuer", "--issuer: ", json!("http://login.example.org")),
            ("clientId", "CLIENT_ID: ", json!("a b")),
            ("clientId", "CLIENT_ID: ", json!("x".repeat(201))),
            ("scopes", "--scope: ", json!(["COMPARE", "COMPARE"])),
            ("schoolIds", "--school: ", json!(["SYNCHRONISE"])),
        ] {
            let given = if field == "schoolIds" { "scopes" } else { field };
            register.with(given, value.clone()).refused(&world.lead, &format!("INVALID {field}")).await;
            let before = app.everything().await;
            let pick = |name: &str, sound: &'static str| match &value {
                Value::String(text) if name == given => text.clone(),
                _ => sound.to_owned(),
            };
            let scopes = value.as_array().cloned().unwrap_or_else(|| vec![json!("WRITE_STAFF")]);
            let mut arguments = vec!["register-client".to_owned(), pick("clientId", "portal"), "--trust".into(), "Test Trust".into()];
            arguments.extend(["--issuer".into(), pick("issuer", "development"), "--name".into(), pick("name", "Portal")]);
            arguments.extend(scopes.iter().flat_map(|scope| ["--scope".into(), scope.as_str().unwrap().to_owned()]));
            let said = console.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await;
            assert!(said.failure().contains(argument), "{field} {value}: {said:?}");
            assert!(app.everything().await == before, "nothing is half done: {field} {value}");
        }
    }
}
