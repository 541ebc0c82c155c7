//! The queue: order, pages, filters, facets, bars.

use model::Severity;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

use super::{Floor, detection, rule};

/// Forty alerts of all severities, a minute apart.
async fn filled(url: &str) -> Floor {
    let floor = Floor::on(url).await;
    let start = floor.desk.now();
    let found = (1..=40u64).map(|seq| {
        let level = Severity::ALL[(seq % 5) as usize];
        let at = start.plus(Duration::from_secs(60 * (seq % 7)));
        detection(&rule(&format!("r{}", seq % 5), level), &format!("host{seq}"), seq, at)
    });
    floor.absorb(found.collect(), 40).await;
    floor
}

fn items(page: &Value) -> &[Value] {
    page["items"].as_array().unwrap()
}

#[tokio::test]
async fn every_order_shows_every_alert_once_in_order() {
    for records in testkit::record_urls() {
        let floor = filled(&records.url).await;
        for (sort, key) in [("severity", "severity"), ("risk", "risk"), ("last_seen", "last_seen"), ("due", "due_at")] {
            let (mut numbers, mut keys, mut cursor) = (BTreeSet::new(), Vec::new(), String::new());
            loop {
                let page = floor.get(&format!("/api/v1/alerts?sort={sort}&limit=7&cursor={cursor}")).await.ok();
                assert_eq!(page["total"], 40);
                for alert in items(&page) {
                    assert!(numbers.insert(alert["number"].as_i64().unwrap()), "{sort} shows one twice");
                    keys.push(match key {
                        "severity" => json!(Severity::parse(alert[key].as_str().unwrap()).unwrap().rank()),
                        key => alert[key].clone(),
                    });
                }
                match page["next"].as_str() {
                    Some(next) => cursor = next.to_owned(),
                    None => break,
                }
            }
            assert_eq!(numbers.len(), 40, "{} {sort}", records.name);
            let falls = |pair: &[Value]| match (&pair[0], &pair[1]) {
                (Value::Number(a), Value::Number(b)) => a.as_u64() >= b.as_u64(),
                (Value::String(a), Value::String(b)) if sort == "due" => a <= b,
                (a, b) => a.as_str() >= b.as_str(),
            };
            assert!(keys.windows(2).all(falls), "{} {sort}: {keys:?}", records.name);
        }
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_with_a_code() {
    for records in testkit::record_urls() {
        let floor = filled(&records.url).await;
        let next = floor.get("/api/v1/alerts?limit=1&sort=risk").await.ok()["next"].as_str().unwrap().to_owned();
        let refused = [
            ("limit=-1", "list.limit"),
            ("limit=1000000", "list.limit"),
            ("limit=x", "list.limit"),
            ("cursor=AAAA", "list.cursor"),
            (&format!("cursor={next}&sort=severity"), "list.cursor"),
            ("sort=colour", "request.filter"),
            ("status=asleep", "request.filter"),
            ("severity=severe", "request.filter"),
            ("owner=root", "request.filter"),
            ("from=yesterday", "request.time"),
            ("colour=red", "request.query"),
        ];
        for (query, code) in refused {
            assert_eq!(floor.get(&format!("/api/v1/alerts?{query}")).await.fault(), (400, code), "{query}");
        }
    }
}

#[tokio::test]
async fn filters_facets_and_bars_agree() {
    for records in testkit::record_urls() {
        let floor = filled(&records.url).await;
        let first = items(&floor.get("/api/v1/alerts?q=host12&limit=1").await.ok())[0].clone();
        let path = format!("/api/v1/alerts/{}", first["id"].as_str().unwrap());
        floor.post(&format!("{path}/assign"), json!({ "owner": "me" })).await.ok();
        let closed = items(&floor.get("/api/v1/alerts?host=host13").await.ok())[0].clone();
        let closing = json!({ "disposition": "test", "reason": "authorised_test" });
        floor.post(&format!("/api/v1/alerts/{}/close", closed["id"].as_str().unwrap()), closing).await.ok();

        let totals = [
            ("", 39),
            ("status=open", 39),
            ("status=closed", 1),
            ("status=open,closed", 40),
            ("status=new", 38),
            ("status=triaging", 1),
            ("severity=critical,high", 15),
            ("owner=me", 1),
            ("owner=none", 38),
            ("host=host12", 1),
            ("rule=r2", 8),
            ("source=rule", 39),
            ("q=RULE+R2", 8),
            ("q=a-12", 1),
            ("q=nothing", 0),
            ("from=2026-03-12T08:06:00Z", 4),
            ("to=2026-03-12T08:01:00Z", 5),
        ];
        for (query, total) in totals {
            let page = floor.get(&format!("/api/v1/alerts?{query}")).await.ok();
            assert_eq!((&page["total"], items(&page).len()), (&json!(total), total), "{} {query}", records.name);
            let bars = floor.get(&format!("/api/v1/alerts/histogram?{query}&buckets=7")).await.ok();
            let words = ["critical", "high", "medium", "low", "info"];
            let buckets = bars["buckets"].as_array().unwrap();
            let sum: i64 = buckets.iter().flat_map(|bar| words.map(|word| bar[word].as_i64().unwrap())).sum();
            assert_eq!(sum, total as i64, "{} bars of {query}: {bars}", records.name);
        }
        let facets = floor.get("/api/v1/alerts/facets?severity=high&status=open").await.ok();
        let shown: Vec<&str> =
            facets["severity"].as_array().unwrap().iter().map(|f| f["value"].as_str().unwrap()).collect();
        assert_eq!(shown, ["critical", "high", "medium", "low", "info"], "what else could be chosen, worst first");
        assert_eq!(facets["host"].as_array().unwrap().len(), 8 - usize::from(closed["severity"] == "high"));
        let mine = facets["owner"].as_array().unwrap();
        assert!(mine.iter().all(|facet| facet["value"].is_null() || facet["label"] == "ada"), "{mine:?}");
        assert_eq!(facets["rule"][0]["label"], "Rule r3");
    }
}

/// Not part of every run: prints what a full queue costs.
#[tokio::test]
#[ignore = "a measurement; run it by name"]
async fn a_hundred_thousand_open_alerts() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let rules: Vec<_> = (0..200).map(|n| rule(&format!("r{n}"), Severity::ALL[n % 5])).collect();
        for batch in 0..10u64 {
            let at = floor.desk.now().plus(Duration::from_secs(batch * 600));
            let seqs = batch * 10_000 + 1..(batch + 1) * 10_000 + 1;
            let found = seqs.map(|seq| detection(&rules[(seq % 200) as usize], &format!("host{}", seq / 200), seq, at));
            let begun = std::time::Instant::now();
            floor.absorb(found.collect(), (batch + 1) * 10_000).await;
            eprintln!("{}: 10,000 more alerts in {:?}", records.name, begun.elapsed());
        }
        for path in [
            "alerts",
            "alerts?sort=risk",
            "alerts?sort=last_seen",
            "alerts?sort=due",
            "alerts?severity=critical&owner=none",
            "alerts?host=host77",
            "alerts?q=host77",
            "alerts/facets",
            "alerts/facets?severity=high&q=host77",
            "alerts/histogram",
        ] {
            let begun = std::time::Instant::now();
            for _ in 0..5 {
                floor.get(&format!("/api/v1/{path}")).await.ok();
            }
            eprintln!("{}: {path} {:?}", records.name, begun.elapsed() / 5);
        }
    }
}
