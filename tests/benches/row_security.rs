//! What row-level security costs the list query, on PostgreSQL: side by side, as ratios.
//!
//! `cargo bench -p plumbline-tests --bench row_security`

use plumbline::{app, comparison::cells, config::Config, db::Db, protocol::router};
use plumbline_tests::{Size, TestApp, World, side_by_side::*};

/// 50 pupils with their class and their last six judgements.
const LIST: &str =
    "{ pupils(first: 50) { nodes { id givenName familyName enrolments(first: 1) { nodes { class { name } } }
    judgements(first: 6) { nodes { judgedOn grade { code } subject { code } } } } } }";
/// One pupil by key.
const NODE: &str = "query { pupils(first: 1) { nodes { id familyName } } }";

#[tokio::main]
async fn main() {
    let Some(app) = TestApp::on_postgres().await else { return };
    let world = World::build(&app, Size { schools: 4, classes: 4, pupils: 50 }).await;
    for _ in 0..3 {
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, |at| ["WTS", "EXS", "GDS"][at % 3]).await;
        }
    }
    app.db.raise_wall(&plumbline::app::tables()).await.expect("the wall");
    let instance = async |walled: bool| {
        let url = &app.database.url;
        let db = match walled {
            true => Db::connect_behind_wall(url, 8, cells::settle).await,
            false => Db::connect(url, 8, cells::settle).await,
        };
        let db = db.expect("a database");
        // What is measured is the wall and not the callers' buckets.
        let config = Config { limits: TestApp::plenty(), ..(*app.app.config).clone() };
        let service = app::service(config, db.clone(), (*app.app.keys).clone(), app.app.clock);
        (router(service), db)
    };
    let (plain, walled) = (instance(false).await, instance(true).await);
    for (who, email) in
        [("a class teacher", &world.schools[0].classes[0].teacher), ("a senior leader", &world.schools[0].head)]
    {
        let caller = app.sign_in(email).await;
        let ways = [
            ("plain", caller.at(plain.0.clone(), plain.1.clone())),
            ("behind row-level security", caller.at(walled.0.clone(), walled.1.clone())),
        ];
        for (what, query) in [("50 pupils with class and judgements", LIST), ("one pupil", NODE)] {
            println!("\n{who}: {what}");
            answers_a_second(Measuring::default(), &ways, query).await;
        }
    }
}
