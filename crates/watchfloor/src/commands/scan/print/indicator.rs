//! Indicators that were found, in the shapes of matches: the rule is called "Indicator match", and a part of its own says
//! which list names what.

use super::{Printer, Shape};
use crate::output::csv_cell;
use detect::IndicatorHit;
use dissect::Sighting;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// The columns of CSV that are there where lists are.
pub const COLUMNS: [&str; 5] = ["list", "indicator_kind", "indicator", "confidence", "expires"];

impl<W: Write> Printer<W> {
    /// Prints one indicator that one list names.
    pub fn indicator(&mut self, file: &str, seen: &Sighting, hit: &IndicatorHit) -> io::Result<()> {
        let first = self.printed == 0;
        self.printed += 1;
        match self.shape {
            Shape::Ndjson => writeln!(self.out, "{}", object(file, seen, hit)),
            Shape::Timesketch => writeln!(self.out, "{}", timesketch(file, seen, hit)),
            Shape::Json => write!(self.out, "{}{}", if first { "[\n" } else { ",\n" }, object(file, seen, hit)),
            Shape::Html => {
                self.report.add_indicator(file, seen, hit);
                Ok(())
            }
            Shape::Csv => {
                if first {
                    self.header()?;
                }
                let [host, user] = [&seen.host, &seen.user].map(|text| text.as_deref().unwrap_or_default());
                let (time, record, matched) = (seen.time.to_string(), seen.record.to_string(), matched(seen).to_string());
                let [confidence, expires] = texts(hit);
                let cells = [
                    &time, hit.level().as_str(), detect::INDICATOR_TITLE, detect::INDICATOR_RULE, "", host, user, file, &record, &matched,
                    &hit.list, hit.kind.as_str(), &hit.value, &confidence, &expires,
                ];
                write!(self.out, "{}\r\n", cells.map(csv_cell).join(","))
            }
            Shape::Table => {
                if first {
                    self.titles()?;
                }
                let (time, place) = (seen.time.to_string(), format!("{file}#{}", seen.record));
                let [host, user] = [&seen.host, &seen.user].map(|text| text.as_deref().unwrap_or("-"));
                let [confidence, expires] = texts(hit);
                let more = [("confidence ", confidence), ("until ", expires)].into_iter().filter(|(_, text)| !text.is_empty());
                let more: String = more.map(|(word, text)| format!(", {word}{text}")).collect();
                let rule = format!("{}: {} ({}{more})", detect::INDICATOR_TITLE, hit.value, hit.list);
                self.row([&time, hit.level().as_str(), host, user, &rule, &place])
            }
        }
    }
}

/// Confidence and expiry as texts; empty where the list does not say.
fn texts(hit: &IndicatorHit) -> [String; 2] {
    [hit.confidence.map(|confidence| confidence.to_string()), hit.expires.map(|expires| expires.to_string())].map(Option::unwrap_or_default)
}

fn matched(seen: &Sighting) -> Value {
    let mut matched = Map::new();
    matched.insert(seen.field.clone(), Value::String(seen.value.clone()));
    Value::Object(matched)
}

fn object(file: &str, seen: &Sighting, hit: &IndicatorHit) -> Value {
    json!({
        "time": seen.time,
        "rule": {"id": detect::INDICATOR_RULE, "title": detect::INDICATOR_TITLE, "level": hit.level(), "tags": []},
        "indicator": hit,
        "file": file,
        "record": seen.record,
        "host": seen.host,
        "user": seen.user,
        "matched": matched(seen),
    })
}

fn timesketch(file: &str, seen: &Sighting, hit: &IndicatorHit) -> Value {
    let [host, user] = [&seen.host, &seen.user].map(|text| text.as_deref().map(|text| format!(", {text}")).unwrap_or_default());
    let field: String = seen.field.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let matched = format!("matched_{field}");
    let own = [
        ("message", json!(format!("{}: {} on {} ({}){host}{user}", detect::INDICATOR_TITLE, hit.value, hit.list, hit.level().as_str()))),
        ("datetime", json!(seen.time)),
        ("timestamp", json!(seen.time.nanos().div_euclid(1_000))),
        ("timestamp_desc", json!("Event Logged")),
        ("rule_title", json!(detect::INDICATOR_TITLE)),
        ("rule_id", json!(detect::INDICATOR_RULE)),
        ("rule_level", json!(hit.level())),
        ("tag", json!(["indicator"])),
        ("indicator", json!(hit.value)),
        ("indicator_kind", json!(hit.kind)),
        ("indicator_list", json!(hit.list)),
        ("indicator_confidence", json!(hit.confidence)),
        ("indicator_expires", json!(hit.expires)),
        ("hostname", json!(seen.host)),
        ("username", json!(seen.user)),
        ("source_file", json!(file)),
        ("record", json!(seen.record)),
        (matched.as_str(), json!(seen.value)),
    ];
    own.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
}
