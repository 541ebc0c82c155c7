//! The crate through its public door: the specification as cases, the plan against its own definition, a second
//! engine, the published rules and events, and the rules of this repository.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test ends by the one and tells by the other")]

mod agreement;
mod content;
mod correlations;
mod explanation;
mod generate;
mod keywords;
mod language;
mod loading;
mod oracle;
mod pipelines;
mod published;
mod spec;
mod views;

use detect::{LoadReport, RuleFile, RuleSet, Scratch};
use model::{Event, Field, LogSource, Name, Timestamp, Value};

/// A log source from its words.
fn source(product: &str, service: &str, categories: &[&str]) -> LogSource {
    let source = LogSource::new(Name::of(product), Name::of(service));
    categories.iter().fold(source, |source, category| source.with_category(Name::of(category)))
}

/// An event with the members of a JSON object as fields, as `parse` lays them out: nested names joined by dots, arrays
/// as several values.
fn event_of(json: &str, source: LogSource) -> Event {
    let mut event = Event::new(json.as_bytes(), Timestamp(0));
    event.log_source = source;
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    flatten("", &value, &mut event);
    event
}

fn flatten(name: &str, value: &serde_json::Value, event: &mut Event) {
    let mut push = |value: Value<'_>| event.push(Field::intern(name).unwrap(), value);
    match value {
        serde_json::Value::Null => push(Value::Null),
        serde_json::Value::Bool(b) => push(Value::Bool(*b)),
        serde_json::Value::Number(n) => match n.as_i64() {
            Some(i) => push(Value::Int(i)),
            None => push(Value::Number(&n.to_string())),
        },
        serde_json::Value::String(s) => push(Value::Str(s)),
        serde_json::Value::Array(members) => members.iter().for_each(|member| flatten(name, member, event)),
        serde_json::Value::Object(members) => members.iter().for_each(|(key, value)| {
            let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
            flatten(&name, value, event);
        }),
    }
}

/// A rule around a `detection` section.
fn rule_text(detection: &str) -> String {
    let indented: String = detection.lines().map(|line| format!("    {line}\n")).collect();
    format!("title: Test\nlogsource:\n    product: test\ndetection:\n{indented}level: high\n")
}

fn compile(text: &str) -> (RuleSet, LoadReport) {
    RuleSet::compile(vec![RuleFile { name: "test.yml".to_owned(), text: text.as_bytes().to_vec() }])
}

/// The rules that match, by the plan; the slow definition and the explanation must say the same.
#[track_caller]
fn matches(set: &RuleSet, event: &Event) -> Vec<u32> {
    let mut out = Vec::new();
    set.matches(event, &mut Scratch::new(), &mut out);
    for rule in 0..set.rules().len() as u32 {
        assert_eq!(
            out.contains(&rule),
            set.holds(rule, event),
            "plan and definition disagree on {}",
            set.rules()[rule as usize].text
        );
        if event.log_source.satisfies(&set.rules()[rule as usize].log_source) {
            assert_eq!(set.explain(rule, event).holds, set.holds(rule, event));
        }
    }
    out
}

/// A bundle of the shared public data; `None`, said aloud, where it is not there.
fn shared(path: &str) -> Option<Vec<u8>> {
    let root = std::env::var("WATCHFLOOR_SHARED_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned());
    let path = format!("{root}/{path}");
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("skipped: no shared data at {path}");
    }
    bytes
}

/// Events without a match are passed over; the others are named by their place.
#[test]
fn a_batch_is_each_of_its_events() {
    let rule = |title: &str, value: &str| format!("title: {title}\nlogsource: {{product: test}}\ndetection: {{s: {{f|contains: {value}}}, condition: s}}\n");
    let (set, report) = compile(&format!("{}---\n{}", rule("First", "a"), rule("Second", "b")));
    assert_eq!(report.refused, []);
    let batch = [r#"{"f": "b"}"#, r#"{"f": "c"}"#, r#"{"f": "ab"}"#].map(|json| event_of(json, source("test", "", &[])));
    let mut found = Vec::new();
    set.matches_each(&batch, &mut Scratch::new(), |at, rules| found.push((at, rules.to_vec())));
    assert_eq!(found, [(0, vec![1]), (2, vec![0, 1])]);
}

/// A set is shared between threads and each has its own scratch.
#[test]
fn a_rule_set_crosses_threads() {
    fn crosses<T: Send + Sync>() {}
    crosses::<RuleSet>();
    crosses::<Scratch>();
}
