//! The records on each database.

use crate::{Db, Entry, journal};
use model::{OpContext, Timestamp};
use serde_json::json;

#[tokio::test]
async fn what_a_transaction_journals_is_committed_with_it_or_not_at_all() {
    for records in testkit::record_urls() {
        let db = Db::connect(&records.url).await.unwrap();
        let ctx = OpContext::system("test", Timestamp(1));
        let entry = || Entry {
            stream: "cases",
            object: "case:1".into(),
            action: "case.close",
            before: None,
            after: Some(json!({"b": 1, "a": [1.5, null]})),
            reason: Some("why".into()),
        };
        let mut tx = db.begin(&ctx).await.unwrap();
        tx.journal(entry()).await.unwrap();
        drop(tx);
        assert!(journal::verify(&db).await.unwrap().streams.is_empty());
        let mut tx = db.begin(&ctx).await.unwrap();
        tx.journal(entry()).await.unwrap();
        tx.journal(entry()).await.unwrap();
        tx.set_follower_position(7).await.unwrap();
        assert_eq!(tx.take_numbers("alert", 3).await.unwrap(), 1);
        assert_eq!(tx.take_numbers("alert", 1).await.unwrap(), 4);
        tx.commit().await.unwrap();
        let report = journal::verify(&db).await.unwrap();
        assert!(report.ok() && report.streams[0].entries == 2, "{report:?}");
        assert_eq!(db.follower_position().await.unwrap(), 7);
    }
}
