//! Events whose values are made of the words that rules look for.

use super::{MOMENTS, SECRETS, word};
use crate::{event_of, source};
use model::Event;
use proptest::prelude::*;
use serde_json::Value;

/// An event as it was made.
#[derive(Clone, Debug)]
pub struct Made {
    json: String,
    /// What came over the wire, where that was a line of text.
    line: Option<String>,
    categories: &'static [&'static str],
    product: &'static str,
}

impl Made {
    pub fn event(&self) -> Event {
        let mut event = event_of(&self.json, source(self.product, "sysmon", self.categories));
        if let Some(line) = &self.line {
            let mut other = Event::new(line.as_bytes(), model::Timestamp(0));
            other.log_source = event.log_source;
            event.iter().for_each(|(field, value)| other.push(field, value));
            event = other;
        }
        event
    }
}

/// A text in which some of the words of rules stand, in another case or with other dashes.
fn text() -> impl Strategy<Value = String> {
    let cased = (word(), 0..6u8).prop_map(|(word, how)| match how {
        0 => word.to_uppercase(),
        1 => word.to_lowercase(),
        2 => word.replace('-', "/"),
        3 => word.replace('/', "–"),
        _ => word,
    });
    let encoded =
        (prop::sample::select(SECRETS), 0..4u8, prop::sample::select(vec!["", "", "x", "xy"])).prop_map(encode);
    prop_oneof![
        4 => cased.clone(),
        3 => prop::collection::vec(cased, 2..4).prop_map(|words| words.concat()),
        3 => encoded,
        2 => prop::sample::select(MOMENTS).prop_map(str::to_owned),
        1 => "[aAbB/\\-– .\\\\k]{0,12}",
    ]
}

/// Base64 of a word behind another, in one of the encodings of text.
fn encode((word, encoding, before): (&str, u8, &str)) -> String {
    use base64::Engine;
    let units: Vec<u16> = word.encode_utf16().collect();
    let bytes: Vec<u8> = match encoding {
        0 => units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        1 => units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        2 => [0xFEFF].iter().chain(&units).flat_map(|unit| unit.to_le_bytes()).collect(),
        _ => word.as_bytes().to_vec(),
    };
    base64::engine::general_purpose::STANDARD.encode([before.as_bytes(), &bytes].concat())
}

fn value() -> impl Strategy<Value = Value> {
    let numbers =
        vec!["7", "7.0", "46", "4688", "4688.0", "-1", "1.5", "7e0", "0", "18446744073709551615", "1754142310"];
    let one = prop_oneof![
        12 => text().prop_map(Value::from),
        3 => prop::sample::select(numbers).prop_map(|number| serde_json::from_str(number).unwrap()),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
    ];
    let many = prop::collection::vec(one.clone(), 2..5).prop_map(Value::from);
    prop_oneof![5 => one, 2 => many]
}

/// An event of one of the places at which rules look.
pub fn event() -> impl Strategy<Value = Made> {
    let names = vec![
        "A",
        "A",
        "B",
        "B",
        "C",
        "Image",
        "winlog.event_data.A",
        "winlog.event_data.Image",
        "process.executable",
        "winlog.event_data. A",
        "winlog.event_data.NewProcessName",
        "other",
        "a",
    ];
    let categories: Vec<&'static [&'static str]> =
        vec![&["process_creation"], &["process_creation", "file_event"], &[]];
    let products = prop::sample::select(vec!["windows", "windows", "windows", "linux", ""]);
    let fields = prop::collection::btree_map(prop::sample::select(names), value(), 0..7);
    (fields, prop::option::weighted(0.2, text()), prop::sample::select(categories), products).prop_map(
        |(fields, line, categories, product)| {
            let json = serde_json::to_string(&fields).unwrap();
            let line = line.map(|line| format!("<38>x{line}"));
            Made { json, line, categories, product }
        },
    )
}
