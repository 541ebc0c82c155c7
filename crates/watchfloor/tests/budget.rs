//! A rule that takes too much time or remembers too much is switched off, with an alert of its own, while everything else
//! goes on.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod floor;

use floor::Floor;
use serde_json::json;

const DEAR: &str = "11111111-2222-4333-8444-555555555555";

#[test]
fn a_rule_that_takes_too_much_time_is_switched_off_loudly() {
    // Which of the last sixty letters were an `a` decides: too many states to keep, so each letter is followed in all of them.
    let dear = format!("title: A dear expression\nid: {DEAR}\nlevel: low\nlogsource: {{product: app}}\ndetection:\n    s:\n        text|re: 'a[ab]{{60}}[^ab]'\n    condition: s\n");
    let cheap = "title: A word\nid: 22222222-2222-4333-8444-555555555555\nlevel: high\nlogsource: {product: app}\ndetection:\n    s: {text|contains: needle}\n    condition: s\n";
    let settings = vec![("WATCHFLOOR_RULES__TIME_PERCENT", "1".to_owned())];
    let floor = Floor::start_with(&[("dear.yml", &dear), ("cheap.yml", cheap)], None, settings);
    let (ingest, engineer, analyst) = (floor.token("ingest"), floor.token("engineer"), floor.token("analyst"));
    let state = || floor.get(&engineer, &format!("/api/v1/rules/{DEAR}"));
    assert_eq!(state()["rule"]["state"], "enabled", "{}", state());
    let mut random = 7u32;
    let mut letter = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if random >> 31 == 0 { 'a' } else { 'b' }
    };
    let text: String = (0..120_000).map(|_| letter()).collect();
    let batch: String = (0..20).map(|n| json!({"event": {"module": "app"}, "n": n, "text": text}).to_string() + "\n").collect();
    floor.wait_for(|| {
        let answer = floor.post_text(&ingest, "/api/v1/ingest?source=app", &batch, &[]);
        assert_eq!(answer["stored"], 20, "{answer}");
        (state()["rule"]["state"] == "disabled").then_some(())
    });
    let reason = state()["rule"]["reason"].as_str().unwrap().to_owned();
    assert!(reason.starts_with("Its condition took ") && reason.contains("the budget is 1 %"), "{reason}");
    let alerts = || floor.get(&analyst, "/api/v1/alerts?source=system")["items"].as_array().unwrap().clone();
    let alert = floor.wait_for(|| alerts().first().cloned());
    assert_eq!(alert["title"], "A rule was switched off, it took too much time: A dear expression");
    assert_eq!((&alert["severity"], &alert["count"], alerts().len()), (&json!("high"), &json!(1), 1));
    // What is shown of it needs no event and no rule.
    let id = alert["id"].as_str().unwrap();
    assert_eq!(floor.get(&analyst, &format!("/api/v1/alerts/{id}/events"))["items"], json!([]));
    let why = floor.get(&analyst, &format!("/api/v1/alerts/{id}/explain"));
    assert_eq!((&why["explanation"], &why["event"], &why["stale"]), (&json!(null), &json!(null), &json!(false)));
    assert_eq!(alert["tags"], json!([format!("rule:{DEAR}")]), "which rule it is about");
    // The other rule goes on.
    let needle = json!({"event": {"module": "app"}, "host": {"name": "ws-7"}, "text": "a needle"}).to_string();
    floor.post_text(&ingest, "/api/v1/ingest?source=app", &needle, &[]);
    floor.wait_for(|| {
        let all = floor.get(&analyst, "/api/v1/alerts")["items"].as_array().unwrap().clone();
        all.into_iter().find(|alert| alert["title"] == "A word")
    });
}

const CROWDING: &str = "31111111-2222-4333-8444-555555555555";

/// A sender who has another name each time, as whoever tries names does.
const COUNTED: &str = "title: Tried
name: tried
level: low
logsource: {product: app}
detection: {s: {did: try}, condition: s}
---
title: Tried again and again
id: 31111111-2222-4333-8444-555555555555
level: medium
correlation: {type: event_count, rules: [tried], group-by: [user.name], timespan: 1d, condition: {gte: 100}}
---
title: Left
name: left
level: low
logsource: {product: app}
detection: {s: {did: leave}, condition: s}
---
title: Left three times
id: 41111111-2222-4333-8444-555555555555
level: high
correlation: {type: event_count, rules: [left], group-by: [user.name], timespan: 1d, condition: {gte: 3}}
";

#[test]
fn a_correlation_that_remembers_too_much_is_switched_off_loudly() {
    let settings = vec![("WATCHFLOOR_CORRELATIONS__STATE_MIB", "1".to_owned())];
    let floor = Floor::start_with(&[("counted.yml", COUNTED)], None, settings);
    let (ingest, engineer, analyst) = (floor.token("ingest"), floor.token("engineer"), floor.token("analyst"));
    let state = |rule: &str| floor.get(&engineer, &format!("/api/v1/rules/{rule}"));
    let send = |did: &str, names: &[String]| {
        let event = |name: &String| json!({"event": {"module": "app"}, "did": did, "user": {"name": name}}).to_string() + "\n";
        let answer = floor.post_text(&ingest, "/api/v1/ingest?source=app", &names.iter().map(event).collect::<String>(), &[]);
        assert_eq!(answer["stored"], names.len(), "{answer}");
    };
    let mara = ["mara".to_owned()];
    send("leave", &mara);
    let mut next = 0..;
    // Room for a few thousand names; half of it may be one correlation's.
    floor.wait_for(|| {
        send("try", &next.by_ref().take(2_000).map(|at| format!("user-{at}")).collect::<Vec<_>>());
        (state(CROWDING)["rule"]["state"] == "disabled").then_some(())
    });
    let reason = state(CROWDING)["rule"]["reason"].as_str().unwrap().to_owned();
    assert!(reason.starts_with("It held ") && reason.contains("% of the 1 MiB") && reason.contains("the budget is 50 %"), "{reason}");
    let alerts = |query: &str| floor.get(&analyst, &format!("/api/v1/alerts?{query}"))["items"].as_array().unwrap().clone();
    let told = floor.wait_for(|| Some(alerts("source=system")).filter(|alerts| !alerts.is_empty()));
    assert_eq!((told.len(), &told[0]["severity"]), (1, &json!("high")));
    assert_eq!(told[0]["title"], "A rule was switched off, it remembered too much: Tried again and again");
    // The other goes on with what it knew before.
    assert_eq!(state("41111111-2222-4333-8444-555555555555")["rule"]["state"], "enabled");
    send("leave", &mara);
    send("leave", &mara);
    let found = floor.wait_for(|| alerts("severity=high").into_iter().find(|alert| alert["title"] == "Left three times"));
    assert_eq!(found["count"], 3, "{found}");
    // What the other remembered is forgotten with it.
    floor.wait_for(|| (floor.metrics()["watchfloor_correlations_state_groups"] == 0).then_some(()));
}
