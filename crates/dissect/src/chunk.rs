//! One 64 KiB chunk of an EVTX file to its matches. Runs in the worker only.

use crate::examine::Examiner;
use crate::wire::{ChunkReport, Damage, Record};
use evtx::{EvtxChunkData, ParserSettings};
use model::Timestamp;
use parse::Format;
use std::sync::Arc;

/// Bytes of a chunk.
pub(crate) const CHUNK: usize = 64 << 10;
/// Bytes of values that the hits of one chunk may carry; JSON may need several times as much for them.
const MAX_VALUES: usize = 8 << 20;
/// Bytes of the records that one chunk may send back.
const MAX_RECORDS: usize = parse::MAX_RECORD;
/// Faults that are told of one chunk; the last says how many more there were.
const MAX_DAMAGE: usize = 64;

/// Reads one chunk in this process, which must not matter to anyone: the file's every offset is an attacker's, and a
/// reader may die of it. A shorter one is the cut-off end of a file: what is in it is read, and the cut is told.
pub fn read(number: u64, mut bytes: Vec<u8>, examiner: &mut Examiner<'_>) -> ChunkReport {
    let mut report = ChunkReport::default();
    if bytes.iter().all(|byte| *byte == 0) {
        return report;
    }
    if bytes.len() < CHUNK {
        report.damage.push(Damage { chunk: number, record: None, reason: format!("cut off after {} bytes", bytes.len()) });
        bytes.resize(CHUNK, 0);
    }
    examiner.allow(MAX_VALUES);
    if let Err(error) = records(number, bytes, examiner, &mut report) {
        report.damage.push(Damage { chunk: number, record: None, reason: reason(&error) });
    }
    report.sightings = examiner.sightings();
    let untold = examiner.untold();
    if untold > 0 {
        report.damage.push(Damage { chunk: number, record: None, reason: format!("and {untold} more indicators in it, which are not told") });
    }
    if report.damage.len() > MAX_DAMAGE {
        let more = report.damage.len() - MAX_DAMAGE;
        report.damage.truncate(MAX_DAMAGE);
        report.damage.push(Damage { chunk: number, record: None, reason: format!("and {more} more faults") });
    }
    report
}

fn records(number: u64, bytes: Vec<u8>, examiner: &mut Examiner<'_>, report: &mut ChunkReport) -> Result<(), evtx::err::ChunkError> {
    let settings = Arc::new(ParserSettings::new().indent(false));
    let mut data = EvtxChunkData::new(bytes, false)?;
    let mut chunk = data.parse(settings)?;
    let mut room = MAX_RECORDS;
    let damage = &mut report.damage;
    let mut damaged = |record: Option<u64>, error: &dyn std::error::Error| {
        damage.push(Damage { chunk: number, record, reason: reason(error) });
    };
    for record in chunk.iter() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                damaged(None, &error);
                continue;
            }
        };
        let id = record.event_record_id;
        match record.into_json_bytes() {
            Ok(json) => {
                let written = Timestamp(i64::try_from(json.timestamp.as_nanosecond()).unwrap_or(0));
                if !examiner.wanted().records {
                    report.events += 1;
                    examiner.examine(&json.data, Format::Json, written, id, &mut report.hits);
                    continue;
                }
                match whole(json.data, room) {
                    Ok(json) => {
                        report.events += 1;
                        room -= json.len();
                        report.records.push(Record { id, written, json });
                    }
                    Err(error) => damaged(Some(id), &error),
                }
            }
            Err(error) => damaged(Some(id), &error),
        }
    }
    Ok(())
}

/// Why a record that was read is not sent back.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error("left out: as text its chunk is larger than {MAX_RECORDS} bytes, with {0} of this record")]
    TooLarge(usize),
    #[error("left out: its names make no JSON")]
    Names,
}

/// One JSON object in one line of at most `room` bytes. An element's name stands in it as it stands in the file, which a
/// file need not have from an event log service: what steers a terminal or parts lines is escaped.
fn whole(json: Vec<u8>, room: usize) -> Result<Vec<u8>, Unfit> {
    let mut whole = json;
    if whole.iter().any(|byte| *byte < 0x20) {
        let mut escaped = Vec::with_capacity(whole.len() + 64);
        for byte in whole {
            match byte {
                0x20.. => escaped.push(byte),
                _ => escaped.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            }
        }
        whole = escaped;
    }
    if whole.len() > room {
        return Err(Unfit::TooLarge(whole.len()));
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(&whole) {
        Ok(_) if whole.first() == Some(&b'{') => Ok(whole),
        _ => Err(Unfit::Names),
    }
}

/// An error and its causes in one line of bounded length.
fn reason(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause.filter(|_| text.len() < 300) {
        let next_text = next.to_string();
        if !text.contains(&next_text) {
            text.push_str(": ");
            text.push_str(&next_text);
        }
        cause = next.source();
    }
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_goes_back_as_one_line_of_json() {
        let check = |json: &str, room, expected: Result<&str, &str>| {
            let got = whole(json.as_bytes().to_vec(), room).map(|json| String::from_utf8(json).unwrap()).map_err(|error| error.to_string());
            match (&got, expected) {
                (Ok(got), Ok(expected)) => assert_eq!(got, expected),
                (Err(got), Err(expected)) => assert!(got.contains(expected), "{got}"),
                _ => panic!("{got:?} and not {expected:?}"),
            }
        };
        check(r#"{"a":1}"#, 100, Ok(r#"{"a":1}"#));
        check("{\"xm\u{10}\n\":1}", 100, Ok(r#"{"xm\u0010\u000a":1}"#));
        check(r#"{"a"b":1}"#, 100, Err("names make no JSON"));
        check("[1]", 100, Err("names make no JSON"));
        check(r#"{"a":1}"#, 6, Err("with 7 of this record"));
    }
}
