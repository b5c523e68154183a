//! A curriculum from a file: our template, the National Curriculum, a sequence of units.

use std::path::Path;

use plumbline::mis::curriculum::{Imported, Origin, import};
use plumbline::mis::{ImportError, Report};
use plumbline_tests::{Size, TestApp, World, db_test};
use serde_json::json;

use super::Writing;
use crate::mis::files::{MadeFile, reference};

const HEADERS: &str = "subject,code,category,strand,year_groups,statement,reason,builds_on\n";

async fn take(app: &TestApp, world: &World, file: &Path) -> Result<(Vec<Imported>, Report), ImportError> {
    let mut report = Report::default();
    let origin = Origin { rationale: "As it was imported.".to_owned(), source: None, licence: None };
    let imported = import(&app.db, file, world.trust, origin, false, &mut report).await?;
    Ok((imported, report))
}

async fn lines(app: &TestApp, world: &World, rows: &str) -> Vec<String> {
    let file = MadeFile::new("curriculum.csv", format!("{HEADERS}{rows}"));
    take(app, world, &file.0).await.expect("sound").0.iter().map(ToString::to_string).collect()
}

/// The lines of an import that was refused, without the folder of the file.
async fn refused(app: &TestApp, world: &World, text: impl AsRef<[u8]>) -> Vec<String> {
    let before = app.everything().await;
    let file = MadeFile::new("curriculum.csv", text);
    let told = match take(app, world, &file.0).await {
        Err(ImportError::Refused(report)) => report.error_lines(),
        other => panic!("should be refused: {other:?}"),
    };
    assert_eq!(app.everything().await, before, "it was refused, and yet something changed");
    told.iter().map(|line| line.rsplit("curriculum.csv").next().unwrap().to_owned()).collect()
}

db_test! {
    async fn a_template_becomes_a_version_and_the_same_again_changes_nothing(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let rows = "writing,say,skill,Composition,R,Say a sentence.,Speech comes first.,\n\
                    writing,write,skill,Composition,1-2,Write a sentence.,,say\n\
                    science,look,skill,Enquiry,1,Look closely.,,say\n";
        assert_eq!(lines(&app, &world, rows).await, [
            "science (a new subject): version 1, 1 objective, 1 link, taught by from today",
            "writing: version 1, 2 objectives, 1 link, taught by from today",
        ]);
        let before = app.everything().await;
        assert_eq!(lines(&app, &world, rows).await, [
            "science: version 1, 1 objective, 1 link: nothing was changed",
            "writing: version 1, 2 objectives, 1 link: nothing was changed",
        ]);
        assert_eq!(app.everything().await, before);
        let changed = rows.replace("Write a sentence.", "Write one sentence.");
        assert_eq!(lines(&app, &world, &changed).await, [
            "science: version 1, 1 objective, 1 link: nothing was changed",
            "writing: version 2, 2 objectives, 1 link, taught by from today: 0 added, 1 changed, 0 removed",
        ]);
        // A dry run says what would come of it, and writes nothing.
        let shorter = "writing,say,skill,Composition,R,Say a sentence.,Speech comes first.,\nwriting,speak,skill,Composition,1,Speak.,,say\n";
        let (before, file) = (app.everything().await, MadeFile::new("curriculum.csv", format!("{HEADERS}{shorter}")));
        let origin = Origin { rationale: "As it was imported.".to_owned(), source: None, licence: None };
        let would = import(&app.db, &file.0, world.trust, origin, true, &mut Report::default()).await.expect("sound");
        assert_eq!(would.iter().map(ToString::to_string).collect::<Vec<_>>(), [
            "writing: version 3, 2 objectives, 1 link, taught by from today: 1 added, 0 changed, 1 removed (write)" ]);
        assert_eq!(app.everything().await, before, "nothing is written");
        // What keeps its code keeps its history, and is still built on from the other subject.
        let answer = app.sign_in(&world.analyst).await.ask("{ curricula(filter: { subjectWhere: { code: { eq: \"writing\" } } }) { nodes {
            current { number changes { kinds after { code } } objectives { nodes { code lowestYearGroup highestYearGroup reason leadsTo { code } } } } } } }").await;
        let current = answer.of("curricula")["nodes"][0]["current"].clone();
        assert_eq!(current["changes"], json!([{ "kinds": ["REWORDED"], "after": { "code": "write" } }]));
        assert_eq!(current["objectives"]["nodes"][0], json!({
            "code": "say", "lowestYearGroup": "RECEPTION", "highestYearGroup": "RECEPTION", "reason": "Speech comes first.",
            "leadsTo": [{ "code": "look" }, { "code": "write" }] }));
        assert_eq!(current["objectives"]["nodes"][1]["highestYearGroup"], "YEAR_2");
    }

    async fn what_is_wrong_with_a_file_is_told_by_row_and_column_and_nothing_is_written(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let row = |text: &str| format!("{HEADERS}{text}\n");
        for (rows, told) in [
            ("Writing,a,skill,S,1,Do a.,,", ":row 2, column subject: `Writing` is no code. A code has 1 to 40"),
            ("writing,A b,skill,S,1,Do a.,,", ":row 2, column code: A code has 1 to 150"),
            ("writing,a,craft,S,1,Do a.,,", ":row 2, column category: `craft` is neither `knowledge` nor `skill`."),
            ("writing,a,skill,,1,Do a.,,", ":row 2, column strand: A name is needed."),
            ("writing,a,skill,S,7-3,Do a.,,", ":row 2, column year_groups: `7-3` is no year group"),
            ("writing,a,skill,S,1,,,", ":row 2, column statement: A statement has 1 to 1,000 characters."),
            ("writing,a,skill,S,1,Do a.,,b", ":row 2, column builds_on: `b` is no code of this file."),
            ("writing,a,skill,S,1,Do a.,,\nwriting,a,skill,S,2,Do b.,,", ":row 3, column code: The code `a` stands in row 2 already."),
            ("writing,a,skill,S,1,Do a.,,b\nwriting,b,skill,S,2,Do b.,,", ":row 2, column builds_on: `b` is taught from Year 2, after this one."),
        ] {
            let lines = refused(&app, &world, row(rows)).await;
            assert!(lines.len() == 1 && lines[0].starts_with(told), "{rows}: {lines:?}");
        }
        let circle = refused(&app, &world, row("writing,a,skill,S,1,Do a.,,b\nwriting,b,skill,S,1,Do b.,,a")).await;
        assert_eq!(circle, [
            ":row 2, column builds_on: It would build on itself: a -> b -> a. Leave one of these links out.",
            ":row 3, column builds_on: It would build on itself: b -> a -> b. Leave one of these links out.",
        ]);
        let many = (0..31).map(|at| format!("b{at}")).collect::<Vec<_>>().join(" ");
        let rows = (0..31).map(|at| format!("writing,b{at},skill,S,1,Do b.,,\n")).collect::<String>();
        let links = refused(&app, &world, format!("{HEADERS}{rows}writing,a,skill,S,1,Do a.,,{many}\n")).await;
        assert_eq!(links, [":row 33, column builds_on: An objective builds on at most 30 others, these are 31."]);
        let empty = refused(&app, &world, HEADERS).await;
        assert!(empty[0].starts_with(": There is no objective in the file"), "{empty:?}");
        let other = refused(&app, &world, "subject,teacher\nwriting,Ann\n").await;
        assert!(other[0].starts_with(": This is no file of a curriculum that is known"), "{other:?}");
        let other = refused(&app, &world, "name,teacher\nwriting,Ann\n").await;
        assert!(other[0].starts_with(": None of the columns that are needed is there"), "{other:?}");
    }

    async fn a_draft_that_somebody_writes_is_not_passed_over(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let writing = Writing::begin(&app, &world, &world.lead, "writing", None).await;
        writing.draft().await;
        let told = refused(&app, &world, format!("{HEADERS}writing,a,skill,S,1,Do a.,,\n")).await;
        assert_eq!(told, [": A draft of the trust's writing is being written. Publish or remove it, then import."]);
    }

    async fn the_national_curriculum_is_read_as_it_is_published(app) {
        let Some(file) = reference("curriculum/national_curriculum_england_2014_primary.csv") else { return };
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let (imported, report) = take(&app, &world, &file).await.expect("sound");
        assert_eq!(report.warning_lines(), Vec::<String>::new());
        let of = |subject: &str| imported.iter().find(|of| of.subject == subject).map(|of| of.objectives);
        assert_eq!((of("mathematics"), of("english"), of("physical-education")), (Some(235), Some(177), Some(15)));
        // 156 rows of biology, chemistry and physics; each states the 21 on working scientifically again.
        assert_eq!(of("science"), Some(156 - 2 * 21));
        assert_eq!(imported.len(), 11, "{imported:?}");
        let answer = app.sign_in(&world.analyst).await.ask("{ objectives(first: 1, filter: {
            subjectWhere: { code: { eq: \"mathematics\" } }, lowestYearGroup: { eq: YEAR_4 } }) { totalCount nodes {
            strand category curriculumVersion { source licence status } } } }").await;
        let of_year = answer.of("objectives");
        assert_eq!(of_year["totalCount"], 42);
        assert_eq!(of_year["nodes"][0]["curriculumVersion"], json!({
            "source": "National curriculum in England: primary curriculum (2014), Department for Education",
            "licence": "Open Government Licence v3.0", "status": "CURRENT" }));
        let again = take(&app, &world, &file).await.expect("sound").0;
        assert!(again.iter().all(|subject| !subject.changed), "{again:?}");
    }

    async fn a_sequence_of_units_is_linked_by_its_threads(app) {
        let Some(file) = reference("curriculum/oak_primary_units.csv") else { return };
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let (imported, report) = take(&app, &world, &file).await.expect("sound");
        assert_eq!(report.warning_lines().len(), 1, "rows that name no unit: {:?}", report.warning_lines());
        assert_eq!(imported.iter().map(|of| of.objectives).sum::<usize>(), 685);
        assert!(imported.iter().all(|of| of.links > 0), "{imported:?}");
        let answer = app.sign_in(&world.analyst).await.ask("{ objectives(filter: { code: { eq: \"unit-2675\" } }) { nodes {
            statement lowestYearGroup buildsOn { code } } } }").await;
        let unit = &answer.of("objectives")["nodes"][0];
        assert_eq!((&unit["lowestYearGroup"], &unit["buildsOn"]), (&json!("YEAR_1"), &json!([{ "code": "unit-2601" }])));
        assert!(unit["statement"].as_str().is_some_and(|text| text.starts_with("The seasons: painting and colour mixing: In this unit")));
    }
}
