//! What people who see no pupils compare: editions, made at a release and the same from then on.

use plumbline::comparison::editions;
use plumbline_entity::{
    agreement_cell, agreement_cell::AgreementBasis, agreement_edition, agreement_edition_cell, agreement_edition_work,
    judgement_cell,
};
use plumbline_tests::{Caller, Office, Size, TestApp, World, db_test, judge_all};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

const BY_CLASS: &str = r#"{ moderationAgreement(where: { subject: "writing", academicYear: 2025, window: SUMMER }, by: [CLASS]) {
    precision editions { number asOf } population { pupils schools sampled moderated }
    rows { key { class { name } } result { __typename ... on Agreement { n exact { estimate low high } shift { estimate }
        boundaries { grade raised lowered } matrix { from to count } } } } } }"#;

fn asked(by: &str) -> String {
    BY_CLASS.replace("[CLASS]", by)
}

/// A trust whose writing was moderated and released. Returns the exercise too.
pub(super) async fn released(app: &TestApp) -> (World, Caller, String) {
    let world = World::build(app, Size { schools: 2, classes: 2, pupils: 30 }).await;
    for class in world.schools.iter().flat_map(|school| &school.classes) {
        world.judge(app, class, |at| ["WTS", "EXS", "EXS", "GDS"][at % 4]).await;
    }
    let lead = app.sign_in(&world.lead).await;
    let exercise = world.draw(&lead, "Writing", 100, 6).await;
    let moderator = app.sign_in(&world.moderator).await;
    judge_all(app, &moderator, |first, at| if at % 5 == 0 { "EXS".into() } else { first.into() }).await;
    world.advance(&lead, &exercise, &["DISCUSSING", "RELEASED"]).await;
    (world, lead, exercise)
}

/// Takes the exercise back, agrees WTS for `changed` works that were not WTS, and releases it again.
async fn released_again(world: &World, lead: &Caller, exercise: &str, changed: usize) {
    world.advance(lead, exercise, &["DISCUSSING"]).await;
    let works = "{ sampledWorks(first: 100) { nodes { id outcomes { totalCount } secondJudgements { nodes { grade { code } } } } } }";
    let works = lead.ask(works).await.of("sampledWorks")["nodes"].as_array().unwrap().clone();
    let other = |work: &&Value| {
        work["outcomes"]["totalCount"] == 0 && work["secondJudgements"]["nodes"][0]["grade"]["code"] == "EXS"
    };
    let mut done = 0;
    for work in works.iter().filter(other) {
        if done == changed {
            break;
        }
        // The decision that fits shows whether the first grade was WTS. Either way WTS is agreed.
        for decision in ["LOWERED", "CONFIRMED"] {
            let input = json!({ "workId": work["id"], "decision": decision, "agreedGradeCode": "WTS" });
            let answer = lead.mutate("recordModerationOutcome", input, "moderationOutcome { id }").await;
            if answer.user_errors("recordModerationOutcome").is_empty() {
                done += 1;
                break;
            }
        }
    }
    assert_eq!(done, changed);
    world.advance(lead, exercise, &["RELEASED"]).await;
}

db_test! {
    async fn an_edition_stays_until_enough_works_have_changed_and_is_then_drawn_anew(app) {
        let (world, lead, exercise) = released(&app).await;
        let analyst = app.sign_in(&world.analyst).await;
        let first = analyst.ask(BY_CLASS).await.of("moderationAgreement").clone();
        assert_eq!((&first["precision"], &first["editions"][0]["number"]), (&json!("PROTECTED"), &json!(1)));
        assert_eq!(analyst.ask(BY_CLASS).await.of("moderationAgreement"), &first, "asked again");

        released_again(&world, &lead, &exercise, 5).await;
        assert_eq!(analyst.ask(BY_CLASS).await.of("moderationAgreement"), &first, "five changed works change nothing");

        released_again(&world, &lead, &exercise, 1).await;
        let second = analyst.ask(BY_CLASS).await.of("moderationAgreement").clone();
        assert_eq!(second["editions"][0]["number"], 2, "the sixth does");
        let rows = |answer: &Value| answer["rows"].as_array().unwrap().clone();
        let (before, after) = (rows(&first), rows(&second));
        let same = before.iter().zip(&after).filter(|(before, after)| before["result"]["matrix"] == after["result"]["matrix"]);
        // Two draws of a row are the same by chance now and then. Were only the rows drawn anew whose works have changed, most
        // would be.
        let same = same.count();
        assert!(before.len() >= 4 && same <= 1, "each row is drawn anew, all of it: {same} of {} are the same", before.len());

        // The next edition takes four times as many changes.
        released_again(&world, &lead, &exercise, 6).await;
        assert_eq!(analyst.ask(BY_CLASS).await.of("moderationAgreement"), &second);
        let kept = agreement_edition_work::Entity::find().count(&app.raw).await.unwrap();
        assert_eq!(kept, 120, "what the first was made from, once");
    }

    async fn a_release_of_few_moderated_works_makes_no_edition(app) {
        let world = World::build(&app, Size { schools: 2, classes: 2, pupils: 12 }).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, |_| "EXS").await;
        }
        let lead = app.sign_in(&world.lead).await;
        let exercise = world.draw(&lead, "Writing", 100, 6).await;
        let work = lead.ask("{ sampledWorks(first: 1) { nodes { id } } }").await.of("sampledWorks")["nodes"][0]["id"].clone();
        let agreed = json!({ "workId": work, "decision": "CONFIRMED", "agreedGradeCode": "EXS" });
        let answer = lead.mutate("recordModerationOutcome", agreed, "moderationOutcome { id }").await;
        assert_eq!(answer.user_errors("recordModerationOutcome"), Vec::<String>::new());
        world.advance(&lead, &exercise, &["DISCUSSING", "RELEASED"]).await;
        // The row of this one work, shown or withheld, would say where the work is.
        let query = "{ moderationAgreement(where: { subject: \"writing\", academicYear: 2025, window: SUMMER }, by: [CLASS]) {
            editions { number } underWay { state } rows { key { class { name } } } population { moderated } } }";
        for email in [&world.lead, &world.analyst] {
            let answer = app.sign_in(email).await.ask(query).await;
            let expected = json!({ "editions": [], "underWay": [{ "state": "RELEASED" }], "rows": [], "population": { "moderated": null } });
            assert_eq!(answer.of("moderationAgreement"), &expected, "{email}");
        }
        assert_eq!(agreement_edition::Entity::find().count(&app.raw).await.unwrap(), 0);
    }

    async fn answers_for_those_who_see_no_pupils_follow_from_the_edition_alone(app) {
        let (world, _, _) = released(&app).await;
        let analyst = app.sign_in(&world.analyst).await;
        let levels = ["[]", "[SCHOOL]", "[PHASE]", "[SCHOOL, PHASE]", "[YEAR_GROUP]", "[SCHOOL, YEAR_GROUP]", "[CLASS]", "[SEX]", "[SCHOOL, SEN]"];
        let mut before = Vec::new();
        for by in levels {
            before.push(analyst.ask(&asked(by)).await.of("moderationAgreement").clone());
        }
        // The service starts anew, and the true counts are gone.
        agreement_cell::Entity::delete_many().exec(&app.raw).await.unwrap();
        judgement_cell::Entity::delete_many().exec(&app.raw).await.unwrap();
        let again = app.set_up(|_| ());
        let analyst = again.sign_in(&world.analyst).await;
        for (by, before) in levels.into_iter().zip(before) {
            assert_eq!(analyst.ask(&asked(by)).await.of("moderationAgreement"), &before, "{by}");
        }
        // Parts add up to their total.
        let n = |answer: &Value| answer["rows"].as_array().unwrap().iter().map(|row| row["result"]["n"].as_i64().unwrap_or(0)).sum::<i64>();
        let whole = n(analyst.ask(&asked("[]")).await.of("moderationAgreement"));
        assert_eq!(n(analyst.ask(&asked("[SCHOOL]")).await.of("moderationAgreement")), whole);
        assert_eq!(n(analyst.ask(&asked("[SEX]")).await.of("moderationAgreement")), whole);
    }

    async fn each_row_is_compared_with_the_rest_of_what_its_viewer_may_compare(app) {
        let (world, _, _) = released(&app).await;
        let rows = async |email: &str, by: &str| {
            let query = format!(
                r#"{{ moderationAgreement(where: {{ subject: "writing", academicYear: 2025, window: SUMMER }}, by: {by}) {{ precision
                    rows {{ result {{ ... on Agreement {{ shift {{ estimate }} differenceToRest {{ estimate low high }} }} }} }} }} }}"#
            );
            let answer = app.sign_in(email).await.ask(&query).await.of("moderationAgreement").clone();
            let results: Vec<Value> = answer["rows"].as_array().unwrap().iter().map(|row| row["result"].clone()).collect();
            (answer["precision"].clone(), results)
        };
        // An analyst has the two schools, a senior leader the two classes of one: each is the rest of the other.
        for (email, by, precision) in [(&world.analyst, "[SCHOOL]", "PROTECTED"), (&world.schools[0].head, "[CLASS]", "EXACT")] {
            let (told, results) = rows(email, by).await;
            assert_eq!((told, results.len()), (json!(precision), 2), "{results:#?}");
            let number = |at: usize, figure: &str, of: &str| results[at][figure][of].as_f64().unwrap();
            let apart = number(0, "shift", "estimate") - number(1, "shift", "estimate");
            for (at, expected) in [(0, apart), (1, -apart)] {
                let of = |end: &str| number(at, "differenceToRest", end);
                assert!((of("estimate") - expected).abs() < 1e-9, "{results:#?}");
                assert!(of("low") < expected && expected < of("high"), "{results:#?}");
            }
        }
        // A class teacher has no other class, and the trust as a whole has no rest.
        for (email, by) in [(&world.schools[0].classes[0].teacher, "[CLASS]"), (&world.analyst, "[]")] {
            let (_, results) = rows(email, by).await;
            assert_eq!(results.len(), 1, "{results:#?}");
            assert!(results[0]["shift"].is_object() && results[0]["differenceToRest"].is_null(), "{results:#?}");
        }
    }

    async fn a_slip_of_the_pen_is_answered_with_what_there_is(app) {
        let (world, _, _) = released(&app).await;
        let asked = |subject: &str, year: i32| format!(
            "{{ moderationAgreement(where: {{ subject: \"{subject}\", academicYear: {year}, window: SUMMER }}) {{ rows {{ key {{ yearGroup }} }} }} }}"
        );
        for email in [&world.analyst, &world.schools[0].head, &world.schools[0].classes[0].teacher] {
            let caller = app.sign_in(email).await;
            for (subject, year, message) in [
                ("writng", 2025, "There is no subject `writng`. Those of the trust are mathematics, reading, writing."),
                ("writing", 2052, "There is no academic year 2052. Those of the trust start in 2025."),
            ] {
                let answer = caller.ask(&asked(subject, year)).await;
                assert_eq!((answer.error_code(), &answer.body["errors"][0]["message"]), ("BAD_USER_INPUT", &json!(message)), "{email}");
            }
            // What there is and was not moderated is no slip.
            assert_eq!(caller.ask(&asked("reading", 2025)).await.of("moderationAgreement")["rows"], json!([]));
        }
        // Who belongs nowhere is not told what there is.
        let nobody = app.sign_in(&world.nobody).await.ask(&asked("writng", 2025)).await;
        assert_eq!(nobody.of("moderationAgreement")["rows"], json!([]));
    }

    async fn groups_in_a_class_are_for_those_who_see_its_pupils(app) {
        let (world, _, _) = released(&app).await;
        for by in ["[CLASS, SEX]", "[SCHOOL, YEAR_GROUP, SEN]", "[SCHOOL, PHASE, EAL]", "[CLASS, YEAR_GROUP, DISADVANTAGED]"] {
            let answer = app.sign_in(&world.analyst).await.ask(&asked(by)).await;
            assert_eq!(answer.error_code(), "BAD_USER_INPUT", "{by}");
            assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains("by trust, PHASE, YEAR_GROUP or SCHOOL"));
            let head = app.sign_in(&world.schools[0].head).await.ask(&asked(by)).await;
            assert!(!head.of("moderationAgreement")["rows"].as_array().unwrap().is_empty(), "{by}");
        }
    }

    async fn exact_figures_take_a_grant_that_says_so_and_are_recorded(app) {
        let (world, lead, _) = released(&app).await;
        let office = Office::of(&app, &world).await;
        let person = office.person(&world.analyst).await;
        let grant = |school: Value| json!({
            "staffMemberId": person, "schoolId": school, "withNames": false, "exactFigures": true,
            "purpose": "Report to the board on writing", "expiresAt": TestApp::now() + chrono::Duration::days(30),
        });
        let one_school = json!(plumbline_tests::global_id::<plumbline::organisation::School>(world.schools[0].id));
        let refused = lead.mutate("createAccessGrant", grant(one_school), "accessGrant { id }").await;
        assert_eq!(refused.user_errors("createAccessGrant"), ["INVALID exactFigures"]);

        // A grant to read rows alone gives no exact figures.
        office.grant(&person, None, false).await;
        let analyst = app.sign_in(&world.analyst).await;
        assert_eq!(analyst.ask(BY_CLASS).await.of("moderationAgreement")["precision"], "PROTECTED");
        let given = office.does("createAccessGrant", grant(Value::Null), "accessGrant { id version exactFigures }").await;
        assert_eq!(given["exactFigures"], true);
        let before = app.audited().await;
        let answer = analyst.ask(BY_CLASS).await;
        let agreement = answer.of("moderationAgreement");
        assert_eq!((&agreement["precision"], &agreement["editions"]), (&json!("EXACT"), &json!([])));
        assert_eq!(agreement["population"], json!({ "pupils": 120, "schools": 2, "sampled": 120, "moderated": 120 }));
        assert!(agreement["rows"].as_array().unwrap().iter().all(|row| row["result"]["n"] == 30));
        let recorded = app.recorded_after(before).await;
        let told = recorded.iter().any(|entry| format!("{entry:?}").contains("exact figures: moderationAgreement"));
        assert!(told, "{recorded:#?}");

        let end = json!({ "accessGrantId": given["id"], "expectedVersion": given["version"] });
        office.does("revokeAccessGrant", end, "accessGrant { id }").await;
        assert_eq!(analyst.ask(BY_CLASS).await.of("moderationAgreement")["precision"], "PROTECTED");
    }

    async fn editions_are_made_of_what_an_earlier_build_has_released_and_of_nothing_else(app) {
        let (world, lead, _) = released(&app).await;
        world.draw(&lead, "Being judged", 100, 6).await;
        agreement_edition_work::Entity::delete_many().exec(&app.raw).await.unwrap();
        agreement_edition_cell::Entity::delete_many().exec(&app.raw).await.unwrap();
        agreement_edition::Entity::delete_many().exec(&app.raw).await.unwrap();
        editions::catch_up(&app.db, TestApp::now()).await.unwrap();
        editions::catch_up(&app.db, TestApp::now()).await.unwrap();
        let made = agreement_edition::Entity::find().all(&app.raw).await.unwrap();
        assert_eq!(made.iter().map(|edition| edition.number).collect::<Vec<_>>(), [1]);
        let analyst = app.sign_in(&world.analyst).await;
        let answer = analyst.ask(BY_CLASS).await;
        assert_eq!(answer.of("moderationAgreement")["rows"].as_array().unwrap().len(), 4);
    }

    async fn what_is_released_is_counted_in_whole_lots(app) {
        let (world, _, _) = released(&app).await;
        let cells = agreement_edition_cell::Entity::find()
            .filter(agreement_edition_cell::Column::Attribute.eq(plumbline_entity::judgement_cell::GroupAttribute::All));
        let cells = cells.all(&app.raw).await.unwrap();
        assert!(cells.iter().all(|cell| cell.pupils > 0 && cell.weight == 1000 && cell.is_linked));
        let counted_by = |basis| cells.iter().filter(|cell| cell.basis == basis).map(|cell| cell.pupils).sum::<i32>();
        let counted = counted_by(AgreementBasis::Agreed);
        // All of them were judged a second time: both comparisons count the same lots.
        assert_eq!(counted_by(AgreementBasis::BlindSecond), counted);
        let edition = agreement_edition::Entity::find().one(&app.raw).await.unwrap().unwrap();
        assert_eq!((edition.moderated, edition.trust_id), (counted, world.trust));
        // 120 lots of mean 1 and variance 0.35: more than six standard errors either way.
        assert!((78..=162).contains(&counted), "{counted}");
    }
}
