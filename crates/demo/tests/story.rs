//! A story against the rules of the repository: what must fire fires, on the event it must, and nothing else does.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

use demo::{Channel, Stage, Story};
use detect::{RuleFile, RuleSet, Scratch};
use model::{Event, Timestamp};
use parse::{Format, Input};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::Path;

fn rules_below(folder: &Path, out: &mut Vec<RuleFile>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            rules_below(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            out.push(RuleFile { name: path.display().to_string(), text: std::fs::read(&path).unwrap() });
        }
    }
}

fn rules() -> RuleSet {
    let mut files = Vec::new();
    rules_below(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../content/rules")), &mut files);
    let (set, report) = RuleSet::compile(files);
    assert!(report.refused.is_empty(), "{:?}", report.refused);
    set
}

fn day() -> Timestamp {
    Timestamp::parse("2026-03-12T13:00:00Z").unwrap()
}

/// Three seeds nobody has chosen; a failure says which.
fn stories() -> Vec<Story> {
    let seeds: [u64; 3] = rand::random();
    eprintln!("seeds {seeds:?}");
    seeds.map(|seed| Story::new(seed, day())).into()
}

/// Ids of the rules that fire, each event's compared with what it expects.
fn fired(story: &Story, set: &RuleSet) -> BTreeSet<String> {
    let (mut event, mut scratch, mut out, mut all) = (Event::default(), Scratch::new(), Vec::new(), BTreeSet::new());
    for said in &story.events {
        parse::parse_into(&Input { raw: &said.bytes, received: said.at, format: Format::Auto, peer: None }, &mut event);
        let text = String::from_utf8_lossy(&said.bytes);
        assert!(event.diagnostics.is_empty(), "seed {}: {:?} of {text}", story.seed, event.diagnostics);
        assert_eq!(event.time.millis() / 1_000, said.at.millis() / 1_000, "seed {}: time of {text}", story.seed);
        let host = event.str(model::field::HOST_NAME).unwrap_or_default();
        assert_eq!(host, said.host, "seed {}: host of {text}", story.seed);
        out.clear();
        set.matches(&event, &mut scratch, &mut out);
        let got: BTreeSet<String> =
            out.iter().filter(|rule| set.alerts(**rule)).map(|rule| set.rules()[*rule as usize].reference.id.to_string()).collect();
        let expected: BTreeSet<String> = said.expects.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(got, expected, "seed {}: {text}", story.seed);
        all.extend(got);
    }
    all
}

fn owned(ids: BTreeSet<&str>) -> BTreeSet<String> {
    ids.into_iter().map(str::to_owned).collect()
}

#[test]
fn exactly_the_expected_rules_fire() {
    let set = rules();
    for story in stories() {
        assert_eq!(fired(&story, &set), owned(story.expected_rules()));
        assert!((6_000..12_000).contains(&story.events.len()), "{} events", story.events.len());
        assert!(story.events.is_sorted_by_key(|event| event.at));
        for channel in Channel::ALL {
            assert!(story.events.iter().any(|event| event.channel == channel), "{channel:?}");
        }
    }
}

#[test]
fn a_chapter_left_out_takes_its_rules_along() {
    let set = rules();
    for story in stories() {
        for stage in Stage::ALL {
            let own = owned(story.rules_of(stage));
            assert!(own.len() >= 2, "{stage:?}");
            let left: BTreeSet<String> = owned(story.expected_rules()).difference(&own).cloned().collect();
            assert_eq!(fired(&story.without(stage), &set), left, "seed {} without {stage:?}", story.seed);
        }
    }
}

/// The repository has more rules than the story has chapters. Those that the story names all play a part, and exist.
#[test]
fn every_rule_that_the_story_names_can_fire() {
    let seen: BTreeSet<&str> = (0..40).flat_map(|seed| Story::new(seed, day()).expected_rules()).collect();
    let named: BTreeSet<&str> =
        include_str!("../src/rules.rs").split('"').filter(|word| word.len() == 36 && word.as_bytes()[8] == b'-').collect();
    assert_eq!(seen, named);
    let all: BTreeSet<String> = rules().rules().iter().map(|rule| rule.reference.id.to_string()).collect();
    let absent: Vec<&&str> = named.iter().filter(|id| !all.contains(**id)).collect();
    assert_eq!(absent, [] as [&&str; 0]);
}

#[test]
fn a_seed_is_a_story() {
    let [one, two, _] = <[Story; 3]>::try_from(stories()).unwrap();
    assert_eq!(one, Story::new(one.seed, day()));
    assert_ne!(one.events, two.events);
    let ids: BTreeSet<&str> = one.events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), one.events.len());
}

#[test]
fn every_address_is_for_documentation_and_every_document_says_that_it_is_synthetic() {
    let documentation = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];
    for story in stories() {
        for event in &story.events {
            let text = std::str::from_utf8(&event.bytes).unwrap();
            for word in text.split(|c: char| !(c.is_ascii_digit() || c == '.')) {
                if let Ok(address) = word.parse::<Ipv4Addr>() {
                    let [a, b, c, _] = address.octets();
                    assert!(documentation.contains(&[a, b, c]), "{address} in {text}");
                }
            }
            assert!(!text.contains('{') || text.contains(r#""tags":["synthetic"]"#), "{text}");
        }
    }
}

#[test]
fn a_morning_that_ends_now_is_the_same_morning() {
    let now = Timestamp::parse("2026-03-12T16:03:07.5Z").unwrap();
    let (set, live) = (rules(), Story::ending_at(5, now));
    let last = live.events.last().unwrap().at;
    assert!((0..40).all(|seed| Story::ending_at(seed, now).events.last().unwrap().at <= now));
    assert!(last <= now && now.since(last).as_secs() < 120, "it ends at {last}");
    let labels = |story: &Story| story.events.iter().map(|event| event.label()).collect::<Vec<_>>();
    assert_eq!(labels(&live), labels(&Story::new(5, day())));
    assert_eq!(fired(&live, &set), owned(live.expected_rules()));
    assert_eq!(live.expected_alerts(), Story::new(5, day()).expected_alerts());
}

#[test]
fn the_file_server_says_nothing_while_its_log_is_stopped() {
    let at = |text: &str| Timestamp::parse(&format!("2026-03-12T{text}Z")).unwrap();
    for story in stories() {
        let server = story
            .events
            .iter()
            .filter(|event| event.channel == Channel::Windows && event.host.starts_with("SRV-FILE-01"));
        let times: Vec<Timestamp> = server.map(|event| event.at).collect();
        assert!(!times.iter().any(|time| (at("09:24:31")..at("10:41:00")).contains(time)), "seed {}", story.seed);
        assert!(times.iter().any(|time| *time >= at("10:41:00")), "seed {}", story.seed);
    }
}

#[test]
fn the_intrusion_is_one_tree_of_processes() {
    let story = Story::new(9, day());
    let (mut event, mut starts) = (Event::default(), Vec::new());
    for said in story.events.iter().filter(|said| said.stage.is_some() && said.channel == Channel::Windows) {
        parse::parse_into(&Input { raw: &said.bytes, received: said.at, format: Format::Auto, peer: None }, &mut event);
        let text = |field| event.str(field).unwrap_or_default().to_owned();
        if event.str(model::field::EVENT_CODE) == Some("1") {
            let (own, parent) = (text(model::field::PROCESS_ENTITY_ID), text(model::field::PROCESS_PARENT_ENTITY_ID));
            starts.push((said.host.clone(), text(model::field::PROCESS_NAME), own, parent));
        }
    }
    let find = |name: &str| starts.iter().find(|start| start.0.starts_with("WS-FIN-07") && start.1 == name).unwrap();
    assert_eq!(find("powershell.exe").3, find("WINWORD.EXE").2);
    assert_eq!(find("rundll32.exe").3, find("powershell.exe").2);
    let guids: BTreeSet<&str> = starts.iter().map(|start| start.2.as_str()).collect();
    assert_eq!(guids.len(), starts.len());
}
