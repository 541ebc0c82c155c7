//! The room's routes over a lake.

use serde_json::json;

use crate::triage::tests::Floor;

async fn floor() -> (Floor, Vec<model::EventId>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let floor = Floor::on(&format!("sqlite://{}", folder.path().join("records.db").display())).await;
    let (_, events) = floor.run_commands(&["whoami", "ipconfig", "whoami /all"]).await;
    (floor, events, folder)
}

#[tokio::test]
async fn events_are_found_shown_and_counted() {
    let (floor, events, _folder) = floor().await;
    let found = floor.get("/api/v1/search?q=process.command_line:*whoami*&columns=process.command_line").await.ok();
    assert_eq!(found["columns"][0]["name"], "_id");
    let mut rows: Vec<&str> = found["rows"].as_array().unwrap().iter().map(|row| row[1].as_str().unwrap()).collect();
    rows.sort_unstable();
    assert_eq!(rows, ["whoami", "whoami /all"]);
    let bars = floor.get("/api/v1/search/histogram?buckets=3").await.ok();
    let counted: u64 = bars["buckets"].as_array().unwrap().iter().map(|bar| bar["count"].as_u64().unwrap()).sum();
    assert_eq!(counted, 3);

    let event = floor.get(&format!("/api/v1/events/{}", events[1])).await.ok();
    assert_eq!(event["fields"]["process.command_line"], json!(["ipconfig"]));
    assert_eq!((&event["source"], &event["raw_lossy"]), (&json!("test"), &json!(false)));
    assert_eq!(event["log_source"]["categories"], json!(["process_creation"]));
    for absent in ["1-999", "7-1", "x", "1-"] {
        assert_eq!(floor.get(&format!("/api/v1/events/{absent}")).await.fault(), (404, "not_found"));
    }
}

#[tokio::test]
async fn sql_reads_events_and_nothing_else() {
    let (floor, _, _folder) = floor().await;
    let counted = floor.get("/api/v1/search?lang=sql&q=SELECT+count(*)+AS+n+FROM+events").await.ok();
    assert_eq!(counted["rows"], json!([[3]]));
    for bad in ["DROP+TABLE+events", "SELECT+*+FROM+users", "SELEKT", "SELECT+1;SELECT+2"] {
        assert_eq!(floor.get(&format!("/api/v1/search?lang=sql&q={bad}")).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_with_a_code() {
    let (floor, _, _folder) = floor().await;
    for (query, code) in [
        ("lang=klingon", "query.language"),
        ("limit=0", "list.limit"),
        ("limit=-5", "list.limit"),
        ("from=yesterday", "request.time"),
        ("lang=sql&q=SELECT+1&from=2026-01-01T00:00:00Z", "query.range"),
        ("colour=red", "request.query"),
        (&format!("q={}", "x".repeat(17_000)), "query.too_long"),
        (&format!("columns={}", "a,".repeat(100)), "query.columns"),
    ] {
        let answer = floor.get(&format!("/api/v1/search?{query}")).await;
        assert_eq!(answer.fault(), (400, code), "{}", query.chars().take(40).collect::<String>());
    }
    let wrong = floor.get("/api/v1/search?q=(((").await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.body["detail"].as_str().is_some_and(|detail| detail.contains("at ")), "{}", wrong.body);
}

#[tokio::test]
async fn the_catalogue_is_listed_by_name() {
    let (floor, _, _folder) = floor().await;
    let fields = floor.get("/api/v1/search/fields").await.ok();
    let names: Vec<&str> =
        fields["items"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert!(names.is_sorted() && names.contains(&"source.ip"));
}
