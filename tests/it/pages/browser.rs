//! The page at `/`, as somebody finds it who opens it in a browser.

use plumbline::demo::{DemoOptions, fill};
use plumbline_entity::appointment::Role;
use plumbline_tests::{Visit, db_test};
use serde_json::json;

db_test! {
    async fn an_analyst_pastes_a_token_presses_run_and_sees_figures(app) {
        let trust = fill(&app.db, &DemoOptions { schools: 3, years: 1, seed: 7, effects: true }, |_| ()).await.unwrap();
        let analyst = app.sign_in_as(trust.account(Role::TrustAnalyst).unwrap().staff_member);
        let service = app.listen().await;
        let visit = Visit::to(&service.url("/"))
            .fill("#token", analyst.token())
            .press("#sign-in button")
            .see("#who", "TRUST_ANALYST")
            // GraphiQL has read the schema once it can show it.
            .press("button[aria-label='Show Documentation Explorer']")
            .see(".graphiql-doc-explorer-content", "Query")
            .press("button.graphiql-execute-button")
            .see(".result-window", "\"estimate\"")
            .read(".result-window");
        let Some(seen) = visit.go().await else { return };
        assert_eq!(seen.wrong, Vec::<String>::new());
        let answer = &seen.texts[0];
        assert!(answer.contains("\"moderationAgreement\"") && !answer.contains("\"errors\""), "{answer}");
    }

    async fn a_senior_leader_finds_documents_of_their_role_and_is_told_what_is_recorded(app) {
        let trust = fill(&app.db, &DemoOptions { schools: 3, years: 1, seed: 7, effects: true }, |_| ()).await.unwrap();
        let leader = app.sign_in_as(trust.account(Role::SeniorLeader).unwrap().staff_member);
        let service = app.listen().await;
        let visit = Visit::to(&service.url("/"))
            .fill("#token", leader.token())
            .press("#sign-in button")
            .see(".graphiql-tab-button", "Missing")
            .press("button.graphiql-execute-button")
            .see(".result-window", "\"missing\"")
            .read(".result-window")
            // The token and the documents are still there when the page is loaded again.
            .load_again()
            .see("#who", "SENIOR_LEADER")
            .press(".graphiql-tab-button:has-text('Recorded')")
            .press("button.graphiql-execute-button")
            .see(".result-window", "\"judgementRecorded\"")
            .read(".result-window")
            .press("button.graphiql-execute-button");
        // Somebody judges again and again, until the page has been told.
        let classes = leader.ask("{ judgements(first: 1, order: LATEST, filter: { subjectWhere: { code: { eq: \"writing\" } } }) {
            nodes { pupil { id } window { id } subject { id } grade { code framework { id } } } } }").await;
        let judged = classes.of("judgements")["nodes"][0].clone();
        let input = json!({
            "windowId": judged["window"]["id"], "subjectId": judged["subject"]["id"], "frameworkId": judged["grade"]["framework"]["id"],
            "judgement": { "pupilId": judged["pupil"]["id"], "gradeCode": judged["grade"]["code"], "judgedOn": "2026-06-29" },
            "reason": "It is shown in a page",
        });
        let judging = async {
            loop {
                let answer = leader.mutate("recordJudgement", input.clone(), "judgement { id }").await;
                assert_eq!(answer.user_errors("recordJudgement"), Vec::<String>::new(), "{:#}", answer.body);
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        };
        let seen = tokio::select! { seen = visit.go() => seen, () = judging => unreachable!() };
        let Some(seen) = seen else { return };
        assert_eq!(seen.wrong, Vec::<String>::new());
        assert!(!seen.texts.iter().any(|text| text.contains("\"errors\"")), "{seen:?}");
    }

    async fn who_has_no_token_is_told_where_to_get_one_and_nothing_is_refused(app) {
        let service = app.listen().await;
        let visit = Visit::to(&service.url("/")).see("[role=status]", "Paste a token above").read("[role=status]");
        let Some(seen) = visit.go().await else { return };
        assert_eq!(seen.wrong, Vec::<String>::new());
        assert!(seen.texts[0].contains("plumbline demo"), "{seen:?}");
    }

    async fn a_token_that_is_not_accepted_is_said_to_be_so_and_what_went_wrong_is_seen(app) {
        let service = app.listen().await;
        let visit = Visit::to(&service.url("/"))
            .fill("#token", "eyJ.not.one")
            .press("#sign-in button")
            .see("[role=status]", "This token is not accepted");
        let Some(seen) = visit.go().await else { return };
        assert!(seen.wrong.iter().any(|line| line.starts_with("answered with 401")), "{seen:?}");
    }
}
