//! Files to import: real ones, if they are at hand, and small ones made by hand.

use std::path::{Path, PathBuf};

use plumbline::db::{Filling, Reason};
use plumbline_entity::{appointment, appointment::Role, staff_member};
use plumbline_tests::{Caller, TestApp};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

/// A trust of the real extract, with 20 schools.
pub const TRUST: &str = "GLF Schools";

/// A real file, beside the project. `None`, with a line that says so, if it is not there; with `CI=true` that is a
/// failure.
pub fn reference(name: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference").join(name);
    if file.is_file() {
        return Some(file);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "the reference file {name} is missing");
    eprintln!("LEFT OUT: this test needs the reference file {name}, which is not here");
    None
}

/// The real tables of published results: Surrey, 2016/17 to 2018/19.
pub fn surrey() -> Option<Vec<PathBuf>> {
    let years = ["2016-2017", "2017-2018", "2018-2019"];
    years.into_iter().map(|years| reference(&format!("ks2/ks2final_{years}_936.csv"))).collect()
}

/// The real extract of schools.
pub fn extract() -> Option<PathBuf> {
    reference("gias/edubase_surrey_2022.csv")
}

/// A file made by hand; removed at the end of its test.
pub struct MadeFile(pub PathBuf);

impl MadeFile {
    pub fn new(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let folder = std::env::temp_dir().join(format!("plumbline-test-file-{}", Uuid::now_v7().simple()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(name);
        std::fs::write(&file, bytes).unwrap();
        Self(file)
    }
}

impl Drop for MadeFile {
    fn drop(&mut self) {
        if let Some(folder) = self.0.parent() {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Makes somebody an analyst of the only trust there is, and signs them in.
pub async fn analyst(app: &TestApp) -> Caller {
    let today = TestApp::now().date_naive();
    let trust: Uuid = {
        use sea_orm::{ConnectionTrait, Statement};
        let sql = Statement::from_string(app.raw.get_database_backend(), "SELECT id FROM trust");
        app.raw.query_one_raw(sql).await.unwrap().unwrap().try_get("", "id").unwrap()
    };
    let tx = app.db.begin().await.unwrap();
    let person = Uuid::now_v7();
    let row = staff_member::ActiveModel {
        id: Set(person),
        trust_id: Set(trust),
        email: Set("analyst@trust.example".to_owned()),
        given_name: Set("Trust".to_owned()),
        family_name: Set("Analyst".to_owned()),
        version: Set(1),
    };
    tx.insert(&Filling.permit::<staff_member::Entity>(trust), row).await.unwrap();
    let row = appointment::ActiveModel {
        id: Set(Uuid::now_v7()),
        trust_id: Set(trust),
        staff_member_id: Set(person),
        role: Set(Role::TrustAnalyst),
        school_id: Set(None),
        phase_id: Set(None),
        subject_id: Set(None),
        class_id: Set(None),
        starts_on: Set(today),
        ends_on: Set(None),
        version: Set(1),
    };
    tx.insert(&Filling.permit::<appointment::Entity>(trust), row).await.unwrap();
    plumbline_tests::commit(tx).await;
    app.sign_in_as(person)
}
