//! Sigma rules: what does not load is named with code, line and remedy; what loads answers the same fast, slowly and
//! in its explanation.

#![no_main]

use detect::{RuleFile, RuleSet, Scratch};
use fuzz::parsed;
use libfuzzer_sys::fuzz_target;
use model::Event;
use parse::Format;
use std::sync::LazyLock;

const RECORDS: [&str; 4] = [
    r#"{"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":1,"event_data":{"Image":"C:\\Windows\\System32\\cmd.exe","CommandLine":"cmd.exe /c whoami -enc SQBFAFgA","User":"CORP\\ann","ParentImage":"C:\\a.exe","Hashes":"MD5=00"}}}"#,
    r#"{"winlog":{"channel":"Security","event_id":4624,"event_data":{"TargetUserName":"ann","IpAddress":"10.0.0.7","LogonType":"3"}}}"#,
    "<86>Mar 12 08:41:12 srv sshd[812]: Failed password for root from 203.0.113.9 port 4242 ssh2",
    r#"{"event":{"dataset":"proxy.log"},"observer":{"type":"proxy"},"url":{"original":"http://x.example/a.exe"},"http":{"request":{"method":"GET"}},"a":["x",null,1]}"#,
];

static EVENTS: LazyLock<Vec<Event>> = LazyLock::new(|| RECORDS.iter().map(|raw| parsed(raw.as_bytes(), Format::Auto)).collect());

fuzz_target!(|data: &[u8]| {
    let (rules, report) = RuleSet::compile(vec![RuleFile { name: "rule.yml".to_owned(), text: data.to_vec() }]);
    // YAML has more line breaks than editors do.
    let lines = String::from_utf8_lossy(data).chars().filter(|c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')).count() + 1;
    assert_eq!(report.loaded, rules.rules().len());
    assert!(report.loaded + report.refused.len() > 0, "a file is loaded or named");
    for refusal in &report.refused {
        assert!(refusal.code.starts_with("rule.") && !refusal.remedy.is_empty() && refusal.name.starts_with("rule.yml"), "{refusal:?}");
        assert!(refusal.line.is_none_or(|line| line >= 1 && line as usize <= lines + 1), "{refusal:?} of {lines} lines");
        assert!(refusal.message.len() <= 404, "{refusal:?}");
    }
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    for event in EVENTS.iter() {
        found.clear();
        rules.matches(event, &mut scratch, &mut found);
        for (index, rule) in (0u32..).zip(rules.rules()) {
            let slow = rules.holds(index, event);
            assert_eq!(found.contains(&index), slow, "{} on {}", rule.reference.title, event.raw().escape_ascii());
            if slow {
                assert!(rules.explain(index, event).holds, "{} matches and its explanation denies it", rule.reference.title);
            }
        }
    }
});
