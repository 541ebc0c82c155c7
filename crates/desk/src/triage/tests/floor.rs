//! A floor in a temporary folder: records, lake, rules, a clock that stands still, and the routes of three rooms.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use lake::{Appended, Batch, Lake, LakeOptions};
use model::{
    Actor, ActorKind, AlertId, EventId, ManualClock, OpContext, RequestId, RuleRef, Severity, Timestamp, UserId,
};
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt;

use crate::access::{Principal, Role};
use crate::admin::{NewUser, create_user};
use crate::triage::{Absorbed, Detected, absorb, detected};
use crate::{Desk, Live, admin, cases, improve, investigate, triage};

/// A rule that matches `whoami` in a command line.
pub(crate) const RULE: &str = "title: Who is it
id: 11111111-2222-4333-8444-555555555555
level: high
tags: [attack.discovery, attack.t1033]
logsource: { category: process_creation, product: windows }
detection:
    selection:
        process.command_line|contains: whoami
    condition: selection
";

/// A rule by name.
pub(crate) fn rule(id: &str, level: Severity) -> RuleRef {
    RuleRef { id: id.into(), version: "0011223344556677".into(), title: format!("Rule {id}"), level, tags: Vec::new() }
}

pub(crate) struct Floor {
    pub desk: Desk,
    pub clock: Arc<ManualClock>,
    pub analyst: UserId,
    pub colleague: UserId,
    _folder: tempfile::TempDir,
}

pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        self.body
    }
    /// The status and the code of a problem.
    pub fn fault(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["code"].as_str().unwrap_or_default())
    }
    pub fn tag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }
}

impl Floor {
    pub async fn on(url: &str) -> Floor {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::parse("2026-03-12T08:00:00Z").unwrap()));
        let (rules, report) =
            detect::RuleSet::compile(vec![detect::RuleFile { name: "who.yml".into(), text: RULE.into() }]);
        assert_eq!(report.loaded, 1, "{report:?}");
        let desk = Desk {
            db: db::Db::connect(url).await.unwrap(),
            lake: Lake::open(LakeOptions::new(folder.path().join("lake")), clock.clone()).unwrap(),
            rules: Arc::new(arc_swap::ArcSwap::from_pointee(rules)),
            rulebook: Default::default(),
            live: Live::default(),
            gate: admin::Gate::default(),
            clock: clock.clone(),
        };
        let system = OpContext::system("test", desk.now());
        let mut people = Vec::new();
        for name in ["ada", "bob"] {
            let password = "correct horse battery".to_owned();
            let new = NewUser { name: name.into(), full_name: None, role: Role::Analyst, password };
            people.push(create_user(&desk.db, &system, new).await.unwrap().id);
        }
        Floor { desk, clock, analyst: people[0], colleague: people[1], _folder: folder }
    }

    pub fn who(&self) -> Principal {
        let actor = Actor { kind: ActorKind::User, user: Some(self.analyst), name: "ada".into() };
        Principal { actor, role: Role::Analyst, address: None, request: RequestId(uuid::Uuid::from_u128(1)) }
    }

    /// The analyst's request; `seen` is the tag of `If-Match`.
    pub async fn send(&self, method: &str, path: &str, body: Option<Value>, seen: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).extension(self.who());
        if let Some(seen) = seen {
            request = request.header("if-match", seen);
        }
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.ask(request.unwrap()).await
    }

    /// The analyst's request with any bytes.
    pub async fn send_bytes(&self, path: &str, body: Vec<u8>) -> Answer {
        self.ask(Request::builder().method("POST").uri(path).extension(self.who()).body(Body::from(body)).unwrap()).await
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let routes = triage::routes().merge(cases::routes()).merge(investigate::routes()).merge(crate::jobs::routes());
        let routes = routes.merge(improve::routes()).merge(improve::import_routes());
        let (router, _) = routes.split_for_parts();
        let response = router.with_state(self.desk.clone()).oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 26).await.unwrap();
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, None).await
    }
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body), None).await
    }
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(body), None).await
    }

    pub async fn absorb(&self, detections: Vec<Detected>, position: u64) -> Absorbed {
        let ctx = OpContext::system("alert writer", self.desk.now());
        absorb(&self.desk.db, &ctx, detections, position).await.unwrap()
    }

    /// An alert for each, by rules of these levels on hosts of their own.
    pub async fn raise(&self, levels: &[Severity]) -> Vec<AlertId> {
        let found = levels.iter().zip(1..).map(|(level, seq)| {
            super::detection(&rule(&format!("r{seq}"), *level), &format!("host{seq}"), seq, self.desk.now())
        });
        self.absorb(found.collect(), levels.len() as u64).await.created
    }

    /// Events of the command lines, stored in the lake and raised as one alert by [`RULE`].
    pub async fn run_commands(&self, commands: &[&str]) -> (AlertId, Vec<EventId>) {
        let now = self.desk.now();
        let mut events = Vec::new();
        for command in commands {
            let raw = serde_json::json!({
                "@timestamp": now, "host": { "name": "ws1" }, "user": { "name": "eve" },
                "sigma": { "category": "process_creation", "product": "windows" },
                "process": { "command_line": command },
            });
            let mut event = model::Event::default();
            let raw = raw.to_string();
            let input = parse::Input { raw: raw.as_bytes(), received: now, format: parse::Format::Json, peer: None };
            parse::parse_into(&input, &mut event);
            events.push(event);
        }
        let batch = Batch {
            source: "test".into(),
            id: None,
            received: now,
            format: parse::Format::Json,
            peer: None,
            events: events.clone(),
            item_ids: Vec::new(),
            rules: Vec::new(),
            matches: Vec::new(),
            rule_set: String::new(),
            quarantined: Vec::new(),
            rejected: 0,
        };
        let Some(Appended::Stored { first_seq, .. }) = self.desk.lake.append(vec![batch]).unwrap().pop() else {
            panic!("the events were not stored")
        };
        let rules = self.desk.rules.load_full();
        let mut found = Vec::new();
        for (event, seq) in events.iter_mut().zip(first_seq..) {
            event.seq = seq;
            found.push(detected(&rules.rules()[0].reference, event, 1));
        }
        let ids = found.iter().map(|found| found.event).collect();
        let last = first_seq + commands.len() as u64 - 1;
        (self.absorb(found, last).await.created[0], ids)
    }
}
