//! Importing at the console: a line for each error, and the database as it was.

use plumbline::mis::ks2;
use plumbline_tests::{Console, db_test};

db_test! {
    async fn a_table_is_imported_once_and_a_faulty_one_not_at_all(app) {
        let console = Console::new(&app.database.url);
        let row = |urn: i32, eligible: &str| format!("1,936,{urn},School,0,{eligible}{}\n", ",78%".repeat(10));
        let table = |rows: &str| format!("{}\n{rows}", ks2::COLUMNS.join(","));
        std::fs::write(console.folder.join("2018-2019.csv"), table(&row(100_001, "30"))).unwrap();
        std::fs::write(console.folder.join("2017-2018.csv"), table(&row(100_001, "abc"))).unwrap();

        let said = console.run(&["import", "ks2", "2018-2019.csv", "2017-2018.csv"]).await;
        assert!(!said.success);
        assert_eq!(
            said.errors,
            "2017-2018.csv:row 2, column TELIG: `abc` is not a whole number. \
             Give the number of eligible pupils, or leave it empty.\n\
             plumbline: nothing was imported: 1 error in the files\n"
        );
        assert_eq!((said.output.as_str(), app.rows("published_outcome").await), ("", 0));

        let said = console.run(&["import", "ks2", "2018-2019.csv"]).await;
        let done = "2018-2019.csv: 2018/19, 1 school; results: 10 created, 0 updated, 0 unchanged\n";
        assert_eq!((said.output.as_str(), said.errors.as_str()), (done, ""));
        let said = console.run(&["import", "ks2", "2018-2019.csv"]).await;
        assert!(said.success && said.output.contains("10 unchanged: nothing was changed"), "{said:?}");
        assert_eq!(app.rows("published_outcome").await, 10);

        let said = console.run(&["import", "list"]).await;
        assert_eq!(said.output, "2018/19, local authority 936: 1 school, 10 results\n");
        let said = console.run(&["import", "forget", "--year", "2017"]).await;
        assert!(said.success && said.output.starts_with("There were no such results: nothing was changed."), "{said:?}");
        let said = console.run(&["import", "forget", "--year", "2018"]).await;
        assert_eq!((said.output.as_str(), app.rows("published_outcome").await), ("10 results were taken back.\n", 0));
        let said = console.run(&["import", "list"]).await;
        assert!(said.output.starts_with("No published results were imported."), "{said:?}");
    }
}
