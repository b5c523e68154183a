//! The people whose tokens the demo prints find something to do.

use plumbline_entity::appointment::Role;
use plumbline_tests::db_test;

use super::fill::filled;

db_test! {
    async fn each_account_sees_what_its_role_is_for(app) {
        let trust = filled(&app).await;
        let count = "{ pupils { totalCount } judgements { totalCount } sampledWorks { totalCount } }";
        for (role, pupils, works) in [
            (Role::TrustAnalyst, false, false),
            (Role::TrustLead, false, true),
            (Role::SeniorLeader, true, true),
            (Role::SubjectLeader, true, true),
            (Role::PhaseLeader, true, true),
            (Role::Senco, true, false),
            (Role::ClassTeacher, true, false),
            (Role::Moderator, true, true),
        ] {
            let account = trust.account(role).unwrap();
            let caller = app.sign_in_as(account.staff_member);
            let answer = caller.ask(count).await;
            let some = |list: &str| answer.of(list)["totalCount"].as_i64().unwrap() > 0;
            assert_eq!((some("pupils"), some("judgements"), some("sampledWorks")), (pupils, pupils, works), "{role:?}");
        }
    }

    async fn each_client_application_sees_what_it_is_for(app) {
        let trust = filled(&app).await;
        let ask = "{ viewer { name } pupils(first: 1) { totalCount nodes { upn givenName } } classes { totalCount }
            moderationAgreement(where: { subject: \"writing\", academicYear: 2025, window: SUMMER }) { population { schools } } }";
        let [reports, mis] = trust.clients.map(|(client_id, _)| app.sign_in_client(client_id));
        let (reports, mis) = (reports.ask(ask).await, mis.ask(ask).await);
        assert_eq!((reports.of("viewer")["name"].as_str(), mis.of("viewer")["name"].as_str()), (Some("Trust reports"), Some("Larkfield's MIS")));
        assert_eq!((reports.of("pupils")["totalCount"].as_i64(), reports.of("moderationAgreement")["population"]["schools"].as_i64()), (Some(0), Some(3)));
        let pupil = &mis.of("pupils")["nodes"][0];
        assert!(pupil["upn"].is_string() && pupil["givenName"].is_null(), "{pupil}");
        assert!(mis.of("moderationAgreement")["population"]["schools"].is_null(), "it sees no judgement, and counts none");
    }

    async fn the_addresses_are_those_that_are_written_about(app) {
        let trust = filled(&app).await;
        let emails: Vec<&str> = trust.accounts.iter().map(|account| account.email.as_str()).collect();
        assert_eq!(
            emails,
            [
                "analyst@demo.example",
                "lead@demo.example",
                "head.larkfield@demo.example",
                "writing.larkfield@demo.example",
                "ks2.larkfield@demo.example",
                "senco.larkfield@demo.example",
                "teacher.larkfield.11@demo.example",
                "moderator1@demo.example"
            ]
        );
    }
}
