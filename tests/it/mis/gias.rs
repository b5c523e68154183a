//! A trust and its schools from an extract of Get Information about Schools.

use plumbline::mis::{ImportError, Tally, gias};
use plumbline_tests::{TestApp, db_test};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::files::{MadeFile, TRUST, analyst, extract};

const HEADERS: &str = "URN,LA (code),EstablishmentNumber,EstablishmentName,PhaseOfEducation (name),StatutoryLowAge,\
    StatutoryHighAge,OpenDate,CloseDate,Trusts (name),Linked establishments\n";

async fn import(app: &TestApp, bytes: impl AsRef<[u8]>, trust: &str) -> Result<gias::Imported, ImportError> {
    let file = MadeFile::new("edubase.csv", bytes);
    gias::import(&app.db, &file.0, trust).await
}

/// The lines of an import that was refused, without the folder of the file.
async fn refused(app: &TestApp, bytes: impl AsRef<[u8]>, trust: &str) -> Vec<String> {
    match import(app, bytes, trust).await {
        Err(ImportError::Refused(report)) => {
            report.error_lines().iter().map(|line| line.rsplit("edubase.csv").next().unwrap().to_owned()).collect()
        }
        other => panic!("should be refused: {other:?}"),
    }
}

async fn nothing_is_there(app: &TestApp) {
    for table in ["trust", "school", "school_predecessor", "phase"] {
        assert_eq!(app.rows(table).await, 0, "{table}");
    }
}

db_test! {
    async fn a_real_trust_is_imported_once_and_then_left_alone(app) {
        let Some(file) = extract() else { return };
        let first = gias::import(&app.db, &file, TRUST).await.unwrap();
        assert_eq!(first.to_string(), "trust GLF SCHOOLS (new); schools: 20 created, 0 updated, 0 unchanged");
        assert!(first.report.warning_lines().is_empty());
        let tables = ["trust", "school", "school_predecessor", "phase"];
        let mut before = Vec::new();
        for table in tables {
            before.push(app.snapshot(table).await);
        }
        let statements = app.db.statements();
        let again = gias::import(&app.db, &file, "  glf   schools ").await.unwrap();
        assert!(app.db.statements() - statements < 10, "unchanged rows are not written");
        assert_eq!(
            again.to_string(),
            "trust GLF SCHOOLS (known); schools: 0 created, 0 updated, 20 unchanged: nothing was changed"
        );
        for (table, before) in tables.iter().zip(before) {
            assert_eq!(app.snapshot(table).await, before, "{table}");
        }
        assert_eq!((app.rows("school").await, app.rows("school_predecessor").await), (20, 19));
        let answer = analyst(&app).await.ask(
            "{ trust { name }
               schools(first: 1, order: URN) { totalCount nodes {
                 urn laestab name educationPhase lowestAge highestAge openedOn closedOn } }
               phases { nodes { name lowestYearGroup highestYearGroup } } }",
        ).await;
        assert_eq!(answer.of("trust")["name"], "GLF SCHOOLS");
        assert_eq!(answer.of("schools")["totalCount"], 20);
        assert_eq!(answer.of("schools")["nodes"][0], json!({
            "urn": 138_764, "laestab": "936/2092", "name": "Danetree Primary School", "educationPhase": "PRIMARY",
            "lowestAge": 2, "highestAge": 11, "openedOn": "2012-09-01", "closedOn": null
        }));
        let phase = |name: &str, lowest: &str, highest: &str| json!({
            "name": name, "lowestYearGroup": lowest, "highestYearGroup": highest
        });
        assert_eq!(answer.of("phases")["nodes"], json!([
            phase("Early Years Foundation Stage", "NURSERY_1", "RECEPTION"),
            phase("Key Stage 1", "YEAR_1", "YEAR_2"),
            phase("Lower Key Stage 2", "YEAR_3", "YEAR_4"),
            phase("Upper Key Stage 2", "YEAR_5", "YEAR_6"),
        ]));
    }

    async fn what_differs_is_updated_and_what_is_gone_is_left(app) {
        let first = format!("{HEADERS}138764,936,2038,Old Name,Primary,2,11,01-09-2012,,A Trust,124960 Predecessor\n\
            138765,936,2039,Staying,Primary,2,11,,,A Trust,\n138766,936,2040,Leaving,Primary,2,11,,,A Trust,\n\
            138768,936,2042,Merging,Primary,2,11,,,A Trust,\n");
        import(&app, first, "A Trust").await.unwrap();
        // A file in Windows-1252, with slashes in its days.
        let mut second = HEADERS.as_bytes().to_vec();
        second.extend(b"138764,936,2038,St Zo\xEB,Primary,2,11,01/09/2012,31/08/2026,A TRUST,124960 Predecessor\n\
            138765,936,2039,Staying,Primary,2,11,,,A Trust,\n138767,936,2041,Coming,Primary,2,11,,,A Trust,\n\
            138766,936,2040,Leaving,Primary,2,11,,,Another Trust,\n\
            138768,936,2042,Merging,Primary,2,11,,,A Trust,\"124961 Predecessor, 124962 Predecessor - amalgamated\"\n");
        let imported = import(&app, &second, "a trust").await.unwrap();
        assert_eq!(imported.schools, Tally { created: 1, updated: 2, unchanged: 1 });
        let warnings = imported.report.warning_lines();
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].ends_with("138766 Leaving is no longer in the file under A Trust. It was left as it is."));
        assert_eq!((app.rows("school").await, app.rows("school_predecessor").await), (5, 3));
        let schools = "{ schools(order: URN) { nodes { name closedOn version } } }";
        let answer = analyst(&app).await.ask(schools).await;
        let school = |name: &str, closed: Option<&str>, version: i32| json!({
            "name": name, "closedOn": closed, "version": version
        });
        assert_eq!(answer.of("schools")["nodes"], json!([
            school("St Zoë", Some("2026-08-31"), 2),
            school("Staying", None, 1),
            school("Leaving", None, 1),
            school("Coming", None, 1),
            school("Merging", None, 1),
        ]));
        let again = import(&app, &second, "a trust").await.unwrap();
        assert_eq!(again.schools, Tally { created: 0, updated: 0, unchanged: 4 });
    }

    async fn a_file_with_an_error_changes_nothing_and_says_where(app) {
        let good = "138764,936,2038,Good,Primary,2,11,01-09-2012,,A Trust,\n";
        let with = |row: &str| format!("{HEADERS}{good}{row}\n");
        for (bytes, lines) in [
            (with("13876,936,2,B,Primary,2,11,,,A Trust,").into_bytes(),
             vec![":row 3, column URN: `13876` is not a unique reference number. Give the six digits of the URN."]),
            (with(good.trim_end()).into_bytes(),
             vec![":row 3, column URN: `138764` stands in row 2 already. Remove one of the two."]),
            (with("138765,936,2,B,Infant,2,11,2012-09-01,,A Trust,").into_bytes(), vec![
                ":row 3, column PhaseOfEducation (name): `Infant` is not a phase of education. Give Nursery, Primary, \
                 Middle deemed primary, Secondary, Middle deemed secondary, 16 plus, All-through or Not applicable.",
                ":row 3, column OpenDate: `2012-09-01` is not a date. Give day, month and year as in 31-05-2022, \
                 or leave it empty.",
            ]),
            (HEADERS.replace("OpenDate", "Opened").into_bytes(),
             vec![":row 1, column OpenDate: The column is missing. Import the file as it was downloaded."]),
            (Vec::new(), vec![": The file is empty. Download it again."]),
            (b"PK\x03\x04\x14\0\x06".to_vec(), vec![": The file is a spreadsheet or an archive, not a CSV file. \
                Save it as CSV (comma separated) in UTF-8 and import that."]),
            (with("138765,936,2,\"B,Primary").into_bytes(), vec![": The file has an odd number of quotation marks: \
                one is opened and never closed. Download it again, or look for the value with a single \" in it."]),
        ] {
            assert_eq!(refused(&app, &bytes, "A Trust").await, lines);
        }
        let utf_16: Vec<u8> = "\u{feff}URN,".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(refused(&app, utf_16, "A Trust").await.concat().contains("UTF-16"));
        nothing_is_there(&app).await;
    }

    async fn an_unknown_trust_is_told_its_nearest(app) {
        let Some(file) = extract() else { return };
        let refused = gias::import(&app.db, &file, "Swan Trust").await;
        let Err(ImportError::Refused(report)) = refused else { panic!("{refused:?}") };
        let line = report.error_lines().concat();
        assert!(line.contains("No school of the file belongs to a trust `Swan Trust`. Nearest: THE SWAN TRUST; "), "{line}");
        nothing_is_there(&app).await;
    }

    async fn an_import_that_breaks_off_leaves_nothing_half_done(app) {
        // The trust and its phases are written before the history of schools is read.
        app.raw.execute_unprepared("ALTER TABLE school_predecessor RENAME TO elsewhere").await.unwrap();
        let file = format!("{HEADERS}138764,936,2038,Good,Primary,2,11,01-09-2012,,A Trust,124960 Predecessor\n");
        let broken = import(&app, &file, "A Trust").await;
        assert!(matches!(broken, Err(ImportError::Database(_))), "{broken:?}");
        app.raw.execute_unprepared("ALTER TABLE elsewhere RENAME TO school_predecessor").await.unwrap();
        nothing_is_there(&app).await;
        assert_eq!(import(&app, &file, "A Trust").await.unwrap().schools.created, 1);
    }
}
