//! Those whose tokens the demo prints find something to do.

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

    async fn the_addresses_are_those_that_are_written_about(app) {
        let trust = filled(&app).await;
        let emails: Vec<&str> = trust.accounts.iter().map(|account| account.email.as_str()).collect();
        assert_eq!(
            emails,
            [
                "analyst@demo.example",
                "lead@demo.example",
                "head.larkfield@demo.example",
                "teacher.larkfield.1@demo.example",
                "moderator1@demo.example"
            ]
        );
    }
}
