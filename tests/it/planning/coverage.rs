//! What was taught in which class: recorded singly or for a unit at once, corrected with its history, and counted.

use chrono::NaiveDate;
use plumbline::comparison::cells;
use plumbline::organisation::{AcademicYear, Pupil};
use plumbline_entity::curriculum_version;
use plumbline_tests::{Attempt, db_test, global_id};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::Stage;

impl<'a> Stage<'a> {
    /// What was taught in Year 3 of the first school.
    fn record(&self, codes: &[&str]) -> Attempt<'a> {
        let taught: Vec<Value> = codes.iter().map(|code| json!({ "objectiveId": self.objectives[code] })).collect();
        let fields = "taughtObjectives { id taughtOn depth objective { code } isCurrent supersedes { id } notYetSecure { id } plan { id } }";
        Attempt::new(
            self.app,
            "recordCoverage",
            fields,
            json!({ "classId": self.class(0, 0), "objectives": taught, "taughtOn": "2026-01-12" }),
        )
    }
}

const CLASS: &str =
    "query($class: ID!, $subject: ID!) { objectivesByClass(where: { classId: $class, subjectId: $subject }) {
    objective { code } progress plannedOn taughtOn revisitedOn depth } }";

const COUNTS: &str = "query($by: [CoverageDimension!]!, $where: CoverageWhere!) { curriculumCoverage(where: $where, by: $by) {
    school { name } yearGroup class { name } subject { code } strand category phase { name }
    counts { intended planned taught plannedNotTaught notPlanned revisited secure byTerm { autumn spring summer } } } }";

db_test! {
    async fn a_class_teacher_records_what_was_taught_singly_and_for_a_whole_unit(app) {
        let stage = Stage::build(&app).await;
        let teacher = stage.teacher(0);
        let record = stage.record(&["c"]);
        for email in [stage.teacher(1), &stage.leader, &stage.world.schools[1].head, &stage.world.lead, &stage.world.analyst] {
            record.refused(email, "FORBIDDEN").await;
        }
        // Each is told apart, and none is recorded if one cannot be.
        record.with("taughtOn", json!("2025-08-31")).refused(teacher, "INVALID taughtOn").await;
        record.with("taughtOn", json!("2026-07-02")).refused(teacher, "INVALID taughtOn").await;
        stage.record(&["c", "d", "e"]).refused(teacher, "INVALID objectives.1.objectiveId, INVALID objectives.2.objectiveId").await;
        stage.record(&["c", "c"]).refused(teacher, "DUPLICATE objectives.1.objectiveId").await;
        record.with("objectives", json!([])).refused(teacher, "INVALID objectives").await;
        record.with("objectives", Value::Null).refused(teacher, "INVALID objectives").await;
        let many: Vec<Value> = std::iter::repeat_n(json!({ "objectiveId": stage.objectives["c"] }), 101).collect();
        record.with("objectives", json!(many)).refused(teacher, "INVALID objectives").await;
        let stranger = global_id::<Pupil>(stage.world.schools[0].classes[1].pupils[0]);
        let of_another = json!([{ "objectiveId": stage.objectives["c"], "notYetSecureIds": [stranger], "taughtOn": "2030-01-01" }]);
        record.with("objectives", of_another).refused(teacher, "INVALID objectives.0.taughtOn, NOT_FOUND objectives.0.notYetSecureIds.0").await;
        let done = record.done(teacher).await;
        assert_eq!((&done[0]["depth"], &done[0]["objective"]["code"]), (&json!("MET"), &json!("c")));
        record.refused(teacher, "DUPLICATE objectives.0.objectiveId").await;
        app.assert_cells_are_right(stage.world.trust).await;
        // A whole unit at once.
        let plan = stage.create_plan().with("objectiveIds", json!([stage.objectives["c"], stage.objectives["c2"]])).done(teacher).await["id"].clone();
        let unit = record.with("objectives", Value::Null).with("planId", plan.clone()).with("taughtOn", json!("2026-02-02")).with("depth", json!("SECURE"));
        unit.with("classId", json!(stage.class(1, 0))).refused(&stage.world.schools[1].head, "INVALID planId").await;
        assert_eq!(unit.done(teacher).await.as_array().expect("records").len(), 2);
        unit.refused(teacher, "DUPLICATE planId, DUPLICATE planId").await;
        let seen = stage.answer(teacher, CLASS, json!({ "class": stage.class(0, 0), "subject": stage.subject() })).await;
        assert_eq!(seen["objectivesByClass"], json!([
            { "objective": { "code": "c" }, "progress": "REVISITED", "plannedOn": "2026-01-05", "taughtOn": "2026-01-12", "revisitedOn": "2026-02-02", "depth": "SECURE" },
            { "objective": { "code": "c2" }, "progress": "TAUGHT", "plannedOn": "2026-01-05", "taughtOn": "2026-02-02", "revisitedOn": null, "depth": "SECURE" } ]));
        // A unit of later years is no unit of this class.
        let later = stage.create_plan().with("lowestYearGroup", json!("YEAR_4")).with("objectiveIds", json!([stage.objectives["d"]]));
        let later = later.done(stage.teacher(1)).await["id"].clone();
        unit.with("planId", later).refused(teacher, "INVALID planId").await;
        // A head records for any class of the school, and the same key does it once.
        let key = stage.record(&["c"]).with("taughtOn", json!("2026-03-02")).with("idempotencyKey", json!("march"));
        assert_eq!(key.done(stage.head()).await, key.done(stage.head()).await);
        app.assert_cells_are_right(stage.world.trust).await;
    }

    async fn a_record_is_corrected_with_its_history_and_withdrawn_with_its_reason(app) {
        let stage = Stage::build(&app).await;
        let teacher = stage.teacher(0);
        let pupils: Vec<String> = stage.world.schools[0].classes[0].pupils.iter().map(|pupil| global_id::<Pupil>(*pupil)).collect();
        let first = stage.record(&["c"]).with("objectives", json!([{ "objectiveId": stage.objectives["c"], "notYetSecureIds": [pupils[0]] }]));
        let first = first.done(teacher).await[0].clone();
        assert_eq!(first["notYetSecure"], json!([{ "id": pupils[0] }]));
        let fields = "taughtObjective { id taughtOn depth isCurrent supersedes { id isCurrent } notYetSecure { id } }";
        let correct = Attempt::new(&app, "correctCoverage", fields, json!({ "taughtObjectiveId": first["id"], "taughtOn": "2026-01-13", "depth": "PRACTISED" }));
        for email in [stage.teacher(1), &stage.leader, &stage.world.lead] {
            correct.refused(email, "FORBIDDEN").await;
        }
        correct.refused(&stage.world.schools[1].head, "NOT_FOUND taughtObjectiveId").await;
        correct.with("taughtOn", json!("2026-09-01")).refused(teacher, "INVALID taughtOn").await;
        correct.with("notYetSecureIds", json!([pupils[1], pupils[1]])).refused(teacher, "DUPLICATE notYetSecureIds.1").await;
        let now = correct.done(teacher).await;
        assert_eq!(now["supersedes"], json!({ "id": first["id"], "isCurrent": false }));
        assert_eq!(now["notYetSecure"], json!([{ "id": pupils[0] }]), "who was named stays named");
        correct.refused(teacher, "WRONG_STATE taughtObjectiveId").await;
        let again = correct.with("taughtObjectiveId", now["id"].clone()).with("notYetSecureIds", json!([])).done(teacher).await;
        assert_eq!((&again["taughtOn"], &again["notYetSecure"]), (&json!("2026-01-13"), &json!([])));
        // What is there already is no correction.
        let same = correct.with("taughtObjectiveId", again["id"].clone()).done(teacher).await;
        assert_eq!(same["id"], again["id"]);
        // Not onto a day for which there is a record already.
        let other = stage.record(&["c"]).with("taughtOn", json!("2026-01-20")).done(teacher).await[0].clone();
        correct.with("taughtObjectiveId", other["id"].clone()).refused(teacher, "DUPLICATE taughtOn").await;
        let withdraw = Attempt::new(&app, "withdrawCoverage", "taughtObjective { isCurrent withdrawnBecause }", json!({
            "taughtObjectiveId": other["id"], "reason": "It was the other class." }));
        withdraw.refused(stage.teacher(1), "FORBIDDEN").await;
        withdraw.with("reason", json!(" ")).refused(teacher, "INVALID reason").await;
        assert_eq!(withdraw.done(teacher).await, json!({ "isCurrent": false, "withdrawnBecause": "It was the other class." }));
        withdraw.refused(teacher, "WRONG_STATE taughtObjectiveId").await;
        let query = "{ taughtObjectives { nodes { isCurrent taughtOn } } }";
        let history = stage.answer(teacher, query, json!({})).await;
        assert_eq!(history["taughtObjectives"]["nodes"].as_array().expect("records").len(), 4, "all of it stays");
        // Other schools see none of it; who looks over all schools does.
        for (email, records) in [(&stage.world.schools[1].head, 0), (&stage.world.analyst, 4), (&stage.leader, 4)] {
            let seen = stage.answer(email, "{ taughtObjectives { totalCount nodes { notYetSecure { id } } } }", json!({})).await;
            assert_eq!(seen["taughtObjectives"]["totalCount"], records, "{email}");
        }
        let seen = stage.answer(&stage.world.analyst, "{ taughtObjectives { nodes { notYetSecure { id } } } }", json!({})).await;
        assert!(seen["taughtObjectives"]["nodes"].as_array().expect("records").iter().all(|row| row["notYetSecure"] == json!([])));
        app.assert_cells_are_right(stage.world.trust).await;
    }

    async fn only_who_was_in_the_class_on_the_day_is_named_as_not_yet_secure(app) {
        let stage = Stage::build(&app).await;
        let teacher = stage.teacher(0);
        let pupil = global_id::<Pupil>(stage.world.schools[0].classes[0].pupils[0]);
        let query = "query($id: ID!) { pupil(id: $id) { enrolments { nodes { id startsOn } } } }";
        let place = stage.answer(teacher, query, json!({ "id": pupil })).await["pupil"]["enrolments"]["nodes"].clone();
        let place = place.as_array().expect("enrolments").iter().find(|place| place["startsOn"] == "2025-09-01").expect("one").clone();
        let came = json!({ "enrolmentId": place["id"], "expectedVersion": 1, "startsOn": "2026-01-14" });
        Attempt::new(&app, "updateEnrolment", "enrolment { startsOn }", came).done(stage.head()).await;
        let named = json!([{ "objectiveId": stage.objectives["c"], "notYetSecureIds": [pupil] }]);
        let record = stage.record(&["c"]).with("objectives", named).with("taughtOn", json!("2026-01-13"));
        record.refused(teacher, "INVALID objectives.0.notYetSecureIds.0").await;
        let first = record.with("taughtOn", json!("2026-01-14")).done(teacher).await[0].clone();
        assert_eq!(first["notYetSecure"], json!([{ "id": pupil }]));
        // A correction that names them again holds to the day that it gives.
        let correct = Attempt::new(&app, "correctCoverage", "taughtObjective { notYetSecure { id } }", json!({
            "taughtObjectiveId": first["id"], "taughtOn": "2026-01-12", "notYetSecureIds": [pupil] }));
        correct.refused(teacher, "INVALID notYetSecureIds.0").await;
        assert_eq!(correct.with("notYetSecureIds", json!([])).done(teacher).await["notYetSecure"], json!([]));
    }

    async fn coverage_is_counted_by_school_phase_year_group_class_strand_and_category(app) {
        let stage = Stage::build(&app).await;
        let teacher = stage.teacher(0);
        stage.plan().await;
        stage.record(&["c2"]).done(teacher).await;
        stage.record(&["c2"]).with("taughtOn", json!("2026-05-12")).with("depth", json!("SECURE")).done(teacher).await;
        let asked = |by: Value| json!({ "by": by, "where": { "subject": "writing", "academicYear": 2025 } });
        let row = |answer: &Value, at: usize| answer["curriculumCoverage"][at]["counts"].clone();
        let counts = |intended: i64, planned: i64, taught: i64| json!({ "intended": intended, "planned": planned, "taught": taught,
            "plannedNotTaught": planned, "notPlanned": intended - planned, "revisited": taught, "secure": taught,
            "byTerm": { "autumn": 0, "spring": taught, "summer": taught } });
        // Year 3 of two schools has two objectives each, Year 4 one.
        let all = stage.answer(&stage.world.analyst, COUNTS, asked(json!([]))).await;
        assert_eq!(row(&all, 0), counts(6, 1, 1));
        let schools = stage.answer(&stage.world.analyst, COUNTS, asked(json!(["SCHOOL"]))).await;
        assert_eq!(schools["curriculumCoverage"].as_array().expect("rows").len(), 2);
        let own = stage.answer(teacher, COUNTS, asked(json!(["SCHOOL", "YEAR_GROUP"]))).await;
        assert_eq!(own["curriculumCoverage"].as_array().expect("rows").len(), 2, "colleagues see their own school: {own:#}");
        assert_eq!((row(&own, 0), row(&own, 1)), (counts(2, 1, 1), counts(1, 0, 0)));
        assert_eq!(own["curriculumCoverage"][0]["yearGroup"], "YEAR_3");
        let phases = stage.answer(teacher, COUNTS, asked(json!(["PHASE"]))).await;
        assert_eq!(phases["curriculumCoverage"][0]["phase"]["name"], "Key Stage 2");
        assert_eq!(row(&phases, 0), counts(3, 1, 1));
        for (by, field, value) in [("CLASS", "class", json!({ "name": "Class 1" })), ("SUBJECT", "subject", json!({ "code": "writing" })),
            ("STRAND", "strand", json!("All")), ("CATEGORY", "category", json!("KNOWLEDGE"))] {
            let answer = stage.answer(teacher, COUNTS, asked(json!([by]))).await;
            assert_eq!(answer["curriculumCoverage"][0][field], value, "{by}");
        }
        let (elsewhere, class) = (stage.world.school(1), stage.class(0, 0));
        for (where_, message) in [(json!({ "academicYear": 2019 }), "2019"), (json!({ "subject": "latin" }), "latin"), (json!({ "strand": "nope" }), "All"),
            (json!({ "schoolId": elsewhere }), "colleagues"), (json!({ "classId": class, "academicYear": 2024 }), "2025")] {
            let refused = stage.ask(teacher, COUNTS, json!({ "by": [], "where": where_ })).await;
            assert!(refused["errors"][0]["message"].as_str().expect("an error").contains(message), "{:#}", refused.body);
        }
        let refused = stage.ask(&stage.world.nobody, COUNTS, json!({ "by": [], "where": { "academicYear": 2025 } })).await;
        assert!(refused["data"].is_null(), "somebody without an appointment sees no year: {:#}", refused.body);
    }

    async fn what_a_school_taught_counts_also_when_its_curriculum_changes(app) {
        let stage = Stage::build(&app).await;
        let (teacher, head) = (stage.teacher(0), stage.head());
        stage.plan().await;
        stage.record(&["c"]).done(teacher).await;
        // The school comes to adapt the trust's: what stands for `c` was planned and taught.
        let own = Attempt::new(&app, "createCurriculum", "curriculum { id }", json!({ "subjectId": stage.subject(),
            "schoolId": stage.world.school(0), "standing": "ADAPTS" })).done(head).await;
        let own = crate::curriculum::Writing { app: &app, by: head.to_owned(), curriculum: own["id"].clone() };
        let draft = own.draft().await;
        own.add(&draft, "local", 3, &[]).await;
        own.publish(&draft).await;
        let asked = json!({ "class": stage.class(0, 0), "subject": stage.subject() });
        let seen = stage.answer(teacher, CLASS, asked.clone()).await;
        let progress = |seen: &Value| -> Vec<(String, String)> {
            let rows = seen["objectivesByClass"].as_array().expect("rows").iter();
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            rows.map(|row| (text(&row["objective"]["code"]), text(&row["progress"]))).collect()
        };
        let come = |pairs: &[(&str, &str)]| -> Vec<(String, String)> { pairs.iter().map(|(code, to)| ((*code).to_owned(), (*to).to_owned())).collect() };
        assert_eq!(progress(&seen), come(&[("c", "TAUGHT"), ("c2", "NOT_PLANNED"), ("local", "NOT_PLANNED")]));
        app.assert_cells_are_right(stage.world.trust).await;
        // What is recorded by the school's own counts for the trust's, when the school follows that again.
        let c2 = own.objective(&draft, "c2").await["id"].clone();
        stage.record(&["c"]).refused(teacher, "WRONG_STATE objectives.0.objectiveId").await;
        let record = stage.record(&[]).with("objectives", json!([{ "objectiveId": c2 }]));
        record.done(teacher).await;
        let standing = stage.answer(head, "query($id: ID!) { node(id: $id) { ... on Curriculum { version } } }", json!({ "id": own.curriculum })).await;
        Attempt::new(&app, "updateCurriculum", "curriculum { standing }", json!({ "curriculumId": own.curriculum,
            "expectedVersion": standing["node"]["version"], "standing": "FOLLOWS" })).done(head).await;
        let seen = stage.answer(teacher, CLASS, asked).await;
        assert_eq!(progress(&seen), come(&[("c", "TAUGHT"), ("c2", "TAUGHT")]));
        app.assert_cells_are_right(stage.world.trust).await;
    }

    async fn a_class_that_is_opened_moved_or_removed_is_counted_as_it_is(app) {
        let stage = Stage::build(&app).await;
        let head = stage.head();
        let create = json!({ "schoolId": stage.world.school(0), "academicYearId": global_id::<AcademicYear>(stage.world.year),
            "name": "Heron", "lowestYearGroup": "YEAR_1", "highestYearGroup": "YEAR_2" });
        let class = Attempt::new(&app, "createClass", "class { id }", create).done(head).await["id"].clone();
        app.assert_cells_are_right(stage.world.trust).await;
        let asked = json!({ "by": ["YEAR_GROUP"], "where": { "academicYear": 2025, "classId": class } });
        let seen = stage.answer(head, COUNTS, asked).await;
        assert_eq!(seen["curriculumCoverage"].as_array().expect("rows").len(), 2, "a class of mixed age has both year groups: {seen:#}");
        let update = json!({ "classId": class, "expectedVersion": 1, "lowestYearGroup": "YEAR_2" });
        Attempt::new(&app, "updateClass", "class { id }", update).done(head).await;
        app.assert_cells_are_right(stage.world.trust).await;
        Attempt::new(&app, "removeClass", "removedId", json!({ "classId": class })).done(head).await;
        app.assert_cells_are_right(stage.world.trust).await;
    }

    async fn a_year_that_ends_on_another_day_is_measured_by_the_version_of_that_day(app) {
        use curriculum_version::Column as C;
        let stage = Stage::build(&app).await;
        let draft = stage.core.draft().await;
        stage.core.add(&draft, "late", 3, &[]).await;
        stage.core.publish(&draft).await;
        // The second version came on the last day of the year.
        let day: NaiveDate = "2026-08-31".parse().unwrap();
        for (column, number) in [(C::RetiredOn, 1), (C::CurrentFrom, 2)] {
            let moved = curriculum_version::Entity::update_many().col_expr(column, day.into());
            moved.filter(C::Number.eq(number)).exec(&app.raw).await.unwrap();
        }
        let tx = app.db.begin().await.unwrap();
        cells::rebuild(&tx, stage.world.trust).await.unwrap();
        tx.commit().await.unwrap();
        let year = global_id::<AcademicYear>(stage.world.year);
        let update = json!({ "academicYearId": year, "expectedVersion": 1, "endsOn": "2026-08-30" });
        Attempt::new(&app, "updateAcademicYear", "academicYear { id }", update).done(&stage.world.lead).await;
        app.assert_cells_are_right(stage.world.trust).await;
        let asked = json!({ "by": [], "where": { "classId": stage.class(0, 0), "academicYear": 2025 } });
        let seen = stage.answer(stage.head(), COUNTS, asked).await;
        assert_eq!(seen["curriculumCoverage"][0]["counts"]["intended"], 2, "what came later is not among it: {seen:#}");
    }
}
