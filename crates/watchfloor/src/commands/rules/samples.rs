//! Events to hold a rule against.

use crate::commands::event_log;
use crate::commands::inputs::{self, Content};
use crate::output::Failure;
use detect::{Explanation, ItemTruth, Rule};
use dissect::{Log, Reader, RuleFiles, Wanted};
use model::{Event, Timestamp};
use parse::{Format, Input, split};
use std::path::Path;
use std::sync::Arc;

/// Chunks of an event log that are searched at a time.
const CHUNKS: u64 = 4;

/// An event of these bytes.
pub fn event(raw: &[u8], received: Timestamp) -> Event {
    let mut event = Event::default();
    parse::parse_into(&Input { raw, received, format: Format::Auto, peer: None }, &mut event);
    event
}

/// One record of a file (`-` is standard input), and its number. Event logs number their records themselves, as `scan`
/// prints them; in text they count from 1.
pub fn record(path: &Path, wanted: Option<u64>) -> Result<(Event, u64), Failure> {
    let name = path.display();
    match inputs::open(path).map_err(|error| Failure::usage(format!("cannot read {name}: {error}")))? {
        Content::Text(text) => {
            let mut records = split(&text.bytes, Format::Auto);
            let number = wanted.unwrap_or(1);
            let index = number.checked_sub(1).and_then(|index| usize::try_from(index).ok());
            let raw = index.and_then(|index| records.nth(index)).ok_or_else(|| Failure::usage(format!("{name} has no record {number}")))?;
            if wanted.is_none() && records.next().is_some() {
                return Err(Failure::usage(format!("{name} has several records; say which with --record N, from 1")));
            }
            Ok((event(raw, text.written), number))
        }
        Content::Log(log) => {
            let number = wanted.ok_or_else(|| Failure::usage(format!("{name} is an event log; say which record with --record N, as scan prints it")))?;
            let (json, written) = logged(&log, number)?.ok_or_else(|| Failure::usage(format!("{name} has no record {number}")))?;
            Ok((event(&json, written), number))
        }
    }
}

fn logged(log: &Log, number: u64) -> Result<Option<(Vec<u8>, Timestamp)>, Failure> {
    let wanted = Wanted { records: true, ..Wanted::default() };
    let mut reader = Reader::new(event_log::setup(RuleFiles::default(), Arc::default(), 0, wanted)?);
    for first in (0..log.chunks()).step_by(CHUNKS as usize) {
        let count = CHUNKS.min(log.chunks() - first) as usize;
        let report = reader.read(log, first, count).map_err(Failure::usage)?;
        if let Some(found) = report.records.into_iter().find(|record| record.id == number) {
            return Ok(Some((found.json, found.written)));
        }
    }
    Ok(None)
}

/// The first reason for which a rule does not match an event.
pub fn first_reason(rule: &Rule, event: &Event, explanation: &Explanation) -> String {
    if !event.log_source.satisfies(&rule.log_source) {
        return format!("the rule looks at {}, the event is of {}", rule.log_source, event.log_source);
    }
    for selection in explanation.selections.iter().filter(|selection| !selection.holds) {
        if let Some(item) = selection.items.iter().find(|item| !item.holds) {
            return format!("{} is false: {}", selection.name, item_words(item));
        }
    }
    format!("every selection holds, but not the condition: {}", explanation.condition)
}

/// An item and what it was held against.
pub fn item_words(item: &ItemTruth) -> String {
    let read = match (&item.slot, &item.value) {
        (Some(slot), Some(value)) => format!("{slot} is {value:?}"),
        (Some(slot), None) => format!("{slot} has no text"),
        (None, _) if item.field.is_none() => "no value of the event has it".to_owned(),
        (None, _) => "the event has no such field".to_owned(),
    };
    format!("{} {}; {read}", name(item), item.pattern)
}

/// The field with its modifiers, as the rule writes it.
pub fn name(item: &ItemTruth) -> String {
    let field = item.field.as_deref().unwrap_or("keyword");
    std::iter::once(field).chain(item.modifiers.iter().map(String::as_str)).collect::<Vec<_>>().join("|")
}
