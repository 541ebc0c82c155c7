//! Random rules on random events: the plan says what the slow definition says.

use super::{event_of, source};
use detect::{RuleFile, RuleSet, Scratch};
use proptest::prelude::*;

/// Short words over few letters, so that patterns meet values.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[aAbB/\\-\\\\.k]{0,5}",
        2 => "[aAbB*?–—Σσςſs\u{212A}]{0,5}",
        1 => Just("a.b".to_owned()),
        1 => "[0-3]{1,2}",
        1 => Just("10.0.0.1".to_owned()),
    ]
}

fn modifiers() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "",
        "|contains",
        "|contains",
        "|startswith",
        "|endswith",
        "|contains|all",
        "|windash|contains",
        "|windash",
        "|endswith|windash",
        "|contains|cased",
        "|cased",
        "|windash|contains|cased",
        "|neq",
        "|contains|neq",
        "|base64offset|contains",
        "|fieldref",
        "|fieldref|contains",
        "|re",
        "|re|i",
        "|exists",
        "|gt",
        "|lte",
        "|cidr",
        "|null",
    ])
}

fn item() -> impl Strategy<Value = String> {
    (prop::sample::select(vec!["A", "B", "C", "Image"]), modifiers(), prop::collection::vec(word(), 1..4)).prop_map(
        |(field, modifiers, words)| {
            let quoted = |word: &String| format!("'{word}'");
            let list = |words: &[String]| format!("[{}]", words.iter().map(quoted).collect::<Vec<_>>().join(", "));
            match modifiers {
                "|null" => format!("{field}: null"),
                "|exists" => format!("{field}|exists: {}", words[0].len() % 2 == 0),
                "|gt" | "|lte" => format!("{field}{modifiers}: {}", words[0].len()),
                "|cidr" => format!("{field}|cidr: 10.0.0.0/{}", 8 + words[0].len()),
                "|fieldref" | "|fieldref|contains" => format!("{field}{modifiers}: B"),
                "|base64offset|contains" => format!("{field}{modifiers}: 'ab{}'", words[0].replace(['*', '?', '\\'], "")),
                "|re" | "|re|i" => format!(
                    "{field}{modifiers}: {}",
                    list(&words.iter().map(|w| w.replace(['*', '?', '\\'], ".")).map(|w| format!("{w}|aB+")).collect::<Vec<_>>())
                ),
                "" if words[0].parse::<u32>().is_ok() => format!("{field}: {}", words[0]),
                _ => format!("{field}{modifiers}: {}", list(&words)),
            }
        },
    )
}

fn selection() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::collection::vec(item(), 1..3).prop_map(|items| {
            // A key may stand once in a map.
            let mut seen = std::collections::BTreeSet::new();
            items.into_iter().filter(|item| seen.insert(item.split(": ").next().unwrap().to_owned())).map(|item| format!("        {item}\n")).collect::<String>()
        }),
        1 => prop::collection::vec(item(), 1..3).prop_map(|items| items.into_iter().map(|item| format!("        - {item}\n")).collect::<String>()),
        1 => prop::collection::vec("[ab]{1,3}", 1..3).prop_map(|words| words.into_iter().map(|word| format!("        - '{word}'\n")).collect::<String>()),
        1 => prop::collection::vec("[ab]{1,3}", 2..3).prop_map(|words| format!("        '|all': [{}]\n", words.join(", "))),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["s0", "s1", "s2", "1 of s*", "all of them", "2 of s*"]).prop_map(str::to_owned);
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not {a}")),
        ]
    })
}

fn rule() -> impl Strategy<Value = String> {
    let source = prop::sample::select(vec![
        "product: windows",
        "category: process_creation",
        "product: windows, service: sysmon",
        "product: windows, category: process_creation",
        "product: linux",
    ]);
    (source, [selection(), selection(), selection()], condition()).prop_map(|(source, [a, b, c], condition)| {
        format!("title: R\nlogsource: {{{source}}}\ndetection:\n    s0:\n{a}    s1:\n{b}    s2:\n{c}    condition: {condition}\n")
    })
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let one = prop_oneof![
        6 => word().prop_map(serde_json::Value::from),
        2 => "[aAbB/\\-– .\\\\k]{0,12}".prop_map(serde_json::Value::from),
        1 => (0i64..30).prop_map(serde_json::Value::from),
        1 => (0i64..30).prop_map(|n| serde_json::Value::from(n as f64 / 2.0)),
        1 => Just(serde_json::Value::Null),
        1 => any::<bool>().prop_map(serde_json::Value::from),
    ];
    prop_oneof![4 => one.clone(), 1 => prop::collection::vec(one, 2..4).prop_map(serde_json::Value::from)]
}

fn event() -> impl Strategy<Value = String> {
    let names = vec![
        "A",
        "B",
        "C",
        "Image",
        "winlog.event_data.A",
        "winlog.event_data.Image",
        "process.executable",
        "winlog.event_data. A",
        "other",
    ];
    prop::collection::btree_map(prop::sample::select(names), value(), 0..6)
        .prop_map(|fields| serde_json::to_string(&fields).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]
    #[test]
    fn the_plan_agrees_with_its_definition(rules in prop::collection::vec(rule(), 1..12), events in prop::collection::vec(event(), 1..5)) {
        let files = rules.iter().enumerate().map(|(i, text)| RuleFile { name: format!("{i}.yml"), text: text.as_bytes().to_vec() }).collect();
        let (set, report) = RuleSet::compile(files);
        // The generator may write a regular expression that is none; anything else is its fault.
        prop_assert!(report.refused.iter().all(|r| r.code == "rule.regex"), "{:?}", report.refused);
        let mut scratch = Scratch::new();
        let mut out = Vec::new();
        for json in &events {
            let event = event_of(json, source("windows", "sysmon", &["process_creation"]));
            out.clear();
            set.matches(&event, &mut scratch, &mut out);
            for rule in 0..set.rules().len() as u32 {
                prop_assert_eq!(out.contains(&rule), set.holds(rule, &event), "{}\n{}", set.rules()[rule as usize].text, json);
            }
        }
    }
}
