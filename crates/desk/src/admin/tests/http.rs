//! The routes, through a router.

use super::*;
use crate::access::{Caller, Principal};
use crate::admin::{SourceDelta, log_in, record_sources, routes};
use crate::{Desk, Live};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use model::{ManualClock, RequestId};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;
use uuid::Uuid;

struct Floor {
    desk: Desk,
    admin: Principal,
    _folder: tempfile::TempDir,
    _records: testkit::Records,
}

async fn floor() -> Floor {
    let records = testkit::sqlite();
    let db = Db::connect(&records.url).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOON));
    let lake = lake::Lake::open(lake::LakeOptions::new(folder.path().to_owned()), clock.clone()).unwrap();
    let rules = Arc::new(arc_swap::ArcSwap::from_pointee(detect::RuleSet::empty()));
    let mara = add(&db, "mara", Role::Admin).await;
    let actor = Actor { kind: ActorKind::User, user: Some(mara.id), name: mara.name };
    let admin = Principal { actor, role: mara.role, address: None, request: RequestId(Uuid::nil()) };
    let desk = Desk { db, lake, rules, rulebook: Default::default(), live: Live::default(), gate: Default::default(), clock };
    Floor { desk, admin, _folder: folder, _records: records }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Floor {
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let (router, _): (Router<Desk>, _) = routes().split_for_parts();
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let caller = Caller { address: Some("192.0.2.9".into()), request: RequestId(Uuid::nil()), secure: true };
        let request = request.extension(caller).extension(self.admin.clone());
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = router.with_state(self.desk.clone()).oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, &[], Value::Null).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }
}

#[tokio::test]
async fn a_log_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use() {
    let floor = floor().await;
    let preset = [("cookie", "wf_session=preset")];
    let answer = floor.ask("POST", "/api/v1/session", &preset, json!({"name": "mara", "password": PASSWORD})).await;
    assert_eq!(answer.status, StatusCode::OK);
    let set = answer.headers["set-cookie"].to_str().unwrap();
    for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/", "; Secure", "; Max-Age=86400"] {
        assert!(set.contains(part), "{set}");
    }
    assert_eq!(answer.body["user"]["name"], "mara");
    let pair = set.split(';').next().unwrap();
    assert!(!pair.contains("preset"));
    let cookie = [("cookie", &*format!("theme=dark; {pair}; x"))];
    let session = floor.ask("GET", "/api/v1/session", &cookie, Value::Null).await;
    assert_eq!(session.body, answer.body);
    let out = floor.ask("DELETE", "/api/v1/session", &cookie, Value::Null).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(out.headers["set-cookie"].to_str().unwrap().starts_with("wf_session=; "));
    let session = floor.ask("GET", "/api/v1/session", &cookie, Value::Null).await;
    assert_eq!(session.body["csrf"], Value::Null);
    for body in [json!({"name": "mara"}), json!({"name": "mara", "password": PASSWORD, "role": "admin"}), json!([])] {
        let answer = floor.ask("POST", "/api/v1/session", &[], body).await;
        assert_eq!((answer.status.as_u16() / 100, &answer.body["code"]), (4, &json!("request.body")));
    }
    let answer = floor.ask("POST", "/api/v1/session", &[], json!({"name": "mara", "password": "wrong password"})).await;
    assert_eq!((answer.status, &answer.body["code"]), (StatusCode::UNAUTHORIZED, &json!("auth.credentials_wrong")));
    assert_eq!(answer.headers["content-type"], "application/problem+json");
}

#[tokio::test]
async fn people_and_tokens_are_kept_by_their_routes() {
    let floor = floor().await;
    assert_eq!(floor.get("/api/v1/setup").await, json!({"needed": false}));
    let setup = json!({"token": "x", "name": "mallory", "password": PASSWORD});
    assert_eq!(floor.ask("POST", "/api/v1/setup", &[], setup).await.status, StatusCode::CONFLICT);

    let new = json!({"name": "jonas", "full_name": "Jonas B.", "role": "viewer", "password": PASSWORD});
    let jonas = floor.ask("POST", "/api/v1/users", &[], new).await;
    assert_eq!((jonas.status, &jonas.headers["etag"]), (StatusCode::CREATED, &"\"1\"".parse().unwrap()));
    assert!(jonas.body.get("password").is_none() && jonas.body.get("password_hash").is_none());
    let path = format!("/api/v1/users/{}", jonas.body["id"].as_str().unwrap());
    let change = async |tag: &str, body| floor.ask("PATCH", &path, &[("if-match", tag)], body).await;
    assert_eq!(change("\"1\"", json!({"role": "analyst"})).await.body["version"], 2);
    let stale = change("\"1\"", json!({"role": "admin"})).await;
    assert_eq!((stale.status, &stale.body["code"]), (StatusCode::PRECONDITION_FAILED, &json!("record.stale")));
    assert_eq!(change("*", json!({"id": "x"})).await.body["code"], "request.body");
    assert_eq!(floor.ask("PATCH", "/api/v1/users/1", &[], json!({})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(floor.get("/api/v1/users").await["total"], 2);
    let people = floor.get("/api/v1/people").await;
    let jonas = json!({"id": jonas.body["id"], "name": "jonas", "full_name": "Jonas B.", "role": "analyst"});
    assert_eq!(people["items"][0], jonas);

    let token = json!({"name": "sensor", "role": "ingest", "expires_at": "2026-03-13T00:00:00Z"});
    let made = floor.ask("POST", "/api/v1/tokens", &[], token).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let text = made.body["token"].as_str().unwrap();
    let bearer = crate::admin::authenticate_bearer(&floor.desk, text).await.unwrap().unwrap();
    assert_eq!((bearer.role, bearer.owner), (Role::Ingest, floor.admin.user()));
    let listed = floor.get("/api/v1/tokens").await;
    assert_eq!(listed["items"][0]["owner"]["name"], "mara");
    assert!(listed["items"][0].get("token").is_none());
    let path = format!("/api/v1/tokens/{}", made.body["id"].as_str().unwrap());
    assert_eq!(floor.ask("DELETE", &path, &[], Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(floor.ask("DELETE", &path, &[], Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(crate::admin::authenticate_bearer(&floor.desk, text).await.unwrap(), None);

    let mut weak = floor;
    weak.admin.role = Role::Viewer;
    let token = json!({"name": "strong", "role": "admin"});
    assert_eq!(weak.ask("POST", "/api/v1/tokens", &[], token).await.body["code"], "token.role_exceeds_owner");
}

#[tokio::test]
async fn the_journal_and_the_sources_are_read_by_their_routes() {
    let floor = floor().await;
    let db = &floor.desk.db;
    log_in(db, &floor.desk.gate, &at(NOON), "mara", PASSWORD.into()).await.unwrap();
    let tx = db.begin(&at(NOON)).await.unwrap();
    let delta = SourceDelta { name: "fw".into(), received: 3, stored: 3, last_received: NOON, ..Default::default() };
    record_sources(&tx, &[delta]).await.unwrap();
    tx.commit().await.unwrap();

    let sources = floor.get("/api/v1/sources").await;
    assert_eq!((&sources["items"][0]["state"], &sources["totals"]["stored"]), (&json!("on_time"), &json!(3)));

    let first = floor.get("/api/v1/journal?limit=1").await;
    assert_eq!(first["items"][0]["action"], "session.begin");
    assert_eq!(first["items"][0]["actor"]["kind"], "user");
    let next = first["next"].as_str().unwrap();
    let second = floor.get(&format!("/api/v1/journal?limit=1&cursor={next}")).await;
    assert_eq!((&second["items"][0]["action"], &second["next"]), (&json!("user.create"), &Value::Null));
    let mara = floor.admin.user().unwrap();
    for (query, count) in [
        (format!("object=user:{mara}"), 2),
        (format!("actor={mara}"), 1),
        ("actor=test".to_owned(), 1),
        ("from=2026-03-12T12:00:00Z&to=2026-03-12T12:00:01Z".to_owned(), 2),
        ("to=2026-03-12T12:00:00Z".to_owned(), 0),
    ] {
        let items = floor.get(&format!("/api/v1/journal?{query}")).await["items"].as_array().unwrap().len();
        assert_eq!(items, count, "{query}");
    }
    for query in ["limit=0", "limit=1001", "limit=-1", "from=yesterday", "object=%00", "cursor=1.2"] {
        let answer = floor.ask("GET", &format!("/api/v1/journal?{query}"), &[], Value::Null).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[test]
fn every_route_of_the_room_stands_in_the_matrix() {
    let (_, api) = routes().split_for_parts();
    let mut count = 0;
    for (path, item) in &api.paths.paths {
        let methods = [("GET", &item.get), ("POST", &item.post), ("PATCH", &item.patch), ("DELETE", &item.delete)];
        for (method, _) in methods.into_iter().filter(|(_, operation)| operation.is_some()) {
            assert!(crate::access::permission(method, path).is_some(), "{method} {path}");
            count += 1;
        }
    }
    assert_eq!(count, 16);
}
