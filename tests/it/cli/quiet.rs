//! Commands say what they did, and nothing that nobody can act on.

use plumbline_tests::{Console, db_test};

db_test! {
    async fn a_command_says_nothing_of_a_database_that_is_as_it_should_be(app) {
        let database = app.database.empty_like().await;
        let console = Console::new(&database.url);
        let first = console.run_as_it_comes(&["migrate", "up"]).await;
        assert!(first.success && first.output.contains("applied"), "{first:?}");
        assert_eq!(first.errors, "", "nor of one that it makes");
        let again = console.run_as_it_comes(&["migrate", "up"]).await;
        assert!(again.output.contains("nothing to do"), "{again:?}");
        let status = console.run_as_it_comes(&["migrate", "status"]).await;
        assert_eq!((again.errors.as_str(), status.errors.as_str()), ("", ""));
        let none = console.run_as_it_comes(&["token", "--as", "nobody@test.example"]).await;
        assert!(none.failure().contains("nobody has the address"), "{none:?}");
    }

    async fn a_token_is_all_that_is_said_where_one_is_asked_for(app) {
        let world = plumbline_tests::World::build(&app, plumbline_tests::Size::default()).await;
        let console = Console::new(&app.database.url);
        let said = console.run_as_it_comes(&["token", "--as", &world.analyst]).await;
        assert!(said.success, "{said:?}");
        assert_eq!((said.output.lines().count(), said.output.matches('.').count(), said.errors.as_str()), (1, 2, ""));
    }
}
