//! Keywords (specification 2.1 § Lists and § Keywords search: they apply "to the full log message", "across an entire
//! event"). Answers written by hand.

use super::{event_of, matches, source};
use detect::{RuleFile, RuleSet};
use model::{Event, Timestamp};
use parse::{Format, Input};

const LINE: &[u8] = b"<38>Oct 11 22:14:15 web1 sshd[4721]: Failed password for root from 10.0.0.9 port 22 ssh2";

fn set(keywords: &str) -> RuleSet {
    let text =
        format!("title: K\nlogsource: {{definition: any}}\ndetection:\n    k:\n        {keywords}\n    condition: k\n");
    let (set, report) = RuleSet::compile(vec![RuleFile { name: "k.yml".into(), text: text.into_bytes() }]);
    assert_eq!(report.refused, []);
    set
}

fn parsed(raw: &[u8], format: Format) -> Event {
    let mut event = Event::default();
    parse::parse_into(&Input { raw, received: Timestamp(0), format, peer: None }, &mut event);
    event
}

#[test]
fn keywords_search_a_whole_line() {
    let event = parsed(LINE, Format::Syslog);
    assert!(event.slots().len() > 2, "the line is taken apart");
    for (keywords, expected) in [
        ("- Failed password", true),
        // Across header and message, and across the process id that the header's fields keep apart.
        ("- 'sshd[4721]: failed password'", true),
        ("- 'web1 sshd'", true),
        ("- 'sshd*root*ssh2'", true),
        ("- 'web? sshd'", true),
        ("- 'sshd Failed'", false),
        ("- 'accepted'", false),
        ("'|all': [sshd, root]", true),
        ("'|all': [sshd, alice]", false),
        ("'|re': 'sshd\\[\\d+\\]: Failed'", true),
        ("'|re': 'SSHD\\[\\d+\\]: Failed'", false),
        ("'|cased': ['sshd[4721]: Failed']", true),
        ("'|cased': ['sshd[4721]: failed']", false),
        // A value of its own still counts from its beginning to its end.
        ("'|startswith': ['Failed password']", true),
        ("'|endswith': ['port 22 ssh2']", true),
    ] {
        assert_eq!(!matches(&set(keywords), &event).is_empty(), expected, "{keywords}");
    }
}

#[test]
fn an_explanation_shows_where_in_the_line() {
    let event = parsed(LINE, Format::Syslog);
    let set = set("- 'web1 sshd'");
    let explanation = set.explain(0, &event);
    let item = &explanation.selections[0].items[0];
    let [from, to] = item.raw.unwrap();
    assert_eq!((&LINE[from..to], item.slot.as_deref()), (&b"web1 sshd"[..], Some("event.original")));
    assert_eq!(set.matched(0, &event)[0].field, "event.original");
}

#[test]
fn keywords_search_the_values_of_a_structured_event_only() {
    let json = br#"{"EventID": 4688, "user": "root", "path": "C:\\a"}"#;
    let event = parsed(json, Format::Json);
    for (keywords, expected) in [
        ("- root", true),
        ("- 4688", true),
        (r"- 'C:\a'", true),
        // Neither names nor punctuation are part of any value.
        ("- EventID", false),
        ("- '\"user\": \"root\"'", false),
        ("- '4688*root'", false),
        ("'|all': [4688, root]", true),
    ] {
        assert_eq!(!matches(&set(keywords), &event).is_empty(), expected, "{keywords}");
    }
    let xml = "<Event><Data>root</Data></Event>";
    let mut event = event_of(r#"{"A":"root"}"#, source("", "", &[]));
    let again = event.clone();
    event.reset(xml.as_bytes(), Timestamp(0));
    assert!(matches(&set("- Data"), &event).is_empty() && !matches(&set("- root"), &again).is_empty());
}
