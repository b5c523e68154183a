//! The harness of the integration tests: a database for each test, the service on it, people who
//! sign in and ask over HTTP.
//!
//! A test is written once and runs on SQLite and on PostgreSQL:
//!
//! ```ignore
//! db_test! {
//!     async fn a_class_teacher_sees_the_pupils_of_their_class_alone(app) {
//!         let world = World::build(&app, Size::default()).await;
//!         let teacher = app.sign_in(&world.schools[0].classes[0].teacher).await;
//!         let answer = teacher.ask("{ pupils { totalCount } }").await;
//!         assert_eq!(answer["data"]["pupils"]["totalCount"], 8);
//!     }
//! }
//! ```
#![expect(clippy::missing_panics_doc, reason = "a test fails by panicking")]

pub mod access_table;
mod app;
mod attempt;
mod auditing;
mod binary;
pub mod bombs;
mod browser;
mod caller;
mod database;
mod fault;
mod faulty_disk;
mod listening;
mod moderating;
pub mod npm;
mod office;
pub mod postgres;
mod prepared;
pub mod python;
mod remote;
mod roles;
mod rows;
pub mod sdl;
pub mod side_by_side;
mod socket;
mod stage;
mod wire;
mod world;
pub mod written;

pub use app::{SetUp, TestApp, find_staff_by_email};
pub use attempt::Attempt;
pub use auditing::{Recorded, ids_in};
pub use binary::{Console, Said};
pub use browser::{Seen, Visit};
pub use caller::{Answer, Caller, without_cost};
pub use database::{TestDatabase, commit};
pub use fault::Fault;
pub use faulty_disk::FaultyDisk;
pub use listening::{Instance, Listening};
pub use moderating::{global_id, judge_all};
pub use office::Office;
pub use prepared::Prepared;
pub use remote::{Remote, STOPPING, get, post, tell_to_stop};
pub use roles::{ALL_SCOPES, Seat, Side};
pub use rows::{Truth, global_id_of};
pub use socket::{Heard, Socket};
pub use stage::Stage;
pub use wire::Wire;
pub use world::{ClassWorld, SchoolWorld, Size, World};
pub use written::{Written, asker};

/// Declares a test that runs on each database. The body gets a [`TestApp`] with an empty, migrated database.
#[macro_export]
macro_rules! db_test {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn body($app: $crate::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                body($crate::TestApp::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(app) = $crate::TestApp::on_postgres().await {
                    body(app).await;
                }
            }
        }
    )+};
}
