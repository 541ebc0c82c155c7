//! Matches for people and for programs.

mod indicator;

use super::html::{self, About, Report};
use crate::output::{Failure, csv_cell, inert};
use detect::Rule;
use dissect::Hit;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::io::{self, Write};

/// How matches are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One line a match, for people.
    Table,
    /// One array.
    Json,
    /// One object a line.
    Ndjson,
    /// RFC 4180, with a header.
    Csv,
    /// One page for people, at the end.
    Html,
    /// One object a line, as Timesketch imports them.
    Timesketch,
}

impl Shape {
    /// The shape that a word names.
    pub fn parse(word: &str) -> Result<Shape, Failure> {
        match word {
            "table" => Ok(Shape::Table),
            "json" => Ok(Shape::Json),
            "ndjson" => Ok(Shape::Ndjson),
            "csv" => Ok(Shape::Csv),
            "html" => Ok(Shape::Html),
            "timesketch" => Ok(Shape::Timesketch),
            _ => Err(Failure::usage("the formats are table, json, ndjson, csv, html and timesketch")),
        }
    }
}

/// The columns of CSV; new ones come last.
const COLUMNS: [&str; 10] = ["time", "level", "rule", "rule_id", "tags", "host", "user", "file", "record", "matched"];

/// Prints matches as they come.
pub struct Printer<W> {
    out: W,
    shape: Shape,
    printed: u64,
    report: Report,
    /// Whether there are lists, and columns for what they say.
    with_lists: bool,
}

impl<W: Write> Printer<W> {
    /// A printer that has printed nothing.
    pub fn new(out: W, shape: Shape, with_lists: bool) -> Printer<W> {
        Printer { out, shape, printed: 0, report: Report::default(), with_lists }
    }

    /// Prints one match; of a correlation it comes with all of its events, by file and record.
    pub fn print(&mut self, file: &str, rule: &Rule, hit: &Hit, events: &[(Cow<'_, str>, u64)]) -> io::Result<()> {
        let first = self.printed == 0;
        self.printed += 1;
        match self.shape {
            Shape::Ndjson => writeln!(self.out, "{}", object(file, rule, hit, events)),
            Shape::Timesketch => writeln!(self.out, "{}", timesketch(file, rule, hit, events)),
            Shape::Json => write!(self.out, "{}{}", if first { "[\n" } else { ",\n" }, object(file, rule, hit, events)),
            Shape::Html => {
                self.report.add(file, rule, hit);
                Ok(())
            }
            Shape::Csv => {
                if first {
                    self.header()?;
                }
                self.cells(file, rule, hit)
            }
            Shape::Table => {
                if first {
                    self.titles()?;
                }
                let time = hit.time.to_string();
                let more = if events.len() > 1 { format!(" and {} more", events.len() - 1) } else { String::new() };
                let place = format!("{file}#{}{more}", hit.record);
                let [host, user] = [&hit.host, &hit.user].map(|text| text.as_deref().unwrap_or("-"));
                self.row([&time, rule.reference.level.as_str(), host, user, &rule.reference.title, &place])
            }
        }
    }

    /// Notes something that could not be read, for a report that says what it does not cover.
    pub fn fault(&mut self, text: &str) {
        if self.shape == Shape::Html {
            self.report.fault(text.to_owned());
        }
    }

    fn row(&mut self, [time, level, host, user, rule, place]: [&str; 6]) -> io::Result<()> {
        let row = format!("{time:<30}  {level:<8}  {host:<20}  {user:<16}  {rule:<60}  {place}");
        writeln!(self.out, "{}", inert(&row).replace('\n', "\\n"))
    }

    fn titles(&mut self) -> io::Result<()> {
        self.row(["TIME", "LEVEL", "HOST", "USER", "RULE", "WHERE"])
    }

    fn header(&mut self) -> io::Result<()> {
        let more = if self.with_lists { &indicator::COLUMNS[..] } else { &[] };
        write!(self.out, "{}\r\n", [&COLUMNS, more].concat().join(","))
    }

    fn cells(&mut self, file: &str, rule: &Rule, hit: &Hit) -> io::Result<()> {
        let reference = &rule.reference;
        let [host, user] = [&hit.host, &hit.user].map(|text| text.as_deref().unwrap_or_default());
        let (time, tags, record) = (hit.time.to_string(), reference.tags.join(" "), hit.record.to_string());
        let matched = Value::Object(matched(hit)).to_string();
        let level = reference.level.as_str();
        let cells = [&time, level, &reference.title, &reference.id, &tags, host, user, file, &record, &matched].map(csv_cell);
        let empty = if self.with_lists { ",".repeat(indicator::COLUMNS.len()) } else { String::new() };
        write!(self.out, "{}{empty}\r\n", cells.join(","))
    }

    /// What comes after the last match.
    pub fn end(&mut self, about: &About) -> io::Result<()> {
        match (self.shape, self.printed) {
            (Shape::Json, 0) => writeln!(self.out, "[]")?,
            (Shape::Json, _) => writeln!(self.out, "\n]")?,
            (Shape::Csv, 0) => self.header()?,
            (Shape::Html, _) => html::write(&mut self.out, &self.report, about)?,
            (Shape::Table | Shape::Ndjson | Shape::Csv | Shape::Timesketch, _) => {}
        }
        self.out.flush()
    }
}

/// The fields by which a rule matched, each once.
fn matched(hit: &Hit) -> Map<String, Value> {
    let mut matched = Map::new();
    for one in &hit.matched {
        matched.entry(one.field.clone()).or_insert_with(|| Value::String(one.value.clone()));
    }
    matched
}

fn object(file: &str, rule: &Rule, hit: &Hit, events: &[(Cow<'_, str>, u64)]) -> Value {
    let matched = matched(hit);
    let rule = &rule.reference;
    let mut object = json!({
        "time": hit.time,
        "rule": {"id": rule.id, "title": rule.title, "level": rule.level, "tags": rule.tags},
        "file": file,
        "record": hit.record,
        "host": hit.host,
        "user": hit.user,
        "matched": matched,
    });
    if let Some(object) = object.as_object_mut().filter(|_| !events.is_empty()) {
        object.insert("events".to_owned(), places(events));
    }
    object
}

/// The events of a correlation.
fn places(events: &[(Cow<'_, str>, u64)]) -> Value {
    events.iter().map(|(file, record)| json!({"file": file, "record": record})).collect()
}

/// An event as Timesketch imports it: `message`, `datetime` and `timestamp_desc` are required, the rest is free. A name
/// with dots would become nested objects there, so that matched fields are written with underscores.
fn timesketch(file: &str, rule: &Rule, hit: &Hit, events: &[(Cow<'_, str>, u64)]) -> Value {
    let reference = &rule.reference;
    let mut event = Map::new();
    for (field, value) in matched(hit) {
        let name: String = field.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        event.entry(format!("matched_{name}")).or_insert(value);
    }
    let [host, user] = [&hit.host, &hit.user].map(|text| text.as_deref().map(|text| format!(", {text}")).unwrap_or_default());
    let own = [
        ("message", json!(format!("{} ({}){host}{user}", reference.title, reference.level.as_str()))),
        ("datetime", json!(hit.time)),
        ("timestamp", json!(hit.time.nanos().div_euclid(1_000))),
        ("timestamp_desc", json!("Event Logged")),
        ("rule_title", json!(reference.title)),
        ("rule_id", json!(reference.id)),
        ("rule_level", json!(reference.level)),
        ("tag", json!(reference.tags)),
        ("hostname", json!(hit.host)),
        ("username", json!(hit.user)),
        ("source_file", json!(file)),
        ("record", json!(hit.record)),
        ("events", if events.is_empty() { Value::Null } else { places(events) }),
    ];
    event.extend(own.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)));
    Value::Object(event)
}
