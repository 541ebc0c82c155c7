//! One 64 KiB chunk of an EVTX file to its matches. Runs in the worker only.

use crate::examine::Examiner;
use crate::wire::{ChunkReport, Damage, Record};
use crate::familiar::{Memory, Outcome, Walk};
use evtx::err::ChunkError;
use evtx::{EvtxChunkData, ParserSettings};
use model::{Event, Timestamp};
use parse::{Format, Input};
use std::sync::Arc;

/// Bytes of a chunk.
pub(crate) const CHUNK: usize = 64 << 10;
/// Bytes of texts that the hits of one chunk may carry; JSON may need several times as much for them.
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
    let mut memory = std::mem::take(examiner.memory());
    let read = match examiner.wanted().records {
        true => kept(number, bytes, &mut report),
        false => matched(number, bytes, &mut memory, examiner, &mut report),
    };
    *examiner.memory() = memory;
    if let Err(error) = read {
        report.damage.push(Damage { chunk: number, record: None, reason: reason(&error) });
    }
    report.sightings = examiner.sightings();
    report.seen = examiner.take_seen();
    report.damage.extend(examiner.left_out().into_iter().map(|reason| Damage { chunk: number, record: None, reason }));
    if report.damage.len() > MAX_DAMAGE {
        let more = report.damage.len() - MAX_DAMAGE;
        report.damage.truncate(MAX_DAMAGE);
        report.damage.push(Damage { chunk: number, record: None, reason: format!("and {more} more faults") });
    }
    report
}

/// Holds each record against the rules.
fn matched(number: u64, bytes: Vec<u8>, memory: &mut Memory, examiner: &mut Examiner<'_>, report: &mut ChunkReport) -> Result<(), ChunkError> {
    let (wanted, mut spare) = (examiner.wanted(), Event::default());
    let mut take = |id: u64, read: Read<'_>| match read {
        Read::Event(event) => {
            report.events += 1;
            examiner.swap(event);
            examiner.hold(id, &mut report.hits);
            examiner.swap(event);
        }
        Read::PassedOver => report.events += 1,
        Read::Json(json, written) => {
            report.events += 1;
            examiner.examine(json, Format::Json, written, id, &mut report.hits);
        }
        Read::Damaged(record, reason) => report.damage.push(Damage { chunk: number, record, reason }),
    };
    events(bytes, memory, |time| wanted.takes(time), &mut spare, &mut take)
}

/// What becomes of a record.
enum Read<'e> {
    /// It is of a familiar shape.
    Event(&'e mut Event),
    /// The same, and not of the wanted time.
    PassedOver,
    /// It is JSON, and when it was written.
    Json(&'e [u8], Timestamp),
    /// It cannot be read; its number where that is known.
    Damaged(Option<u64>, String),
}

/// Reads the records in their order: the familiar ones at once, all from the first unfamiliar one on beside the thorough
/// reader, which then also says how a chunk goes on that is not sound.
fn events(bytes: Vec<u8>, memory: &mut Memory, wanted: impl Fn(Timestamp) -> bool, spare: &mut Event, take: &mut dyn FnMut(u64, Read<'_>)) -> Result<(), ChunkError> {
    memory.turn();
    let (mut walk, mut done) = (Walk::new(&bytes), 0);
    let mut rest = Vec::new();
    if walk.is_sound() {
        for record in walk.by_ref() {
            match memory.read(&bytes, record, &wanted, spare) {
                Outcome::Read => take(record.id, Read::Event(spare)),
                Outcome::PassedOver => take(record.id, Read::PassedOver),
                Outcome::Unknown => {
                    rest.push(record);
                    break;
                }
            }
            done += 1;
        }
    }
    if rest.is_empty() && walk.is_sound() {
        return Ok(());
    }
    rest.extend(walk);
    let mut data = EvtxChunkData::new(bytes, false)?;
    let mut chunk = data.parse(Arc::new(ParserSettings::new().indent(false)))?;
    let raw = chunk.data;
    let lessons = memory.study(raw, (done..).zip(rest.iter().copied()));
    // The reader's records are those of the walk, one for one, as far as that goes.
    for (index, record) in chunk.iter().enumerate().skip(done) {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                take(0, Read::Damaged(None, reason(&error)));
                continue;
            }
        };
        let id = record.event_record_id;
        let placed = rest.get(index - done).copied().filter(|placed| placed.id == id && placed.start as u64 == record.binxml_offset);
        let familiar = placed.map_or(Outcome::Unknown, |placed| memory.read(raw, placed, &wanted, spare));
        match familiar {
            Outcome::Read => take(id, Read::Event(spare)),
            Outcome::PassedOver => take(id, Read::PassedOver),
            Outcome::Unknown => match record.into_json_bytes() {
                Ok(json) => {
                    if let Some(placed) = placed {
                        memory.conclude(&lessons, index, raw, placed, &json.data);
                    }
                    take(id, Read::Json(&json.data, written(json.timestamp)));
                }
                Err(error) => take(id, Read::Damaged(Some(id), reason(&error))),
            },
        }
    }
    Ok(())
}

fn written(time: evtx::Timestamp) -> Timestamp {
    Timestamp(i64::try_from(time.as_nanosecond()).unwrap_or(0))
}

/// Sends each record back.
fn kept(number: u64, bytes: Vec<u8>, report: &mut ChunkReport) -> Result<(), ChunkError> {
    let mut data = EvtxChunkData::new(bytes, false)?;
    let mut chunk = data.parse(Arc::new(ParserSettings::new().indent(false)))?;
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
            Ok(json) => match whole(json.data, room) {
                Ok(data) => {
                    report.events += 1;
                    room -= data.len();
                    report.records.push(Record { id, written: written(json.timestamp), json: data });
                }
                Err(error) => damaged(Some(id), &error),
            },
            Err(error) => damaged(Some(id), &error),
        }
    }
    Ok(())
}

/// Every event of a chunk, for tests that hold the familiar way against the thorough one: without a memory each record
/// goes the latter.
#[doc(hidden)]
pub fn each_event(bytes: &[u8], memory: Option<&mut Memory>, mut see: impl FnMut(u64, &Event)) -> Vec<(Option<u64>, String)> {
    let (mut damage, mut event, mut spare) = (Vec::new(), Event::default(), Event::default());
    let mut bytes = bytes.to_vec();
    bytes.resize(CHUNK, 0);
    let mut take = |id: u64, read: Read<'_>| match read {
        Read::Event(event) => see(id, event),
        Read::PassedOver => {}
        Read::Json(raw, received) => {
            parse::parse_into(&Input { raw, received, format: Format::Json, peer: None }, &mut event);
            see(id, &event);
        }
        Read::Damaged(record, reason) => damage.push((record, reason)),
    };
    let read = match memory {
        Some(memory) => events(bytes, memory, |_| true, &mut spare, &mut take),
        None => thoroughly(bytes, &mut take),
    };
    damage.extend(read.err().map(|error| (None, reason(&error))));
    damage
}

fn thoroughly(bytes: Vec<u8>, take: &mut dyn FnMut(u64, Read<'_>)) -> Result<(), ChunkError> {
    let mut data = EvtxChunkData::new(bytes, false)?;
    let mut chunk = data.parse(Arc::new(ParserSettings::new().indent(false)))?;
    for record in chunk.iter() {
        match record.map(|record| (record.event_record_id, record.into_json_bytes())) {
            Ok((id, Ok(json))) => take(id, Read::Json(&json.data, written(json.timestamp))),
            Ok((id, Err(error))) => take(id, Read::Damaged(Some(id), reason(&error))),
            Err(error) => take(0, Read::Damaged(None, reason(&error))),
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
