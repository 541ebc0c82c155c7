//! Correlations among the rules: what is shown of one, what stops it, and what is counted.

use super::*;
use crate::triage::{correlated, counted};

const MANY: &str = "title: Many of them
id: many
correlation:
    type: event_count
    rules: [00000001-2222-4333-8444-555555555555, 00000002-2222-4333-8444-555555555555]
    group-by: [host.name]
    timespan: 5m
    condition: { gte: 3 }
level: critical
";

#[tokio::test]
async fn a_correlation_is_shown_with_what_it_asks_and_what_stops_it() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let over = "title: More of that\nid: over\ncorrelation: { type: event_count, rules: [many], group-by: [host.name], timespan: 1h, condition: { gte: 2 } }\n";
        let netstat = rule(2, "Other", "netstat", "").replace("process_creation", "dns_query");
        let base = [("a.yml", rule(1, "One", "whoami", "")), ("b.yml", netstat), ("c.yml", MANY.to_owned()), ("d.yml", over.to_owned())];
        let base: Vec<(&str, &str)> = base.iter().map(|(name, text)| (*name, text.as_str())).collect();
        start(&floor.desk, opening(&base)).await.unwrap();
        let shown = async |id: &str| floor.get(&format!("/api/v1/rules/{id}")).await.ok();
        let many = shown("many").await;
        assert_eq!(many["correlation"]["rules"][1], json!({ "id": id(2), "title": "Other", "level": "high", "state": "enabled" }), "{}", records.name);
        assert_eq!((&many["correlation"]["kind"], &many["correlation"]["timespan"], &many["correlation"]["group_by"]), (&json!("event_count"), &json!(300), &json!(["host.name"])));
        assert_eq!((&many["rule"]["log_source"], &many["rule"]["stopped"], &many["rule"]["silent"]), (&json!("windows"), &Value::Null, &json!(true)));
        assert_eq!((&many["named_by"][0]["id"], many["named_by"].as_array().unwrap().len()), (&json!("over"), 1));
        assert_eq!(shown("over").await["rule"]["log_source"], "windows", "by way of the other");
        let one = shown(&id(1)).await;
        assert_eq!((&one["rule"]["silent"], &one["rule"]["correlation"], &one["named_by"][0]["title"]), (&json!(true), &Value::Null, &json!("Many of them")));
        assert!(!one["findings"].to_string().contains("lint.ads_missing"), "the correlation has the strategy");
        let found = floor.get("/api/v1/rules?q=event_count").await.ok();
        assert_eq!((&found["total"], &found["items"][0]["correlation"]), (&json!(2), &json!("event_count")));

        disable(&floor.desk, &system(&floor.desk), &id(2), "loud".into()).await.unwrap();
        let many = shown("many").await;
        assert_eq!((&many["rule"]["state"], &many["rule"]["stopped"]["code"]), (&json!("enabled"), &json!("rule.correlation_reference_disabled")));
        assert!(many["rule"]["stopped"]["message"].as_str().unwrap().ends_with("which is switched off"), "{many}");
        assert_eq!(shown("over").await["rule"]["stopped"]["code"], "rule.correlation_reference_disabled");
        assert_eq!(shown(&id(2)).await["rule"]["stopped"], Value::Null, "off, and not stopped");
        assert_eq!(shown(&id(1)).await["rule"]["silent"], true, "who switches one rule off does not let another loose");
        assert_eq!(floor.get("/api/v1/rules/refused").await.ok()["total"], 2);
        enable(&floor.desk, &system(&floor.desk), &id(2), "quiet".into()).await.unwrap();
        assert_eq!(shown("many").await["rule"]["stopped"], Value::Null);
    }
}

#[tokio::test]
async fn a_correlation_counts_its_hits_and_what_feeds_it_its_matches() {
    let records = testkit::sqlite();
    let floor = Floor::on(&records.url).await;
    start(&floor.desk, opening(&[("a.yml", &rule(1, "One", "whoami", "")), ("b.yml", &rule(2, "Two", "netstat", "")), ("c.yml", MANY)])).await.unwrap();
    let events: Vec<model::Event> = (1..=6u64)
        .map(|seq| {
            let mut event = model::Event::new(b"{}", floor.desk.now());
            event.seq = seq;
            event.push_str(model::field::HOST_NAME, "ws-7");
            event
        })
        .collect();
    let (many, one) = (reference("many", Severity::Critical), reference(&id(1), Severity::High));
    let group = [("host.name".to_owned(), "ws-7".to_owned())];
    let mut found: Vec<_> = events.iter().map(|event| counted(&one, event, 1)).collect();
    found.extend(correlated(&many, &group, &events[..3], 1, 3));
    found.extend(correlated(&many, &group, &events[3..], 1, 6));
    floor.absorb(found, 6).await;
    let fired = async |id: &str| floor.get(&format!("/api/v1/rules/{id}")).await.ok()["rule"]["fired"]["day"].clone();
    assert_eq!((fired("many").await, fired(&id(1)).await), (json!(2), json!(6)));
    let alerts = floor.get("/api/v1/alerts").await.ok();
    assert_eq!((&alerts["total"], &alerts["items"][0]["count"]), (&json!(1), &json!(6)), "what only feeds is no alert");
}
