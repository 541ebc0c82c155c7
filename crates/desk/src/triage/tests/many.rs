//! Changes of several alerts at once.

use model::{AlertId, Severity};
use serde_json::{Value, json};
use std::time::Duration;

use super::{Floor, detection, rule};

async fn three(floor: &Floor) -> (AlertId, Vec<AlertId>) {
    let (main, _) = floor.run_commands(&["whoami", "whoami /all"]).await;
    let now = floor.desk.now();
    let found = vec![
        detection(&rule("r1", Severity::Low), "h1", 101, now.minus(Duration::from_secs(60))),
        detection(&rule("r2", Severity::Low), "h2", 102, now),
    ];
    (main, floor.absorb(found, 102).await.created)
}

fn actions(history: &Value) -> Vec<&str> {
    history["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn alerts_that_are_one_become_one_for_good() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let (main, others) = three(&floor).await;
        let path = format!("/api/v1/alerts/{main}");
        let merge = format!("{path}/merge");
        let wanted = json!({ "alerts": others, "comment": "one visit" });
        assert_eq!(
            floor.send("POST", &merge, Some(wanted.clone()), Some("\"7\"")).await.fault(),
            (412, "record.stale")
        );
        for (bad, code) in [
            (json!({ "alerts": [] }), "alert.merge"),
            (json!({ "alerts": [main] }), "alert.merge"),
            (json!({ "alerts": [others[0], uuid::Uuid::nil()] }), "alert.unknown"),
        ] {
            assert_eq!(floor.post(&merge, bad).await.fault(), (422, code));
        }
        let untouched = floor.get(&format!("/api/v1/alerts/{}", others[0])).await.ok();
        assert_eq!((&untouched["status"], &untouched["version"]), (&json!("new"), &json!(1)), "{}", records.name);

        let merged = floor.send("POST", &merge, Some(wanted.clone()), Some("\"1\"")).await.ok();
        assert_eq!((&merged["count"], &merged["version"], &merged["status"]), (&json!(4), &json!(2), &json!("new")));
        assert_eq!(merged["first_seen"], "2026-03-12T07:59:00Z");
        for other in &others {
            let path = format!("/api/v1/alerts/{other}");
            let gone = floor.get(&path).await.ok();
            assert_eq!(
                (&gone["status"], &gone["disposition"], &gone["merged_into"]),
                (&json!("closed"), &json!("duplicate"), &json!(main))
            );
            assert_eq!(
                floor.post(&format!("{path}/reopen"), json!({ "comment": "no" })).await.fault(),
                (409, "alert.merged")
            );
            let history = floor.get(&format!("{path}/history")).await.ok();
            assert_eq!(actions(&history), ["alert.merge", "alert.create"]);
            assert_eq!(history["items"][0]["reason"], "one visit");
        }
        let history = floor.get(&format!("{path}/history")).await.ok();
        assert_eq!(actions(&history), ["alert.take_in", "alert.create"]);
        assert_eq!(
            (&history["items"][0]["before"]["count"], &history["items"][0]["after"]["count"]),
            (&json!(2), &json!(4))
        );
        assert_eq!(floor.get("/api/v1/alerts").await.ok()["total"], 1);
        assert_eq!(
            floor.get("/api/v1/alerts?q=h2").await.ok()["items"][0]["id"],
            json!(main),
            "found by the other's host"
        );
        let why = floor.get(&format!("{path}/explain")).await.ok();
        assert_eq!(why["explanation"]["holds"], true, "its own rule is held against its own events: {why}");
        assert_eq!(floor.post(&merge, wanted).await.fault(), (409, "alert.state"));
        assert!(db::journal::verify(&floor.desk.db).await.unwrap().ok());
    }
}

async fn finished(floor: &Floor, place: &str) -> Value {
    for _ in 0..2_000 {
        let job = floor.get(place).await.ok();
        if job["state"] != "running" {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the job does not end")
}

#[tokio::test]
async fn a_refused_alert_does_not_hold_the_others_back() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let ids = floor.raise(&[Severity::Medium; 60]).await;
        let closing = json!({ "disposition": "test", "reason": "authorised_test" });
        floor.post(&format!("/api/v1/alerts/{}/close", ids[7]), closing).await.ok();
        let absent = uuid::Uuid::nil().to_string();
        let mut all: Vec<String> = ids.iter().map(AlertId::to_string).collect();
        all.extend([absent.clone(), ids[0].to_string()]);

        let wanted = json!({ "alerts": all, "action": "close", "disposition": "false_positive_logic", "reason": "rule_too_broad" });
        let answer = floor.post("/api/v1/alerts/bulk", wanted).await;
        assert_eq!((answer.status.as_u16(), &answer.body["total"]), (202, &json!(61)), "{}", answer.body);
        let place = answer.headers["location"].to_str().unwrap().to_owned();
        let job = finished(&floor, &place).await;
        assert_eq!((&job["state"], &job["done"], &job["kind"]), (&json!("done"), &json!(61), &json!("alerts.close")));
        let failures: Vec<(&str, &str)> = job["failures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| (f["item"].as_str().unwrap(), f["code"].as_str().unwrap()))
            .collect();
        assert_eq!(failures, [(&*ids[7].to_string(), "alert.state"), (&*absent, "not_found")], "{}", records.name);
        assert_eq!(floor.get("/api/v1/alerts").await.ok()["total"], 0);
        let journal =
            db::journal::list(&floor.desk.db, &db::journal::JournalFilter { limit: 1000, ..Default::default() })
                .await
                .unwrap();
        assert_eq!(journal.items.iter().filter(|entry| entry.action == "alert.close").count(), 60);

        for (bad, code) in [
            (json!({ "alerts": [], "action": "triage" }), "alert.bulk"),
            (json!({ "alerts": vec![uuid::Uuid::nil(); 1], "action": "close" }), "alert.disposition_missing"),
            (json!({ "alerts": [absent], "action": "assign" }), "request.body"),
            (json!({ "alerts": [absent], "action": "triage", "reason": "duplicate" }), "request.body"),
            (json!({ "alerts": [absent], "action": "explode" }), "request.body"),
        ] {
            assert_eq!(floor.post("/api/v1/alerts/bulk", bad.clone()).await.fault(), (422, code), "{bad}");
        }
        assert_eq!(floor.get("/api/v1/jobs/x").await.fault(), (404, "not_found"));
        let mine = floor
            .post("/api/v1/alerts/bulk", json!({ "alerts": [ids[1]], "action": "reopen", "comment": "seen again" }))
            .await;
        assert_eq!(finished(&floor, mine.headers["location"].to_str().unwrap()).await["failures"], json!([]));
        assert_eq!(floor.get("/api/v1/alerts").await.ok()["total"], 1);
    }
}
