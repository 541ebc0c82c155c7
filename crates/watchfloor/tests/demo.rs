//! The synthetic morning through the real receivers: what must be found is found, and nothing else.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test ends by the one and tells by the other")]

mod floor;

use demo::{Stage, Story, Targets};
use floor::Floor;
use model::Timestamp;
use std::collections::BTreeSet;
use std::path::Path;

fn rules() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/rules")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                found.push((path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    found
}

/// Plays a story on a fresh floor; the rules that raised alerts, and the floor.
fn play(story: &Story) -> BTreeSet<String> {
    let rules = rules();
    let borrowed: Vec<(&str, &str)> = rules.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let floor = Floor::start(&borrowed, None);
    let targets = Targets {
        http: format!("127.0.0.1:{}", floor.http_port()).parse().unwrap(),
        token: floor.token("ingest"),
        syslog_udp: floor.syslog_udp,
        syslog_tcp: floor.syslog_tcp,
    };
    let sent = tokio::runtime::Runtime::new().unwrap().block_on(demo::send(story, &targets)).unwrap();
    assert_eq!(sent.acknowledged + sent.unacknowledged, story.events.len());
    floor.wait_for(|| {
        let sums = floor.metrics();
        let settled = sums["watchfloor_ingest_stored_total"] == story.events.len() as u64;
        (settled && sums.get("watchfloor_alerts_position") == Some(&sums["watchfloor_lake_events"])).then_some(())
    });
    let alerts = floor.get(&floor.token("analyst"), "/api/v1/alerts?limit=500");
    alerts["items"].as_array().unwrap().iter().map(|alert| alert["rule"]["id"].as_str().unwrap().to_owned()).collect()
}

fn expected(story: &Story) -> BTreeSet<String> {
    story.expected_rules().into_iter().map(str::to_owned).collect()
}

fn day() -> Timestamp {
    Timestamp::parse("2026-03-12T00:00:00Z").unwrap()
}

#[test]
fn three_random_mornings_raise_exactly_the_alerts_that_they_should() {
    for _ in 0..3 {
        let seed: u64 = rand::random();
        println!("seed {seed}");
        let story = Story::new(seed, day());
        assert_eq!(play(&story), expected(&story), "seed {seed}");
    }
}

#[test]
fn without_a_stage_exactly_its_alerts_are_missing() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let whole = Story::new(seed, day());
    for stage in Stage::ALL {
        let part = whole.without(stage);
        let lost: BTreeSet<String> = expected(&whole).difference(&expected(&part)).cloned().collect();
        assert!(!lost.is_empty(), "{stage:?} expects nothing");
        let found = play(&part);
        assert_eq!(found, expected(&whole).difference(&lost).cloned().collect(), "seed {seed} without {stage:?}");
    }
}
