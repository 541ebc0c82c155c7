//! Items of every kind that the language knows.

use super::{SECRETS, word};
use proptest::prelude::*;

/// A field or keywords with modifiers and values.
#[derive(Clone, Debug)]
pub struct Item {
    /// `Field|modifiers`; `|modifiers` or nothing for keywords.
    pub key: String,
    /// YAML, each value in one line.
    pub values: Vec<String>,
}

impl Item {
    /// As one line of a map.
    pub fn text(&self) -> String {
        match &*self.values {
            [value] => format!("'{}': {value}", self.key),
            values => format!("'{}': [{}]", self.key, values.join(", ")),
        }
    }

    /// Keywords as the lines of a selection.
    pub fn lines(&self) -> Vec<String> {
        if self.key.is_empty() {
            self.values.iter().map(|value| format!("- {value}")).collect()
        } else {
            vec![self.text()]
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// A word as Sigma writes it: its own `*`, `?` and the backslashes before them are none of the language's.
fn escaped(word: &str) -> String {
    word.replace('\\', r"\\").replace('*', r"\*").replace('?', r"\?")
}

/// A pattern: a word, or words and wildcards.
fn pattern() -> impl Strategy<Value = String> {
    let joint = prop::sample::select(vec!["*", "*", "?", "**", "*?"]);
    let end = prop::sample::select(vec!["", "", "*", "?"]);
    prop_oneof![
        5 => word().prop_map(|word| escaped(&word)),
        1 => word(),
        2 => (end.clone(), word(), joint, word(), end).prop_map(|(start, a, joint, b, end)| {
            format!("{start}{}{joint}{}{end}", escaped(&a), escaped(&b))
        }),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    let piece = word().prop_map(|word| regex_of(&word));
    let whole = (
        prop::sample::select(vec!["", "^"]),
        piece.clone(),
        prop::sample::select(vec!["", ".*", "b+", "|", "[^-]", "?"]),
        piece,
        prop::sample::select(vec!["", "$"]),
    );
    let common = prop::sample::select(vec!["a", "[ab]", "[a-z]+", "b|e", "."]).prop_map(str::to_owned);
    prop_oneof![3 => whole.prop_map(|(start, a, middle, b, end)| format!("{start}{a}{middle}{b}{end}")), 1 => common]
}

fn regex_of(word: &str) -> String {
    word.chars()
        .map(|c| {
            if c.is_alphanumeric() {
                c.to_string()
            } else {
                format!("[{}{c}]", if "\\^-]".contains(c) { "\\" } else { "" })
            }
        })
        .collect()
}

const FIELDS: &[&str] = &["A", "A", "B", "C", "Image"];

const TEXT: &[&str] = &[
    "",
    "",
    "|contains",
    "|contains",
    "|startswith",
    "|endswith",
    "|contains|all",
    "|cased",
    "|contains|cased",
    "|startswith|cased",
    "|endswith|cased",
    "|windash",
    "|contains|windash",
    "|endswith|windash",
    "|startswith|windash",
    "|contains|windash|cased",
    "|neq",
    "|contains|neq",
    "|endswith|windash|neq",
    "|contains|all|neq",
];
const REGEX: &[&str] = &["|re", "|re", "|re|i", "|re|m", "|re|s", "|re|i|m|s", "|re|all", "|re|neq"];
const ENCODED: &[&str] = &[
    "|base64",
    "|base64|contains",
    "|base64offset|contains",
    "|base64offset|contains",
    "|wide|base64offset|contains",
    "|utf16le|base64|contains",
    "|utf16be|base64|contains",
    "|utf16|base64",
    "|base64offset|contains|cased",
];
const REFERENCE: &[&str] = &[
    "|fieldref",
    "|fieldref",
    "|fieldref|startswith",
    "|fieldref|endswith",
    "|fieldref|contains",
    "|fieldref|cased",
    "|fieldref|neq",
    "|fieldref|contains|windash",
];
const ORDER: &[&str] = &["|gt", "|gte", "|lt", "|lte", "|gt|neq"];
const MOMENT: &[&str] = &["|minute", "|hour", "|day", "|week", "|month", "|year", "|hour|gte", "|day|lt", "|year|neq"];
const EXPAND: &[&str] =
    &["|expand", "|contains|expand", "|expand|startswith", "|contains|all|expand", "|expand|neq", "|re|expand"];

fn number() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["7", "46", "4688", "-1", "1.5", "0", "7.0", "'7'", "'4688'", "13"])
        .prop_map(str::to_owned)
}

fn network() -> impl Strategy<Value = String> {
    let nets = vec![
        "10.0.0.0/8",
        "10.0.0.0/31",
        "192.168.0.0/16",
        "0.0.0.0/0",
        "10.0.0.1",
        "2001:db8::/32",
        "2001:db8::1/128",
        "::/0",
        "fe80::/10",
    ];
    prop::sample::select(nets).prop_map(quoted)
}

/// An item of a field.
pub fn item() -> BoxedStrategy<Item> {
    let of = |modifiers: &'static [&'static str], values: BoxedStrategy<Vec<String>>| {
        (prop::sample::select(FIELDS), prop::sample::select(modifiers), values)
            .prop_map(|(field, modifiers, values)| Item { key: format!("{field}{modifiers}"), values })
            .boxed()
    };
    let some = |value: BoxedStrategy<String>| prop::collection::vec(value, 1..4).boxed();
    let one = |value: BoxedStrategy<String>| value.prop_map(|value| vec![value]).boxed();
    let texts =
        prop_oneof![8 => pattern().prop_map(|text| quoted(&text)), 1 => number(), 1 => Just("true".to_owned())].boxed();
    let secrets = prop::sample::select(SECRETS).prop_map(quoted);
    let names = prop::sample::select(vec!["A", "B", "C", "Image"]).prop_map(str::to_owned).boxed();
    let lists = prop::sample::select(vec![
        "'%Words%'",
        "'%Letters%'",
        "'%Letters%'",
        "'%Nobody%'",
        "'a%Words%'",
        "'%Words%%Words%'",
        "whoami",
    ])
    .prop_map(str::to_owned)
    .boxed();
    let moments = prop::sample::select(vec!["13", "45", "2", "31", "8", "1", "2025", "2024", "0", "30", "'13'"])
        .prop_map(str::to_owned)
        .boxed();
    prop_oneof![
        12 => of(TEXT, some(texts)),
        2 => of(&[""], some(number().boxed())),
        3 => of(REGEX, some(expression().prop_map(|text| quoted(&text)).boxed())),
        2 => of(ENCODED, some(secrets.boxed())),
        2 => of(REFERENCE, some(names)),
        2 => of(ORDER, some(number().boxed())),
        2 => of(&["|cidr", "|cidr", "|cidr|neq"], some(network().boxed())),
        1 => of(&["|expand|cidr"], one(Just("'%Nets%'".to_owned()).boxed())),
        1 => of(EXPAND, some(lists)),
        2 => of(MOMENT, some(moments)),
        1 => of(&["|exists", "|exists|neq"], one(any::<bool>().prop_map(|wanted| wanted.to_string()).boxed())),
        1 => of(&["", "|neq"], one(Just("null".to_owned()).boxed())),
    ]
    .boxed()
}

/// Keywords.
pub fn keywords() -> impl Strategy<Value = Item> {
    // What is nothing but wildcards would be in every event and is refused.
    let words = pattern().prop_filter_map("says nothing", |text| text.contains(|c| c != '*').then(|| quoted(&text)));
    let keys =
        vec!["", "", "", "", "|all", "|all", "|cased", "|windash", "|startswith", "|endswith", "|neq", "|contains|all"];
    let plain = (prop::sample::select(keys), prop::collection::vec(prop_oneof![5 => words, 1 => number()], 1..4));
    let odd = prop_oneof![
        expression().prop_filter("is in every event", |text| !text.is_empty()).prop_map(|text| ("|re", quoted(&text))),
        network().prop_map(|text| ("|cidr", text)),
        number().prop_map(|text| ("|gt", text)),
        Just(("|expand", "'%Words%'".to_owned())),
        prop::sample::select(SECRETS).prop_map(|text| ("|base64offset|contains", quoted(text))),
    ];
    let of = |(key, values): (&str, Vec<String>)| Item { key: key.to_owned(), values };
    prop_oneof![5 => plain.prop_map(of), 1 => odd.prop_map(move |(key, value)| of((key, vec![value])))]
}
