//! Published outcomes on a funnel, and the trust's own schools among them.

use std::path::PathBuf;

use plumbline::mis::{gias, ks2};
use plumbline_tests::{Answer, Caller, Size, TestApp, World, db_test};
use serde_json::{Value, json};

use crate::mis::files::{MadeFile, TRUST, analyst, extract, surrey};

const QUERY: &str = "query($where: PublishedOutcomesWhere!) { publishedOutcomes(where: $where) { measure years {
    academicYear population { schools pupils suppressed notAvailable } target
    overDispersion { phi tauSquared phiUncorrected tauSquaredUncorrected winsorisedAt { low high } }
    outside95 outside998 outside95Adjusted outside998Adjusted
    rows { urn schoolName school { id urn name } result { __typename
      ... on PublishedShare { eligible reached percentage share { estimate low high }
        limits { low95 high95 low998 high998 } adjustedLimits { low95 high95 low998 high998 }
        position adjustedPosition }
      ... on Withheld { reason } ... on NotPublished { eligible reason } } } } } }";

async fn ask(caller: &Caller, filter: Value) -> Answer {
    caller.ask_with(QUERY, json!({ "where": filter })).await
}

fn surrey_2018() -> Value {
    json!({ "measure": "RWM_EXPECTED", "academicYears": [2018], "localAuthority": 936 })
}

fn close(actual: &Value, expected: f64, tolerance: f64) {
    let actual = actual.as_f64().unwrap();
    assert!((actual - expected).abs() <= tolerance, "{actual} is not within {tolerance} of {expected}");
}

fn rows(year: &Value) -> &[Value] {
    year["rows"].as_array().unwrap()
}

/// The real trust and the real tables; `None` if the files are not at hand.
async fn real(app: &TestApp) -> Option<Caller> {
    let (extract, tables) = (extract()?, surrey()?);
    gias::import(&app.db, &extract, TRUST).await.unwrap();
    ks2::import(&app.db, &tables, None).await.unwrap();
    Some(analyst(app).await)
}

/// Schools of a year made by hand: URN, record type, eligible pupils, share.
async fn import(app: &TestApp, schools: &[(i32, u8, &str, &str)]) {
    let row = |(urn, kind, eligible, share): &(i32, u8, &str, &str)| {
        format!("{kind},936,{urn},School {urn},0,{eligible}{}\n", format!(",{share}").repeat(10))
    };
    let text = format!("{}\n{}", ks2::COLUMNS.join(","), schools.iter().map(row).collect::<String>());
    let file = MadeFile::new("ks2_2018-2019.csv", text);
    let files: [PathBuf; 1] = [file.0.clone()];
    ks2::import(&app.db, &files, None).await.unwrap();
}

db_test! {
    async fn what_has_no_figure_says_why_as_the_table_does(app) {
        let codes = ["NA", "NP", "NE", "LOWCOV", "NEW", "DNS", ""];
        let schools: Vec<_> = (100_000..).zip(codes).map(|(urn, code)| (urn, 1, "30", code)).collect();
        import(&app, &[&schools[..], &[(100_010, 1, "0", "50%"), (100_011, 1, "3", "SUPP")]].concat()).await;
        let world = World::build(&app, Size::default()).await;
        let answer = ask(&app.sign_in(&world.analyst).await, surrey_2018()).await;
        let reasons: Vec<&str> =
            rows(&answer.of("publishedOutcomes")["years"][0]).iter().map(|row| row["result"]["reason"].as_str().unwrap()).collect();
        let expected = ["NOT_APPLICABLE", "NOT_PUBLISHED", "NO_ENTRIES", "LOW_COVERAGE", "NEW_SCHOOL", "NOT_SUBMITTED", "NOT_STATED", "NO_ELIGIBLE_PUPILS", "SMALL_COUNT"];
        assert_eq!(reasons, expected);
    }

    async fn schools_are_shown_page_by_page_and_by_what_they_are_known_by(app) {
        let schools: Vec<_> = (0..7).map(|at| (899_998 + at, 1, "30", "50%")).collect();
        import(&app, &schools).await;
        let world = World::build(&app, Size::default()).await;
        let analyst = app.sign_in(&world.analyst).await;
        let all: Vec<i32> = (899_998..900_005).collect();
        let ask = async |arguments: &str| {
            let query = format!("{{ publishedOutcomes(where: {{ measure: RWM_EXPECTED, academicYears: [2018] }}) {{
                years {{ target population {{ schools }} rows{arguments} {{ urn school {{ urn }} }} }} }} }}");
            analyst.ask(&query).await
        };
        let urns = async |arguments: &str| -> Vec<i32> {
            let answer = ask(arguments).await;
            let year = answer.of("publishedOutcomes")["years"][0].clone();
            assert_eq!(year["population"]["schools"], 7, "what is compared stays: {:#}", answer.body);
            rows(&year).iter().map(|row| i32::try_from(row["urn"].as_i64().unwrap()).unwrap()).collect()
        };
        assert_eq!(urns("").await, all);
        assert_eq!(urns("(first: 3)").await, all[..3]);
        assert_eq!(urns("(first: 3, after: 900000)").await, all[3..6]);
        assert_eq!(urns("(first: 3, after: 900003)").await, all[6..]);
        assert_eq!(urns("(only: { urns: [900003, \"899999\", 123456] })").await, [899_999, 900_003]);
        // The schools of the trust are 900000 and 900001.
        assert_eq!(urns("(only: { own: true })").await, [900_000, 900_001]);
        assert_eq!(urns("(only: { own: false }, first: 2)").await, [899_998, 899_999]);
        assert_eq!(urns("(only: { laestabs: [\"999/2001\"] })").await, [900_001]);
        assert_eq!(urns("(only: { educationPhases: [PRIMARY] })").await, [900_000, 900_001]);
        assert_eq!(urns("(only: { educationPhases: [SECONDARY] })").await, [0; 0]);
        let many = format!("(only: {{ urns: [{}] }})", vec!["900000"; 101].join(", "));
        for (arguments, words) in [
            ("(first: 0)", "`first` is 1 to 5000"),
            ("(first: 5001)", "`first` is 1 to 5000"),
            ("(after: 123456)", "No row of 2018 has the number 123456"),
            (many.as_str(), "`urns` takes at most 100"),
        ] {
            let answer = ask(arguments).await;
            assert_eq!(answer.error_code(), "BAD_USER_INPUT", "{arguments}: {:#}", answer.body);
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains(words), "{arguments}: {:#}", answer.body);
        }
    }

    /// statistics.md 6.
    async fn surrey_lies_where_the_reference_says(app) {
        let Some(analyst) = real(&app).await else { return };
        let answer = ask(&analyst, surrey_2018()).await;
        let year = &answer.of("publishedOutcomes")["years"][0];
        let population = json!({ "schools": 213, "pupils": 12_286, "suppressed": 0, "notAvailable": 10 });
        assert_eq!((&year["academicYear"], &year["population"]), (&json!(2018), &population));
        close(&year["target"], 0.706_576_59, 1e-8);
        close(&year["overDispersion"]["phiUncorrected"], 2.312_168, 1e-6);
        close(&year["overDispersion"]["tauSquaredUncorrected"], 0.005_740_94, 1e-8);
        // Over what winsorised z-scores of 213 schools come to by chance: .6787 + .45 / 213.
        close(&year["overDispersion"]["phi"], 3.396_188, 1e-5);
        close(&year["overDispersion"]["tauSquared"], 0.010_466_8, 1e-6);
        close(&year["overDispersion"]["winsorisedAt"]["low"], -2.100_771, 1e-6);
        close(&year["overDispersion"]["winsorisedAt"]["high"], 2.569_740, 1e-6);
        let outside = ["outside95", "outside95Adjusted", "outside998", "outside998Adjusted"].map(|name| &year[name]);
        assert_eq!(outside, [&json!(61), &json!(15), &json!(23), &json!(2)]);
        let shares: Vec<&Value> =
            rows(year).iter().map(|row| &row["result"]).filter(|result| result["__typename"] == "PublishedShare").collect();
        assert_eq!((rows(year).len(), shares.len()), (223, 213));
        assert_eq!(shares.iter().map(|share| share["reached"].as_i64().unwrap()).sum::<i64>(), 8_681);
        let of_30 = shares.iter().find(|share| share["eligible"] == 30).unwrap();
        for (limits, low_95, high_95, low_998, high_998) in
            [("limits", 0.5340, 0.8530, 0.4311, 0.9180), ("adjustedLimits", 0.4443, 0.9106, 0.2954, 0.9780)]
        {
            for (name, expected) in [("low95", low_95), ("high95", high_95), ("low998", low_998), ("high998", high_998)] {
                close(&of_30[limits][name], expected, 0.000_05);
            }
        }
        let far = |position: &str| shares.iter().filter(|share| share["position"] == position).count();
        assert_eq!(far("ABOVE_998") + far("BELOW_998"), 23);
        assert_eq!(far("ABOVE_95") + far("BELOW_95"), 61 - 23);
        // The best are above: the one school with all of its pupils, and one with 135 of 136.
        let best = shares.iter().find(|share| share["eligible"] == 136 && share["reached"] == 135).unwrap();
        assert_eq!((&best["position"], &best["adjustedPosition"]), (&json!("ABOVE_998"), &json!("ABOVE_998")));
    }

    async fn a_school_is_the_same_whatever_its_number_was(app) {
        let Some(analyst) = real(&app).await else { return };
        let filter = json!({ "measure": "RWM_EXPECTED", "academicYears": [2018, 2016, 2017], "among": "OWN_TRUST" });
        let answer = ask(&analyst, filter).await;
        let years = answer.of("publishedOutcomes")["years"].as_array().unwrap();
        assert_eq!(years.iter().map(|year| &year["academicYear"]).collect::<Vec<_>>(), [2018, 2016, 2017]);
        let mut vale = Vec::new();
        let mut merstham = Vec::new();
        for year in years {
            assert_eq!((rows(year).len(), &year["population"]["schools"]), (14, &json!(13)));
            assert!(year["outside95"].is_number());
            assert!(rows(year).iter().all(|row| row["school"]["id"].is_string()), "all are the trust's");
            let found = |name: &str| rows(year).iter().find(|row| row["schoolName"] == name).unwrap().clone();
            let lime_tree = found("Lime Tree Primary School");
            assert_eq!(lime_tree["result"], json!({ "__typename": "NotPublished", "eligible": null, "reason": "NOT_STATED" }));
            vale.push(found("The Vale Primary School"));
            merstham.push(found("Merstham Primary School"));
        }
        // Published under 131991 throughout, at first without a word of what it would become.
        assert_eq!(vale.iter().map(|row| &row["urn"]).collect::<Vec<_>>(), [131_991, 131_991, 131_991]);
        assert_eq!(merstham.iter().map(|row| &row["urn"]).collect::<Vec<_>>(), [144_697, 124_989, 124_989]);
        for (rows, urn) in [(&vale, 146_024), (&merstham, 144_697)] {
            assert_eq!(rows[0]["school"]["urn"], urn);
            assert!(rows.iter().all(|row| row["school"] == rows[0]["school"]));
        }
    }

    async fn statements_do_not_grow_with_years_or_schools(app) {
        let Some(analyst) = real(&app).await else { return };
        let one = ask(&analyst, json!({ "measure": "GPS_HIGHER", "academicYears": [2018], "among": "OWN_TRUST" })).await;
        let all = ask(&analyst, json!({ "measure": "GPS_HIGHER", "academicYears": [2016, 2017, 2018] })).await;
        assert_eq!(rows(&all.of("publishedOutcomes")["years"][2]).len(), 223);
        assert_eq!((one.statements, all.statements), (one.statements, one.statements));
    }

    async fn special_schools_and_other_measures_are_for_the_asking(app) {
        let Some(analyst) = real(&app).await else { return };
        let mut filter = surrey_2018();
        filter["includeSpecial"] = json!(true);
        let answer = ask(&analyst, filter).await;
        let year = &answer.of("publishedOutcomes")["years"][0];
        let population = json!({ "schools": 224, "suppressed": 3, "notAvailable": 12 });
        for name in ["schools", "suppressed", "notAvailable"] {
            assert_eq!(year["population"][name], population[name], "{name}");
        }
        let withheld: Vec<&Value> =
            rows(year).iter().map(|row| &row["result"]).filter(|result| result["__typename"] == "Withheld").collect();
        assert_eq!(withheld, vec![&json!({ "__typename": "Withheld", "reason": "SMALL_COUNT" }); 3]);
        let mut filter = surrey_2018();
        filter["measure"] = json!("WRITING_GREATER_DEPTH");
        assert!(ask(&analyst, filter).await.of("publishedOutcomes")["years"][0]["target"].as_f64().unwrap() < 0.4);
        let mut filter = surrey_2018();
        filter["localAuthority"] = json!(850);
        assert_eq!(ask(&analyst, filter).await.of("publishedOutcomes")["years"][0]["rows"], json!([]));
    }

    async fn figures_are_seen_by_all_staff_but_schools_only_by_their_own(app) {
        import(&app, &[(100_001, 1, "30", "70%"), (100_002, 1, "40", "60%"), (100_003, 1, "20", "20%")]).await;
        let world = World::build(&app, Size::default()).await;
        for email in [&world.schools[0].classes[0].teacher, &world.schools[0].head, &world.analyst, &world.moderator] {
            let answer = ask(&app.sign_in(email).await, surrey_2018()).await;
            let year = &answer.of("publishedOutcomes")["years"][0];
            assert_eq!(year["population"]["schools"], 3, "{email}");
            assert!(rows(year).iter().all(|row| row["school"].is_null()), "{email}");
        }
        let answer = ask(&app.sign_in(&world.nobody).await, surrey_2018()).await;
        let year = &answer.of("publishedOutcomes")["years"][0];
        let nothing = json!({ "schools": 0, "pupils": 0, "suppressed": 0, "notAvailable": 0 });
        assert_eq!((&year["population"], &year["rows"], &year["target"]), (&nothing, &json!([]), &Value::Null));
        let answer = ask(&app.stranger(), surrey_2018()).await;
        assert_eq!(answer.error_code(), "UNAUTHENTICATED");
    }

    async fn two_schools_have_shares_but_no_limits(app) {
        import(&app, &[(900_001, 1, "30", "70%"), (900_002, 1, "40", "60%"), (900_003, 2, "5", "SUPP")]).await;
        let world = World::build(&app, Size::default()).await;
        let mut filter = surrey_2018();
        filter["includeSpecial"] = json!(true);
        let answer = ask(&app.sign_in(&world.lead).await, filter).await;
        let year = &answer.of("publishedOutcomes")["years"][0];
        close(&year["target"], 45.0 / 70.0, 1e-12);
        for name in ["overDispersion", "outside95", "outside998", "outside95Adjusted", "outside998Adjusted"] {
            assert!(year[name].is_null(), "{name}");
        }
        let first = &rows(year)[0]["result"];
        assert_eq!((&first["eligible"], &first["reached"], &first["percentage"]), (&json!(30), &json!(21), &json!(70)));
        close(&first["share"]["estimate"], 0.7, 1e-12);
        for name in ["limits", "adjustedLimits", "position", "adjustedPosition"] {
            assert!(first[name].is_null(), "{name}");
        }
        assert_eq!(rows(year)[2]["result"]["reason"], "SMALL_COUNT");
    }

    async fn a_question_that_cannot_be_meant_is_answered_with_what_to_ask(app) {
        let world = World::build(&app, Size::default()).await;
        let lead = app.sign_in(&world.lead).await;
        for years in [json!([]), json!([1066]), json!([2018, 99_999]), json!([2000, 2001, 2002, 2003, 2004, 2005, 2006, 2007, 2008, 2009, 2010])] {
            let answer = ask(&lead, json!({ "measure": "RWM_EXPECTED", "academicYears": years })).await;
            assert_eq!(answer.error_code(), "BAD_USER_INPUT", "{:#}", answer.body);
        }
    }
}
