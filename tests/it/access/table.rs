//! The committed table: made by running it, and compared.

use std::collections::{BTreeMap, BTreeSet};

use plumbline_tests::access_table::{Line, Spot, compare, legend, tables};
use plumbline_tests::sdl::{Sdl, in_snake_case, is_worked_out};
use plumbline_tests::{Prepared, Stage, TestApp, db_test, global_id_of};

use super::coverage::{truths, uncovered};
use super::hearing::streams;
use super::questions::QUESTIONS;
use super::reading::{GROWING, Read, column_of, read};
use super::writing;

db_test! {
    async fn each_sees_just_the_rows_and_fields_that_are_committed(app) {
        let app = app.with_endless_budgets();
        let stage = Stage::set(&app).await;
        let sdl = Sdl::of_the_service();
        let truths = truths(&app, &sdl).await;
        compare("Uncovered", &put_uncovered(&uncovered(&sdl, &stage, &truths)));
        compare("Who stands in the table", &legend(&stage));

        let mut reads: Vec<Read> = Vec::new();
        for seat in &stage.seats {
            let read = read(&seat.at(&app), &sdl, &truths).await;
            assert_eq!(read.faults, Vec::<String>::new(), "{}", seat.title);
            reads.push(read);
        }
        let mut lines = Vec::new();
        for (kind, rows) in &truths {
            lines.push(line(&app, &sdl, &stage, kind, rows, &reads).await);
        }
        compare("Rows", &format!("{ROWS}\n{}", tables(&stage, &["Type", "Rows there are"], &lines)));
        compare("Other questions", &format!("{OTHERS}\n{}", tables(&stage, &["Question"], &questions(&app, &stage).await)));
        compare("Streams", &format!("{STREAMS}\n{}", tables(&stage, &["Stream"], &streams(&app, &stage).await)));
    }
}

/// On SQLite, where a copy of the database for each change is cheap.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_may_change_just_what_is_committed() {
    let app = TestApp::on_sqlite().await.with_endless_budgets();
    let stage = Stage::set(&app).await;
    let tries = writing::tries(&app, &stage).await;
    let prepared = Prepared::from(app).await;
    let lines = writing::run(&prepared, &stage, &tries).await;
    compare("Changes", &format!("{CHANGES}\n{}", tables(&stage, &["Change", "In the other trust"], &lines)));
}

const ROWS: &str =
    "For each type, all rows of the database are asked for by their ids. \u{2013} means none, *all* all of the trust's;
else it is said how many of how many. The same rows, and no others, come from the lists at the root, from the lists
below other objects and by the links of other objects; a row that does not exist for somebody is answered with the same
bytes as one that never was. After *without* stand the fields that are null though something is recorded in every row
that they see, and after *partly without* those that are so in some. Of the other trust nobody sees anything.
";

const OTHERS: &str =
    "Questions that are no lists of rows. \u{2013} means that nothing comes, a code that the question is refused.
";

const STREAMS: &str = "Each follows each stream of the trust, and then something is recorded at each place. It is said of which places each is
told; *all* are the class, the school and the other school; \u{2013} means that nothing comes, a code that the
stream is refused. To follow what is of the other trust is refused to everybody, and nobody is told of it.
";

const CHANGES: &str = "Each change is tried by each with sound input, at each place that it can name; that the input is sound is shown by somebody
who is let. First stands where it is done; then with which code it is refused elsewhere, after which nothing in the
database has changed but the audit, which records the refusal. A change that names no place is tried in the own trust alone. NOT_FOUND means that what is named
does not exist for them.
";

fn put_uncovered(uncovered: &[String]) -> String {
    let intro = "Types, root fields and changes of the schema that are in none of the tables above:";
    match uncovered {
        [] => format!("{intro} none.\n"),
        some => format!("{intro}\n\n{}", some.iter().map(|one| format!("- {one}\n")).collect::<String>()),
    }
}

/// The line of a type: how many rows of which place each viewer sees, and which fields they do not.
async fn line(
    app: &TestApp,
    sdl: &Sdl,
    stage: &Stage,
    kind: &str,
    rows: &[plumbline_tests::Truth],
    reads: &[Read],
) -> Line {
    let columns = app.columns(&in_snake_case(kind)).await;
    let fields = sdl
        .fields(kind)
        .into_iter()
        .filter(|field| field.nullable && field.items().is_none() && !is_worked_out(kind, &field.name));
    let shown: Vec<(String, String)> = fields
        .map(|field| {
            let column = column_of(kind, &field.name, &columns);
            let column =
                column.unwrap_or_else(|| panic!("{kind}.{} may be null, and no column is of its name", field.name));
            (field.name, column.clone())
        })
        .collect();
    let mut there: BTreeMap<Spot, usize> = BTreeMap::new();
    for row in rows {
        *there.entry(stage.spot(row)).or_default() += 1;
    }
    let cells = reads.iter().map(|read| {
        let (mut seen, mut without): (BTreeMap<Spot, usize>, BTreeMap<&str, usize>) = Default::default();
        for row in rows {
            let Some(node) = read.seen[kind].get(&global_id_of(kind, row.id)) else { continue };
            *seen.entry(stage.spot(row)).or_default() += 1;
            for (field, column) in &shown {
                if node[field].is_null() && row.filled.contains(column) {
                    *without.entry(field).or_default() += 1;
                }
            }
        }
        assert_eq!(seen.get(&Spot::OtherTrust), None, "{kind}: rows of another trust");
        put_rows(&there, &seen, &without)
    });
    let cells = cells.collect();
    let put = |(spot, rows): (&Spot, &usize)| match GROWING.contains(&kind) {
        // How many there are depends on everything asked before.
        true => spot.name().to_owned(),
        false => format!("{} {rows}", spot.name()),
    };
    let there = there.iter().map(put).collect::<Vec<_>>().join(", ");
    Line { about: vec![format!("**{kind}**"), there], cells }
}

fn put_rows(there: &BTreeMap<Spot, usize>, seen: &BTreeMap<Spot, usize>, without: &BTreeMap<&str, usize>) -> String {
    let total: usize = seen.values().sum();
    let own = there.iter().filter(|(spot, _)| **spot != Spot::OtherTrust);
    let mut text = if total == 0 {
        return "\u{2013}".to_owned();
    } else if own.clone().all(|(spot, rows)| seen.get(spot) == Some(rows)) {
        "all".to_owned()
    } else {
        let places = seen.iter().map(|(spot, rows)| match there[spot] {
            all if all == *rows => format!("{}: all", spot.name()),
            all => format!("{}: {rows} of {all}", spot.name()),
        });
        places.collect::<Vec<_>>().join(", ")
    };
    for (word, partly) in [("without", false), ("partly without", true)] {
        let fields = without.iter().filter(|(_, rows)| (**rows < total) == partly).map(|(field, _)| *field);
        let fields: BTreeSet<&str> = fields.collect();
        if !fields.is_empty() {
            text += &format!("; {word} {}", fields.into_iter().collect::<Vec<_>>().join(", "));
        }
    }
    text
}

async fn questions(app: &TestApp, stage: &Stage) -> Vec<Line> {
    let mut lines = Vec::new();
    for question in QUESTIONS {
        let mut cells = Vec::new();
        for seat in &stage.seats {
            cells.push(question.reading(&seat.at(app).ask(&question.written(app, &stage.here).await).await));
        }
        lines.push(Line { about: vec![format!("**{}**: {}", question.field, question.about)], cells });
    }
    lines
}

/// PostgreSQL allows and refuses the same as SQLite. Tried by a senior leader and a trust lead, everywhere but in
/// their own class.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_let_and_refuse_alike() {
    let Some(postgres) = TestApp::on_postgres().await else { return };
    let mut came: Vec<Vec<String>> = Vec::new();
    for app in [TestApp::on_sqlite().await, postgres].map(TestApp::with_endless_budgets) {
        let stage = Stage::set(&app).await;
        let tries = writing::tries(&app, &stage).await;
        let prepared = Prepared::from(app).await;
        came.push(writing::sample(&prepared, &stage, &tries, &["Senior leader", "Trust lead"]).await);
    }
    assert!(came[0].iter().any(|line| line.ends_with(writing::DONE)), "something is done");
    assert_eq!(came[0], came[1]);
}
