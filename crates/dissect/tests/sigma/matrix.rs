//! Every rule of SigmaHQ on every event that was published with one, as a golden: rules that an event was not published
//! with are no fault, but none may come or go unseen.

use super::data::{Shared, records};
use super::second::read;
use detect::{RuleSet, Scratch};
use model::Event;
use std::collections::BTreeMap;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sigma/matrix.txt");

/// The ids of the rules that match each of these records, sorted.
fn matched(rules: &RuleSet, records: impl Iterator<Item = Vec<u8>>) -> Vec<String> {
    let (mut event, mut scratch, mut out) = (Event::default(), Scratch::new(), Vec::new());
    let lines = records.map(|record| {
        read(&record, &mut event);
        out.clear();
        rules.matches(&event, &mut scratch, &mut out);
        let mut ids: Vec<&str> = out.iter().map(|rule| rules.rules()[*rule as usize].reference.id.as_str()).collect();
        ids.sort_unstable();
        ids.join(" ")
    });
    lines.collect()
}

#[test]
fn all_rules_on_all_published_events_answer_as_before() {
    let Some(shared) = Shared::find() else { return };
    let (rules, report) = RuleSet::compile(shared.rules());
    assert_eq!((report.loaded >= 3_141, report.refused), (true, vec![]));
    let files = shared.unpacked("sigma/regression_data.tar.zst");
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    let mut unequal = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".evtx")) {
        let from_log = matched(&rules, records(bytes.clone()).into_iter());
        let json = files.get(&path.replace(".evtx", ".json")).map(Vec::as_slice).unwrap_or_default();
        let from_json = matched(&rules, parse::split(json, parse::Format::Json).map(<[u8]>::to_vec));
        if from_log != from_json {
            unequal.push(format!("{path}: {from_log:?} is not {from_json:?}"));
        }
        // A case is the folder that is called like its rule's file.
        let case = path.rsplit('/').nth(1).unwrap();
        for (ids, number) in from_log.into_iter().zip(1..) {
            assert_eq!(lines.insert(format!("{case} {number:02}"), ids), None, "two cases {case}");
        }
    }
    assert_eq!(unequal, [] as [String; 0]);
    assert!(lines.len() >= 162, "{} events", lines.len());
    let written: String = lines.iter().map(|(event, ids)| format!("{event}: {ids}\n")).collect();
    if std::env::var_os("WATCHFLOOR_UPDATE").is_some() {
        std::fs::write(GOLDEN, &written).unwrap();
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap();
    let (old, new): (Vec<_>, Vec<_>) = (golden.lines().collect(), written.lines().collect());
    let changed: Vec<_> = new.iter().filter(|line| !old.contains(line)).collect();
    assert!(old == new, "WATCHFLOOR_UPDATE=1 writes the golden anew, if that is meant: {changed:#?}");
}
