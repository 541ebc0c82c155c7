//! The life of an alert over HTTP.

use model::Severity;
use serde_json::{Value, json};

use super::Floor;

#[tokio::test]
async fn an_alert_from_new_to_closed_and_back() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let id = floor.raise(&[Severity::Critical]).await[0];
        let path = format!("/api/v1/alerts/{id}");
        let answer = floor.get(&path).await;
        assert_eq!(answer.tag(), "\"1\"");
        let alert = answer.ok();
        assert_eq!((&alert["status"], &alert["tier"], &alert["owner"]), (&json!("new"), &json!(1), &Value::Null));
        assert_eq!(alert["due_at"], "2026-03-12T08:15:00Z");
        assert_eq!(alert["rule"]["level"], "critical");

        let mine = floor.post(&format!("{path}/assign"), json!({ "owner": "me" })).await.ok();
        assert_eq!(
            (&mine["status"], &mine["owner"]),
            (&json!("triaging"), &json!({ "id": floor.analyst, "name": "ada" }))
        );
        let again = floor.post(&format!("{path}/assign"), json!({ "owner": "me" })).await.ok();
        assert_eq!(again["version"], mine["version"], "nothing new is no new version");

        let low = floor.patch(&path, json!({ "severity": "low" })).await.ok();
        assert_eq!((&low["risk"], &low["due_at"]), (&json!(35), &json!("2026-03-13T08:00:00Z")));
        assert_eq!(low["rule"]["level"], "critical", "the rule keeps its level");

        let up = floor.send("POST", &format!("{path}/escalate"), None, None).await.ok();
        assert_eq!((&up["status"], &up["tier"], &up["owner"]), (&json!("escalated"), &json!(2), &Value::Null));
        let theirs = floor.post(&format!("{path}/assign"), json!({ "owner": floor.colleague })).await.ok();
        assert_eq!((&theirs["status"], &theirs["owner"]["name"]), (&json!("escalated"), &json!("bob")));

        let closing = json!({ "disposition": "true_positive_no_impact", "reason": "other", "comment": "a drill" });
        let closed = floor.post(&format!("{path}/close"), closing.clone()).await.ok();
        assert_eq!(
            (&closed["status"], &closed["reason"], &closed["comment"]),
            (&json!("closed"), &json!("other"), &json!("a drill"))
        );
        assert_eq!(closed["closed_at"], "2026-03-12T08:00:00Z");
        assert_eq!(floor.post(&format!("{path}/close"), closing).await.fault(), (409, "alert.state"));
        assert_eq!(floor.post(&format!("{path}/reopen"), json!({})).await.fault(), (422, "alert.comment_missing"));
        let open = floor.post(&format!("{path}/reopen"), json!({ "comment": "seen again" })).await.ok();
        assert_eq!(
            (&open["status"], &open["disposition"], &open["closed_at"]),
            (&json!("triaging"), &Value::Null, &Value::Null)
        );

        let history = floor.get(&format!("{path}/history")).await.ok();
        let actions: Vec<&str> =
            history["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
        let told = ["reopen", "close", "assign", "escalate", "rate", "assign", "create"].map(|a| format!("alert.{a}"));
        assert_eq!(actions, told, "{}", records.name);
        let close = &history["items"][1];
        assert_eq!((&close["before"]["status"], &close["after"]["status"]), (&json!("escalated"), &json!("closed")));
        assert_eq!((&close["actor"]["name"], &close["reason"]), (&json!("ada"), &json!("a drill")));
        assert!(close["after"].get("severity").is_none(), "only what changed");
    }
}

#[tokio::test]
async fn closing_without_its_reasons_is_refused_and_changes_nothing() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let id = floor.raise(&[Severity::High]).await[0];
        let path = format!("/api/v1/alerts/{id}/close");
        let refused: &[(Value, u16, &str)] = &[
            (json!({}), 422, "alert.disposition_missing"),
            (json!({ "disposition": "test" }), 422, "alert.reason_missing"),
            (json!({ "reason": "duplicate" }), 422, "alert.disposition_missing"),
            (json!({ "disposition": "test", "reason": "other" }), 422, "alert.comment_missing"),
            (json!({ "disposition": "test", "reason": "because" }), 422, "request.body"),
            (json!({ "disposition": "test", "reason": "duplicate", "role": "admin" }), 422, "request.body"),
            (
                json!({ "disposition": "test", "reason": "duplicate", "comment": "x".repeat(5_000) }),
                422,
                "text.too_long",
            ),
        ];
        for (body, status, code) in refused {
            assert_eq!(floor.post(&path, body.clone()).await.fault(), (*status, *code), "{body}");
        }
        let alert = floor.get(&format!("/api/v1/alerts/{id}")).await.ok();
        assert_eq!((&alert["status"], &alert["version"]), (&json!("new"), &json!(1)), "{}", records.name);
        for (body, code) in
            [(json!({ "owner": "nobody" }), 422), (json!({ "owner": uuid::Uuid::nil() }), 422), (json!({}), 422)]
        {
            assert_eq!(floor.post(&format!("/api/v1/alerts/{id}/assign"), body).await.status.as_u16(), code);
        }
        assert_eq!(
            floor.patch(&format!("/api/v1/alerts/{id}"), json!({ "status": "closed" })).await.fault(),
            (422, "alert.status")
        );
        for absent in ["/api/v1/alerts/x", "/api/v1/alerts/00000000-0000-0000-0000-000000000000"] {
            assert_eq!(floor.get(absent).await.fault(), (404, "not_found"));
        }
    }
}

#[tokio::test]
async fn of_two_who_saw_the_same_version_one_is_told() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let id = floor.raise(&[Severity::High]).await[0];
        let path = format!("/api/v1/alerts/{id}/close");
        let seen = Some("\"1\"");
        let closing = |reason: &str| Some(json!({ "disposition": "benign_true_positive", "reason": reason }));
        let (one, other) = tokio::join!(
            floor.send("POST", &path, closing("expected_activity"), seen),
            floor.send("POST", &path, closing("user_error"), seen),
        );
        let mut answers = [one.status.as_u16(), other.status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [200, 412], "{}", records.name);
        let loser = if one.status == 412 { one } else { other };
        assert_eq!(loser.fault(), (412, "record.stale"));
        assert_eq!(
            floor.send("PATCH", &format!("/api/v1/alerts/{id}"), Some(json!({})), Some("\"1\"")).await.status,
            412
        );
    }
}

#[tokio::test]
async fn notes_are_text_and_stay() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let id = floor.raise(&[Severity::High]).await[0];
        let path = format!("/api/v1/alerts/{id}/notes");
        let hostile = "<script>alert(1)</script> \u{202e} =HYPERLINK(";
        let note = floor.post(&path, json!({ "text": hostile })).await;
        assert_eq!(note.status, 201);
        assert_eq!(note.body["author"], json!({ "id": floor.analyst, "name": "ada" }));
        floor.clock.advance(std::time::Duration::from_millis(1));
        floor.post(&path, json!({ "text": "x".repeat(16 * 1024) })).await.ok();
        assert_eq!(
            floor.post(&path, json!({ "text": "x".repeat(16 * 1024 + 1) })).await.fault(),
            (422, "text.too_long")
        );
        assert_eq!(floor.post(&path, json!({ "text": " \n" })).await.fault(), (422, "text.empty"));
        assert_eq!(floor.post(&path, json!({ "text": "a\0b" })).await.fault(), (422, "text.nul"));
        let first = floor.get(&format!("{path}?limit=1")).await.ok();
        assert!(first["items"][0]["text"] == hostile && first["total"] == 2, "{}", records.name);
        let cursor = first["next"].as_str().unwrap();
        let second = floor.get(&format!("{path}?limit=1&cursor={cursor}")).await.ok();
        assert_eq!((second["items"].as_array().unwrap().len(), &second["next"]), (1, &Value::Null));
        assert_eq!(floor.get(&format!("/api/v1/alerts/{id}")).await.ok()["version"], 1);
    }
}

#[tokio::test]
async fn an_alert_explains_itself_by_its_newest_event() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let (id, events) = floor.run_commands(&["whoami", "whoami /all"]).await;
        let shown = floor.get(&format!("/api/v1/alerts/{id}/events")).await.ok();
        let ids: Vec<&str> = shown["items"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [events[1].to_string(), events[0].to_string()]);
        assert_eq!(shown["items"][0]["fields"]["process.command_line"], json!(["whoami /all"]));

        let why = floor.get(&format!("/api/v1/alerts/{id}/explain")).await.ok();
        assert_eq!((&why["stale"], &why["explanation"]["holds"]), (&json!(false), &json!(true)), "{why}");
        let item = &why["explanation"]["selections"][0]["items"][0];
        let raw = why["event"]["raw"].as_str().unwrap();
        let [from, to] = [0, 1].map(|end| item["raw"][end].as_u64().unwrap() as usize);
        assert_eq!(&raw[from..to], "whoami", "the bytes that matched");

        floor.desk.rules.store(std::sync::Arc::new(detect::RuleSet::empty()));
        let why = floor.get(&format!("/api/v1/alerts/{id}/explain")).await.ok();
        assert_eq!((&why["stale"], &why["rule"], &why["explanation"]), (&json!(true), &Value::Null, &Value::Null));
    }
}

/// The matrix, the router and the API's description name the same routes.
#[test]
fn every_route_of_the_three_rooms_is_in_the_matrix_and_the_other_way_round() {
    let routes = crate::triage::routes().merge(crate::cases::routes()).merge(crate::investigate::routes());
    let described = serde_json::to_value(routes.get_openapi()).unwrap();
    let mut served = std::collections::BTreeSet::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            served.insert((method.to_uppercase(), path.clone()));
        }
    }
    let ours = |path: &str| {
        ["alerts", "cases", "search", "events"].iter().any(|room| path.starts_with(&format!("/api/v1/{room}")))
    };
    let listed = crate::access::ROUTES.iter().filter(|(_, path, _)| ours(path));
    let listed: std::collections::BTreeSet<_> =
        listed.map(|(method, path, _)| (method.to_string(), path.to_string())).collect();
    assert_eq!(served, listed);
    for (name, schema) in described["components"]["schemas"].as_object().unwrap() {
        assert!(schema.as_object().is_some_and(|schema| !schema.is_empty()), "{name} says nothing");
    }
}
