//! The counters of sources.

use super::*;
use crate::admin::{SourceDelta, SourceState, record_sources, sources};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

fn delta(name: &str, received: u64, at: Timestamp) -> SourceDelta {
    SourceDelta {
        name: name.into(),
        received,
        stored: received,
        bytes: received * 10,
        last_received: at,
        ..Default::default()
    }
}

async fn record(db: &Db, deltas: &[SourceDelta]) {
    let tx = db.begin(&at(NOON)).await.unwrap();
    record_sources(&tx, deltas).await.unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn the_state_follows_the_usual_gap_and_the_lag() {
    use SourceState::*;
    let none = Duration::ZERO;
    let cases = [
        (10 * MINUTE, none, none, OnTime),
        (10 * MINUTE + Duration::from_nanos(1), none, none, Silent),
        (50 * MINUTE, 10 * MINUTE, none, OnTime),
        (50 * MINUTE + Duration::from_nanos(1), 10 * MINUTE, none, Silent),
        (MINUTE, none, 5 * MINUTE, OnTime),
        (MINUTE, none, 5 * MINUTE + Duration::from_nanos(1), Lagging),
        (11 * MINUTE, none, 6 * MINUTE, Silent),
        (11 * MINUTE, Duration::MAX, none, OnTime),
    ];
    for (quiet, gap, lag, expected) in cases {
        assert_eq!(SourceState::of(NOON, gap, lag, NOON.plus(quiet)), expected, "{quiet:?} {gap:?} {lag:?}");
    }
    assert_eq!(SourceState::of(hours(1), none, none, NOON), OnTime, "seen in the future");
}

#[tokio::test]
async fn counters_add_up_and_minutes_pass() {
    for records in testkit::record_urls() {
        let db = Db::connect(&records.url).await.unwrap();
        record(&db, &[]).await;
        let full = SourceDelta {
            received: 16,
            stored: 10,
            rejected: 1,
            quarantined: 2,
            duplicates: 4,
            dropped: 3,
            flagged: 5,
            last_event_time: Some(NOON.minus(7 * MINUTE)),
            ..delta("fw", 0, NOON)
        };
        record(&db, &[full.clone(), delta("nul\0", 1, NOON), delta("fw", 5, NOON.plus(MINUTE))]).await;
        let (items, totals) = sources(&db, NOON.plus(MINUTE)).await.unwrap();
        let fw = &items[0];
        assert_eq!((fw.name.as_str(), items[1].name.as_str()), ("fw", "nul\u{fffd}"));
        assert_eq!((fw.events, fw.bytes, fw.rejected, fw.quarantined), (15, 50, 1, 2), "{}", records.name);
        assert_eq!(fw.received, fw.events + fw.rejected + fw.quarantined + fw.dropped, "what was sent again is not received again");
        assert_eq!((fw.duplicates, fw.dropped, fw.flagged), (4, 3, 5));
        assert_eq!((fw.first_seen, fw.last_seen), (NOON, NOON.plus(MINUTE)));
        assert_eq!((fw.lag_ms, fw.state), (8 * 60_000, SourceState::Lagging));
        assert_eq!((fw.per_minute.len(), &fw.per_minute[58..]), (60, &[16, 5][..]));
        assert_eq!((totals.received, totals.stored, totals.dropped), (22, 16, 3));
        assert_eq!(totals.received, totals.stored + totals.rejected + totals.quarantined + totals.dropped);

        // An hour later only what came within it is left, in its minute; the totals stay.
        record(&db, &[SourceDelta { last_event_time: Some(hours(9000)), ..delta("fw", 7, hours(1)) }]).await;
        let (items, totals) = sources(&db, hours(1)).await.unwrap();
        assert_eq!((items[0].per_minute[0], items[0].per_minute[59], totals.stored), (5, 7, 23));
        assert_eq!((items[0].lag_ms, items[0].state), (0, SourceState::OnTime), "an event of the future is not late");
        assert_eq!(items[1].state, SourceState::Silent);
        assert_eq!(items[1].per_minute, vec![0; 60]);
        let (items, _) = sources(&db, hours(5)).await.unwrap();
        assert_eq!(items[0].per_minute, vec![0; 60]);

        // One that reports every hour is not silent after eleven minutes; an old report changes nothing.
        for hour in 10..14 {
            record(&db, &[delta("hourly", 1, hours(hour))]).await;
        }
        record(&db, &[delta("hourly", 1, hours(2))]).await;
        let state =
            async |now| sources(&db, now).await.unwrap().0.into_iter().find(|row| row.name == "hourly").unwrap();
        assert_eq!(state(hours(18)).await.state, SourceState::OnTime);
        assert_eq!(state(hours(19)).await.state, SourceState::Silent);
        assert_eq!(state(hours(19)).await.last_seen, hours(13));
    }
}
