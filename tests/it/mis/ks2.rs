//! Published key stage 2 results from the Department's tables.

use std::path::PathBuf;

use plumbline::mis::{ImportError, Tally, ks2};
use plumbline_tests::{TestApp, db_test};

use super::files::{MadeFile, surrey};

async fn import(app: &TestApp, files: &[&MadeFile], year: Option<i16>) -> Result<ks2::Imported, ImportError> {
    let files: Vec<PathBuf> = files.iter().map(|file| file.0.clone()).collect();
    ks2::import(&app.db, &files, year).await
}

fn lines(refused: Result<ks2::Imported, ImportError>) -> Vec<String> {
    match refused {
        Err(ImportError::Refused(report)) => report.error_lines(),
        other => panic!("should be refused: {other:?}"),
    }
}

/// A table of schools: URN, eligible pupils, and the share for every measure.
fn table(schools: &[(i32, &str, &str)]) -> String {
    let row = |(urn, eligible, share): &(i32, &str, &str)| {
        format!("1,936,{urn},School {urn},0,{eligible}{}\r\n", format!(",{share}").repeat(10))
    };
    format!("\u{feff}{}\r\n{}", ks2::COLUMNS.join(","), schools.iter().map(row).collect::<String>())
}

db_test! {
    async fn real_tables_are_imported_once_and_then_left_alone(app) {
        let Some(files) = surrey() else { return };
        let statements = app.db.statements();
        let first = ks2::import(&app.db, &files, None).await.unwrap();
        assert!(app.db.statements() - statements < 20, "rows are written many at a time");
        let told: Vec<(i16, usize, usize)> =
            first.files.iter().map(|file| (file.year, file.schools, file.results.created)).collect();
        assert_eq!(told, [(2016, 232, 2_320), (2017, 235, 2_350), (2018, 239, 2_390)]);
        // Rows that end before the figures: 11, 10 and 11 of them.
        let warnings = first.report.warning_lines();
        assert_eq!(warnings.len(), 3, "those of one kind are one line: {warnings:?}");
        assert!(warnings[0].contains("ks2final_2016-2017_936.csv: The row ends before its last cell of 290. The missing ones are taken as empty. In 11 rows: "),
            "{}", warnings[0]);
        for (status, rows) in [("PUBLISHED", 6_640), ("SUPPRESSED", 90), ("NOT_AVAILABLE", 330)] {
            let sql = format!("SELECT COUNT(*) AS n FROM published_outcome WHERE status = '{status}'");
            assert_eq!(app.number(&sql).await, rows, "{status}");
        }
        let before = app.snapshot("published_outcome").await;
        let again = ks2::import(&app.db, &files, None).await.unwrap();
        assert!(again.files.iter().all(|file| file.results.is_unchanged()));
        let last = again.files[2].to_string();
        assert!(last.ends_with(
            "ks2final_2018-2019_936.csv: 2018/19, 239 schools; results: 0 created, 0 updated, 2390 unchanged: \
             nothing was changed"
        ), "{last}");
        assert!(app.snapshot("published_outcome").await == before);
    }

    async fn a_revised_table_updates_what_differs(app) {
        let first = MadeFile::new("ks2_2018-2019.csv", table(&[(100_001, "30", "78%"), (100_002, "20", "50%")]));
        import(&app, &[&first], None).await.unwrap();
        let kept = app.number("SELECT COUNT(*) AS n FROM published_outcome WHERE percentage = 50").await;
        let revised = MadeFile::new("revised.csv", table(&[(100_001, "31", "SUPP"), (100_002, "20", "50%"), (100_003, "", "")]));
        let imported = import(&app, &[&revised], Some(2018)).await.unwrap();
        assert_eq!(imported.files[0].results, Tally { created: 10, updated: 10, unchanged: 10 });
        assert_eq!(app.rows("published_outcome").await, 30);
        let suppressed = "SELECT COUNT(*) AS n FROM published_outcome
                          WHERE urn = 100001 AND status = 'SUPPRESSED' AND percentage IS NULL AND eligible = 31";
        assert_eq!(app.number(suppressed).await, 10);
        assert_eq!(app.number("SELECT COUNT(*) AS n FROM published_outcome WHERE percentage = 50").await, kept);
        // Another year is another set of figures.
        assert_eq!(import(&app, &[&revised], Some(2017)).await.unwrap().files[0].results.created, 30);
    }

    async fn one_faulty_file_keeps_all_from_being_imported(app) {
        let good = MadeFile::new("ks2_2017-2018.csv", table(&[(100_001, "30", "78%")]));
        let bad = MadeFile::new("ks2_2018-2019.csv", table(&[(100_001, "abc", "78%"), (100_002, "20", "101%"), (100_002, "20", "1%")]));
        let told = lines(import(&app, &[&good, &bad], None).await);
        let first = "ks2_2018-2019.csv:row 2, column TELIG: `abc` is not a whole number. \
                     Give the number of eligible pupils, or leave it empty.";
        let second = "ks2_2018-2019.csv:row 3, column PTRWM_EXP: `101%` is above 100 %. \
                      Give the share of the eligible pupils.";
        assert!(told[0].ends_with(first) && told[1].ends_with(second), "{told:?}");
        // One fault in the number of pupils, ten in shares, and one for a school that stands there twice.
        assert_eq!(told.len(), 12);
        assert_eq!(app.rows("published_outcome").await, 0);
    }

    async fn a_table_of_errors_ends_in_their_number(app) {
        let schools: Vec<_> = (0..30).map(|at| (100_001 + at, "x", "y%")).collect();
        let told = lines(import(&app, &[&MadeFile::new("ks2_2018-2019.csv", table(&schools))], None).await);
        assert_eq!((told.len(), told.last().map(String::as_str)), (51, Some("and 280 more errors")));
    }

    async fn files_that_are_no_tables_of_a_year_are_refused(app) {
        let one = table(&[(100_001, "30", "78%")]);
        let unnamed = MadeFile::new("england_ks2final.csv", &one);
        assert!(lines(import(&app, &[&unnamed], None).await).concat().contains("does not say the academic year"));
        let named = MadeFile::new("ks2_2018-2019.csv", &one);
        assert!(lines(import(&app, &[&named], Some(2017)).await).concat().contains("starts in 2018, --year says 2017"));
        let twice = lines(import(&app, &[&named, &unnamed], Some(2018)).await);
        assert!(twice.concat().contains("1 of its schools, such as 100001, are in"), "{twice:?}");
        let same = lines(import(&app, &[&named, &named], None).await);
        assert_eq!(same.len(), 1);
        assert!(same[0].ends_with("ks2_2018-2019.csv: The file is named twice. Name it once."), "{same:?}");
        let others = table(&(0..20).map(|at| (100_001 + at, "30", "78%")).collect::<Vec<_>>());
        let (one_file, other_file) = (MadeFile::new("a_2018-2019.csv", &others), MadeFile::new("b_2018-2019.csv", &others));
        let overlapping = lines(import(&app, &[&one_file, &other_file], None).await);
        assert_eq!(overlapping.len(), 1, "however much they overlap: {overlapping:?}");
        assert!(overlapping[0].contains("20 of its schools, such as 100001, are in") && overlapping[0].contains("for 2018/19"));
        for (bytes, words) in [
            (String::new(), "The file is empty"),
            (table(&[]), "No school is in the file"),
            (one.replace("TELIG", "ELIGIBLE"), "column TELIG: The column is missing"),
            (one.replace(',', ";"), "another kind of file"),
            (one.replace("100001", "10001"), "`10001` is not a unique reference number"),
        ] {
            let file = MadeFile::new("ks2_2018-2019.csv", bytes);
            let told = lines(import(&app, &[&file], None).await);
            assert!(told.concat().contains(words), "{words}: {told:?}");
        }
        let missing = MadeFile::new("ks2_2018-2019.csv", "");
        std::fs::remove_file(&missing.0).unwrap();
        assert!(lines(import(&app, &[&missing], None).await).concat().contains("cannot be opened"));
        assert_eq!(app.rows("published_outcome").await, 0);
    }

    async fn a_table_is_not_taken_for_one_of_another_year(app) {
        let one = table(&[(100_001, "30", "78%")]);
        for year in [2019, 2020] {
            let told = lines(import(&app, &[&MadeFile::new("table.csv", &one)], Some(year)).await).concat();
            assert!(told.contains(&format!("no key stage 2 assessments in {year}/")), "{told}");
        }
        // A real table says in the names of its columns with which years it compares.
        let compared = one.replacen("RECTYPE", "PTRWM_EXP_17,PTRWM_EXP_18,RECTYPE", 1).replace("\r\n1,", "\r\n70%,71%,1,");
        for (year, fits) in [(2018, true), (2017, false), (2021, false), (2022, false)] {
            let came = import(&app, &[&MadeFile::new("table.csv", &compared)], Some(year)).await;
            if fits {
                assert_eq!(came.unwrap().files[0].results.created, 10);
                continue;
            }
            let told = lines(came).concat();
            let words = format!("such as PTRWM_EXP_18, compare with the summer of 2018: it is the table of 2018/19, not of {year}/");
            assert!(told.contains(&words), "{told}");
        }
    }

    async fn a_table_that_lacks_schools_that_are_known_says_so(app) {
        let whole: Vec<_> = (0..12).map(|at| (100_001 + at, "30", "78%")).collect();
        import(&app, &[&MadeFile::new("ks2_2018-2019.csv", table(&whole))], None).await.unwrap();
        let cut = MadeFile::new("ks2_2018-2019.csv", table(&whole[..5]));
        let warnings = import(&app, &[&cut], None).await.unwrap().report.warning_lines();
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].contains("7 schools of local authority 936, such as 100006, were imported for 2018/19 before and are not in it"), "{warnings:?}");
        assert_eq!(app.rows("published_outcome").await, 120, "what is known of them stays");
        // Of another year nothing is known yet.
        let other = MadeFile::new("ks2_2017-2018.csv", table(&whole[..5]));
        assert_eq!(import(&app, &[&other], None).await.unwrap().report.warning_lines(), Vec::<String>::new());
    }

    async fn an_import_is_taken_back(app) {
        let schools: Vec<_> = (0..3).map(|at| (100_001 + at, "30", "78%")).collect();
        for year in [2017, 2018] {
            import(&app, &[&MadeFile::new("table.csv", table(&schools))], Some(year)).await.unwrap();
        }
        let kept = async || ks2::kept(&app.db).await.unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
        let of = |year: &str| format!("{year}, local authority 936: 3 schools, 30 results");
        assert_eq!(kept().await, [of("2018/19"), of("2017/18")]);
        assert_eq!(ks2::forget(&app.db, 2018, Some(935)).await.unwrap(), 0);
        assert_eq!(ks2::forget(&app.db, 2018, Some(936)).await.unwrap(), 30);
        assert_eq!(kept().await, [of("2017/18")]);
        assert_eq!(ks2::forget(&app.db, 2018, None).await.unwrap(), 0, "nothing is left of it");
        let told = "SELECT COUNT(*) AS n FROM audit_entry WHERE operation = 'import forget'";
        assert_eq!(app.number(told).await, 1);
    }
}
