//! Random rules and events that meet: both take their words from one pool, so that every kind of item holds often and
//! fails often.

mod event;
mod item;

pub use event::{Made, event};
pub use item::{item, keywords};

use detect::{Placeholders, Setting};
use proptest::prelude::*;

/// Words that rules look for and values are made of.
const POOL: &[&str] = &[
    "",
    "a",
    "b",
    "ab",
    "aba",
    "abab",
    "bbbb",
    "abababab",
    "aaaaaaaaa",
    " -enc",
    "/enc",
    "–enc",
    "-",
    "whoami",
    "IEX",
    "power",
    "PowerShell.exe",
    r"\powershell.exe",
    r"C:\Windows\",
    r"C:\Windows\System32\",
    "straße",
    "ΣΟΦΟΣ",
    "ſtop",
    "\u{212A}ey",
    "a.b",
    "a\nb",
    "true",
    "7",
    "07",
    "46",
    "4688",
    "-1",
    "1.5",
    "10.0.0.1",
    "192.168.4.4",
    "2001:db8::1",
    "2025-08-02T13:45:10Z",
    "2024-12-30",
];

/// Words that stand in values encoded.
const SECRETS: &[&str] = &["whoami", "IEX", "abab", "ΣΟΦΟΣ"];

/// Moments, as texts.
const MOMENTS: &[&str] = &["2025-08-02T13:45:10Z", "2025-08-30 00:30:00", "2024-12-30", "2025-01-02T13:13:13+02:00"];

/// The lists that placeholders name; one of them is empty.
pub fn lists() -> Setting {
    let mut placeholders = Placeholders::new();
    placeholders.define("Words", ["ab*", "whoami", "-enc"]);
    placeholders.define("Letters", ["a", "b?"]);
    placeholders.define("Nets", ["10.0.0.0/8", "2001:db8::/32"]);
    placeholders.define("Nobody", [] as [&str; 0]);
    Setting { placeholders, ..Setting::default() }
}

/// A word of the pool, short noise over few letters, or two of them in a row.
pub fn word() -> BoxedStrategy<String> {
    let one = prop_oneof![
        5 => prop::sample::select(POOL).prop_map(str::to_owned),
        2 => "[aAbB/\\-\\\\.k]{0,5}",
        1 => "[aAbB–—Σσςſs\u{212A}]{0,5}",
        1 => "[ab]{4,9}",
    ];
    prop_oneof![4 => one.clone(), 1 => (one.clone(), one).prop_map(|(a, b)| a + &b)].boxed()
}

/// A selection's body, indented below its name.
fn selection() -> impl Strategy<Value = String> {
    let lines = |items: Vec<String>| items.into_iter().map(|item| format!("        {item}\n")).collect::<String>();
    let map = prop::collection::vec(item(), 1..4).prop_map(|items| {
        // A key may stand once in a map.
        let mut seen = std::collections::BTreeSet::new();
        items.into_iter().filter(|item| seen.insert(item.key.clone())).map(|item| item.text()).collect::<Vec<_>>()
    });
    let dash = |lines: Vec<String>| {
        lines.into_iter().enumerate().map(|(at, line)| format!("{} {line}", if at == 0 { "-" } else { " " })).collect()
    };
    prop_oneof![
        4 => map.clone().prop_map(lines),
        2 => prop::collection::vec(map.prop_map(dash), 1..3).prop_map(move |maps: Vec<Vec<String>>| lines(maps.concat())),
        2 => keywords().prop_map(move |item| lines(item.lines())),
        1 => (item(), keywords()).prop_map(move |(item, words)| {
            let own = vec![format!("- {}", item.text())];
            lines(if words.key.is_empty() { [own, words.lines()].concat() } else { [own, vec![format!("- {}", words.text())]].concat() })
        }),
    ]
}

fn condition(leaves: &'static [&'static str]) -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(leaves).prop_map(str::to_owned);
    leaf.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and not {b})")),
            inner.prop_map(|a| format!("not {a}")),
        ]
    })
}

const LEAVES: &[&str] = &[
    "s0", "s1", "s2", "_x", "1 of s*", "all of s*", "2 of s*", "3 of s*", "1 of them", "2 of them", "all of them", "1 of *1",
    "any of _*",
];

/// Where rules look; events come from the same places.
const SOURCES: &[&str] = &[
    "product: windows",
    "category: process_creation",
    "product: windows, service: sysmon",
    "product: windows, category: process_creation",
    "product: linux",
    "definition: any",
];

/// A rule.
pub fn rule() -> impl Strategy<Value = String> {
    let selections = [selection(), selection(), selection(), selection()];
    (prop::sample::select(SOURCES), selections, condition(LEAVES)).prop_map(|(source, [a, b, c, d], condition)| {
        format!(
            "title: R\nlogsource: {{{source}}}\ndetection:\n    s0:\n{a}    s1:\n{b}    s2:\n{c}    _x:\n{d}    condition: '{condition}'\n"
        )
    })
}

/// A filter over all rules that look where it looks.
pub fn filter() -> impl Strategy<Value = String> {
    let condition = condition(&["f0", "not f0", "1 of f*", "not 1 of f*", "all of f*"]);
    (prop::sample::select(SOURCES), [selection(), selection()], condition).prop_map(|(source, [a, b], condition)| {
        format!("title: F\nlogsource: {{{source}}}\nfilter:\n    rules: any\n    f0:\n{a}    f1:\n{b}    condition: '{condition}'\n")
    })
}
