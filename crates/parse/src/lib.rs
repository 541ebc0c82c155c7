//! Bytes to events, one file per format.
//!
//! A malformed input is still an event: its raw bytes, a diagnostic, and whatever could be understood. Nothing here
//! panics, blocks, reads a clock or allocates without a limit. The same input gives the same event, always: the
//! log keeps raw bytes only and parses them again after a restart.

mod ecs;
mod familiar;
mod json;
mod json_text;
mod layout;
mod marks;
mod normalise;
mod output;
mod sources;
mod split;
mod syslog;
mod time;
pub mod windows;

pub use layout::Layout;
pub use output::ecs_json;
pub use split::{MAX_RECORD, Split, split};

use model::{Diagnostic, Event, Timestamp, field};
use std::fmt::Write;
use std::net::IpAddr;

/// How to read a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// By its first bytes: `{` is JSON, `<` and a digit is syslog, anything else is a line of text.
    #[default]
    Auto,
    /// One JSON object.
    Json,
    /// RFC 5424 or RFC 3164.
    Syslog,
    /// A line of text.
    Lines,
}

impl Format {
    /// The word on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Auto => "auto",
            Format::Json => "json",
            Format::Syslog => "syslog",
            Format::Lines => "lines",
        }
    }
    /// The format that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        [Format::Auto, Format::Json, Format::Syslog, Format::Lines].into_iter().find(|f| f.as_str() == word)
    }
    /// The number in the log; never changes its meaning.
    pub const fn to_code(self) -> u8 {
        match self {
            Format::Auto => 0,
            Format::Json => 1,
            Format::Syslog => 2,
            Format::Lines => 3,
        }
    }
    /// The format of a number in the log.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Format::Auto),
            1 => Some(Format::Json),
            2 => Some(Format::Syslog),
            3 => Some(Format::Lines),
            _ => None,
        }
    }
}

/// One record and what is known of its arrival.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Its bytes, without the separator.
    pub raw: &'a [u8],
    /// When it was received.
    pub received: Timestamp,
    /// How to read it.
    pub format: Format,
    /// Who sent it.
    pub peer: Option<IpAddr>,
}

const NOT_UTF8: &str = "text.not_utf8";

/// A record of so many bytes or more is flagged: receivers of lines cut there.
const LONG_RECORD: usize = 1 << 20;

/// Reads a record into `out`, whatever was in it. Faults become diagnostics.
pub fn parse_into(input: &Input<'_>, out: &mut Event) {
    // Once for all: whoever reads it as text is given the text.
    let text = simdutf8::basic::from_utf8(input.raw).ok();
    match text {
        Some(text) => out.reset_to_text(text, input.received),
        None => out.reset(input.raw, input.received),
    }
    if input.raw.len() > MAX_RECORD {
        out.diagnostics.push(Diagnostic::reject(
            "record.too_long",
            format!("{} bytes; the limit is {MAX_RECORD}", input.raw.len()),
        ));
        return;
    }
    if input.raw.len() >= LONG_RECORD {
        out.diagnostics.push(Diagnostic::flag("record.long", format!("{} bytes", input.raw.len())));
    }
    let format = match input.format {
        Format::Auto => recognise(input.raw),
        given => given,
    };
    match format {
        Format::Json => return document(input, text, out),
        Format::Syslog => syslog::parse(input.raw, input.received, out),
        Format::Lines | Format::Auto => line(input.raw, out),
    }
    places(input.raw, out);
    arrived_from(input.peer, out);
    let settled = normalise::settle(out);
    normalise::finish(out, &settled);
}

/// A JSON record: by its shape if that is a familiar one, else thoroughly.
fn document(input: &Input<'_>, text: Option<&str>, out: &mut Event) {
    familiar::with(|memory| {
        let text = text.filter(|_| out.diagnostics.is_empty());
        let end = match text.map(|text| memory.read(text, out)) {
            Some(familiar::Outcome::Known(shape)) => {
                arrived_from(input.peer, out);
                return normalise::finish(out, &shape.settled);
            }
            Some(familiar::Outcome::Unknown(end)) => end,
            None => None,
        };
        json::parse(input.raw, out);
        places(input.raw, out);
        let values = out.slots().len();
        arrived_from(input.peer, out);
        let settled = normalise::settle(out);
        // Only what was read without a fault tells the meaning of its names.
        let learnt = end.filter(|_| out.diagnostics.is_empty());
        let fields = out.slots().iter().take(values).map(|slot| slot.field());
        if let Some(end) = learnt {
            memory.learn(end, fields, settled.clone());
        }
        normalise::finish(out, &settled);
    });
}

fn arrived_from(peer: Option<IpAddr>, out: &mut Event) {
    if let Some(peer) = peer {
        push_ip(out, field::LOG_SOURCE_ADDRESS, peer);
    }
}

fn recognise(raw: &[u8]) -> Format {
    match raw.trim_ascii_start() {
        [b'{', ..] => Format::Json,
        [b'<', digit, ..] if digit.is_ascii_digit() => Format::Syslog,
        _ => Format::Lines,
    }
}

fn line(raw: &[u8], out: &mut Event) {
    let text = text_of(raw, out);
    out.push_str(field::MESSAGE, &text);
}

/// Bytes as text. What is not UTF-8 is flagged and shown as U+FFFD; the raw bytes keep it.
fn text_of<'a>(raw: &'a [u8], out: &mut Event) -> std::borrow::Cow<'a, str> {
    match std::str::from_utf8(raw) {
        Ok(text) => text.into(),
        Err(fault) => {
            out.diagnostics.push(Diagnostic::flag(NOT_UTF8, "bytes that are not UTF-8").at(fault.valid_up_to()));
            String::from_utf8_lossy(raw)
        }
    }
}

/// Faults were placed in the text; where that is not the raw bytes themselves, they are placed anew.
fn places(raw: &[u8], out: &mut Event) {
    let Some(lossy) = out.diagnostics.iter().position(|fault| fault.code == NOT_UTF8) else { return };
    for fault in &mut out.diagnostics[lossy + 1..] {
        let Some(offset) = fault.offset else { continue };
        let (mut shown, mut real) = (0, 0);
        for chunk in raw.utf8_chunks() {
            let valid = chunk.valid().len();
            if shown + valid >= offset as usize {
                break;
            }
            shown += valid + if chunk.invalid().is_empty() { 0 } else { char::REPLACEMENT_CHARACTER.len_utf8() };
            real += valid + chunk.invalid().len();
        }
        *fault = fault.clone().at((real + (offset as usize).saturating_sub(shown)).min(raw.len()));
    }
}

fn push_ip(out: &mut Event, to: model::Field, ip: IpAddr) {
    // Writing to a String cannot fail.
    let _ = out.push_written(to, |text| write!(text, "{}", ip.to_canonical()));
}

#[cfg(test)]
mod tests;
