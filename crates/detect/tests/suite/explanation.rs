//! Explanations: what held, on which value, at which bytes.

use super::{compile, event_of, source};
use detect::RuleSet;
use model::Event;

const RULE: &str = r"title: PowerShell from Word
logsource:
    product: windows
    category: process_creation
detection:
    filter:
        CommandLine|contains: '-File '
    selection:
        Image|endswith:
            - \pwsh.exe
            - \powershell.exe
        CommandLine|contains|all:
            - '-enc'
            - 'http*x'
    keywords:
        - nothing
    condition: selection and not filter or keywords
";

fn word() -> (RuleSet, Event) {
    let json = r#"{"winlog":{"event_data":{"Image":"C:\\Windows\\PowerShell.exe","ParentImage":"C:\\Windows\\PowerShell.exe","CommandLine":"p -ENC \u0041 https://x"}}}"#;
    (compile(RULE).0, event_of(json, source("windows", "sysmon", &["process_creation"])))
}

#[test]
fn every_item_has_its_bytes() {
    let (set, event) = word();
    let explanation = set.explain(0, &event);
    assert!(explanation.holds);
    assert_eq!(explanation.condition, "selection and not filter or keywords");
    let names: Vec<_> = explanation.selections.iter().map(|s| (s.number, s.name.as_str(), s.holds)).collect();
    assert_eq!(names, [(1, "selection", true), (2, "filter", false), (3, "keywords", false)]);
    let items: Vec<_> = explanation.selections[0]
        .items
        .iter()
        .map(|item| {
            let raw = item.raw.map(|[from, to]| std::str::from_utf8(&event.raw()[from..to]).unwrap());
            (item.field.as_deref().unwrap(), item.modifiers.join("|"), item.pattern.as_str(), item.holds, raw.unwrap())
        })
        .collect();
    assert_eq!(
        items,
        [
            ("Image", "endswith".to_owned(), r"\powershell.exe", true, r"\\PowerShell.exe"),
            ("CommandLine", "contains|all".to_owned(), "-enc", true, "-ENC"),
            ("CommandLine", "contains|all".to_owned(), "http*x", true, "https://x"),
        ]
    );
    let image = &explanation.selections[0].items[0];
    let values: Vec<_> = image.values.iter().map(|value| (value.pattern.as_str(), value.holds)).collect();
    assert_eq!(values, [(r"\pwsh.exe", false), (r"\powershell.exe", true)]);
    assert_eq!(explanation.selections[0].items[1].values, [], "each has a line of its own");
    assert_eq!(
        (image.value.as_deref(), image.slot.as_deref()),
        (Some(r"C:\Windows\PowerShell.exe"), Some("winlog.event_data.Image"))
    );
    assert_eq!(image.raw.unwrap()[0], event.raw().windows(16).position(|w| w == br"\\PowerShell.exe").unwrap());
    let filter = &explanation.selections[1].items[0];
    assert_eq!((filter.holds, filter.raw, filter.pattern.as_str()), (false, None, "-File "));
    assert_eq!(filter.value.as_deref(), Some("p -ENC A https://x"));
    let keyword = &explanation.selections[2].items[0];
    assert_eq!((keyword.field.as_deref(), keyword.holds, keyword.slot.as_deref()), (None, false, None));
}

#[test]
fn matched_names_what_counted() {
    let (set, event) = word();
    let matched: Vec<_> = set.matched(0, &event).into_iter().map(|m| (m.field, m.value)).collect();
    assert_eq!(
        matched,
        [
            ("Image".to_owned(), r"C:\Windows\PowerShell.exe".to_owned()),
            ("CommandLine".to_owned(), "p -ENC A https://x".to_owned()),
        ]
    );
    assert_eq!(set.matched(0, &event_of("{}", event.log_source)), []);
    assert_eq!(set.matched(7, &event), []);
    assert_eq!(set.explain(7, &event).selections, []);
}

#[test]
fn a_keyword_says_where_it_was() {
    let (set, _) = compile("title: K\nlogsource: {product: test}\ndetection:\n    k: ['Failed password']\n    condition: k\n");
    let event = event_of(r#"{"message":"sshd: FAILED password for root"}"#, source("test", "", &[]));
    let item = set.explain(0, &event).selections[0].items[0].clone();
    assert_eq!((item.slot.as_deref(), item.raw), (Some("message"), Some([18, 33])));
    assert_eq!(set.matched(0, &event)[0].field, "message");
}

#[test]
fn an_absent_field_and_a_number() {
    let (set, _) = compile(
        "title: N\nlogsource: {product: test}\ndetection:\n    s:\n        A: null\n        B: 4688\n        C|exists: false\n        D|neq: x\n    condition: s\n",
    );
    let event = event_of(r#"{"B":4688,"D":"y"}"#, source("test", "", &[]));
    let items = set.explain(0, &event).selections[0].items.clone();
    let brief: Vec<_> = items.iter().map(|i| (i.holds, i.value.as_deref(), i.raw)).collect();
    assert_eq!(brief, [(true, None, None), (true, Some("4688"), Some([5, 9])), (true, None, None), (true, Some("y"), None)]);
}

/// A rule may have 50,000 values, each of which would be told with up to 4 KiB of the event.
#[test]
fn a_long_rule_is_told_in_part_and_why_it_fails_in_any_case() {
    let values: Vec<String> = (0..3_000).map(|number| format!("v{number};")).collect();
    let json = format!("{{\"A\":\"{}\"}}", values[..2_999].concat());
    let rule = format!("title: L\nlogsource: {{product: test}}\ndetection:\n    s: {{A|contains|all: [{}]}}\n    t: {{A|contains: v1}}\n    condition: s and t\n", values.join(", "));
    let (set, report) = compile(&rule);
    assert_eq!(report.refused, []);
    let explanation = set.explain(0, &event_of(&json, source("test", "", &[])));
    let items = &explanation.selections[0].items;
    assert_eq!((explanation.holds, items.len()), (false, 2_001));
    let last = items.last().unwrap();
    assert_eq!((last.pattern.as_str(), last.holds), ("v2999;", false));
    assert_eq!((explanation.selections[1].holds, explanation.selections[1].items.len()), (true, 0));
}
