//! JSON and NDJSON: what serde_json takes we take, with the same leaves; what it does not take has a diagnostic.

#![no_main]

use fuzz::{parsed, says};
use libfuzzer_sys::fuzz_target;
use model::{Value, Verdict};
use parse::Format;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

fuzz_target!(|data: &[u8]| {
    records(data);
    // Below a name of its own nothing is renamed, removed or read as a time.
    let wrapped = [b"{\"x\":".as_slice(), data, b"}"].concat();
    let event = parsed(&wrapped, Format::Json);
    let mut leaves = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(&wrapped);
    let understood = Walk { path: String::new(), leaves: &mut leaves }.deserialize(&mut json).is_ok() && json.end().is_ok();
    let odd = ["json.lone_surrogate", "text.not_utf8", "json.trailing", "json.number", "json.escape", "json.control"];
    if !understood {
        assert!(!event.diagnostics.is_empty(), "malformed and not said: {}", wrapped.escape_ascii());
        return;
    }
    if event.diagnostics.iter().any(|fault| fault.verdict > Verdict::Flag) || says(&event, "json.too_many_fields") || says(&event, "json.name_too_long") {
        return;
    }
    assert!(!says(&event, "json.syntax") && !odd.iter().any(|code| says(&event, code)), "{:?} of {}", event.diagnostics, wrapped.escape_ascii());
    let found: Vec<(String, Option<String>)> = event.iter().map(|(field, value)| (field.name().to_owned(), text(value))).collect();
    assert_eq!(found, leaves, "{}", wrapped.escape_ascii());
});

/// Splitting finds every byte that is not between records, in order.
fn records(data: &[u8]) {
    for format in [Format::Auto, Format::Json, Format::Lines] {
        let mut at = data.as_ptr() as usize;
        for record in parse::split(data, format) {
            let start = record.as_ptr() as usize;
            assert!(start >= at && start + record.len() <= data.as_ptr() as usize + data.len());
            let between = &data[at - data.as_ptr() as usize..start - data.as_ptr() as usize];
            let blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']' | 0xef | 0xbb | 0xbf);
            assert!(between.iter().all(blank), "lost: {}", between.escape_ascii());
            at = start + record.len();
            parsed(record, format);
        }
        let rest = &data[at - data.as_ptr() as usize..];
        assert!(rest.iter().all(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']' | 0xef | 0xbb | 0xbf)), "lost: {}", rest.escape_ascii());
    }
}

fn text(value: Value<'_>) -> Option<String> {
    match value {
        // How a number is written is ours to keep; its value is not asked here.
        Value::Int(_) | Value::Number(_) => Some("number".to_owned()),
        Value::Null => None,
        Value::Bool(is) => Some(is.to_string()),
        Value::Str(text) => Some(format!("={text}")),
    }
}

/// Collects the leaves of a document under their dotted names.
struct Walk<'l> {
    path: String,
    leaves: &'l mut Vec<(String, Option<String>)>,
}

impl Walk<'_> {
    fn leaf<E>(self, value: Option<String>) -> Result<(), E> {
        self.leaves.push((self.path, value));
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E>(self, is: bool) -> Result<(), E> {
        self.leaf(Some(is.to_string()))
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.leaf(Some("number".to_owned()))
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.leaf(Some("number".to_owned()))
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.leaf(Some("number".to_owned()))
    }
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.leaf(Some(format!("={text}")))
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        self.leaf(None)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut empty = true;
        while list.next_element_seed(Walk { path: self.path.clone(), leaves: &mut *self.leaves })?.is_some() {
            empty = false;
        }
        if empty { self.leaf(None) } else { Ok(()) }
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut empty = true;
        while let Some(name) = map.next_key::<String>()? {
            empty = false;
            let path = if self.path.is_empty() { name } else { format!("{}.{name}", self.path) };
            map.next_value_seed(Walk { path, leaves: &mut *self.leaves })?;
        }
        if empty { self.leaf(None) } else { Ok(()) }
    }
}
