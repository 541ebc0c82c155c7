//! A second engine, `rsigma-eval`, on the same rules and events: equal answers wherever it follows the specification.
//!
//! Where the two differ is listed in [`DIFFERENT`] with the reason for which the answer here stands.

use super::{compile, event_of, rule_text, source};
use detect::Scratch;
use rsigma_eval::Engine;
use rsigma_eval::event::JsonEvent;

fn oracle(text: &str, json: &str) -> bool {
    let collection = rsigma_parser::parse_sigma_yaml(text).unwrap();
    assert!(collection.errors.is_empty(), "{:?}", collection.errors);
    let mut engine = Engine::new();
    engine.add_collection(&collection).unwrap();
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    !engine.evaluate(&JsonEvent::borrow(&value)).is_empty()
}

fn ours(text: &str, json: &str) -> bool {
    let (set, report) = compile(text);
    assert_eq!(report.refused, [], "{text}");
    let mut out = Vec::new();
    set.matches(&event_of(json, source("test", "", &[])), &mut Scratch::new(), &mut out);
    !out.is_empty()
}

const SELECTIONS: &[&str] = &[
    "A: powershell.exe",
    r"A|endswith: \powershell.exe",
    r"A|startswith: 'c:\windows\*\pow'",
    r"A|endswith: ['\cmd.exe', '\power?hell.exe']",
    "A|contains: ['-enc', 'hidden']",
    "B|contains|all: ['-enc', 'hidden']",
    "B|contains|windash: ' -enc'",
    "B|re: '-[eE][nN]c?\\s'",
    "B|re|i: '-ENC\\s'",
    "B|base64offset|contains: whoami",
    "B|wide|base64offset|contains: whoami",
    "B|cased: '-enc'",
    "C: 4688",
    "C: '4688'",
    "C|gte: 4688",
    "C|lt: 4688",
    "C: null",
    "D|cidr: 10.0.0.0/8",
    "D|cidr: ['192.168.0.0/16', '2001:db8::/32']",
    "D|exists: true",
    "D|exists: false",
    "A|fieldref: E",
    "A|fieldref|endswith: E",
    "E: ''",
    "E|neq: powershell.exe",
    "E: '*'",
    r"A: 'c:\\windows\\*'",
    "F: [x, y]",
    "G.h|contains: deep",
    "- hidden\n    - secret",
    "- A|contains: hidden\n    - C: 4688",
    "'|all': ['-enc', '4688']",
    "B|re: 'hidden$'",
];

const EVENTS: &[&str] = &[
    r#"{"A":"powershell.exe","B":"x /ENC hidden","C":4688,"D":"10.9.8.7","E":"powershell.exe"}"#,
    r#"{"A":"C:\\Windows\\System32\\PowerShell.exe","B":"p -enc dwBoAG8AYQBtAGkA Hidden","C":"4688","D":"2001:db8::9","E":"shell.exe","F":["z","Y"]}"#,
    r#"{"A":"hidden\n-ENC","B":"IHdob2FtaQ== -eNc ","C":1,"D":"8.8.8.8","E":"","F":"w","G":{"h":"a DEEP b"}}"#,
    r#"{"B":"-enc","C":null,"G":{"h":["no","deep"]}}"#,
    r#"{"A":["x","C:\\a\\cmd.exe"],"C":4689,"D":["x","192.168.1.1"]}"#,
    r#"{"A":"x","B":"x hidden\n","E":"y"}"#,
];

/// A selection, the index of the event, the answer here, and why.
const DIFFERENT: &[(&str, usize, bool, &str)] = &[
    (r"A|endswith: ['\cmd.exe', '\power?hell.exe']", 1, true, "a wildcard within a list is compared without case as well"),
    ("E|neq: powershell.exe", 3, true, "an absent field is not that value, as with `not` in the condition"),
    ("E|neq: powershell.exe", 4, true, "an absent field is not that value, as with `not` in the condition"),
    ("'|all': ['-enc', '4688']", 1, true, "keywords with `|all` stand anywhere in the event, not all in one value"),
    ("B|re: 'hidden$'", 5, true, "PCRE, which the modifiers' appendix names, lets `$` stand before a last line break"),
];

#[test]
fn the_second_engine_agrees() {
    for selection in SELECTIONS {
        let text = rule_text(&format!("s:\n    {selection}\ncondition: s"));
        for (index, json) in EVENTS.iter().enumerate() {
            let known = DIFFERENT.iter().find(|(known, event, ..)| known == selection && *event == index);
            let expected = known.map_or_else(|| oracle(&text, json), |(_, _, answer, _)| *answer);
            assert_eq!(ours(&text, json), expected, "{selection} on {json}");
            assert!(known.is_none() || oracle(&text, json) != expected, "no longer different: {selection} on {json}");
        }
    }
}
