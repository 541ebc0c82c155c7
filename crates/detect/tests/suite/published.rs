//! SigmaHQ's published rules and the events that they were published with. Skipped, aloud, without the shared data.

use super::shared;
use detect::{RuleFile, RuleSet, Scratch, rule_files_from_tar_zst};
use model::{Event, Timestamp};
use parse::{Format, Input};
use std::collections::BTreeMap;

fn rule_files(folders: &[&str]) -> Option<Vec<RuleFile>> {
    let files = rule_files_from_tar_zst(&shared("sigma/sigmahq-rules.tar.zst")?).unwrap();
    Some(files.into_iter().filter(|file| folders.iter().any(|folder| file.name.starts_with(folder))).collect())
}

/// Files of an archive by name.
fn unpacked(bundle: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(zstd::Decoder::new(bundle).unwrap());
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        (String::from_utf8(entry.path_bytes().into_owned()).unwrap(), bytes)
    });
    entries.collect()
}

fn events(bytes: &[u8]) -> Vec<Event> {
    let records = parse::split(bytes, Format::Json);
    let parsed = records.map(|record| {
        let mut event = Event::default();
        parse::parse_into(&Input { raw: record, received: Timestamp(0), format: Format::Json, peer: None }, &mut event);
        event
    });
    parsed.collect()
}

#[test]
fn every_published_rule_loads() {
    let Some(files) = rule_files(&["rules/"]) else { return };
    let count = files.len();
    let (set, report) = RuleSet::compile(files);
    eprintln!("{} of {count} rules loaded", report.loaded);
    assert_eq!(report.refused, []);
    assert_eq!((set.rules().len(), report.loaded), (count, count));
    assert!(count >= 3_141);
}

/// What does not load of the other folders is placeholders and correlations, and is named so.
#[test]
fn what_does_not_load_is_named() {
    let Some(files) = rule_files(&["rules"]) else { return };
    let count = files.len();
    let (_, report) = RuleSet::compile(files);
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    report.refused.iter().for_each(|refusal| *codes.entry(refusal.code).or_default() += 1);
    eprintln!("{} of {count} rules loaded, refused: {codes:?}", report.loaded);
    assert_eq!(report.loaded + report.refused.len(), count);
    assert!(
        codes.keys().all(|code| code.starts_with("rule.correlation") || ["rule.placeholder_undefined", "rule.invalid"].contains(code)),
        "{:?}",
        report.refused
    );
}

#[test]
fn old_and_broken_rules_never_fail_the_rest() {
    let Some(bundle) = shared("sigma/sigmahq-unsupported-deprecated.tar.zst") else { return };
    let files = rule_files_from_tar_zst(&bundle).unwrap();
    let (set, report) = RuleSet::compile(files);
    eprintln!("{} of old rules loaded, {} refused", report.loaded, report.refused.len());
    assert_eq!(set.rules().len(), report.loaded);
    assert!(report.loaded > 0 && report.refused.iter().all(|refusal| !refusal.message.is_empty() && !refusal.remedy.is_empty()));
}

/// Each published event is matched by the rule that it was published with, by the plan and by the definition.
#[test]
fn published_events_are_matched() {
    let (Some(files), Some(bundle), Some(expected)) = (
        rule_files(&["rules/", "rules-emerging-threats/", "rules-threat-hunting/", "rules-compliance/"]),
        shared("sigma/regression_data.tar.zst"),
        shared("sigma/regression-expected.json"),
    ) else {
        return;
    };
    let (set, _) = RuleSet::compile(files);
    let data = unpacked(&bundle);
    let expected: Vec<serde_json::Value> = serde_json::from_slice(&expected).unwrap();
    let mut scratch = Scratch::new();
    let (mut tested, mut failed) = (0, Vec::new());
    for case in &expected {
        let name = case["case"].as_str().unwrap();
        for test in case["tests"].as_array().unwrap() {
            let path = test["path"].as_str().unwrap().replace(".evtx", ".json");
            let Some(bytes) = data.get(&path).or_else(|| data.get(&format!("regression_data/{path}"))) else {
                failed.push(format!("{name}: no file {path}"));
                continue;
            };
            let rule = set.find(case["rule_id"].as_str().unwrap()).unwrap();
            let mut count = 0;
            let batch: Vec<_> = events(bytes).into_iter().collect();
            set.matches_each(&batch, &mut scratch, |at, found| {
                let event = &batch[at];
                count += u64::from(found.contains(&rule));
                for rule in found {
                    assert!(set.holds(*rule, event));
                    let explanation = set.explain(*rule, event);
                    assert!(explanation.holds && !set.matched(*rule, event).is_empty(), "{explanation:?}");
                }
            });
            tested += 1;
            if count < test["match_count"].as_u64().unwrap_or(1) {
                failed.push(format!("{name}: {count} matches"));
            }
        }
    }
    eprintln!("{} of {tested} published tests pass", tested - failed.len());
    assert_eq!(failed, [] as [String; 0]);
    assert!(tested >= 142);
}

/// The plan and the definition agree on every published rule and event.
#[test]
fn the_plan_agrees_on_all_published_rules_and_events() {
    let (Some(files), Some(bundle)) = (rule_files(&["rules/"]), shared("sigma/regression_data.tar.zst")) else { return };
    let (set, _) = RuleSet::compile(files);
    let (mut scratch, mut out, mut matches) = (Scratch::new(), Vec::new(), 0);
    for (_, bytes) in unpacked(&bundle).into_iter().filter(|(name, _)| name.ends_with(".json")) {
        for event in events(&bytes) {
            out.clear();
            set.matches(&event, &mut scratch, &mut out);
            let slow: Vec<u32> = (0..set.rules().len() as u32).filter(|rule| set.holds(*rule, &event)).collect();
            assert_eq!(out, slow);
            matches += out.len();
        }
    }
    eprintln!("{matches} matches in all");
}
