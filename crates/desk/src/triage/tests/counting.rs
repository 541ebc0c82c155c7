//! Many detections, few alerts, each event once.

use db::{Sql, values};
use model::{Severity, Timestamp};
use serde_json::json;
use std::time::{Duration, Instant};

use super::{Floor, detection, rule};
use crate::triage::{Absorbed, BUDGET, PERIOD, WINDOW};

/// Twenty rules on five hosts, by turns.
fn noise(floor: &Floor, seqs: std::ops::Range<u64>) -> Vec<crate::triage::Detected> {
    let rules: Vec<_> = (0..20).map(|n| rule(&format!("r{n}"), Severity::Low)).collect();
    let at = floor.desk.now();
    seqs.map(|seq| detection(&rules[(seq % 20) as usize], &format!("host{}", seq / 20 % 5), seq, at)).collect()
}

async fn number(floor: &Floor, text: &str) -> i64 {
    // PostgreSQL sums whole numbers as decimals.
    floor.desk.db.reader().scalar(text, values![]).await.unwrap().unwrap()
}

const COUNTED: &str = "SELECT CAST(SUM(count) AS BIGINT) FROM alerts";

#[tokio::test]
async fn ten_thousand_detections_are_a_hundred_alerts_counted_once() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let begun = Instant::now();
        let first = floor.absorb(noise(&floor, 1..10_001), 10_000).await;
        eprintln!("{}: 10,000 detections into 100 alerts in {:?}", records.name, begun.elapsed());
        assert_eq!((first.created.len(), first.updated.len()), (100, 0));
        assert_eq!(number(&floor, COUNTED).await, 10_000);
        assert_eq!(number(&floor, "SELECT MAX(number) FROM alerts").await, 100, "numbers without gaps");

        let again = floor.absorb(noise(&floor, 1..10_001), 10_000).await;
        assert_eq!(again, Absorbed::default());
        // A follower that starts again in the middle of what is committed.
        let overlap = floor.absorb(noise(&floor, 5_001..15_001), 15_000).await;
        assert_eq!((overlap.created.len(), overlap.updated.len()), (0, 100));
        assert_eq!(number(&floor, COUNTED).await, 15_000);
        assert_eq!(number(&floor, "SELECT COUNT(*) FROM detections").await, 15_000);
        assert_eq!(floor.desk.db.follower_position().await.unwrap(), 15_000);
        assert_eq!(number(&floor, "SELECT COUNT(*) FROM journal WHERE action = 'alert.create'").await, 100);
        assert_eq!(number(&floor, "SELECT MAX(version) FROM alerts").await, 1, "counting is no new version");
    }
}

#[tokio::test]
async fn a_rule_beyond_its_budget_is_one_alert_that_counts() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let (loud, calm) = (rule("loud", Severity::High), rule("calm", Severity::Low));
        let find = |rule, hosts: std::ops::Range<u64>, from: u64| {
            let at = floor.desk.now();
            hosts.zip(from..).map(|(host, seq)| detection(rule, &format!("host{host}"), seq, at)).collect::<Vec<_>>()
        };
        let within = BUDGET as u64 - 10;
        assert_eq!(floor.absorb(find(&loud, 0..within, 1), within).await.created.len(), BUDGET - 10);
        // Ten more have room of their own, the other forty are one, whatever becomes of other rules.
        let mut found = find(&loud, 5_000..5_050, 2_000);
        found.extend(find(&calm, 0..5, 2_050));
        assert_eq!(floor.absorb(found, 2_054).await.created.len(), 10 + 1 + 5);
        let page = floor.get("/api/v1/alerts?rule=loud&q=counted%20together").await.ok();
        let one = &page["items"][0];
        assert_eq!(
            (&page["total"], &one["count"], &one["host"]),
            (&json!(1), &json!(40), &json!(null)),
            "{}",
            records.name
        );
        assert_eq!(one["title"], "Rule loud (more than an hour's budget of alerts, counted together)");

        // What is open goes on counting its own; what is new goes on being collapsed.
        let mut found = find(&loud, 0..3, 3_000);
        found.extend(find(&loud, 6_000..6_007, 3_003));
        let absorbed = floor.absorb(found, 3_009).await;
        assert_eq!((absorbed.created.len(), absorbed.updated.len()), (0, 4));
        let id = one["id"].as_str().unwrap();
        assert_eq!(floor.get(&format!("/api/v1/alerts/{id}")).await.ok()["count"], 47);

        // An hour later there is a new budget.
        floor.clock.advance(PERIOD + Duration::from_secs(1));
        assert_eq!(floor.absorb(find(&loud, 7_000..7_002, 4_000), 4_001).await.created.len(), 2);
        assert_eq!(number(&floor, COUNTED).await, (within + 50 + 5 + 10 + 2) as i64, "nothing is lost");
    }
}

#[tokio::test]
async fn ten_thousand_alerts_at_once_are_written_in_one_transaction() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let rules: Vec<_> = (0..10).map(|n| rule(&format!("loud{n}"), Severity::High)).collect();
        let at = floor.desk.now();
        let found =
            (1..10_001).map(|seq| detection(&rules[seq as usize % 10], &format!("host{seq}"), seq, at)).collect();
        let begun = Instant::now();
        let absorbed = floor.absorb(found, 10_000).await;
        eprintln!("{}: 10,000 detections into 10,000 alerts in {:?}", records.name, begun.elapsed());
        assert_eq!(absorbed.created.len(), 10_000);
        let report = db::journal::verify(&floor.desk.db).await.unwrap();
        assert!(report.streams.iter().all(|stream| stream.ok), "{report:?}");
    }
}

#[tokio::test]
async fn an_event_twice_in_a_batch_is_one_and_an_alert_refers_to_its_first_thousand() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let loud = rule("loud", Severity::High);
        let at = floor.desk.now();
        let seqs = (1..=1500).chain(1..=1500);
        floor.absorb(seqs.map(|seq| detection(&loud, "a", seq, at)).collect(), 1500).await;
        floor.absorb(vec![detection(&loud, "a", 1501, at)], 1501).await;
        assert_eq!(number(&floor, COUNTED).await, 1501);
        assert_eq!(number(&floor, "SELECT COUNT(*) FROM detections").await, 1000);
        assert_eq!(number(&floor, "SELECT MAX(seq) FROM detections").await, 1000);
        assert_eq!(number(&floor, "SELECT risk FROM alerts").await, 76, "the risk follows the count");
    }
}

#[tokio::test]
async fn an_alert_goes_on_for_a_day_and_a_closed_one_not_at_all() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let loud = rule("loud", Severity::High);
        let start = floor.desk.now();
        let at = |seq, at| vec![detection(&loud, "a", seq, at)];
        let first = floor.absorb(at(1, start), 1).await.created;
        let edge = start.plus(WINDOW);
        assert_eq!(floor.absorb(at(2, edge), 2).await.updated, first);
        let second = floor.absorb(at(3, edge.plus(WINDOW + Duration::from_nanos(1))), 3).await.created;
        assert_eq!(second.len(), 1, "a day of silence");

        let closing = json!({ "disposition": "benign_true_positive", "reason": "expected_activity" });
        floor.post(&format!("/api/v1/alerts/{}/close", second[0]), closing).await.ok();
        let third = floor.absorb(at(4, edge.plus(WINDOW * 2)), 4).await;
        assert_eq!(third.created.len(), 1, "{}: a closed alert hides nothing", records.name);
    }
}

#[tokio::test]
async fn what_the_sender_writes_neither_stops_the_writer_nor_leads_the_queue() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let loud = rule("loud", Severity::High);
        let received = floor.desk.now();
        let mut event = model::Event::new(b"{}", received);
        event.seq = 1;
        event.time = Timestamp::parse("2099-01-01T00:00:00Z").unwrap();
        event.source = "a\0b".into();
        event.push_str(model::field::HOST_NAME, "ws\0<img src=x onerror=alert(1)>%_\\'\"");
        event.push_str(model::field::PROCESS_EXECUTABLE, &"\u{202e}x".repeat(5_000));
        let found = crate::triage::detected(&loud, &event, 1);
        let id = floor.absorb(vec![found], 1).await.created[0];
        let alert = floor.get(&format!("/api/v1/alerts/{id}")).await.ok();
        assert_eq!(alert["last_seen"], json!(received), "{}", records.name);
        assert_eq!(alert["host"], "ws\u{fffd}<img src=x onerror=alert(1)>%_\\'\"");
        let asked = floor.get("/api/v1/alerts?q=%25_%5C'").await.ok();
        assert_eq!(asked["total"], 1, "a pattern's own signs are plain text");
        assert_eq!(floor.get("/api/v1/alerts?q=%25%25").await.ok()["total"], 0);
        assert_eq!(floor.get("/api/v1/alerts?host=%00").await.fault(), (400, "request.filter"));
    }
}

/// The events of a correlation are older than what is committed; what counts is when it was found.
#[tokio::test]
async fn a_correlation_is_one_alert_with_all_of_its_events_and_is_counted_once() {
    for records in testkit::record_urls() {
        let floor = Floor::on(&records.url).await;
        let many = rule("many", Severity::High);
        let event = |seq: u64, host: &str| {
            let mut event = model::Event::new(b"{}", floor.desk.now());
            event.seq = seq;
            event.push_str(model::field::HOST_NAME, host);
            event
        };
        let group = |value: &str| vec![("user.name".to_owned(), value.to_owned())];
        let hit = |value: &str, events: &[model::Event], at| crate::triage::correlated(&many, &group(value), events, 1, at);
        floor.absorb(Vec::new(), 7).await;
        let first = hit("Ann", &[event(2, "ws-1"), event(5, "WS-1"), event(8, "ws-1")], 8);
        let made = floor.absorb(first.clone(), 8).await;
        assert_eq!((made.created.len(), made.updated.len()), (1, 0), "{}", records.name);
        // Repeated after a lost answer, alone and with news.
        assert_eq!(floor.absorb(first.clone(), 8).await, Absorbed::default());
        let more = hit("ann", &[event(3, "ws-1"), event(9, "ws-2")], 9);
        let grown = floor.absorb([first, more].concat(), 9).await;
        assert_eq!((grown.created.len(), grown.updated.as_slice()), (0, made.created.as_slice()));
        let alert = floor.get(&format!("/api/v1/alerts/{}", made.created[0])).await.ok();
        assert_eq!((&alert["count"], &alert["host"]), (&json!(5), &json!("ws-1")));
        // Another group is another alert; of several hosts it names none as its own.
        let other = floor.absorb(hit("bob", &[event(4, "ws-1"), event(10, "ws-2")], 10), 10).await;
        let alert = floor.get(&format!("/api/v1/alerts/{}", other.created[0])).await.ok();
        assert_eq!((&alert["count"], &alert["host"]), (&json!(2), &json!(null)));
    }
}
