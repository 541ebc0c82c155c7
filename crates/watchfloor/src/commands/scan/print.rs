//! Matches for people and for programs.

use crate::output::{Failure, inert};
use detect::Rule;
use dissect::Hit;
use serde_json::{Map, Value, json};
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
}

impl Shape {
    /// The shape that a word names.
    pub fn parse(word: &str) -> Result<Shape, Failure> {
        match word {
            "table" => Ok(Shape::Table),
            "json" => Ok(Shape::Json),
            "ndjson" => Ok(Shape::Ndjson),
            "csv" | "html" | "timesketch" => Err(Failure::usage(format!("--format {word} is not there yet; use table, json or ndjson"))),
            _ => Err(Failure::usage("the formats are table, json and ndjson")),
        }
    }
}

/// Prints matches as they come.
pub struct Printer<W> {
    out: W,
    shape: Shape,
    printed: u64,
}

impl<W: Write> Printer<W> {
    /// A printer that has printed nothing.
    pub fn new(out: W, shape: Shape) -> Printer<W> {
        Printer { out, shape, printed: 0 }
    }

    /// Prints one match.
    pub fn print(&mut self, file: &str, rule: &Rule, hit: &Hit) -> io::Result<()> {
        let first = self.printed == 0;
        self.printed += 1;
        match self.shape {
            Shape::Ndjson => writeln!(self.out, "{}", object(file, rule, hit)),
            Shape::Json => write!(self.out, "{}{}", if first { "[\n" } else { ",\n" }, object(file, rule, hit)),
            Shape::Table => {
                if first {
                    self.row(["TIME", "LEVEL", "HOST", "USER", "RULE", "WHERE"])?;
                }
                let time = hit.time.to_string();
                let place = format!("{file}#{}", hit.record);
                let [host, user] = [&hit.host, &hit.user].map(|text| text.as_deref().unwrap_or("-"));
                self.row([&time, rule.reference.level.as_str(), host, user, &rule.reference.title, &place])
            }
        }
    }

    fn row(&mut self, [time, level, host, user, rule, place]: [&str; 6]) -> io::Result<()> {
        let row = format!("{time:<30}  {level:<8}  {host:<20}  {user:<16}  {rule:<60}  {place}");
        writeln!(self.out, "{}", inert(&row).replace('\n', "\\n"))
    }

    /// What comes after the last match.
    pub fn end(&mut self) -> io::Result<()> {
        match (self.shape, self.printed) {
            (Shape::Json, 0) => writeln!(self.out, "[]")?,
            (Shape::Json, _) => writeln!(self.out, "\n]")?,
            (Shape::Table | Shape::Ndjson, _) => {}
        }
        self.out.flush()
    }
}

fn object(file: &str, rule: &Rule, hit: &Hit) -> Value {
    let mut matched = Map::new();
    for one in &hit.matched {
        matched.entry(one.field.clone()).or_insert_with(|| Value::String(one.value.clone()));
    }
    let rule = &rule.reference;
    json!({
        "time": hit.time,
        "rule": {"id": rule.id, "title": rule.title, "level": rule.level, "tags": rule.tags},
        "file": file,
        "record": hit.record,
        "host": hit.host,
        "user": hit.user,
        "matched": matched,
    })
}
