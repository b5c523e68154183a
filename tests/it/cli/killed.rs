//! If a command is killed, the next start is clean.

use plumbline_tests::{Console, db_test};
use tokio::io::{AsyncBufReadExt as _, BufReader};

db_test! {
    async fn a_demo_that_is_killed_while_it_fills_leaves_nothing_and_can_be_run_again(app) {
        let database = app.database.empty_like().await;
        let console = Console::new(&database.url);
        let fill = ["demo", "--fill-only", "--schools", "3", "--years", "1"];
        // Killed as soon as it says that it writes, and some time after.
        for lines in [1, 2, 3] {
            let mut child = console.launch(&fill, &[]).await;
            let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
            for _ in 0..lines {
                let _ = said.next_line().await.unwrap();
            }
            child.kill().await.unwrap();
            let whole = console.run(&["token", "--as", "analyst@demo.example"]).await;
            let line = whole.failure();
            assert!(line.contains("nobody has the address"), "all or nothing: {line}");
        }
        let filled = console.run(&fill).await;
        assert!(filled.success && filled.output.contains("3 schools, 1 year,"), "{filled:?}");
        assert!(console.run(&["token", "--as", "analyst@demo.example"]).await.success);
    }
}
