//! The journal of SQLite, after much was written at once.

use plumbline::comparison::cells;
use plumbline::db::Db;

#[tokio::test]
async fn a_journal_that_grew_is_cut_back_when_it_is_begun_anew() {
    let folder = std::env::temp_dir().join(format!("plumbline-journal-{}", uuid::Uuid::now_v7().simple()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("plumbline.sqlite");
    let db = Db::connect(&format!("sqlite:{}", file.display()), 4, cells::settle).await.unwrap();
    let write = async |sql: &str| {
        let tx = db.begin().await.unwrap();
        tx.run(sql, []).await.unwrap();
        tx.commit().await.unwrap();
    };
    let journal = || std::fs::metadata(folder.join("plumbline.sqlite-wal")).unwrap().len();
    write("CREATE TABLE many (bytes BLOB)").await;
    write(
        "INSERT INTO many WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
         SELECT randomblob(1000000) FROM n",
    )
    .await;
    assert!(journal() > 32 << 20, "{} bytes", journal());
    for _ in 0..2 {
        write("INSERT INTO many VALUES (randomblob(100))").await;
    }
    assert!(journal() <= 16 << 20, "{} bytes", journal());
    db.close().await;
    std::fs::remove_dir_all(&folder).unwrap();
}
